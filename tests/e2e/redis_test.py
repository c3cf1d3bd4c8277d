"""
Redis fails in every way it has while mail flows: each mail is delivered, inert, and waits for nothing; the log says once
what is wrong; and when Redis is back, it has counted every message exactly.
"""

import os
import re
import subprocess
import unittest

from . import books, campaign_test, case, pixelward, redis, scratch
from .case import wire
from .client import Client
from .pixelward import Pixelward
from .postfix import Postfix
from .redis import Redis, Sentinels

ACL = "user default off\nuser writer on >s3cret ~pw:* +@all\n"
# All keys of the product begin so, and end so (docs/redis-schema.md).
FAMILIES = """pw:c:all pw:c:node: pw:c:rule: pw:top:host: pw:ev pw:i:{ pw:hb: pw:b:{ pw:n:{ pw:rep:{…} pw:rep:{…:r pw:h:{…}
    pw:h:{…:r pw:w:{ pw:cams pw:cam:{…} pw:cam:{…:h pw:cam:{…:s pw:cam:{…:m pw:cam:{…:r pw:store pw:words""".split()


class Faults(unittest.TestCase):
    """One Postfix; a Redis and a daemon for each test."""

    @classmethod
    def setUpClass(cls):
        redis.check_machine()
        Postfix.check_machine()

    def start(self, address, **options):
        self.ward = Pixelward(Redis=address, **options)
        self.addCleanup(self.ward.stop)
        self.mta = Postfix("unix:" + self.ward.socket)
        self.addCleanup(self.mta.stop)
        self.sent = 0

    def start_with_server(self, deadline="2s", **settings):
        self.server = Redis(**settings)
        self.addCleanup(self.server.stop)
        self.start("unix:" + self.server.socket, RedisDeadline=deadline)
        self.send(3)
        self.assertLearned(self.server)

    def send(self, count):
        """Mails on one connection; each is delivered, and inert."""
        before = len(self.mta.sink.mails())
        with Client(self.mta.port) as client:
            for _ in range(count):
                reply = client.send(wire("tracked-html-only"))
                self.assertTrue(reply.accepted, reply)
        for mail in self.mta.sink.wait(before + count)[before:]:
            self.assertNotIn(case.TOKEN, mail.data)
        self.sent += count

    def number(self, server, key, field):
        try:
            return int(server.command("HGET", key, field) or 0)
        except redis.RedisError:  # WRONGTYPE: not mended yet
            return 0

    def assertLearned(self, server, lost=0):
        """The reputation has all messages, none twice; but for those that Redis lost, though some come again."""
        def learned():
            return self.number(server, "pw:rep:{shop.example}", "n")
        scratch.wait_until(lambda: learned() >= self.sent - lost, f"{self.sent - lost} messages to be learned")
        self.assertLessEqual(learned(), self.sent)

    def assertCounted(self, server, lost=0):
        """The counters have each message exactly, whatever happened."""
        self.assertLearned(server, lost)
        self.assertDrained(server)

    def assertDrained(self, server):
        def counted():
            return self.number(server, "pw:c:all", "messages")
        scratch.wait_until(lambda: counted() >= self.sent, f"{self.sent} messages to be counted")
        self.assertEqual(counted(), self.sent)

    def lines(self, pattern):
        return re.findall(rf"redis: .*{pattern}.*", self.ward.log)

    def assertSaidOnce(self, pattern):
        scratch.wait_until(lambda: self.lines(pattern), f"a line of {pattern}")
        self.assertEqual(len(self.lines(pattern)), 1, self.ward.log)

    def test_a_wrong_password(self):
        self.server = Redis(acl=ACL)
        self.addCleanup(self.server.stop)
        password = self.server.folder + "/password"
        with open(password, "w", encoding="ascii") as file:
            file.write("guess\n")
        self.start("unix:" + self.server.socket, RedisUser="writer", RedisPasswordFile=password)
        self.send(10)
        self.assertSaidOnce("WRONGPASS")
        with open(password + ".new", "w", encoding="ascii") as file:
            file.write("s3cret\n")
        os.replace(password + ".new", password)
        self.assertCounted(self.server)
        self.assertSaidOnce("answers again")

    def send_campaign(self, count):
        """Mails of two senders with beacons at two hosts, each to another member."""
        with Client(self.mta.port) as client:
            for number in range(self.sent, self.sent + count):
                sender, host = campaign_test.MAILS[number % len(campaign_test.MAILS)]
                reply = client.send(campaign_test.PAGE % (sender, number, number, host, number + 2 ** 100),
                                    recipients=(f"member{number}@parl.example",))
                self.assertTrue(reply.accepted, reply)
        self.sent += count

    def assertMended(self, types):
        """Keys have the type that they had, or are gone."""
        def wrong():
            bad = []
            for key, kind in types.items():
                now = self.server.command("TYPE", key)
                try:
                    if now == "string" and not key.startswith("pw:hb:"):
                        self.server.command("PFCOUNT", key)
                except redis.RedisError:
                    now = "no HyperLogLog"
                if now not in (kind, "none"):
                    bad.append((key, now))
            return bad
        try:
            scratch.wait_until(lambda: not wrong(), "the keys to be mended")
        except scratch.Timeout:
            self.fail(f"not mended: {wrong()}")

    def test_keys_of_a_wrong_type(self):
        self.start_with_server()
        self.send_campaign(60)  # each domain has more recipients than fit into its hash
        while not self.server.command("EXISTS", "pw:cams"):
            self.send_campaign(10)
        def say():
            subprocess.run([pixelward.CTL, "ioc", "add", "partner.example", "--allow", "-c", self.ward.config_file], check=True)
        say()
        self.assertDrained(self.server)
        # What is told once a minute is mended as late.
        types = {key: self.server.command("TYPE", key) for key in self.server.command("KEYS", "pw:*")
                 if not key.startswith("pw:ts:node:")}
        for family in FAMILIES:
            first, _, last = family.partition("…")
            self.assertTrue([key for key in types if key.startswith(first) and key.endswith(last)], f"{family} of {sorted(types)}")
        self.server.command("SET", "a text", "not what it was")
        self.server.command("LPUSH", "a list", "not what it was")
        for foreign in ("a text", "a list"):
            for key in types:
                self.server.command("COPY", foreign, key, "REPLACE")
            self.send_campaign(60)
            say()
            self.assertMended(types)
            self.assertDrained(self.server)
        # That a type is wrong is a line, not one for each of all those answers.
        self.assertEqual(len(re.findall("WRONGTYPE", self.ward.log)), 1, self.ward.log)

    def test_a_full_server(self):
        self.start_with_server(maxmemory_policy="noeviction")
        self.server.command("CONFIG", "SET", "maxmemory", "1")
        self.send(10)
        self.assertSaidOnce("OOM")
        self.server.command("CONFIG", "SET", "maxmemory", "0")
        self.assertCounted(self.server)

    def test_a_master_that_becomes_a_replica(self):
        self.start_with_server()
        with Redis() as other:
            self.server.command("REPLICAOF", "127.0.0.1", other.port)
            self.server.wait_synchronized()  # as empty as the other one
            self.send(10)
            self.assertSaidOnce("it is a replica")
            self.server.command("REPLICAOF", "NO", "ONE")
        self.assertCounted(self.server, lost=3)

    def test_forgotten_scripts(self):
        self.start_with_server()
        for _ in range(3):
            self.server.command("SCRIPT", "FLUSH")
            self.send(3)
            self.assertLearned(self.server)
        self.assertCounted(self.server)
        self.assertEqual(self.lines(""), [])

    def test_a_server_that_hangs(self):
        self.start_with_server(deadline="500ms")
        self.server.pause()
        self.send(40)
        self.assertSaidOnce("going on without it")
        self.server.resume()
        self.assertCounted(self.server)
        self.assertSaidOnce("answers again")
        # Five that waited in vain, and one for each attempt to come back; nobody else waited at all.
        self.assertGreater(int(re.search(r"(\d+) questions were not asked", self.ward.log).group(1)), 20)

    def test_a_server_that_dies_and_comes_back_empty(self):
        self.start_with_server()
        self.server.kill()
        self.send(10)
        self.server.start(empty=True)
        self.assertCounted(self.server, lost=3)

    def test_a_failover(self):
        group = Sentinels()
        self.addCleanup(group.stop)
        self.start(f"sentinel:{group.name}@127.0.0.1:{group.ports[0]}")
        self.send(3)
        self.assertLearned(group.master)
        new = group.fail_over()
        self.send(3)
        self.assertLearned(new)
        group.wait_replicated()
        new.kill()
        self.send(3)
        self.assertCounted(group.wait_failed_over(new))

    def test_all_of_it_while_mail_flows(self):
        group = Sentinels()
        self.addCleanup(group.stop)
        self.start(f"sentinel:{group.name}@127.0.0.1:{group.ports[0]}")
        commands = [("SCRIPT", "FLUSH"), ("FUNCTION", "FLUSH"), ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
                    ("CLIENT", "PAUSE", 300, "WRITE"), ("CLIENT", "PAUSE", 300, "ALL"), ("CONFIG", "SET", "maxmemory", 1),
                    ("CONFIG", "SET", "maxmemory", 0), ("CONFIG", "SET", "min-replicas-to-write", 3),
                    ("CONFIG", "SET", "min-replicas-to-write", 0)]
        with books.Books(self.mta, threads=2) as sent:
            for command in commands:
                sent.wait_for(10)
                group.master.command(*command)
            sent.wait_for(10)
            group.fail_over()
            sent.wait_for(10)
            before = group.master
            before.kill()  # with what it has not passed on
            after = group.wait_failed_over(before)
            sent.wait_for(10)
            sent.finish()
        books.check(self, sent)
        self.assertEqual(sent.refused, {})
        self.sent = len(sent.accepted)
        self.assertDrained(after)


if __name__ == "__main__":
    unittest.main()
