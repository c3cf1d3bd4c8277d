"""
Private Redis servers: own folder, Unix socket and loopback port, gone without a trace; and what Sentinel adds to them.

    with Redis(maxmemory="2mb") as server:
        server.command("SET", "key", "value")
        server.kill()
        server.start(empty=True)
"""

import os
import shutil
import signal
import socket
import subprocess
import unittest

from . import scratch

# The server's own binary, which acts as what it is called: so Debian's redis-tools are enough, without the system service.
BINARY = "redis-check-rdb"

SETTINGS = {
    "daemonize": "no",
    "bind": "127.0.0.1",
    "protected-mode": "no",
    "unixsocketperm": "777",  # the daemon that is tested may have changed its user
    # What was acknowledged survives kill -9: what a test misses then was lost by somebody else.
    "appendonly": "yes",
    "appendfsync": "always",
    "save": '""',
    "repl-diskless-sync-delay": "0",
    "repl-ping-replica-period": "1",
    "enable-debug-command": "local",
    # The tests' own user: they look at the server whatever the users of the product may do there.
    "masteruser": "bench",
    "masterauth": "bench",
}
EVERYTHING = "on nopass ~* &* +@all"
BENCH_USER = f"user bench {EVERYTHING}\n"
DEFAULT_USER = f"user default {EVERYTHING}\n"

SENTINEL_SETTINGS = """\
bind 127.0.0.1
port {port}
dir {folder}
sentinel monitor {name} 127.0.0.1 {master} 1
sentinel auth-user {name} bench
sentinel auth-pass {name} bench
sentinel down-after-milliseconds {name} {patient}
sentinel failover-timeout {name} 2000
"""
# No busy machine makes a sentinel believe that a server died: it is told when one did.
PATIENT_MS, HASTY_MS = 3600000, 500
# Sentinel looks around every few seconds, and does nothing for half a minute when it was held up itself; so that no test
# waits for that:
HURRY = """info-period 100 publish-period 100 ask-period 100 min-link-reconnect-period 500 tilt-trigger 3600000
    tilt-period 100""".split()


class CannotRun(unittest.SkipTest):
    """There is no Redis on this machine; the text says what helps. A test that raises it is counted as skipped."""


class RedisError(Exception):
    """Redis answered with an error; its text begins with the kind: WRONGTYPE, NOAUTH, OOM, …"""


class HungUp(ConnectionError):
    """In the midst of an answer, or before it."""


def check_machine():
    if not shutil.which(BINARY):
        raise CannotRun("there is no Redis here: tools/install-deps.sh test")


class Client:
    """
    One connection: command("HGET", "key", "field") -> str, int, None or a list of these; a RedisError is raised.
    Bytes that are no UTF-8 come as os.fsdecode() has them.
    """

    def __init__(self, address, user=None, password="bench"):
        """address: the path of a Unix socket, or a port of 127.0.0.1."""
        if isinstance(address, int):
            self._socket = socket.create_connection(("127.0.0.1", address), timeout=scratch.PATIENCE)
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(scratch.PATIENCE)
            self._socket.connect(address)
        self._lines = self._socket.makefile("rb")
        try:
            if user:
                self.command("AUTH", user, password)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._lines.close()
        self._socket.close()

    def command(self, *words):
        words = [word if isinstance(word, bytes) else os.fsencode(str(word)) for word in words]
        self._socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        answer = self._read()
        if isinstance(answer, RedisError):
            raise answer
        return answer

    def _read(self):
        line = self._lines.readline()
        if not line.endswith(b"\r\n"):
            raise HungUp("Redis hung up")
        kind, text = line[:1], os.fsdecode(line[1:-2])
        if kind == b"+":
            return text
        if kind == b"-":
            return RedisError(text)
        if kind == b":":
            return int(text)
        if kind == b"$":
            return None if int(text) < 0 else os.fsdecode(self._lines.read(int(text) + 2)[:-2])
        if kind == b"*":
            return None if int(text) < 0 else [self._read() for _ in range(int(text))]
        raise ConnectionError(f"this is no Redis: {line!r}")


