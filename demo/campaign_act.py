"""The demo's last act: old mail is learned, strangers write to members, and a campaign shows itself."""

import json
import subprocess

from campaign import world
from e2e import pixelward, scratch
from e2e.client import send
from paper import green, red, row

SEED = 4  # of the simulated world: the same mails in every demo
MOST_MAILS = 8


def ctl(ward, *arguments):
    done = subprocess.run([pixelward.CTL, *arguments, "-c", ward.config_file], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise AssertionError(f"pixelctl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def counted(ward):
    """Messages in the journal and in Redis (None: it did not answer), and how many of them nobody has learned from yet."""
    stats = json.loads(ctl(ward, "stats", "--json"))
    in_redis = stats["redis"].get("all", {}).get("messages")
    return stats["totals"]["messages"], in_redis, stats["journal"]["unlearned"]


def wait_counted(ward, messages):
    """What a mail teaches is known a moment after it."""
    try:
        scratch.wait_until(lambda: counted(ward) == (messages, messages, 0), "the counts")
    except scratch.Timeout:
        raise AssertionError(f"{messages} mails were sent; in the journal, in Redis, not learned: {counted(ward)}") from None


def campaign_lines(ward):
    return [line.split(": ", 1)[1] for line in ward.log.splitlines() if " campaign=" in line and "shows itself" in line]


def tell_mail(number, sender, recipients, beacon, held):
    row(f"Mail {number}", f"{sender} to {len(recipients)} {'person' if len(recipients) == 1 else 'people'}, "
        f"{'held' if held else 'delivered'}; made inert:")
    row("", beacon[:92], red)


def write(folder, truth, mta, ward, judged):
    """Mails of the campaign, one after the other, until it has shown itself and two more have come: broken, how many."""
    broken, named_at = [], None
    with open(folder + "/second.tsv", encoding="utf-8") as table:
        rows = [line.rstrip("\n").split("\t") for line in table]
    rows = [row for row in rows[1:] if truth["second"][row[0]]["kind"] == "campaign"]
    for number, (file, _, _, sender, recipients, _) in enumerate(rows[:MOST_MAILS], 1):
        recipients, beacon = recipients.split(","), truth["second"][file]["beacons"][0]
        with open(f"{folder}/second/{file}", "rb") as mail:
            reply = send(mta.port, mail.read().replace(b"\n", b"\r\n"), sender=sender, recipients=recipients)
        wait_counted(ward, judged + number)
        held = " action=hold " in ward.line_of(reply.queue_id)
        tell_mail(number, sender, recipients, beacon, held)
        if not held and beacon.encode() in mta.sink.wait(1)[0].data:
            broken.append(f"mail {number} of the campaign: its beacon arrived")
        mta.sink.clear()
        if named_at is None and campaign_lines(ward):
            named_at = number
            row("Log", campaign_lines(ward)[0], green)
        elif named_at is not None and number == named_at + 2:
            break
    return broken + ([] if named_at else ["no campaign showed itself"]), number


def show(mta, ward, judged):
    """judged: messages that came before. What was not as promised."""
    folder = scratch.make_folder("world")
    try:
        truth = world.make(folder, count=300, campaign=2 * MOST_MAILS, seed=SEED)
        ward.configure(Redis=ward.options["Redis"], RemoteContent="unvouched", Group=f"watch {folder}/watch.txt")
        ctl(ward, "reload")
        row("Learned", ctl(ward, "learn", folder + "/first").strip().removeprefix("learned ").partition("; kept in")[0])
        row("", "whose hosts are vouched for from now on; others' content is made inert (RemoteContent unvouched)")
        broken, sent = write(folder, truth, mta, ward, judged)
        if broken:
            return broken
        listed = json.loads(ctl(ward, "campaign", "list", "--json").splitlines()[0])
        row("Campaign", f"{listed['campaign']}: {', '.join(listed['hosts'])}")
        why = ctl(ward, "why", listed["hosts"][0].split(".", 1)[1]).splitlines()
        row("Why", "; ".join(" ".join(line.split()) for line in why[:3]))
    finally:
        scratch.remove_folder(folder)
    wait_counted(ward, judged + sent)
    row("Counted", f"{judged + sent} mails sent, {judged + sent} in the journal, {judged + sent} in Redis", green)
    return []
