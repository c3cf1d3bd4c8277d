"""conf/redis-acl.conf: what each user of Redis may do, and above all what it may not."""

import os
import unittest

from . import redis
from .redis import Redis, RedisError

FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "conf/redis-acl.conf")
PASSWORD = "a long secret"

# As docs/redis-schema.md has them; one key of each kind.
KEYS = {
    "pw:c:all": ("HSET", "messages", "7"),
    "pw:ts:1m": ("XADD", "1-0", "messages", "7"),
    "pw:ts:node:mx1": ("XADD", "1-0", "waiting", "7"),
    "pw:top:host:20240101": ("ZADD", "7", "a.example"),
    "pw:hb:mx1": ("SET", "up"),
    "pw:ev": ("XADD", "1-0", "rcpt", "a@example.org"),
    "pw:i:{a.example}": ("ZADD", "1", "e"),
    "pw:rep:{a.example}": ("HSET", "n", "1"),
    "pw:w:{01}": ("ZADD", "1", "m"),
    "pw:cam:{c-1}": ("HSET", "messages", "1"),
    "theirs": ("SET", "x"),
}
READ = {"HSET": ("HGETALL",), "XADD": ("XRANGE", "-", "+"), "ZADD": ("ZRANGE", "0", "-1"), "SET": ("GET",)}
FOR_DASHBOARDS = ("pw:c:", "pw:ts:", "pw:top:", "pw:hb:")

NOBODY = [
    ("FLUSHALL",), ("FLUSHDB",), ("KEYS", "*"), ("SCAN", "0"), ("RANDOMKEY",), ("CONFIG", "GET", "*"), ("ACL", "LIST"),
    ("CLIENT", "LIST"), ("CLIENT", "KILL", "TYPE", "normal"), ("MONITOR",), ("SHUTDOWN", "NOSAVE"), ("DEBUG", "SLEEP", "0"),
    ("SLOWLOG", "GET"), ("MODULE", "LIST"), ("REPLICAOF", "NO", "ONE"), ("SAVE",), ("SWAPDB", "0", "1"),
    ("EVAL", "return redis.call('GET', 'theirs')", "0"), ("SCRIPT", "FLUSH"), ("FUNCTION", "FLUSH"), ("SUBSCRIBE", "x"),
    ("PUBLISH", "x", "y"), ("SORT", "theirs"), ("GET", "theirs"), ("SET", "theirs", "y"), ("DEL", "theirs"),
    ("RENAME", "pw:hb:mx1", "theirs"),
]


def create_users(server):
    """The shipped users, with a password each: they have none, so that nobody comes in by one that everybody knows."""
    with open(FILE, encoding="utf-8") as file:
        for line in file:
            server.command("ACL", "SETUSER", *line.split()[1:])
            server.command("ACL", "SETUSER", line.split()[1], ">" + PASSWORD)
    server.command("ACL", "SAVE")


def password_file(server):
    path = server.folder + "/password"
    with open(path, "w", encoding="utf-8") as file:
        file.write(PASSWORD + "\n")
    return path


class RedisUsers(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()
        cls.server = Redis()
        try:
            create_users(cls.server)
            for key, (command, *words) in KEYS.items():
                cls.server.command(command, key, *words)
        except BaseException:
            cls.server.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def may(self, user, *words):
        with self.server.client(user, PASSWORD) as client:
            try:
                client.command(*words)
            except RedisError as error:
                if str(error).startswith("NOPERM"):
                    return False
                raise
        return True

    def readable(self, user):
        return {key for key, (command, *_) in KEYS.items() if self.may(user, READ[command][0], key, *READ[command][1:])}

    def writable(self, user):
        return {key for key in KEYS if self.may(user, "EXPIRE", key, "100000")}

    def test_as_a_file_of_users_redis_takes_it(self):
        with open(FILE, encoding="utf-8") as file, Redis(acl=file.read()) as server:
            self.assertIn("writer", server.command("ACL", "USERS"))
            for user in ("writer", "dashboard", "hunt"):
                with self.assertRaisesRegex(RedisError, "WRONGPASS"):
                    server.client(user, "")

    def test_a_dashboard_reads_numbers_and_nobody_s_names(self):
        self.assertEqual(self.readable("dashboard"), {key for key in KEYS if key.startswith(FOR_DASHBOARDS)})
        self.assertEqual(self.writable("dashboard"), set())

    def test_a_hunter_reads_all_of_ours_and_writes_nothing(self):
        self.assertEqual(self.readable("hunt"), set(KEYS) - {"theirs"})
        self.assertEqual(self.writable("hunt"), set())

    def test_the_gateway_reads_and_writes_ours(self):
        self.assertEqual(self.readable("writer"), set(KEYS) - {"theirs"})
        self.assertEqual(self.writable("writer"), set(KEYS) - {"theirs"})

    def test_nobody_administers_or_lists_or_leaves_our_keys(self):
        for user in ("writer", "dashboard", "hunt"):
            for words in NOBODY:
                with self.subTest(user=user, words=words):
                    self.assertFalse(self.may(user, *words))

    def test_only_the_gateway_runs_scripts_and_they_may_no_more_than_it(self):
        for user in ("dashboard", "hunt"):
            self.assertFalse(self.may(user, "SCRIPT", "LOAD", "return 1"))
            self.assertFalse(self.may(user, "EVALSHA", "0" * 40, "0"))
        with self.server.client("writer", PASSWORD) as client:
            sha1 = client.command("SCRIPT", "LOAD", "return redis.call('GET', 'theirs')")
            with self.assertRaisesRegex(RedisError, "(?i)no permission|NOPERM|can't access|permissions"):
                client.command("EVALSHA", sha1, 0)


if __name__ == "__main__":
    unittest.main()
