"""The same as history_test, with a Redis, as the user that is shipped for gateways."""

import os
import shutil
import threading
import unittest

from . import history_test, redis
from . import redis_acl_test as acl


class HistoryInRedis(history_test.History):

    def setUp(self):
        super().setUp()
        self.server = redis.Redis(appendonly="no")
        self.addCleanup(self.server.stop)
        acl.create_users(self.server)
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(f"Redis unix:{self.server.socket}\nRedisUser writer\n"
                       f"RedisPasswordFile {acl.password_file(self.server)}\n")

    def test_a_redis_that_is_away_is_no_success(self):
        self.write("old/1.eml")
        self.run_ctl("learn", self.path("old"))
        self.server.kill()
        for words in (("why", "letter.example"), ("ioc", "add", "a.example", "--deny"), ("ioc", "show")):
            with self.subTest(words):
                self.run_ctl(*words, status=69)

    def refused(self, status, *words):
        """As run_ctl(), for who is refused: what is said of it is true, and nothing else is said."""
        done = self.run_ctl_whole(*words, status=status)
        self.assertEqual(done.stdout, "")
        for false in ("going on without it", "is empty", "no mail could be read", "has mistakes", "never seen"):
            self.assertNotIn(false, done.stderr)
        return done.stderr

    def ask_all(self, status, says):
        """Every command that asks or teaches, as the configuration is now."""
        one = self.write("old/1.eml")
        for words in (("why", "letter.example"), ("ioc", "add", "a.example", "--deny"), ("ioc", "show"), ("campaign", "list"),
                      ("campaign", "show", "c-1"), ("campaign", "close", "c-1"), ("replay", one), ("learn", one)):
            with self.subTest(words):
                self.assertIn(says, self.refused(status, *words))
        done = self.run_ctl_whole("scan", one, status=0)
        self.assertIn(says, done.stderr)
        self.assertIn("judged without the reputation", done.stderr)

    def test_who_may_not_use_that_redis_is_told_so(self):
        self.configure("RedisUser writer", "RedisUser dashboard")
        self.ask_all(77, "its user dashboard may not do that (NOPERM)")

    def test_who_may_only_read_there_is_told_so(self):
        self.write("old/1.eml")
        self.run_ctl("learn", self.path("old"))
        self.run_ctl("ioc", "add", "a.example", "--deny")
        self.configure("RedisUser writer", "RedisUser hunt")
        self.assertTrue(self.why("letter.example")["vouched"])
        self.assertIn("a.example", self.run_ctl("ioc", "show"))
        self.assertIn("its user hunt may not", self.refused(77, "ioc", "add", "b.example", "--deny"))
        # Before any mail is read.
        self.assertIn("its user hunt may not", self.refused(77, "learn", self.path("nowhere")))

    def test_a_redis_that_takes_nothing_more_is_quoted(self):
        self.server.command("CONFIG", "SET", "maxmemory", "1")
        self.assertRegex(self.refused(69, "ioc", "add", "a.example", "--deny"), "pixelctl: .* answered: OOM command not allowed")

    def test_a_wrong_password_is_a_redis_that_cannot_be_asked(self):
        with open(self.path("wrong"), "w", encoding="utf-8") as file:
            file.write("wrong\n")
        self.configure(f"RedisPasswordFile {self.server.folder}/password", f"RedisPasswordFile {self.path('wrong')}")
        self.ask_all(69, "cannot be asked: ")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_who_may_not_read_the_password_is_told_so(self):
        os.chmod(self.folder, 0o755)
        os.chmod(self.config, 0o644)
        os.chmod(self.server.folder, 0o755)
        os.chmod(self.server.folder + "/password", 0o600)
        done = self.run_ctl_whole("why", "letter.example", status=77, program=shutil.copy(history_test.CTL, self.folder), cwd="/",
                                  user="nobody", group="nogroup", extra_groups=[])
        self.assertIn(f"{self.server.folder}/password may not be read by this user", done.stderr)

    def test_learning_says_where_it_learned_to(self):
        self.write("old/1.eml")
        self.assertIn(f"; kept in unix:{self.server.socket}\n", self.run_ctl("learn", self.path("old")))

    def test_learning_waits_for_a_redis_that_is_away_for_a_moment(self):
        self.write("old/1.eml")
        self.server.kill()
        back = threading.Timer(0.5, self.server.start)
        back.start()
        try:
            self.run_ctl("learn", self.path("old"))
        finally:
            back.join()
        self.assertEqual(self.why("letter.example")["messages"], 1)


if __name__ == "__main__":
    unittest.main()
