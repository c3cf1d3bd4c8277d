"""The end of the line: an SMTP server that keeps every message byte for byte."""

import socket
import threading
import time

from .scratch import Patience, Timeout


class Mail:
    def __init__(self, sender, recipients, data):
        self.sender = sender
        self.recipients = recipients
        self.data = data  # as delivered: CRLF line ends, dots unstuffed

    @property
    def header(self):
        return self.data.split(b"\r\n\r\n", 1)[0] + b"\r\n"

    @property
    def body(self):
        return self.data.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in self.data else b""

    def fields(self, name):
        """Every header field of that name, unfolded, in order."""
        lines, found = self.header.split(b"\r\n"), []
        for line in lines:
            if line[:1] in (b" ", b"\t") and found:
                found[-1] += line
            elif line:
                found.append(line)
        prefix = name.lower().encode() + b":"
        return [field[len(prefix):].strip().decode("latin-1") for field in found if field.lower().startswith(prefix)]


class Sink:
    def __init__(self):
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(200)
        self.port = self._listener.getsockname()[1]
        self._changed = threading.Condition()
        self._mails, self._closed = [], False
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._closed = True
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def mails(self):
        with self._changed:
            return list(self._mails)

    def clear(self):
        with self._changed:
            self._mails.clear()

    def wait(self, count, seconds=None):
        """The mails, once there are at least count."""
        return self._wait(lambda: list(self._mails) if len(self._mails) >= count else None,
                          lambda: f"{len(self._mails)} of {count} mails were delivered", seconds)

    def find(self, marker, seconds=None):
        """The one mail whose data contains marker, once it is delivered."""
        return self._wait(lambda: next((mail for mail in self._mails if marker in mail.data), None),
                          lambda: f"no mail with {marker!r} was delivered", seconds)

    def _wait(self, find, missed, seconds):
        patience = Patience(seconds)
        with self._changed:
            while (found := find()) is None:
                if patience.is_over():
                    raise Timeout(missed())
                self._changed.wait(0.5)
            return found

    def _accept(self):
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
            except (OSError, RuntimeError):  # no descriptor or no thread is left just now: whoever waits comes next
                time.sleep(0.01)

    def _serve(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                # Otherwise every second answer to a pipelining client waits 40 ms for an acknowledgement.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._dialogue(lines, lambda text: connection.sendall(text + b"\r\n"))
            except OSError:
                pass  # the client went away

    def _dialogue(self, lines, say):
        sender, recipients = None, []
        say(b"220 sink.example ESMTP")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"EHLO":
                say(b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 0")
            elif verb == b"MAIL":
                sender, recipients = _path(line), []
                say(b"250 ok")
            elif verb == b"RCPT":
                recipients.append(_path(line))
                say(b"250 ok")
            elif verb == b"DATA":
                say(b"354 go on")
                data = _read_data(lines)
                if data is None:
                    return
                with self._changed:
                    self._mails.append(Mail(sender, recipients, data))
                    self._changed.notify_all()
                say(b"250 kept")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


def _path(line):
    return line[line.index(b"<") + 1:line.index(b">")].decode("latin-1")


def _read_data(lines):
    chunks = []
    for line in lines:
        if line == b".\r\n":
            return b"".join(chunks)
        chunks.append(line[1:] if line.startswith(b".") else line)
    return None
