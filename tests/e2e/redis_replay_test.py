"""pixelctl replay with a Redis: it begins with what Redis knows, and writes nothing there."""

import unittest

from . import redis, replay_test
from . import redis_acl_test as acl
from .redis import Redis


class ReplayWithRedis(replay_test.ReplayTest):

    def setUp(self):
        redis.check_machine()
        super().setUp()
        self.server = Redis(appendonly="no")
        self.addCleanup(self.server.stop)
        acl.create_users(self.server)
        self.be("writer")
        self.table = self.table_of_two()
        self.old = self.folder + "/old"

    def be(self, user):
        self.configure(Redis="unix:" + self.server.socket, RedisUser=user, RedisPasswordFile=acl.password_file(self.server))

    def test_what_redis_knows_is_as_good_as_what_is_learned_here(self):
        learned_here = self.replay("--empty", "--learn", self.old, "--envelope", self.table, self.folder + "/mails")
        self.assertEqual(learned_here[2]["at"], "b.eml")
        self.assertEqual(self.server.command("KEYS", "pw:*"), [])
        self.assertEqual(self.run_ctl("learn", "-c", self.config, self.old).returncode, 0)
        before = self.server.command("DEBUG", "DIGEST")
        self.be("hunt")  # who may write nothing
        known_there = self.replay("--envelope", self.table, self.folder + "/mails")
        self.assertEqual(known_there, learned_here)
        self.assertEqual(self.server.command("DEBUG", "DIGEST"), before)
        self.assertEqual(len(self.replay("--empty", "--envelope", self.table, self.folder + "/mails")), 2)

    def test_without_redis_nothing_is_judged(self):
        self.server.kill()
        done = self.run_ctl("replay", "-c", self.config, "--envelope", self.table, self.folder + "/mails")
        self.assertEqual((done.returncode, done.stdout), (69, ""))
        self.assertIn("the reputation", done.stderr)
        self.assertEqual(len(self.replay("--empty", "--envelope", self.table, self.folder + "/mails")), 2)


if __name__ == "__main__":
    unittest.main()
