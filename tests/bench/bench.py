#!/usr/bin/env python3
"""
bench.py [FOLDER]: what pixelward costs, as ratios of one run on one machine.

FOLDER holds newsletters (*.eml); without it they are made (tests/bench/newsletters.py). Absolute numbers of a busy
or virtual machine mean little; every number here stands beside its floor, measured in turns with it.
"""

import glob
import os
import re
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from bench import newsletters, stress  # noqa: E402
from campaign import measure, world  # noqa: E402
from e2e import pixelward, postfix, redis, scratch  # noqa: E402

TOOLS = pixelward.BUILD + "/tests/bench/"
ROUNDS = 3
SECONDS = float(os.environ.get("PW_BENCH_SECONDS", "3"))

PLAIN = """From: Anna <anna@committee.example>
To: member@parl.example
Subject: Tomorrow
Date: Mon, 6 Apr 2026 08:02:11 +0200
Message-ID: <note@committee.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

""" + "The meeting moves to room 3 and begins at ten. The minutes are where they were.\n" * 60


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command[:3])}: {done.stderr or done.returncode}")
    return done.stdout


def heading(text):
    print("\n" + text)


def row(what, value, goal=None, good=None):
    verdict = "" if goal is None else f"   goal {goal}: {'met' if good else 'NOT met'}"
    print(f"  {what:<62} {value:>18}{verdict}", flush=True)


class Null:
    """The floor: tests/bench/null_milter.c on a socket of its own."""

    def __init__(self):
        self.folder = scratch.make_folder("null")
        self.socket = self.folder + "/s"
        self.process = subprocess.Popen([TOOLS + "null_milter", "unix:" + self.socket])
        scratch.wait_until(lambda: os.path.exists(self.socket), "the null milter")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        scratch.stop(self.process, "the null milter", how=signal.SIGINT)  # SIGTERM would take it five seconds
        scratch.remove_folder(self.folder)


def cpu_seconds(pid):
    """Of a process, its children, and those of them that have ended."""
    total = 0
    for each in [pid] + scratch.processes_of(pid):
        try:
            with open(f"/proc/{each}/stat", encoding="ascii") as stat:
                total += sum(map(int, stat.read().rsplit(") ", 1)[1].split()[11:15]))
        except FileNotFoundError:
            pass  # it ended meanwhile
    return total / os.sysconf("SC_CLK_TCK")


def bench_dissecting(files, folder):
    heading(f"Dissect, judge, rewrite and verify, against libgumbo's bare parse of the same HTML (CPU, {len(files)} mails)")
    plain = folder + "/plain.eml"
    with open(plain, "w", encoding="ascii") as file:
        file.write(PLAIN)
    ratios, ours, gumbos, html = [], 0, 0, 0
    for line in run(TOOLS + "dissect_bench", ROOT + "/rules", "20", *files, plain).splitlines():
        name, _, html_bytes, pipeline_us, gumbo_us = line.split("\t")
        if name == plain:
            plain_ms = float(pipeline_us) / 1000
        elif float(gumbo_us) > 0:
            ratios.append(float(pipeline_us) / float(gumbo_us))
            ours, gumbos, html = ours + float(pipeline_us), gumbos + float(gumbo_us), html + int(html_bytes)
    if ratios:
        row("libgumbo alone", f"{html / gumbos:.1f} MB/s")
        row("all of them, ratio of sums", f"{ours / gumbos:.2f} x", "<= 1.5", ours / gumbos <= 1.5)
        row("ratio of one mail: median / worst", f"{statistics.median(ratios):.2f} / {max(ratios):.2f} x")
    row("a mail without HTML (5 kB)", f"{plain_ms:.3f} ms", "< 0.3", plain_ms < 0.3)


def bench_lists():
    heading("Lists: a URL that is on none of 100,000 entries against one that is on none of 10, and loading")
    for line in run(TOOLS + "list_bench").splitlines():
        what, *fields = line.split("\t")
        if what == "url":
            few, many = float(fields[1]), float(fields[2])
            row(f"{fields[0]}: a URL against 10 / 100,000 entries", f"{few:.0f} / {many:.0f} ns {many / few:5.2f} x", "<= 2",
                many / few <= 2)
        elif what == "load":
            row(f"a file of {int(fields[0]):,} domains is loaded in", fields[1] + " s", "< 1", float(fields[1]) < 1)
        else:
            row(f"a file of {int(fields[0]):,} filters is loaded in", fields[1] + " s")


