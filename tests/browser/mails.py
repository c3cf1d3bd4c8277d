"""Mails around pieces of HTML, what pixelctl makes of them, and the HTML that a client would show."""

import base64
import email
import email.policy
import json
import os
import quopri
import subprocess

from e2e import pixelward, scratch


def make(name, html):
    """One HTML mail, CRLF line ends. Its encoding goes by its name, so that every encoding gets its share."""
    body, how = html.encode(), len(name) * 7 + ord(name[-1])
    if how % 3 == 1 and html.endswith(">") and b"\0" not in body:
        encoding, body = "quoted-printable", quopri.encodestring(body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    elif how % 3 == 2 and html.endswith(">") and not any(c in body for c in b"\r\0\f") and max(map(len, body.split(b"\n"))) < 998:
        encoding, body = "8bit", body.replace(b"\n", b"\r\n")
    else:
        encoding, body = "base64", base64.encodebytes(body).replace(b"\n", b"\r\n")
    return (f"From: The Letter <news@letter.example>\r\nTo: member@parl.example\r\nSubject: {name}\r\n"
            f"Date: Mon, 6 Apr 2026 06:00:00 +0200\r\nMessage-ID: <{name}@letter.example>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
            ).encode() + body + (b"" if body.endswith(b"\r\n") else b"\r\n")


def html_of(data):
    """The HTML part's bytes and its media type with charset. Pictures of the mail itself become data: URLs."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    shown, kind, inside = b"", "text/html; charset=utf-8", {}
    for part in message.walk():
        if part.get_content_type() == "text/html":
            shown = part.get_payload(decode=True) or b""
            kind = "text/html; charset=" + (part.get_content_charset() or "us-ascii")
        elif part.get("Content-ID"):
            picture = base64.b64encode(part.get_payload(decode=True) or b"").decode()
            inside[part["Content-ID"].strip("<> ")] = f"data:{part.get_content_type()};base64,{picture}"
    for name, url in inside.items():
        shown = shown.replace(b"cid:" + name.encode(), url.encode())
    return shown, kind


class Scanned:
    """One run of pixelctl scan over many mails: {name: bytes}."""

    def __init__(self, mails, **options):
        self._folder = scratch.make_folder("mails")
        try:
            for folder in ("in", "out"):
                os.mkdir(f"{self._folder}/{folder}")
            for name, data in mails.items():
                with open(f"{self._folder}/in/{name}.eml", "wb") as file:
                    file.write(data)
            settings = dict(pixelward.DEFAULTS, StateDir=self._folder, **options)
            pixelward.write_config(self._folder + "/conf", settings)
            self.reports, self.delivered, self.errors = {}, {}, ""
            names = list(mails)
            for begin in range(0, len(names), 500):
                self._scan(names[begin:begin + 500])
        finally:
            scratch.remove_folder(self._folder)

    def _scan(self, names):
        files = [f"{self._folder}/in/{name}.eml" for name in names]
        run = subprocess.run([pixelward.CTL, "scan", "-c", self._folder + "/conf", "--json", "--rewrite",
                              self._folder + "/out", *files], capture_output=True, check=False)
        self.errors += run.stderr.decode("utf-8", "replace")
        for line in run.stdout.decode("utf-8", "replace").splitlines():
            report = json.loads(line)
            self.reports[os.path.basename(report["file"])[:-4]] = report
        for name in names:
            path = f"{self._folder}/out/{name}.eml"
            if os.path.exists(path):  # held mail has none
                with open(path, "rb") as file:
                    self.delivered[name] = file.read()
