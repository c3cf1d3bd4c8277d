"""Mode enforce: what is delivered, and that everything else arrives as the MTA would have delivered it alone."""

import base64
import email
import hashlib
import os
import socket
import unittest

from . import case
from .case import EMPTY_PICTURE, MEMBER, mail_names, stored, wire, without_header_of_ours, without_trace
from .client import Client

# The sources of the pixels of tests/mails: nothing but them changes, so that the layout stays.
SOURCES = {
    "tracked-recon-news": b"https://cdn.nws-dispatch.example/o/7f3kq9zt2m.gif",
    "tracked-html-only": b"https://t.shop.example/open?u=7f3kq9zt2m",
    "tracked-latin1": b"http://zeitung.example/z/7f3kq9zt2m.png",
    "tracked-long-line": b"https://t.shop.example/l/7f3kq9zt2m",
    "tracked-forwarded": b"https://t.shop.example/f/7f3kq9zt2m",
}
LETTER_SOURCE = b"https://harbour-letter.example/t/7f3kq9zt2m?c=4&amp;r=member"


def leaves(data):
    return [part for part in email.message_from_bytes(data).walk() if not part.is_multipart()]


class Delivery(case.OutsideTest):
    attachment_mb = 25

    def test_mail_without_trackers_arrives_byte_for_byte(self):
        for name in mail_names("clean-"):
            with self.subTest(name):
                self.assertUntouched(wire(name))

    def test_odd_but_harmless_mail_arrives_byte_for_byte(self):
        rows = {
            "a body of one dot": b"Subject: dot\r\n\r\n.\r\n..\r\n",
            "blanks around the colon": b"Subject:no blank\r\nX-A:  two\r\nX-B:\ttab\r\nX-Empty:\r\nX-Blank: \r\n\r\nx\r\n",
            "a folded field": b"Subject: one\r\n two\r\n\tthree\r\nX-Long: " + b"a" * 900 + b"\r\n\r\nx\r\n",
            "the same field many times": b"Received: a\r\nX-A: 1\r\nReceived: b\r\nX-A: 2\r\nx-a: 3\r\n\r\nx\r\n",
            "8-bit bytes of no charset": b"Subject: \xff\xfe\x80\r\nX-\xe4: y\r\n\r\n\x80\x81\xff\xfe \xc3\x28\r\n",
            "every byte but NUL, CR and LF":
                b"Subject: bytes\r\n\r\n" + bytes(b for b in range(1, 256) if b not in b"\r\n") + b"\r\n",
            "no line end at the end": b"Subject: cut\r\n\r\nlast line",
            "blank lines at the end": b"Subject: blank\r\n\r\nx\r\n\r\n\r\n\r\n",
            "a line of 9,000 bytes": b"Subject: long\r\n\r\n" + b"x" * 9000 + b"\r\nend\r\n",
            "no header at all": b"\r\njust a body\r\n",
            "a header only": b"Subject: nothing else\r\n",
            "nothing at all": b"",
            "bare LF": b"Subject: lf\n\nline\nline\r\nline\n",
            "bare CR": b"Subject: cr\r\n\r\none\rtwo\r\n",
            "a multipart that is none": b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno boundary here\r\n",
            "an uuencoded file": b"Subject: uu\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n",
        }
        for says, message in rows.items():
            with self.subTest(says):
                self.assertUntouched(message)

    def test_bare_line_feeds_do_not_matter(self):
        for name in mail_names("clean-"):
            with self.subTest(name):
                self.assertUntouched(stored(name))

    def test_no_tracker_arrives(self):
        for name in mail_names("tracked-"):
            with self.subTest(name):
                reply, mail = self.deliver(wire(name))
                self.assertNoToken(mail.data)
                line = self.ward.line_of(reply.queue_id)
                self.assertIn("action=neutralise", line)

    def test_only_the_source_of_a_pixel_changes(self):
        for name, source in SOURCES.items():
            with self.subTest(name):
                _, plain = self.deliver(wire(name), self.mta.plain_port)
                _, mail = self.deliver(wire(name))
                self.assertEqual(plain.data.count(source), 1)
                self.assertEqual(without_header_of_ours(without_trace(mail.data)),
                                 without_trace(plain.data).replace(source, EMPTY_PICTURE))

    def test_a_picture_that_is_not_displayed_goes_with_its_tag(self):
        _, mail = self.deliver(wire("tracked-not-displayed"))
        self.assertEqual(without_header_of_ours(without_trace(mail.data)), wire("tracked-not-displayed").replace(
            b'<img style="display:none" alt="" src="https://t.shop.example/n/7f3kq9zt2m">', b""))

    def test_in_an_encoded_part_only_the_source_changes_too(self):
        for name in ("tracked-qp", "tracked-base64"):
            with self.subTest(name):
                _, plain = self.deliver(wire(name), self.mta.plain_port)
                _, mail = self.deliver(wire(name))
                (text, html), (new_text, new_html) = leaves(plain.data), leaves(mail.data)
                self.assertEqual(text.as_bytes(), new_text.as_bytes())
                self.assertEqual(html.items(), new_html.items())
                self.assertEqual(new_html.get_payload(decode=True),
                                 html.get_payload(decode=True).replace(LETTER_SOURCE, EMPTY_PICTURE))
                # What lies before the part is as it came.
                upto = mail.data.index(b"Content-Type: text/html")
                self.assertEqual(without_header_of_ours(without_trace(mail.data[:upto])),
                                 without_trace(plain.data[:plain.data.index(b"Content-Type: text/html")]))

    def test_charsets_that_cannot_be_spliced_keep_their_text(self):
        for name, charset, source in (
                ("tracked-utf16", "utf-16", "http://zeitung.example/z/7f3kq9zt2m.png"),
                ("tracked-iso-2022-jp", "iso-2022-jp", "http://shinbun.example/k/7f3kq9zt2m.gif")):
            with self.subTest(name):
                _, mail = self.deliver(wire(name))
                part, = leaves(mail.data)
                before, = leaves(wire(name))
                text = part.get_payload(decode=True).decode(part.get_content_charset()).lstrip("\ufeff")
                expected = before.get_payload(decode=True).decode(charset).replace(source, EMPTY_PICTURE.decode())
                self.assertEqual(text.replace("\r\n", "\n").rstrip("\n"), expected.replace("\r\n", "\n").rstrip("\n"))
                self.assertEqual(part["Subject"], before["Subject"])

    def test_a_visible_picture_with_a_personal_address_keeps_its_place(self):
        _, mail = self.deliver(wire("tracked-digest"))
        self.assertIn(b'width="600" height="200" alt="Spring"', mail.data)
        self.assertNotIn(hashlib.md5(MEMBER.encode()).hexdigest().encode(), mail.data)

    def test_pictures_links_and_texts_of_the_rest_stay(self):
        _, mail = self.deliver(wire("tracked-html-only"))
        self.assertIn(b'<img src="https://shop.example/logo.png" width="200" height="60" alt="Shop">', mail.data)
        _, mail = self.deliver(wire("tracked-recon-news"))
        self.assertIn(b'<a href="https://www.dailyobserver.example/world/strait-vote">', mail.data)

    def test_a_large_attachment_is_identical(self):
        attachment = base64.encodebytes(os.urandom(self.attachment_mb * 1024 * 1024 * 57 // 78)).replace(b"\n", b"\r\n")
        message = (b"From: a@b.example\r\nSubject: big\r\nMIME-Version: 1.0\r\n"
                   b"Content-Type: multipart/mixed; boundary=big\r\n\r\n--big\r\nContent-Type: text/html\r\n\r\n"
                   b"<p>See the file.</p>%s\r\n--big\r\nContent-Type: application/zip; name=a.zip\r\n"
                   b"Content-Transfer-Encoding: base64\r\n\r\n" + attachment + b"--big--\r\n")
        self.assertUntouched(message.replace(b"%s", b"", 1))
        pixel = b'<img src="http://t.example/p" width="1" height="1">'
        _, mail = self.deliver(message.replace(b"%s", pixel, 1))
        self.assertTrue(without_header_of_ours(without_trace(mail.data)) == message.replace(
            b"%s", pixel.replace(b"http://t.example/p", EMPTY_PICTURE), 1), "more than the source changed")

    def test_one_body_serves_all_recipients(self):
        other = hashlib.sha256(b"second@parl.example").hexdigest().encode()
        message = wire("tracked-digest").replace(hashlib.md5(MEMBER.encode()).hexdigest().encode(), other)
        people = [MEMBER, "second@parl.example", "third@else.example"]
        _, mail = self.deliver(message, recipients=people)
        self.assertEqual(sorted(mail.recipients), sorted(people))
        self.assertNotIn(other, mail.data)
        self.assertNoToken(mail.data)

    def test_several_messages_on_one_connection_do_not_mix(self):
        names = ["tracked-recon-news", "clean-plain-note", "tracked-qp", "clean-newsletter", "tracked-css"] * 3
        with Client(self.mta.port) as client:
            for number, name in enumerate(names):
                self.assertTrue(client.send(wire(name), recipients=[f"to{number}@parl.example"]).accepted)
        self._check_batch(names)

    def test_pipelined_messages_do_not_mix(self):
        names = ["clean-plain-note", "tracked-recon-news", "clean-newsletter", "tracked-html-only"] * 4
        with Client(self.mta.port) as client:
            fates = client.send_in_one_breath(
                [(wire(name), "s@news.example", [f"to{number}@parl.example"]) for number, name in enumerate(names)])
        self.assertTrue(all(fate.accepted for fate in fates), fates)
        self._check_batch(names)

    def _check_batch(self, names):
        mails = {mail.recipients[0]: mail for mail in self.mta.sink.wait(len(names))}
        for number, name in enumerate(names):
            data = without_header_of_ours(without_trace(mails[f"to{number}@parl.example"].data))
            if name.startswith("clean-"):
                self.assertEqual(data, wire(name))
            else:
                self.assertNoToken(data)
                self.assertIn(wire(name).split(b"\r\n", 1)[0], data)

    def test_a_reset_between_two_messages_forgets_the_first(self):
        with Client(self.mta.port) as client:
            client.command("MAIL FROM:<a@b.example>")
            client.command("RCPT TO:<other@parl.example>")
            client.command("RSET")
            self.assertTrue(client.send(wire("tracked-recon-news")).accepted)
        mail, = self.mta.sink.wait(1)
        self.assertEqual(mail.recipients, [MEMBER])
        self.assertNoToken(mail.data)

    def test_every_message_gets_one_log_line_that_begins_with_its_queue_id(self):
        for name in ("tracked-recon-news", "clean-plain-note", "clean-newsletter"):
            with self.subTest(name):
                reply, _ = self.deliver(wire(name))
                line = self.ward.line_of(reply.queue_id)
                self.assertEqual(self.ward.lines_of(reply.queue_id), [line])
                for key in ("action=", "rules=", "refs=", "stripped=", "hosts=", "from=", "mode=enforce", "ms=", "mid=<"):
                    self.assertIn(" " + key, line)

    def test_a_probe_and_a_half_open_connection_harm_nobody(self):
        with socket.socket(socket.AF_UNIX) as half:
            half.connect(self.ward.socket)
            half.send(b"\0\0\0")
            with socket.socket(socket.AF_UNIX) as garbage:
                garbage.connect(self.ward.socket)
                garbage.send(b"GET / HTTP/1.0\r\n\r\n" * 100)
            for _ in range(20):
                self.assertTrue(self.ward.answers())
            _, mail = self.deliver(wire("tracked-recon-news"))
            self.assertNoToken(mail.data)


class RemoteContentAll(case.OutsideTest):
    options = {"RemoteContent": "all"}

    def test_everything_remote_goes_and_the_layout_stays(self):
        _, mail = self.deliver(wire("clean-newsletter"))
        self.assertNotRegex(mail.data, rb'src="?https?:')
        self.assertIn(b'width="600" height="140" alt="The Harbour Letter"', mail.data)
        self.assertIn(b'<a href="https://harbour-letter.example/leave">', mail.data)

    def test_mail_without_remote_references_arrives_byte_for_byte(self):
        for name in mail_names("clean-"):
            if name != "clean-newsletter":
                with self.subTest(name):
                    self.assertUntouched(wire(name))


class LongLines(case.OutsideTest):
    # Postfix's own default: it breaks what is longer on the way out.
    mta_settings = {"smtp_line_length_limit": "998"}

    def test_lines_that_postfix_breaks_are_broken_as_without_us(self):
        for length in (997, 998, 999, 2047, 2048, 2049, 5000):
            with self.subTest(length):
                self.assertUntouched(b"Subject: long\r\n\r\n" + b"y" * length + b"\r\nend\r\n")
        _, mail = self.deliver(wire("tracked-long-line"))
        self.assertNoToken(mail.data)


if __name__ == "__main__":
    unittest.main()
