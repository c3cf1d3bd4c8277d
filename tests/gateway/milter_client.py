"""The MTA's side of the milter protocol (version 6), spoken as Postfix and Sendmail do.

    with MilterClient("unix:/run/pixelward/pixelward.sock") as mta:
        mta.negotiate()
        mta.connect("mail.example.net", "192.0.2.1")
        answer = mta.send(open("mail.eml", "rb").read(), "a@example.net", ["b@example.org"])
        print(answer.verdict, answer.apply())

A command that the filter asked away is not sent; one that it does not reply to is not waited for.
"""
import socket
import struct

# Actions and protocol steps that Postfix 3.7 and Sendmail 8.17 offer.
ALL_ACTIONS = 0x1FF
ALL_STEPS = 0x1FFFFF

ADDHDRS, CHGBODY, ADDRCPT, DELRCPT, CHGHDRS, QUARANTINE = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
SETSYMLIST = 0x100

NOCONNECT, NOHELO, NOMAIL, NORCPT, NOBODY, NOHDRS, NOEOH = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40
NR_HDR, NOUNKNOWN, NODATA, SKIP = 0x80, 0x100, 0x200, 0x400
NR_CONN, NR_HELO, NR_MAIL, NR_RCPT, NR_DATA = 0x1000, 0x2000, 0x4000, 0x8000, 0x10000
NR_EOH, NR_BODY, HDR_LEADSPC = 0x40000, 0x80000, 0x100000

# command: (asked away by, not answered if)
STEPS = {
    b"C": (NOCONNECT, NR_CONN), b"H": (NOHELO, NR_HELO), b"M": (NOMAIL, NR_MAIL), b"R": (NORCPT, NR_RCPT),
    b"T": (NODATA, NR_DATA), b"L": (NOHDRS, NR_HDR), b"N": (NOEOH, NR_EOH), b"B": (NOBODY, NR_BODY),
}
# Where the macros of a command stand in the filter's list of wanted ones.
MACRO_STAGES = {b"C": 0, b"H": 1, b"M": 2, b"R": 3, b"T": 4, b"E": 5, b"N": 6}

VERDICTS = {b"a": "accept", b"c": "continue", b"d": "discard", b"r": "reject", b"t": "tempfail",
            b"y": "replycode", b"s": "skip"}
CHUNK = 65535


class MilterError(Exception):
    """The filter closed the connection or said something that is no milter protocol."""


class Answer:
    """What the filter replied at the end of a message (or to one command)."""

    def __init__(self):
        self.verdict = None         # a word of VERDICTS
        self.reply = ""             # the SMTP reply that comes with it
        self.added = []             # [(name, value)]
        self.inserted = []          # [(index, name, value)]
        self.changed = []           # [(name, index, value)] in the filter's order; value "" deletes
        self.body = None            # replacement, or None
        self.quarantine = None      # reason, or None
        self.headers = []           # the message's own fields, [(name, value)] as the MTA holds them
        self.original_body = b""

    @property
    def accepted(self):
        return self.verdict in ("accept", "continue")

    @property
    def unchanged(self):
        return not (self.added or self.inserted or self.changed or self.quarantine) and self.body is None

    def apply(self):
        """The message as the MTA would deliver it, or None if it would not."""
        if not self.accepted:
            return None
        fields = [list(field) for field in self.headers]
        for name, index, value in self.changed:
            own = [f for f in fields if f[0].lower() == name.lower()]
            if index > len(own):
                if value:
                    fields.append([name, value])
            elif value:
                own[index - 1][1] = value
            else:
                fields = [f for f in fields if f is not own[index - 1]]
        for index, name, value in self.inserted:
            fields.insert(index, [name, value])
        fields += [[name, value] for name, value in self.added]
        head = b"".join(name.encode("latin-1") + b":" + value.encode("latin-1").replace(b"\n", b"\r\n") + b"\r\n"
                        for name, value in fields)
        return head + b"\r\n" + (self.original_body if self.body is None else self.body)


