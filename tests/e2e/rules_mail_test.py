"""pixelctl rules explain, diff and bench: rules looked at on mail that is at hand."""

import json
import os
import pty
import re
import subprocess

from . import scratch
from .pixelward import CTL, ROOT
from .rules_test import Folder, rule, rules

HEAD = "From: Ann <ann@sender.example>\r\nTo: b@parl.example\r\nMIME-Version: 1.0\r\nMessage-ID: <{id}@sender.example>\r\n"
PICTURE = '<img src="https://{host}/a.png" width=300 height=200>'
WIDE = """\
rule: site.small
title: A small picture of that host
status: enforce
level: low
detect:
  listed: {each: reference, url.host: pictures.example}
  small:
    each: reference
    kind: image
    width|lt: 100
  far: {each: message, from.domain: other.example}
  condition: listed and small and not far
action: {strip: listed}
tests:
  - name: small
    html: '<img src="https://pictures.example/a.png" width=30 height=200>'
    expect: {match: true}
"""


def mail(host="pictures.example", identifier="1", html=None):
    return (HEAD.format(id=identifier) + "Content-Type: text/html\r\n\r\n" +
            (PICTURE.format(host=host) if html is None else html) + "\r\n").encode()


class Mail(Folder):

    def setUp(self):
        super().setUp()
        self.old, self.new, self.mail = (self.folder + name for name in ("/old", "/new", "/mail"))
        for folder in (self.old, self.new):
            os.makedirs(folder + "/lists.d")
        os.mkdir(self.mail)

    def store(self, name, data):
        path = os.path.join(self.mail, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def write_rules(self, folder, text):
        return self.write(os.path.join(folder, "a.yaml"), text)

    def diff(self, *mails, status=None):
        done = rules("diff", "--format", "json", self.old, self.new, *mails)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)


