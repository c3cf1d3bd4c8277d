"""
Mixed mail for a while, bombs among it: every mail is counted from both ends, and nothing grows. PW_SOAK_SECONDS is how
long (make soak SECONDS=1800).
"""

import os
import re
import time
import unittest

from . import books, case, pixelward, postfix

SECONDS = float(os.environ.get("PW_SOAK_SECONDS", "20"))
# One more message of the largest kind may be looked at just then, and allocators keep some: many do not fit.
SLACK_BYTES = 12 << 20
SLACK_DESCRIPTORS = 8
BOMBS = (b"abort", b"overrun", b"spin", b"garbage", b"tables", b"open")
NEWSLETTERS = ("tracked-recon-news", "tracked-qp", "tracked-base64", "tracked-html-only", "clean-newsletter", "clean-signed")


def make(number):
    """Of thirty: one bomb, one of 5 MB, some plain, some stored newsletters, the rest pages with a pixel."""
    turn = number % 30
    if turn == 7:
        return books.message(number, planted=BOMBS[number // 30 % len(BOMBS)])
    if turn == 17:
        return books.large(number)
    if turn % 5 == 1:
        return b"From: Ann <ann@news.example>\r\nSubject: number %d\r\n\r\nAt noon?\r\n" % number
    if turn % 5 == 3:
        raw = case.wire(NEWSLETTERS[number // 5 % len(NEWSLETTERS)])
        return re.sub(rb"(?m)^Subject: .*\r\n([ \t].*\r\n)*", b"Subject: number %d\r\n" % number, raw, count=1)
    return books.message(number)


class Use:
    """Memory (PSS) and descriptors of all its processes, at the best of some looks: mail goes on meanwhile."""

    def __init__(self, ward, looks=8):
        self.bytes, self.descriptors = min(self._look(ward) for _ in range(looks))

    @staticmethod
    def _look(ward):
        time.sleep(0.2)
        total = descriptors = 0
        for pid in ward.gateways() + [ward.process.pid]:
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                    total += int(re.search(r"(?m)^Pss:\s+(\d+) kB", rollup.read()).group(1)) * 1024
                descriptors += len(os.listdir(f"/proc/{pid}/fd"))
            except (OSError, AttributeError):
                pass  # a dissector that just ended
        return total, descriptors

    def __str__(self):
        return f"{self.bytes / 1048576:.1f} MB, {self.descriptors} descriptors"


class Soak(unittest.TestCase):
    def test_mixed_mail_for_a_while_loses_nothing_and_grows_nothing(self):
        try:
            postfix.check_machine()
        except postfix.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from None
        ward = pixelward.Pixelward(program=pixelward.PLANTED, DissectTimeout="2s", Dissectors="2")
        self.addCleanup(ward.stop)
        mta = postfix.Postfix("unix:" + ward.socket)
        self.addCleanup(mta.stop)
        with books.Books(mta, make=make) as ledger:
            # Every kind of bomb and of newsletter has been there once, and every dissector was replaced.
            ledger.wait_for(200)
            gateway, before = ward.gateway(), Use(ward)
            end = time.monotonic() + SECONDS
            while time.monotonic() < end and not ledger.errors:
                time.sleep(0.2)
            ledger.wait_for(30)
            after = Use(ward)
            ledger.finish()
        delivered, held = books.check(self, ledger)
        print(f"soak of {SECONDS:g} s: {len(ledger.accepted)} accepted ({len(delivered)} delivered, {len(held)} held), "
              f"{len(ledger.refused)} refused; {before} before, {after} after")
        self.assertEqual(ward.gateway(), gateway, "another gateway")
        self.assertLessEqual({number for number in ledger.accepted if number % 30 == 7}, held)
        if not pixelward.SANITIZED:
            self.assertLess(after.bytes, before.bytes + SLACK_BYTES)
        self.assertLessEqual(after.descriptors, before.descriptors + SLACK_DESCRIPTORS)


if __name__ == "__main__":
    unittest.main()
