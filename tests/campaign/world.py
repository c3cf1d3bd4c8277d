#!/usr/bin/env python3
"""
Writes a simulated world of mail: world.py DIR [--ordinary N] [--campaign N] [--seed S] [--shape KEY=VALUE]...

DIR/first and DIR/first.tsv: ordinary mail that came before. DIR/second and DIR/second.tsv: as much again, in which hosts appear
that nobody had seen, and a campaign. DIR/watch.txt: who is watched. DIR/truth.json: what is what. The same seed gives the same
bytes.
"""

import argparse
import email.utils
import json
import os
import random
import sys

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from campaign import attack, ordinary  # noqa: E402

BASE = 1767600000  # Unix time of the first mail
DAY = 86400
HALF = 30 * DAY
CAMPAIGN = 5 * DAY  # its begin in the second half


def mail_of(letter, number, time):
    fields = [("Received", f"from mx.example by gate.parl.example; {email.utils.formatdate(time)}"),
              ("From", f'"{letter.name}" <{letter.mailbox}>'), ("To", ", ".join(letter.recipients)), ("Subject", letter.subject),
              ("Date", email.utils.formatdate(time)), ("Message-ID", f"<{number}.{time}@{letter.mailbox.split('@')[1]}>"),
              *letter.headers, ("MIME-Version", "1.0")]
    html = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + letter.html + "\n"
    if letter.calendar:
        fields.append(("Content-Type", 'multipart/mixed; boundary="=b"'))
        html = (f"--=b\n{html}\n--=b\nContent-Type: text/calendar; method=REQUEST\n\n" + letter.calendar.replace("\r", "") +
                "\n--=b--\n")
        head = "".join(f"{name}: {value}\n" for name, value in fields) + "\n"
        return head + html
    return "".join(f"{name}: {value}\n" for name, value in fields) + html


class Half:
    def __init__(self, folder, name):
        self.folder, self.rows = os.path.join(folder, name), []
        os.makedirs(self.folder, exist_ok=True)
        self.table = self.folder + ".tsv"

    def write(self, letters, start, truth):
        for number, (time, kind, letter) in enumerate(letters):
            file = f"{number:06d}.eml"
            with open(os.path.join(self.folder, file), "w", encoding="utf-8", newline="\n") as out:
                out.write(mail_of(letter, number, time))
            self.rows.append("\t".join([file, f"198.51.100.{number % 250}", "mx." + letter.mailbox.split("@")[1], letter.mailbox,
                                        ",".join(letter.recipients), str(time - start)]))
            truth[file] = {"kind": kind, "pictures": letter.pictures, "beacons": letter.beacons}
        with open(self.table, "w", encoding="utf-8") as out:
            out.write("\n".join(["file\tclient_ip\thelo\tmail_from\trcpt\tt_offset", *self.rows]) + "\n")


def make(folder, count=600, campaign=60, seed=1, **shape):
    """shape: of the campaign, attack.SHAPES."""
    dice = random.Random(seed)
    members = [f"member{n}@parl.example" for n in range(300)]
    staff = [f"staff{n}@parl.example" for n in range(200)]
    stream = ordinary.Ordinary(dice, members, staff)
    attacker = attack.Campaign(random.Random(f"{seed} {sorted(shape.items())}"), campaign, shape)
    truth = {"hosts": attacker.hosts, "accounts": attacker.accounts, "first": {}, "second": {}}
    times = sorted(dice.randrange(HALF) for _ in range(count))
    Half(folder, "first").write([(BASE + t, "ordinary", stream.make(False)) for t in times], BASE, truth["first"])
    start = BASE + HALF
    letters = [(start + t, "ordinary", stream.make(True)) for t in sorted(dice.randrange(HALF) for _ in range(count))]
    targets = members + staff[:100]
    dice = attacker.dice
    dice.shuffle(targets)
    waiting = []
    for number, time in enumerate(sorted(dice.randrange(int(attacker.shape["days"]) * DAY) for _ in range(campaign))):
        if len(waiting) < 6:
            waiting += dice.sample(targets, len(targets))
        to = [waiting.pop() for _ in range(attacker.recipients())]
        letters.append((start + CAMPAIGN + time, "campaign", attacker.letter(number, list(dict.fromkeys(to)))))
    letters.sort(key=lambda entry: entry[0])
    Half(folder, "second").write(letters, letters[0][0], truth["second"])
    with open(os.path.join(folder, "watch.txt"), "w", encoding="utf-8") as out:
        out.write("\n".join(members) + "\n")
    with open(os.path.join(folder, "truth.json"), "w", encoding="utf-8") as out:
        json.dump(truth, out)
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--ordinary", type=int, default=600, help="mails in each half")
    parser.add_argument("--campaign", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", action="append", default=[], metavar="KEY=VALUE",
                        help="of the campaign, attack.SHAPES: list=mailer")
    arguments = parser.parse_args()
    shape = dict(text.partition("=")[::2] for text in arguments.shape)
    for key, value in shape.items():
        if value not in attack.SHAPES.get(key, []):
            parser.error(f"no such shape: {key}={value}")
    make(arguments.folder, arguments.ordinary, arguments.campaign, arguments.seed, **shape)


if __name__ == "__main__":
    main()
