"""Without Redis: a daemon that is killed knows afterwards what it had learned, each message once."""

import json
import os
import shutil
import subprocess
import unittest

from . import milter_mail, pixelward, scratch


class MemoryAfterAKill(unittest.TestCase):

    def setUp(self):
        self.ward = pixelward.Pixelward()
        self.addCleanup(self.ward.stop)
        self.snapshot = self.ward.folder + "/state/reputation/snapshot"

    def why(self, domain="beacon.example"):
        done = subprocess.run([pixelward.CTL, "why", "-c", self.ward.config_file, "--json", domain], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=scratch.PATIENCE, check=False)
        known = json.loads(done.stdout)
        return {key: known.get(key) for key in ("messages", "fetched", "personal", "recipients")}

    def wait_known(self, count):
        # As its last snapshot has it, which a small store writes every other second.
        scratch.wait_until(lambda: (self.why()["messages"] or 0) >= count, f"{count} messages in the snapshot")
        known = self.why()
        self.assertEqual((known["messages"], known["fetched"], known["personal"]), (count,) * 3)
        self.assertEqual(self.why("sender.example")["messages"], count)
        return known

    def test_what_it_learned_since_its_last_snapshot_comes_from_the_journal(self):
        milter_mail.post(self.ward, range(10))
        self.wait_known(10)
        shutil.copy2(self.snapshot, self.ward.folder + "/before")
        milter_mail.post(self.ward, range(10, 40))
        before = self.wait_known(40)
        for then, said in ((lambda: os.replace(self.ward.folder + "/before", self.snapshot), ""),
                           (lambda: os.remove(self.snapshot), ""),
                           (self.garble, "snapshot.broken")):
            with self.subTest(said):
                self.ward.kill()
                then()
                self.ward.start()
                self.assertEqual(self.wait_known(40), before)
                self.assertIn(said, self.ward.log)
        self.assertEqual(self.ward.log.count("the others come again"), 3)
        # And it goes on from there.
        milter_mail.post(self.ward, range(40, 45))
        self.wait_known(45)

    def garble(self):
        with open(self.snapshot, "r+b") as snapshot:
            snapshot.seek(-20, os.SEEK_END)
            snapshot.write(b"garbage")

    def test_killed_at_any_moment_it_knows_each_message_once(self):
        for n in range(0, 60, 20):
            milter_mail.post(self.ward, range(n, n + 20))
            self.ward.kill()
            self.ward.start()
        self.wait_known(60)


if __name__ == "__main__":
    unittest.main()
