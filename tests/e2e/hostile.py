"""Messages that nobody sends in good faith, or that broken software sends. Made here, because they are large."""


def _page(markup):
    return b"Subject: page\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup + b"\r\n"


def _nested_multiparts(levels):
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    return head + b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1)
                           for n in range(levels)) + b"--b%d\r\n\r\nend\r\n" % levels


def _nested_messages(levels):
    return b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: end\r\n\r\nend\r\n"


def _many_parts(count):
    return (b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
            b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n")


MEGABYTE = 1024 * 1024

# sentence: (message, what may happen). The second word is the limit's option where the outcome is a hold;
# "deliver" alone: nothing but delivery as it came; "either": delivery as it came, or a hold that names a limit;
# "any": neutralised is fine too (there is something live in it).
HOSTILE = {
    "an empty message": (lambda: b"", "deliver"),
    "a header without a body": (lambda: b"Subject: x\r\nFrom: a@b.example\r\n", "deliver"),
    "a header without end": (lambda: b"Subject: x\r\nFrom: a@b.example", "deliver"),
    "a field without end": (lambda: b"Subject", "deliver"),
    "no MIME at all": (lambda: b"Subject: x\r\n\r\nplain\r\n", "deliver"),
    "a body without a header": (lambda: b"\r\nplain\r\n", "deliver"),
    "blank lines only": (lambda: b"\r\n" * 1000, "deliver"),
    "NULs in header and body": (lambda: b"Sub\0ject: x\0y\r\nX-A: \0\r\n\r\n\0\0one\0two\r\n", "either"),
    "a body of NULs": (lambda: b"Subject: x\r\n\r\n" + b"\0" * 100000 + b"\r\n", "either"),
    "random bytes": (lambda: bytes((n * 7919 + (n >> 8) * 104729) & 255 for n in range(200000)), "either"),
    "a boundary that never comes":
        (lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=never\r\n\r\n" + b"x\r\n" * 1000, "either"),
    "a multipart without a boundary":
        (lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative\r\n\r\n--\r\n\r\nx\r\n----\r\n", "either"),
    "a multipart whose parts never end":
        (lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx", "either"),
    "base64 that is none":
        (lambda: b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"!*?=-\r\n" * 1000, "either"),
    "quoted-printable that is none":
        (lambda: b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ZZ=\xff==\r\n=", "either"),
    "a charset that nobody knows":
        (lambda: b"Content-Type: text/html; charset=klingon-8\r\n\r\n<p>nuqneH</p>\r\n", "either"),
    "a body of 64 MB": (lambda: b"Subject: x\r\n\r\n" + b"x" * 1022 + b"\r\n" + (b"x" * 1022 + b"\r\n") * 65535, "MaxMessageSize"),
    "a body of 60 MB": (lambda: b"Subject: x\r\n\r\n" + (b"x" * 998 + b"\r\n") * (60 * MEGABYTE // 1000), "deliver"),
    "a line of 16 MB": (lambda: b"Subject: x\r\n\r\n" + b"x" * (16 * MEGABYTE) + b"\r\n", "either"),
    "100,000 nested multiparts": (lambda: _nested_multiparts(100000), "MaxNesting"),
    "100,000 nested messages": (lambda: _nested_messages(100000), "MaxNesting"),
    "100,000 parts": (lambda: _many_parts(100000), "MaxParts"),
    "1,000,000 header lines": (lambda: b"X-A: b\r\n" * 1000000 + b"\r\nx\r\n", "MaxHeader"),
    "a header field of 4 MB": (lambda: b"X-A: " + b"b" * (4 * MEGABYTE) + b"\r\n\r\nx\r\n", "MaxHeader"),
    "a field folded 100,000 times": (lambda: b"X-A: b\r\n" + b" c\r\n" * 100000 + b"\r\nx\r\n", "either"),
    "nested address groups": (lambda: b"To: " + b"g:" * 50000 + b"\r\n\r\nx\r\n", "either"),
    "50,000 Content-Type parameters":
        (lambda: b"Content-Type: text/plain" + b"; a=b" * 50000 + b"\r\n\r\nx\r\n", "either"),
    "100,000 nested elements": (lambda: _page(b"<div>" * 100000), "either"),
    "100,000 reconstructed elements": (lambda: _page(b"".join(b"<i id=%d><p>" % n for n in range(100000))), "any"),
    "a tag with 100,000 attributes": (lambda: _page(b"<p " + b" ".join(b"a%d=1" % n for n in range(100000)) + b">"), "any"),
    "100,000 pictures": (lambda: _page(b'<img src="http://t.example/a" width=1 height=1>' * 100000), "any"),
    "a document that aborts the HTML parser": (lambda: _page(b"<table><svg><select><title><select><tr>"), "any"),
    "another one": (lambda: _page(b"<table><tr><svg><td><desc><select></tr>"), "any"),
    "a character reference at the very end": (lambda: _page(b"x")[:-3] + b"<p title=&lt", "any"),
    "a style sheet without end": (lambda: _page(b"<style>" + b"a{b:c(" * 200000), "any"),
    "an URL of 1 MB": (lambda: _page(b'<img width=1 height=1 src="http://t.example/' + b"a" * MEGABYTE + b'">'), "any"),
}
