"""Faults of the daemon and of its surroundings under load: every mail is counted from both ends (books.py)."""

import contextlib
import os
import pwd
import random
import resource
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from . import books, postfix, pixelward, scratch
from .client import Client

# What an MTA says first: protocol 6, all that Postfix offers.
NEGOTIATION = struct.pack("!IcIII", 13, b"O", 6, 0x1ff, 0x1fffff)


def lonely_user():
    """A user of every Debian that runs nothing: its processes and threads are the daemon's alone."""
    busy = {os.stat(entry).st_uid for entry in os.scandir("/proc") if entry.name.isdigit() and os.path.exists(entry)}
    for name in ("games", "news", "uucp", "irc", "list", "lp"):
        with contextlib.suppress(KeyError):
            if pwd.getpwnam(name).pw_uid not in busy and scratch.lease("user-" + name):
                return name
    raise unittest.SkipTest("here is no user who runs nothing")


class Chaos:
    """Calls strike() again and again while the block runs."""

    def __init__(self, strike, least_s, most_s):
        self._strike, self._least, self._most = strike, least_s, most_s
        self.strikes, self.errors, self._end = 0, [], threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _run(self):
        chance = random.Random(4711)
        while not self._end.wait(chance.uniform(self._least, self._most)):
            try:
                self.strikes += 1 if self._strike(chance) else 0
            except Exception as error:
                self.errors.append(repr(error))
                return


