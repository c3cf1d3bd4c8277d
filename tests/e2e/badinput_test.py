"""Bad input has a defined outcome, in bounded time and memory: by pixelctl scan, and through Postfix."""

import os
import re
import time
import unittest

from . import case, scratch
from .case import without_trace
from .client import send
from .hostile import HOSTILE, MEGABYTE
from .pixelward import CTL, SANITIZED, scan

SECONDS = 60  # far beyond what any of them takes; a sign that something is not linear
MEMORY = 700 * MEGABYTE  # the message, the budget of the parser, and the programs themselves
LIMIT = re.compile(r"\bMax[A-Z]\w+")


class BadInput(unittest.TestCase):

    def setUp(self):
        self.assertTrue(os.path.exists(CTL), CTL + " is not built")
        self.folder = scratch.make_folder("bad")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/new")

    def outcome(self, message, *arguments):
        with open(self.folder + "/bad.eml", "wb") as file:
            file.write(message)
        began = time.monotonic()
        result = scan("--json", *arguments, "--rewrite", self.folder + "/new", self.folder + "/bad.eml")
        self.assertLess(time.monotonic() - began, SECONDS)
        if not SANITIZED:
            self.assertLess(result.usage.ru_maxrss * 1024, MEMORY)
        self.assertIn(result.status, (0, 1, 2), result.errors)
        return result

    def delivered(self):
        with open(self.folder + "/new/bad.eml", "rb") as file:
            return file.read()

    def test_every_bad_message_has_a_defined_outcome(self):
        for says, (make, wanted) in HOSTILE.items():
            with self.subTest(says):
                message = make()
                result = self.outcome(message)
                action = result.object["action"]
                if action == "deliver":
                    self.assertIn(wanted, ("deliver", "either", "any"))
                    self.assertTrue(self.delivered() == message, "delivered, but changed")
                elif action == "hold":
                    self.assertNotEqual(wanted, "deliver", result.output[:2000])
                    self.assertFalse(os.path.exists(self.folder + "/new/bad.eml"))
                    if wanted.startswith("Max"):
                        self.assertIn(wanted, result.output)
                    elif wanted == "either":
                        self.assertRegex(result.output, LIMIT)
                else:
                    self.assertEqual((action, wanted), ("neutralise", "any"))
                for name in os.listdir(self.folder + "/new"):
                    os.remove(self.folder + "/new/" + name)


class BadInputThroughPostfix(case.OutsideTest):

    def tearDown(self):
        for queue_id in self.mta.held():
            self.mta.remove(queue_id)

    def test_every_bad_message_has_a_defined_outcome(self):
        for says, (make, wanted) in HOSTILE.items():
            with self.subTest(says):
                message = make()
                self.mta.sink.clear()
                began = time.monotonic()
                reply = send(self.mta.port, message)
                self.assertLess(time.monotonic() - began, SECONDS)
                if reply.code == 552 or "too big" in reply.text:
                    continue  # Postfix itself refused it
                self.assertTrue(reply.accepted, reply)
                line = self.ward.line_of(reply.queue_id)
                held = self.mta.held()
                if held:
                    self.assertEqual(held, [reply.queue_id])
                    self.assertNotEqual(wanted, "deliver", line)
                    self.assertIn("action=hold", line)
                    if wanted.startswith("Max"):
                        self.assertIn(wanted, line)
                    self.mta.remove(reply.queue_id)
                    self.assertEqual(self.mta.sink.mails(), [])
                    continue
                mail, = self.mta.sink.wait(1, 2 * SECONDS)
                if wanted in ("deliver", "either"):
                    _, plain = self.deliver(message, self.mta.plain_port)
                    self.assertTrue(without_trace(plain.data) == without_trace(mail.data), "delivered, but changed")
        if not SANITIZED:
            self.assertLess(self.ward.peak_memory(), 2 * MEMORY)

    def test_after_all_that_the_daemon_is_the_same_as_before(self):
        before = self.ward.gateways()
        for says in ("a document that aborts the HTML parser", "another one", "a character reference at the very end",
                     "100,000 nested elements"):
            send(self.mta.port, HOSTILE[says][0]())
        _, mail = self.deliver(case.wire("tracked-recon-news"))
        self.assertNoToken(mail.data)
        self.assertEqual(self.ward.gateways(), before)


if __name__ == "__main__":
    unittest.main()
