"""Behind a real verifier: what opendkim found out counts, and nothing that a sender writes in its name."""

import os
import shutil
import unittest

from . import opendkim, postfix, scratch
from .case import MEMBER, OutsideTest
from .client import Client
from .pixelward import Pixelward, scan

VERIFIER = "mx.parl.example"
SIGNER = "192.0.2.1"  # InternalHosts of the tests: pixelward does not look at its mail
# A name for each fact, which X-Pixelward then tells.
SPOKE = {
    "dkim-pass": "auth.dkim: pass", "dkim-fail": "auth.dkim: fail", "dkim-none": "auth.dkim: none",
    "signed-by-paper": "auth.dkim.domains: paper.example", "aligned": "auth.aligned: true",
    "unaligned": "auth.aligned: false", "spf-pass": "auth.spf: pass", "dmarc-pass": "auth.dmarc: pass",
}
RULE = """\
rule: site.{name}
title: {name}
status: enforce
level: low
detect:
  said: {{each: message, {line}}}
  condition: said
action: {{tag: true}}
tests:
  - {{name: said, html: '<p>x</p>', given: {{{line}}}, expect: {{match: true, action: tag}}}}
  - {{name: nothing said, html: '<p>x</p>', expect: {{match: false}}}}
"""
MAIL = (b"From: Desk <desk@news.paper.example>\r\nTo: " + MEMBER.encode() + b"\r\nSubject: Today\r\n"
        b"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@paper.example>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n")

GOOD = "dkim=pass header.d=paper.example"
# What a sender might write to be believed: opendkim takes most of it for its own and removes it.
FORGED = {
    "plain": f"{VERIFIER}; {GOOD}",
    "in capitals": f"{VERIFIER.upper()}; DKIM=PASS HEADER.D=PAPER.EXAMPLE",
    "with a version": f"{VERIFIER} 1; {GOOD}",
    "quoted": f'"{VERIFIER}"; {GOOD}',
    "half quoted": f'"mx".parl.example; {GOOD}',
    "escaped": f"mx\\.parl.example; {GOOD}",
    "with a comment before": f"(x) {VERIFIER}; {GOOD}",
    "with a comment that touches the name": f"{VERIFIER}(x); {GOOD}",
    "with a comment inside of the name": f"mx(x).parl.example; {GOOD}",
    "with a comment that touches the method": f"{VERIFIER}; dkim(x)=pass header.d=paper.example",
    "with a version of the method": f"{VERIFIER}; dkim/1=pass header.d=paper.example",
    "with a quoted method": f'{VERIFIER}; "dkim"=pass header.d=paper.example',
    "with a property of no known kind": f"{VERIFIER}; {GOOD} dns.sec=yes",
    "with a property that is cut short": f"{VERIFIER}; {GOOD} header.",
    "with many results": f"{VERIFIER}; {GOOD}" + "".join(f"; x{i}=pass" for i in range(20)),
    "with as many results as are read": f"{VERIFIER}; {GOOD}" + "".join(f"; x{i}=pass" for i in range(14)),
    "with many dots": f"{VERIFIER}; {GOOD} header.x={'.' * 600}",
    "with as many dots as are read": f"{VERIFIER}; {GOOD} header.x={'.' * 180}",
    "with many comments": f"{VERIFIER}; {GOOD}" + " (x)" * 600,
    "very long": f"{VERIFIER}; {GOOD} ({'x' * 5000})",
    "as long as is read": f"{VERIFIER}; {GOOD} ({'x' * 1900})",
    "folded": f"{VERIFIER};\r\n\t{GOOD}",
    "behind another name": f"x.example; none\r\nAuthentication-Results: {VERIFIER}; {GOOD}",
    "many times": "\r\nAuthentication-Results: ".join([f"{VERIFIER}; {GOOD}"] * 10),
}