class Explain(Mail):

    def explain(self, path, *more):
        done = rules("explain", "--rules", self.old, "--format", "json", *more, path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["rules"]

    def test_the_element_is_told_with_part_place_and_bytes_before_and_after(self):
        self.write_rules(self.old, rule())
        path = self.store("m.eml", mail())
        told, = self.explain(path)
        self.assertTrue(told["matches"])
        case, = told["elements"]
        element = case["element"]
        self.assertEqual(case["condition"], "true")
        self.assertEqual(case["selections"]["picture"]["truth"], "true")
        self.assertEqual((element["kind"], element["part"], element["place"], element["in"]),
                         ("image", "1", "img src", "message"))
        self.assertEqual((element["line"], element["column"]), (7, 1))
        self.assertEqual(element["before"], PICTURE.format(host="pictures.example"))
        self.assertRegex(element["after"], r'^<img src="data:image/gif;base64,[\w/+]+" width=300 height=200>$')
        self.assertEqual(told["selections"][0]["selected"], [element])

    def test_the_first_line_that_failed_is_told_with_what_the_fact_is(self):
        yaml = self.write_rules(self.old, WIDE)
        told, = self.explain(self.store("m.eml", mail()))
        self.assertFalse(told["matches"])
        listed, small, far = told["selections"]
        self.assertEqual(len(listed["selected"]), 1)
        self.assertIsNone(listed["failed"])
        for failed in (small["failed"], told["elements"][0]["selections"]["small"]["failed"]):
            self.assertEqual((failed["file"], failed["line"], failed["column"]), (yaml, 10, 5))
            self.assertEqual((failed["text"], failed["fact"], failed["actual"], failed["truth"]),
                             ("width|lt: 100", "width", "300", "false"))
        self.assertEqual(far["failed"]["actual"], '"sender.example"')
        text = rules("explain", "--rules", yaml, self.mail + "/m.eml").stdout
        self.assertIn(f"failed at {yaml}:10:5: width|lt: 100 is false; width is 300\n", text)
        self.assertIn("listed true, small false, far false\n", text)

    def test_unknown_is_neither(self):
        self.write_rules(self.old, WIDE)
        told, = self.explain(self.store("m.eml", mail(html='<img src="https://pictures.example/a.png">')))
        self.assertEqual(told["elements"][0]["condition"], "unknown")
        self.assertEqual(told["selections"][1]["failed"]["actual"], "unknown")
        self.assertEqual(told["selections"][1]["unknown"], 1)

    def test_verifiers_are_those_of_the_configuration(self):
        self.write_rules(self.old, WIDE.replace("far: {each: message, from.domain: other.example}",
                                                "far: {each: message, auth.dkim: pass}"))
        config = self.write("conf", "TrustedAuthservIDs mx.parl.example\n")
        path = self.store("m.eml", b"Authentication-Results: mx.parl.example; dkim=fail header.d=a.example\r\n" + mail())
        self.assertEqual(self.explain(path)[0]["selections"][2]["failed"]["actual"], "unknown")
        self.assertEqual(self.explain(path, "-c", config)[0]["selections"][2]["failed"]["actual"], '"fail"')

    def test_base64_has_its_place_in_the_decoded_part(self):
        self.write_rules(self.old, rule())
        path = self.store("m.eml", (HEAD.format(id=1) + "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n"
                                    "\r\nPHA+CiA8aW1nIHNyYz0iaHR0cHM6Ly9waWN0dXJlcy5leGFtcGxlL2EucG5nIiB3aWR0aD0zMD4=\r\n"
                                    ).encode())
        element = self.explain(path)[0]["elements"][0]["element"]
        self.assertEqual((element["in"], element["line"], element["column"]), ("decoded part", 2, 2))
        self.assertEqual(element["before"], '<img src="https://pictures.example/a.png" width=30>')

    def test_an_exemption_is_told_where_it_applies(self):
        self.write_rules(self.old, rule() + """---
rule: site.ours
title: Ours
kind: exemption
status: enforce
owner: me@parl.example
expires: 2999-12-31
detect:
  own: {each: reference, url.host: pictures.example}
  condition: own
exempt: {from: site.pictures}
tests:
  - {name: a, html: '<img src="https://pictures.example/a.png">', expect: {exempt: true}}
""")
        told = {one["rule"]: one for one in self.explain(self.store("m.eml", mail()))}
        self.assertFalse(told["site.pictures"]["matches"])
        self.assertEqual(told["site.pictures"]["elements"][0]["exempted_by"], "site.ours")
        self.assertTrue(told["site.ours"]["matches"])

    def test_one_rule_alone_whatever_its_status(self):
        self.write_rules(self.old, rule("one") + "---\n" + rule("two", status="draft"))
        path = self.store("m.eml", mail())
        self.assertEqual([one["rule"] for one in self.explain(path)], ["site.one"])
        self.assertEqual([one["rule"] for one in self.explain(path, "--rule", "site.two")], ["site.two"])
        self.assertEqual(rules("explain", "--rules", self.old, "--rule", "site.nix", path).returncode, 64)

    def test_what_a_mail_says_does_not_reach_the_terminal_as_it_is(self):
        self.write_rules(self.old, rule().replace("url.host: pictures.example", "url|contains: pictures")
                         .replace("{each: reference, ", "{each: reference, place|contains: img, "))
        path = self.store("m.eml", mail(html='<img alt="\x1b[2J\u202e\x9b31m" src="https://pictures.example/a">'))
        text = rules("explain", "--rules", self.old, path).stdout
        self.assertIn("\\x1b[2J\\u202e", text)
        for sign in ("\x1b", "\u202e", "\x9b"):
            self.assertNotIn(sign, text)

    def test_rules_with_mistakes_explain_nothing(self):
        self.write_rules(self.old, rule().replace("level", "levle"))
        done = rules("explain", "--rules", self.old, self.store("m.eml", mail()))
        self.assertEqual(done.returncode, 78)
        self.assertIn("PW201", done.stderr)

    def test_mail_that_is_not_there_is_66(self):
        self.write_rules(self.old, rule())
        self.assertEqual(rules("explain", "--rules", self.old, self.mail + "/nix").returncode, 66)
        self.assertEqual(rules("explain", "--rules", self.old).returncode, 64)


class Diff(Mail):

    def setUp(self):
        super().setUp()
        self.write_rules(self.old, rule())
        self.write_rules(self.new, rule() + "---\n" + rule("others", "others.example"))

    def test_the_same_rules_change_nothing(self):
        self.store("a.eml", mail())
        done = rules("diff", self.old, self.old, self.mail)
        self.assertEqual((done.returncode, done.stdout), (0, "1 messages, 0 change\n"))

    def test_what_changes_is_told_with_the_rule(self):
        self.store("a.eml", mail(identifier="a"))
        self.store("b/c.eml", mail("others.example", "c"))
        told = self.diff(self.mail, status=1)
        self.assertEqual((told["messages"], told["changed"]), (2, 1))
        change, = told["changes"]
        self.assertEqual((change["file"], change["message_id"]), (self.mail + "/b/c.eml", "<c@sender.example>"))
        self.assertEqual((change["old"]["action"], change["new"]["action"]), ("deliver", "neutralise"))
        self.assertEqual((change["gained"], change["lost"]), (["site.others"], []))
        self.assertEqual(change["references"], [{
            "part": "1", "kind": "image", "url": "https://others.example/a.png", "old": "keep", "new": "strip",
            "reasons": ["rule site.others: A picture of that host"]}])
        self.assertEqual(told["rules"], [{"rule": "site.others", "gained": 1, "lost": 0}])
        text = rules("diff", self.old, self.new, self.mail)
        self.assertEqual(text.returncode, 1)
        self.assertIn("b/c.eml: deliver -> neutralise\n  + site.others\n  keep -> strip image in part 1 "
                      "https://others.example/a.png\n    rule site.others: A picture of that host\n", text.stdout)
        self.assertIn("2 messages, 1 change\n", text.stdout)
        self.assertEqual(text.stderr, "")

    def test_a_rule_in_shadow_changes_nothing_and_is_counted(self):
        self.write_rules(self.new, rule() + "---\n" + rule("others", "others.example", "shadow"))
        told = self.diff(self.store("a.eml", mail("others.example")), status=0)
        self.assertEqual((told["changed"], told["silent"]), (0, 1))
        self.assertEqual(told["rules"], [{"rule": "shadow.site.others", "gained": 1, "lost": 0}])

    def test_one_file_may_stand_for_a_set(self):
        one, other = self.write("one.yaml", rule()), self.write("other.yaml", rule(host="others.example"))
        done = rules("diff", one, other, self.store("a.eml", mail()))
        self.assertEqual(done.returncode, 1)
        self.assertIn(": neutralise -> deliver\n  - site.pictures\n", done.stdout)

    def test_errors_are_64_or_more(self):
        path = self.store("a.eml", mail("others.example"))
        for arguments, status in (((self.old, self.new), 64), ((self.old, self.new, self.mail + "/nix"), 66),
                                  ((self.old, self.folder + "/nix", path), 78), (("--nix", self.old, self.new, path), 64)):
            with self.subTest(arguments):
                self.assertEqual(rules("diff", *arguments).returncode, status)
        self.write_rules(self.new, "rule: *x*\n")
        self.assertEqual(rules("diff", self.old, self.new, path).returncode, 78)

    def names(self, *mails):
        return [change["file"].replace(self.mail + "/", "") for change in self.diff(*mails)["changes"]]

    def test_a_maildir_is_its_messages(self):
        self.write_rules(self.new, "# none\n")
        for name in ("box/cur/1:2,S", "box/new/2", "box/tmp/3", "box/dovecot-uidlist", "box/.Sent/cur/4", "box/.Sent/new/5",
                     "box/.index/6", "plain/7", "plain/.hidden"):
            self.store(name, mail())
        self.assertEqual(self.names(self.mail), ["box/.Sent/cur/4", "box/.Sent/new/5", "box/cur/1:2,S", "box/new/2",
                                                 "plain/7"])
        self.assertEqual(self.names(self.mail + "/box/cur"), ["box/cur/1:2,S"])

    def mbox(self, *messages, end=b"\n"):
        separator = b"From ann@sender.example Fri Jan  2 15:04:05 2026" + end
        return b"".join(separator + message.replace(b"\r\n", end) + end for message in messages)

    def test_an_mbox_is_its_messages(self):
        self.write_rules(self.new, "# none\n")
        for end in (b"\n", b"\r\n"):
            path = self.store("box", self.mbox(mail(), mail("others.example"), mail(), end=end))
            self.assertEqual(self.names(path), ["box:1", "box:3"])
            self.assertEqual(self.diff(path)["messages"], 3)

    def test_only_a_separator_behind_a_blank_line_parts_messages(self):
        self.write_rules(self.new, "# none\n")
        html = ("<p>\r\nFrom ann@sender.example Fri Jan  2 15:04:05 2026\r\n\r\nFrom here to there\r\n\r\n"
                ">From ann@sender.example Fri Jan  2 15:04:05 2026\r\n\r\n") + PICTURE.format(host="pictures.example")
        path = self.store("box", self.mbox(mail(html=html), mail()))
        self.assertEqual(self.names(path), ["box:1", "box:2"])
        self.assertEqual(self.diff(path)["messages"], 2)

    def test_quoted_lines_lose_one_mark(self):
        html = '<img title="\r\n>From a\r\n>>From b\r\n> From c\r\n>from d" src="https://pictures.example/a">'
        path = self.store("box", self.mbox(mail(html=html)))
        done = rules("explain", "--rules", self.old, "--format", "json", path)
        self.assertEqual(json.loads(done.stdout)["rules"][0]["elements"][0]["element"]["before"],
                         '<img title="\nFrom a\n>From b\n> From c\n>from d" src="https://pictures.example/a">')

    def test_a_message_beyond_the_limit_is_not_held_in_memory(self):
        config = self.write("conf", "MaxMessageSize 1MiB\n")
        # In pieces: a child's peak counts what its parent had.
        path = self.store("box", self.mbox(mail("others.example"), mail(html="x"))[:-1])
        with open(path, "ab") as box:
            for _ in range(1000):
                box.write(b"y" * 76000)
            box.write(b"\n\n" + self.mbox(mail("others.example")))
        process = subprocess.Popen([CTL, "rules", "diff", "-c", config, "--format", "json", self.old, self.new, path],
                                   stdout=subprocess.PIPE, cwd=ROOT)
        told = json.loads(process.stdout.read())
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual((told["messages"], told["changed"], told["unjudged"]), (3, 2, 1))
        if not os.environ.get("SANITIZER"):
            self.assertLess(usage.ru_maxrss, 64 * 1024)

    def test_a_terminal_sees_a_bar_and_a_file_does_not(self):
        path = self.store("box", self.mbox(*[mail() for _ in range(3)]))
        leader, follower = pty.openpty()
        try:
            process = subprocess.Popen([CTL, "rules", "diff", self.old, self.new, path], stdout=subprocess.PIPE,
                                       stderr=follower, cwd=ROOT)
            os.close(follower)
            seen = b""
            try:
                while piece := os.read(leader, 65536):
                    seen += piece
            except OSError:
                pass
            process.communicate(timeout=scratch.PATIENCE * 4)
        finally:
            os.close(leader)
        self.assertRegex(seen, rb"^\rjudging \[#*\.*\] +\d+ % \d+ messages, \d+ s left")
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])
        self.assertEqual(rules("diff", self.old, self.new, path).stderr, "")


