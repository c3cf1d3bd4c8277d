"""The programs under test: starts the daemon with a generated configuration, and runs pixelctl scan."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import threading

from . import scratch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
DAEMON = BUILD + "/pixelward"
CTL = BUILD + "/pixelctl"
# Its dissectors do what a message tells them, as if that had taken them over (milter/keeper/planted.h).
PLANTED = BUILD + "/planted/pixelward"
SANITIZED = bool(os.environ.get("SANITIZER"))

DEFAULTS = {
    "Mode": "enforce",
    "RemoteContent": "trackers",
    "RulesDir": ROOT + "/rules",
    "Redis": "none",
    # The default passes everything from loopback, which is where all test mail comes from.
    "InternalHosts": "192.0.2.1",
}
# Of a daemon, so that on a busy machine nothing comes too late but what is to.
PATIENT = {"DissectTimeout": "120s", "RedisDeadline": "2s"}


def write_config(path, options):
    """At once: a reload that is still under way must not read half of it, which is a valid configuration, too."""
    with open(path + ".new", "w", encoding="utf-8") as config:
        for keyword, value in options.items():
            if value is not None:
                config.write(f"{keyword} {value}\n")
    os.replace(path + ".new", path)


class Pixelward:
    """
    One running daemon. Options are keywords of its configuration: Pixelward(Mode="shadow").
    program: another build of it; limits: {resource.RLIMIT_…: most} for its processes.
    """

    def __init__(self, start=True, program=DAEMON, limits=None, **options):
        self.folder = self.process = self._guard = None
        self._program, self._limits = program, limits or {}
        self.environment = {}
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("ward")
                self._lay_out(options)
            if start:
                self.start()
        except BaseException:
            self._forget()
            raise

    def _lay_out(self, options):
        # As docs/install-postfix.md has it: a set-group-ID folder gives the socket to Postfix's group.
        self.socket_folder = self.folder + "/run"
        os.mkdir(self.socket_folder)
        try:
            shutil.chown(self.socket_folder, options.get("UserID"), group="postfix")
            os.chmod(self.socket_folder, 0o2750)
        except (LookupError, PermissionError):
            pass
        os.mkdir(self.folder + "/state", 0o755)
        self.socket = self.socket_folder + "/pixelward.sock"
        self.config_file = self.folder + "/pixelward.conf"
        self.log_file = self.folder + "/log"
        self.configure(**options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def configure(self, **options):
        """Write the configuration anew; a running daemon sees it at SIGHUP."""
        places = {"Socket": "unix:" + self.socket, "StateDir": self.folder + "/state"}
        self.options = {**DEFAULTS, **PATIENT, **places, **options}
        write_config(self.config_file, self.options)

    def start(self, seconds=None):
        with scratch.Undisturbed(), open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([self._program, "-c", self.config_file, "-f"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd="/", start_new_session=True,
                                            env=dict(os.environ, **self.environment),
                                            preexec_fn=self._limit if self._limits else None)
            self._guard = scratch.Guard(self.process.pid, self.folder)
        scratch.witnesses.add(self)
        scratch.wait_until(lambda: self.process.poll() is not None or self.answers(), "pixelward's socket", seconds)
        if self.process.poll() is not None:
            raise AssertionError(f"pixelward ended with {self.process.returncode} at start:\n{self.log}")

    def _limit(self):
        for kind, most in self._limits.items():
            resource.setrlimit(kind, (most, most))

    def answers(self):
        """Does somebody accept connections on the socket? (A probe, as monitoring does it.)"""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(self.socket)
                return True
            except OSError:
                return False

    def terminate(self):
        """SIGTERM without waiting: it drains."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=None):
        """The exit status."""
        status = self.process.wait(seconds or scratch.PATIENCE)
        self._guard.dismiss()
        self.process = None
        return status

    def halt(self):
        """SIGTERM, and wait; the folder stays, so that start() begins a second life."""
        self.terminate()
        return self.wait()

    def kill(self):
        """kill -9 of all of it at once, as far as that goes; the folder stays."""
        with scratch.Undisturbed():
            killed = [self.process.pid] + scratch.processes_of(self.process.pid)
            for pid in killed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            self.process.wait()
            # Until then they have their locks.
            scratch.wait_until(lambda: not any(map(holds_files, killed)), "what was killed to be gone")
            self._guard.dismiss()
            self.process = None

    def stop(self):
        """The end. What went wrong behind the scenes (sanitizers, lost gateways) fails the test here."""
        with scratch.Undisturbed():
            try:
                if self.process is not None:
                    if self.process.poll() is None:
                        self.terminate()
                    status = self.wait()
                    assert status == 0, f"pixelward ended with {status}:\n{self.log}"
                for sign in ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:"):
                    assert sign not in self.log, self.log
            finally:
                self._forget()

    def testimony(self):
        return f"pixelward in {self.folder}:{scratch.tail(self.log)}"

    def _forget(self):
        with scratch.Undisturbed():
            scratch.witnesses.discard(self)
            if self.process is not None:
                self.kill()
            if os.environ.get("PW_KEEP"):
                print("kept:", self.folder)
            elif self.folder:
                scratch.remove_folder(self.folder)

    def gateways(self):
        """Process ids of what the keeper started."""
        return scratch.processes_of(self.process.pid)

    def dissectors(self):
        """Of these, the ones that take messages apart; one that has just begun may not yet have its name."""
        return [pid for pid in self.gateways() if name_of(pid) == "pw-dissector"]

    def gateway(self):
        """Of these, the one that speaks with the MTA, or None: only it has threads."""
        return next((pid for pid in self.gateways() if threads_of(pid) > 1), None)

    def kill_gateway(self):
        for pid in self.gateways():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    @property
    def log(self):
        try:
            with open(self.log_file, encoding="utf-8", errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def lines_of(self, queue_id):
        """Log lines of one message, without what stands before the queue id."""
        return re.findall(r"^(?:.*?\s)?(" + re.escape(queue_id) + r": .*)$", self.log, re.M)

    def line_of(self, queue_id):
        """The one line that every message gets."""
        return scratch.wait_until(
            lambda: next((line for line in self.lines_of(queue_id) if " action=" in line), None),
            "the log line of " + queue_id)

    def peak_memory(self):
        """Bytes: the highest resident size that any of its processes had."""
        peak = 0
        for pid in self.gateways() + [self.process.pid]:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                peak = max(peak, int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024)
        return peak


def holds_files(pid):
    try:
        return bool(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return False


def name_of(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
            return comm.read().strip()
    except OSError:
        return None


def threads_of(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


class Scan:
    """The result of one run of pixelctl scan."""

    def __init__(self, status, output, errors, usage):
        self.status = status
        self.output = output
        self.errors = errors
        self.usage = usage  # resource.struct_rusage

    @property
    def objects(self):
        return [json.loads(line) for line in self.output.splitlines()]

    @property
    def object(self):
        objects = self.objects
        assert len(objects) == 1, (self.output, self.errors)
        return objects[0]


def scan(*arguments, stdin=b"", config=None, seconds=None):
    """Run pixelctl scan with these arguments; config: options as of Pixelward()."""
    with scratch_config(config or {}) as path:
        with open(path + ".in", "wb") as given:
            given.write(stdin)
        with open(path + ".in", "rb") as given, open(path + ".out", "wb") as out, open(path + ".err", "wb") as err:
            process = subprocess.Popen([CTL, "scan", "-c", path, *arguments], stdin=given, stdout=out, stderr=err)
            # wait4, because only it tells the memory of this one process.
            deadline = threading.Timer(seconds or 4 * scratch.PATIENCE, process.kill)
            deadline.daemon = True
            deadline.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                deadline.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        with open(path + ".out", encoding="utf-8") as out, open(path + ".err", encoding="utf-8", errors="replace") as err:
            return Scan(process.returncode, out.read(), err.read(), usage)


class scratch_config:
    def __init__(self, options):
        self.options = options

    def __enter__(self):
        self.folder = None
        try:
            with scratch.Undisturbed():
                self.folder = scratch.make_folder("scan")
                write_config(self.folder + "/conf", dict(DEFAULTS, StateDir=self.folder, **self.options))
        except BaseException:
            self.__exit__()
            raise
        return self.folder + "/conf"

    def __exit__(self, *_):
        with scratch.Undisturbed():
            if self.folder:
                scratch.remove_folder(self.folder)