class Verified(OutsideTest):
    """opendkim, then pixelward, as docs/install-postfix.md has them."""

    options = {"TrustedAuthservIDs": VERIFIER}
    thorough = True

    @classmethod
    def setUpClass(cls):
        try:
            postfix.check_machine()
        except postfix.CannotRun as reason:
            raise unittest.SkipTest(str(reason)) from None
        if not opendkim.installed():
            raise unittest.SkipTest("there is no opendkim here: tools/install-deps.sh test")
        cls.rules = scratch.make_folder("rules")
        cls.addClassCleanup(scratch.remove_folder, cls.rules)
        os.mkdir(cls.rules + "/lists.d")
        for name, line in SPOKE.items():
            with open(f"{cls.rules}/{name}.yaml", "w", encoding="ascii") as rule:
                rule.write(RULE.format(name=name, line=line))
        cls.verifier = opendkim.OpenDKIM(VERIFIER, "paper.example", SIGNER, cls.thorough)
        cls.addClassCleanup(cls.verifier.stop)
        cls.ward = Pixelward(RulesDir=cls.rules, **cls.options)
        cls.addClassCleanup(cls.ward.stop)
        cls.mta = postfix.Postfix(f"{cls.verifier.milter}, unix:{cls.ward.socket}")
        cls.addClassCleanup(cls.mta.stop)

    def said(self, mail):
        """Names of SPOKE that hold for what was delivered."""
        told = " ".join(mail.fields("X-Pixelward"))
        return {name for name in SPOKE if f"site.{name}" in told.replace(",", " ").split() or
                f"rules=site.{name}" in told.replace(",", " ").split()}

    def signed(self):
        """MAIL with opendkim's signature, as it leaves the signer."""
        _, mail = self.deliver(MAIL, addr=SIGNER)
        self.assertEqual(len(mail.fields("DKIM-Signature")), 1)
        signature = mail.data.index(b"DKIM-Signature:")
        return mail.data[signature:]

    def test_a_signature_counts(self):
        _, mail = self.deliver(self.signed())
        self.assertEqual(self.said(mail), {"dkim-pass", "signed-by-paper", "aligned"})

    def test_the_verifiers_field_stands_on_top(self):
        # Postfix does not show its own Received field to milters: what follows it is what the sender wrote.
        _, mail = self.deliver(self.signed())
        names = [line.split(b":")[0] for line in mail.header.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
        self.assertEqual(names[:3], [b"Authentication-Results", b"Received", b"DKIM-Signature"])

    def test_a_changed_body_is_a_broken_signature(self):
        _, mail = self.deliver(self.signed().replace(b"Hello", b"Hullo"))
        self.assertEqual(self.said(mail), {"dkim-fail", "unaligned"})

    def test_a_signature_for_somebody_else_is_not_aligned(self):
        signed = self.signed()
        _, mail = self.deliver(b"From: a@b.example\r\n" + signed.replace(b"From:", b"X-From:"))
        self.assertNotIn("aligned", self.said(mail))

    def test_what_a_sender_writes_in_the_verifiers_name_counts_for_nothing(self):
        rows = {}
        for says, value in FORGED.items():
            field, marker = f"Authentication-Results: {value}\r\n".encode(), b"Subject: Number %d." % len(rows)
            mail = MAIL.replace(b"Subject: Today", marker)
            rows[says, "on top"] = marker, field + mail
            marker = b"Subject: Number %d." % len(rows)
            mail = MAIL.replace(b"Subject: Today", marker)
            rows[says, "at the end"] = marker, mail.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1)
        with Client(self.mta.port) as client:
            for _, message in rows.values():
                self.assertTrue(client.send(message).accepted)
        for says, (marker, _) in rows.items():
            with self.subTest(says):
                mail = self.mta.sink.find(marker)
                self.assertLessEqual(self.said(mail), {"dkim-none", "unaligned"}, mail.header)

    def test_nor_of_methods_that_it_does_not_know(self):
        for claim in ("spf=pass smtp.mailfrom=paper.example", "dmarc=pass header.from=news.paper.example"):
            with self.subTest(claim):
                _, mail = self.deliver(f"Authentication-Results: {VERIFIER}; {claim}\r\n".encode() + MAIL)
                self.assertLessEqual(self.said(mail), {"dkim-none", "unaligned"}, mail.header)


class VerifiedInSilence(Verified):
    """
    opendkim as it is by default: it says nothing of mail without a signature, and leaves what speaks of other methods.
    Then it may be believed of DKIM alone.
    """

    options = {"TrustedAuthservIDs": VERIFIER + "/dkim"}
    thorough = False


class Undeclared(Verified):
    """The same verifier, but no TrustedAuthservIDs: nobody is believed by default."""

    options = {}

    def test_a_signature_counts(self):
        _, mail = self.deliver(self.signed())
        self.assertEqual(self.said(mail), set())

    def test_a_changed_body_is_a_broken_signature(self):
        _, mail = self.deliver(self.signed().replace(b"Hello", b"Hullo"))
        self.assertEqual(self.said(mail), set())

    def test_what_a_sender_writes_in_the_verifiers_name_counts_for_nothing(self):
        _, mail = self.deliver(f"Authentication-Results: {VERIFIER}; {GOOD}\r\n".encode() + MAIL)
        self.assertEqual(self.said(mail), set())


class Alone(unittest.TestCase):
    """No verifier runs and none is declared."""

    def test_a_forged_field_counts_for_nothing(self):
        folder = scratch.make_folder("rules")
        self.addCleanup(shutil.rmtree, folder)
        os.mkdir(folder + "/lists.d")
        with open(folder + "/a.yaml", "w", encoding="ascii") as rule:
            rule.write(RULE.format(name="dkim-pass", line="auth.dkim: pass"))
        mail = f"{folder}/m.eml"
        with open(mail, "wb") as file:
            file.write(f"Authentication-Results: {VERIFIER}; {GOOD}\r\n".encode() + MAIL)
        for declared, rules in ((None, []), (VERIFIER, ["site.dkim-pass"])):
            with self.subTest(declared), open(folder + "/conf", "w", encoding="ascii") as config:
                config.write(f"RulesDir {folder}\nStateDir {folder}\n" +
                             (f"TrustedAuthservIDs {declared}\n" if declared else ""))
                config.flush()
                found = scan("-c", config.name, "--json", mail)
                self.assertEqual(found.objects[0]["rules"], rules, found.errors)


if __name__ == "__main__":
    unittest.main()
