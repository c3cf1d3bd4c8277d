"""Whatever becomes of StateDir and of who works in it: mail goes on, what is not recorded is counted, and it heals."""

import contextlib
import errno
import itertools
import json
import os
import resource
import shutil
import subprocess
import time
import unittest

from . import milter_mail, pixelward, redis, scratch
from .journal_test import Node
from .milter_mail import MilterClient

FAULTY = pixelward.BUILD + "/tests/e2e/faulty.so"


def totals(config):
    """Messages recorded, and not."""
    done = subprocess.run([pixelward.CTL, "stats", "--json", "-c", config], text=True, capture_output=True, check=False)
    if done.returncode == 66:  # nothing is there yet
        return 0, 0
    counted = json.loads(done.stdout)["totals"]
    return counted["messages"], counted["unrecorded"]


class State(unittest.TestCase):

    def setUp(self):
        self.ward = pixelward.Pixelward(start=False)
        self.addCleanup(self.ward.stop)
        self.state = self.ward.folder + "/state"
        self.posted = 0

    def post(self, count=10):
        milter_mail.post(self.ward, range(self.posted, self.posted + count))
        self.posted += count

    def wait_log(self, what, times=1):
        scratch.wait_until(lambda: self.ward.log.count(what) >= times, f"the log to say: {what}")
        self.assertEqual(self.ward.log.count(what), times, self.ward.log)

    @contextlib.contextmanager
    def half_a_message(self):
        with MilterClient("unix:" + self.ward.socket) as mta:
            mta.negotiate()
            mta.connect("mail.example.net", "198.51.100.7")
            mta.helo()
            mta.mail("news@sender.example")
            yield

    def known(self):
        """Messages that the reputation has learned."""
        done = subprocess.run([pixelward.CTL, "why", "-c", self.ward.config_file, "--json", "sender.example"], text=True,
                              capture_output=True, check=False)
        return json.loads(done.stdout).get("messages") or 0

    def wait_totals(self, *wanted):
        # What is in no record is in the next snapshot.
        scratch.wait_until(lambda: sum(self.totals()) >= sum(wanted), f"{wanted} messages")
        self.assertEqual(self.totals(), wanted)

    def totals(self):
        return totals(self.ward.config_file)


