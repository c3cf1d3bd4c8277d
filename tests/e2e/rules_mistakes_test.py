"""Mistakes planted in a rule file: each is told at its place, alone and beside others, and nothing else is."""

import json
import os
import random
import unittest

from .pixelward import scan
from .rules_test import Folder, rules

GOOD = """\
# A rule to plant mistakes in.
rule: site.planted
title: 'A title: with a colon'
status: enforce
level: low
tags: [attack.t1598.003, site.test]
references:
  - https://a.example/one
  - https://a.example/two
detect:
  picture:
    each: reference
    kind: image
    url.host|in: [pictures.example, images.example]
    url|re: '(?i)/[a-z]+\\.png$'
  small: {each: reference, width|lte: 3, height|lte: 3}
  house:
    each: message
    from.domain|in: own.example
  condition: (picture or small) and not house
action: {strip: [picture, small]}
tests:
  - name: a picture
    html: '<img src="https://pictures.example/a.png" width=300 height=200>'
    expect: {match: true, strips: a.png}
  - name: another
    html: "<img src='https://others.example/a.png' width=300 height=200>"
    expect: {match: false}
"""

# What a line becomes, by its number, and where and as what that is told.
PLANTED = {
    "an alias": (5, "level: *low*", 8, "PW103"),
    "an alias in brackets": (14, "    url.host|in: [pictures.example, *images*]", 37, "PW103"),
    "an alias by itself": (19, "    from.domain|in: *own", 21, "PW103"),
    "an anchor": (4, "status: &x enforce", 9, "PW103"),
    "a tag": (13, "    kind: !!str image", 11, "PW103"),
    "a key twice": (13, "    kind: image\n    kind: font", 5, "PW104", 1),
    "a tab": (12, "\teach: reference", 1, "PW103"),
    "a tab behind blanks": (13, "  \tkind: image", 3, "PW103"),
    "a tab for a level": (18, "\t\teach: message", 1, "PW103"),
    "bytes of another charset": (3, "title: 'caf\udce9'", 12, "PW102"),
    "a control character": (3, "title: a\x01b", 9, "PW102"),
    "a key without its colon": (5, "level low", 1, "PW102"),
    "two colons": (3, "title: A title: with a colon", 15, "PW102"),
    "an open quote": (15, "    url|re: '(?i)/[a-z]+", 13, "PW102"),
    "an open double quote": (3, "title: \"A title", 8, "PW102"),
    "an open quote at the end": (27, "    html: \"<img src=x>", 11, "PW102"),
    "a quote inside of quotes": (24, "    html: '<img src='https://x.example/'>'", 22, "PW102"),
    "an unknown escape": (3, 'title: "a\\d"', 10, "PW102"),
    "an open bracket": (6, "tags: [attack.t1598.003, site.test", 7, "PW102"),
    "an open brace": (16, "  small: {each: reference, width|lte: 3, height|lte: 3", 10, "PW102"),
    "a comma that is missing": (16, "  small: {each: reference width|lte: 3, height|lte: 3}", 27, "PW102"),
    "a line too deep": (13, "      kind: image", 7, "PW102"),
    "a line not deep enough": (13, "   kind: image", 4, "PW102"),
    "a dash not deep enough": (9, " - https://a.example/two", 2, "PW102"),
    "a sign that begins nothing": (3, "title: %x", 8, "PW102"),
    "an unknown key": (5, "levle: low", 1, "PW201"),
    "an unknown key with more behind it": (10, "detct:", 1, "PW201"),
    "an unknown key for the condition": (20, "  conditon: (picture or small) and not house", 3, "PW201"),
    "a condition within a selection": (20, "    condition: (picture or small) and not house", 5, "PW201"),
    "an unknown scope": (16, "  small: {each: referense, width|lte: 3, height|lte: 3}", 17, "PW203"),
    "a dash without its blank": (23, "  -name: a picture", 3, "PW102"),
    "a no-break space": (13, "\u00a0\u00a0\u00a0\u00a0kind: image", 1, "PW103"),
    "a carriage return": (3, "title: a\rb", 9, "PW103"),
    "an expression without quotes": (15, "    url|re: [a-z]+\\.png$", 18, "PW102"),
    "an unknown key for each": (18, "    eahc: message", 5, "PW201"),
    "an unknown key in a test": (23, "  - nmae: a picture", 5, "PW201"),
    "a list where a text is wanted": (3, "title: [a]", 8, "PW203"),
    "a map where a value is wanted": (13, "    kind: {a: b}", 11, "PW203"),
    "no word of a few": (4, "status: enforced", 9, "PW203"),
    "a number that is none": (16, "  small: {each: reference, width|lte: three, height|lte: 3}", 39, "PW203"),
    "no web address": (8, "  - a.example/one", 5, "PW203"),
    "no tag": (6, "tags: [attack.t1598.003, test]", 26, "PW203"),
    "no name": (2, "rule: Site Planted", 7, "PW204"),
    "what cannot be done": (21, "action: {strip: [picture, small], proxy: true}", 35, "PW205"),
    "everybody's mail held": (21, "action: {strip: [picture, small], hold: true}", 41, "PW206"),
    "an unknown fact": (13, "    knid: image", 5, "PW301"),
    "a fact of others": (18, "    each: message\n    width: 3", 5, "PW301", 1),
    "an unknown modifier": (15, "    url|rex: 'a'", 9, "PW302"),
    "a modifier that does not fit": (16, "  small: {each: reference, width|contains: 3, height|lte: 3}", 34, "PW302"),
    "no regular expression": (15, "    url|re: '(a'", 16, "PW303"),
    "a list that is not there": (19, "    from.domain|in: list:own", 26, "PW304"),
    "a condition that is none": (20, "  condition: (picture or small and not house", None, "PW401"),
    "an unknown selection": (20, "  condition: (picture or smal) and not house", 26, "PW402", None, "PW402"),
    "a selection stripped that is none": (21, "action: {strip: [picture, smal]}", 27, "PW402"),
    "a form of recipients that is none": (24, "    html: '<img src=\"https://pictures.example/{{md6:rcpt}}.png\">'", 47, "PW203"),
}


