"""The same before Sendmail: what its documentation page says, and the tests of Postfix that speak of no MTA."""

import unittest

from . import actions_test, case, delivery_test, hold_test, modes_test
from .case import wire
from .client import send
from .sendmail import Sendmail


class Delivery(delivery_test.Delivery):
    Mta = Sendmail
    attachment_mb = 4


class ForgedFields(modes_test.ForgedFields):
    Mta = Sendmail


class Hold(hold_test.Hold):
    Mta = Sendmail

    def test_the_quarantine_names_the_reason(self):
        queue_id = self.hold(wire("held-campaign"))
        self.assertIn("list apt31-ipac: nropnews.com", self.mta.quarantine()[queue_id])


class Actions(actions_test.Actions):
    Mta = Sendmail


class Outage(case.OutsideTest):
    Mta = Sendmail

    def test_no_mail_passes_unexamined_while_the_daemon_is_away(self):
        self.ward.halt()
        reply = send(self.mta.port, wire("tracked-recon-news"))
        self.assertEqual(reply.code, 451, reply)
        self.assertEqual(self.mta.sink.mails(), [])
        self.ward.start()
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertNoToken(mail.data)


if __name__ == "__main__":
    unittest.main()