def split_message(raw):
    """([(name, value)], body): values keep the space behind the colon and fold with LF, as MTAs hold them."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1] += "\n" + line.decode("latin-1")
        elif b":" in line:
            name, value = line.split(b":", 1)
            fields.append([name.decode("latin-1"), value.decode("latin-1")])
    return [tuple(field) for field in fields], body


class MilterClient:
    def __init__(self, address, timeout=60):
        kind, _, rest = address.partition(":")
        if kind in ("unix", "local"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(rest)
        else:
            port, _, host = rest.partition("@")
            self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout)
        self.actions = self.steps = 0
        self.symbols = {}           # stage: macros that the filter wants; a missing stage wants the default

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.socket.close()

    # Packets: length of what follows (32 bit, network order), one letter, data.

    def write(self, command, data=b""):
        self.socket.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def read_exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise MilterError("the filter closed the connection")
            data += piece
        return data

    def read(self):
        length = struct.unpack("!I", self.read_exactly(4))[0]
        packet = self.read_exactly(length)
        return packet[:1], packet[1:]

    def negotiate(self, actions=ALL_ACTIONS, steps=ALL_STEPS, version=6):
        self.write(b"O", struct.pack("!III", version, actions, steps))
        command, data = self.read()
        if command != b"O":
            raise MilterError("no negotiation but %r" % command)
        _, self.actions, self.steps = struct.unpack("!III", data[:12])
        if self.actions & ~actions or self.steps & ~steps:
            raise MilterError("asks for what is not offered: %#x %#x" % (self.actions, self.steps))
        rest = data[12:]
        while rest:
            stage = struct.unpack("!I", rest[:4])[0]
            text, _, rest = rest[4:].partition(b"\0")
            self.symbols[stage] = text.decode().split()
        return self

    def macros(self, command, values):
        stage = MACRO_STAGES[command]
        wanted = self.symbols.get(stage)
        pairs = [(name, value) for name, value in values.items() if wanted is None or name in wanted]
        if pairs:
            self.write(b"D", command + b"".join(text.encode() + b"\0" for pair in pairs for text in pair))

    def command(self, letter, data=b"", macros=None):
        """Returns the Answer, or None if this command has none."""
        asked_away, silent = STEPS[letter]
        if self.steps & asked_away:
            return None
        if macros:
            self.macros(letter, macros)
        self.write(letter, data)
        return None if self.steps & silent else self.answer()

    def answer(self, answer=None):
        answer = answer or Answer()
        while True:
            command, data = self.read()
            if command in VERDICTS:
                answer.verdict = VERDICTS[command]
                answer.reply = data.rstrip(b"\0").decode()
                return answer
            self.modification(answer, command, data)

    @staticmethod
    def modification(answer, command, data):
        text = [piece.decode("latin-1") for piece in data.split(b"\0")]
        if command == b"h":
            answer.added.append((text[0], text[1]))
        elif command == b"i":
            name, value = [piece.decode("latin-1") for piece in data[4:].split(b"\0")[:2]]
            answer.inserted.append((struct.unpack("!I", data[:4])[0], name, value))
        elif command == b"m":
            name, value = [piece.decode("latin-1") for piece in data[4:].split(b"\0")[:2]]
            answer.changed.append((name, struct.unpack("!I", data[:4])[0], value))
        elif command == b"b":
            answer.body = (answer.body or b"") + data
        elif command == b"q":
            answer.quarantine = text[0]
        elif command != b"p":   # progress
            raise MilterError("unknown reply %r" % command)

    # The SMTP dialogue.

    def connect(self, name="mail.example.net", address="192.0.2.1", port=4711):
        if address is None:
            data = b"U"
        elif address.startswith("/"):
            data = b"L\0\0" + address.encode() + b"\0"
        else:
            family = b"6" if ":" in address else b"4"
            text = ("IPv6:" + address) if family == b"6" else address
            data = family + struct.pack("!H", port) + text.encode() + b"\0"
        return self.command(b"C", name.encode() + b"\0" + data, {"{client_addr}": address or "unknown", "j": "mx"})

    def helo(self, name="mail.example.net"):
        return self.command(b"H", name.encode() + b"\0", {"{tls_version}": ""})

    def mail(self, sender="sender@example.net", auth=None, queue_id=None):
        macros = {"{mail_addr}": sender}
        if auth:
            macros["{auth_authen}"] = auth
        if queue_id:
            macros["i"] = queue_id
        return self.command(b"M", b"<" + sender.encode() + b">\0", macros)

    def rcpt(self, recipient="rcpt@example.org"):
        return self.command(b"R", b"<" + recipient.encode() + b">\0", {"{rcpt_addr}": recipient})

    def data(self):
        return self.command(b"T")

    def header(self, name, value):
        """value: with the space behind the colon; without HDR_LEADSPC the MTA keeps that to itself."""
        if not self.steps & HDR_LEADSPC and value.startswith(" "):
            value = value[1:]
        return self.command(b"L", name.encode("latin-1") + b"\0" + value.encode("latin-1") + b"\0")

    def end_of_header(self):
        return self.command(b"N")

    def body(self, data):
        answer = None
        for begin in range(0, len(data), CHUNK):
            answer = self.command(b"B", data[begin:begin + CHUNK])
        return answer

    def end_of_message(self, queue_id="4F1xK07dzABC", answer=None):
        self.macros(b"E", {"i": queue_id} if queue_id else {})
        self.write(b"E")
        answer = self.answer(answer)
        if not self.steps & HDR_LEADSPC:    # the MTA puts it there itself
            answer.added = [(name, " " + value) for name, value in answer.added]
            answer.changed = [(name, index, value and " " + value) for name, index, value in answer.changed]
        return answer

    def begin(self, raw, sender="sender@example.net", recipients=("rcpt@example.org",), auth=None):
        """Everything before the end of the message. The Answer so far; its verdict is set if it is over."""
        answer = Answer()
        answer.headers, answer.original_body = split_message(raw)
        mail = self.mail(sender, auth)
        if mail is not None and mail.verdict != "continue":
            answer.verdict, answer.reply = mail.verdict, mail.reply
            return answer
        for recipient in recipients:
            self.rcpt(recipient)
        self.data()
        for name, value in answer.headers:
            self.header(name, value)
        self.end_of_header()
        self.body(answer.original_body)
        return answer

    def send(self, raw, sender="sender@example.net", recipients=("rcpt@example.org",), auth=None,
             queue_id="4F1xK07dzABC"):
        """One whole message. A verdict at MAIL ends it there, as in an MTA."""
        answer = self.begin(raw, sender, recipients, auth)
        return answer if answer.verdict else self.end_of_message(queue_id, answer)

    def abort(self):
        self.write(b"A")

    def quit(self):
        self.write(b"Q")
        self.close()
