"""A history that begins while the daemon runs: the log says what RemoteContent unvouched means from then on."""

import email.utils
import subprocess
import time
import unittest

from . import milter_mail, pixelward, scratch

OLD = b"""From: letter@sender.example\r
Date: %s\r
Content-Type: text/html\r
\r
<img src="https://img.letter.example/logo.png" width=200 height=50>\r
"""


class Season(unittest.TestCase):

    def test_the_log_tells_once_that_a_history_has_begun(self):
        with pixelward.Pixelward(RemoteContent="unvouched") as ward:
            scratch.wait_until(lambda: "RemoteContent unvouched acts as trackers" in ward.log, "the log of the start")
            milter_mail.post(ward, range(2))
            with open(ward.folder + "/old.eml", "wb") as mail:
                mail.write(OLD % email.utils.formatdate(time.time() - 80 * 86400).encode())
            subprocess.run([pixelward.CTL, "learn", "-c", ward.config_file, ward.folder + "/old.eml"], check=True,
                           capture_output=True)
            numbers = iter(range(2, 10000))

            def told():
                milter_mail.post(ward, [next(numbers)])
                return "RemoteContent unvouched is in force: old mail was learned" in ward.log
            scratch.wait_until(told, "the log to tell of the history")
            milter_mail.post(ward, [next(numbers)])
            self.assertEqual(ward.log.count("RemoteContent unvouched"), 2)


if __name__ == "__main__":
    unittest.main()
