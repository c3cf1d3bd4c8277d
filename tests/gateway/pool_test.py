"""What a message costs whose parser crashes, hangs, is taken over or lies: itself, and nothing else."""
import concurrent.futures
import os
import pathlib
import re
import signal
import statistics
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemon import NEEDS_ROOT, PLANTED, SANITIZED, Daemon, run_tests, wait_until  # noqa: E402

HEAD = b"From: Ann <ann@example.net>\r\nTo: bob@example.org\r\nMIME-Version: 1.0\r\n"
HTML = (HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        b"<p>Hello, Bob.</p><img src=http://beacon.example/p.gif?id=7f3a9c2e51 width=1 height=1>\r\n")
PLAIN = HEAD + b"\r\nAt noon?\r\n"


def planted(word, raw=HTML):
    return b"X-Planted: " + word.encode() + b"\r\n" + raw


def send(daemon, raw=HTML, address="192.0.2.1"):
    with daemon.session(address=address) as mta:
        answer = mta.send(raw)
        mta.quit()
        return answer


def is_inert(answer):
    delivered = answer.apply()
    return answer.quarantine is None and delivered is not None and b"beacon.example" not in delivered


class Case(unittest.TestCase):
    def daemon(self, **options):
        daemon = Daemon(program=PLANTED, **{"Dissectors": "2", **options})
        self.addCleanup(daemon.stop)
        return daemon


class Ordinary(Case):
    def test_a_pixel_is_made_inert_and_what_has_none_stays(self):
        daemon = self.daemon()
        self.assertTrue(is_inert(send(daemon)))
        self.assertTrue(send(daemon, PLAIN).unchanged)

    def test_a_message_of_twenty_megabytes_crosses_without_a_copy(self):
        daemon = self.daemon()
        big = (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
               HTML.split(b"\r\n\r\n", 1)[1] + b"--b\r\nContent-Type: application/octet-stream\r\n"
               b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n" * 550000 +
               b"--b--\r\n")
        self.assertTrue(is_inert(send(daemon, big)))

    def test_a_message_that_clients_read_in_more_than_one_way_is_written_anew(self):
        daemon = self.daemon()
        twice = (HEAD + b"Content-Type: text/html\r\nContent-Type: multipart/mixed; boundary=b\r\n"
                 b"Content-Transfer-Encoding: base64\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
                 HTML.split(b"\r\n\r\n", 1)[1] + b"--b--\r\n")
        answer = send(daemon, twice)
        self.assertTrue(answer.quarantine or b"beacon.example" not in answer.apply())

    def test_dissectors_are_replaced_after_their_jobs(self):
        daemon = self.daemon(DissectorJobs="3", Dissectors="1")
        seen = set()
        for _ in range(12):
            self.assertTrue(send(daemon, PLAIN).accepted)
            seen.update(daemon.dissectors())
        self.assertGreater(len(seen), 2)
        self.assertNotIn("killed", daemon.log())

    def test_one_that_does_not_end_after_its_jobs_is_ended(self):
        daemon = self.daemon(DissectorJobs="3", Dissectors="1")
        self.assertTrue(is_inert(send(daemon, planted("linger"))))
        lingering = daemon.dissectors()
        for _ in range(6):
            self.assertTrue(is_inert(send(daemon)))
        wait_until(lambda: daemon.dissectors() != lingering, what="another dissector")
        daemon.wait_for_log("was killed by signal 9")

    def test_a_result_too_large_for_the_desk_comes_in_a_file(self):
        daemon = self.daemon()
        links = b"".join(b"<a href=http://links.example/%d>x</a>\r\n" % number for number in range(5500))
        self.assertTrue(is_inert(send(daemon, HTML + links)))

    @NEEDS_ROOT
    def test_nothing_of_a_message_waits_for_the_next_process(self):
        daemon = self.daemon(Dissectors="1")
        for raw in (HTML, planted("abort"), planted("size")):
            send(daemon, raw)
        wait_until(daemon.dissectors, what="a dissector")
        (pid,) = daemon.dissectors()
        memory = b""
        with open("/proc/%d/maps" % pid, encoding="ascii") as maps, open("/proc/%d/mem" % pid, "rb", 0) as file:
            for line in maps:
                if " rw-s " in line or " r--s " in line:
                    begin, end = (int(number, 16) for number in line.split()[0].split("-"))
                    file.seek(begin)
                    memory += file.read(end - begin)
        self.assertGreater(len(memory), 700000)
        self.assertEqual(memory.count(b"beacon.example"), 0)

    def test_without_dissectors_the_gateway_reads_by_itself(self):
        daemon = self.daemon(Dissectors="0")
        self.assertEqual(daemon.dissectors(), [])
        self.assertTrue(is_inert(send(daemon)))

    @NEEDS_ROOT
    def test_a_dissector_holds_no_descriptor_but_its_slot_and_may_not_gain_rights(self):
        daemon = self.daemon()
        for pid in daemon.dissectors():
            status = pathlib.Path("/proc/%d/status" % pid).read_text()
            # A sanitizer tells on the second.
            self.assertEqual(sorted(os.listdir("/proc/%d/fd" % pid)), ["0", "1", "2", "3"] if SANITIZED else ["0"])
            self.assertIn("NoNewPrivs:\t1", status)
            self.assertIn("Seccomp:\t2", status)


