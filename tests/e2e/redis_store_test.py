"""The reputation's Redis store against a real server: the promises of all stores, and what only Redis can do to it."""

import os
import subprocess
import unittest

from . import redis, scratch
from . import redis_acl_test as acl
from .redis import Redis

TESTS = os.path.join(os.environ.get("BUILD", "build"), "tests/reputation")


class RedisStore(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()

    def run_tests(self, program, server, arguments=(), **more):
        environment = dict(os.environ, PW_TEST_REDIS=f"unix:{server.socket}", CMOCKA_MESSAGE_OUTPUT="TAP",
                           PW_TEST_PROMOTE=f"redis-cli -s {server.socket} REPLICAOF NO ONE >/dev/null", **more)
        done = subprocess.run([os.path.join(TESTS, program), *arguments], env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=4 * scratch.PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_it_promises_what_every_store_does(self):
        with Redis(appendonly="no") as server:
            self.assertRegex(self.run_tests("store_test", server), r"(?m)^ok \d+ - Redis: ")

    def test_it_asks_for_nothing_that_the_shipped_user_may_not(self):
        with Redis(appendonly="no") as server:
            acl.create_users(server)
            said = self.run_tests("store_test", server, PW_TEST_REDIS_USER="writer",
                                  PW_TEST_REDIS_PASSWORD=acl.password_file(server))
            self.assertNotIn("NOPERM", said)

    def test_no_command_of_it_touches_two_nodes_of_a_cluster(self):
        # A cluster of one node refuses what larger ones could not do: CROSSSLOT.
        with Redis(appendonly="no", cluster_enabled="yes") as server:
            server.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            scratch.wait_until(lambda: "cluster_state:ok" in server.command("CLUSTER", "INFO"), "the cluster")
            self.assertNotIn("CROSSSLOT", self.run_tests("store_test", server))

    def test_it_answers_as_memory_does(self):
        """PW_ALIKE="SEED EVENTS": another sequence, or a longer one."""
        seed, events = os.environ.get("PW_ALIKE", "13 1500").split()
        state = scratch.make_folder("alike")
        self.addCleanup(scratch.remove_folder, state)
        with Redis(appendonly="no") as server:
            said = self.run_tests("stores_alike", server, arguments=(state, seed, events))
            self.assertRegex(said, r"events: alike; [1-9].* looks, [1-9].* trips")

    def test_it_lives_with_what_redis_does(self):
        with Redis(appendonly="no") as server:
            self.run_tests("redis_rows", server)


if __name__ == "__main__":
    unittest.main()
