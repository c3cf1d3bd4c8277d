"""The MTA's quarantine: what is held, in which form, and what a release delivers."""

import unittest

from . import case
from .case import TOKEN, wire
from .client import send


class Hold(case.OutsideTest):

    def tearDown(self):
        for queue_id in self.mta.held():
            self.mta.remove(queue_id)

    def hold(self, message, **how):
        reply = send(self.mta.port, message, **how)
        self.assertTrue(reply.accepted, reply)
        self.assertEqual(self.mta.wait_held(1), [reply.queue_id])
        return reply.queue_id

    def test_a_listed_sender_is_held_and_the_log_says_why(self):
        queue_id = self.hold(wire("held-campaign"))
        line = self.ward.line_of(queue_id)
        self.assertIn("action=hold", line)
        self.assertIn("apt31-ipac", line)
        self.assertEqual(self.mta.sink.mails(), [])

    def test_held_mail_is_neutralised_so_that_a_release_is_harmless(self):
        queue_id = self.hold(wire("held-campaign"))
        self.assertNotIn(TOKEN, self.mta.read(queue_id))
        self.mta.release(queue_id)
        mail, = self.mta.sink.wait(1)
        self.assertNoToken(mail.data)
        self.assertIn(b"Today's headlines for you.", mail.data)
        self.assertEqual(self.mta.held(), [])

    def test_the_domain_is_found_wherever_a_sender_can_put_it(self):
        note = wire("clean-plain-note")
        page = (b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"
                b"<p>Hello</p>%s\r\n")
        rows = {
            "envelope sender": (note, "bounce@nropnews.com"),
            "subdomain": (note, "bounce@mail.NROPnews.com"),
            "From": (note.replace(b"anna.lind@committee.example", b"desk@nropnews.com"), "x@y.example"),
            "Reply-To": (b"Reply-To: <Desk@NropNews.com>\r\n" + note, "x@y.example"),
            "Sender": (b"Sender: desk@nropnews.com\r\n" + note, "x@y.example"),
            "the host of a picture":
                (page % b'<img src="https://nropnews.com/a.png" width="300" height="200">', "x@y.example"),
            "the host of a style":
                (page % b'<div style="background:url(//cdn.nropnews.com/a)">x</div>', "x@y.example"),
        }
        for says, (message, sender) in rows.items():
            with self.subTest(says):
                queue_id = self.hold(message, sender=sender)
                self.assertIn("action=hold", self.ward.line_of(queue_id))
                self.mta.remove(queue_id)

    def test_quoting_the_domain_in_text_holds_nothing(self):
        note = wire("clean-plain-note").replace(b"Good morning", b"The report names nropnews.com as the sender")
        self.assertUntouched(note)

    def test_a_name_that_only_ends_alike_holds_nothing(self):
        self.assertUntouched(wire("clean-plain-note"), sender="x@notnropnews.com")
        self.assertUntouched(wire("clean-plain-note"), sender="x@nropnews.com.example")

    def test_ordinary_and_tracked_mail_is_not_held(self):
        for name in case.mail_names("clean-") + case.mail_names("tracked-"):
            self.assertTrue(send(self.mta.port, wire(name)).accepted)
        self.mta.wait_empty()
        self.assertEqual(self.mta.held(), [])


if __name__ == "__main__":
    unittest.main()