class Planted(Folder):

    def lines(self, *names):
        """The text, and the places of its mistakes; the lines that a mistake adds move the others."""
        lines, moved, places = GOOD.splitlines(), 0, set()
        for line, text, column, code, extra, *_ in sorted(((*PLANTED[name], None)[:5] for name in names)):
            at = line - 1 + moved
            lines[at:at + 1] = text.split("\n")
            moved += text.count("\n")
            places.add((at + 1 + (extra or 0), column, code))
        return "\n".join(lines) + "\n", places

    def told(self, text):
        with open(self.folder + "/r.yaml", "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        done = rules("test", "--format", "json", self.folder + "/r.yaml")
        return [(one["line"], one["column"], one["code"], one["message"]) for one in json.loads(done.stdout)["findings"]]

    def test_without_mistakes_nothing_is_told(self):
        self.assertEqual(self.told(GOOD), [])

    def test_each_is_told_at_its_place_and_once(self):
        for name, planted in PLANTED.items():
            with self.subTest(name):
                text, places = self.lines(name)
                (line, column, code), = places
                found = self.told(text)
                # What is missing now, or not used, comes of it.
                rest = [one for one in found if one[2] != (planted[5] if len(planted) > 5 else None) or one[:2] == (line, column)]
                self.assertEqual([(one[0], one[1] if column else None, one[2]) for one in rest], [(line, column, code)], found)

    def test_no_mistake_hides_another(self):
        dice = random.Random(5)
        # One of a line; what changes how far other lines are read stands alone, above.
        names = [name for name in PLANTED if PLANTED[name][3] != "PW401"]
        for _ in range(60):
            chosen, lines = [], set()
            for name in dice.sample(names, 7):
                if not lines & set(range(PLANTED[name][0] - 1, PLANTED[name][0] + 2)):
                    chosen.append(name)
                    lines.add(PLANTED[name][0])
            with self.subTest(chosen):
                text, places = self.lines(*chosen)
                found = self.told(text)
                # Whether structure alone would hold mail is not to be said of selections that have mistakes.
                places = {place for place in places if place[2] != "PW206"}
                self.assertEqual(places - {one[:3] for one in found}, set(), "\n".join(map(str, sorted(found))))


ASKS = """\
rule: site.{name}
title: A host of the list
status: enforce
level: low
detect:
  picture: {{each: reference, kind: image}}
  listed: {{each: reference, url.host|in: list:old}}
  condition: {condition}
action: {{strip: picture}}
tests:
  - name: nothing
    html: 'none'
    expect: {{match: false}}
"""
MAIL = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<img src=https://old.example/a.png width=30>\r\n"


class Lists(Folder):

    def check(self, *more):
        done = rules("check", "--format", "json", *more, self.folder)
        return done.returncode, json.loads(done.stdout)

    def test_mistakes_of_lists_and_rules_are_told_in_one_run_with_line_and_caret(self):
        self.write("lists.d/a.txt", "fine.example\nhttps://a.example/x\nb..example\n")
        self.write("lists.d/b.txt", "com\n")
        self.write("r.yaml", GOOD.replace("level: low", "levle: low"))
        status, told = self.check()
        self.assertEqual((status, told["errors"]), (1, 4))
        self.assertEqual([(one["file"][len(self.folder):], one["line"], one["column"], one["code"]) for one in told["findings"]],
                         [("/lists.d/a.txt", 2, 1, "PW306"), ("/lists.d/a.txt", 3, 3, "PW306"),
                          ("/lists.d/b.txt", 1, 1, "PW306"), ("/r.yaml", 5, 1, "PW201")])
        text = rules("check", self.folder).stdout
        self.assertIn("a.txt:3:3: error PW306: 'b..example' is no domain name; write letters, digits, hyphens and single "
                      "dots, at most 253 bytes\n    b..example\n      ^\n", text)

    def test_a_list_of_100_megabytes_is_refused_at_once(self):
        path = self.write("lists.d/big.txt", "a.example\n")
        os.truncate(path, 100 * 1000 * 1000)
        status, told = self.check()
        self.assertEqual((status, told["findings"][0]["message"]), (1, "the list is larger than 67108864 bytes; split it"))

    def test_lists_cannot_ask_lists(self):
        self.write("lists.d/a.txt", "fine.example\nlist:b\n")
        self.write("lists.d/b.txt", "fine.example\nlist:a\n")
        status, told = self.check()
        self.assertEqual((status, [(one["line"], one["code"]) for one in told["findings"]]), (1, [(2, "PW306"), (2, "PW306")]))

    def test_a_list_that_would_match_everything_is_refused(self):
        for text in ("#! format: domains\n*\n", "fine.example\n.\n", "fine.example\n*.*\n", "fine.example\norg\n", "https://\n"):
            with self.subTest(text):
                self.write("lists.d/a.txt", text)
                self.assertEqual(self.check()[0], 1)

    def test_a_rule_that_asks_a_stale_list_is_degraded_and_visibly_so(self):
        mail = self.folder + "/m.eml"
        with open(mail, "wb") as file:
            file.write(MAIL)
        config = self.write("conf", f"Mode enforce\nRulesDir {self.folder}\n")
        self.write("a.yaml", ASKS.format(name="on", condition="picture and listed"))
        self.write("b.yaml", ASKS.format(name="off", condition="picture and not listed"))
        for on_stale, matching, degraded in (("keep", ["site.on"], False), ("warn", ["site.on"], True), ("drop", [], True)):
            with self.subTest(on_stale):
                self.write("lists.d/old.txt", f"#! expires: 2020-01-31\n#! on_stale: {on_stale}\n#! format: domains\nold.example\n")
                status, told = self.check()
                self.assertEqual(status, 0)
                self.assertEqual([one["code"] for one in told["findings"] if one["file"].endswith(".yaml")],
                                 ["PW606", "PW606"] if degraded else [])
                self.assertEqual([(one["line"], one["column"]) for one in told["findings"] if one["code"] == "PW606"],
                                 [(7, 47), (7, 47)] if degraded else [])
                found = scan("-c", config, "--json", mail).object
                self.assertEqual([name for name in found["rules"] if name.startswith("site.")], matching)
                self.assertEqual(found["notes"], [f"degraded.site.{name} (the list old is past its expiry)"
                                                  for name in ("on", "off")] if degraded else [])


if __name__ == "__main__":
    unittest.main()