class Keeper(State):

    def test_its_status_is_written_as_soon_as_that_can_be(self):
        obstacle = self.state + "/keeper.status.new"
        os.mkdir(obstacle)
        self.ward.start()
        self.wait_log("keeper.status: File exists")
        self.ward.reload()
        self.wait_log("reloaded: ")
        os.rmdir(obstacle)
        self.wait_log("keeper.status is written again")
        with open(self.state + "/keeper.status", encoding="utf-8") as status:
            self.assertIn(f"pid {self.ward.process.pid}\n", status.read())
        self.wait_log("keeper.status: File exists")
        self.ward.halt()
        self.assertFalse(os.path.exists(self.state + "/keeper.status"))

    def test_killed_alone_it_leaves_no_daemon_without_a_journal(self):
        self.ward.start()
        self.post()
        with self.half_a_message():  # for which its gateway goes on, and keeps the journal
            self.ward.process.kill()
            self.ward.wait()
            self.wait_log("the keeper is gone")
            self.ward.start()
            self.wait_log("is in use by another process: a StateDir belongs to one; mail is judged without it")
            self.post()
        self.wait_log("journal: records messages; 10 were not recorded")
        self.post()
        self.wait_totals(20, 10)
        scratch.wait_until(lambda: self.known() >= 20, "what was recorded to be learned")
        self.assertEqual(self.known(), 20)
        self.ward.halt()
        self.assertEqual((self.totals(), self.known()), ((20, 10), 20))

    def test_killed_alone_with_OnJournalFull_tempfail_mail_comes_later(self):
        self.ward.configure(OnJournalFull="tempfail")
        self.ward.start()
        with self.half_a_message():
            self.ward.process.kill()
            self.ward.wait()
            self.wait_log("the keeper is gone")
            self.ward.start()
            self.wait_log("is in use by another process")
            with self.assertRaisesRegex(AssertionError, "replycode"):
                self.post()
            self.posted = 0
        self.wait_log("journal: records messages; 0 were not recorded")
        self.post()
        self.wait_totals(10, 0)

    def test_another_daemon_with_the_same_StateDir_does_not_start(self):
        self.ward.start()
        scratch.wait_until(lambda: os.path.exists(self.state + "/keeper.status"), "the keeper's word")
        second = pixelward.Pixelward(start=False)
        self.addCleanup(second.stop)
        os.rmdir(second.folder + "/state")
        os.symlink(self.state, second.folder + "/state")
        done = subprocess.run([pixelward.DAEMON, "-c", second.config_file, "-f"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=scratch.PATIENCE, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, f"StateDir: {second.folder}/state belongs to a running instance .process {self.ward.process.pid}.")
        self.post()
        self.ward.halt()
        second.start()


class Taken(State):
    """Somebody takes the files away."""

    def test_the_journal_s_folder(self):
        self.ward.start()
        self.post()
        shutil.rmtree(self.state + "/journal")
        self.wait_log("state/journal were taken away: what they held is lost")
        self.wait_log("journal: records messages; 0 were not recorded")
        self.post()
        self.assertEqual(self.totals(), (10, 0))

    def test_StateDir_itself(self):
        self.ward.start()
        self.post()
        os.rename(self.state, self.state + ".gone")
        self.wait_log("state/journal were taken away: what they held is lost")
        self.wait_log("no journal: ")
        self.post()
        gateway = scratch.wait_until(self.ward.gateway, "the gateway")
        os.mkdir(self.state)
        scratch.wait_until(lambda: self.ward.gateway() not in (None, gateway), "the next gateway")
        self.wait_log("10 messages were not recorded: there was no journal")
        self.post()
        scratch.wait_until(lambda: os.path.exists(self.state + "/journal"), "its journal")
        self.post()
        self.assertGreaterEqual(sum(self.totals()), 10)
        self.assertLessEqual(self.ward.log.count("no journal: "), 2)  # it is not there; it may not be used


    def test_StateDir_that_comes_later(self):
        os.rmdir(self.state)
        self.ward.start()
        self.post()
        gateway = scratch.wait_until(self.ward.gateway, "the gateway")
        os.mkdir(self.state)
        self.wait_log("10 messages were not recorded: there was no journal")
        scratch.wait_until(lambda: self.ward.gateway() not in (None, gateway), "the next gateway")
        scratch.wait_until(lambda: os.path.exists(self.state + "/journal"), "its journal")
        self.post()
        self.assertEqual(self.totals(), (10, 0))


class Full(State):
    """StateDir takes no more."""

    def mount(self, options):
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", self.state], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("this user mounts nothing")
        self.addCleanup(subprocess.run, ["umount", "-l", self.state], check=True)

    def fill(self, name):
        try:
            with open(f"{self.state}/{name}", "wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
        except OSError as error:
            self.assertEqual(error.errno, errno.ENOSPC)

    def check(self):
        """Mail goes on, is recorded or counted, and all of it is said once."""
        self.post(100)
        self.wait_log("journal: cannot record messages: ")

    def check_healed(self):
        self.post()
        self.wait_log("journal: records messages again; ")
        self.wait_totals(self.posted)
        self.assertGreater(self.totals()[1], 0)
        self.ward.halt()
        self.ward.start()
        self.wait_totals(self.posted)

    def wait_totals(self, wanted):
        scratch.wait_until(lambda: sum(self.totals()) == wanted, f"{wanted} messages")

    def test_no_room(self):
        self.mount("size=1m")
        self.ward.start()
        self.post()
        self.fill("filler")
        self.check()
        os.remove(self.state + "/filler")
        self.check_healed()

    def test_no_room_at_the_start(self):
        self.mount("size=64k")
        self.ward.start()
        self.ward.halt()
        for which in "01":
            if os.path.exists(f"{self.state}/journal/counters.{which}"):
                os.truncate(f"{self.state}/journal/counters.{which}", 0)
        self.fill("filler")
        self.ward.start()
        self.wait_log("no journal: ")
        self.post()
        time.sleep(1.5)  # and it is tried again
        os.remove(self.state + "/filler")
        self.wait_log("journal: records messages; 10 were not recorded")
        self.post()
        self.wait_totals(20)
        self.wait_log("no journal: ")
        self.wait_log("they begin anew")
        self.assertNotIn("cannot save the counters", self.ward.log)

    def test_no_inode(self):
        self.mount("size=4m,nr_inodes=24")
        self.ward.configure(JournalSize="1M")
        self.ward.start()
        self.post()
        for number in itertools.count():
            try:
                with open(f"{self.state}/{number}", "wb"):
                    pass
            except OSError:
                break
        self.post(400)  # more than a segment
        self.wait_log("journal: cannot record messages: ")
        for filler in range(number):
            os.remove(f"{self.state}/{filler}")
        self.check_healed()

    def test_no_file_larger_than_that(self):
        self.ward = pixelward.Pixelward(limits={resource.RLIMIT_FSIZE: 16384}, Dissectors="0")
        self.addCleanup(self.ward.stop)
        gateway = scratch.wait_until(self.ward.gateway, "the gateway")
        self.post(40)
        self.wait_log("snapshot: File too large")
        self.assertEqual(self.ward.gateway(), gateway)
        self.assertEqual(self.ward.halt(), 0)


@unittest.skipIf(pixelward.SANITIZED, "a sanitizer wants to be loaded first")
class Broken(State):
    """Calls on files fail: a disk that breaks, is read-only, or cannot be reached."""

    def setUp(self):
        super().setUp()
        self.faults = scratch.make_folder("faults")
        self.addCleanup(scratch.remove_folder, self.faults)
        self.ward.environment = {"LD_PRELOAD": FAULTY, "PW_FAULTS": self.faults}
        self.ward.start()
        self.post()

    @contextlib.contextmanager
    def failing(self, number, *calls):
        for call in calls:
            with open(f"{self.faults}/{call}.new", "w", encoding="ascii") as file:
                file.write(str(number))
            os.rename(f"{self.faults}/{call}.new", f"{self.faults}/{call}")
        yield
        for call in calls:
            os.remove(f"{self.faults}/{call}")

    def test_a_disk_that_became_read_only(self):
        with self.failing(errno.EROFS, "write", "open"):
            self.post(30)
            self.wait_log("journal: cannot record messages: Read-only file system; OnJournalFull accept")
            self.wait_log("reputation: snapshot: Read-only file system")
        self.post()
        self.wait_log("journal: records messages again; 30 were not recorded")
        self.wait_log("reputation: snapshot is written again")
        self.wait_totals(20, 30)
        scratch.wait_until(lambda: self.known() == 20, "what was recorded to be learned")
        self.assertEqual(self.ward.log.count("cannot save the counters"), self.ward.log.count("the counters are saved again"))

    def test_a_disk_that_cannot_be_synced(self):
        with self.failing(errno.EIO, "sync"):
            for _ in range(3):
                self.post()
                time.sleep(0.1)  # another batch
            self.wait_log("journal: fdatasync: Input/output error: a power cut may lose records")
        self.post()
        self.wait_log("journal: fdatasync works again")
        self.wait_totals(50, 0)

    def test_OnJournalFull_tempfail(self):
        self.ward.halt()
        self.ward.configure(OnJournalFull="tempfail")
        self.ward.start()
        self.post()
        with self.failing(errno.EIO, "write"):
            with self.assertRaisesRegex(AssertionError, "replycode"):
                self.post(1)
        self.post()
        self.wait_totals(30, 0)


@unittest.skipIf(pixelward.SANITIZED, "a sanitizer wants to be loaded first")
class KilledAnywhere(unittest.TestCase):

    def life(self, node):
        """Begins, writes, ends. False: it was killed."""
        try:
            node.start()
            for _ in range(3):
                node.write(1)
            node.end()
        except (AssertionError, BrokenPipeError):
            node.kill()
            return False
        return True

    def test_before_each_call_that_changes_a_file_every_message_counts_once(self):
        redis.check_machine()
        server = redis.Redis()
        self.addCleanup(server.stop)
        node = Node("mx1", server, start=False)
        self.addCleanup(node.remove)
        whole, at = False, 0
        while not whole:
            at += 1
            node.environment = {"LD_PRELOAD": FAULTY, "PW_KILL_AT": str(at)}
            whole = self.life(node)
            messages, _ = totals(node.folder + "/conf")
            # One may have been written that it had no time to speak of.
            self.assertIn(messages - node.written, (0, 1), f"call {at}")
            node.written = messages
        self.assertGreater(at, 10)
        self.assertNotIn("no segment", node.log)
        self.assertNotIn("was not whole", node.log)
        self.assertEqual(server.command("HGET", "pw:c:all", "messages"), str(node.written))
        events = [dict(zip(fields[::2], fields[1::2])) for _, fields in server.command("XRANGE", "pw:ev", "-", "+")]
        self.assertEqual(len({(event["qid"], event["time"]) for event in events}), len(events))
        self.assertEqual(len(events), node.written)


if __name__ == "__main__":
    unittest.main()