class Walls(Case):
    """Each does what code that was taken over would try; the message is held, the next one flows."""

    def lost(self, daemon, word, signal_name):
        before = len(daemon.log())
        answer = send(daemon, planted(word))
        self.assertTrue(answer.accepted, word)
        self.assertIsNotNone(answer.quarantine, word)
        self.assertTrue(is_inert(send(daemon)), word)
        # A sanitizer tells what it saw, and ends the process itself.
        if signal_name is not None and not SANITIZED:
            self.assertIn("signal=%d" % getattr(signal, signal_name), daemon.log()[before:], word)
        self.assertIn("event=poison", daemon.log()[before:], word)


for word, name in {"open": "SIGSYS", "connect": "SIGSYS", "inet": "SIGSYS", "fork": "SIGSYS", "exec": "SIGSYS",
                   "kill": "SIGSYS", "trace": "SIGSYS", "execute": "SIGSYS", "sleep": "SIGSYS", "overrun": "SIGSEGV",
                   "memory": "SIGSEGV", "abort": "SIGSYS", "descriptors": "SIGSYS", "exit": None}.items():
    # Instrumented dissectors may read files, and take any memory (milter/keeper/filter.h).
    @unittest.skipIf(SANITIZED and word in ("open", "memory"), "sanitizers need what this wall refuses")
    def test(self, word=word, name=name):
        self.lost(self.daemon(), word, name)
    setattr(Walls, "test_a_dissector_that_tries_to_%s_is_dead_and_its_message_held" % word, test)


class Fate(Case):
    def test_a_death_is_tried_once_more_and_no_more(self):
        daemon = self.daemon()
        send(daemon, planted("abort"))
        self.assertIn("deaths=2", daemon.log())
        send(daemon)
        self.assertEqual(daemon.log().count("was killed by signal"), 2)

    def test_OnPoison_decides(self):
        for word, accepted, held in (("hold", True, True), ("tempfail", False, False), ("accept", True, False)):
            daemon = self.daemon(OnPoison=word)
            answer = send(daemon, planted("abort"))
            self.assertEqual((answer.accepted, answer.quarantine is not None), (accepted, held), word)

    def test_time_is_no_poison_it_is_OnLimit_and_never_tried_again(self):
        for word, accepted in (("hold", True), ("tempfail", False)):
            daemon = self.daemon(OnLimit=word, OnPoison="accept", DissectTimeout="1500ms")
            answer = send(daemon, planted("spin"))
            self.assertEqual(answer.accepted, accepted, word)
            self.assertIn("DissectTimeout", daemon.log())
            daemon.configure(DissectTimeout="60s")
            daemon.reload()
            self.assertTrue(is_inert(send(daemon)))
            daemon.wait_for_log("was killed by signal 9")
            self.assertEqual(daemon.log().count("was killed by signal 9"), 1)

    def test_lies_are_found_and_the_message_held(self):
        daemon = self.daemon()
        for lie in ("garbage", "size", "error", "nothing", "tables"):
            answer = send(daemon, planted(lie))
            self.assertIsNotNone(answer.quarantine, lie)
            self.assertTrue(is_inert(send(daemon)), lie)
        self.assertEqual(len(daemon.gateways()), 1)
        self.assertNotIn("the gateway (process", daemon.log())

    def test_a_stopped_dissector_delays_and_loses_nothing(self):
        daemon = self.daemon(DissectTimeout="5s")
        for pid in daemon.dissectors():
            os.kill(pid, signal.SIGSTOP)
        for _ in range(4):
            answer = send(daemon)
            self.assertTrue(is_inert(answer) or not answer.accepted)
        wait_until(lambda: is_inert(send(daemon)), what="mail to flow")

    def test_a_killed_dissector_is_replaced_and_its_message_read_by_the_next(self):
        daemon = self.daemon()
        for _ in range(5):
            for pid in daemon.dissectors():
                os.kill(pid, signal.SIGKILL)
            self.assertTrue(is_inert(send(daemon)))
        wait_until(lambda: len(daemon.dissectors()) == 2, what="two dissectors")

    def test_a_new_gateway_begins_with_new_dissectors(self):
        daemon = self.daemon()
        before = set(daemon.dissectors())
        (gateway,) = daemon.gateways()
        os.kill(gateway, signal.SIGKILL)
        wait_until(lambda: daemon.gateways() not in ([], [gateway]) and len(set(daemon.dissectors()) - before) == 2,
                   what="another gateway and its dissectors")
        self.assertTrue(is_inert(send(daemon)))
        self.assertFalse(before & set(daemon.dissectors()))

    def test_past_QueueTimeout_the_sender_is_asked_to_come_again(self):
        daemon = self.daemon(Dissectors="1", QueueTimeout="200ms")

        def spin():
            while not send(daemon, planted("spin"), "192.0.2.66").accepted:
                pass  # it waited too long itself

        with concurrent.futures.ThreadPoolExecutor() as at_once:
            slow = at_once.submit(spin)
            try:
                answer = wait_until(lambda: next((one for one in [send(daemon)] if not one.accepted), None), what="a deferral")
            finally:
                while not slow.done():
                    for pid in daemon.dissectors():
                        os.kill(pid, signal.SIGKILL)
                    time.sleep(0.05)
            slow.result()
        self.assertTrue(answer.reply.startswith("451"), answer.reply)
        # Also where it had been judged, and the rewriter waited.
        self.assertRegex(daemon.log(), 'action=tempfail .* reason="(dissecting|rewriting): [^"]*QueueTimeout')
        wait_until(lambda: is_inert(send(daemon)), what="mail to flow")


