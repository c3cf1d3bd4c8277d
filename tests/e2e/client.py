"""An SMTP client that sends exactly the bytes it is given: 8-bit, NUL, bare LF, several messages in one breath."""

import re
import socket

from .scratch import PATIENCE


class Reply:
    def __init__(self, code, text):
        self.code = code
        self.text = text

    @property
    def accepted(self):
        return 200 <= self.code < 300

    @property
    def queue_id(self):
        """Of a message that was accepted: Postfix names it in its answer, and so does Sendmail."""
        found = re.search(r"queued as (\w+)|(\w+) Message accepted", self.text)
        return found.group(1) or found.group(2) if found else None

    def __repr__(self):
        return f"{self.code} {self.text}"


class Client:
    def __init__(self, port, name="client.example"):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=max(PATIENCE, 60))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines = self._socket.makefile("rb")
        self.name = name
        self.banner = self.reply()
        self.ehlo()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._lines.close()
        self._socket.close()

    def write(self, data):
        self._socket.sendall(data)

    def reply(self):
        text = []
        while True:
            line = self._lines.readline()
            if not line:
                raise ConnectionError("the server hung up")
            text.append(line[4:].rstrip(b"\r\n").decode("latin-1"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), "\n".join(text))

    def command(self, line):
        self.write(line.encode("latin-1") + b"\r\n")
        return self.reply()

    def ehlo(self):
        return self.command("EHLO " + self.name)

    def pretend(self, **attributes):
        """Be another client (Postfix's XCLIENT): addr="192.0.2.7", login="ann", name=…"""
        values = " ".join(f"{key.upper()}={value}" for key, value in attributes.items())
        reply = self.command("XCLIENT " + values)
        if reply.code != 220:
            raise ConnectionError(f"XCLIENT: {reply}")
        return self.ehlo()

    def envelope(self, sender, recipients):
        """Up to DATA; the first refusal, or the 354."""
        for line in [f"MAIL FROM:<{sender}>"] + [f"RCPT TO:<{to}>" for to in recipients]:
            reply = self.command(line)
            if not reply.accepted:
                return reply
        return self.command("DATA")

    def send(self, message, sender="sender@news.example", recipients=("member@parl.example",)):
        """One message; the reply that decided its fate."""
        reply = self.envelope(sender, recipients)
        if reply.code != 354:
            return reply
        self.write(data_of(message))
        return self.reply()

    def send_in_one_breath(self, messages):
        """(message, sender, recipients)…: each body and the next envelope leave in one write."""
        fates, waiting = [], b""
        for message, sender, recipients in messages:
            group = [f"MAIL FROM:<{sender}>"] + [f"RCPT TO:<{to}>" for to in recipients] + ["DATA"]
            self.write(waiting + "".join(line + "\r\n" for line in group).encode("latin-1"))
            if waiting:
                fates.append(self.reply())
            replies = [self.reply() for _ in group]
            if replies[-1].code != 354:
                raise ConnectionError(f"no DATA: {replies}")
            waiting = data_of(message)
        self.write(waiting)
        return fates + [self.reply()]

    def quit(self):
        reply = self.command("QUIT")
        self.close()
        return reply


def data_of(message):
    """The DATA section of these bytes: dots stuffed, ended. Line ends stay as they are, as does everything else."""
    stuffed = re.sub(rb"(^|\r\n)\.", rb"\1..", message)
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") or not stuffed else b"\r\n.\r\n")


def send(port, message, sender="sender@news.example", recipients=("member@parl.example",), **pretend):
    """One message on a connection of its own."""
    with Client(port) as client:
        if pretend:
            client.pretend(**pretend)
        reply = client.send(message, sender, recipients)
        client.quit()
        return reply