def strike_process(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


class Crowd:
    """Connections of an MTA that has nothing to say, as a block; negotiated: as far as it goes."""

    # As long as libmilter bears: it hangs up on whoever claims more, and then nobody is in anybody's way.
    LONG = struct.pack("!Ic", 0xfff0, b"M")

    def __init__(self, path, count):
        self._sockets, self._sent = [], 0
        for _ in range(count):
            one = socket.socket(socket.AF_UNIX)
            self._sockets.append(one)
            one.settimeout(scratch.PATIENCE)
            one.connect(path)
            one.sendall(NEGOTIATION)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self._sockets:
            one.close()

    def answered(self):
        """How many of them were answered or sent away so far."""
        count = 0
        for one in self._sockets:
            try:
                one.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
                count += 1
            except BlockingIOError:
                pass
        return count

    def trickle(self):
        """Another byte of each one's next packet, which is long."""
        byte = self.LONG[self._sent:self._sent + 1] or b"\0"
        self._sent += 1
        for one in self._sockets:
            try:
                one.sendall(byte)
            except OSError:
                pass


def shown_of(pid):
    shown = []
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            shown.append(os.readlink(entry))
    return shown


def descriptors_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Faults(unittest.TestCase):
    """One daemon for each test, one Postfix with empty queues for each."""

    def setUp(self):
        try:
            postfix.check_machine()
        except postfix.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from None

    def start(self, mta_settings=None, **options):
        """Options of the daemon, as of Pixelward()."""
        self.ward = pixelward.Pixelward(**{"Dissectors": "2", **options})
        self.addCleanup(self.ward.stop)
        self.mta = postfix.Postfix("unix:" + self.ward.socket, **(mta_settings or {}))
        self.addCleanup(self.mta.stop)

    def assertBooksClosed(self, ledger, **how):
        """Everything came true, and the daemon is well again: a new mail is delivered inert at once."""
        ledger.wait_for(10)
        ledger.finish()
        delivered, held = books.check(self, ledger, **how)
        print(f"{self.id().rsplit('.', 1)[1]}: {len(ledger.accepted)} accepted ({len(delivered)} delivered, {len(held)} held), "
              f"{len(ledger.refused)} refused")
        return delivered, held


class Kills(Faults):
    def test_dissectors_killed_again_and_again_cost_no_mail(self):
        # Kept busy, so that most die with a message in their hands; who dies of nothing else twice is held.
        self.start()
        page = b"<table><tr><td style='color:#123456'>text<b>bold</b></td></tr></table>\r\n" * 4000

        def kill(chance):
            alive = self.ward.dissectors()
            return alive and strike_process(chance.choice(alive), signal.SIGKILL)

        with books.Books(self.mta, make=lambda number: books.message(number, page)) as ledger:
            with Chaos(kill, 0.05, 0.2) as chaos:
                scratch.wait_until(lambda: chaos.errors or (chaos.strikes >= 30 and "event=poison" in self.ward.log),
                                   "30 kills", 4 * scratch.PATIENCE)
                ledger.wait_for(30)
            self.assertEqual(chaos.errors, [])
            self.assertBooksClosed(ledger)

    def test_a_gateway_killed_in_the_midst_costs_no_mail(self):
        self.start()
        with books.Books(self.mta) as ledger:
            for _ in range(3):
                ledger.wait_for(15)
                gateway = scratch.wait_until(self.ward.gateway, "the gateway's threads")
                strike_process(gateway, signal.SIGKILL)
                scratch.wait_until(lambda: self.ward.gateway() not in (None, gateway), "the next gateway")
            self.assertBooksClosed(ledger)

    def test_a_keeper_killed_in_the_midst_costs_no_mail(self):
        self.start()
        with books.Books(self.mta) as ledger:
            for _ in range(2):
                ledger.wait_for(15)
                self.kill_keeper()
                self.restart()
            self.assertBooksClosed(ledger)

    def kill_keeper(self):
        """As systemd sees it (KillMode=mixed): with the main process gone, the rest of the group is killed, too."""
        rest = self.ward.gateways()
        self.ward.process.kill()
        self.assertEqual(self.ward.wait(), -signal.SIGKILL)
        for pid in rest:
            strike_process(pid, signal.SIGKILL)

    def restart(self):
        """Restart=always."""
        def start():
            try:
                self.ward.start()
                return True
            except AssertionError:  # somebody still listens
                self.ward.wait()
                return False
        scratch.wait_until(start, "the daemon to come back")

    def test_without_anybody_to_clear_up_the_next_keeper_takes_over(self):
        self.start()
        with books.Books(self.mta) as ledger:
            ledger.wait_for(15)
            self.ward.process.kill()
            self.assertEqual(self.ward.wait(), -signal.SIGKILL)
            self.restart()
            self.assertBooksClosed(ledger)


class Stops(Faults):
    def test_dissectors_that_are_stopped_delay_and_lose_nothing(self):
        self.start(DissectTimeout="1s")
        with books.Books(self.mta) as ledger:
            for _ in range(4):
                ledger.wait_for(8)
                for pid in self.ward.dissectors()[:1]:
                    strike_process(pid, signal.SIGSTOP)
            self.assertBooksClosed(ledger)

    def test_a_gateway_that_is_stopped_for_seconds_loses_nothing(self):
        self.start()
        with books.Books(self.mta) as ledger:
            for seconds in (1, 3):
                ledger.wait_for(15)
                gateway = scratch.wait_until(self.ward.gateway, "the gateway's threads")
                strike_process(gateway, signal.SIGSTOP)
                time.sleep(seconds)
                strike_process(gateway, signal.SIGCONT)
            self.assertBooksClosed(ledger)


class FullDisk(Faults):
    """StateDir takes no byte more: what poisons a dissector is held all the same, what does not flows."""

    POISON = (b"abort", b"overrun", b"garbage")

    def make(self, number):
        if number % 5 == 0:
            return books.message(number, planted=self.POISON[number // 5 % len(self.POISON)])
        return books.message(number)

    def fill(self, folder):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False,
                          capture_output=True).returncode != 0:
            with open(folder + "/poison", "w", encoding="ascii") as file:
                file.write("in the way\n")
            return "a file in the way, since this user mounts nothing"
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        with open(folder + "/full", "wb") as file, self.assertRaises(OSError):
            file.write(b"x" * 1048576)
            file.flush()
        return "a full tmpfs"

    def test_a_full_disk_holds_up_no_mail(self):
        self.ward = pixelward.Pixelward(start=False, program=pixelward.PLANTED, Dissectors="2")
        self.addCleanup(self.ward.stop)
        how = self.fill(self.ward.folder + "/state")
        self.ward.start()
        self.mta = postfix.Postfix("unix:" + self.ward.socket)
        self.addCleanup(self.mta.stop)
        print("StateDir is", how)
        with books.Books(self.mta, make=self.make) as ledger:
            ledger.wait_for(60)
            _, held = self.assertBooksClosed(ledger)
        self.assertEqual(held, {number for number in ledger.accepted if number % 5 == 0})
        self.assertIn('kept="no: ', self.ward.log)


class Scarcity(Faults):
    """The MTA does not wait for long, so that the test need not."""

    IMPATIENT = {"milter_connect_timeout": "2s", "milter_command_timeout": "2s",
                 "milter_content_timeout": "4s"}

    # From the first message on the journal's file is open to write and to read.
    JOURNAL = 2

    def look(self):
        """The gateway, and its descriptors once it has all those that it has without mail."""
        with Client(self.mta.port) as client:
            self.assertTrue(client.send(b"Subject: first\r\n\r\nx\r\n").accepted)
            client.quit()
        self.mta.sink.wait(1)
        self.mta.sink.clear()
        gateway = scratch.wait_until(self.ward.gateway, "the gateway's threads")
        return gateway, descriptors_of(gateway)

    def assertCalm(self, gateway, descriptors):
        scratch.wait_until(lambda: descriptors_of(gateway) <= descriptors + self.JOURNAL,
                           f"{descriptors} descriptors, and no more of {shown_of(gateway)}")

    def test_with_too_few_descriptors_mail_is_deferred_and_none_leaks(self):
        self.start(self.IMPATIENT, limits={resource.RLIMIT_NOFILE: 48})
        gateway, before = self.look()
        with books.Books(self.mta, threads=8) as ledger:
            ledger.wait_for(20)
            with Crowd(self.ward.socket, 100):
                refused = len(ledger.refused)
                scratch.wait_until(lambda: ledger.errors or len(ledger.refused) > refused, "a deferral")
            self.assertBooksClosed(ledger)
        self.assertEqual(self.ward.gateway(), gateway)
        self.assertCalm(gateway, before)

    @unittest.skipIf(pixelward.SANITIZED, "sanitizers start threads in a way of their own")
    def test_with_too_few_threads_sessions_wait_and_none_is_left_behind(self):
        # Keeper, gateway, two dissectors; libmilter needs six, the history three. As root there is no such limit, so it is
        # not root's.
        self.start(self.IMPATIENT, limits={resource.RLIMIT_NPROC: 19}, UserID=lonely_user())
        gateway, before = self.look()
        with books.Books(self.mta, threads=8) as ledger:
            ledger.wait_for(20)
            with Crowd(self.ward.socket, 30) as crowd:
                # Half a packet keeps a thread.
                scratch.wait_until(lambda: crowd.trickle() or "cannot start a thread" in self.ward.log, "a lack of threads")
                refused = len(ledger.refused)
                scratch.wait_until(lambda: ledger.errors or len(ledger.refused) > refused, "a deferral")
            self.assertBooksClosed(ledger)
        self.assertEqual(self.ward.gateway(), gateway)
        self.assertCalm(gateway, before)

    def test_a_thousand_idle_connections_block_nobody(self):
        # Also where a shell begins with no more than that; what is started has it from here.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.start()
        gateway, before = self.look()
        with books.Books(self.mta) as ledger:
            ledger.wait_for(10)
            with Crowd(self.ward.socket, 1000) as crowd:
                scratch.wait_until(lambda: crowd.answered() == 1000, "answers to a thousand")
                ledger.wait_for(30)
            self.assertBooksClosed(ledger)
        self.assertCalm(gateway, before)


class Slowness(Faults):
    def test_clients_that_trickle_bytes_delay_nobody(self):
        self.start()
        with books.Books(self.mta) as ledger, Crowd(self.ward.socket, 60) as crowd:
            for _ in range(10):
                crowd.trickle()
                ledger.wait_for(4)
            self.assertBooksClosed(ledger)


if __name__ == "__main__":
    unittest.main()
