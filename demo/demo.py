#!/usr/bin/env python3
"""
Mails through a private Postfix with pixelward before it and a private Redis behind, and what became of them.

Each of the first goes in twice, with the filter and without it: what differs is what
pixelward did. Nothing of the machine's own mail system is touched, and nothing is left behind. Exit status 0 if
everything is as promised.
"""

import signal
import sys

# Before anything else is loaded: whoever presses Ctrl-C early sees no stack of calls.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

import difflib  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests"))

import campaign_act  # noqa: E402
from e2e import case, pixelward, postfix, redis  # noqa: E402
from e2e.client import send  # noqa: E402
from paper import bold, dim, green, red, row  # noqa: E402

MEMBER = "member@parl.example"
MAILS = [
    ("tracked-recon-news", "A news mail that is none: its pixel tells the sender who opened it, when and where",
     {"action": "neutralise", "gone": b"7f3kq9zt2m"}),
    ("clean-newsletter", "An ordinary newsletter with pictures and a spacer",
     {"action": "deliver"}),
    ("clean-plain-note", "A plain note from a colleague",
     {"action": "deliver"}),
]

def header_field(message, name):
    found = re.search(rb"(?im)^" + name + rb":\s*(.*?)\r?$", message)
    return found.group(1).decode("utf-8", "replace") if found else ""


def show_difference(before, after):
    lines = [data.decode("utf-8", "replace").split("\r\n") for data in (before, after)]
    for line in list(difflib.unified_diff(*lines, lineterm="", n=1))[2:]:
        if line.startswith("@@"):
            continue
        colour = red if line.startswith("-") else green if line.startswith("+") else dim
        print(" " * 15 + colour(line[:150]))


def same_bytes(before, after):
    """How many bytes of before are in after, in their order and at its ends: what a splice leaves alone."""
    head = len(os.path.commonprefix([before, after]))
    tail = len(os.path.commonprefix([before[head:][::-1], after[head:][::-1]]))
    return head + tail


def show(number, name, title, promise, mta, ward):
    """Send it, print what became of it, and return what was not as promised."""
    message = case.wire(name)
    print(f"\n{bold(f'{number}. {title}')}")
    row("From", header_field(message, b"From"))
    row("Subject", header_field(message, b"Subject"))

    began = time.monotonic()
    reply = send(mta.port, message, recipients=[MEMBER])
    if not reply.accepted:
        row("Refused", repr(reply), red)
        return [f"{name}: {reply}"]
    mail = mta.sink.wait(1)[0]
    milliseconds = (time.monotonic() - began) * 1000
    mta.sink.clear()
    send(mta.plain_port, message, recipients=[MEMBER])
    alone = case.without_trace(mta.sink.wait(1)[0].data)
    mta.sink.clear()
    delivered = case.without_trace(mail.data)
    log_line = ward.line_of(reply.queue_id)
    found = pixelward.scan("--json", "--rcpt", MEMBER, "-", stdin=message).object

    stripped = [reference for reference in found["references"] if reference["decision"] == "strip"]
    kept = [reference for reference in found["references"] if reference["decision"] == "keep"]
    row("Delivered", f"{'neutralised' if stripped else 'unchanged'}, to {', '.join(mail.recipients)}, "
        f"{milliseconds:.0f} ms from end to end")
    for reference in stripped:
        row("Made inert", f"{reference['url']}  ({reference['kind']}, part {reference['part']})", red)
        for reason in reference["reasons"]:
            row("", "because " + reason)
    if kept:
        pictures = sum(reference["trigger"] != "click" for reference in kept)
        links = len(kept) - pictures
        row("Kept", ", ".join(f"{count} {what}{'s' * (count != 1)}" for count, what in
                              ((pictures, "remote picture"), (links, "link")) if count))
    if delivered == alone:
        row("The rest", f"identical, {len(delivered):,} bytes: as Postfix delivers it without pixelward", green)
    else:
        row("Difference", "to what Postfix delivers without pixelward:")
        show_difference(alone, delivered)
        bare = case.without_header_of_ours(delivered)
        row("The rest", f"identical, {same_bytes(alone, bare):,} of {len(alone):,} bytes", green)
    row("Log", log_line)

    broken = []
    if f"action={promise['action']}" not in log_line or found["action"] != promise["action"]:
        broken.append(f"{name}: expected action={promise['action']}")
    if "gone" in promise:
        if promise["gone"] in case.readable(delivered):
            broken.append(f"{name}: the tracker arrived")
        if not stripped:
            broken.append(f"{name}: nothing was made inert")
        if same_bytes(alone, case.without_header_of_ours(delivered)) < len(alone) - 200:
            broken.append(f"{name}: more changed than the tracker")
    elif delivered != alone:
        broken.append(f"{name}: it should have arrived as it was")
    return broken


def ask_root():
    if os.geteuid() == 0:
        return
    print("Postfix's master process needs root: asking sudo.", flush=True)
    kept = [f"{name}={os.environ[name]}" for name in ("BUILD", "SANITIZER", "NO_COLOR", "TERM") if name in os.environ]
    try:
        os.execvp("sudo", ["sudo", "env", *kept, sys.executable, os.path.abspath(__file__)])
    except OSError:
        sys.exit("There is no sudo here: run this as root.")


class Interrupted(BaseException):
    """Ctrl-C, or another wish that we end."""


def interrupted(number, _):
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)  # once is enough: cleaning up takes a moment
    raise Interrupted(number)


def main():
    ask_root()
    broken = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        with redis.Redis() as server, pixelward.Pixelward(Redis="unix:" + server.socket) as ward, \
                postfix.Postfix("unix:" + ward.socket) as mta:
            version = subprocess.run([pixelward.DAEMON, "-V"], capture_output=True, text=True, check=False)
            print(f"{bold(version.stdout.split(chr(10))[0] or 'pixelward')} before a private Postfix on "
                  f"127.0.0.1:{mta.port} and a private Redis, Mode enforce, RemoteContent trackers")
            for number, (name, title, promise) in enumerate(MAILS, 1):
                broken += show(number, name, title, promise, mta, ward)
            print(f"\n{bold(f'{len(MAILS) + 1}. Many accounts, many hosts, a beacon for each member: a campaign that no list knows')}")
            broken += campaign_act.show(mta, ward, len(MAILS))
    except (postfix.CannotRun, redis.CannotRun) as reason:
        sys.exit(f"The demo cannot run here: {reason}")
    except Interrupted as signal_number:
        print("\nInterrupted; everything that was started is stopped.")
        return 128 + signal_number.args[0]
    print()
    for text in broken:
        print(red("Not as promised: " + text))
    if not broken:
        print("Everything that was started is stopped, nothing is left behind.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
