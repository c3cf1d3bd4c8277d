"""Whatever becomes of StateDir and of who works in it: mail goes on, what is not recorded is counted, and it heals."""

import contextlib
import json
import os
import subprocess
import unittest

from . import milter_mail, pixelward, scratch
from .milter_mail import MilterClient


class State(unittest.TestCase):

    def setUp(self):
        self.ward = pixelward.Pixelward(start=False)
        self.addCleanup(self.ward.stop)
        self.state = self.ward.folder + "/state"
        self.posted = 0

    def post(self, count=10):
        milter_mail.post(self.ward, range(self.posted, self.posted + count))
        self.posted += count

    def wait_log(self, what, times=1):
        scratch.wait_until(lambda: self.ward.log.count(what) >= times, f"the log to say: {what}")
        self.assertEqual(self.ward.log.count(what), times, self.ward.log)

    @contextlib.contextmanager
    def half_a_message(self):
        with MilterClient("unix:" + self.ward.socket) as mta:
            mta.negotiate()
            mta.connect("mail.example.net", "198.51.100.7")
            mta.helo()
            mta.mail("news@sender.example")
            yield

    def known(self):
        """Messages that the reputation has learned."""
        done = subprocess.run([pixelward.CTL, "why", "-c", self.ward.config_file, "--json", "sender.example"], text=True,
                              capture_output=True, check=False)
        return json.loads(done.stdout).get("messages") or 0

    def wait_totals(self, *wanted):
        # What is in no record is in the next snapshot.
        scratch.wait_until(lambda: sum(self.totals()) >= sum(wanted), f"{wanted} messages")
        self.assertEqual(self.totals(), wanted)

    def totals(self):
        """Messages recorded, and not."""
        stats = json.loads(subprocess.run([pixelward.CTL, "stats", "--json", "-c", self.ward.config_file], text=True,
                                          capture_output=True, check=True).stdout)
        return stats["totals"]["messages"], stats["totals"]["unrecorded"]


class Keeper(State):

    def test_its_status_is_written_as_soon_as_that_can_be(self):
        obstacle = self.state + "/keeper.status.new"
        os.mkdir(obstacle)
        self.ward.start()
        self.wait_log("keeper.status: File exists")
        self.ward.reload()
        self.wait_log("reloaded: ")
        os.rmdir(obstacle)
        self.wait_log("keeper.status is written again")
        with open(self.state + "/keeper.status", encoding="utf-8") as status:
            self.assertIn(f"pid {self.ward.process.pid}\n", status.read())
        self.wait_log("keeper.status: File exists")
        self.ward.halt()
        self.assertFalse(os.path.exists(self.state + "/keeper.status"))

    def test_killed_alone_it_leaves_no_daemon_without_a_journal(self):
        self.ward.start()
        self.post()
        with self.half_a_message():  # for which its gateway goes on, and keeps the journal
            self.ward.process.kill()
            self.ward.wait()
            self.wait_log("the keeper is gone")
            self.ward.start()
            self.wait_log("is in use by another process: a StateDir belongs to one; mail is judged without it")
            self.post()
        self.wait_log("journal: records messages; 10 were not recorded")
        self.post()
        self.wait_totals(20, 10)
        scratch.wait_until(lambda: self.known() >= 20, "what was recorded to be learned")
        self.assertEqual(self.known(), 20)
        self.ward.halt()
        self.assertEqual((self.totals(), self.known()), ((20, 10), 20))

    def test_killed_alone_with_OnJournalFull_tempfail_mail_comes_later(self):
        self.ward.configure(OnJournalFull="tempfail")
        self.ward.start()
        with self.half_a_message():
            self.ward.process.kill()
            self.ward.wait()
            self.wait_log("the keeper is gone")
            self.ward.start()
            self.wait_log("is in use by another process")
            with self.assertRaisesRegex(AssertionError, "replycode"):
                self.post()
            self.posted = 0
        self.wait_log("journal: records messages; 0 were not recorded")
        self.post()
        self.wait_totals(10, 0)

    def test_another_daemon_with_the_same_StateDir_does_not_start(self):
        self.ward.start()
        scratch.wait_until(lambda: os.path.exists(self.state + "/keeper.status"), "the keeper's word")
        second = pixelward.Pixelward(start=False)
        self.addCleanup(second.stop)
        os.rmdir(second.folder + "/state")
        os.symlink(self.state, second.folder + "/state")
        done = subprocess.run([pixelward.DAEMON, "-c", second.config_file, "-f"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=scratch.PATIENCE, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, f"StateDir: {second.folder}/state belongs to a running instance .process {self.ward.process.pid}.")
        self.post()
        self.ward.halt()
        second.start()


if __name__ == "__main__":
    unittest.main()
