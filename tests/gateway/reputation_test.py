"""What pixelctl teaches and says while the daemon runs is in force within seconds, and after a restart; and the daemon learns."""
import email.utils
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, Daemon, run_tests, wait_until  # noqa: E402

MAIL = (b"From: news@letter%d.example\r\nTo: rcpt@example.org\r\nDate: %s\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        b"<p>Hello</p><img src=\"https://img.letter%d.example/logo.png\" width=200 height=80 alt=Logo>\r\n")


def mail(number):
    return MAIL % (number, email.utils.formatdate(time.time() - 80 * 86400).encode(), number)


class Reputation(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pixelward-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def ctl(self, daemon, *arguments):
        words = 2 if arguments[0] == "ioc" else 1
        done = subprocess.run([BUILD / "pixelctl", *arguments[:words], "-c", str(daemon.config), *arguments[words:]],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout

    def is_stripped(self, daemon, number):
        with daemon.session() as mta:
            answer = mta.send(mail(number))
        self.assertTrue(answer.accepted)
        return b"img.letter%d.example" % number not in answer.apply()

    def test_what_is_said_and_learned_beside_the_daemon_is_in_force_soon_and_after_a_restart(self):
        with Daemon(directory=self.folder, RemoteContent="unvouched") as daemon:
            self.assertFalse(self.is_stripped(daemon, 1))
            self.assertFalse(self.is_stripped(daemon, 2))
            with open(self.folder + "/old.eml", "wb") as file:
                file.write(mail(1))
            self.assertIn("learned 1 messages", self.ctl(daemon, "learn", self.folder + "/old.eml"))
            wait_until(lambda: self.is_stripped(daemon, 2), what="unknown hosts inert")
            self.assertFalse(self.is_stripped(daemon, 1))
            self.ctl(daemon, "ioc", "add", "letter1.example", "--deny")
            wait_until(lambda: self.is_stripped(daemon, 1), what="the analyst's word")
        os.unlink(self.folder + "/log")  # what the second one says is waited for
        with Daemon(directory=self.folder, RemoteContent="unvouched") as daemon:
            self.assertTrue(self.is_stripped(daemon, 1))
            self.assertTrue(self.is_stripped(daemon, 3))
            daemon.wait_for_log("RemoteContent unvouched is in force: old mail was learned")

    def test_the_daemon_learns_what_it_judges(self):
        with Daemon(directory=self.folder) as daemon:
            for _ in range(3):
                self.is_stripped(daemon, 1)
        os.unlink(self.folder + "/log")
        with Daemon(directory=self.folder) as daemon:
            known = json.loads(self.ctl(daemon, "why", "--json", "letter1.example"))
            self.assertEqual((known["messages"], known["fetched"], known["learned"]), (3, 3, 0))


if __name__ == "__main__":
    sys.exit(run_tests("__main__"))
