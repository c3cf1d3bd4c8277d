"""Whatever happens to the daemon, no mail is lost and nothing live slips through: counted from both ends."""

import os
import re
import signal
import subprocess
import threading
import time
import unittest

from . import case, scratch
from .case import wire, without_trace
from .client import Client, data_of, send
from .pixelward import DAEMON


class Load:
    """Senders that do what MTAs do: repeat what was deferred, until it is accepted."""

    def __init__(self, mta, threads=4):
        self.mta, self.accepted, self.deferred, self.errors = mta, 0, 0, []
        self._lock, self._end = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self, number):
        message = 0
        while not self._end.is_set():
            data = b"X-Count: %d/%d\r\n" % (number, message) + wire("tracked-recon-news")
            for _ in range(1000):
                try:
                    reply = send(self.mta.port, data)
                except OSError as error:
                    with self._lock:
                        self.errors.append(repr(error))
                    return
                with self._lock:
                    if reply.accepted:
                        self.accepted += 1
                        break
                    self.deferred += 1
                    if reply.code // 100 != 4:
                        self.errors.append(repr(reply))
                        return
                time.sleep(0.02)
            message += 1

    def wait_for(self, count):
        scratch.wait_until(lambda: self.accepted >= count or self.errors, f"{count} accepted mails", 4 * scratch.PATIENCE)

    def finish(self):
        self._end.set()
        for thread in self._threads:
            thread.join()
        return self.accepted


