"""What rules do with a whole mail: refuse it, send it to a security mailbox, alone or as well."""
import os

from . import case, scratch
from .client import send
from .pixelward import scan

RULE = """\
rule: site.{name}
title: A host of the list
status: enforce
level: high
detect:
  listed: {{each: reference, url.host|in: list:{name}}}
  condition: listed
action: {{strip: listed, {action}}}
tests:
  - name: a picture from there
    html: '<img src="https://{name}.example/a.png" width=300 height=200>'
    expect: {{match: true, action: {expected}}}
"""
SECURITY = "security@parl.example"
RULES = {"refused": ("reject: 'Refused, see postmaster'", "reject"), "diverted": (f"redirect: {SECURITY}", "redirect"),
         "copied": (f"copy: {SECURITY}", "strip")}
OTHERS = ("member@parl.example", '"a b"@parl.example', "clerk+x@parl.example")


def mail(host):
    return (b"From: a@sender.example\r\nTo: x@parl.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: text/html\r\n\r\n<p>Hello</p><img src=\"https://" + host.encode() +
            b".example/a.png\" width=300 height=200>\r\n")


class Actions(case.OutsideTest):

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch.make_folder("actions")
        cls.addClassCleanup(scratch.remove_folder, cls.folder)
        os.mkdir(cls.folder + "/lists.d")
        for name, (action, expected) in RULES.items():
            with open(f"{cls.folder}/{name}.yaml", "w", encoding="utf-8") as file:
                file.write(RULE.format(name=name, action=action, expected=expected))
            with open(f"{cls.folder}/lists.d/{name}.txt", "w", encoding="utf-8") as file:
                file.write(f"{name}.example\n")
        cls.options = {"Mode": "enforce", "RulesDir": cls.folder}
        super().setUpClass()

    def test_a_refused_mail_goes_back_to_its_sender_with_the_reason(self):
        reply = send(self.mta.port, mail("refused"), recipients=OTHERS)
        self.assertEqual(reply.code, 550, reply)
        self.assertIn("5.7.1 Refused, see postmaster", str(reply))
        self.mta.wait_empty()
        self.assertEqual(self.mta.sink.mails(), [])

    def test_a_diverted_mail_goes_to_the_mailbox_alone_inert_and_says_for_whom_it_was(self):
        _, got = self.deliver(mail("diverted"), recipients=OTHERS)
        self.mta.wait_empty()
        self.assertEqual([each.recipients for each in self.mta.sink.mails()], [[SECURITY]])
        self.assertNotIn(b"diverted.example", got.body)
        (field,) = got.fields("X-Pixelward")
        for address in ("member@parl.example", "clerk+x@parl.example"):
            self.assertIn(address.encode(), field if isinstance(field, bytes) else field.encode())

    def test_the_mailbox_itself_gets_a_diverted_mail_once(self):
        self.deliver(mail("diverted"), recipients=("member@parl.example", SECURITY))
        self.mta.wait_empty()
        self.assertEqual([each.recipients for each in self.mta.sink.mails()], [[SECURITY]])

    def test_a_copied_mail_goes_to_all_and_to_the_mailbox(self):
        self.deliver(mail("copied"), recipients=OTHERS)
        self.mta.wait_empty()
        got = sorted(to for each in self.mta.sink.mails() for to in each.recipients)
        self.assertEqual(got, sorted([*OTHERS, SECURITY]))
        for each in self.mta.sink.mails():
            self.assertNotIn(b"copied.example", each.body)

    def test_scan_says_the_same(self):
        for name, (action, code) in {"refused": ("reject", 2), "diverted": ("redirect", 2), "copied": ("neutralise", 1)}.items():
            path = f"{self.folder}/{name}.eml"
            with open(path, "wb") as file:
                file.write(mail(name))
            done = scan(path, "--json", config=self.options)
            self.assertEqual((done.status, done.objects[0]["action"]), (code, action), name)


class Tagging(Actions):
    """Mode tag changes nobody's recipients, and refuses nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ward.configure(Mode="tag", RulesDir=cls.folder)
        cls.ward.halt()
        cls.ward.start()

    def test_a_refused_mail_goes_back_to_its_sender_with_the_reason(self):
        self.goes_to_all("refused")

    def test_a_diverted_mail_goes_to_the_mailbox_alone_inert_and_says_for_whom_it_was(self):
        self.goes_to_all("diverted")

    def test_the_mailbox_itself_gets_a_diverted_mail_once(self):
        self.goes_to_all("diverted")

    def test_a_copied_mail_goes_to_all_and_to_the_mailbox(self):
        self.goes_to_all("copied")

    def goes_to_all(self, name):
        self.deliver(mail(name), recipients=OTHERS)
        self.mta.wait_empty()
        self.assertEqual(sorted(to for each in self.mta.sink.mails() for to in each.recipients), sorted(OTHERS))
        self.assertIn(name.encode() + b".example", self.mta.sink.mails()[0].body)
