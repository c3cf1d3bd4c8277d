"""What the end-to-end tests share: fixtures, and the comparisons they all make."""

import email
import email.policy
import os
import re
import unittest

from . import pixelward, postfix

MAILS = os.path.join(pixelward.ROOT, "tests", "mails")
TOKEN = b"7f3kq9zt2m"  # in the URL of every tracker of tests/mails, and nowhere else
MEMBER = "member@parl.example"
# What a picture shows whose source is gone: one transparent pixel.
EMPTY_PICTURE = b"data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


def mail_names(prefix):
    return sorted(name[:-4] for name in os.listdir(MAILS) if name.startswith(prefix) and name.endswith(".eml"))


def stored(name):
    """The bytes of tests/mails/NAME.eml: LF line ends."""
    with open(os.path.join(MAILS, name + ".eml"), "rb") as mail:
        return mail.read()


def wire(name):
    """The same as SMTP carries it: CRLF line ends."""
    return stored(name).replace(b"\n", b"\r\n")


def without_trace(data):
    """A delivered mail without what is new in every delivery: the Received field that the MTA put on top."""
    received = re.match(rb"Received: .*?\r\n(?![ \t])", data, re.S)
    assert received, data[:200]
    return data[received.end():]


def without_header_of_ours(data):
    return re.sub(rb"(?im)^X-Pixelward(-[\w-]*)?:.*\r\n([ \t].*\r\n)*", b"", data, count=1)


def readable(data):
    """Everything a reader or a client could see: the raw bytes, and every leaf decoded, as one heap of bytes."""
    found, heaps = [email.message_from_bytes(data, policy=email.policy.compat32)], [data]
    for message in found:
        for part in message.walk():
            if part.is_multipart():
                continue
            payload = part.get_payload(decode=True) or b""
            heaps.append(payload)
            heaps.append(payload.replace(b"\0", b""))  # UTF-16
            heaps.append(payload.replace(b"=\r\n", b"").replace(b"=\n", b""))
    heaps.append(data.replace(b"=\r\n", b""))
    return b"\n".join(heaps)


class OutsideTest(unittest.TestCase):
    """A class with one MTA and one daemon for all of its tests."""

    maxDiff = None
    Mta = postfix.Postfix
    options = {}  # of the daemon
    mta_settings = {}  # lines of main.cf

    @classmethod
    def setUpClass(cls):
        try:
            cls.Mta.check_machine()
        except postfix.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from None
        if not os.path.exists(pixelward.DAEMON):
            raise AssertionError(pixelward.DAEMON + " is not built")
        cls.ward = pixelward.Pixelward(**cls.options)
        cls.addClassCleanup(cls.ward.stop)
        cls.mta = cls.Mta("unix:" + cls.ward.socket, **cls.mta_settings)
        cls.addClassCleanup(cls.mta.stop)

    def setUp(self):
        self.mta.sink.clear()

    def deliver(self, message, door=None, **how):
        """Send one message, and wait for what the sink gets: (reply, Mail)."""
        from .client import send
        before = len(self.mta.sink.mails())
        reply = send(door or self.mta.port, message, **how)
        self.assertTrue(reply.accepted, reply)
        return reply, self.mta.sink.wait(before + 1)[-1]

    def assertUntouched(self, message, **how):
        """It arrives exactly as the same MTA delivers it without the filter."""
        _, plain = self.deliver(message, self.mta.plain_port, **how)
        reply, filtered = self.deliver(message, **how)
        self.assertEqual(without_trace(plain.data), without_trace(filtered.data))
        self.assertEqual((plain.sender, plain.recipients), (filtered.sender, filtered.recipients))
        return reply, filtered

    def assertNoToken(self, data):
        self.assertNotIn(TOKEN, readable(data))
