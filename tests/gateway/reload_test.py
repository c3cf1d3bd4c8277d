"""pixelctl reload: checks, tells, waits; and no message is ever judged by a mixture of two sets."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import BUILD, NEEDS_ROOT, PATIENCE, Daemon, run_tests, wait_until  # noqa: E402

RULE = """\
rule: site.{name}
title: A picture of {host}
status: enforce
level: low
detect:
  picture: {{each: reference, url.host: {host}}}
  condition: picture
action: {{strip: picture}}
tests:
  - name: it is stripped
    html: '<img src="https://{host}/a.png" width=300 height=200>'
    expect: {{match: true, strips: a.png}}
"""
HOSTS = ["%s%d.example" % (letter, number) for letter in "ab" for number in range(4)]
MAIL = ("From: a@sender.example\r\nTo: b@parl.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" +
        "".join('<img src="https://%s/p.png" width=300 height=200>\r\n' % host for host in HOSTS)).encode()
# Each reload waits for an answer; every message of the load is compared with what its generation must say.
ROUNDS = int(os.environ.get("PW_RELOAD_ROUNDS", "12"))


def ctl(*arguments):
    return subprocess.run([str(BUILD / "pixelctl"), *arguments], capture_output=True, text=True, timeout=4 * PATIENCE,
                          check=False)


class Reload(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pixelward-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        # Each set spreads its rules over files and lists: half of one and half of the other would show.
        for letter in "ab":
            (self.folder / letter / "lists.d").mkdir(parents=True)
            for number in range(3):
                self.write(letter, "%d.yaml" % number, RULE.format(name=letter + str(number),
                                                                    host="%s%d.example" % (letter, number)))
            self.write(letter, "lists.d/l%s.txt" % letter, "%s3.example\n" % letter)
        self.rules = self.folder / "rules"
        self.use("a")

    def write(self, letter, name, text):
        (self.folder / letter / name).write_text(text)

    def use(self, letter):
        fresh = self.folder / "fresh"
        fresh.symlink_to(letter)
        fresh.replace(self.rules)

    def daemon(self):
        return Daemon(RulesDir=str(self.rules))

    def test_the_new_set_is_in_force_when_the_command_returns(self):
        with self.daemon() as daemon:
            self.use("b")
            done = ctl("reload", "-c", str(daemon.config))
            self.assertEqual(done.returncode, 0, done.stderr)
            generation = re.match(r"reloaded: generation ([0-9a-f]{12}) \(before: ([0-9a-f]{12})\)\n$", done.stdout)
            self.assertTrue(generation, done.stdout)
            self.assertNotEqual(generation.group(1), generation.group(2))
            with daemon.session() as mta:
                mta.send(MAIL)
            daemon.wait_for_log(" mode=enforce generation=%s " % generation.group(1))
            self.assertIn("reloaded: generation=%s reloaded=1 refused=0" % generation.group(1), daemon.log())
            status = (daemon.directory / "keeper.status").read_text()
            self.assertEqual(status, "pid %d\ngeneration %s\nreloaded 1\nrefused 0\n"
                             % (daemon.process.pid, generation.group(1)))
            daemon.process.terminate()
            daemon.process.wait(PATIENCE)
            self.assertFalse((daemon.directory / "keeper.status").exists())

    def test_a_mistake_is_told_with_its_place_and_the_daemon_is_not_asked(self):
        with self.daemon() as daemon:
            self.write("b", "1.yaml", RULE.format(name="b1", host="b1.example").replace("level", "levle"))
            self.write("b", "2.yaml", RULE.format(name="b2", host="b2.example").replace("strips", "keeps"))
            self.use("b")
            before = daemon.log()
            done = ctl("reload", "-c", str(daemon.config))
            self.assertEqual(done.returncode, 1)
            self.assertIn("1.yaml:4:1: error PW201: unknown key 'levle' (did you mean 'level'?)\n", done.stderr)
            self.assertIn("2.yaml:12:34: error PW501", done.stderr)
            self.assertIn("the daemon was not asked", done.stderr)
            self.assertEqual(daemon.log(), before)

    def test_what_the_daemon_alone_refuses_is_told_and_counted(self):
        # The daemon reads its own file; here the check passes on another one with the same StateDir.
        with self.daemon() as daemon:
            other = daemon.directory / "other.conf"
            other.write_text(daemon.config.read_text())
            daemon.configure(Mode="sahdow")
            for count in (1, 2):
                done = ctl("reload", "-c", str(other))
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stderr, r"pixelward\.conf:1:\d+: .*sahdow")
                self.assertRegex(done.stderr, r"not reloaded: generation [0-9a-f]{12} stays in force \(%d refused" % count)
            self.assertIn("stays in force: generation=", daemon.log())
            self.assertIn("refused=2", daemon.log())

    def test_without_a_daemon_it_says_so(self):
        with self.daemon() as daemon:
            config = daemon.config.read_text()
        path = self.folder / "conf"
        path.write_text(config)
        done = ctl("reload", "-c", str(path))
        self.assertEqual(done.returncode, 69)
        self.assertIn("no pixelward runs with this configuration", done.stderr)
        # Nor does it signal whoever has the process id now that a killed keeper left.
        pathlib.Path(re.search(r"StateDir\s+(.*)", config).group(1)).mkdir()
        (pathlib.Path(re.search(r"StateDir\s+(.*)", config).group(1)) / "keeper.status").write_text(
            "pid %d\ngeneration x\nreloaded 0\nrefused 0\n" % os.getpid())
        self.assertEqual(ctl("reload", "-c", str(path)).returncode, 69)

    def test_what_rules_could_not_say_is_told_when_their_generation_ends(self):
        self.write("a", "3.yaml", RULE.format(name="wide", host="a0.example").replace(
            "url.host: a0.example", "width|gt: 2000").replace("expect: {match: true, strips: a.png}", "expect: {match: false}"))
        mail = MAIL + b"<img src='https://a.example/nowhere'>\r\n"
        with self.daemon() as daemon:
            with daemon.session() as mta:
                mta.send(mail)
                mta.send(mail)
            self.assertEqual(ctl("reload", "-c", str(daemon.config)).returncode, 0)
            daemon.wait_for_log(": rule site.wide: of 2 messages matched 0, unknown in 2, failed in 0")
            with daemon.session() as mta:
                mta.send(mail)
            daemon.process.terminate()
            daemon.process.wait(2 * PATIENCE)
            self.assertIn(": rule site.wide: of 1 messages matched 0, unknown in 1, failed in 0", daemon.log())
            self.assertNotIn("rule site.a0: of", daemon.log())

    @NEEDS_ROOT
    def test_no_process_has_memory_that_is_writable_and_executable(self):
        self.write("a", "3.yaml", RULE.format(name="like", host="a0.example").replace(
            "url.host: a0.example", "url|re: '^https://a[0-9]\\.'"))
        self.write("a", "lists.d/more.txt", "! x\n/o[0-9]+penx/\n")
        with self.daemon() as daemon:
            self.assertEqual(ctl("reload", "-c", str(daemon.config)).returncode, 0)
            children = pathlib.Path("/proc/%d/task/%d/children" % (daemon.process.pid, daemon.process.pid)).read_text()
            processes = [str(daemon.process.pid)] + children.split()
            self.assertGreater(len(processes), 2)
            for process in processes:
                self.assertNotIn(" rwx", pathlib.Path("/proc/%s/maps" % process).read_text())

    def test_wrong_use_is_64(self):
        for arguments in (["more"], ["-x"], ["-c"]):
            self.assertEqual(ctl("reload", *arguments).returncode, 64)

    def test_under_load_every_message_is_judged_by_the_generation_that_it_logs(self):
        with self.daemon() as daemon:
            end, failures = threading.Event(), []

            def load(number):
                try:
                    while not end.is_set():
                        with daemon.session(address="192.0.2.%d" % (10 + number)) as mta:
                            for _ in range(20):
                                mta.send(MAIL)
                except Exception as error:  # pylint: disable=broad-except
                    failures.append(error)

            generations = {}
            threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            try:
                for turn in range(ROUNDS):
                    letter = "ba"[turn % 2]
                    self.use(letter)
                    done = ctl("reload", "-c", str(daemon.config))
                    self.assertEqual(done.returncode, 0, done.stderr)
                    now, before = re.findall(r"[0-9a-f]{12}", done.stdout)
                    generations[now] = letter
                    generations[before] = "ab"[turn % 2]
                    # What was begun after the answer has the new set.
                    since = len(daemon.log())
                    with daemon.session() as mta:
                        mta.send(MAIL)
                        wait_until(lambda: daemon.log()[since:].count(" generation=" + now) > 4, what="log lines of it")
            finally:
                end.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(failures, [])
            self.assertEqual(len(generations), 2)
            wanted = {generation: ",".join(["site.%s%d" % (letter, number) for number in range(3)] + ["list.l" + letter])
                      for generation, letter in generations.items()}
            seen = dict.fromkeys(generations, 0)
            for rules, stripped, generation in re.findall(r" action=\S+ rules=(\S+) refs=\S+ stripped=(\d+) .*? "
                                                          r"generation=(\S+)", daemon.log()):
                self.assertEqual(sorted(rules.split(",")), sorted(wanted[generation].split(",")))
                self.assertEqual(stripped, "4")
                seen[generation] += 1
            for generation, count in seen.items():
                self.assertGreater(count, ROUNDS, generation)


if __name__ == "__main__":
    sys.exit(run_tests("__main__"))
