"""The Redis servers of the tests: that they are what the tests of the product believe them to be."""

import os
import unittest

from . import redis, scratch
from .redis import Redis, RedisError, Sentinels


class RedisBench(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()

    def test_answers_of_every_kind_come_through_socket_and_port(self):
        with Redis() as server:
            for address in (server.port, server.socket):
                with redis.Client(address) as client:
                    self.assertEqual(client.command("SET", "k", "é\r\n"), "OK")
                    self.assertEqual(client.command("GET", "k"), "é\r\n")
                    self.assertIsNone(client.command("GET", "nothing"))
                    self.assertEqual(client.command("APPEND", "k", b"\xff"), 5)
                    self.assertEqual(os.fsencode(client.command("GET", "k")), "é\r\n".encode() + b"\xff")
                    self.assertEqual(client.command("EVAL", "return {1, {'a', false}}", 0), [1, ["a", None]])
                    with self.assertRaisesRegex(RedisError, "^WRONGTYPE"):
                        client.command("HGET", "k", "f")
            server.command("HSET", "h", "a", 1, "b", 2)
            self.assertEqual(server.hash("h"), {"a": "1", "b": "2"})
            self.assertEqual(server.calls("hset"), 1)

    def test_nothing_of_it_stays(self):
        with Redis() as server:
            folder, pid = server.folder, server.process.pid
            server.pause()
        self.assertFalse(os.path.exists(folder))
        self.assertFalse(os.path.exists(f"/proc/{pid}"))

    def test_after_kill_9_it_has_its_data_or_is_empty(self):
        with Redis() as server:
            port = server.port
            server.command("SET", "k", "v")
            server.restart()
            self.assertEqual((server.port, server.command("GET", "k")), (port, "v"))
            server.restart(empty=True)
            self.assertIsNone(server.command("GET", "k"))
            server.kill()
            with self.assertRaises(OSError):
                server.command("PING")

    def test_paused_it_answers_nothing_until_it_goes_on(self):
        with Redis() as server, server.client() as client:
            server.pause()
            client._socket.settimeout(0.1)
            with self.assertRaises(OSError):
                client.command("PING")
            server.resume()
            self.assertEqual(server.command("PING"), "PONG")

    def test_users_may_what_the_acl_file_says(self):
        with Redis(acl="user default off\nuser writer on >secret ~pw:* +@all\n") as server:
            with server.client("writer", "secret") as client:
                self.assertEqual(client.command("SET", "pw:k", "v"), "OK")
                with self.assertRaisesRegex(RedisError, "^NOPERM"):
                    client.command("SET", "k", "v")
            with server.client() as client, self.assertRaisesRegex(RedisError, "^NOAUTH"):
                client.command("PING")
            with self.assertRaisesRegex(RedisError, "^WRONGPASS"):
                server.client("writer", "wrong")
            self.assertEqual(server.command("GET", "pw:k"), "v")

    def test_a_full_server_refuses_to_write(self):
        with Redis(maxmemory="1", maxmemory_policy="noeviction") as server:
            with self.assertRaisesRegex(RedisError, "^OOM"):
                server.command("SET", "k", "v")

    def test_a_replica_has_the_data_and_refuses_to_write(self):
        with Redis() as master, Redis(replica_of=master) as replica:
            master.command("SET", "k", "v")
            scratch.wait_until(lambda: replica.command("GET", "k") == "v", "the replica to have it")
            with self.assertRaisesRegex(RedisError, "^READONLY"):
                replica.command("SET", "k", "w")

    def test_sentinel_fails_over_when_told_and_when_the_master_dies(self):
        with Sentinels() as group:
            first = group.master
            second = group.fail_over()
            self.assertIsNot(second, first)
            first.wait_synchronized()
            second.command("SET", "k", "v")
            scratch.wait_until(lambda: first.command("GET", "k") == "v", "the old master to follow")
            second.kill()
            self.assertIs(group.wait_failed_over(second), first)

    def test_three_sentinels_agree(self):
        with Sentinels(count=3) as group:
            first = group.master
            first.kill()
            second = group.wait_failed_over(first)
            self.assertEqual(second.command("SET", "k", "v"), "OK")


if __name__ == "__main__":
    unittest.main()
