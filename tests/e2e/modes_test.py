"""shadow changes nothing at all, tag adds a field, and some clients are not looked at."""

import re
import unittest

from . import case
from .case import mail_names, wire, without_header_of_ours, without_trace

FORGED = (b"X-Pixelward: verdict=clean\r\nx-pixelward: again\r\nX-PIXELWARD-Rules:\r\n folded\r\n"
          b"X-Pixelwarden: somebody else's\r\n")


class Shadow(case.OutsideTest):
    options = {"Mode": "shadow"}

    def test_shadow_delivers_everything_as_it_came(self):
        for name in mail_names(""):
            with self.subTest(name):
                reply, _ = self.assertUntouched(wire(name))
                self.assertIn("mode=shadow", self.ward.line_of(reply.queue_id))
        self.assertEqual(self.mta.held(), [])

    def test_shadow_leaves_even_forged_fields(self):
        self.assertUntouched(FORGED + wire("tracked-recon-news"))

    def test_shadow_logs_what_it_would_have_done(self):
        reply, _ = self.deliver(wire("tracked-recon-news"))
        self.assertRegex(self.ward.line_of(reply.queue_id), r"action=neutralise\b")


class Tag(case.OutsideTest):
    options = {"Mode": "tag"}

    def test_tag_adds_a_field_and_changes_nothing_else(self):
        for name in mail_names("tracked-"):
            with self.subTest(name):
                _, plain = self.deliver(wire(name), self.mta.plain_port)
                _, mail = self.deliver(wire(name))
                self.assertEqual(len(mail.fields("X-Pixelward")), 1)
                self.assertEqual(without_header_of_ours(without_trace(mail.data)), without_trace(plain.data))

    def test_tag_does_not_hold(self):
        _, mail = self.deliver(wire("held-campaign"))
        self.assertRegex(mail.fields("X-Pixelward")[0], "hold")

    def test_mail_without_trackers_arrives_byte_for_byte(self):
        for name in mail_names("clean-"):
            with self.subTest(name):
                self.assertUntouched(wire(name))


class ForgedFields(case.OutsideTest):

    def test_forged_fields_are_removed(self):
        for name in ("clean-plain-note", "tracked-recon-news"):
            with self.subTest(name):
                _, mail = self.deliver(FORGED + wire(name))
                data = mail.data
                self.assertNotIn(b"verdict=clean", data)
                self.assertNotIn(b"again", data)
                self.assertNotIn(b"folded", data)
                self.assertIn(b"X-Pixelwarden: somebody else's\r\n", data)
        _, mail = self.deliver(FORGED + wire("clean-plain-note"))
        self.assertEqual(without_trace(mail.data), b"X-Pixelwarden: somebody else's\r\n" + wire("clean-plain-note"))

    def test_many_forged_fields_are_removed(self):
        _, mail = self.deliver(b"X-Pixelward: a\r\nX-Other: b\r\n" * 50 + wire("clean-plain-note"))
        self.assertEqual(without_trace(mail.data), b"X-Other: b\r\n" * 50 + wire("clean-plain-note"))


class Enforce(case.OutsideTest):
    options = {"InternalHosts": "192.0.2.1, 198.51.100.0/24, 2001:db8:1::/48"}

    def test_internal_clients_are_not_looked_at(self):
        for address in ("192.0.2.1", "198.51.100.77", "IPV6:2001:db8:1::25"):
            with self.subTest(address):
                self.assertUntouched(wire("tracked-recon-news"), addr=address)

    def test_other_clients_are(self):
        for address in ("192.0.2.2", "198.51.101.1", "IPV6:2001:db8:2::25"):
            with self.subTest(address):
                _, mail = self.deliver(wire("tracked-recon-news"), addr=address)
                self.assertNoToken(mail.data)

    def test_authenticated_clients_are_not_looked_at(self):
        self.assertUntouched(wire("tracked-recon-news"), addr="192.0.2.2", login="ann")


class EnforceAuthenticated(case.OutsideTest):
    options = {"SkipAuthenticated": "no"}

    def test_authenticated_clients_are_looked_at_if_so_configured(self):
        _, mail = self.deliver(wire("tracked-recon-news"), addr="192.0.2.2", login="ann")
        self.assertNoToken(mail.data)


class Defaults(case.OutsideTest):
    options = {"InternalHosts": None, "RemoteContent": None, "Redis": None}
    # As Debian ships it: the MTA adds what a local client left out.
    mta_settings = {"local_header_rewrite_clients": "permit_inet_interfaces"}

    def test_loopback_is_internal_by_default(self):
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertIn(case.TOKEN, mail.data)

    def test_what_the_mta_adds_is_added_as_without_us(self):
        message = b"Subject: no date, no message-id\r\n\r\nx\r\n"
        shapes = []
        for door in (self.mta.plain_port, self.mta.port):
            _, mail = self.deliver(message, door)
            shapes.append(re.sub(rb"(Message-Id|Date): .*", rb"\1:", without_trace(mail.data)))
        self.assertEqual(*shapes)


if __name__ == "__main__":
    unittest.main()
