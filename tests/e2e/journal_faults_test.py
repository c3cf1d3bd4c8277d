"""Gateways in front of a real Postfix, and a real Redis: what Redis counts is what was judged, whatever dies meanwhile."""

import json
import re
import subprocess
import time
import unittest

from . import books, pixelward, postfix, redis, scratch
from .redis_acl_test import create_users, password_file


def judged(ward):
    """Messages that a daemon says in its log that it judged; it writes the record before."""
    return len(re.findall(r"^.* action=(?!skip)\w+ ", ward.log, re.M))


class JournalFaults(unittest.TestCase):

    def setUp(self):
        try:
            postfix.check_machine()
            redis.check_machine()
        except (postfix.CannotRun, redis.CannotRun) as reason:
            raise unittest.SkipTest(str(reason)) from None
        self.server = redis.Redis()
        self.addCleanup(self.server.stop)
        create_users(self.server)

    def gateway(self, name):
        ward = pixelward.Pixelward(NodeName=name, Redis="unix:" + self.server.socket, RedisUser="writer",
                                   RedisPasswordFile=password_file(self.server))
        self.addCleanup(ward.stop)
        mta = postfix.Postfix("unix:" + ward.socket)
        self.addCleanup(mta.stop)
        return ward, mta

    def stats(self, ward):
        return json.loads(subprocess.run([pixelward.CTL, "stats", "--json", "-c", ward.config_file], text=True,
                                         capture_output=True, check=True).stdout)

    def messages(self, key):
        return int(self.server.command("HGET", key, "messages") or 0)

    def check(self, *wards):
        """The journals have drained: everything is the same number."""
        own = [self.stats(ward)["totals"] for ward in wards]
        total = sum(each["messages"] for each in own)
        scratch.wait_until(lambda: self.messages("pw:c:all") == total, f"{total} messages in Redis")
        time.sleep(1.5)  # what comes twice would come now
        self.assertEqual(self.messages("pw:c:all"), total)
        for index, each in enumerate(own):
            self.assertEqual(self.messages(f"pw:c:node:mx{index}"), each["messages"])
            self.assertEqual(each["unrecorded"], 0)
        return total

    def test_a_gateway_that_is_killed_again_and_again(self):
        ward, mta = self.gateway("mx0")
        with books.Books(mta) as sent:
            for _ in range(4):
                sent.wait_for(25)
                ward.kill_gateway()
            sent.wait_for(25)
            sent.finish()
        total = self.check(ward)
        # Killed between the record and the log's line, or the answer: then the mail comes again, and is judged again.
        self.assertLessEqual(judged(ward), total)
        self.assertLessEqual(total, judged(ward) + 4 * 4)
        self.assertGreaterEqual(total, len(sent.accepted))
        # And whole: the keeper, too.
        ward.halt()
        ward.start()
        with books.Books(mta, threads=1) as more:
            more.wait_for(5)
            more.finish()
        self.assertEqual(self.check(ward), total + len(more.accepted))

    def test_two_gateways_a_Redis_that_is_away_and_one_that_begins_anew(self):
        (first, first_mta), (second, second_mta) = self.gateway("mx0"), self.gateway("mx1")
        with books.Books(first_mta, threads=2) as ones, books.Books(second_mta, threads=2) as others:
            ones.wait_for(15)
            self.server.kill()
            ones.wait_for(15)  # nobody waits for it
            others.wait_for(15)
            self.server.start()
            ones.wait_for(15)
            self.server.pause()
            others.wait_for(15)
            self.server.resume()
            self.server.kill()
            self.server.start(empty=True)
            create_users(self.server)
            others.wait_for(15)
            ones.finish()
            others.finish()
        self.assertEqual(ones.refused, {})
        self.assertEqual(self.check(first, second), len(ones.accepted) + len(others.accepted))
        self.assertEqual(judged(first) + judged(second), len(ones.accepted) + len(others.accepted))
        events = self.server.command("XLEN", "pw:ev")
        scratch.wait_until(lambda: self.server.command("XLEN", "pw:ev") == len(ones.accepted) + len(others.accepted),
                           f"all events, not {events}")


if __name__ == "__main__":
    unittest.main()
