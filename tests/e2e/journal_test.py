"""What Redis says of the messages judged is exact, whatever dies, is away, or begins anew."""

import json
import os
import pty
import subprocess
import time
import unittest

from . import pixelward, redis, scratch
from .redis_acl_test import create_users, password_file

CONSOLE = pixelward.BUILD + "/tests/journal/journal_console"
HOUR = 3600000


class Node:
    """A process with a journal (tests/journal/journal_console.c); its StateDir outlives it."""

    def __init__(self, name, server, start=True, **options):
        self.folder, self.process, self.written = scratch.make_folder("node"), None, 0
        self.environment = {}
        self._options = dict(StateDir=self.folder, NodeName=name, Redis="unix:" + server.socket if server else "none",
                             **options)
        pixelward.write_config(self.folder + "/conf", self._options)
        if start:
            self.start()

    def start(self):
        with open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen([CONSOLE, self.folder + "/conf"], stdin=subprocess.PIPE, text=True,
                                            stdout=subprocess.PIPE, stderr=log,
                                            env=dict(os.environ, **self.environment))
        assert self.process.stdout.readline() == "open\n", self.log

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer not in ("", "failed\n"), self.log
        return answer

    def write(self, count):
        self.say(f"write {count}")
        self.written += count

    def end(self, seconds=10):
        """Close it; what Redis does not take in that time is left."""
        self.say(f"end {int(seconds * 1000)}")
        self.process.stdin.close()
        status = self.process.wait(scratch.PATIENCE)
        assert status == 0, self.log
        self.process.stdout.close()

    def rename(self, name):
        """From its next start on."""
        self._options["NodeName"] = name
        pixelward.write_config(self.folder + "/conf", self._options)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def remove(self):
        if self.process.poll() is None:
            self.kill()
        for sign in ("ERROR: AddressSanitizer", "runtime error:"):
            assert sign not in self.log, self.log
        scratch.remove_folder(self.folder)

    @property
    def log(self):
        with open(self.folder + "/log", encoding="utf-8") as log:
            return log.read()


class JournalTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        redis.check_machine()
        self.server = redis.Redis()
        self.addCleanup(self.server.stop)

    def node(self, name="mx1", **options):
        node = Node(name, self.server, **options)
        self.addCleanup(node.remove)
        return node

    def hash(self, key):
        words = self.server.command("HGETALL", key)
        return dict(zip(words[::2], map(int, words[1::2])))

    def wait_messages(self, count, key="pw:c:all"):
        scratch.wait_until(lambda: self.hash(key).get("messages", 0) >= count, f"{count} messages in {key}")
        self.assertEqual(self.hash(key)["messages"], count)

    def events(self):
        """Queue id and node of each, in order."""
        return [dict(zip(fields[::2], fields[1::2])) for _, fields in self.server.command("XRANGE", "pw:ev", "-", "+")]

    def wait_events(self, count):
        scratch.wait_until(lambda: len(self.events()) >= count, f"{count} events")
        found = [(event["node"], event["qid"], event["time"]) for event in self.events()]
        self.assertEqual(len(found), count)
        self.assertEqual(len(set(found)), count)

    def top_list(self, kind):
        """Name: count, of all days: one may have begun just now."""
        counts = {}
        for key in self.server.command("KEYS", f"pw:top:{kind}:*"):
            words = self.server.command("ZRANGE", key, 0, -1, "WITHSCORES")
            for name, count in zip(words[::2], words[1::2]):
                counts[name] = counts.get(name, 0) + int(count)
        return counts

    def rolled_up(self, key="pw:ts:1m"):
        """Messages by time, and that every entry has every field."""
        entries = self.server.command("XRANGE", key, "-", "+")
        names = {tuple(fields[::2]) for _, fields in entries}
        self.assertLessEqual(len(names), 1)
        return {int(at.split("-")[0]): int(fields[fields.index("messages") + 1]) for at, fields in entries}

    def test_counters_rules_tops_events_and_the_index_are_those_of_the_messages(self):
        node, began = self.node(), time.time()
        node.write(5)
        self.wait_messages(5)
        self.wait_events(5)
        total = self.hash("pw:c:all")
        self.assertEqual(total, self.hash("pw:c:node:mx1"))
        self.assertEqual((total["rewritten"], total["stripped"], total["recipients"], total["live"], total["watched"],
                          total["held"]), (5, 10, 10, 5, 5, 0))
        rule = self.hash("pw:c:rule:pw.new")
        self.assertEqual((rule["hits"], rule["shadow"], self.hash("pw:c:rule:builtin.invisible")["shadow"]), (5, 5, 0))
        self.assertEqual(self.top_list("host"), {"t.news.example": 5, "u.news.example": 5})
        self.assertEqual((self.top_list("regdom"), self.top_list("sender_dom")), ({"news.example": 5},) * 2)
        days = {key[-8:] for key in self.server.command("KEYS", "pw:top:*")}
        self.assertLessEqual(days, {time.strftime("%Y%m%d", time.gmtime(at)) for at in (began, time.time())})
        self.assertEqual(self.server.command("ZCARD", "pw:i:{news.example}"), 5)
        event = self.events()[0]
        self.assertEqual((event["qid"], event["action"], event["host"], event["rule"], event["campaign"]),
                         ("Q1", "neutralise", "t.news.example,u.news.example", "builtin.invisible,shadow.pw.new", "c-1"))
        self.assertRegex(event["rcpt"], "^[0-9a-f]{16},[0-9a-f]{16}$")
        self.assertNotIn("parl.example", str(self.server.command("XRANGE", "pw:ev", "-", "+")))
        # It is told each second, and may be older than the last record.
        scratch.wait_until(lambda: json.loads(self.server.command("GET", "pw:hb:mx1"))["waiting"] == 0, "a heartbeat behind it")
        self.assertEqual(json.loads(self.server.command("GET", "pw:hb:mx1"))["mode"], "shadow")
        (at, fields), *_ = scratch.wait_until(lambda: self.server.command("XRANGE", "pw:ts:node:mx1", "-", "+"), "its health")
        self.assertRegex(at, "^[0-9]+0000-0$")
        self.assertEqual(fields[::2], ["waiting", "late", "lost", "refused", "errors"])
        self.assertTrue(0 < self.server.command("TTL", "pw:hb:mx1") <= 60)
        node.end()

    def ctl(self, node, command, *arguments):
        return subprocess.run([pixelward.CTL, command, "-c", node.folder + "/conf", *arguments], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=True).stdout

    def test_stats_and_top_show_this_node_and_all(self):
        node, other = self.node("mx1"), self.node("mx2")
        node.write(7)
        other.write(4)
        self.assertEqual(json.loads(self.ctl(node, "stats", "--json"))["totals"]["messages"], 7)  # at once
        self.wait_messages(11)
        self.wait_events(11)
        stats = scratch.wait_until(lambda: next(
            (found for found in [json.loads(self.ctl(node, "stats", "--json"))] if found["journal"]["untold"] == 0), None),
            "the journal's position")
        self.assertEqual(stats["redis"]["all"]["messages"], 11)
        self.assertEqual(sorted((each["node"], each["messages"], each["alive"]) for each in stats["redis"]["nodes"]),
                         [("mx1", 7, True), ("mx2", 4, True)])
        self.assertEqual(stats["rules"][0], {"rule": "builtin.invisible", "hits": 7, "shadow": 0, "held": 0, "watched": 7,
                                             "last_ms": stats["last_ms"]})
        self.assertEqual(stats["top"]["host"][0], {"name": "t.news.example", "messages": 7})
        self.assertRegex(self.ctl(node, "stats"), r"messages +7 +11\n")
        self.assertRegex(self.ctl(node, "top"), r"(?s)messages +7 .*rewritten 7\n.*Redis +up +11 .*7  t\.news\.example +7  ")
        node.end()
        other.end()
        self.server.kill()
        self.assertEqual(json.loads(self.ctl(node, "stats", "--json"))["redis"]["up"], False)
        self.assertEqual(json.loads(self.ctl(node, "stats", "--json"))["totals"]["messages"], 7)
        self.assertIn("Redis      away", self.ctl(node, "top"))

    def top(self, node, terminal):
        """The process, and our end of its terminal."""
        master, slave = pty.openpty()
        top = subprocess.Popen([pixelward.CTL, "top", "-c", node.folder + "/conf"], stdin=slave, stdout=slave, stderr=slave,
                               env=dict(os.environ, TERM=terminal))
        os.close(slave)
        return top, master

    def test_top_on_a_terminal_that_cannot_draw_tells_once(self):
        node = self.node()
        node.write(7)
        top, master = self.top(node, "dumb")
        self.assertEqual(top.wait(scratch.PATIENCE), 0)
        shown = os.read(master, 65536)
        os.close(master)
        self.assertIn(b"messages   7", shown)
        self.assertNotIn(b"\x1b", shown)
        node.end()

    def test_top_on_a_terminal_goes_on_until_q(self):
        node = self.node()
        node.write(7)
        top, master = self.top(node, "xterm")
        shown = b""
        while shown.count(b"messages   7") < 2:
            shown += os.read(master, 65536)
        os.write(master, b"q")
        try:
            while True:
                shown += os.read(master, 65536)
        except OSError:
            pass  # the other end is closed
        self.assertEqual(top.wait(scratch.PATIENCE), 0)
        os.close(master)
        self.assertTrue(shown.endswith(b"\x1b[?1049l"), shown[-40:])
        node.end()

    def test_killed_again_and_again_every_message_counts_once(self):
        node = self.node()
        for life in range(6):
            node.write(150)
            time.sleep(0.15 * life)  # somewhere else in what it does
            node.kill()
            node.start()
        node.write(1)
        self.wait_messages(901)
        self.assertEqual(self.hash("pw:c:rule:pw.new")["hits"], 901)
        self.wait_events(901)
        node.end()

    def test_what_Redis_missed_while_it_was_away_is_told_when_it_is_back(self):
        node = self.node()
        node.write(10)
        self.wait_messages(10)
        self.server.kill()
        node.say("step 60000")
        node.write(60)  # an hour's mail
        node.kill()
        node.start()
        node.say("step 0")
        node.write(5)
        self.server.start()
        self.wait_messages(75)
        self.wait_events(75)
        scratch.wait_until(lambda: sum(self.rolled_up().values()) >= 60, "the minutes before")
        node.end()

    def test_a_Redis_that_begins_anew_is_told_everything(self):
        node = self.node()
        node.say("step 60000")
        node.write(30)
        self.wait_messages(30)
        self.wait_events(30)
        before = scratch.wait_until(self.rolled_up, "minutes")
        self.server.kill()
        self.server.start(empty=True)
        node.say("step 0")
        node.write(3)
        self.wait_messages(33)
        self.wait_events(33)
        self.assertEqual(self.hash("pw:c:rule:pw.new")["hits"], 33)
        self.assertEqual(self.server.command("ZCARD", "pw:i:{news.example}"), 33)
        scratch.wait_until(lambda: before.items() <= self.rolled_up().items(), "the same minutes again")
        node.end()

    def test_two_gateways_are_added_up(self):
        first, second = self.node("mx1"), self.node("mx2")
        for _ in range(5):
            first.write(20)
            second.write(30)
        self.wait_messages(250)
        self.assertEqual((self.hash("pw:c:node:mx1")["messages"], self.hash("pw:c:node:mx2")["messages"]), (100, 150))
        self.wait_events(250)
        first.kill()
        self.server.kill()
        self.server.start(empty=True)
        second.write(7)
        first.start()
        self.wait_messages(257)
        self.wait_events(257)
        scratch.wait_until(lambda: self.top_list("host").get("t.news.example") == 257, "the top list")
        first.end()
        second.end()

    def roller(self, node, minute):
        """What a node says of a minute, counted from this one; answers the messages of those that are closed."""
        def roll(who, mark, *bucket):
            node.say(" ".join(map(str, ("roll", who, minute + mark, *((minute + bucket[0], bucket[1]) if bucket else ())))))
            return {at // 60000 - minute: messages for at, messages in self.rolled_up("pw:ts:t").items()}
        self.server.command("HSET", "pw:n:{pw:ts:t}", "|paused", "1")  # nobody else is waited for
        return roll

    def test_a_series_begins_with_what_is_said_first_and_each_minute_is_said_once(self):
        node, minute = self.node(), int(time.time()) // 60 - 20
        roll = self.roller(node, minute)
        self.assertEqual(roll("a", 0), {})  # before any mail
        self.assertEqual(roll("a", 0, 0, 5), {})
        self.assertEqual(roll("a", 0), {})
        self.assertEqual(roll("a", 1), {0: 5})
        self.assertEqual(roll("a", 1), {0: 5})
        self.assertEqual(roll("a", 3), {0: 5, 1: 0, 2: 0})
        # One that is emptied waits for what others have to tell.
        self.server.command("FLUSHALL")
        self.assertEqual(roll("a", 6, 4, 1), {})
        self.assertEqual(roll("b", 6, 2, 7), {})
        self.server.command("HSET", "pw:n:{pw:ts:t}", "|paused", "1")
        self.assertEqual(roll("a", 7), {2: 7, 3: 0, 4: 1, 5: 0})
        node.end()

    def test_the_time_between_is_closed_in_small_steps_or_left_out(self):
        node, minute = self.node(), int(time.time()) // 60 - 20
        roll = self.roller(node, minute)
        self.assertEqual(roll("a", -5000, -5000, 3), {})
        self.assertEqual(roll("a", 0), {-5000: 3})
        for calls in range(1, 4):
            self.assertEqual(list(roll("a", 0)), [-5000, *range(-1500, -1500 + 30 * calls)])
        self.assertEqual(sorted(self.server.command("HKEYS", "pw:b:{pw:ts:t}")), ["carry", "closed"])
        node.end()

    def test_a_minute_is_closed_when_all_are_done_with_it_and_sums_stay_right(self):
        node, minute = self.node(), int(time.time()) // 60 - 20
        roll = self.roller(node, minute)
        self.assertEqual(roll("a", 0), {})
        self.assertEqual(roll("b", 0), {})
        self.assertEqual(roll("a", 1, 0, 5), {})  # b is not done
        self.assertEqual(roll("a", 1, 0, 6), {})  # absolute: six, not eleven
        self.assertEqual(roll("b", 1, 0, 30), {0: 36})
        self.assertEqual(roll("b", 1, 0, 30), {0: 36})  # said twice
        self.assertEqual(roll("a", 3, 2, 1), {0: 36})
        self.assertEqual(roll("b", 3), {0: 36, 1: 0, 2: 1})
        self.assertEqual(roll("b", 3, 1, 7), {0: 36, 1: 0, 2: 1})  # too late
        self.assertEqual(roll("b", 3, 1, 9), {0: 36, 1: 0, 2: 1})
        self.assertEqual(roll("a", 4, 3, 2), {0: 36, 1: 0, 2: 1})
        self.assertEqual(roll("b", 4, 3, 3), {0: 36, 1: 0, 2: 1, 3: 14})
        # b has not spoken for so long that nobody waits for it.
        self.server.command("HSET", "pw:n:{pw:ts:t}", "b", f"{minute + 4} {int(time.time() - 200) * 1000}")
        self.assertEqual(roll("a", 5, 4, 8), {0: 36, 1: 0, 2: 1, 3: 14, 4: 8})
        # After a time without anybody the others have a while to come back.
        for who in "ab":
            self.server.command("HSET", "pw:n:{pw:ts:t}", who, f"{minute + 5} {int(time.time() - 200) * 1000}")
        self.assertEqual(roll("a", 7, 5, 1), {0: 36, 1: 0, 2: 1, 3: 14, 4: 8})
        self.server.command("HSET", "pw:n:{pw:ts:t}", "|paused", "1")
        self.assertEqual(roll("a", 7), {0: 36, 1: 0, 2: 1, 3: 14, 4: 8, 5: 1, 6: 0})
        # Minutes that have not come yet are not closed, whatever a clock says.
        before = int(time.time()) // 60
        self.assertIn(max(roll("a", 100000)) + minute + 1, (before, int(time.time()) // 60))
        node.end()

    def test_what_comes_when_its_hour_is_closed_is_in_the_next_one(self):
        first, second = self.node("mx1"), self.node("mx2")
        first.say(f"step {2 * HOUR}")
        first.write(1)  # two hours ago
        scratch.wait_until(lambda: any(self.rolled_up("pw:ts:1h").values()), "the hour")
        entries = self.rolled_up("pw:ts:1h")  # that one, and all until now: an hour may have begun just now
        self.assertEqual((sum(entries.values()), entries[min(entries)]), (1, 1))
        second.say(f"step {2 * HOUR}")
        second.write(1)
        self.wait_messages(2)
        carried = scratch.wait_until(lambda: self.server.command("HGET", "pw:b:{pw:ts:1h}", "carry"), "the next one")
        self.assertEqual(carried.split()[0], "1")
        after = self.rolled_up("pw:ts:1h")
        self.assertEqual({at: after[at] for at in entries}, entries)
        first.end()
        second.end()

    def test_a_StateDir_that_was_lost_takes_nothing_away(self):
        node = self.node()
        node.write(10)
        self.wait_messages(10)
        node.end()
        subprocess.run(["rm", "-r", node.folder + "/journal"], check=True)
        node.start()
        node.write(5)
        self.wait_messages(15)
        self.assertEqual(self.hash("pw:c:node:mx1")["messages"], 15)
        self.wait_events(15)
        node.end()

    def by_node(self, *names):
        return [self.hash(f"pw:c:node:{name}").get("messages", 0) for name in names]

    def test_a_gateway_with_another_name_goes_on_and_what_it_counted_stays_under_the_name_before(self):
        node = self.node("mx1")
        node.write(10)
        self.wait_messages(10)
        self.wait_events(10)
        node.kill()
        node.rename("mx2")
        node.start()
        node.write(5)
        self.wait_messages(15)
        self.wait_events(15)
        self.assertEqual(self.by_node("mx1", "mx2"), [10, 5])
        # Also what it was killed over, and where Redis begins anew; and back.
        node.write(4)
        node.kill()
        self.server.kill()
        self.server.start(empty=True)
        node.rename("mx3")
        node.start()
        node.write(3)
        self.wait_messages(22)
        self.wait_events(22)
        self.assertEqual(self.by_node("mx1", "mx2", "mx3"), [10, 9, 3])
        self.assertEqual([event["node"] for event in self.events()], ["mx1"] * 10 + ["mx2"] * 9 + ["mx3"] * 3)
        node.end()
        node.rename("mx1")
        node.start()
        node.write(1)
        self.wait_messages(23)
        self.wait_events(23)
        self.assertEqual(self.by_node("mx1", "mx2", "mx3"), [11, 9, 3])
        self.assertEqual(self.hash("pw:c:rule:pw.new")["hits"], 23)
        self.assertEqual(self.top_list("host")["t.news.example"], 23)
        self.assertEqual(self.server.command("ZCARD", "pw:i:{news.example}"), 23)
        node.end()

    def test_a_gateway_that_takes_the_name_of_another_is_told_apart(self):
        older, newer = self.node("mx1"), self.node("mx2")
        older.write(6)
        newer.write(5)
        self.wait_messages(11)
        older.end()
        newer.end()
        older.rename("mx2")
        newer.rename("mx1")
        older.start()
        newer.start()
        newer.write(20)
        older.write(10)
        self.wait_messages(41)
        self.wait_events(41)
        self.assertEqual(self.by_node("mx1", "mx2"), [26, 15])
        nodes = json.loads(self.ctl(older, "stats", "--json"))["redis"]["nodes"]
        self.assertEqual(sorted((each["node"], each["messages"], each["alive"]) for each in nodes),
                         [("mx1", 26, True), ("mx2", 15, True)])
        older.end()
        newer.end()

    def test_counters_that_begin_anew_are_told_apart_from_those_before(self):
        node = self.node("mx1")
        node.write(10)
        self.wait_messages(10)
        self.wait_events(10)
        node.kill()
        for which in "01":
            with open(f"{node.folder}/journal/counters.{which}", "w", encoding="ascii") as counters:
                counters.write("garbage")
        node.rename("mx2")
        node.start()
        node.write(2)
        self.wait_messages(12)
        self.wait_events(12)
        self.assertEqual(self.by_node("mx1", "mx2"), [10, 2])
        node.end()

    def test_as_the_user_writer_it_may_do_what_it_does(self):
        create_users(self.server)
        node = self.node(RedisUser="writer", RedisPasswordFile=password_file(self.server))
        node.write(6)
        self.wait_messages(6)
        self.wait_events(6)
        self.assertEqual(self.top_list("host")["t.news.example"], 6)
        self.assertNotIn("NOPERM", node.log)
        node.end()

    def test_a_refusal_of_the_health_itself_is_in_the_health_that_is_taken(self):
        self.server.command("ACL", "SETUSER", "default", "resetkeys", "~pw:[^t]*", "~pw:t[^s]*", "~pw:ts:1*")
        node = self.node()
        scratch.wait_until(lambda: "does not take the counters" in node.log, "a refusal")
        self.server.command("ACL", "SETUSER", "default", "allkeys")
        (_, fields), *_ = scratch.wait_until(lambda: self.server.command("XRANGE", "pw:ts:node:mx1", "-", "+"),
                                             "the node's health")
        self.assertGreater(int(fields[fields.index("errors") + 1]), 0)
        node.end()

    def test_a_minute_s_health_is_told_once_and_who_asks_again_hears_which(self):
        node = self.node()
        self.assertEqual([node.say(f"health {at} {errors}") for at, errors in (
            (60000, 1), (60000, 1), (60000, 2), (120000, 2), (60000, 1), (120000, 2))],
            ["1\n", "1\n", "0\n", "1\n", "0\n", "1\n"])
        entries = self.server.command("XRANGE", "pw:ts:node:t", "-", "+")
        self.assertEqual(entries, [["60000-0", ["errors", "1"]], ["120000-0", ["errors", "2"]]])
        node.end()

    def test_a_clock_that_jumped_leaves_the_index_as_it_was(self):
        node = self.node()
        node.write(3)
        self.wait_events(3)
        node.say(f"step {-24 * HOUR * 365}")
        node.write(1)
        self.wait_events(4)
        node.say("step 0")
        node.write(1)
        self.wait_events(5)
        index = self.server.command("ZRANGE", "pw:i:{news.example}", 0, -1, "WITHSCORES")
        self.assertEqual([member.split()[0] for member in index[::2]], ["Q1", "Q2", "Q3", "Q4", "Q5"])
        self.assertLess(max(map(int, index[1::2])), (time.time() + 2) * 1000)
        node.end()

    def test_what_stands_under_our_names_and_is_something_else_goes(self):
        for key in ("pw:c:all", "pw:ts:1m", "pw:ev", "pw:b:{pw:c:all}", "pw:c:node:mx1"):
            self.server.command("LPUSH", key, "x")
        node = self.node()
        node.write(4)
        for key in ("pw:c:all", "pw:ev", "pw:c:node:mx1"):
            scratch.wait_until(lambda: self.server.command("TYPE", key) != "list", f"{key} to be ours again")
        self.wait_messages(4)
        self.wait_messages(4, "pw:c:node:mx1")
        self.wait_events(4)
        node.end()

    def test_garbage_at_the_end_of_the_journal_is_cut_and_all_before_it_counts(self):
        node = self.node()
        node.write(20)
        node.kill()
        files = sorted(name for name in os.listdir(node.folder + "/journal") if name.endswith(".pwj"))
        with open(f"{node.folder}/journal/{files[-1]}", "ab") as journal:
            journal.write(os.urandom(5000))
        node.start()
        node.write(1)
        self.wait_messages(21)
        self.wait_events(21)
        self.assertIn("5000 torn bytes", node.log)
        node.end()


if __name__ == "__main__":
    unittest.main()
