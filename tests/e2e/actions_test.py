"""What rules do with a whole mail: refuse it, send it to a security mailbox, alone or as well."""
import base64
import email
import email.policy
import hmac
import os
import quopri
import re
import unittest
from html import unescape

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


PROXY_RULE = """\
rule: site.proxy
title: Pictures come through the proxy
status: enforce
level: info
detect:
  loaded: {each: reference, trigger: open}
  condition: loaded
action: {proxy: loaded}
tests:
  - name: a picture comes through the proxy
    html: '<img src="https://a.example/a.png" width=300>'
    expect: {match: true, action: proxy, proxies: a.png}
  - name: a style sheet does not
    html: '<link rel=stylesheet href="https://a.example/a.css">'
    expect: {match: true, action: strip, strips: a.css}
"""
KEY = b"a key of the proxy"
PICTURES = """\
<p>Hello</p><img src="https://a.example/a.png?b=1&amp;c=2#d" width=300><img src=https://a.example/b.png
srcset="https://a.example/c.png 2x, https://a.example/d.png 3x"><table background='https://a.example/e.png'><tr><td>x</table>
<p style="background:url('https://a.example/f.png')">x</p><style>p {{ background: url(https://a.example/g.png) }}</style>
<img src="https://t.example/open.gif?u=4711" width=1 height=1><link rel=stylesheet href="https://a.example/h.css">
<a href="https://a.example/i">x</a>{}"""


def proxied(url):
    return f"https://camo.example/p/{hmac.new(KEY, url.encode(), 'sha1').hexdigest()}/{url.encode().hex()}"


