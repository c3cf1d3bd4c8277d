"""Rule files: what pixelctl says of them, and what the daemon makes of them at start and at reload."""

import json
import os
import re
import shutil
import subprocess
import unittest

from . import scratch
from .case import MEMBER
from .pixelward import CTL, DAEMON, ROOT, Pixelward, scan

RULE = """\
rule: site.{name}
title: A picture of that host
status: {status}
level: low
detect:
  picture: {{each: reference, url.host: {host}}}
  condition: picture
action: {{strip: picture}}
tests:
  - name: it is stripped
    html: '<img src="https://{host}/a.png" width=300 height=200>'
    expect: {{match: true, strips: a.png}}
"""
MAIL = (b"From: a@sender.example\r\nTo: " + MEMBER.encode() + b"\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/html\r\n\r\n<img src=\"https://pictures.example/a.png\" width=300 height=200>\r\n")


# Asks for what stands around a picture, and for what verifiers say, in mail and as tests give it.
LIAR = """\
rule: site.size-liar
title: A picture with a token, alone in its cell, without words
status: enforce
level: medium
detect:
  liar:
    each: reference
    kind: image
    alone: true
    alt: ""
    size.declared: false
    url.static: false
    url.token: [hex, uuid, mixed]
    position: last
    host.references: 1
  own: {each: reference, url.domain|shares: auth.dkim.domains}
  leave: {each: message, list.unsubscribe|shares: auth.dkim.domains, auth.aligned: true}
  short: {each: message, text.length|lte: 300, attachments.count: 0}
  condition: liar and short and not (own and leave)
action: {strip: liar}
tests:
  - name: a liar
    html: '<table><tr><td>Hello</td><td><img src="https://t.example/o/8f3a9c1d2e4b5a67" alt=""></td></tr></table>'
    given: {auth.dkim.domains: [paper.example], list.unsubscribe: paper.example, auth.aligned: true}
    expect: {match: true, strips: t.example}
  - name: the sender's own
    html: '<table><tr><td>Hello</td><td><img src="https://t.paper.example/o/8f3a9c1d2e4b5a67" alt=""></td></tr></table>'
    given: {auth.dkim.domains: [paper.example], list.unsubscribe: u.paper.example, auth.aligned: true}
    expect: {match: false}
  - name: given places
    html: '<img src="https://t.example/o/8f3a9c1d2e4b5a67" alt="" width=300 height=300>'
    given: {alone: true, position: [first, last], size.declared: false, text.length: 5, host.references: 1, auth.dkim.domains: x.example, list.unsubscribe: y.example}
    expect: {match: true}
  - name: text behind it
    html: '<table><tr><td><img src="https://t.example/o/8f3a9c1d2e4b5a67" alt=""></td><td>Hello</td></tr></table>'
    given: {auth.aligned: false}
    expect: {match: false}
"""


def rule(name="pictures", host="pictures.example", status="enforce"):
    return RULE.format(name=name, host=host, status=status)


