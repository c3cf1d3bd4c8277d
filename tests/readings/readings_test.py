"""Messages that clients read differently: after the gateway no reading shows the picture, and harmless ones stay.

Each case is built twice: with a tracking picture in its page, and with a page that refers to nothing. The first must
come out without the picture in any reading that this test can think of (or be held, where the table says so), the
second byte for byte.
"""

import base64
import binascii
import codecs
import email
import email.policy
import os
import quopri
import re
import subprocess
import unittest

from tests.e2e import scratch
from tests.e2e.pixelward import CTL, write_config

PICTURE = b"http://beacon.example/"
PAGE = '<html><body><p>Hello there, dear reader</p><img src="http://beacon.example/p?id=7"></body></html>'
PLAIN_PAGE = "<html><body><p>Hello there, dear reader</p><b>All of it is in here</b></body></html>"
HEAD = "From: Desk <desk@news.example>\nTo: reader@home.example\nSubject: Letter\nMIME-Version: 1.0\n"


def b64(text, width=76):
    data = base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
    return "".join(data[i:i + width] + "\n" for i in range(0, len(data), width))


def qp(text):
    data = "".join("=%02X" % byte for byte in text.encode())
    return "".join(data[i:i + 72] + "=\n" for i in range(0, len(data), 72)) + "\n"


def uu(text, name="page.html"):
    data = text.encode()
    return f"begin 644 {name}\n" + "".join(
        binascii.b2a_uu(data[i:i + 45]).decode() for i in range(0, len(data), 45)) + "`\nend\n"


def html(fields, body):
    return HEAD + "Content-Type: text/html\n" + fields + "\n" + body + "\n"


def typed(value, body):
    return HEAD + f"Content-Type: {value}\n\n" + body + "\n"


def parts(body, parameters="boundary=b"):
    return HEAD + f"Content-Type: multipart/mixed; {parameters}\n\n" + body


def text_part(boundary="b"):
    return f"--{boundary}\nContent-Type: text/plain\n\nfirst\n"


def html_part(page, boundary="b"):
    return f"--{boundary}\nContent-Type: text/html\n\n{page}\n"


def inside(page):
    return "Subject: inner\nMIME-Version: 1.0\nContent-Type: text/html\n\n" + page + "\n"


def tnef(page):
    rtf = b"{\\rtf1\\fromhtml1 {\\*\\htmltag " + page.encode().replace(b"<img", b"\\'3cimg") + b"}}"
    pieces = b"".join(b"\0" + rtf[i:i + 8] for i in range(0, len(rtf), 8))
    packed = (len(pieces) + 12).to_bytes(4, "little") + len(rtf).to_bytes(4, "little") + b"LZFu\0\0\0\0" + pieces
    return b64(b"\x78\x9f\x3e\x22\x01\0" + packed)


def shift(text):
    return text.replace("<", "+ADw-").replace(">", "+AD4-")


CTE = "Content-Transfer-Encoding: "

