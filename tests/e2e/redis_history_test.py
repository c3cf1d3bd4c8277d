"""The same as history_test, with a Redis, as the user that is shipped for gateways."""

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
