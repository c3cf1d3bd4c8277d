"""The daemon's Redis client (base/redis) against real servers that die, hang, refuse and change their roles."""

import contextlib
import os
import re
import socketserver
import subprocess
import tempfile
import threading
import unittest

from . import redis, scratch
from .redis import Redis, Sentinel, Sentinels

CONSOLE = os.path.join(os.environ.get("BUILD", "build"), "tests/base/redis_console")
PATIENT = "5s"  # no busy machine makes it late
HASTY = "100ms"


class Console:
    """tests/base/redis_console.c: ask("GET k; PING") -> (milliseconds, "OK", ["v", "PONG"])."""

    def __init__(self, address, user="", password_file="", deadline=PATIENT, environment=None):
        self._log = tempfile.TemporaryFile(mode="w+")
        self._process = subprocess.Popen([CONSOLE, address, user or '""', password_file or '""', deadline], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=self._log, text=True,
                                         env=dict(os.environ, **(environment or {})))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self.status = self._process.wait(timeout=scratch.PATIENCE)
        self._process.stdout.close()
        self._log.close()
        assert self.status == 0, f"the console ended with {self.status}"

    def line(self, text):
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def ask(self, text):
        ms, outcome, answers = re.fullmatch(r"(\d+) (\w+)(?:: (.*))?", self.line(text)).groups()
        return int(ms), outcome, answers.split("; ") if answers else []

    def answers(self, text):
        return self.ask(text)[2]

    def numbers(self, text):
        return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", self.line(text))}

    def health(self):
        return self.numbers("!health")

    def peak_memory(self):
        with open(f"/proc/{self._process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) << 10

    @property
    def log(self):
        self._log.seek(0)
        return self._log.read()

    def wait_answers(self, text="PING"):
        return scratch.wait_until(lambda: self.answers(text), "Redis to answer again")


class Impostor(socketserver.ThreadingTCPServer):
    """Introduces itself as a master, and says then what no Redis says: `words` to each question, as often as they are taken."""

    HONEST = {b"CLIENT": b"+OK\r\n", b"ROLE": b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", b"PING": b"+PONG\r\n"}
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.words, self.endless, self.hangs_up, self.port = b"", False, False, self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass  # who asked hung up: that is what it should do

    def finish_request(self, request, client_address):
        lines = request.makefile("rb")
        for line in lines:
            command = [lines.readline() and lines.readline().strip() for _ in range(int(line[1:]))][0]
            if command in self.HONEST:
                request.sendall(self.HONEST[command])
                continue
            request.sendall(self.words)
            while self.endless:
                request.sendall(bytes(65536))
            if self.hangs_up:
                return


NO_ANSWERS = {
    "no Redis at all": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "zeros": bytes(1000),
    "a line without an end": b"+" + b"x" * 100000,
    "half a text": b"$10\r\nabc",
    "half a list": b"*3\r\n+a\r\n",
    "a text of a length that no number holds": b"$99999999999999999999999\r\n",
    "the longest text": b"$9223372036854775807\r\nabc",
    "a text of negative length": b"$-7\r\n",
    "the longest list": b"*2147483647\r\n",
    "a long list": b"*100000000\r\n:1\r\n",
    "a list of negative length": b"*-7\r\n",
    "lists in lists": b"*1\r\n" * 100 + b":1\r\n",
    "a number that is too long": b":99999999999999999999999\r\n",
    "one answer too many": b"+a\r\n+b\r\n",
}


class RedisClient(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()

    def test_commands_go_together_by_socket_and_by_port(self):
        with Redis() as server:
            for address in (f"unix:{server.socket}", f"tcp:127.0.0.1:{server.port}", f"tcp:localhost:{server.port}"):
                with Console(address) as console:
                    self.assertEqual(console.answers("SET k v; GET k; STRLEN k; GET none; LRANGE none 0 -1; HGET k f")[:5],
                                     ["OK", "v", "1", "nil", "[]"])
                    self.assertEqual(console.health()["errors"], 1)
                    self.assertIn("WRONGTYPE", console.log)
                    self.assertEqual(console.answers("COMMAND COUNT; MGET k none"), [str(server.command("COMMAND", "COUNT")),
                                                                                     "[v nil]"])

    def test_a_script_is_sent_once_and_again_when_it_was_forgotten(self):
        with Redis() as server, Console(f"unix:{server.socket}") as console:
            self.assertEqual(console.answers("=INCRBY n 1; =INCRBY n 1"), ["1", "2"])
            self.assertEqual(console.health()["scripts"], 1)
            server.command("SCRIPT", "FLUSH")
            # Only the commands that were not carried out are sent again.
            self.assertEqual(console.answers("INCRBY n 10; =INCRBY n 100; INCRBY n 1000; =GET n"),
                             ["12", "1112", "1012", "1112"])
            health = console.health()
            self.assertEqual((health["errors"], health["lost"]), (0, 0))
            self.assertEqual(console.log, "")

    def test_what_is_late_is_never_the_answer_to_another_question(self):
        with Redis() as server, Console(f"unix:{server.socket}", deadline=HASTY) as console:
            console.wait_answers()
            server.pause()
            for word in "abc":
                _, outcome, answers = console.ask("ECHO " + word)
                self.assertEqual((outcome, answers), ("AWAY", []))
            server.resume()
            self.assertEqual(console.wait_answers("ECHO d"), ["d"])
            self.assertGreater(console.health()["late"], 0)

    def test_while_it_hangs_nobody_waits_after_some_failures(self):
        with Redis() as server, Console(f"unix:{server.socket}", deadline=HASTY) as console:
            console.wait_answers()
            server.pause()
            scratch.wait_until(lambda: console.ask("PING")[1] == "AWAY" and console.health()["opened"], "the breaker")

            def nobody_waited():
                before = console.health()["late"]
                for _ in range(50):
                    self.assertEqual(console.ask("PING")[1], "AWAY")
                return console.health()["late"] == before  # but for who tries whether it is back
            scratch.wait_until(nobody_waited, "fifty for whom nobody waits")
            health = console.health()
            self.assertEqual(health["up"], 0)
            self.assertGreaterEqual(health["refused"], 50)
            self.assertEqual(console.log.count("going on without it"), 1, console.log)
            server.resume()
            console.wait_answers()
            self.assertIn("answers again after", console.log)
            self.assertEqual(console.health()["up"], 1)

    def test_a_server_that_died_comes_back(self):
        with Redis() as server, Console(f"tcp:127.0.0.1:{server.port}") as console:
            for life in (1, 2):
                self.assertEqual(console.wait_answers("INCR n"), [str(life)])
                server.kill()
                scratch.wait_until(lambda: console.ask("PING")[1] == "AWAY" and not console.health()["up"], "the end")
                server.start()
            console.wait_answers()
            # A slow one is also met while it loads its data.
            self.assertEqual(len(re.findall(r"(?m)^(?!.* LOADING ).*going on without it$", console.log)), 2, console.log)
            self.assertEqual(console.log.count("answers again"), 2, console.log)

    def test_an_idle_connection_that_was_closed_costs_no_question(self):
        with Redis() as server, Console(f"unix:{server.socket}") as console:
            for _ in range(5):
                self.assertEqual(console.answers("PING"), ["PONG"])
                server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            self.assertEqual(console.health()["lost"], 0)

    def test_what_is_no_answer_is_none(self):
        for endless, hangs_up in ((False, False), (False, True), (True, False)):
            for name, words in NO_ANSWERS.items():
                with self.subTest(name, endless=endless, hangs_up=hangs_up), Impostor() as server, \
                        Console(f"tcp:127.0.0.1:{server.port}", deadline=HASTY) as console:
                    console.wait_answers("PING")
                    before = console.health()
                    server.words, server.endless, server.hangs_up = words, endless, hangs_up
                    self.assertEqual(console.ask("ECHO a")[1:], ("AWAY", []))
                    health = console.health()
                    self.assertEqual(health["late"] + health["lost"], before["late"] + before["lost"] + 1)
                    # Nothing of it is left for who asks next.
                    server.words, server.endless, server.hangs_up = b"+b\r\n", False, False
                    self.assertEqual(console.wait_answers("ECHO b"), ["b"])
                    self.assertLess(console.peak_memory(), 256 << 20)

    def test_a_server_that_loads_its_data_is_not_there_yet(self):
        # It has 200 keys, takes its time for each, and says LOADING meanwhile.
        with Redis(appendonly="no", key_load_delay=10000, loading_process_events_interval_bytes=1024) as server, \
                Console(f"unix:{server.socket}") as console:
            for number in range(200):
                self.assertEqual(console.wait_answers(f"SET {number} {'x' * 100}"), ["OK"])
            server.command("SAVE")
            server.kill()
            scratch.wait_until(lambda: not console.answers("PING") and not console.health()["up"], "the end")
            starting = threading.Thread(target=server.start)
            starting.start()
            self.assertEqual(len(console.wait_answers("GET 1")[0]), 100)
            starting.join()
            self.assertLessEqual(console.log.count("LOADING"), 1, console.log)
            self.assertEqual(console.log.count("answers again"), 1, console.log)

    def test_nobody_is_there_at_first(self):
        with Redis() as server:
            server.kill()
            with Console(f"unix:{server.socket}") as console:
                self.assertEqual(console.ask("PING")[1], "AWAY")
                self.assertRegex(console.log, r"redis: unix:/\S+: /\S+: (No such file|Connection refused)")
                server.start()
                self.assertEqual(console.wait_answers(), ["PONG"])

    def test_threads_share_few_connections_and_get_their_own_answers(self):
        with Redis() as server, Console(f"unix:{server.socket}") as console:
            self.assertEqual(console.numbers("!storm 16 200"), {"answered": 3200, "away": 0, "wrong": 0})
            self.assertLessEqual(console.health()["connected"], 8)

    def test_a_server_that_takes_few_connections_is_not_pestered(self):
        with Redis() as server, server.client("bench") as admin, Console(f"unix:{server.socket}") as console:
            console.wait_answers()
            admin.command("CONFIG", "SET", "maxclients", "2")
            self.assertEqual(console.numbers("!storm 16 200"), {"answered": 3200, "away": 0, "wrong": 0})
            rejected = re.search(r"rejected_connections:(\d+)", admin.command("INFO", "stats")).group(1)
            self.assertLess(int(rejected), 50)
            self.assertEqual(console.health()["opened"], 0)

    def test_threads_get_no_foreign_answers_while_the_server_stumbles(self):
        with Redis() as server, Console(f"unix:{server.socket}", deadline="5ms") as console:
            console.line("!health")
            console._process.stdin.write("!storm 8 400\n")
            console._process.stdin.flush()
            for _ in range(5):
                server.pause()
                server.resume()
                server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            numbers = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", console._process.stdout.readline())}
            self.assertEqual((numbers["wrong"], numbers["answered"] + numbers["away"]), (0, 3200))

    def test_name_and_password_come_from_a_file_or_a_credential(self):
        acl = "user default off\nuser writer on >s3cret ~pw:* +@all\n"
        with Redis(acl=acl) as server:
            right, wrong = server.folder + "/right", server.folder + "/wrong"
            for path, text in ((right, "s3cret\n"), (wrong, "guess\n")):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            address = f"unix:{server.socket}"
            with Console(address, "writer", right) as console:
                self.assertEqual(console.answers("SET pw:a 1"), ["OK"])
                self.assertIn("NOPERM", console.answers("SET a 1")[0])
            with Console(address, "writer", "right", environment={"CREDENTIALS_DIRECTORY": server.folder}) as console:
                self.assertEqual(console.answers("GET pw:a"), ["1"])
            with Console(address, "writer", wrong) as console:
                self.assertEqual(console.ask("GET pw:a")[1], "AWAY")
                self.assertIn("WRONGPASS", console.log)
                os.replace(right, wrong)  # mended without a restart
                self.assertEqual(console.wait_answers("GET pw:a"), ["1"])
                self.assertEqual(console.log.count("WRONGPASS"), 1, console.log)
                self.assertNotIn("guess", console.log)
            os.mkdir(server.folder + "/folder")
            os.mkfifo(server.folder + "/pipe")
            for name, text in (("empty", "\ns3cret\n"), ("long", "s" * 1000)):
                with open(f"{server.folder}/{name}", "w", encoding="utf-8") as file:
                    file.write(text)
            for name, why in (("none", "No such file or directory"), ("folder", "Is a directory"),
                              ("pipe", "its first line is empty"), ("empty", "its first line is empty"),
                              ("long", "its first line is too long for a password")):
                with self.subTest(name), Console(address, "writer", f"{server.folder}/{name}") as console:
                    self.assertEqual(console.ask("GET pw:a")[1], "AWAY")
                    self.assertIn(f"/{name}: {why}", console.log)

    def test_errors_are_said_once_and_counted(self):
        with Redis(maxmemory="1", maxmemory_policy="noeviction") as server:
            with Console(f"unix:{server.socket}") as console:
                for _ in range(20):
                    self.assertIn("OOM", console.answers("SET k v")[0])
                self.assertEqual(console.log.count("OOM"), 1, console.log)
                self.assertEqual(console.health()["errors"], 20)
                self.assertEqual(console.health()["up"], 1)
                server.command("CONFIG", "SET", "maxmemory", "100mb")
                self.assertEqual(console.answers("SET k v"), ["OK"])

    def test_a_replica_is_not_asked(self):
        with Redis() as master, Redis(replica_of=master) as replica:
            with Console(f"unix:{replica.socket}") as console:
                self.assertEqual(console.ask("GET k")[1], "AWAY")
                self.assertIn("it is a replica", console.log)
                replica.command("REPLICAOF", "NO", "ONE")
                self.assertEqual(console.wait_answers("SET k v"), ["OK"])
                # It becomes one under way: the next write says so, and the connection is given up.
                replica.command("REPLICAOF", "127.0.0.1", master.port)
                scratch.wait_until(lambda: not console.ask("SET k w")[2] and not console.health()["up"], "the breaker")
                self.assertEqual(console.log.count("it is a replica"), 2, console.log)

    def test_sentinel_says_where_the_master_is_also_after_a_failover(self):
        with Sentinels() as crowd:
            address = "sentinel:%s@127.0.0.1:%d,127.0.0.1:%d" % (crowd.name, scratch.free_port(), crowd.ports[0])
            with Console(address) as console:
                self.assertEqual(console.wait_answers("SET k v"), ["OK"])
                self.assertEqual(crowd.master.command("GET", "k"), "v")
                new = crowd.fail_over()
                scratch.wait_until(lambda: console.answers("SET k w") == ["OK"] and new.command("GET", "k") == "w",
                                   "the client to write to the new master")
                before = crowd.master
                before.kill()
                crowd.wait_failed_over(before)
                scratch.wait_until(lambda: console.answers("SET k x") == ["OK"], "the client to find the other one")
    def test_sentinels_that_name_nobody_or_the_wrong_one_are_passed_by(self):
        with contextlib.ExitStack() as stack:
            crowd = stack.enter_context(Sentinels())
            master = crowd.master
            replica, = (server for server in crowd.servers if server is not master)
            dead = stack.enter_context(Redis(appendonly="no"))
            names_the_dead, names_the_replica, hangs = (stack.enter_context(Sentinel(crowd.name, server))
                                                        for server in (dead, replica, master))
            dead.kill()
            hangs.pause()
            self.assertEqual(names_the_replica.master_port(), replica.port)
            for first in (names_the_dead, names_the_replica, hangs):
                address = "sentinel:%s@127.0.0.1:%d,127.0.0.1:%d" % (crowd.name, first.port, crowd.ports[0])
                with self.subTest(address), Console(address) as console:
                    self.assertEqual(console.wait_answers("INCR n")[0][:1], "1")
                    self.assertEqual(master.command("GETDEL", "n"), "1")
            # None that is right: of each outage what is wrong is said once, were it that a busy machine was late.
            with Console("sentinel:%s@127.0.0.1:%d,127.0.0.1:%d" % (crowd.name, names_the_dead.port, names_the_replica.port)) as console:
                for _ in range(20):
                    self.assertEqual(console.ask("PING")[1], "AWAY")
                said = re.findall(r"(?m)^.*going on without it$", console.log)
                self.assertTrue(said)
                self.assertEqual(len(said), len(set(said)), console.log)
            hangs.resume()
            with Console("sentinel:nobody@127.0.0.1:%d" % crowd.ports[0]) as console:
                self.assertEqual(console.ask("PING")[1], "AWAY")
                self.assertIn("knows no master nobody", console.log)


if __name__ == "__main__":
    unittest.main()