# What the case is; how its message is made of a page; whether the mail is held rather than neutralised.
CASES = [
    ("of two types the last is HTML", lambda p: HEAD + "Content-Type: text/plain\nContent-Type: text/html\n\n" + p),
    ("of two types the first is HTML", lambda p: HEAD + "Content-Type: text/html\nContent-Type: text/plain\n\n" + p),
    ("of two encodings the last", lambda p: html(CTE + "7bit\n" + CTE + "base64\n", b64(p))),
    ("of two encodings the first", lambda p: html(CTE + "base64\n" + CTE + "7bit\n", b64(p))),
    ("of two boundaries the last", lambda p: parts(text_part("a") + "--a--\n" + html_part(p) + "--b--\n", "boundary=a; boundary=b")),
    ("of two boundaries the first", lambda p: parts(text_part("a") + "--a--\n" + html_part(p) + "--b--\n", "boundary=b; boundary=a")),
    ("RFC 2231's boundary", lambda p: parts(text_part("a") + "--a--\n" + html_part(p) + "--b--\n", "boundary=a; boundary*=us-ascii''b")),
    ("a boundary in a comment", lambda p: parts(text_part("a") + "--a--\n" + html_part(p) + "--b--\n", "(; boundary=b) ; boundary=a")),
    ("an encoded word for a boundary", lambda p: parts(html_part(p) + "--b--\n", 'boundary="=?us-ascii?Q?b?="')),
    ("no boundary", lambda p: parts(html_part(p) + "--b--\n", "x=y")),
    ("an empty boundary", lambda p: parts(html_part(p) + "--b--\n", 'boundary=""')),
    ("a boundary that is never closed", lambda p: parts(text_part() + html_part(p))),
    ("a part behind the end", lambda p: parts(text_part() + "--b--\n" + html_part(p) + "--b--\n")),
    ("a part before the beginning", lambda p: parts("Content-Type: text/html\n\n" + p + "\n--b\n\nx\n--b--\n")),
    ("junk behind a boundary", lambda p: parts(text_part() + "--b junk\nContent-Type: text/html\n\n" + p + "\n--b--\n")),
    ("a blank before a boundary", lambda p: parts(text_part() + " " + html_part(p) + "--b--\n")),
    ("a boundary after a bare CR", lambda p: parts(text_part() + "x\r" + html_part(p) + "--b--\n")),
    ("a part behind the end, with a comment left open before", lambda p: parts(
        text_part() + "<!-- <title> <a title=\"\n--b--\n" + html_part(p) + "--b--\n")),
    ("a boundary that begins like another", lambda p: parts(text_part("AA") + html_part(p, "AAB") + "--AA--\n", "boundary=AA")),
    ("a boundary used twice", lambda p: parts("--b\nContent-Type: multipart/mixed; boundary=b\n\n" + html_part(p) + "--b--\n--b--\n")),
    ("a type nobody knows, with a boundary", lambda p: typed("x-multipart/mixed; boundary=b", html_part(p) + "--b--\n")),
    ("base64 and a semicolon", lambda p: html(CTE + "base64;\n", b64(p))),
    ("base64 in a list", lambda p: html(CTE + "7bit, base64\n", b64(p))),
    ("base64 in quotes", lambda p: html(CTE + '"base64"\n', b64(p))),
    ("x-base64", lambda p: html(CTE + "x-base64\n", b64(p))),
    ("base64 folded in the middle", lambda p: html(CTE + "base\n 64\n", b64(p))),
    ("quoted-printable without its dash", lambda p: html(CTE + "quotedprintable\n", qp(p))),
    ("data behind base64's padding", lambda p: html(CTE + "base64\n", "PHA+eDwvcD4=\n" + b64(p))),
    ("base64 that begins with padding", lambda p: html(CTE + "base64\n", "=" + b64(p))),
    ("base64 with foreign bytes", lambda p: html(CTE + "base64\n", "*".join(b64(p, 7).split("\n")))),
    ("base64 padded line by line", lambda p: html("junk\n" + CTE + "base64\n", "".join(
        b64(p[i:i + 11]) for i in range(0, len(p), 11)))),
    ("base64's alphabet for URLs", lambda p: html(CTE + "base64\n", b64(p + "\xff\xfe\xfd???>>>").replace("+", "-").replace("/", "_"))),
    ("a soft break with two CRs", lambda p: html(CTE + "quoted-printable\n", p.replace("=", "=3D").replace("<i", "<=\r\r\ni"))),
    ("lower case in quoted-printable", lambda p: html(CTE + "quoted-printable\n", qp(p).lower())),
    ("a blank before the colon", lambda p: HEAD + "Content-Type : text/html\n\n" + p),
    ("a no-break space before the colon", lambda p: HEAD + "Content-Type\xa0: text/html\n\n" + p),
    ("a line of junk in the header", lambda p: HEAD + "what is this\nContent-Type: text/html\n\n" + p),
    ("a line of blanks in the header", lambda p: HEAD + "X-A: b\n \nContent-Type: text/html\n\n" + p),
    ("a header behind a blank line", lambda p: "\n" + HEAD + "Content-Type: text/html\n\n" + p),
    ("a header that ends with bare CRs", lambda p: (HEAD + "Content-Type: text/html\n\n" + p).replace("\n", "\r")),
    ("a type in pieces", lambda p: typed("text / html", p)),
    ("a type with a dot behind it", lambda p: typed("text/html.", p)),
    ("two types in one field", lambda p: typed("text/plain, text/html", p)),
    ("a type in an encoded word", lambda p: typed("=?us-ascii?Q?text/html?=", p)),
    ("html without a slash", lambda p: typed("html", p)),
    ("the picture once more, with a byte in its tag that is no character", lambda p: typed(
        "text/html; charset=utf-8", p + p.replace("<i", "<i\xff"))),
    ("no type but a page", lambda p: HEAD + "\n" + p),
    ("a page by its name", lambda p: typed("application/octet-stream; name=x.html", "x" + p)),
    ("of two names the last", lambda p: HEAD + "Content-Type: image/png\nContent-Disposition: attachment; filename=x.png;"
     " filename=x.html\n\n" + p),
    ("a message by its name", lambda p: typed("application/octet-stream; name=x.eml", inside(p))),
    ("an encoded message", lambda p: typed("message/rfc822\n" + CTE + "base64", b64(inside(p)))),
    ("an encoded message in an encoded message", lambda p: typed("message/rfc822\n" + CTE + "base64", b64(
        "Content-Type: message/rfc822\n" + CTE + "base64\n\n" + b64(inside(p))))),
    ("an encoded multipart", lambda p: typed("multipart/mixed; boundary=b\n" + CTE + "base64", b64(html_part(p) + "--b--\n"))),
    ("a message in pieces", lambda p: typed("message/partial; id=x; number=1; total=1", inside(p))),
    ("a file in uuencode", lambda p: HEAD + "\nsee below\n\n" + uu(p)),
    ("a file in uuencode in base64", lambda p: typed("text/plain\n" + CTE + "base64", b64("see\n" + uu(p)))),
    ("uuencode for an encoding", lambda p: html(CTE + "uue\n", uu(p))),
    ("UTF-7 by its label", lambda p: typed("text/html; charset=utf-7", shift(p))),
    ("UTF-7 by RFC 2231", lambda p: typed("text/html; charset*=us-ascii''utf-7", shift(p))),
    ("UTF-16 without a mark", lambda p: typed("text/html; charset=utf-16\n" + CTE + "base64", b64(p.encode("utf-16-be")))),
    ("UTF-16 that nobody declares", lambda p: typed("text/html\n" + CTE + "base64", b64(p.encode("utf-16-le")))),
    ("ASCII that says it is UTF-16", lambda p: typed("text/html; charset=utf-16be", p)),
    ("EBCDIC", lambda p: typed("text/html; charset=ibm1140\n" + CTE + "base64", b64(p.encode("cp1140")))),
    ("HZ with a line continued in a tag", lambda p: typed("text/html; charset=hz-gb-2312", p.replace("<i", "<~\ni").replace("<b", "<~\nb"))),
    ("ISO-2022-JP that never shifts back", lambda p: typed("text/html; charset=iso-2022-jp", p.replace("<p>", "<p>\x1b$B"))),
    ("ISO-2022-KR's escape in a tag", lambda p: typed("text/html; charset=iso-2022-kr", p.replace("<i", "<i\x1b(B").replace("<b", "<b\x1b(B"))),
    ("half a letter that hides a comment's end", lambda p: typed("text/html; charset=utf-8", p.replace("<p>", "<!-- --\xc3><p>"))),
    ("NULs in a tag", lambda p: typed("text/html", p.replace("<i", "<\0i\0").replace("<b>", "<\0b>"))),
    ("a calendar named like a page", lambda p: typed("text/calendar; name=x.html", p)),
    ("a contact named like a drawing, in base64", lambda p: typed("text/vcard; name=x.svg\n" + CTE + "base64", b64(p))),
    ("a report that holds a page", lambda p: typed("message/feedback-report", inside(p))),
    ("a report that holds more than fields", lambda p: typed("message/delivery-status", "Reporting-MTA: dns; x\n\n" + p)),
    ("padding inside base64 that counts as a digit", lambda p: html(CTE + "base64\n", b64(p)[:40] + "A=BC" + b64(p)[40:])),
    ("uuencode that begins with a tab", lambda p: HEAD + "\n" + uu(p).replace("begin 644 ", "begin\t644\t")),
    ("uuencode without its first line, in a message", lambda p: typed("message/rfc822\n" + CTE + "x-uuencode",
                                                                     uu(inside(p)).split("\n", 1)[1])),
    ("a multipart of no kind", lambda p: typed("multipart/; boundary=b", "--b\nContent-Type: text/html\n" + CTE +
                                                    "base64\n\nPHA+eDwvcD4=\n" + b64(p) + "--b--\n")),
    ("a page that says UTF-16 of itself", lambda p: html(CTE + "base64\n", "PHA+eDwvcD4=\n" + b64("<meta charset=utf-16le>" + p))),
    ("a program's file named like a page", lambda p: typed("application/x-foo; name=x.html\n" + CTE + "base64",
                                                          "PHA+eDwvcD4=\n" + b64("\0\5\0\0" + p))),
    ("winmail.dat that is a page", lambda p: typed("application/ms-tnef; name=winmail.dat", p)),
    ("a page that is called winmail.dat", lambda p: typed("text/html; name=winmail.dat", "=" + p)),
    ("a signature that is a page", lambda p: typed("application/pkcs7-mime; name=smime.p7m\n" + CTE + "base64", b64(p))),
    ("winmail.dat", lambda p: typed("application/ms-tnef; name=winmail.dat\n" + CTE + "base64", tnef(p)), "held"),
    ("an opaque signature", lambda p: typed("application/pkcs7-mime; smime-type=signed-data\n" + CTE + "base64",
                                            b64(b"\x30\x80\x24\x80\x04\x7f" + html_part(p).encode())), "held"),
]

