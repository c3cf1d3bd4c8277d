"""What every piece of the test bench needs: a scratch folder, ports, polling, and children that die with us."""

import errno
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

# Under sanitizers and on busy machines everything is slower; a deadline is no measurement, so it is generous.
PATIENCE = float(os.environ.get("PW_TEST_PATIENCE", "60"))

# Servers that have users of their own read what tests write.
os.umask(0o022)

# What runs for a test and can tell of itself: its testimony() is in the text of every Timeout.
witnesses = set()


class Timeout(Exception):
    def __init__(self, text):
        super().__init__("\n\n".join([text] + [one.testimony() for one in list(witnesses)]))


def tail(text, lines=40, most=400):
    return "".join(f"\n    {line[:most]}" for line in text.splitlines()[-lines:])


class Patience:
    """How long somebody waits who looks again every now and then. What a machine stands still meanwhile does not count."""

    def __init__(self, seconds=None):
        self._left, self._seen = seconds or PATIENCE, time.monotonic()

    def is_over(self):
        now = time.monotonic()
        self._left -= min(now - self._seen, 1)
        self._seen = now
        return self._left < 0


def wait_until(condition, what, seconds=None, interval=0.01):
    """Poll until condition() is true, and return what it returned."""
    patience = Patience(seconds)
    while True:
        value = condition()
        if value:
            return value
        if patience.is_over():
            raise Timeout("waited in vain for " + what)
        time.sleep(interval)
        interval = min(interval * 1.3, 0.2)


def lease(name):
    """Whether what this name stands for is ours until this process ends, and not another test's. The kernel keeps the list."""
    with socket.socket(socket.AF_UNIX) as claim:
        try:
            claim.bind("\0pixelward-test-" + name)
        except OSError:
            return False
        claim.detach()
    return True


def free_port(host="127.0.0.1"):
    """
    A port for a server, which may die and come back. No other test gets it, nor does the kernel give it to somebody who
    connects: those it takes from ip_local_port_range.
    """
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        end = int(file.read().split()[0])
    while True:
        port = random.SystemRandom().randrange(10000, end if end > 12000 else 32768)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
        if lease(f"port-{port}"):
            return port


def make_folder(name):
    # Short, because the names of Unix sockets are limited to 107 bytes; open to other users, because
    # Postfix's processes are not ours.
    folder = tempfile.mkdtemp(prefix="pw-" + name + "-")
    os.chmod(folder, 0o755)
    return folder


def remove_folder(folder):
    # Whoever is just ending may still write a line there.
    deadline = time.monotonic() + 5
    while os.path.exists(folder) and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.001)


class Undisturbed:
    """Signals that would end us wait until the block is done: what it began is then known to who cleans up."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __enter__(self):
        self._came = []
        self._before = None
        if threading.current_thread() is threading.main_thread():
            # Not a signal mask: children would inherit that.
            self._before = [signal.signal(number, lambda came, _: self._came.append(came)) for number in self.SIGNALS]

    def __exit__(self, *_):
        if self._before is not None:
            for number, handler in zip(self.SIGNALS, self._before):
                signal.signal(number, handler)
            for came in self._came[:1]:
                os.kill(os.getpid(), came)


class Guard:
    """Ends a child of ours if we die without a chance to do it (kill -9): a test bench leaves nothing running."""

    def __init__(self, pid, folder):
        # End of file on its standard input means that we are gone. The kernel's own death signal would not do:
        # it is forgotten when a daemon changes its user.
        self._shell = subprocess.Popen(["/bin/sh", "-c",
                                        'read -r _; kill "$0"; kill -CONT "$0"; sleep 1; rm -rf "$1" || sleep 3; rm -rf "$1"',
                                        str(pid), folder],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       start_new_session=True)

    def dismiss(self):
        self._shell.kill()
        self._shell.wait()
        self._shell.stdin.close()


def stop(process, what, seconds=None, how=signal.SIGTERM):
    """End a child of ours by its own process id; its exit status, negative for a signal."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.wait(seconds or PATIENCE)
    except Exception:
        process.kill()
        process.wait()
        raise Timeout(what + " did not end within the time")


def processes_of(pid):
    """The children of a process, and theirs."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as children:
                for child in map(int, children.read().split()):
                    found += [child] + processes_of(child)
    except OSError:
        pass  # it ended meanwhile
    return found
