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

SECONDS = 2 * scratch.PATIENCE  # far beyond what any of them takes; a sign that something is not linear
MEMORY = 700 * MEGABYTE  # the message, the budget of the parser, and the programs themselves
LIMIT = re.compile(r"\bMax[A-Z]\w+")


def row_by_row(*sentences):
    """A class decorator: its method `check` becomes a test for each of these rows of HOSTILE, all if none is named."""
    def give(tests):
        for says in sentences or HOSTILE:
            def test(self, says=says):
                make, wanted = HOSTILE[says]
                self.check(make(), wanted)
            test.__doc__ = says
            setattr(tests, "test_" + re.sub(r"\W+", "_", says), test)
        return tests
    return give


@row_by_row()
class BadInput(unittest.TestCase):

    def setUp(self):
        self.assertTrue(os.path.exists(CTL), CTL + " is not built")
        self.folder = scratch.make_folder("bad")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/new")

    def check(self, message, wanted):
        with open(self.folder + "/bad.eml", "wb") as file:
            file.write(message)
        began = time.monotonic()
        result = scan("--json", "--rewrite", self.folder + "/new", self.folder + "/bad.eml")
        self.assertLess(time.monotonic() - began, SECONDS)
        if not SANITIZED:
            self.assertLess(result.usage.ru_maxrss * 1024, MEMORY)
        self.assertIn(result.status, (0, 1, 2), result.errors)
        action, shown = result.object["action"], result.output[:2000]
        delivered = self.folder + "/new/bad.eml"
        if action == "deliver":
            self.assertIn(wanted, ("deliver", "either", "any"), shown)
            with open(delivered, "rb") as file:
                self.assertTrue(file.read() == message, "delivered, but changed")
        elif action == "hold":
            self.assertNotEqual(wanted, "deliver", shown)
            self.assertFalse(os.path.exists(delivered))
            if wanted.startswith("Max"):
                self.assertTrue(wanted in result.output, shown)
            elif wanted == "either":
                self.assertTrue(LIMIT.search(result.output), shown)
        else:
            self.assertEqual((action, wanted), ("neutralise", "any"), shown)


@row_by_row()
class BadInputThroughPostfix(case.OutsideTest):

    def tearDown(self):
        for queue_id in self.mta.held():
            self.mta.remove(queue_id)

    def send(self, door, message):
        began = time.monotonic()
        reply = send(door, message)
        self.assertLess(time.monotonic() - began, SECONDS)
        self.assertTrue(reply.accepted, reply)
        return reply

    def check(self, message, wanted):
        reply = self.send(self.mta.port, message)
        line = self.ward.line_of(reply.queue_id)[:1000]
        if "action=hold" in line:
            self.assertEqual(self.mta.wait_held(1), [reply.queue_id])
            self.assertNotEqual(wanted, "deliver", line)
            if wanted.startswith("Max"):
                self.assertIn(wanted, line)
            self.assertEqual(self.mta.sink.mails(), [])
        else:
            mail, = self.mta.sink.wait(1, SECONDS)
            self.assertEqual(self.mta.held(), [])
            if wanted != "any":  # a limit may be out of reach here: Postfix itself cuts a long header, for one
                self.mta.sink.clear()
                self.send(self.mta.plain_port, message)
                plain, = self.mta.sink.wait(1, SECONDS)
                self.assertTrue(without_trace(plain.data) == without_trace(mail.data), "delivered, but changed")
        if not SANITIZED:
            self.assertLess(self.ward.peak_memory(), 2 * MEMORY)

    def test_after_all_that_the_daemon_is_the_same_as_before(self):
        before = self.ward.gateways()
        for says in ("a document that aborts the HTML parser", "another one", "a character reference at the very end",
                     "100,000 nested elements"):
            send(self.mta.port, HOSTILE[says][0]())
        self.mta.sink.clear()
        reply = send(self.mta.port, case.wire("tracked-recon-news"))
        mail = self.mta.sink.find(b"World Desk")
        self.assertIn("action=neutralise", self.ward.line_of(reply.queue_id))
        self.assertNoToken(mail.data)
        self.assertEqual(self.ward.gateways(), before)


if __name__ == "__main__":
    unittest.main()
