"""pixelctl learn, why and ioc: what is learned from old mail, what an analyst says, and what mail gets by it."""

import datetime
import email.utils
import grp
import json
import os
import pwd
import shutil
import subprocess
import unittest

from . import scratch
from .pixelward import CTL, ROOT

MAIL = """From: News <news@{sender}>
To: {to}
Date: {date}
Message-ID: <{id}@{sender}>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>What happened this week</p>{picture}</body></html>
"""
LOGO = '<img src="https://img.{host}/logo.png" width="200" height="80" alt="Logo">'
BEACON = '<img src="https://b.{host}/o/8f3a9c1d2e4b5a67{n:04d}.gif" width="1" height="1">'

RULE = """rule: site.new-host
title: A picture of a host that came up lately
status: enforce
level: low
detect:
  new:
    each: reference
    reputation.first_seen_days|lt: 14
    reputation.vouched: false
    reputation.score|lt: 30
    url.proof: none
  strange: {each: message, sender.reputation.known: false}
  condition: new and strange
action: {strip: new}
tests:
  - name: a new host
    html: '<img src="https://t.example/a.png" width="99" height="99">'
    given: {reputation.first_seen_days: 0, reputation.vouched: false, reputation.score: 0, url.proof: none, sender.reputation.known: false}
    expect: {match: true, strips: t.example}
  - name: nobody was asked
    html: '<img src="https://t.example/a.png" width="99" height="99">'
    given: {sender.reputation.known: false}
    expect: {match: false}
"""


# Old enough for a history, and not so old that it is forgotten.
BEGAN = datetime.datetime.now(datetime.timezone.utc).replace(hour=10, minute=0, second=0) - datetime.timedelta(days=80)


def day(n):
    """Of the mail of that number."""
    return BEGAN + datetime.timedelta(days=n % 28)


