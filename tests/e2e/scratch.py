"""What every piece of the test bench needs: a scratch folder, ports, polling, and children that die with us."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

# Under sanitizers and on busy machines everything is slower; a deadline is no measurement, so it is generous.
PATIENCE = float(os.environ.get("PW_TEST_PATIENCE", "30"))


class Timeout(Exception):
    pass


def wait_until(condition, what, seconds=None, interval=0.01):
    """Poll until condition() is true, and return what it returned."""
    deadline = time.monotonic() + (seconds or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Timeout("waited in vain for " + what)
        time.sleep(interval)
        interval = min(interval * 1.3, 0.2)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
