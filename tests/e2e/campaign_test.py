"""A campaign through a real gateway: the log tells it, its beacons are inert, pixelctl lists and closes it."""

import json
import subprocess
import unittest

from . import case, pixelward

PAGE = (b"From: %s\r\nTo: member%d@parl.example\r\nSubject: Story\r\nMessage-ID: <%d@x.example>\r\nContent-Type: text/html\r\n\r\n"
        b'<p>Some words.</p><p><a href="https://www.bbc.co.uk/1">More</a></p>'
        b'<img src="https://%s/open/track/%032x.gif" width=1 height=1>\r\n')
MAILS = [(b"ann@one.example", b"i.bad.example"), (b"ann@one.example", b"j.evil.example"),
         (b"ben@two.example", b"i.bad.example"), (b"ben@two.example", b"j.evil.example")]


class Ward(case.OutsideTest):

    def ctl(self, *arguments):
        return subprocess.run([pixelward.CTL, "campaign", *arguments, "-c", self.ward.config_file], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)

    def send_until(self, said, page, mails, first):
        """What a mail teaches is known a moment after it: some more mails do no harm."""
        for number in range(first, first + 400):
            sender, host = mails[number % len(mails)]
            _, mail = self.deliver(page % (sender, number, number, host, number + 2 ** 100),
                                   recipients=(f"member{number}@parl.example",))
            if said(self.ward.log):
                return mail, host
        return self.fail(self.ward.log)


class Campaign(Ward):

    def test_it_shows_itself_is_listed_and_closed(self):
        mail, host = self.send_until(lambda log: "shows itself" in log, PAGE, MAILS, 0)
        self.assertIn("builtin.campaign", self.ward.log)
        self.assertNotIn(host, mail.data)
        # What it remembers is on disk for others within a minute, or when it stops.
        self.ward.terminate()
        self.ward.wait()
        done = self.ctl("list", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout, "no campaign is listed")
        listed = json.loads(done.stdout.splitlines()[0])
        self.assertEqual(sorted(listed["hosts"]), ["i.bad.example", "j.evil.example"])
        self.assertEqual(sorted(listed["senders"]), ["ann@one.example", "ben@two.example"])
        self.assertFalse(listed["closed"])
        self.assertIn("i.bad.example", self.ctl("show", listed["campaign"]).stdout)
        self.assertEqual(self.ctl("show", "nothing").returncode, 66)
        self.assertEqual(self.ctl("close", listed["campaign"]).returncode, 0)
        self.assertTrue(json.loads(self.ctl("list", "--json").stdout)["closed"])
        self.assertEqual(self.ctl("list", "more").returncode, 64)


class TwoThatAreOne(Ward):

    def test_two_that_turn_out_to_be_one_are_shown_so(self):
        others = [(b"cat@three.example", b"i.foul.example"), (b"cat@three.example", b"j.vile.example"),
                  (b"dan@four.example", b"i.foul.example"), (b"dan@four.example", b"j.vile.example")]
        other_page = PAGE.replace(b"<p>Some words.</p>", b"<table><tr><td>Words</td></tr></table>").replace(b"/open/track/", b"/s/")
        self.send_until(lambda log: log.count("shows itself") == 1, PAGE, MAILS, 0)
        self.send_until(lambda log: log.count("shows itself") == 2, other_page, others, 1000)
        # A sender of the first one, at a host of the second.
        self.send_until(lambda log: " parts=2" in log, other_page, [(b"ann@one.example", b"i.foul.example")], 2000)
        self.ward.terminate()
        self.ward.wait()
        # Both began in one moment.
        older, younger = sorted(map(json.loads, self.ctl("list", "--json").stdout.splitlines()), key=lambda one: one["campaign"])
        self.assertEqual((younger["part_of"], older["part_of"]), (older["campaign"], ""))
        self.assertEqual(older["parts"], [younger["campaign"]])
        self.assertIn("i.foul.example", older["hosts"])
        shown = self.ctl("show", younger["campaign"]).stdout
        self.assertRegex(shown, f"part of {older['campaign']}: a mail shares .*a sender")
        self.assertRegex(self.ctl("show", older["campaign"]).stdout, f"with {younger['campaign']}: a mail shares .*a sender")


if __name__ == "__main__":
    unittest.main()