class Restart(case.OutsideTest):

    def setUp(self):
        super().setUp()
        if self.ward.process is None:
            self.ward.start()

    def assertAllDelivered(self, load):
        accepted = load.finish()
        self.assertEqual(load.errors, [])
        mails = self.mta.sink.wait(accepted)
        self.mta.wait_empty()
        mails = self.mta.sink.mails()
        counts = [mail.fields("X-Count")[0] for mail in mails]
        self.assertEqual((len(counts), len(set(counts))), (accepted, accepted))
        for mail in mails:
            self.assertNoToken(mail.data)

    def begin(self, client, message):
        """Half a message, so that the milter is in the midst of it."""
        self.assertEqual(client.envelope("s@news.example", [case.MEMBER]).code, 354)
        data = data_of(message)
        client.write(data[:len(data) // 2])
        time.sleep(0.05)  # Postfix passes nothing on before the end; this only lets it read
        return data[len(data) // 2:]

    def test_a_gateway_that_is_killed_during_a_message_defers_it_and_comes_back(self):
        with Client(self.mta.port) as client:
            rest = self.begin(client, wire("tracked-recon-news"))
            self.ward.kill_gateway()
            client.write(rest)
            reply = client.reply()
        self.assertEqual(reply.code // 100, 4, reply)
        scratch.wait_until(lambda: send(self.mta.port, wire("tracked-recon-news")).accepted,
                           "the gateway to come back")
        self.mta.wait_empty()
        mail, = self.mta.sink.mails()
        self.assertNoToken(mail.data)

    def test_a_message_in_flight_is_finished_before_sigterm_ends_the_daemon(self):
        with Client(self.mta.port) as client:
            rest = self.begin(client, wire("tracked-recon-news"))
            self.ward.terminate()
            time.sleep(0.2)
            client.write(rest)
            reply = client.reply()
            self.assertTrue(reply.accepted, reply)
            client.quit()
        self.assertEqual(self.ward.wait(), 0)
        mail, = self.mta.sink.wait(1)
        self.assertNoToken(mail.data)

    def test_a_client_between_two_messages_does_not_delay_the_end(self):
        with Client(self.mta.port) as client:
            self.assertTrue(client.send(wire("clean-plain-note")).accepted)
            self.assertEqual(self.ward.halt(), 0)
            self.ward.start()
            # What it sends next is deferred or accepted, and not unexamined.
            client.send(wire("tracked-recon-news"))
        self.mta.wait_empty()
        for mail in self.mta.sink.mails():
            self.assertNoToken(mail.data)

    def test_without_a_daemon_mail_is_deferred_and_with_it_again_accepted(self):
        self.ward.halt()
        reply = send(self.mta.port, wire("tracked-recon-news"))
        self.assertEqual(reply.code // 100, 4, reply)
        self.ward.start()
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertNoToken(mail.data)

    def test_kills_under_load_lose_nothing(self):
        load = Load(self.mta)
        for kill in range(1, 6):
            load.wait_for(kill * 10)
            self.ward.kill_gateway()
        load.wait_for(80)
        self.assertAllDelivered(load)

    def test_restarts_under_load_lose_nothing(self):
        load = Load(self.mta)
        for restart in range(1, 4):
            load.wait_for(restart * 15)
            self.assertEqual(self.ward.halt(), 0)
            self.ward.start()
        load.wait_for(80)
        self.assertAllDelivered(load)

    def test_reloads_under_load_defer_nothing(self):
        load = Load(self.mta)
        for reload in range(1, 16):
            load.wait_for(reload * 8)
            self.ward.reload()
        self.assertAllDelivered(load)
        self.assertEqual(load.deferred, 0)

    def test_a_reload_takes_the_new_configuration(self):
        self.ward.configure(Mode="shadow")
        try:
            self.ward.reload()

            def shadows():
                reply = send(self.mta.port, wire("tracked-recon-news"))
                return "mode=shadow" in self.ward.line_of(reply.queue_id)
            scratch.wait_until(shadows, "the new mode")
        finally:
            self.ward.configure()
            self.ward.reload()
        scratch.wait_until(lambda: "mode=enforce" in self.ward.line_of(
            send(self.mta.port, wire("tracked-recon-news")).queue_id), "the old mode")
        self.mta.wait_empty()

    def test_a_reload_says_what_waits_for_the_next_start(self):
        before = len(self.ward.log)
        self.ward.configure(Mode="tag", JournalSize="2G", RedisUser="writer", MaxConnections="77")
        try:
            self.ward.reload()
            # The test before may have left a reload that ends only now.
            scratch.wait_until(lambda: re.search(r"(?s)the next start.*reloaded:", self.ward.log[before:]), "the reload")
            self.assertEqual(re.findall(r"(\w+): the new value takes effect at the next start", self.ward.log[before:]),
                             ["RedisUser", "JournalSize"])
        finally:
            self.ward.configure()
            self.ward.reload()

    def test_a_broken_configuration_at_reload_changes_nothing_and_says_where(self):
        self.ward.configure(Mode="enforce", NoSuchKeyword="yes")
        try:
            self.ward.reload()
            scratch.wait_until(lambda: "pixelward.conf:" in self.ward.log, "the complaint")
            _, mail = self.deliver(wire("tracked-recon-news"))
            self.assertNoToken(mail.data)
        finally:
            self.ward.configure()
            self.ward.reload()

    def test_a_reload_reads_the_groups_again_and_keeps_the_old_ones_if_they_are_wrong(self):
        asked = b"Disposition-Notification-To: desk@news.example\r\n" + wire("clean-plain-note")
        members = self.ward.folder + "/watch.txt"

        def write(text):
            with open(members, "w", encoding="utf-8") as file:
                file.write(text)
            self.ward.reload()

        def receipts_stay():
            return b"Disposition-Notification-To" in self.deliver(asked)[1].data
        self.ward.configure(Group="watch " + members)
        try:
            write("# nobody yet\n")
            self.assertTrue(receipts_stay())
            write(case.MEMBER + "\n")
            scratch.wait_until(lambda: not receipts_stay(), "the new member")
            write("nonsense\n")
            scratch.wait_until(lambda: "watch.txt:1:1: error PW306: 'nonsense' is no address" in self.ward.log, "the complaint")
            self.assertFalse(receipts_stay())
        finally:
            self.ward.configure()
            self.ward.reload()

    def test_a_reload_reads_the_lists_again_and_keeps_the_old_ones_if_they_are_wrong(self):
        page = (b"From: desk@news.example\r\nContent-Type: text/html\r\n\r\n<p>The news of the day:</p>"
                b"<img src='https://a.example/open/7.gif' width=300 height=200 alt=x><p>and no more.</p>\r\n")
        rules = self.ward.folder + "/rules"
        os.makedirs(rules + "/lists.d", exist_ok=True)

        def write(text):
            with open(rules + "/lists.d/mail.txt", "w", encoding="utf-8") as file:
                file.write(text)
            self.ward.reload()

        def picture_stays():
            return b"a.example" in self.deliver(page)[1].data
        self.ward.configure(RulesDir=rules)
        try:
            write("! nothing yet\n")
            self.assertTrue(picture_stays())
            # An expression is compiled by the confined gateway, too.
            write("! mail\n/\\/open\\/[0-9]+\\.gif/\n")
            scratch.wait_until(lambda: not picture_stays(), "the new list")
            write("#! action: nix\n")
            scratch.wait_until(lambda: "mail.txt:1:1: error PW306: 'nix' is no action" in self.ward.log, "the complaint")
            self.assertFalse(picture_stays())
        finally:
            self.ward.configure()
            self.ward.reload()

    def test_a_second_instance_does_not_take_the_socket_of_a_living_one(self):
        second = subprocess.run([DAEMON, "-c", self.ward.config_file, "-f"], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=scratch.PATIENCE)
        self.assertNotEqual(second.returncode, 0)
        self.assertNotEqual(second.stderr, "")
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertNoToken(mail.data)

    def test_a_socket_left_behind_by_a_crash_is_no_obstacle(self):
        keeper, gateways = self.ward.process.pid, self.ward.gateways()
        for pid in [keeper] + gateways:
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.ward.wait(), -signal.SIGKILL)
        self.assertTrue(os.path.exists(self.ward.socket))
        self.ward.start()
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertNoToken(mail.data)

    def test_a_keeper_that_is_killed_leaves_no_gateway_behind(self):
        gateways = self.ward.gateways()
        os.kill(self.ward.process.pid, signal.SIGKILL)
        self.assertEqual(self.ward.wait(), -signal.SIGKILL)
        scratch.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in gateways),
                           "the gateway to follow its keeper")


class QuarantineWhileDown(case.OutsideTest):
    """The other advice of docs/install-postfix.md."""

    mta_settings = {"milter_default_action": "quarantine"}

    def test_quarantine_holds_what_came_while_the_filter_was_away(self):
        self.ward.halt()
        reply = send(self.mta.port, wire("tracked-recon-news"))
        self.assertTrue(reply.accepted)
        self.assertEqual(self.mta.wait_held(1), [reply.queue_id])
        self.ward.start()
        _, mail = self.deliver(wire("clean-plain-note"))
        self.assertEqual(without_trace(mail.data), wire("clean-plain-note"))


if __name__ == "__main__":
    unittest.main()
