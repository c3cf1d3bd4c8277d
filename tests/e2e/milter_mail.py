"""Mail handed to a daemon by the milter protocol itself: thousands of messages in seconds, without an MTA."""

import os
import sys

from . import pixelward

sys.path.insert(0, os.path.join(pixelward.ROOT, "tests", "gateway"))
from milter_client import MilterClient  # noqa: E402  pylint: disable=wrong-import-position

MAIL = b"""From: News <news@%(sender)s>
To: r%(n)d@house.example
Message-ID: <%(n)d@%(sender)s>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>What happened this week</p><img src="https://b.%(host)s/o/8f3a9c1d2e4b%(n)08x.gif" width="1" height="1">
</body></html>
"""


def post(ward, numbers, host=b"beacon.example", sender=b"sender.example"):
    """A message with a beacon for each number, to a recipient of its own, over one connection."""
    with MilterClient("unix:" + ward.socket) as mta:
        mta.negotiate()
        mta.connect("mail.example.net", "198.51.100.7")
        mta.helo()
        for n in numbers:
            mail = MAIL % {b"n": n, b"host": host, b"sender": sender}
            answer = mta.send(mail, "news@sender.example", [f"r{n}@house.example"], queue_id=f"Q{n}")
            assert answer.accepted, answer.verdict
        mta.quit()
