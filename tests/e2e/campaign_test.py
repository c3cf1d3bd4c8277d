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


class Campaign(case.OutsideTest):

    def ctl(self, *arguments):
        return subprocess.run([pixelward.CTL, "campaign", *arguments, "-c", self.ward.config_file], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)

    def test_it_shows_itself_is_listed_and_closed(self):
        # What a mail teaches is known a moment after it: some more mails do no harm.
        for number in range(400):
            sender, host = MAILS[number % len(MAILS)]
            _, mail = self.deliver(PAGE % (sender, number, number, host, number + 2 ** 100),
                                   recipients=(f"member{number}@parl.example",))
            if "shows itself" in self.ward.log:
                break
        self.assertTrue("builtin.campaign" in self.ward.log, "no campaign in the log")
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


if __name__ == "__main__":
    unittest.main()
