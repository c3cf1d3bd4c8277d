"""What an MTA sees: conversations in the milter protocol with a running daemon."""
import os
import socket
import struct
import sys
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import milter_client as milter  # noqa: E402
from daemon import Daemon, run_tests, wait_until  # noqa: E402

PLAIN = (b"Received: from a by b;\r\n\tWed, 5 Nov 2025 10:00:00 +0000\r\n"
         b"From: Ann <ann@example.net>\r\nTo: bob@example.org\r\nSubject: lunch\r\n"
         b"Message-ID: <1@example.net>\r\n\r\nAt noon?\r\n")

# A picture of one pixel with a token in its URL: whatever the lists say, RemoteContent all strips it.
TRACKED = (b"From: Shop <shop@shop.example>\r\nTo: bob@example.org\r\nSubject: sale\r\nMIME-Version: 1.0\r\n"
           b"Message-ID: <2@shop.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
           b"<html><body><p>Sale!</p>"
           b"<img src=\"http://t.shop.example/o.gif?u=6f1d2c\" width=\"1\" height=\"1\"></body></html>\r\n")

FOREIGN = b"X-Pixelward: fake\r\nx-pixelward-verdict: clean\r\nX-PIXELWARD: again\r\nX-Pixelwards: not ours\r\n" + PLAIN


def with_fields(fields, raw=PLAIN):
    return b"".join(b"%s: %s\r\n" % field for field in fields) + raw


