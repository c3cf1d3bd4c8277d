"""
Mail counted from both ends. Each message carries a number of its own and something live; the books say at the end
what the sender was told of it, and whether that came true: accepted is delivered once and inert, or held; refused is
nowhere.
"""

import itertools
import random
import re
import threading
import time

from . import case, scratch
from .client import Client

LIVE = b"live-" + case.TOKEN
PIXEL = b'<img src="http://' + LIVE + b'.example/p.gif?n=%d" width="1" height="1">'
# Bigger than this is compared by looking for the host alone; the parts with HTML are at the front.
FRONT = 1048576


def message(number, body=b"<p>Hello.</p>", planted=None):
    """A page with a pixel. planted: what it makes a dissector of the planted build do."""
    first = b"X-Planted: %s\r\n" % planted if planted else b""
    return (first + b"From: Ann <ann@news.example>\r\nTo: member@parl.example\r\nSubject: number %d\r\n"
            b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" % number +
            body + PIXEL % number + b"\r\n")


def large(number, megabytes=5):
    """A page and an attachment."""
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWkFC\r\n"
    return (b"From: Ann <ann@news.example>\r\nTo: member@parl.example\r\nSubject: number %d\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=large\r\n\r\n--large\r\nContent-Type: text/html\r\n\r\n%s\r\n"
            b"--large\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n%s--large--\r\n"
            % (number, PIXEL % number, line * (megabytes * 1048576 // len(line))))


class Books:
    """Senders that run until finish(), each message sent once; what the MTA said of each is noted."""

    def __init__(self, mta, threads=4, make=message, pause=0.0):
        self.mta, self._make, self._pause = mta, make, pause
        self.accepted, self.refused, self.errors = {}, {}, []  # number: queue id; number: reply
        self._lock, self._end, self._numbers = threading.Lock(), threading.Event(), itertools.count(1)
        self._threads = [threading.Thread(target=self._run, args=(each,), daemon=True) for each in range(threads)]
        for thread in self._threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _run(self, sender):
        chance = random.Random(sender)
        while not self._end.is_set():
            try:
                with Client(self.mta.port) as client:
                    # A client of its own for each thread: whose mail is poison waits behind the others.
                    client.pretend(addr=f"198.51.100.{sender + 1}")
                    for _ in range(chance.choice((1, 1, 5, 20))):
                        if not self._end.is_set():
                            self.send(client)
                            time.sleep(self._pause)
            except Exception as error:  # the MTA itself is never disturbed: whatever it is, the test must tell
                with self._lock:
                    self.errors.append(repr(error))
                return

    def send(self, client):
        with self._lock:
            number = next(self._numbers)
        reply = client.send(self._make(number))
        with self._lock:
            if reply.accepted and reply.queue_id:
                self.accepted[number] = reply.queue_id
            else:
                self.refused[number] = reply
        if not reply.accepted:
            client.command("RSET")
            time.sleep(0.02)

    def wait_for(self, more):
        """Until so many more are accepted."""
        want = len(self.accepted) + more
        scratch.wait_until(lambda: self.errors or len(self.accepted) >= want, f"{want} accepted mails", 4 * scratch.PATIENCE)

    def finish(self):
        self.__exit__()
        self.mta.wait_empty()


def check(test, books, refusals=("4",)):
    """The books are closed: compare. Returns the numbers delivered and those held."""
    test.assertEqual(books.errors, [])
    delivered, live = {}, []
    for mail in books.mta.sink.mails():
        number = int(re.search(rb"(?m)^Subject: number (\d+)\r$", mail.header).group(1))
        delivered[number] = delivered.get(number, 0) + 1
        if case.TOKEN in (case.readable(mail.data) if len(mail.data) < FRONT else mail.data):
            live.append(number)
    in_hold = set(books.mta.held())
    held = {number for number, queue_id in books.accepted.items() if queue_id in in_hold}
    test.assertEqual(live, [], "delivered live")
    test.assertEqual([number for number, times in delivered.items() if times > 1], [], "delivered twice")
    test.assertEqual(set(books.accepted) - set(delivered) - held, set(), "accepted and lost")
    test.assertEqual(set(delivered) & held, set(), "held and delivered")
    test.assertEqual(set(delivered) - set(books.accepted), set(), "refused and delivered")
    test.assertEqual(len(in_hold), len(held), "refused and held")
    test.assertEqual([reply for reply in books.refused.values() if not str(reply.code).startswith(tuple(refusals))], [])
    return set(delivered), held