def rules(*arguments):
    return subprocess.run([CTL, "rules", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          cwd=ROOT, check=False)


class Folder(unittest.TestCase):

    def setUp(self):
        self.folder = scratch.make_folder("rules")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/lists.d")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        return file.name


class Shipped(unittest.TestCase):

    def test_the_shipped_rules_hold_their_tests(self):
        done = rules("test", "rules")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\b0 errors, 0 warnings\n$")

    def test_each_has_three_tests(self):
        for name in os.listdir(ROOT + "/rules"):
            if name.endswith(".yaml"):
                with open(ROOT + "/rules/" + name, encoding="utf-8") as file:
                    for document in re.split(r"(?m)^---\n", file.read()):
                        with self.subTest(re.search(r"(?m)^rule: (.*)$", document).group(1)):
                            self.assertGreaterEqual(len(re.findall(r"(?m)^  - name:", document)), 3)

    def test_pages_are_those_of_the_tables(self):
        for page, verb in (("docs/facts.md", "facts"), ("rules/schema.json", "schema")):
            with self.subTest(page), open(os.path.join(ROOT, page), encoding="utf-8") as file:
                self.assertEqual(rules(verb).stdout, file.read(), "make docs makes it anew")

    def test_the_schema_is_json_and_knows_every_shipped_key(self):
        schema = json.loads(rules("schema").stdout)
        selection = schema["$defs"]["selection"]["properties"]
        self.assertIn("url.host|in", selection)
        self.assertIn("url.path|contains|all", selection)
        self.assertNotIn("width|contains", selection)

    def test_the_page_on_rules_explains_every_code(self):
        with open(ROOT + "/milter/judge/rules/finding.h", encoding="utf-8") as file:
            codes = re.findall(r"FINDING_\w+ = (\d+)", file.read())
        with open(ROOT + "/docs/rules.md", encoding="utf-8") as file:
            self.assertEqual(re.findall(r"(?m)^\| PW(\d+) \|", file.read()), sorted(codes))


class Check(Folder):

    def test_the_examples_of_the_page_on_rules_hold(self):
        with open(ROOT + "/docs/rules.md", encoding="utf-8") as file:
            examples = re.findall(r"(?ms)^```yaml\n(.*?)^```$", file.read())
        self.assertEqual(len(examples), 3)
        shutil.copytree(ROOT + "/rules", self.folder, dirs_exist_ok=True)
        self.write("lists.d/newcomers.txt", "newcomers.example\n")
        self.write("examples.yaml", "---\n".join(examples))
        self.write("key", "a key\n")
        os.chmod(self.folder + "/key", 0o600)
        self.write("conf", f"RulesDir {self.folder}\nImageProxy https://camo.example\nImageProxyKeyFile {self.folder}/key\n")
        done = rules("test", "-c", self.folder + "/conf")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_mistakes_of_all_files_are_told_in_one_run_with_line_and_caret(self):
        self.write("a.yaml", rule().replace("level", "levle"))
        self.write("b.yaml", rule("b").replace("url.host", "url.hots"))
        done = rules("check", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.folder}/a.yaml:4:1: error PW201: unknown key 'levle' (did you mean 'level'?)\n"
                      "    levle: low\n    ^\n", done.stdout)
        self.assertIn(f"{self.folder}/b.yaml:6:30: error PW301: unknown fact 'url.hots' (did you mean 'url.host'?)\n",
                      done.stdout)

    def test_rules_that_ask_verifiers_are_told_where_the_configuration_names_none(self):
        self.write("a.yaml", rule().replace(
            "  condition: picture", "  failed: {each: message, auth.dmarc: fail}\n  condition: picture and not failed"))
        warning = f"{self.folder}/a.yaml:7:27: warning PW609: auth.dmarc is never known: "
        for config, told in (("", True), ("TrustedAuthservIDs mx.parl.example\n", False)):
            self.write("conf", f"RulesDir {self.folder}\n{config}")
            done = rules("check", "-c", self.folder + "/conf")
            self.assertEqual((done.returncode, warning in done.stdout), (0, told), done.stdout)
        self.assertNotIn("PW609", rules("check", self.folder).stdout)

    def test_json_says_the_same(self):
        path = self.write("a.yaml", rule().replace("level", "levle"))
        done = rules("check", "--format", "json", path)
        self.assertEqual(done.returncode, 1)
        told = json.loads(done.stdout)
        self.assertEqual(told["errors"], 1)
        self.assertIn({"file": path, "line": 4, "column": 1, "severity": "error", "code": "PW201",
                       "message": "unknown key 'levle' (did you mean 'level'?)"}, told["findings"])

    def test_check_runs_no_tests_and_test_does(self):
        path = self.write("a.yaml", rule().replace("strips: a.png", "keeps: a.png"))
        self.assertEqual(rules("check", path).returncode, 0)
        done = rules("test", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(":12:34: error PW501: test 'it is stripped': 'a.png' is stripped\n", done.stdout)

    def test_what_tests_give_counts_as_what_mail_says(self):
        path = self.write("a.yaml", LIAR)
        self.assertEqual(rules("test", path).stdout, "1 rules in 1 files, 4 tests: 0 errors, 0 warnings\n")
        for line, broken in (("position: last", "position: first"), ("alone: true", "alone: false"),
                             ("text.length|lte: 300", "text.length|lte: 3"), ("auth.aligned: true}\n  short", "auth.aligned: false}\n  short")):
            with self.subTest(line):
                path = self.write("a.yaml", LIAR.replace(line, broken, 1))
                self.assertIn("error PW501", rules("test", path).stdout)

    def test_a_file_that_is_not_there_is_a_mistake(self):
        self.assertEqual(rules("check", self.folder + "/nix.yaml").returncode, 1)

    def test_wrong_use_is_64(self):
        for arguments in ([], ["nix"], ["check", "--format", "xml"], ["check", self.folder, self.folder]):
            with self.subTest(arguments):
                self.assertEqual(rules(*arguments).returncode, 64)

    def test_scan_judges_by_the_rules_of_the_configuration(self):
        self.write("a.yaml", rule() + "---\n" + rule("noted", status="shadow"))
        mail, config = self.folder + "/m.eml", self.write("conf", f"Mode enforce\nRulesDir {self.folder}\n")
        with open(mail, "wb") as file:
            file.write(MAIL)
        found = scan("-c", config, "--json", mail)
        self.assertEqual(found.status, 1, found.errors)
        self.assertEqual(found.objects[0]["rules"], ["site.pictures"])
        self.assertEqual(found.objects[0]["notes"], ["shadow.site.noted"])
        self.assertEqual(found.objects[0]["references"][0]["reasons"], ["rule site.pictures: A picture of that host"])

    def test_the_daemon_checks_and_does_not_start_with_a_failing_test(self):
        config = self.write("conf", f"RulesDir {self.folder}\nSocket unix:{self.folder}/sock\n")
        self.write("a.yaml", rule())
        command = [DAEMON, "-c", config]
        self.assertEqual(subprocess.run(command + ["-t"], capture_output=True, check=False).returncode, 0)
        self.write("a.yaml", rule().replace("strips: a.png", "keeps: a.png"))
        for arguments in (["-t"], ["-f"]):
            with self.subTest(arguments):
                done = subprocess.run(command + arguments, capture_output=True, text=True, check=False,
                                      timeout=scratch.PATIENCE)
                self.assertEqual(done.returncode, 2)
                self.assertIn("a.yaml:12:34: error PW501", done.stderr)


class Daemon(Folder):
    """Without Postfix: whether the daemon reads, refuses and takes rules, its log says."""

    def test_a_reload_takes_good_rules_and_refuses_bad_ones(self):
        self.write("a.yaml", rule())
        with Pixelward() as ward:
            ward.configure(RulesDir=self.folder)
            ward.reload()
            scratch.wait_until(lambda: "reloaded" in ward.log, "the reload")
            before = ward.log.count("reloaded")
            self.write("a.yaml", rule().replace("strips: a.png", "keeps: a.png"))
            ward.reload()
            scratch.wait_until(lambda: "a.yaml:12:34: error PW501" in ward.log, "the complaint")
            scratch.wait_until(lambda: "what was loaded before stays in force" in ward.log, "the old rules")
            self.assertEqual(ward.log.count("not reloaded"), ward.log.count("reloaded") - before)
            self.write("a.yaml", rule("other"))
            ward.reload()
            scratch.wait_until(lambda: ward.log.count("reloaded") > before + 1, "the third")