# Each about something that no measured URL has; two more selections are shared by all.
RULE = """rule: pw.r{0}
title: R
status: enforce
level: low
detect:
  s: {{each: {1}}}
  tiny: {{each: reference, width|lte: 3}}
  spacer: {{each: reference, spacer: true}}
  condition: s and tiny and not spacer
action: {{tag: true}}
tests: [{{name: none, html: x, expect: {{match: false}}}}]
"""
SHAPES = ("reference, url.host|in: h{0}.example", "reference, url|contains: /beacon{0}/, url.opaque: true",
          "reference, url|re: '/tr{0}-[0-9]+'", "reference, url|abp: '||abp{0}.example^$image'",
          "reference, url.path|endswith: /open{0}.gif", "message, from.domain|in: from{0}.example",
          "link, url.domain: l{0}.example")


def make_rules(folder, rules, entries):
    os.makedirs(folder + "/lists.d")
    for first in range(0, rules, 100):
        with open(f"{folder}/r{first}.yaml", "w", encoding="ascii") as file:
            file.write("---\n".join(RULE.format(i, SHAPES[i % len(SHAPES)].format(i))
                                    for i in range(first, min(first + 100, rules))))
    for name, head, line in (("domains", "", "listed{0}.example\n"), ("filters", "! x\n", "/lure/c{0}x/*.gif$image\n")):
        with open(f"{folder}/lists.d/{name}.txt", "w", encoding="ascii") as file:
            file.write(head + "".join(map(line.format, range(entries // 2))))
    return folder


def bench_rules(folder):
    heading("Rules: a URL of a mail judged by 1,000 rules and 100,000 list entries against 10 of each; none speaks of it")
    for line in run(TOOLS + "rule_bench", make_rules(folder + "/few", 10, 10),
                    make_rules(folder + "/many", 1000, 100000)).splitlines():
        what, *fields = line.split("\t")
        if what == "urls":
            few, many = float(fields[1]), float(fields[2])
            row(f"a mail of {int(fields[0]):,} URLs: one of them", f"{few:,.0f} / {many:,.0f} ns {many / few:5.2f} x", "<= 2",
                many / few <= 2)
        elif what == "load":
            row("the many are loaded in", fields[0] + " s")
        elif float(fields[1]) > 0:
            row(f"{fields[0]}: JIT / interpreter", f"{fields[1]} / {fields[2]} ns {float(fields[2]) / float(fields[1]):5.1f} x")
        else:
            row(f"{fields[0]}: interpreter (there is no JIT here)", fields[2] + " ns")


def bench_redis():
    heading("Redis on a Unix socket: a message with 4 domains, 6 URL templates, 4 windows; median / p99")
    try:
        with redis.Redis(appendonly="no") as server:
            cost = {line.split()[0]: [int(word) for word in line.split()[1:]]
                    for line in run(TOOLS + "redis_bench", "unix:" + server.socket).splitlines()}
    except redis.CannotRun as reason:
        print(f"  not measured: {reason}")
        return
    for key, what, goal in (("ping", "one PING: a round trip", None), ("fresh", "a message with hosts unknown to the cache", 150),
                            ("again", "the same message again within two seconds", None),
                            ("teach", "a lesson, by the journal's thread", None)):
        row(what, "{} / {} us".format(*cost[key]), goal and f"<= {goal}", goal and cost[key][0] <= goal)


WORLDS = (("accounts anywhere", {}), ("accounts at the look-alikes", {"accounts": "hosts"}),
          ("hosts of plain names, list headers", {"names": "plain", "list": "account"}))


def bench_campaign(folder):
    """What a simulated campaign meets; not how long that takes."""
    for what, shape in WORLDS:
        heading(f"A simulated campaign of 1,000 mails among 10,000 ordinary ones, after 10,000 learned: {what}")
        scene = folder + "/world"
        truth = world.make(scene, count=10000, campaign=1000, seed=7, **shape)
        found = measure.measure(measure.replay(pixelward.CTL, scene), truth)
        scratch.remove_folder(scene)
        waits = found["mails_of_host_before_named"].values()
        known = found["pictures_lost_of_known_domains"] / found["pictures"]
        named = found["named_after"] or 10 ** 6
        row("named at its mail", str(found["named_after"]), "<= 5", named <= 5)
        row("hosts named of six; most mails of one before", f"{found['hosts_named']}; {max(waits, default='-')}", "6; <= 3",
            found["hosts_named"] == 6 and max(waits) <= 3)
        row("its beacons delivered live", str(found["live_beacons"]), "0", found["live_beacons"] == 0)
        row("alarms on ordinary mail", str(len(found["alarms_on_ordinary"])), "0", not found["alarms_on_ordinary"])
        row("ordinary pictures lost, of domains that the old mail knew", f"{known:.1%}", "<= 2 %", known <= 0.02)
        row("and of new ones, of which this world has many", f"{found['pictures_lost'] / found['pictures'] - known:.1%}")


def load(socket, connections, files):
    messages, seconds, median, p99, worst = run(
        TOOLS + "milter_load", socket, str(SECONDS), str(connections), *files).split()
    return {"rate": int(messages) / float(seconds), "median": int(median) / 1000, "p99": int(p99) / 1000,
            "worst": int(worst) / 1000, "count": int(messages)}


def bench_direct(ward, null, files, folder):
    heading("Gateway against a null milter that reads the whole body, both directly, 8 connections kept open")
    plain = folder + "/plain.eml"
    for what, mails, goal in (("a mail without HTML", [plain], 0.8), ("newsletters", files, None)):
        best = {"ward": {"rate": 0}, "null": {"rate": 0}}
        cpu = {"ward": [], "null": []}
        for _ in range(ROUNDS):  # in turns, so that a busy minute hits both
            for name, socket, pid in (("null", null.socket, null.process.pid), ("ward", ward.socket, ward.process.pid)):
                before = cpu_seconds(pid)
                result = load(socket, 8, mails)
                cpu[name].append((cpu_seconds(pid) - before) / result["count"] * 1000)
                best[name] = max(best[name], result, key=lambda each: each["rate"])
        ratio = best["ward"]["rate"] / best["null"]["rate"]
        row(f"{what}: null milter / pixelward", f"{best['null']['rate']:,.0f} / {best['ward']['rate']:,.0f} /s")
        if goal:
            row(f"{what}: ratio", f"{ratio:.2f} x", f">= {goal}", ratio >= goal)
        else:
            row(f"{what}: ratio (the null milter parses nothing)", f"{ratio:.2f} x")
        row(f"{what}: CPU of a message, null milter / pixelward", f"{min(cpu['null']):.2f} / {min(cpu['ward']):.2f} ms")
        row(f"{what}: pixelward's median / p99 / worst",
            " / ".join(f"{best['ward'][key]:.1f}" for key in ("median", "p99", "worst")) + " ms")

    sized = near_50_kb(files)
    ours = min(load(ward.socket, 1, [sized])["median"] for _ in range(ROUNDS))
    floor = min(load(null.socket, 1, [sized])["median"] for _ in range(ROUNDS))
    row(f"latency added at the median, one newsletter of {os.path.getsize(sized) / 1000:.0f} kB", f"{ours - floor:.2f} ms",
        "< 4", ours - floor < 4)


def near_50_kb(files):
    return min(files, key=lambda name: abs(os.path.getsize(name) - 50000))


# What they are called, their options, and the goal for the rate against the first.
CREWS = (("none: the gateway's threads read", {"Dissectors": "0"}, None),
         ("one for each processor", {"Dissectors": "auto"}, 0.85),
         ("the same, a fresh one for every question", {"Dissectors": "auto", "DissectorJobs": "1"}, None))


def bench_dissectors(ward, files):
    heading("Dissectors: newsletters, directly, 8 connections kept open")
    best = [0] * len(CREWS)
    for _ in range(ROUNDS):
        for at, (_, options, _) in enumerate(CREWS):
            ward.halt()
            ward.configure(**options)
            ward.start()
            best[at] = max(best[at], load(ward.socket, 8, files)["rate"])
    for (what, _, goal), rate in zip(CREWS, best):
        row(what, f"{rate:,.0f} /s {rate / best[0]:6.2f} x", goal and f">= {goal}", goal and rate / best[0] >= goal)
    ward.halt()
    ward.configure()
    ward.start()


def bench_memory():
    heading(f"Memory: {stress.LARGE} connections, a message of {stress.MEGABYTES} MB with a pixel on each, all ended at once")
    with pixelward.Pixelward(QueueTimeout="300s") as ward:
        messages, most, accepted = stress.memory(ward)
    over = (most - messages) / 1048576
    row("messages / all processes, memory files included", f"{messages / 1048576:,.0f} / {most / 1048576:,.0f} MB")
    row(f"beyond the messages' bytes ({accepted} accepted)", f"{over:.0f} MB", "<= 64",
        over <= 64 and accepted == stress.LARGE)


def p99(values):
    return values[len(values) * 99 // 100] * 1000


def bench_attack():
    heading(f"Innocent mail of {stress.INNOCENT} clients while another one sends bombs on {stress.BOMBERS} connections")
    with pixelward.Pixelward(program=pixelward.PLANTED, KeepPoison="0", DissectTimeout="2s") as ward:
        quiet = stress.waits(ward, 2 * SECONDS, False)
        attacked = stress.waits(ward, 4 * SECONDS, True)
    row("p99 without / with the bombs", f"{p99(quiet):.1f} / {p99(attacked):.1f} ms")
    row("worst without / with the bombs", f"{quiet[-1] * 1000:.1f} / {attacked[-1] * 1000:.1f} ms")
    row("p99, ratio", f"{p99(attacked) / p99(quiet):.1f} x")


class Smtp:
    """smtp-sink behind a private Postfix; rate() sends with smtp-source before it."""

    def __init__(self, milter):
        self.port = scratch.free_port()
        self.process = subprocess.Popen(["smtp-sink", "-u", "postfix", f"127.0.0.1:{self.port}", "1000"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.mta = postfix.Postfix(milter, sink_port=self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.mta.stop()
        scratch.stop(self.process, "smtp-sink")

    def rate(self, sessions, count, file):
        began = time.monotonic()
        run("smtp-source", "-s", str(sessions), "-m", str(count), "-f", "sender@news.example", "-t", "member@parl.example",
            "-M", "client.example", "-F", file, f"127.0.0.1:{self.mta.port}")
        rate = count / (time.monotonic() - began)
        self.mta.wait_empty()
        return rate


def through_postfix(smtps, source, what):
    """Rates without a milter, with the null milter and with pixelward, measured in turns."""
    heading(f"Through Postfix: smtp-source, 8 sessions, {what} of {os.path.getsize(source) / 1000:.0f} kB")
    best = [0, 0, 0]
    for _ in range(ROUNDS):
        best = [max(rate, smtp.rate(8, int(300 * SECONDS), source)) for rate, smtp in zip(best, smtps)]
    row("Postfix without a milter", f"{best[0]:,.0f} /s")
    row("with the null milter", f"{best[1]:,.0f} /s")
    row("with pixelward", f"{best[2]:,.0f} /s")
    row("ratio pixelward / null milter", f"{best[2] / best[1]:.2f} x", ">= 0.8", best[2] / best[1] >= 0.8)


def bench_postfix(ward, null, files, folder):
    source = folder + "/source.eml"
    with open(near_50_kb(files), "rb") as file, open(source, "wb") as out:
        out.write(file.read().replace(b"\r\n", b"\n"))
    with Smtp(None) as bare, Smtp("unix:" + null.socket) as nulled, Smtp("unix:" + ward.socket) as warded:
        through_postfix((bare, nulled, warded), folder + "/plain.eml", "a mail without HTML")
        through_postfix((bare, nulled, warded), source, "a newsletter")


def main():
    folder = scratch.make_folder("bench")
    try:
        given = sys.argv[1] if len(sys.argv) > 1 else ""
        files = sorted(glob.glob(given + "/*.eml")) if given else newsletters.make(folder)
        if not files:
            sys.exit(f"bench: no *.eml in {given}")
        sizes = [os.path.getsize(name) for name in files]
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
            model = re.search(r"model name\s*: (.*)", info.read())
        print(f"{len(files)} newsletters of {min(sizes) / 1000:.0f} to {max(sizes) / 1000:.0f} kB from "
              f"{given or 'tests/bench/newsletters.py'}; {os.cpu_count()} x {model.group(1) if model else '?'}")
        bench_dissecting(files, folder)
        bench_lists()
        bench_rules(folder)
        bench_redis()
        bench_campaign(folder)
        try:
            with pixelward.Pixelward() as ward, Null() as null:
                bench_direct(ward, null, files, folder)
                bench_dissectors(ward, files)
                bench_memory()
                bench_attack()
                postfix.check_machine()
                bench_postfix(ward, null, files, folder)
        except postfix.CannotRun as reason:
            print(f"\nnot measured: {reason}")
    finally:
        scratch.remove_folder(folder)


if __name__ == "__main__":
    main()