class Kept(Case):
    def test_poison_is_kept_for_who_mends_it_and_bounded(self):
        daemon = self.daemon(KeepPoison="2")
        folder = daemon.directory / "poison"
        for number in range(4):
            send(daemon, planted("abort", HTML + b"%d\r\n" % number))
        kept = sorted(folder.iterdir())
        self.assertEqual(len(kept), 2)
        self.assertTrue(any(file.read_bytes() == planted("abort", HTML + b"3\r\n") for file in kept))
        self.assertTrue(all(file.stat().st_mode & 0o777 == 0o600 for file in kept))
        self.assertIn(re.search(r"digest=sha256:(\w+)", daemon.log()).group(1),
                      re.search(r'kept="(.*?)"', daemon.log()).group(1))

    def test_KeepPoison_0_keeps_nothing(self):
        daemon = self.daemon(KeepPoison="0")
        send(daemon, planted("abort"))
        self.assertFalse((daemon.directory / "poison").exists())

    def test_a_state_directory_that_cannot_be_written_only_shows_in_the_log(self):
        daemon = self.daemon()
        (daemon.directory / "poison").write_text("in the way")
        self.assertIsNotNone(send(daemon, planted("abort")).quarantine)
        self.assertIn('kept="no: ', daemon.log())


class Flood(Case):
    def test_bombs_of_one_client_leave_everybody_else_s_mail_flowing(self):
        daemon = self.daemon(DissectTimeout="700ms", OnLimit="tempfail", KeepPoison="0")
        ended, behind, deferred = [], [], []  # bombs; of each innocent mail, how many of them ended while it waited
        enough = threading.Event()

        def bomb(number):
            while not enough.is_set():
                send(daemon, planted(("spin", "abort", "memory")[number % 3]), "192.0.2.66")
                ended.append(number)

        def mail(number):
            while not enough.is_set():
                before, answer = len(ended), send(daemon, HTML, "192.0.2.%d" % (number + 1))
                (behind if answer.accepted else deferred).append(len(ended) - before)
                self.assertTrue(is_inert(answer) or not answer.accepted)
                time.sleep(0.02)

        with concurrent.futures.ThreadPoolExecutor(12) as at_once:
            futures = [at_once.submit(bomb, n) for n in range(8)] + [at_once.submit(mail, n) for n in range(3)]
            try:
                wait_until(lambda: len(behind) > 100 and len(ended) > 8 or any(one.done() for one in futures), what="mail to flow")
            finally:
                enough.set()
            for future in futures:
                future.result()
        # Nobody innocent waits for a bomb, as a rule, and what a busy machine takes too long for is the exception.
        self.assertLessEqual(statistics.median(behind), 1)
        self.assertLess(len(deferred), len(behind))


if __name__ == "__main__":
    sys.exit(run_tests("__main__"))
