"""Faults of the daemon and of its surroundings under load: every mail is counted from both ends (books.py)."""

import os
import random
import signal
import socket
import subprocess
import threading
import time
import unittest

from . import books, postfix, pixelward, scratch


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


class Faults(unittest.TestCase):
    """One daemon for each test, one Postfix with empty queues for each."""

    def setUp(self):
        try:
            postfix.check_machine()
        except postfix.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from None

    def start(self, mta_settings=None, **options):
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
        self.start()

        def kill(chance):
            alive = self.ward.dissectors()
            return alive and strike_process(chance.choice(alive), signal.SIGKILL)

        with books.Books(self.mta) as ledger:
            with Chaos(kill, 0.05, 0.2) as chaos:
                scratch.wait_until(lambda: chaos.errors or chaos.strikes >= 30, "30 kills", 4 * scratch.PATIENCE)
                ledger.wait_for(30)
            self.assertEqual(chaos.errors, [])
            self.assertBooksClosed(ledger)

    def test_a_gateway_killed_in_the_midst_costs_no_mail(self):
        self.start()
        with books.Books(self.mta) as ledger:
            for _ in range(3):
                ledger.wait_for(15)
                gateway = self.ward.gateway()
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
        for _ in range(50):
            try:
                return self.ward.start()
            except AssertionError:  # somebody still listens
                self.ward.wait()
                time.sleep(0.1)
        raise AssertionError("it does not come back:\n" + self.ward.log)

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
                gateway = self.ward.gateway()
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
        self.ward = pixelward.Pixelward(start=False, program=pixelward.PLANTED, Dissectors="2", DissectTimeout="2s")
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


if __name__ == "__main__":
    unittest.main()