class _Server:
    """A process of the Redis binary with a folder and a port of its own."""

    user = None  # as whom the tests ask it
    arguments = ()

    def __init__(self):
        self.folder = self.process = self._guard = None
        check_machine()
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("redis")
            for _ in range(5):
                self.port = scratch.free_port()
                self._configure()
                try:
                    return self.start()
                except CannotRun as reason:  # somebody else took the port meanwhile
                    why = reason
            raise why
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)

    @property
    def log(self):
        try:
            with open(self.folder + "/log", encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def start(self):
        with scratch.Undisturbed(), open(self.folder + "/log", "ab") as log:
            self.process = subprocess.Popen(["redis-server", self.folder + "/conf", *self.arguments],
                                            executable=shutil.which(BINARY), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.folder, start_new_session=True)
            self._guard = scratch.Guard(self.process.pid, self.folder)
        scratch.witnesses.add(self)
        scratch.wait_until(lambda: self.process.poll() is not None or self._answers(), "Redis to start")
        if self.process.poll() is not None:
            self._guard.dismiss()
            self.process = None
            raise CannotRun("Redis does not start:\n" + self.log)

    def _answers(self):
        try:
            # Whoever else listens on the port is not this process.
            return (f"process_id:{self.process.pid}\r\n" in self.command("INFO", "server") and
                    self.command("PING") == "PONG")
        except (OSError, RedisError):  # it may still be LOADING
            return False

    def kill(self):
        """kill -9. Its folder stays, so that start() begins a second life with the same data, socket and port."""
        if self.process is not None:
            scratch.stop(self.process, "Redis", how=signal.SIGKILL)
            self.process = None
            self._guard.dismiss()

    def pause(self):
        """SIGSTOP: it still accepts connections, as far as the kernel does, and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def testimony(self):
        return f"Redis in {self.folder}, port {self.port}:{scratch.tail(self.log, 20)}"

    def stop(self):
        with scratch.Undisturbed():
            scratch.witnesses.discard(self)
            self.kill()  # asked politely, it refuses while it rewrites its files
            if os.environ.get("PW_KEEP"):
                print("kept:", self.folder)
            elif self.folder:
                scratch.remove_folder(self.folder)

    def client(self, user=None, password="bench"):
        """A connection of its own; without a user as anybody who comes, else as that one."""
        return Client(self.port, user, password)

    def command(self, *words):
        """
        One command on a connection of its own, as a user who may everything. A server that becomes a replica hangs up on
        everybody: it is asked again, so that this is for what may be said twice.
        """
        while True:
            try:
                with self.client(self.user) as client:
                    return client.command(*words)
            except (ConnectionResetError, BrokenPipeError, HungUp):
                if self.process is None or self.process.poll() is not None:
                    raise


class Redis(_Server):
    """
    One running server. Settings are lines of redis.conf: Redis(maxmemory="2mb", maxmemory_policy="noeviction").
    acl: lines of an ACL file ("user writer on >secret ~pw:* +@all"); without a line for the user default it may
    everything. replica_of: another Redis.
    """

    user = "bench"

    def __init__(self, acl="", replica_of=None, **settings):
        self._acl, self._master = acl, replica_of
        self._settings = dict(SETTINGS, **{key.replace("_", "-"): value for key, value in settings.items()})
        super().__init__()
        if replica_of is not None:
            try:
                self.wait_synchronized()
            except BaseException:
                self.stop()
                raise

    def _configure(self):
        self.socket = self.folder + "/redis.sock"
        self._data = self.folder + "/data"
        os.makedirs(self._data, exist_ok=True)
        own = "" if any(line.split()[:2] == ["user", "default"] for line in self._acl.splitlines()) else DEFAULT_USER
        self._write("acl", BENCH_USER + own + self._acl)
        places = {"port": self.port, "unixsocket": self.socket, "dir": self._data, "aclfile": self.folder + "/acl"}
        if self._master is not None:
            places["replicaof"] = f"127.0.0.1 {self._master.port}"
        self._write("conf", "".join(f"{key} {value}\n" for key, value in dict(self._settings, **places).items()))

    def start(self, empty=False):
        """empty: as a server that has lost what it had."""
        if empty:
            shutil.rmtree(self._data)
            os.mkdir(self._data)
        super().start()

    def restart(self, empty=False):
        """kill -9, and the next life."""
        self.kill()
        self.start(empty)

    def hash(self, key):
        """HGETALL as a dictionary."""
        answer = self.command("HGETALL", key)
        return dict(zip(answer[::2], answer[1::2]))

    def info(self, section):
        return dict(line.split(":", 1) for line in self.command("INFO", section).splitlines() if ":" in line)

    def calls(self, name):
        """How often this server has carried out a command ("evalsha") in this life, whatever came of it."""
        counts = self.info("commandstats").get("cmdstat_" + name.lower(), "calls=0")
        return int(counts.split(",")[0].split("=")[1])

    def wait_synchronized(self):
        scratch.wait_until(lambda: self.info("replication").get("master_link_status") == "up", "the replica to be in step")


class Sentinel(_Server):
    """One sentinel. Redis without a user for the tests: who asks a sentinel needs no name."""

    arguments = ("--sentinel",)

    def __init__(self, name, master):
        self._name, self._master = name, master
        super().__init__()

    def _configure(self):
        # Sentinel rewrites it: a second life would begin with what the first one learned.
        self._write("conf", SENTINEL_SETTINGS.format(name=self._name, folder=self.folder, port=self.port,
                                                     master=self._master.port, patient=PATIENT_MS))

    def start(self):
        super().start()
        self.command("SENTINEL", "DEBUG", *HURRY)

    def master_port(self):
        return int(self.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._name)[1])

    def knows(self, replicas, sentinels):
        answer = self.command("SENTINEL", "MASTER", self._name)
        state = dict(zip(answer[::2], answer[1::2]))
        return int(state["num-slaves"]) >= replicas and int(state["num-other-sentinels"]) >= sentinels


class Sentinels:
    """
    A master, a replica of it, and one to three sentinels that watch them: quorum 1.
    acl and settings: of both servers, as for Redis.
    """

    def __init__(self, count=1, name="pixelward", **settings):
        self.name, self.servers, self.sentinels = name, [], []
        try:
            self.servers.append(Redis(**settings))
            self.servers.append(Redis(replica_of=self.servers[0], **settings))
            for _ in range(count):
                self.sentinels.append(Sentinel(name, self.servers[0]))
            scratch.wait_until(lambda: all(one.knows(1, count - 1) for one in self.sentinels), "the sentinels to meet")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for server in self.sentinels + self.servers:
            server.stop()

    @property
    def ports(self):
        return [sentinel.port for sentinel in self.sentinels]

    @property
    def master(self):
        """Whom the first sentinel names."""
        port = self.sentinels[0].master_port()
        return next(server for server in self.servers if server.port == port)

    def fail_over(self):
        """Without a fault, as an administrator does it: the old master becomes a replica. The new master."""
        before = self.master
        self.wait_replicated()
        for _ in range(5):
            # INPROG, NOGOODSLAVE: it has not looked at the replica yet.
            scratch.wait_until(self._begin, "Sentinel to accept a failover")
            try:
                scratch.wait_until(lambda: self.sentinels[0].master_port() != before.port, "another master", scratch.PATIENCE / 4)
                break
            except scratch.Timeout:  # it gives up after failover-timeout: a busy machine
                continue
        after = self.wait_failed_over(before)
        # Until then it takes writes that nobody will ever see.
        scratch.wait_until(lambda: self._follows(before), "the old master to follow")
        return after

    def wait_replicated(self):
        """Until the replica has all that the master has acknowledged by now: what it has not, a failover loses."""
        master = self.master
        replica, = (server for server in self.servers if server is not master)
        all_of_it = int(master.info("replication")["master_repl_offset"])
        scratch.wait_until(lambda: self._follows(replica) and
                           int(replica.info("replication").get("slave_repl_offset", 0)) >= all_of_it,
                           "the replica to have everything")

    @staticmethod
    def _follows(server):
        """It is a replica, and in step: until it is, its offset may be that of its own life as a master."""
        state = server.info("replication")
        return state["role"] == "slave" and state["master_link_status"] == "up"

    def _down_after(self, ms):
        for one in self.sentinels:
            one.command("SENTINEL", "SET", self.name, "down-after-milliseconds", ms)

    def _begin(self):
        try:
            return self.sentinels[0].command("SENTINEL", "FAILOVER", self.name)
        except RedisError:
            return False

    def wait_failed_over(self, before):
        """Until every sentinel names another master than `before`, and that one is a master. It."""
        if before.process is None:  # what is down is so at once
            self._down_after(HASTY_MS)
        scratch.wait_until(lambda: all(one.master_port() != before.port for one in self.sentinels), "another master")
        self._down_after(PATIENT_MS)
        after = self.master
        scratch.wait_until(lambda: after.info("replication")["role"] == "master", "the replica to become a master")
        return after