class Bench(Mail):

    def test_rules_come_by_cost_with_their_hits(self):
        dear = rule("dear").replace("url.host: pictures.example", r"url|re: '(a|b|[^x])*\.png$'")
        self.write_rules(self.old, rule("cheap") + "---\n" + dear + "---\n" + rule("no", "others.example", "shadow") +
                         "---\n" + rule("unasked", status="draft"))
        for i in range(20):
            self.store("%d.eml" % i, mail(html=PICTURE.format(host="pictures.example") * (i % 2 * 20)))
        done = rules("bench", "--rules", self.old, "--format", "json", self.mail)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["messages"], 20)
        costs = {one["rule"]: one for one in told["rules"]}
        self.assertEqual({name: cost["hits"] for name, cost in costs.items()},
                         {"site.cheap": 10, "site.dear": 10, "site.no": 0})
        self.assertEqual(costs["site.cheap"]["lines"], 10 * 20)
        self.assertEqual([one["ns"] for one in told["rules"]], sorted((one["ns"] for one in told["rules"]), reverse=True))
        self.assertEqual(told["rules"][0]["rule"], "site.dear")
        text = rules("bench", "--rules", self.old, self.mail).stdout
        self.assertRegex(text, r"(?m)^ +[\d.]+ +[\d.]+% +[\d.]+ +10 +0  site\.dear$")
        self.assertRegex(text, r"(?m)^ +[\d.]+ 100\.0%: 3 rules, each by itself, on 20 messages$")

    def test_wrong_use_is_64(self):
        self.assertEqual(rules("bench").returncode, 64)
        self.assertEqual(rules("bench", "--rules", self.old, self.mail + "/nix").returncode, 66)