TAG = re.compile(rb"<img[\s/][^>]*?src\s*=\s*[\"']?\s*" + re.escape(PICTURE), re.I)
CHARSETS = ("utf-7", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037", "hz", "iso2022_jp", "iso2022_kr")


def guises(data, charset):
    """The bytes without what clients drop, and, unless they are sure to be UTF-8, in charsets that move ASCII."""
    yield data
    yield data.replace(b"\0", b"")
    if charset == "utf-8":
        return
    yield data.decode("utf-8", "ignore").encode()
    yield re.sub(rb"\x1b[ -/]*[0-~]|[\x0e\x0f]", b"", data)
    for name in CHARSETS:
        yield codecs.decode(data, name, "ignore").encode("utf-8", "ignore")


def undone(data, depth=0):
    """The bytes themselves, and what the transfer encodings make of them or of a run of their lines."""
    yield data
    if depth == 2:
        return
    yield from undone(quopri.decodestring(data), depth + 1)
    for run in re.findall(rb"(?:[^\s<>]+[ \t]*\r*\n?){1,}", data):
        digits = re.sub(rb"[^A-Za-z0-9+/]", b"", run.replace(b"-", b"+").replace(b"_", b"/"))
        for skip in range(4) if len(digits) > 40 else ():
            piece = digits[skip:]
            yield from undone(base64.b64decode(piece[:len(piece) // 4 * 4]), depth + 1)


def pages_of_parsers(data):
    """What Python's parser gives as HTML under each of its policies."""
    for policy in (email.policy.compat32, email.policy.default, email.policy.SMTP):
        for part in email.message_from_bytes(data, policy=policy).walk():
            name = part.get_filename() or ""
            if "html" in part.get_content_type() or name.endswith((".html", ".eml")):
                page = part.get_payload(decode=True) or str(part.get_payload()).encode("utf-8", "surrogateescape")
                yield page, part.get_content_charset()


# Plain text as the gateway writes it anew: whatever it spells, no reader makes it a page.
PLAIN = re.compile(rb"Content-Type: text/plain; charset=utf-8\r?\n" + CTE.encode() + rb"base64\r?\n\r?\n[A-Za-z0-9+/=\r\n]*")


def shows_picture(data):
    body = PLAIN.sub(b"", data)[len(data.replace(b"\r", b"").split(b"\n\n")[0]):]
    return any(TAG.search(guise) for page in pages_of_parsers(data) for guise in guises(*page)) or \
        any(TAG.search(guise) for text in undone(body) for guise in (text, text.replace(b"\0", b"")))


def file_name(index, ending):
    return f"{index:03d}{ending}.eml"


class Readings(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(CTL):
            raise AssertionError(CTL + " is not built")
        cls.folder = scratch.make_folder("readings")
        cls.addClassCleanup(scratch.remove_folder, cls.folder)
        write_config(cls.folder + "/conf", {"Mode": "enforce", "RemoteContent": "all"})
        cls.sent = {}
        for index, (_, make, *_) in enumerate(CASES):
            for ending, page in (("live", PAGE), ("plain", PLAIN_PAGE)):
                mail = make(page).encode("latin-1")
                cls.sent[file_name(index, ending)] = mail
                # The same as it comes over SMTP, unless the case is about line ends.
                if b"\r" not in mail:
                    cls.sent[file_name(index, ending + "-crlf")] = mail.replace(b"\n", b"\r\n")
        files = []
        for name, mail in cls.sent.items():
            files.append(os.path.join(cls.folder, name))
            with open(files[-1], "wb") as file:
                file.write(mail)
        subprocess.run([CTL, "scan", "-c", cls.folder + "/conf", "--rewrite", cls.folder + "/new", *files], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def delivered(self, name):
        """None: it was held."""
        try:
            with open(os.path.join(self.folder, "new", name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def each(self, ending):
        return [(says, name, bool(fate)) for index, (says, _, *fate) in enumerate(CASES)
                for name in (file_name(index, ending), file_name(index, ending + "-crlf")) if name in self.sent]

    def test_no_reading_shows_the_picture(self):
        for says, name, held in self.each("live"):
            with self.subTest(says, file=name):
                mail = self.delivered(name)
                self.assertEqual(mail is None, held, "held, or not")
                self.assertFalse(mail is not None and shows_picture(mail), mail)

    def test_harmless_mail_stays_as_it_is(self):
        for says, name, _ in self.each("plain"):
            with self.subTest(says, file=name):
                self.assertEqual(self.delivered(name), self.sent[name])

    def test_the_sweep_of_this_test_sees_what_is_sent(self):
        sent = [name for _, name, held in self.each("live") if not held]
        seen = [name for name in sent if shows_picture(self.sent[name])]
        # Some readings are beyond it: uuencode, other programs' idea of a charset.
        self.assertGreater(len(seen), 0.9 * len(sent), sorted(set(sent) - set(seen)))

    def test_once_neutralised_nothing_more_is_changed(self):
        again = os.path.join(self.folder, "again")
        files = [os.path.join(self.folder, "new", name) for name in os.listdir(self.folder + "/new")]
        subprocess.run([CTL, "scan", "-c", self.folder + "/conf", "--rewrite", again, *files], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in os.listdir(self.folder + "/new"):
            with self.subTest(name), open(os.path.join(again, name), "rb") as file:
                self.assertEqual(file.read(), self.delivered(name))


if __name__ == "__main__":
    unittest.main()
