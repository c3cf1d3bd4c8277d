"""pixelctl doctor: each check fails for the reason that it is there for, names what helps, and changes nothing."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from . import pixelward, postfix, redis, scratch
from .journal_test import Node
from .pixelward import Pixelward
from .redis_acl_test import create_users, password_file

OK, WARN, FAIL = "ok", "warn", "fail"
DAY = 24 * 3600 * 1000
RULE = """\
rule: site.said
title: Said
status: enforce
level: low
detect:
  said: {each: message, subject|contains: hello}
  condition: said
action: {tag: true}
tests:
  - {name: said, html: '<p>x</p>', given: {subject: SUBJECT}, expect: {match: true, action: tag}}
  - {name: not said, html: '<p>x</p>', given: {subject: bye}, expect: {match: false}}
"""


class Seen:
    def __init__(self, status, report):
        self.status, self.report = status, report

    def of(self, check):
        return [one for one in self.report["findings"] if one["check"] == check]


NO_SERVICES = tempfile.mkdtemp(prefix="pw-doctor-")
for NAME in ("main.cf", "master.cf"):
    with open(f"{NO_SERVICES}/{NAME}", "w", encoding="utf-8") as EMPTY:
        EMPTY.write("# nothing\n")
    os.utime(f"{NO_SERVICES}/{NAME}", (0, 0))


def tearDownModule():
    scratch.remove_folder(NO_SERVICES)


def run(config, *arguments, mta=NO_SERVICES):
    """mta: the folder of a Postfix's configuration."""
    environment = dict(os.environ, MAIL_CONFIG=mta)
    return subprocess.run([pixelward.CTL, "doctor", "-c", config, *arguments], capture_output=True, text=True,
                          env=environment, check=False, timeout=4 * scratch.PATIENCE)


def look(config, mta=NO_SERVICES):
    done = run(config, "--json", mta=mta)
    assert done.returncode in (0, 1, 2), done
    return Seen(done.returncode, json.loads(done.stdout))


class DoctorTest(unittest.TestCase):

    def folder(self):
        path = tempfile.mkdtemp(prefix="pw-doctor-")
        self.addCleanup(scratch.remove_folder, path)
        return path

    def write(self, text):
        path = self.folder() + "/file"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def config(self, **options):
        """Of a daemon that does not run; its StateDir is beside it."""
        folder = self.folder()
        os.mkdir(folder + "/state")
        os.makedirs(folder + "/rules/lists.d")
        defaults = {"Socket": f"unix:{folder}/socket", "StateDir": folder + "/state", "RulesDir": folder + "/rules",
                    "RemoteContent": "unvouched"}
        pixelward.write_config(folder + "/conf", {**pixelward.DEFAULTS, **defaults, **options})
        return folder + "/conf"

    def ward(self, **options):
        """One that runs, and has told so."""
        ward = Pixelward(**options)
        self.addCleanup(ward.stop)
        scratch.wait_until(lambda: os.path.exists(ward.folder + "/state/keeper.status"), "the keeper's word")
        scratch.wait_until(lambda: ward.dissectors() or options.get("Dissectors") == 0, "dissectors with their name")
        return ward

    def assertSeen(self, seen, check, finding, text, remedy=""):
        """A finding of that check; one that is not ok says what to do."""
        for one in seen.of(check):
            if one["finding"] == finding and text in one["seen"]:
                self.assertIn(remedy, one["do"] or "")
                return
        self.fail(f"no {finding} of {check} with '{text}' in {json.dumps(seen.report, indent=1)}")