class Fmt(Mail):

    def test_w_writes_and_check_names_the_file_and_the_line(self):
        loose, good = self.write("loose.yaml", rule().replace("level: low", "level:   low")), self.write("good.yaml", rule())
        os.chmod(loose, 0o640)
        done = rules("fmt", "--check", good, loose)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual(done.stdout, f"{loose}:4: not in the common form; pixelctl rules fmt -w {loose}\n")
        self.assertEqual(rules("fmt", loose).stdout, rule())
        self.assertEqual(rules("fmt", "-w", good, loose).stdout, f"{loose}: written\n")
        with open(loose, encoding="utf-8") as file:
            self.assertEqual(file.read(), rule())
        self.assertEqual(os.stat(loose).st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(self.folder).count("loose.yaml"), 1)
        self.assertEqual(rules("fmt", "--check", good, loose).returncode, 0)
        self.assertEqual(rules("fmt", "--check", self.folder).returncode, 0)
        self.write("loose.yaml", rule() + "\n\n")
        self.assertEqual(rules("fmt", "--check", self.folder).returncode, 1)

    def test_a_file_with_mistakes_is_left_alone(self):
        bad = self.write("bad.yaml", "rule:   *x*\n")
        done = rules("fmt", "-w", bad)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{bad}:1:9: error PW103", done.stderr)
        with open(bad, encoding="utf-8") as file:
            self.assertEqual(file.read(), "rule:   *x*\n")

    def test_wrong_use(self):
        for arguments, status in (((), 64), (("--nix", "a"), 64), (("-w", "--check", "a"), 64), (("/nix/a",), 66)):
            with self.subTest(arguments):
                self.assertEqual(rules("fmt", *arguments).returncode, status)

    def test_the_shipped_rules_have_the_form_and_get_it_back(self):
        for name in os.listdir(ROOT + "/rules"):
            if not name.endswith(".yaml"):
                continue
            with self.subTest(name), open(f"{ROOT}/rules/{name}", encoding="utf-8") as file:
                shipped = file.read()
                self.assertEqual(rules("fmt", "--check", file.name).stdout, "")
                # Another margin everywhere; where a text of lines has margins of its own, they would grow, too.
                if re.search(r"(?m)\|$\n( +)(?:\1.*\n)*?\1 ", shipped):
                    continue
                loose = re.sub(r"(?m)^( *)- ", r"\1-   ", re.sub(r"(?m)^( +)", r"\1\1", shipped))
                loose = loose.replace(": {", ":  { ").replace("\n", "\r\n")
                self.assertEqual(rules("fmt", self.write(name, loose)).stdout, shipped)