class Dialogue(unittest.TestCase):
    """One daemon for all tests of the class."""
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(**cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()

    def setUp(self):
        self.log_begin = len(self.daemon.log())

    def log(self):
        return self.daemon.log()[self.log_begin:]

    def still_works(self):
        mta = self.daemon.session()
        answer = mta.send(PLAIN)
        mta.quit()
        self.assertTrue(answer.accepted)
        self.assertTrue(answer.unchanged)


class Enforcing(Dialogue):
    options = {"Mode": "enforce", "RemoteContent": "all"}

    def test_negotiation_asks_for_changes_and_for_silence(self):
        mta = self.daemon.client()
        self.assertEqual(mta.actions,
                         milter.ADDHDRS | milter.CHGHDRS | milter.CHGBODY | milter.QUARANTINE | milter.ADDRCPT |
                         milter.DELRCPT)
        for bit in ("NR_CONN", "NR_HELO", "NR_RCPT", "NR_DATA", "NR_HDR", "NR_EOH", "NR_BODY", "NOUNKNOWN",
                    "HDR_LEADSPC"):
            self.assertTrue(mta.steps & getattr(milter, bit), bit)
        for bit in ("NR_MAIL", "NOMAIL", "NORCPT", "NOBODY", "NOHDRS", "NOCONNECT", "SKIP"):
            self.assertFalse(mta.steps & getattr(milter, bit), bit)

    def test_negotiation_asks_only_for_macros_that_are_read(self):
        mta = self.daemon.client()
        self.assertEqual(set().union(*mta.symbols.values()), {"{client_addr}", "{auth_authen}", "i"})

    def test_an_old_mta_that_offers_little_is_served(self):
        # Version 2 of the protocol: every step has a reply, no space is kept, no quarantine exists.
        with self.daemon.client(actions=0x1F, steps=0x7F, version=2) as mta:
            self.assertEqual(mta.actions, milter.ADDHDRS | milter.CHGHDRS | milter.CHGBODY | milter.ADDRCPT |
                             milter.DELRCPT)
            self.assertEqual(mta.connect(address="192.0.2.1").verdict, "continue")
            self.assertEqual(mta.helo().verdict, "continue")
            answer = mta.send(FOREIGN)
            self.assertTrue(answer.accepted)
            self.assertEqual(answer.apply(), b"X-Pixelwards: not ours\r\n" + PLAIN)

    def test_a_clean_message_is_accepted_without_any_change(self):
        with self.daemon.session() as mta:
            answer = mta.send(PLAIN)
        self.assertTrue(answer.accepted)
        self.assertTrue(answer.unchanged)

    def test_a_message_has_one_log_line_that_begins_with_its_queue_id(self):
        with self.daemon.session() as mta:
            mta.send(PLAIN, queue_id="4QfXyz")
        lines = [line for line in self.log().splitlines() if "4QfXyz" in line]
        self.assertEqual(len(lines), 1, self.log())
        self.assertRegex(lines[0], r"pixelward\[\d+\]: 4QfXyz: action=deliver ")

    def test_a_message_without_queue_id_is_logged_as_NOQUEUE(self):
        with self.daemon.session() as mta:
            mta.send(PLAIN, queue_id=None)
        self.assertIn(": NOQUEUE: action=deliver ", self.log())

    def test_a_remote_picture_is_neutralised(self):
        with self.daemon.session() as mta:
            answer = mta.send(TRACKED)
        self.assertTrue(answer.accepted)
        self.assertIsNone(answer.quarantine)
        self.assertNotIn(b"t.shop.example", answer.apply())
        self.assertIn(b"Sale!", answer.apply())

    def test_several_messages_on_one_connection_each_get_their_own_answer(self):
        with self.daemon.session() as mta:
            for raw, changed in ((PLAIN, False), (TRACKED, True), (PLAIN, False), (TRACKED, True)):
                answer = mta.send(raw)
                self.assertTrue(answer.accepted)
                self.assertEqual(answer.body is not None, changed)

    def test_an_aborted_message_leaves_no_trace_in_the_next(self):
        with self.daemon.session() as mta:
            mta.begin(FOREIGN)
            mta.abort()
            answer = mta.send(PLAIN)
        self.assertTrue(answer.accepted)
        self.assertTrue(answer.unchanged)
        self.assertEqual(self.log().count("action="), 1)

    def test_foreign_fields_are_removed_and_neighbours_stay(self):
        with self.daemon.session() as mta:
            answer = mta.send(FOREIGN)
        self.assertTrue(answer.accepted)
        self.assertEqual(answer.apply(), b"X-Pixelwards: not ours\r\n" + PLAIN)

    def test_foreign_fields_of_one_name_are_removed_from_the_last_to_the_first(self):
        with self.daemon.session() as mta:
            answer = mta.send(with_fields([(b"X-Pixelward", b"%d" % i) for i in range(20)]))
        self.assertEqual([index for _, index, _ in answer.changed], list(range(20, 0, -1)))

    def test_mail_of_internal_clients_is_not_looked_at(self):
        for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "/run/local.sock"):
            with self.subTest(address), self.daemon.session(address) as mta:
                self.assertEqual(mta.mail().verdict, "accept")
        self.assertEqual(self.log().count("NOQUEUE: action=skip reason=internal client="), 4)

    def test_mail_of_authenticated_clients_is_not_looked_at(self):
        with self.daemon.session() as mta:
            self.assertEqual(mta.mail(auth="ann").verdict, "accept")
            # The next message of the session may be another's.
            self.assertEqual(mta.send(TRACKED, auth="ann").verdict, "accept")
        self.assertIn("NOQUEUE: action=skip reason=authenticated client=192.0.2.1", self.log())

    def test_an_unknown_client_is_looked_at(self):
        with self.daemon.session(address=None) as mta:
            answer = mta.send(TRACKED)
        self.assertNotIn(b"t.shop.example", answer.apply())

    def test_a_null_sender_and_many_recipients_are_fine(self):
        with self.daemon.session() as mta:
            answer = mta.send(PLAIN, sender="", recipients=["r%d@example.org" % i for i in range(1500)])
        self.assertTrue(answer.unchanged)
        self.assertIn(" rcpts=1500 ", self.log())

    def test_a_large_body_is_judged_and_passes(self):
        body = b"".join(b"%070d\r\n" % i for i in range(50000))
        with self.daemon.session() as mta:
            answer = mta.send(PLAIN + body)
        self.assertTrue(answer.accepted)
        self.assertTrue(answer.unchanged)
        self.assertIn("size=%d " % len(PLAIN + body), self.log())

    def test_a_large_body_is_rewritten_whole(self):
        text = b"".join(b"%070d<br>\r\n" % i for i in range(8000))
        raw = TRACKED.replace(b"Sale!", b"Sale!" + text)
        with self.daemon.session() as mta:
            answer = mta.send(raw)
        self.assertNotIn(b"t.shop.example", answer.apply())
        self.assertIn(text, answer.body)

    def test_a_header_field_larger_than_a_usual_packet_is_taken(self):
        # Postfix lets 102400 bytes through; libmilter's own bound would end the session.
        with self.daemon.session() as mta:
            answer = mta.send(with_fields([(b"X-Long", b"x" * 100000)]))
        self.assertTrue(answer.accepted)
        self.assertTrue(answer.unchanged)

    def test_a_message_without_body_and_one_without_header_pass(self):
        for raw in (b"From: a@example.net\r\n\r\n", b"\r\n\r\nbody\r\n"):
            with self.subTest(raw), self.daemon.session() as mta:
                answer = mta.send(raw)
                self.assertTrue(answer.accepted)
                self.assertTrue(answer.unchanged)

    def test_a_hundred_connections_work_at_the_same_time(self):
        mtas = [self.daemon.session() for _ in range(100)]
        answers = [mta.begin(TRACKED) for mta in mtas]
        problems = []

        def finish(number):
            try:
                answer = mtas[number].end_of_message("Q%d" % number, answers[number])
                if not answer.accepted or b"t.shop.example" in answer.apply():
                    problems.append(number)
            except Exception as error:  # a thread's exception would be lost
                problems.append((number, error))

        threads = [threading.Thread(target=finish, args=(i,)) for i in range(len(mtas))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for mta in mtas:
            mta.quit()
        self.assertEqual(problems, [])
        for number in range(len(mtas)):
            self.assertEqual(self.log().count(": Q%d: " % number), 1)

    def test_the_end_of_a_message_that_never_began_is_deferred(self):
        with self.daemon.session() as mta:
            mta.write(b"M", b"<a@example.net>\0")
            mta.answer()
            mta.write(b"R", b"<b@example.org>\0")
            mta.write(b"A")
            mta.write(b"R", b"<b@example.org>\0")   # libmilter lets this through
            mta.write(b"E")
            try:
                self.assertEqual(mta.answer().verdict, "tempfail")
            except (milter.MilterError, socket.timeout):
                pass
        self.still_works()


class HostilePeers(Dialogue):
    """Whoever reaches the socket harms only himself."""
    options = {"Mode": "enforce", "MilterTimeout": "60s"}

    raw_starts = {
        "a connection that closes at once": b"",
        "an HTTP request": b"GET / HTTP/1.0\r\nHost: mx\r\n\r\n",
        "a TLS greeting": bytes.fromhex("16030100c8010000c40303") + b"\x55" * 190,
        "bytes without sense": bytes(range(256)) * 8,
        "zeros": b"\0" * 4096,
        "a negative length": b"\xff\xff\xff\xffO",
        "the largest length": b"\x7f\xff\xff\xffO" + b"x" * 1000,
        "a packet with no letter": b"\0\0\0\0",
        "a negotiation that is too short": b"\0\0\0\5O\0\0\0",
        "a negotiation of version 1": struct.pack("!IcIII", 13, b"O", 1, 0x3F, 0x7F),
        "a message before any negotiation": struct.pack("!Ic", 4, b"M") + b"<>\0" + struct.pack("!Ic", 1, b"E"),
        "an unknown command": struct.pack("!Ic", 1, b"!"),
    }

    def probe(self, data):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(5)
        peer.connect(self.daemon.socket.partition(":")[2])
        if data:
            peer.sendall(data)
        return peer

    def test_probes_harm_nobody_while_another_session_works(self):
        for says, data in self.raw_starts.items():
            with self.subTest(says), self.daemon.session() as mta:
                answer = mta.begin(PLAIN)
                peer = self.probe(data)
                self.assertTrue(mta.end_of_message(answer=answer).unchanged)
                peer.close()
                self.still_works()
        self.assertNotIn("the next starts", self.log())

    def test_half_packets_that_stay_open_hold_up_nobody(self):
        # libmilter may leave a session to a worker that waits for the rest of such a packet.
        for _ in range(6):
            peers = [self.probe(b"\0\0\0\x0dO\0\0") for _ in range(8)]
            for _ in range(3):
                self.still_works()
            for peer in peers:
                peer.close()

    def test_half_a_message_and_a_closed_connection_are_forgotten(self):
        for cut in range(1, 8):
            mta = self.daemon.session()
            mta.mail("half@example.net")
            for step in (mta.rcpt, lambda: mta.header("From", " a@b.example"), mta.end_of_header,
                         lambda: mta.body(b"x" * 100000))[:cut]:
                step()
            mta.close()
        self.still_works()
        self.assertNotIn("half@example.net", self.log())

    def test_commands_out_of_order_end_in_no_crash(self):
        orders = [b"EEEE", b"BBE", b"NLNLE", b"TTE", b"RRE", b"AAAE", b"MMMM", b"OOOO", b"CCHHMQ", b"QQQ", b"KCHM",
                  b"UUUU", b"MRE", b"MRLLNBAE", b"MRABBE", b"DDDD"]
        content = {b"C": b"x.example\x004\0\x19192.0.2.1\0", b"H": b"x\0", b"M": b"<a@b.example>\0",
                   b"R": b"<c@d.example>\0", b"L": b"A\0 b\0", b"B": b"body", b"U": b"VRFY\0",
                   b"O": struct.pack("!III", 6, 0x1FF, 0x1FFFFF), b"D": b"Mi\0Q1\0"}
        for order in orders:
            with self.subTest(order), self.daemon.client() as mta:
                try:
                    for letter in order:
                        mta.write(bytes([letter]), content.get(bytes([letter]), b""))
                except OSError:
                    pass    # it hung up on us: its right
        self.still_works()
        self.assertNotIn("the next starts", self.log())

    def test_a_packet_beyond_every_bound_ends_its_own_session_only(self):
        with self.daemon.session() as mta, self.daemon.session() as other:
            answer = other.begin(PLAIN)
            mta.begin(PLAIN)
            with self.assertRaises((milter.MilterError, OSError)):
                mta.socket.sendall(struct.pack("!Ic", 1 << 30, b"B") + b"x" * 100000)
                mta.end_of_message()
            self.assertTrue(other.end_of_message(answer=answer).unchanged)


class Shadow(Dialogue):
    options = {"Mode": "shadow", "RemoteContent": "all", "MaxMessageSize": "64K",
               "MaxHeaderBytes": "16K", "OnLimit": "hold"}

    def test_negotiation_promises_no_change(self):
        self.assertEqual(self.daemon.client().actions, 0)

    def test_nothing_is_changed_whatever_the_message_is(self):
        for raw in (PLAIN, TRACKED, FOREIGN, PLAIN + b"x" * 100000):
            with self.daemon.session() as mta:
                answer = mta.send(raw)
            self.assertTrue(answer.accepted)
            self.assertTrue(answer.unchanged)
        self.assertEqual(self.log().count("action="), 4)


class Limits(Dialogue):
    options = {"Mode": "enforce", "MaxMessageSize": "64K", "MaxHeaderBytes": "16K", "MaxHeaderLines": "100",
               "MaxConnections": "3"}
    cases = {
        "MaxMessageSize": PLAIN + b"x" * 70000,
        "MaxHeaderBytes": with_fields([(b"X-A", b"x" * 5000)] * 4),
        "MaxHeaderLines": with_fields([(b"X-A", b"a\r\n\tb")] * 60),
    }

    def test_a_message_over_a_limit_is_held_untouched_and_the_reason_names_the_limit(self):
        for name, raw in self.cases.items():
            with self.subTest(name), self.daemon.session() as mta:
                answer = mta.send(raw)
                self.assertTrue(answer.accepted)
                self.assertIn(name, answer.quarantine)
                self.assertIsNone(answer.body)
                self.assertRegex(dict(answer.added)["X-Pixelward"], r"^ live;")
                self.assertIn(name, self.log())

    def test_the_next_message_of_the_session_is_judged_as_usual(self):
        with self.daemon.session() as mta:
            mta.send(self.cases["MaxMessageSize"])
            self.assertTrue(mta.send(PLAIN).unchanged)

    def test_foreign_fields_go_also_when_the_header_is_over_its_limit(self):
        with self.daemon.session() as mta:
            answer = mta.send(with_fields([(b"X-A", b"x" * 5000)] * 4, FOREIGN))
        self.assertEqual(len(answer.changed), 3)

    def test_one_message_too_many_is_asked_to_come_again_at_mail_and_idle_connections_do_not_count(self):
        idle = [self.daemon.session() for _ in range(10)]
        for mta in idle[5:]:
            self.assertEqual(mta.mail().verdict, "continue")
        busy = [self.daemon.session() for _ in range(3)]
        begun = [mta.begin(PLAIN) for mta in busy]
        self.assertEqual([answer.verdict for answer in begun], [None] * 3)

        def verdict():
            with self.daemon.session() as mta:
                return mta.send(PLAIN)

        def refusal():
            # The bytes of all three have come once there is no place left. A message whose bytes came while this one had
            # the last place has none any more: then another one is begun.
            answer = verdict()
            if answer.accepted:
                busy.append(self.daemon.session())
                begun.append(answer := busy[-1].begin(PLAIN))
            return answer if answer.verdict and not answer.accepted else None

        refused = wait_until(refusal, what="a refusal")
        self.assertTrue(refused.reply.startswith("451 4.3.2 "))
        self.assertIn("reason=MaxConnections", self.log())
        ends = [mta.end_of_message(answer=answer).accepted for mta, answer in zip(busy, begun) if answer.verdict is None]
        self.assertGreaterEqual(ends.count(True), 3)
        self.assertTrue(verdict().accepted)
        for mta in idle + busy:
            mta.quit()


class LimitPolicies(unittest.TestCase):
    def test_OnLimit_tempfail_defers(self):
        with Daemon(MaxMessageSize="64K", MaxHeaderBytes="16K", OnLimit="tempfail") as daemon, daemon.session() as mta:
            answer = mta.send(PLAIN + b"x" * 70000)
            self.assertTrue(answer.reply.startswith("451 4.7.1 "))

    def test_OnLimit_accept_delivers_unseen(self):
        with Daemon(MaxMessageSize="64K", MaxHeaderBytes="16K", OnLimit="accept") as daemon, daemon.session() as mta:
            answer = mta.send(PLAIN + b"x" * 70000)
            self.assertTrue(answer.accepted)
            self.assertIsNone(answer.quarantine)
            self.assertIsNone(answer.body)

    def test_a_hold_that_the_mta_does_not_know_becomes_a_deferral(self):
        with Daemon(MaxMessageSize="64K", MaxHeaderBytes="16K") as daemon:
            with daemon.session(actions=milter.ALL_ACTIONS & ~milter.QUARANTINE) as mta:
                answer = mta.send(PLAIN + b"x" * 70000)
            self.assertTrue(answer.reply.startswith("451 4.7.1 "))
            self.assertIn("smfi_quarantine failed", daemon.log())

    def test_mail_beyond_MaxMemory_is_asked_to_come_again(self):
        with Daemon(MaxMemory="64M", MaxMessageSize="60M") as daemon:
            body = b"".join(b"%070d\r\n" % i for i in range(600000))      # 43 MB
            first, second, third = (daemon.session() for _ in range(3))
            answer = first.begin(PLAIN + body)
            # Two of them do not fit: the second is deferred at its end, the first is not harmed.
            overload = second.begin(PLAIN + body)
            self.assertTrue(second.end_of_message(answer=overload).reply.startswith("451 4.7.1 "))
            self.assertTrue(first.end_of_message(answer=answer).unchanged)
            self.assertTrue(third.send(PLAIN).unchanged)


class Tagging(Dialogue):
    options = {"Mode": "tag", "RemoteContent": "all"}

    def test_only_the_header_field_is_added(self):
        with self.daemon.session() as mta:
            answer = mta.send(TRACKED)
        self.assertTrue(answer.accepted)
        self.assertIsNone(answer.body)
        self.assertIsNone(answer.quarantine)
        self.assertEqual([name for name, _ in answer.added], ["X-Pixelward"])

    def test_foreign_fields_are_removed(self):
        with self.daemon.session() as mta:
            answer = mta.send(FOREIGN)
        self.assertEqual(len(answer.changed), 3)


if __name__ == "__main__":
    sys.exit(run_tests("__main__"))