class Daemon(DoctorTest):

    def test_all_is_well(self):
        watch = self.write("@parl.example\n")
        ward = self.ward(Group="watch " + watch, TrustedAuthservIDs="mx.parl.example")
        done = run(ward.config_file)
        self.assertGreater(len(done.stdout.splitlines()), 10)
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^ok    [a-z]+: ")
        self.assertEqual(done.stderr, "")

    def test_a_mistake_in_the_configuration(self):
        seen = look(self.write("Mode shdow\nFoo 1\n"))
        self.assertEqual(seen.status, 2)
        self.assertSeen(seen, "configuration", FAIL, ":1:6: 'shdow'", "shadow, tag or enforce")
        self.assertSeen(seen, "configuration", FAIL, "unknown keyword 'Foo'")

    def test_a_missing_configuration(self):
        self.assertSeen(look("/nonexistent"), "configuration", FAIL, "cannot be read")

    def test_rules_whose_own_tests_fail_and_lists_past_their_end(self):
        rules = self.folder()
        os.mkdir(rules + "/lists.d")
        for name, text in (("lists.d/old.txt", "#! expires: 2020-12-31\nbad.example\n"),
                           ("a.yaml", RULE.replace("SUBJECT", "hello"))):
            with open(f"{rules}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        config = self.config(RulesDir=rules)
        self.assertSeen(look(config), "configuration", WARN, "expired on 2020-12-31", "fetch it anew")
        with open(rules + "/a.yaml", "w", encoding="utf-8") as file:
            file.write(RULE.replace("SUBJECT", "bye"))
        self.assertSeen(look(config), "configuration", FAIL, "a.yaml:")

    def test_no_daemon(self):
        config = self.config()
        seen = look(config)
        self.assertEqual(seen.status, 2)
        self.assertFalse(seen.report["judges"])
        self.assertSeen(seen, "daemon", FAIL, "no pixelward runs", "pixelward -c " + config)
        self.assertSeen(seen, "socket", FAIL, "nobody answers", "pixelward -c " + config)
        self.assertEqual(seen.of("daemon")[0]["do"], seen.of("socket")[0]["do"])
        self.assertSeen(seen, "generation", WARN, "no daemon runs")

    def test_a_process_that_is_no_keeper(self):
        config = self.config()
        with open(os.path.dirname(config) + "/state/keeper.status", "w", encoding="utf-8") as status:
            status.write(f"pid {os.getpid()}\ngeneration abc\nreloaded 0\nrefused 0\n")
        self.assertSeen(look(config), "daemon", FAIL, "no pixelward runs")

    def test_somebody_else_who_works_in_the_state_directory(self):
        ward = self.ward()
        os.remove(ward.folder + "/state/keeper.status")
        self.assertSeen(look(ward.config_file), "daemon", FAIL, "works there", f"ps -fp {ward.gateway()}")

    def test_dissectors_that_are_not_there(self):
        ward = self.ward(Dissectors=0)
        self.assertSeen(look(ward.config_file), "daemon", OK, "0 of 0")
        ward.configure(Dissectors=2)  # waits for the next start
        self.assertSeen(look(ward.config_file), "daemon", FAIL, "none of its 2 dissectors", "journalctl")

    def test_what_answers_is_no_milter(self):
        config = self.config()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(os.path.dirname(config) + "/socket")
            other.listen()
            threading.Thread(target=self.greet, args=(other,), daemon=True).start()
            self.assertSeen(look(config), "socket", FAIL, "no milter")

    @staticmethod
    def greet(listener):
        with listener.accept()[0] as guest, contextlib.suppress(ConnectionResetError):
            guest.sendall(b"220 mail.example ESMTP\r\n")
            while guest.recv(4096):
                pass

    def test_nobody_at_a_port(self):
        port = scratch.free_port()
        for name in (f"inet:{port}@127.0.0.1", f"inet:{port}@localhost"):
            with self.subTest(name):
                self.assertSeen(look(self.config(Socket=name)), "socket", FAIL, "refused")

    def test_what_is_on_disk_is_not_in_force(self):
        rules = self.folder()
        os.mkdir(rules + "/lists.d")
        ward = self.ward(RulesDir=rules)
        with open(rules + "/a.yaml", "w", encoding="utf-8") as file:
            file.write(RULE.replace("SUBJECT", "hello"))
        self.assertSeen(look(ward.config_file), "generation", WARN, " is on disk", "pixelctl reload -c " + ward.config_file)
        os.remove(rules + "/a.yaml")
        ward.configure(RulesDir=rules, Mode="nothing")
        self.assertSeen(look(ward.config_file), "configuration", FAIL, "'nothing'")
        ward.reload()
        scratch.wait_until(lambda: "refused=1" in ward.log, "the refusal")
        ward.configure(RulesDir=rules)
        self.assertSeen(look(ward.config_file), "generation", WARN, "the last reload was refused: ", "pixelctl reload")

    def test_ready(self):
        ward = self.ward(RemoteContent="unvouched")
        done = run(ward.config_file, "--ready")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "not seasoned: acts as RemoteContent trackers, the reputation is empty\n")
        self.assertTrue(json.loads(run(ward.config_file, "--ready", "--json").stdout)["judges"])
        done = run(self.config(), "--ready")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, "^not ready: .*\nnot seasoned: acts as RemoteContent trackers, the reputation is empty\n$")
        self.assertEqual(run("/nonexistent", "--ready").returncode, 2)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_who_may_not_look_is_told_so(self):
        config = self.config()
        folder = os.path.dirname(config)
        os.chmod(folder, 0o755)
        os.chmod(folder + "/state", 0o700)
        program = shutil.copy(pixelward.CTL, folder)  # that user may not reach the build
        os.chmod(program, 0o755)
        for arguments, status in ((["--ready"], 77), (["--json"], 2)):
            done = subprocess.run([program, "doctor", "-c", config, *arguments], user="nobody", group="nogroup", extra_groups=[],
                                  capture_output=True, text=True, cwd="/", check=False)
            self.assertEqual(done.returncode, status, done)
        seen = Seen(2, json.loads(done.stdout))
        self.assertSeen(seen, "daemon", FAIL, "may not be read by this user", "sudo pixelctl doctor")
        self.assertEqual(seen.of("journal"), [])
        self.assertSeen(seen, "history", WARN, "cannot be asked")

    def test_usage(self):
        for arguments in (["--what"], ["more"], ["-c"]):
            done = subprocess.run([pixelward.CTL, "doctor", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 64, arguments)


class State(DoctorTest):

    def test_its_owner_and_mode(self):
        config = self.config(UserID="nobody" if os.geteuid() == 0 else None)
        state = os.path.dirname(config) + "/state"
        if os.geteuid() == 0:
            self.assertSeen(look(config), "state", FAIL, "the daemon is user", "chown -R nobody " + state)
            shutil.chown(state, "nobody")
        os.chmod(state, 0o777)
        self.assertSeen(look(config), "state", FAIL, "others may write", "chmod 0750 " + state)
        os.chmod(state, 0o750)
        self.assertSeen(look(config), "state", OK, "mode 0750")

    def test_no_room_for_the_journal(self):
        self.assertSeen(look(self.config(JournalSize="1T")), "state", WARN, "the journal may still grow", "JournalSize ")

    def test_a_directory_that_is_not_there(self):
        config = self.config(UserID="nobody")
        state = os.path.dirname(config) + "/state"
        os.rmdir(state)
        self.assertSeen(look(config), "state", FAIL, "No such file", "install -d -o nobody -m 0750 " + state)

    def test_a_group_is_an_option_of_its_own(self):
        config = self.config(UserID="nobody:nogroup")
        state = os.path.dirname(config) + "/state"
        if os.geteuid() == 0:
            self.assertSeen(look(config), "state", FAIL, "the daemon is user", "chown -R nobody:nogroup " + state)
        os.rmdir(state)
        self.assertSeen(look(config), "state", FAIL, "No such file", "install -d -o nobody -g nogroup -m 0750 " + state)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_one_that_the_daemon_cannot_use(self):
        ward = Pixelward(UserID="nobody", RemoteContent="unvouched")
        self.addCleanup(ward.stop)
        mail = self.write("From: a@b.example\nTo: c@d.example\n\nhello\n")
        subprocess.run([pixelward.CTL, "learn", "-c", ward.config_file, mail], capture_output=True, check=True)
        for what in ("reputation", "journal"):
            self.assertRegex(ward.log, rf"no {what}: .*{ward.folder}/state/{what}: Permission denied.*mail is judged without it")
        without, again = f"process {ward.process.pid} runs without {ward.folder}/state/", "it is tried again"
        seen = look(ward.config_file)
        self.assertSeen(seen, "daemon", FAIL, f"process {ward.process.pid} runs, and could not write", again)
        self.assertSeen(seen, "generation", WARN, "cannot be told")
        self.assertSeen(seen, "journal", FAIL, without + "journal", again)
        self.assertSeen(seen, "history", WARN, without + "reputation", again)
        self.assertNotIn(OK, {one["finding"] for check in ("journal", "history") for one in seen.of(check)})
        self.assertIn("not seasoned: acts as RemoteContent trackers, " + without, run(ward.config_file, "--ready").stdout)
        for path, _, files in os.walk(ward.folder + "/state"):
            for name in [path] + [path + "/" + file for file in files]:
                shutil.chown(name, "nobody")
        for healed in ("keeper.status is written again", "journal: records messages; 0 were not recorded"):
            scratch.wait_until(lambda: healed in ward.log, healed)
        seen = look(ward.config_file)
        self.assertSeen(seen, "daemon", OK, f"process {ward.process.pid} runs")
        self.assertSeen(seen, "history", OK, "seasoned")
        self.assertEqual({one["finding"] for one in seen.of("journal")}, {OK})

    def test_a_damaged_journal(self):
        ward = self.ward()
        with open(ward.folder + "/state/journal/00.bad", "w", encoding="utf-8"):
            pass
        self.assertSeen(look(ward.config_file), "journal", WARN, "1 files of", "/journal/*.bad")


    def test_a_journal_that_was_cut(self):
        node, began = Node("mx1", None), time.time()
        self.addCleanup(node.remove)
        for _ in range(2):
            node.write(1)
            node.kill()
            last = max(name for name in os.listdir(node.folder + "/journal") if name.endswith(".pwj"))
            with open(f"{node.folder}/journal/{last}", "ab") as journal:
                journal.write(b"half a record")
            node.start()
        seen = look(node.folder + "/conf")
        cut = "2 torn ends of files were cut (26 bytes), the last one "
        self.assertSeen(seen, "journal", WARN, cut, "journalctl -k")
        self.assertIn(str(seen.of("journal")).partition(cut)[2][:10],
                      [time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (began, time.time())])
        node.end()


class Journal(DoctorTest):

    def test_records_that_nobody_takes(self):
        with redis.Redis() as server:
            node = Node("mx1", server)
            self.addCleanup(node.remove)
            node.write(10)
            scratch.wait_until(lambda: server.hash("pw:c:all").get("messages") == "10", "Redis to be told")
            self.assertSeen(look(node.folder + "/conf"), "journal", OK, "10 messages of the last hour")
            server.kill()
            node.write(1200)
            scratch.wait_until(lambda: any("records wait for Redis" in one["seen"]
                                           for one in look(node.folder + "/conf").of("journal")), "the doctor to see it")

    def test_a_journal_that_is_full(self):
        with redis.Redis() as server:
            node = Node("mx1", server, JournalSize="1M")
            self.addCleanup(node.remove)
            node.write(10)
            scratch.wait_until(lambda: server.hash("pw:c:all").get("messages") == "10", "Redis to be told")
            server.kill()
            node.write(12000)
            node.end(0.1)  # what could not be recorded stands in no record: it is written once a minute, and in the end
            seen = look(node.folder + "/conf")
            self.assertSeen(seen, "journal", FAIL, "could not be recorded", "df ")
            self.assertSeen(seen, "journal", FAIL, "nobody takes them", "JournalSize 2M")


class Slow:
    """In front of a Redis: every answer comes late."""

    def __init__(self, path, seconds):
        self.path, self._behind, self._seconds = path + ".slow", path, seconds
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                front = self._listener.accept()[0]
            except OSError:
                return
            back = socket.socket(socket.AF_UNIX)
            back.connect(self._behind)
            for source, sink, pause in ((front, back, 0), (back, front, self._seconds)):
                threading.Thread(target=self._pass, args=(source, sink, pause), daemon=True).start()

    @staticmethod
    def _pass(source, sink, pause):
        try:
            while data := source.recv(65536):
                time.sleep(pause)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self._listener.close()


class Redis(DoctorTest):

    @classmethod
    def setUpClass(cls):
        redis.check_machine()
        cls.server = redis.Redis()
        cls.addClassCleanup(cls.server.stop)
        create_users(cls.server)
        cls.password = password_file(cls.server)

    def look(self, server=None, **options):
        server = server or self.server
        return look(self.config(**dict({"Redis": "unix:" + server.socket, "RedisUser": "writer", "RedisDeadline": "2s",
                                        "RedisPasswordFile": self.password}, **options)))

    def set(self, **settings):
        before = {}
        for name, value in settings.items():
            name = name.replace("_", "-")
            before[name] = self.server.command("CONFIG", "GET", name)[1]
            self.server.command("CONFIG", "SET", name, value)
        self.addCleanup(lambda: [self.server.command("CONFIG", "SET", *one) for one in before.items()])

    def store(self, **fields):
        self.server.command("HSET", "pw:store", *[word for pair in fields.items() for word in pair])
        self.addCleanup(self.server.command, "DEL", "pw:store")

    def test_it_is_well_and_is_left_as_it_was(self):
        seen = self.look()
        self.assertEqual({one["finding"] for one in seen.of("redis")}, {OK}, seen.of("redis"))
        self.assertEqual(self.server.command("DBSIZE"), 0)
        self.assertEqual(self.server.info("memory")["number_of_cached_scripts"], "0")

    def test_none_is_wanted(self):
        self.assertSeen(self.look(Redis="none"), "redis", OK, "none is wanted")

    def test_why_it_cannot_be_used_and_what_to_mend(self):
        wrong, nowhere, port = self.write("wrong\n"), self.server.folder + "/nowhere", scratch.free_port()
        for options, why, remedy in (
                ({"Redis": "unix:" + nowhere}, "No such file", f"correct Redis unix:{nowhere} in "),
                ({"Redis": f"tcp:127.0.0.1:{port}"}, "refused", f"correct Redis tcp:127.0.0.1:{port} in "),
                ({"Redis": "tcp:no.such.host.invalid:6379"}, "", "correct the host in Redis tcp:no.such.host.invalid:6379 in "),
                ({"RedisPasswordFile": wrong}, "WRONGPASS", f"the password of user writer into the first line of {wrong}"),
                ({"RedisPasswordFile": nowhere}, "No such file", f"the password of user writer into the first line of {nowhere}"),
                ({"RedisPasswordFile": self.write("")}, "is empty", "the password of user writer into the first line of "),
                ({"RedisPasswordFile": "pw-none"}, "", "pw-none")):
            with self.subTest(options):
                seen = self.look(**options)
                self.assertSeen(seen, "redis", FAIL, why, remedy)
                self.assertSeen(seen, "history", WARN, "cannot be told while Redis cannot be asked")
                self.assertIsNone(seen.of("history")[0]["do"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_a_password_that_may_not_be_read(self):
        config = self.config(Redis="unix:" + self.server.socket, RedisUser="writer", RedisPasswordFile=self.write("secret\n"),
                             UserID="nobody:nogroup")
        folder = os.path.dirname(config)
        shutil.chown(folder, "nobody")
        shutil.copy(pixelward.CTL, folder)
        done = subprocess.run([folder + "/pixelctl", "doctor", "-c", config, "--json"], user="nobody", group="nogroup",
                              extra_groups=[], capture_output=True, text=True, cwd="/", check=False)
        self.assertSeen(Seen(2, json.loads(done.stdout)), "redis", FAIL, "Permission denied", "chown nobody:nogroup ")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be somebody else")
    def test_a_password_that_root_may_read_and_the_daemon_may_not(self):
        folder = self.folder()
        os.mkdir(folder + "/kept")
        path = shutil.copy(self.password, folder + "/kept/password")

        def seen(mode, of_folder, owner="root", group="root", user="nobody"):
            os.chmod(path, mode)
            os.chmod(folder + "/kept", of_folder)
            shutil.chown(path, owner, group)
            return self.look(RedisPasswordFile=path, UserID=user)

        os.chmod(folder, 0o755)
        for args in ((0o644, 0o755), (0o640, 0o711, "root", "nogroup"), (0o400, 0o755, "nobody"),
                     (0o040, 0o755, "root", "daemon", "nobody:daemon")):
            self.assertSeen(seen(*args), "redis", OK, f"user nobody may read RedisPasswordFile {path}")
        for args in ((0o600, 0o755), (0o640, 0o755, "root", "daemon"), (0o007, 0o755, "root", "nogroup")):
            self.assertSeen(seen(*args), "redis", FAIL, f"may not read RedisPasswordFile {path}",
                            f"chown nobody {path}; chmod 0400 {path}")
        self.assertSeen(seen(0o644, 0o700), "redis", FAIL, f"may not enter {folder}/kept: ", "/etc/pixelward")

    def test_a_password_that_is_a_credential_of_the_daemon(self):
        config = self.config(Redis="unix:" + self.server.socket, RedisUser="writer", RedisPasswordFile="redis-password")
        self.assertSeen(look(config), "redis", FAIL, "systemd gave no credentials")
        run_of_its_own = ["unshare", "-m", "sh", "-ec", 'mount -t tmpfs none /run; mkdir -p "$1"; cp "$2" "$1/redis-password"; '
                          'shift 2; exec "$@"', "sh", "/run/credentials/pixelward.service", self.password]
        can = subprocess.run(run_of_its_own + ["true"], capture_output=True, text=True, check=False)
        if can.returncode != 0:
            self.skipTest("no mounts of its own here: " + can.stderr.strip())
        done = subprocess.run(run_of_its_own + [pixelward.CTL, "doctor", "-c", config, "--json"], capture_output=True, text=True,
                              check=False)
        self.assertSeen(Seen(done.returncode, json.loads(done.stdout)), "redis", OK, "answers, and is a master")

    def test_a_replica(self):
        with redis.Redis(replica_of=self.server) as replica:
            seen = self.look(replica, RedisUser='""', RedisPasswordFile='""')
            self.assertSeen(seen, "redis", FAIL, "replica")

    def test_what_it_drops_when_memory_is_short(self):
        self.set(maxmemory_policy="allkeys-lru")
        self.assertSeen(self.look(), "redis", FAIL, "allkeys-lru", "maxmemory-policy noeviction")
        self.set(maxmemory_policy="volatile-ttl")
        self.assertSeen(self.look(), "redis", OK, "volatile-ttl")

    def test_memory_that_is_nearly_full(self):
        self.set(maxmemory=str(int(self.server.info("memory")["used_memory"]) * 101 // 100))
        self.assertSeen(self.look(), "redis", WARN, "of maxmemory are in use", "CONFIG SET maxmemory ")

    def test_nothing_is_written_to_disk(self):
        with redis.Redis(appendonly="no") as server:
            create_users(server)
            self.assertSeen(self.look(server), "redis", WARN, "appendonly no", "CONFIG SET appendonly yes")

    def test_it_answers_late(self):
        slow = Slow(self.server.socket, 0.05)
        self.addCleanup(slow.close)
        self.assertSeen(self.look(Redis="unix:" + slow.path, RedisDeadline="20ms"), "redis", WARN, "RedisDeadline is 20 ms", "RedisDeadline ")

    def test_keys_of_another_version(self):
        self.store(version="7")
        self.assertSeen(self.look(), "redis", FAIL, "version 7")
        self.store(version="1")
        self.assertSeen(self.look(), "redis", OK, "version 1")
        self.server.command("DEL", "pw:store")
        self.server.command("SET", "pw:store", "x")
        self.assertSeen(self.look(), "redis", FAIL, "WRONGTYPE")

    def test_a_user_who_may_everything(self):
        seen = self.look(RedisUser='""', RedisPasswordFile='""')
        for what in ("CONFIG GET", "GET not-of-pixelward", "CLIENT LIST"):
            self.assertSeen(seen, "redis", WARN, f"user default may {what}", "RedisUser writer")

    def test_a_user_who_may_too_little(self):
        self.server.command("ACL", "SETUSER", "hunt", ">a long secret")
        seen = self.look(RedisUser="hunt")
        for what in ("HSET", "XADD", "EXPIRE", "SCRIPT LOAD", "EVALSHA"):
            self.assertSeen(seen, "redis", FAIL, f"user hunt may not {what}", "redis-acl.conf")
        self.server.command("ACL", "SETUSER", "nothing", "on", "resetkeys", "-@all", "+auth", ">a long secret")
        seen = self.look(RedisUser="nothing", RedisPasswordFile=self.write("a long secret\n"))
        self.assertSeen(seen, "redis", FAIL, "pw:store: NOPERM", "redis-acl.conf")
        self.assertSeen(seen, "history", WARN, "cannot be told while Redis cannot be asked")
        self.assertSeen(seen, "redis", WARN, "INFO memory: NOPERM", "SETUSER nothing +info")

    def test_a_history_that_was_learned(self):
        self.store(version="1", began=str(int(time.time() * 1000)), learned="5120")
        seen = self.look()
        self.assertSeen(seen, "history", OK, "seasoned: by 5120 old mails")

    def test_a_history_of_days(self):
        self.store(version="1", began=str(int(time.time() * 1000) - 20 * DAY - 1000))
        self.assertSeen(self.look(), "history", WARN, "20 days of mail, which do not count", "pixelctl learn")
        self.assertSeen(self.look(TrustedAuthservIDs="mx.parl.example"), "history", OK, "seasoned: by 20 days")
        self.assertRegex(self.look().of("history")[0]["do"], "^pixelctl learn -c /[^ ]+ /var/mail/archive$")
        self.assertIn("acts as trackers: 20 days of mail, which do not count", self.why())
        self.store(version="1", began=str(int(time.time() * 1000) - 3 * DAY - 1000))
        self.assertSeen(self.look(TrustedAuthservIDs="mx.parl.example"), "history", WARN,
                        "not seasoned: acts as RemoteContent trackers, 3 of 14 days", "pixelctl learn")
        self.assertIn("acts as trackers: 3 of 14 days of mail", self.why(TrustedAuthservIDs="mx.parl.example"))

    def why(self, **options):
        config = self.config(Redis="unix:" + self.server.socket, RedisUser="writer", RedisPasswordFile=self.password, **options)
        return subprocess.run([pixelward.CTL, "why", "-c", config, "parl.example"], capture_output=True, text=True,
                              check=False).stdout

    def test_a_history_that_nobody_needs(self):
        self.assertSeen(self.look(RemoteContent="all"), "history", OK, "needs no history")

    def test_a_history_that_cannot_be_asked(self):
        self.assertSeen(self.look(Redis=f"unix:{self.server.folder}/nowhere"), "history", WARN, "cannot be asked")


class People(DoctorTest):

    def test_nobody_is_watched(self):
        self.assertSeen(look(self.config()), "watched", WARN, "no group", "Group watch ")
        self.assertSeen(look(self.config(Group="others " + self.write("@a.example\n"))), "watched", WARN, "no group")

    def test_an_empty_group(self):
        empty = self.write("# nobody\n\n")
        self.assertSeen(look(self.config(Group="Watch " + empty)), "watched", WARN, "is empty", empty)

    def test_a_group(self):
        members = self.write("@parl.example\n# two\nmember@other.example # a\n")
        self.assertSeen(look(self.config(Group="Watch " + members)), "watched", OK, "2 addresses and domains")

    def test_no_verifier_is_believed(self):
        self.assertSeen(look(self.config(AuthservID="mx.parl.example")), "verifiers", WARN, "is empty",
                        "TrustedAuthservIDs mx.parl.example")
        self.assertSeen(look(self.config(TrustedAuthservIDs="mx.parl.example")), "verifiers", OK, "mx.parl.example")


MASTER_CF = """\
smtp      inet n - {chroot} - - smtpd{override}
10025     inet n - n - - smtpd -o smtpd_milters=
cleanup   unix n - n - 0 cleanup
"""


@unittest.skipUnless(shutil.which("postconf") or os.path.exists("/usr/sbin/postconf"), "there is no Postfix here")
class Postfix(DoctorTest):

    def setUp(self):
        self.mta = self.folder()
        self.path = self.mta + "/queue/pixelward/pixelward.sock"
        os.makedirs(self.mta + "/queue/pixelward")

    def look(self, milters="unix:pixelward/pixelward.sock", chroot="n", override="", options=None, **settings):
        """settings: lines of main.cf; options: of pixelward."""
        lines = dict(dict(postfix.MAIN_CF, queue_directory=self.mta + "/queue", message_size_limit="10240000",
                          smtpd_milters=milters), **settings)
        with open(self.mta + "/main.cf", "w", encoding="utf-8") as main_cf:
            main_cf.writelines(f"{key} = {value}\n" for key, value in lines.items())
        os.utime(self.mta + "/main.cf", (0, 0))  # Postfix waits for seconds until one is left alone
        with open(self.mta + "/master.cf", "w", encoding="utf-8") as master_cf:
            master_cf.write(MASTER_CF.format(chroot=chroot, override=override))
        options = dict({"Socket": "unix:" + self.path, "TrustedAuthservIDs": "mx.parl.example"}, **(options or {}))
        return look(self.config(**options), self.mta)

    def assertWell(self, seen):
        self.assertEqual({one["finding"] for one in seen.of("postfix")}, {OK}, seen.of("postfix"))

    def test_ways_to_name_the_socket(self):
        for milters, chroot in (("unix:pixelward/pixelward.sock", "n"), ("unix:pixelward/pixelward.sock", "y"),
                                ("local:" + self.path, "n"), ("unix:/pixelward/pixelward.sock", "y"),
                                ("{ unix:pixelward/pixelward.sock, connect_timeout=10s }", "y"),
                                ("inet:127.0.0.1:8891, $ours", "y")):
            with self.subTest(milters):
                self.assertWell(self.look(milters, chroot, ours="unix:pixelward/pixelward.sock"))

    def test_a_port(self):
        options = {"Socket": "inet:8890@127.0.0.1"}
        for milters in ("inet:127.0.0.1:8890", "inet:localhost:8890"):
            with self.subTest(milters):
                self.assertWell(self.look(milters, options=options))
        self.assertSeen(self.look("inet:127.0.0.1:8889", options=options), "postfix", FAIL, "not in smtpd_milters",
                        "postconf -e 'smtpd_milters = inet:127.0.0.1:8889, inet:127.0.0.1:8890'")

    def test_a_configuration_that_postfix_cannot_read(self):
        self.assertSeen(look(self.config(), "/nonexistent"), "postfix", WARN, "postconf cannot be asked", "postconf -n")

    def test_no_milter_at_all(self):
        self.assertSeen(self.look(""), "postfix", FAIL, "smtp/inet: its mail is not judged",
                        "postconf -e 'smtpd_milters = unix:pixelward/pixelward.sock'")

    def test_a_name_that_a_chroot_changes(self):
        self.assertSeen(self.look("unix:" + self.path, "y"), "postfix", FAIL, "is another file",
                        "postconf -e 'smtpd_milters = unix:pixelward/pixelward.sock'")

    def test_a_socket_beyond_the_chroot(self):
        self.assertSeen(self.look("", "y", options={"Socket": "unix:/run/pixelward/pixelward.sock"}), "postfix", FAIL,
                        "out of reach", f"Socket unix:{self.mta}/queue/pixelward/pixelward.sock")

    def test_a_service_that_leads_past_it(self):
        self.assertSeen(self.look(override=" -o smtpd_milters="), "postfix", FAIL, "smtp/inet")
        self.assertWell(self.look("", override=" -o smtpd_milters=unix:pixelward/pixelward.sock"))

    def test_mail_of_local_users(self):
        seen = self.look(non_smtpd_milters="unix:pixelward/pixelward.sock")
        self.assertSeen(seen, "postfix", OK, "so does mail of local users")

    def test_its_place_among_others(self):
        ours = "unix:pixelward/pixelward.sock"
        self.assertWell(self.look(f"unix:opendkim/opendkim.sock, inet:localhost:8893, {ours}, unix:openarc/openarc.sock"))
        for milters, wrong in ((f"{ours} unix:opendkim/opendkim.sock", "opendkim"), (f"{ours}, inet:localhost:8893", "opendmarc"),
                               (f"unix:openarc/openarc.sock, {ours}", "openarc")):
            with self.subTest(milters):
                self.assertSeen(self.look(milters), "postfix", FAIL, f"({wrong}) stands", "smtpd_milters = ")

    def test_verifiers_that_nobody_believes(self):
        seen = self.look("inet:localhost:8891, unix:pixelward/pixelward.sock", options={"TrustedAuthservIDs": None})
        self.assertSeen(seen, "postfix", WARN, "none is believed", "TrustedAuthservIDs")

    def test_nobody_stands_in_front(self):
        for milters, override in (("unix:pixelward/pixelward.sock", ""), ("", ""),
                                  ("unix:pixelward/pixelward.sock, inet:localhost:8891", ""),
                                  ("unix:openarc/openarc.sock, unix:pixelward/pixelward.sock", ""),
                                  ("inet:localhost:8891, unix:pixelward/pixelward.sock",
                                   " -o smtpd_milters=unix:pixelward/pixelward.sock")):
            with self.subTest(milters):
                seen = self.look(milters, override=override, options={"TrustedAuthservIDs": None})
                self.assertSeen(seen, "verifiers", WARN, "no verifier stands before pixelward", "stays empty")
                seen = self.look(milters, override=override)
                self.assertSeen(seen, "verifiers", FAIL, "anybody's forged fields are believed", 'TrustedAuthservIDs ""')
        seen = self.look(options={"TrustedAuthservIDs": "mx.parl.example/spf"})
        self.assertSeen(seen, "verifiers", WARN, "unless a policy service", 'TrustedAuthservIDs ""')

    def test_somebody_stands_in_front(self):
        for milters in ("inet:localhost:8891, unix:pixelward/pixelward.sock", "inet:localhost:12301 unix:pixelward/pixelward.sock"):
            with self.subTest(milters):
                self.assertSeen(self.look(milters), "verifiers", OK, "mx.parl.example are believed")
                self.assertSeen(self.look(milters, options={"TrustedAuthservIDs": None, "AuthservID": "mx.parl.example"}),
                                "verifiers", WARN, "TrustedAuthservIDs is empty", "TrustedAuthservIDs mx.parl.example, if ")

    def test_clients_that_are_led_past_it(self):
        table = self.mta + "/clients"
        with open(table, "w", encoding="utf-8") as file:
            file.write("# of ours\n127.0.0.0/8 DISABLE\n\n198.51.100.0/24\n  inet:localhost:8891,\n  unix:pixelward/pixelward.sock\n")
        for kind in ("cidr", "hash", "proxy:texthash"):
            self.assertSeen(self.look(smtpd_milter_maps=f"{kind}:{table}", options={"InternalHosts": "127.0.0.0/8"}), "postfix", OK,
                            f"{kind}:{table} leads nobody past pixelward but InternalHosts")
        self.assertSeen(self.look(smtpd_milter_maps=f"cidr:{table}", options={"InternalHosts": "127.0.0.1"}), "postfix", WARN,
                        "leads clients past pixelward: 127.0.0.0/8", f"these lines of cidr:{table}")
        with open(table, "w", encoding="utf-8") as file:
            file.write("if /^192/\n/^192\\.0\\.2\\. ?/ disable\nendif\n")
        self.assertSeen(self.look(smtpd_milter_maps=f"regexp:{table}"), "postfix", WARN,
                        "past pixelward: /^192\\.0\\.2\\. ?/")
        for maps, finding, seen in (("static:DISABLE", FAIL, "everybody"), ("static:unix:pixelward/pixelward.sock", OK, "nobody"),
                                    ("inline:{ 10.0.0.1=DISABLE, {10.0.0.2 = inet:localhost:8891, unix:x}, 10.0.0.3=x, 10.0.0.4=x }", WARN,
                                     "leads clients past pixelward: 10.0.0.1, 10.0.0.2, 10.0.0.3, and 1 more"),
                                    ("tcp:localhost:1", WARN, "cannot be seen from here"),
                                    ("cidr:/nonexistent", WARN, "cannot be seen from here")):
            with self.subTest(maps):
                self.assertSeen(self.look(smtpd_milter_maps=maps), "postfix", finding, seen)
        self.assertWell(self.look(smtpd_milter_maps=""))
        self.assertSeen(self.look(override=" -o smtpd_milter_maps=static:DISABLE"), "postfix", FAIL, "everybody")

    def test_what_happens_while_it_is_away(self):
        for action, finding in (("accept", WARN), ("reject", WARN), ("tempfail", OK), ("quarantine", OK)):
            with self.subTest(action):
                self.assertSeen(self.look(milter_default_action=action), "postfix", finding, "milter_default_action = " + action,
                                "" if finding == OK else "postconf -e 'milter_default_action = tempfail'")
        self.assertSeen(self.look("{ unix:pixelward/pixelward.sock, default_action=accept }"), "postfix", WARN, "= accept")
        self.assertSeen(self.look(override=" -o milter_default_action=accept"), "postfix", WARN, "= accept")

    def test_the_size_of_messages(self):
        self.assertSeen(self.look(options={"MaxMessageSize": "1M"}), "postfix", WARN, "message_size_limit = 10240000",
                        "MaxMessageSize 10240000")

        self.assertSeen(self.look(message_size_limit="0"), "postfix", WARN, "message_size_limit = 0",
                        "message_size_limit = 67108864")

    def test_patience(self):
        self.assertSeen(self.look(milter_content_timeout="40s"), "postfix", WARN, "twice DissectTimeout, 40 s",
                        "milter_content_timeout = 70s")
        self.assertSeen(self.look("{ unix:pixelward/pixelward.sock, content_timeout=20s }"), "postfix", WARN, "= 20s")
        self.assertSeen(self.look(milter_content_timeout="5m", options={"MilterTimeout": "60s"}), "postfix", WARN,
                        "MilterTimeout is 60 s", "MilterTimeout 7210s")

    def test_the_protocol(self):
        self.assertSeen(self.look(milter_protocol="4"), "postfix", WARN, "milter_protocol = 4", "milter_protocol = 6")


if __name__ == "__main__":
    unittest.main()