class Docs(Mail):

    def test_the_page_tells_what_is_in_force(self):
        self.write_rules(self.old, WIDE.replace("title: A small", "title: A `small` <b>").replace(
            "level: low", "level: low\ndescription: |\n  One\n  two.\nreferences: https://a.example/<x>") + "---\n" +
            rule("later", status="draft") + "---\n" + rule("quiet", status="shadow"))
        page = rules("docs", self.old)
        self.assertEqual(page.returncode, 0, page.stderr)
        for text in ("| [site.quiet](#sitequiet) | shadow | low | A picture of that host |\n", "\nNot asked: site.later (draft)\n",
                     "\n## site.small\n\nA \\`small\\` \\<b\\> picture of that host\n\nstatus `enforce`, level `low`\n\nOne two.\n\n"
                     "It makes inert what it selects by `listed`.\n\nCondition: `listed and small and not far`\n\n",
                     "- `small`, each reference:\n  - `kind` `image`\n  - `width|lt` `100`\n",
                     "\nTests:\n\n- small: match `true`\n\nReferences:\n\n- <https://a.example/%3cx%3e>\n"):
            self.assertIn(text, page.stdout)
        self.assertNotIn("## site.later", page.stdout)
        self.assertEqual(rules("docs", self.old + "/nix").returncode, 78)
