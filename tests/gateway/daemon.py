"""A pixelward of one's own for a test: configuration, socket and log in a temporary directory."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))
from e2e import scratch  # noqa: E402
from milter_client import MilterClient  # noqa: E402

BUILD = TREE / (os.environ.get("PIXELWARD_BUILD") or os.environ.get("BUILD") or "build")
PIXELWARD = BUILD / "pixelward"
# Dissectors that misbehave on demand (milter/keeper/planted.h).
PLANTED = BUILD / "planted" / "pixelward"
SANITIZED = bool(os.environ.get("SANITIZER"))
PATIENCE = scratch.PATIENCE
# The product's processes do not let themselves be looked into by their own user.
NEEDS_ROOT = unittest.skipUnless(os.geteuid() == 0, "needs root, to look into a process")


def wait_until(condition, what="condition"):
    """The condition's value, as soon as it is true."""
    return scratch.wait_until(condition, what)


class Daemon:
    """options: Keyword=value lines beyond those every test needs."""

    def __init__(self, arguments=("-f",), environment=None, directory=None, pass_fds=(), wait=True,
                 program=PIXELWARD, **options):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="pixelward-test-"))
        self.own_directory = directory is None
        self.config = self.directory / "pixelward.conf"
        self.log_file = self.directory / "log"
        self.options = {"Mode": "enforce", "Socket": "unix:%s/socket" % self.directory, "Syslog": "no",
                        "RulesDir": str(TREE / "rules"), "InternalHosts": "127.0.0.0/8, ::1",
                        # No message is held because the machine is busy.
                        "DissectTimeout": "120s",
                        "StateDir": str(self.directory)}
        self.options.update(options)
        self.configure()
        environment = dict(os.environ, **(environment or {}))
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([str(program), "-c", str(self.config), *arguments], stderr=log,
                                            stdout=log, stdin=subprocess.DEVNULL, env=environment,
                                            pass_fds=pass_fds)
        scratch.witnesses.add(self)
        if wait:
            self.wait_for_log(" serves ")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    @property
    def socket(self):
        return self.options["Socket"]

    def configure(self, text=None, **options):
        self.options.update(options)
        lines = ["%-20s %s\n" % option for option in self.options.items()]
        # At once: a reload that is still under way must not read half of it.
        fresh = self.config.with_suffix(".new")
        fresh.write_text("".join(lines) if text is None else text)
        fresh.replace(self.config)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def testimony(self):
        return "pixelward in %s:%s" % (self.directory, scratch.tail(self.log()))

    def wait_for_log(self, text, since=0):
        def look():
            if text in self.log()[since:]:
                return True
            if self.process.poll() is not None:
                raise AssertionError("ended with %d:\n%s" % (self.process.returncode, self.log()))
            return False
        return wait_until(look, "%r in the log" % text)

    def client(self, **negotiation):
        return MilterClient(self.socket).negotiate(**negotiation)

    def session(self, address="192.0.2.1", **negotiation):
        """Connected and greeted."""
        mta = self.client(**negotiation)
        mta.connect(address=address)
        mta.helo()
        return mta

    def children(self):
        path = pathlib.Path("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid))
        return [int(pid) for pid in path.read_text().split()]

    def children_with(self, wanted):
        """Those whose /proc/PID/status matches."""
        found = []
        for pid in self.children():
            try:
                status = pathlib.Path("/proc/%d/status" % pid).read_text()
            except OSError:
                continue
            if re.search(wanted, status):
                found.append(pid)
        return found

    def gateway(self):
        """The one, once it has threads."""
        return wait_until(self.gateways, "a gateway")[0]

    def gateways(self):
        """Only they have threads; a dissector's name comes a moment after it does."""
        return self.children_with(r"Threads:\t([2-9]|\d\d)")

    def dissectors(self):
        return self.children_with(r"Name:\tpw-dissector")

    def reload(self):
        since = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "reloaded" in self.log()[since:], what="an answer to SIGHUP")
        return self.log()[since:]

    def stop(self):
        """The exit status."""
        scratch.witnesses.discard(self)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)
        return self.process.returncode


def run_tests(module):
    """All of a test file's unittest cases, and the closing line that Makefile.tests and people read."""
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(suite)
    failed = len(result.failures) + len(result.errors)
    passed = max(0, result.testsRun - failed - len(result.skipped))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0
