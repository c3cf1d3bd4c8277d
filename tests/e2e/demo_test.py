"""make demo: what it promises, and that it leaves nothing behind, not even when it is interrupted."""

import os
import signal
import subprocess
import sys
import time
import unittest

from . import postfix, redis, scratch
from .pixelward import ROOT

DEMO = os.path.join(ROOT, "demo", "demo.py")


class Demo(unittest.TestCase):

    def setUp(self):
        try:
            postfix.check_machine()
            redis.check_machine()
        except postfix.CannotRun as reason:
            self.skipTest(str(reason))
        self.folder = scratch.make_folder("demo")
        self.addCleanup(scratch.remove_folder, self.folder)

    def start(self):
        return subprocess.Popen([sys.executable, DEMO], env=dict(os.environ, TMPDIR=self.folder),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def assertNothingLeft(self):
        """No scratch folder of the demo, and no process that was started with one (a command line names it)."""
        def left():
            found = os.listdir(self.folder)
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as line:
                        if self.folder in line.read():
                            found.append(pid)
                except OSError:
                    pass
            return found
        try:
            scratch.wait_until(lambda: not left(), "the demo to be gone")
        except scratch.Timeout:
            self.fail(f"left: {left()}")

    def test_it_runs_twice_in_a_row_and_is_as_promised(self):
        for _ in range(2):
            demo = self.start()
            output, _ = demo.communicate(timeout=4 * scratch.PATIENCE)
            self.assertEqual(demo.returncode, 0, output)
            self.assertIn("identical", output)
            self.assertIn("action=neutralise", output)
            self.assertIn("shows itself", output)
            self.assertRegex(output, r"Counted +(\d+) mails sent, \1 in the journal, \1 in Redis")
            self.assertNotIn("\033", output)
            self.assertNothingLeft()

    def test_it_cleans_up_when_it_is_interrupted(self):
        for wait, how in ((0.15, signal.SIGINT), (0.4, signal.SIGINT), (0.3, signal.SIGTERM)):
            with self.subTest(how.name, wait=wait):
                demo = self.start()
                time.sleep(wait)
                demo.send_signal(how)
                demo.communicate(timeout=4 * scratch.PATIENCE)
                self.assertNothingLeft()


if __name__ == "__main__":
    unittest.main()