class Ctl(unittest.TestCase):
    """A configuration, and pixelctl with it."""

    def setUp(self):
        self.folder = scratch.make_folder("history")
        self.addCleanup(scratch.remove_folder, self.folder)
        self.config = self.path("pixelward.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"StateDir {self.path('state')}\nRulesDir {ROOT}/rules\nMode enforce\nRemoteContent unvouched\n")
        os.mkdir(self.path("state"))
        os.mkdir(self.path("old"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def configure(self, old, new):
        with open(self.config, encoding="utf-8") as file:
            options = file.read()
        self.assertIn(old, options)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(options.replace(old, new))

    def run_ctl_whole(self, *arguments, status=0, program=CTL, **who):
        done = subprocess.run([program, arguments[0], *([arguments[1]] if arguments[0] == "ioc" else []), "-c", self.config,
                               *arguments[2 if arguments[0] == "ioc" else 1:]], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=4 * scratch.PATIENCE, check=False, **who)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def run_ctl(self, *arguments, status=0):
        return self.run_ctl_whole(*arguments, status=status).stdout

    def why(self, domain, status=0):
        return json.loads(self.run_ctl("why", "--json", domain, status=status))

    def write(self, name, host="letter.example", picture=LOGO, n=1):
        with open(self.path(name), "w", encoding="utf-8", newline="\r\n") as file:
            file.write(MAIL.format(sender="sender.example", to=f"r{n}@house.example", id=n,
                                   date=email.utils.format_datetime(day(n)),
                                   picture=picture.format(host=host, n=n)))
        return self.path(name)


class History(Ctl):

    def test_a_host_of_one_old_mail_is_vouched_for_and_each_term_is_told(self):
        self.write("old/1.eml")
        self.assertRegex(self.run_ctl("learn", self.path("old")),
                         rf"learned 1 messages of {day(1):%Y-%m-%d} to {day(1):%Y-%m-%d}.*; kept in /?\w")
        known = self.why("www.letter.example")
        self.assertEqual(known["domain"], "letter.example")
        self.assertTrue(known["vouched"])
        self.assertEqual(known["score"], sum(term["points"] for term in known["terms"]))
        self.assertEqual((known["learned"], known["shown"], known["recipients"]), (1, 1, 1))
        text = self.run_ctl("why", "letter.example")
        for term in known["terms"]:
            self.assertEqual(term["text"] in text, term["points"] != 0)
        self.assertFalse(self.why("sender.example")["vouched"])

    def test_a_daemon_need_not_have_been_there(self):
        self.write("old/1.eml")
        os.rmdir(self.path("state"))
        self.run_ctl("learn", self.path("old"))
        self.assertTrue(self.why("letter.example")["vouched"])
        # But a path that leads nowhere is a mistake of who wrote it.
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"StateDir {self.path('no/such')}\nRulesDir {ROOT}/rules\n")
        self.run_ctl("learn", self.path("old"), status=78)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to make files for somebody else")
    def test_what_root_makes_is_the_daemon_s(self):
        self.write("old/1.eml")
        for user, uid, gid in (("nobody:daemon", pwd.getpwnam("nobody").pw_uid, grp.getgrnam("daemon").gr_gid),
                               ("nobody", pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)):
            for words in (("learn", self.path("old")), ("ioc", "add", "a.example", "--deny")):
                with self.subTest(user, words=words):
                    shutil.rmtree(self.path("state"))
                    with open(self.config, "w", encoding="utf-8") as file:
                        file.write(f"UserID {user}\nStateDir {self.path('state')}\nRulesDir {ROOT}/rules\nMode enforce\n")
                    self.run_ctl(*words)
                    for path in ("state", "state/reputation", "state/reputation/snapshot"):
                        about = os.stat(self.path(path))
                        self.assertEqual((about.st_uid, about.st_gid), (uid, gid), path)
                    self.assertEqual(os.stat(self.path("state")).st_mode & 0o7777, 0o750)

    def test_a_host_of_beacons_alone_is_not(self):
        for n in range(10):
            self.write(f"old/{n}.eml", host="beacon.example", picture=BEACON, n=n)
        self.run_ctl("learn", self.path("old"))
        known = self.why("beacon.example")
        self.assertFalse(known["vouched"])
        self.assertEqual((known["learned"], known["personal"]), (0, 10))

    def test_old_mail_comes_in_any_box_and_its_time_is_its_own(self):
        with open(self.path("box"), "w", encoding="utf-8") as box:
            for n in range(3):
                with open(self.write("one.eml", n=n), encoding="utf-8") as mail:
                    box.write("From a@b.example Fri Jan  2 15:04:05 2026\n" + mail.read() + "\n")
        told = json.loads(self.run_ctl("learn", "--json", self.path("box"), self.path("one.eml")))
        self.assertEqual((told["messages"], told["remote"]), (4, 4))
        self.assertEqual(self.why("letter.example")["days"], 3)

    def decisions(self, *files):
        done = subprocess.run([CTL, "scan", "--json", "-c", self.config, *files], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=4 * scratch.PATIENCE, check=False)
        self.assertLess(done.returncode, 2, done.stderr)
        return [[one["decision"] for one in json.loads(line)["references"]] for line in done.stdout.splitlines()]

    def test_unknown_hosts_are_inert_once_there_is_a_history(self):
        known, new = self.write("old/1.eml"), self.write("new.eml", host="new.example")
        tracked = self.write("tracked.eml", picture=LOGO + BEACON)
        self.assertEqual(self.decisions(known, new, tracked), [["keep"], ["keep"], ["keep", "strip"]])
        self.run_ctl("learn", self.path("old"))
        self.assertEqual(self.decisions(known, new, tracked), [["keep"], ["strip"], ["keep", "strip"]])
        self.run_ctl("ioc", "add", "new.example", "--allow")
        self.run_ctl("ioc", "add", "letter.example", "--deny")
        self.assertEqual(self.decisions(known, new, tracked), [["strip"], ["keep"], ["strip", "strip"]])

    def test_rules_ask_what_was_seen_before(self):
        os.makedirs(self.path("rules/lists.d"))
        with open(self.path("rules/new.yaml"), "w", encoding="utf-8") as file:
            file.write(RULE)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"StateDir {self.path('state')}\nRulesDir {self.path('rules')}\nMode enforce\nRemoteContent trackers\n")
        one = self.write("old/1.eml")
        new = self.write("new.eml", host="new.example")
        self.assertEqual(self.decisions(one, new), [["strip"], ["strip"]])
        self.run_ctl("learn", self.path("old"))
        self.assertEqual(self.decisions(one, new), [["keep"], ["keep"]])

    def explained(self, path):
        done = subprocess.run([CTL, "rules", "explain", "-c", self.config, "--rule", "site.new-host", "--format", "json", path],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=4 * scratch.PATIENCE, check=True)
        return json.loads(done.stdout)["rules"][0]

    def test_rules_are_explained_with_what_was_seen_before(self):
        os.makedirs(self.path("rules/lists.d"))
        with open(self.path("rules/new.yaml"), "w", encoding="utf-8") as file:
            file.write(RULE)
        with open(self.config, encoding="utf-8") as file:
            options = file.read().replace(f"{ROOT}/rules", self.path("rules"))
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(options)
        one = self.write("old/1.eml")
        self.assertTrue(self.explained(one)["matches"])
        self.run_ctl("learn", self.path("old"))
        told = self.explained(one)
        self.assertFalse(told["matches"])
        self.assertEqual({selection["name"]: selection["failed"] and selection["failed"]["actual"]
                          for selection in told["selections"]}["strange"], "true")

    def test_a_long_list_of_hosts_is_no_way_around(self):
        self.write("old/1.eml")
        self.run_ctl("learn", self.path("old"))
        many = self.write("many.eml", picture="".join(LOGO.format(host=f"h{i}.example") for i in range(50)))
        self.assertEqual(self.decisions(many), [["strip"] * 50])

    def test_a_table_with_mistakes_is_no_mail_that_cannot_be_read(self):
        with open(self.path("bad.tsv"), "w", encoding="utf-8") as file:
            file.write("file\tnonsense\n")
        done = self.run_ctl_whole("learn", "--envelope", self.path("bad.tsv"), self.path("old"), status=78)
        self.assertEqual(done.stdout, "")
        for line in done.stderr.splitlines():
            self.assertTrue(line.startswith(self.path("bad.tsv") + ":1:"), line)

    @unittest.skipIf(os.path.exists("/etc/pixelward/pixelward.conf"), "a configuration is installed here")
    def test_who_names_no_configuration_is_told_where_that_is(self):
        done = subprocess.run([CTL, "why", "never-seen.example"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=4 * scratch.PATIENCE, check=False)
        self.assertRegex(done.stderr, r"^pixelctl: there is no \S+/pixelward\.conf and no -c FILE: the reputation is in StateDir /")
        self.assertNotIn("there is no", self.run_ctl_whole("why", "never-seen.example", status=1).stderr)

    def test_without_mail_that_can_be_read_it_says_so(self):
        self.run_ctl("learn", self.path("nothing"), status=66)
        # What is no mail must not end the time without a history.
        for name, content in (("noise", os.urandom(100000)), ("hosts", b"127.0.0.1 localhost\n"), ("empty", b""),
                              ("table.tsv", b"file\tmail_from\trcpt\n1.eml\ta@b.example\tc@d.example\n"), ("shadow", b"root:*:19000:0\n\nTo: x\n")):
            with open(self.path("old/" + name), "wb") as file:
                file.write(content)
        self.run_ctl("learn", self.path("old"), status=66)
        self.assertNotIn("old mail was learned", self.run_ctl("why", "letter.example", status=1))
        self.run_ctl("learn", status=64)

    def test_a_domain_nobody_knows_is_told_apart(self):
        self.assertFalse(self.why("new.example", status=1)["known"])
        for name in ("", "com", "a..b", "."):
            with self.subTest(name):
                self.run_ctl("why", name, status=64)

    def test_an_analyst_s_word_is_shown_until_it_is_taken_back(self):
        self.run_ctl("ioc", "add", "https://x.bad.example/y", "--deny", "--note", "ticket 7", "--until", "2199-12-31")
        self.run_ctl("ioc", "add", "good.example", "--allow")
        shown = [json.loads(line) for line in self.run_ctl("ioc", "show", "--json").splitlines()]
        self.assertEqual([(one["domain"], one["word"], one["note"]) for one in shown],
                         [("bad.example", "deny", "ticket 7"), ("good.example", "allow", "")])
        for domain, score in (("bad.example", -100), ("good.example", 100)):
            known = self.why(domain)
            self.assertEqual((known["score"], sum(term["points"] for term in known["terms"])), (score, score))
        self.run_ctl("ioc", "del", "bad.example", "good.example")
        self.assertEqual(self.run_ctl("ioc", "show"), "")
        self.run_ctl("ioc", "show", "bad.example", status=1)

    def test_a_word_that_makes_no_sense_is_refused(self):
        for wrong in (["add", "a.example"], ["add", "--deny"], ["del"], ["add", "a b", "--deny"], ["forget", "a.example"],
                      ["add", "a.example", "--deny", "--until", "tomorrow"], ["add", "a.example", "--deny", "--until", "2020-01-01"],
                      ["add", "a.example", "--deny", "--until", "2199-02-30"], ["add", "a.example", "--deny", "--allow"],
                      ["add", "com", "--deny"], ["add", "github.io", "--deny"], ["add", "..", "--deny"], ["add", "-", "--deny"],
                      ["add", "a..example", "--deny"], ["add", "x" * 64 + ".example", "--deny"], ["show", "a b"],
                      ["add", "good.example", "a b", "--deny"], ["add", "good.example", "co.uk", "--deny"]):
            with self.subTest(wrong):
                self.run_ctl("ioc", *wrong, status=64)
        self.assertEqual(self.run_ctl("ioc", "show"), "")  # nor of a good one beside it


class OfSomebodyElse(Ctl):
    """StateDir as the package makes it, and who is not its owner."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("needs root, to be somebody else")
        os.chmod(self.folder, 0o755)
        os.chmod(self.config, 0o644)
        shutil.copytree(f"{ROOT}/rules", self.path("rules"))  # that user may not reach the build, nor its rules
        self.configure(f"{ROOT}/rules", self.path("rules"))
        self.program = shutil.copy(CTL, self.folder)
        self.one = self.write("one.eml")
        os.chmod(self.one, 0o644)

    def as_nobody(self, *words, status):
        return self.run_ctl_whole(*words, status=status, program=self.program, user="nobody", group="nogroup", extra_groups=[],
                                  cwd="/")

    def test_what_may_not_be_read_is_not_empty(self):
        self.run_ctl("learn", self.one)
        state = self.path("state")
        for barred, mode in ((state, 0o750), (state + "/reputation", 0o700), (state + "/reputation/snapshot", 0o600),
                             (state + "/reputation/inbox", 0o700)):
            os.chmod(barred, mode)
            for words in (("why", "letter.example"), ("ioc", "show"), ("ioc", "add", "a.example", "--deny"), ("campaign", "list"),
                          ("campaign", "show", "c-1"), ("campaign", "close", "c-1"), ("replay", self.one), ("learn", self.one),
                          ("stats",), ("top",)):
                with self.subTest(barred=barred, words=words):
                    done = self.as_nobody(*words, status=77)
                    self.assertEqual(done.stdout, "")
                    self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                    self.assertIn(f"{barred} may not be read by this user: Permission denied; use sudo", done.stderr)
            done = self.as_nobody("scan", self.one, status=0)
            self.assertIn(f"{barred} may not be read", done.stderr)
            self.assertIn("judged without the reputation", done.stderr)
            os.chmod(barred, 0o755)
        self.as_nobody("why", "letter.example", status=0)

    def test_what_is_not_there_is_empty(self):
        os.rmdir(self.path("state"))
        self.assertIn("is empty", self.as_nobody("why", "letter.example", status=1).stdout)
        for words in (("ioc", "show"), ("campaign", "list"), ("replay", self.one), ("scan", self.one)):
            self.assertEqual(self.as_nobody(*words, status=0).stderr, "")
        done = self.as_nobody("ioc", "add", "a.example", "--deny", status=77)
        self.assertIn(f"{self.folder} may not be written to by this user", done.stderr)


if __name__ == "__main__":
    unittest.main()