class Proxy(unittest.TestCase):

    def setUp(self):
        self.folder = scratch.make_folder("proxy")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/lists.d")
        with open(self.folder + "/proxy.yaml", "w", encoding="utf-8") as file:
            file.write(PROXY_RULE)
        self.key = self.folder + "/key"
        with open(self.key, "wb") as file:
            file.write(KEY + b"\n")
        os.chmod(self.key, 0o640)
        self.options = {"Mode": "enforce", "RulesDir": self.folder, "ImageProxy": "https://camo.example/p/",
                        "ImageProxyKeyFile": self.key}

    def passed(self, name, content, encoding="8bit", **more):
        path = f"{self.folder}/{name}"
        with open(path, "wb") as file:
            file.write(b"From: a@sender.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
                       b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + content)
        done = scan(path, "--json", "--rewrite", self.folder + "/out", config=dict(self.options, **more))
        with open(f"{self.folder}/out/{name}", "rb") as file:
            return done.objects[0], email.message_from_binary_file(file).get_payload(decode=True).decode(), path

    def test_pictures_come_through_the_proxy_and_the_rest_is_made_inert(self):
        for encoding, encode in (("8bit", bytes), ("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring)):
            for content in ("trackers", "all"):
                verdict, html, _ = self.passed("a.eml", encode(PICTURES.format("").encode()), encoding, RemoteContent=content)
                self.assertEqual(verdict["action"], "neutralise")
                self.assertEqual({reference["url"].split("example/")[1]: reference["decision"] for reference in verdict["references"]}, {
                    "a.png?b=1&c=2#d": "proxy", "b.png": "proxy", "c.png": "strip", "d.png": "strip", "e.png": "proxy",
                    "f.png": "proxy", "g.png": "proxy", "open.gif?u=4711": "strip", "h.css": "strip", "i": "keep"})
                for name in ("a.png?b=1&c=2", "b.png", "e.png", "f.png", "g.png"):
                    self.assertIn(proxied("https://a.example/" + name), html)
                self.assertEqual(html.count("https://camo.example/"), 5)
                self.assertEqual(html.count("a.example"), 1)  # the link
                self.assertNotIn("t.example", html)

    def test_what_comes_through_the_proxy_is_left_alone(self):
        _, html, path = self.passed("a.eml", PICTURES.format("").encode())
        again, twice, _ = self.passed("b.eml", html.encode())
        self.assertEqual((again["action"], twice), ("deliver", html))
        forged = html.replace(proxied("https://a.example/b.png")[-8:], "00000000")
        verdict, _, _ = self.passed("c.eml", forged.encode())
        self.assertIn("proxy", [reference["decision"] for reference in verdict["references"]])

    def test_a_key_that_others_may_read_is_a_mistake(self):
        os.chmod(self.key, 0o644)
        with open(self.folder + "/a.eml", "wb") as file:
            file.write(b"\n")
        done = scan(self.folder + "/a.eml", config=self.options)
        self.assertGreaterEqual(done.status, 64)
        self.assertIn(f"{self.key}:1:1: error PW306: others may read the key", done.errors)
        self.assertNotIn("PW205", done.errors)


NOTICE_RULE = """\
rule: site.notice
title: A subject that is odd
status: enforce
level: info
detect:
  odd: {each: message, subject|contains: odd}
  condition: odd
action: {notice: true}
tests:
  - {name: odd, subject: odd, html: x, expect: {action: notice}}
"""
WORDS = "Täuschung? <b>Frag' die Wache & uns</b>"
PAGE = """<!DOCTYPE html><title>a</title><style>div {{ display: none !important }}</style>
<body class=a>{}<p>Grüße</p>"""
PLAIN = "{}Grüße\n"


def part(kind, charset, encoding, text):
    data = text.encode(charset or "ascii")
    data = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(data)
    label = f"; charset={charset}" if charset else ""
    return f"Content-Type: {kind}{label}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + data + b"\n"


def parts(kind, *inside):
    return (f"Content-Type: {kind}; boundary=b\n\n".encode() + b"".join(b"--b\n" + one for one in inside) + b"--b--\n")


class Notice(unittest.TestCase):

    def setUp(self):
        self.folder = scratch.make_folder("notice")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/lists.d")
        with open(self.folder + "/notice.yaml", "w", encoding="utf-8") as file:
            file.write(NOTICE_RULE)

    def passed(self, name, content, subject="odd", **more):
        path = f"{self.folder}/{name}"
        with open(path, "wb") as file:
            file.write(f"From: a@sender.example\nSubject: {subject}\nMIME-Version: 1.0\n".encode() + content)
        return self.again(path, name, **more)

    def again(self, path, out, **more):
        options = {"Mode": "enforce", "RulesDir": self.folder, "NoticeText": f'"{WORDS}"', **more}
        scan(path, "--rewrite", f"{self.folder}/{out}.out", config=options)
        return f"{self.folder}/{out}.out/{os.path.basename(path)}"

    def texts(self, path):
        with open(path, "rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        return {one.get_content_type(): one.get_content() for one in message.walk() if not one.is_multipart()}

    def assert_noticed(self, html):
        box = re.match(r'(?s)<!DOCTYPE html>.*?<body class=a><div role="note" [^>]*>([^<]*)</div><p>Grüße</p>', html)
        self.assertIsNotNone(box, html)
        self.assertEqual(unescape(box[1]), WORDS)
        self.assertEqual(html.count('role="note"'), 1)

    def test_page_and_text_bear_it_once_in_any_encoding(self):
        for charset in ("utf-8", "iso-8859-1"):
            for encoding in ("8bit", "base64", "quoted-printable"):
                with self.subTest(charset=charset, encoding=encoding):
                    first = self.passed("a.eml", parts("multipart/alternative", part("text/plain", charset, encoding,
                        PLAIN.format("")), part("text/html", charset, encoding, PAGE.format(""))))
                    found = self.texts(first)
                    self.assert_noticed(found["text/html"])
                    lines = found["text/plain"].splitlines()
                    self.assertEqual((lines[0].rstrip(), lines[1], lines[2]), (WORDS, "", "Grüße"))
                    with open(first, "rb") as one, open(self.again(first, "twice"), "rb") as other:
                        self.assertEqual(one.read(), other.read())

    def test_a_mail_in_ascii_gets_the_letters_that_it_needs(self):
        first = self.passed("a.eml", part("text/plain", "", "7bit", "Hello\n"))
        lines = self.texts(first)["text/plain"].splitlines()
        self.assertEqual((lines[0].rstrip(), lines[2]), (WORDS, "Hello"))
        with open(first, "rb") as one, open(self.again(first, "twice"), "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_what_is_signed_attached_or_forwarded_bears_none(self):
        page = part("text/html", "utf-8", "8bit", PAGE.format(""))
        for content in (parts("multipart/signed; protocol=application/pgp-signature", page,
                              part("application/pgp-signature", "", "7bit", "x")),
                        page.replace(b"\nContent-Tr", b"\nContent-Disposition: attachment\nContent-Tr"),
                        parts("multipart/mixed", b"Content-Type: message/rfc822\n\nFrom: b@b.example\n" + page)):
            path = self.passed("a.eml", content)
            with open(path, "rb") as file:
                self.assertTrue(file.read().endswith(content))

    def test_no_mode_but_enforce_shows_it_nor_does_another_mail_have_it(self):
        page = part("text/html", "utf-8", "8bit", PAGE.format(""))
        for more in ({"Mode": "shadow"}, {"Mode": "tag"}, {"subject": "even"}):
            with open(self.passed("a.eml", page, **more), "rb") as file:
                self.assertTrue(file.read().endswith(page.partition(b"\n\n")[2]))

    def test_it_stands_before_what_is_shown_first(self):
        for page in ("<p>Grüße</p>", "<html><head><title>x</title></head><p>Grüße</p>", "Grüße",
                     "<!-- x --><div style=display:none><body>Grüße</div>"):
            html = self.texts(self.passed("a.eml", part("text/html", "utf-8", "8bit", page)))["text/html"]
            self.assertRegex(html, "(?s)^(<html><head><title>x</title></head>|<!-- x -->)?<div role")
            self.assertTrue(html.rstrip().endswith(page.removeprefix("<html><head><title>x</title></head>").removeprefix("<!-- x -->")))


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
