"""pixelctl scan: the interface that scripts rely on."""

import json
import os
import re
import subprocess
import unittest

from . import case, scratch
from .case import EMPTY_PICTURE, MAILS, MEMBER, TOKEN, mail_names, readable, stored, wire
from .pixelward import CTL, scan

ACTIONS = {"deliver", "tag", "neutralise", "hold", "redirect", "reject"}
TRIGGERS = {"open", "dns", "click", "mua"}


def path(name):
    return os.path.join(MAILS, name + ".eml")


class ScanTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not os.path.exists(CTL):
            raise AssertionError(CTL + " is not built")

    def setUp(self):
        self.folder = scratch.make_folder("out")
        self.addCleanup(scratch.remove_folder, self.folder)

    def write(self, name, data):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)
        return file.name

    def rewritten(self, name):
        with open(os.path.join(self.folder, "new", os.path.basename(name)), "rb") as file:
            return file.read()


class ExitStatus(ScanTest):

    def test_clean_mail_is_0(self):
        for name in mail_names("clean-"):
            with self.subTest(name):
                result = scan("--rcpt", MEMBER, path(name))
                self.assertEqual(result.status, 0, result.output + result.errors)

    def test_neutralised_mail_is_1(self):
        for name in mail_names("tracked-"):
            with self.subTest(name):
                result = scan("--rcpt", MEMBER, path(name))
                self.assertEqual(result.status, 1, result.output + result.errors)

    def test_held_mail_is_2(self):
        for name in mail_names("held-"):
            with self.subTest(name):
                self.assertEqual(scan(path(name)).status, 2)

    def test_of_several_files_the_highest_counts(self):
        clean, tracked, held = path("clean-plain-note"), path("tracked-html-only"), path("held-campaign")
        for files, status in (([clean, clean], 0), ([tracked, clean], 1), ([clean, held, tracked], 2)):
            with self.subTest(status):
                self.assertEqual(scan(*files).status, status)

    def test_a_file_that_cannot_be_read_is_an_error_and_the_others_are_scanned(self):
        result = scan("--json", path("tracked-html-only"), self.folder + "/missing.eml", path("clean-plain-note"))
        self.assertGreaterEqual(result.status, 64)
        self.assertEqual([found["file"] for found in result.objects],
                         [path("tracked-html-only"), path("clean-plain-note")])
        self.assertIn("missing.eml", result.errors)

    def test_a_folder_is_no_message(self):
        result = scan(self.folder)
        self.assertGreaterEqual(result.status, 64)
        self.assertNotEqual(result.errors, "")

    def test_wrong_use_is_64_or_more_and_says_so(self):
        for arguments in (["--no-such-option", path("clean-plain-note")], ["--rewrite"]):
            with self.subTest(arguments):
                result = scan(*arguments)
                self.assertGreaterEqual(result.status, 64)
                self.assertNotEqual(result.errors, "")

    def test_a_broken_configuration_is_an_error_with_its_place(self):
        result = scan(path("clean-plain-note"), config={"Mode": "sometimes"})
        self.assertGreaterEqual(result.status, 64)
        self.assertRegex(result.errors, r"conf:\d+:\d+: ")


class Json(ScanTest):

    def test_every_message_is_one_object_on_one_line(self):
        files = [path(name) for name in mail_names("")]
        result = scan("--json", *files)
        self.assertEqual([found["file"] for found in result.objects], files)

    def test_objects_have_the_documented_shape(self):
        for found in scan("--json", "--rcpt", MEMBER, *[path(name) for name in mail_names("")]).objects:
            with self.subTest(found["file"]):
                self.assertTrue({"file", "action", "references", "rules", "notes"} <= set(found), found)
                self.assertIn(found["action"], ACTIONS)
                self.assertIsInstance(found["rules"], list)
                self.assertIsInstance(found["notes"], list)
                for reference in found["references"]:
                    self.assertTrue({"part", "kind", "trigger", "url", "host", "decision", "reasons"} <= set(reference))
                    self.assertIn(reference["decision"], {"keep", "strip"})
                    self.assertIn(reference["trigger"], TRIGGERS)
                    if reference["decision"] == "strip":
                        self.assertTrue(reference["reasons"], reference)

    def test_the_pixel_is_found_with_its_part_host_and_reason(self):
        found = scan("--json", path("tracked-recon-news")).object
        self.assertEqual(found["action"], "neutralise")
        pixel, = [reference for reference in found["references"] if reference["decision"] == "strip"]
        self.assertEqual((pixel["part"], pixel["kind"], pixel["trigger"]), ("2", "image", "open"))
        self.assertEqual(pixel["url"], "https://cdn.nws-dispatch.example/o/7f3kq9zt2m.gif")
        self.assertEqual(pixel["host"], "cdn.nws-dispatch.example")

    def test_links_are_references_that_wait_for_a_click(self):
        found = scan("--json", path("clean-html-links-only")).object
        self.assertEqual([(reference["trigger"], reference["decision"]) for reference in found["references"]],
                         [("click", "keep")])

    def test_parts_are_numbered_as_in_imap(self):
        for name, part in (("tracked-html-only", "1"), ("tracked-qp", "2"), ("tracked-forwarded", "2.1")):
            with self.subTest(name):
                found = scan("--json", path(name)).object
                self.assertIn(part, [reference["part"] for reference in found["references"]
                                     if reference["decision"] == "strip"])

    def test_a_held_message_names_its_rule(self):
        found = scan("--json", path("held-campaign")).object
        self.assertEqual(found["action"], "hold")
        self.assertTrue(any("apt31-ipac" in rule for rule in found["rules"]), found["rules"])

    def test_hostile_names_and_urls_stay_json(self):
        page = (b"Content-Type: text/html\r\n\r\n<img width=1 height=1 "
                b"src='http://t.example/\"\\\x01\xff\xc3&quot;&#10;\\u0000'>\r\n")
        name = self.write('we"ird \\ name\n.eml', page)
        found = scan("--json", name).object
        self.assertEqual(found["file"], name)

    def test_no_string_holds_what_some_reader_takes_for_a_line_end(self):
        marks = "\x1c\x1e\x7f\x80\x85\x9b\x9f\u2028\u2029"
        name = self.write("a" + marks + "b.eml", b"Subject: x\r\n\r\nx\r\n")
        output = scan("--json", name).output
        self.assertEqual(len(output.splitlines()), 1)  # which cuts at each of them
        self.assertTrue(output[:-1].isprintable(), ascii(output))
        self.assertIn("a" + "".join(f"\\u{ord(mark):04x}" for mark in marks) + "b.eml", output)
        self.assertEqual(json.loads(output)["file"], name)

    def test_letters_of_any_language_stand_as_they_are(self):
        name = self.write("\u00a0\u00fc\u2027\u202a\u65e5\U0001f600.eml", b"Subject: x\r\n\r\nx\r\n")
        self.assertIn(os.path.basename(name), scan("--json", name).output)

    def test_bytes_that_are_no_utf8_are_replaced(self):
        # stray, overlong, a surrogate, past the last character, cut off at the end
        broken = b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x80"
        data = b"X-Image-Url: http://t.example/" + b"/".join(broken) + b"\r\nContent-Type: text/plain\r\n\r\nx\r\n"
        name = self.write("broken.eml", data)
        other = os.fsencode(self.folder) + b"/\x85\xc2.eml"
        with open(other, "wb") as file:
            file.write(data)
        first, second = scan("--json", name, os.fsdecode(other)).objects
        self.assertEqual(second["file"], self.folder + "/\ufffd\ufffd.eml")
        self.assertTrue(first["references"])

    def test_recipients_given_by_hand_are_looked_for_in_urls(self):
        self.assertEqual(scan("--rcpt", "else@parl.example", path("tracked-digest")).status, 0)
        self.assertEqual(scan("--rcpt", "else@parl.example", "--rcpt", MEMBER, path("tracked-digest")).status, 1)

    def test_the_envelope_sender_is_looked_at(self):
        self.assertEqual(scan("--from", "a@nropnews.com", path("clean-plain-note")).status, 2)
        self.assertEqual(scan("--from", "a@fine.example", path("clean-plain-note")).status, 0)

    def test_remote_content_all_strips_the_pictures(self):
        found = scan("--json", path("clean-newsletter"), config={"RemoteContent": "all"}).object
        decisions = {reference["url"].rsplit("/", 1)[-1]: reference["decision"] for reference in found["references"]}
        self.assertEqual((decisions["head.png"], decisions["ferry.jpg"], decisions["leave"]), ("strip", "strip", "keep"))


class Watched(ScanTest):
    """Groups of recipients, and what is stricter for those that are watched."""

    asked = (b"From: desk@news.example\r\nTo: Ann <ann.lee@parl.example>, bob@parl.example\r\nSubject: x\r\n"
             b"Disposition-Notification-To: desk@news.example\r\n\r\nx\r\n")

    def watch(self, text):
        return {"Group": "watch " + self.write("watch.txt", text)}

    def test_a_watched_recipient_gets_no_request_for_a_receipt(self):
        mail, groups = self.write("asked.eml", self.asked), self.watch(b"ann.lee@parl.example\n")
        result = scan("--json", "--rewrite", self.folder + "/new", "--rcpt", "ANN.LEE+x@parl.example", mail, config=groups)
        found = result.object
        self.assertEqual((result.status, found["action"], found["rules"]), (1, "neutralise", ["builtin.receipt"]))
        receipt, = found["references"]
        self.assertEqual(receipt["reasons"],
                         ["no read receipts of recipients in the group watch (ReadReceipts watched)"])
        self.assertNotIn(b"Disposition", self.rewritten(mail))
        self.assertIn(b"Subject: x\r\n", self.rewritten(mail))

    def test_others_get_it(self):
        mail, groups = self.write("asked.eml", self.asked), self.watch(b"ann.lee@parl.example\n")
        self.assertEqual(scan("--rcpt", "bob@parl.example", mail, config=groups).status, 0)
        self.assertEqual(scan("--rcpt", "ann.lee@parl.example", mail).status, 0)
        self.assertEqual(scan("--rcpt", "ann.lee@parl.example", mail, config=dict(groups, ReadReceipts="keep")).status, 0)
        self.assertEqual(scan("--rcpt", "bob@parl.example", mail, config=dict(groups, ReadReceipts="strip")).status, 1)

    def test_without_an_envelope_the_header_says_who_gets_it(self):
        mail = self.write("asked.eml", self.asked)
        self.assertEqual(scan(mail, config=self.watch(b"bob@parl.example\n")).status, 1)
        self.assertEqual(scan(mail, config=self.watch(b"eve@parl.example\n")).status, 0)

    def test_a_mistake_in_a_group_is_an_error_with_its_place(self):
        result = scan(self.write("asked.eml", self.asked), config=self.watch(b"ann.lee@parl.example\n  bob\n"))
        self.assertGreaterEqual(result.status, 64)
        self.assertRegex(result.errors, r"watch\.txt:2:3: error PW306: 'bob' is no address; write user@domain")


class Lists(ScanTest):
    """A directory of lists, one of each format."""

    lists = {
        "names.txt": "names.example\n",
        "blackhole.hosts": "127.0.0.1 localhost\n0.0.0.0 hosts.example\n",
        "lures.txt": "#! action: hold\nhttps://urls.example/lure/\n",
        "feed.csv": "#! column: url\nid,url\n1,https://csv.example/x\n",
        "mail.txt": "[Adblock Plus 2.0]\n! Email\n/open/*.gif?$image\n@@||kind.example^\n||host.example^$third-party\n"
                    "/\\/beacon-[0-9]{3}\\//\na.example##.ad\n",
    }
    page = (b"From: desk@news.example\r\nContent-Type: text/html\r\n\r\n<p>Dear reader, the news of the day:</p>"
            b"%s<p>and that is all for now.</p>\r\n")
    picture = '<img src="%s" width=300 height=200 alt=x>'

    def scan_page(self, html, lists=None):
        for name, text in (self.lists if lists is None else lists).items():
            os.makedirs(self.folder + "/rules/lists.d", exist_ok=True)
            self.write("rules/lists.d/" + name, text.encode())
        mail = self.write("page.eml", self.page % html.encode())
        return scan("--json", mail, config={"RulesDir": self.folder + "/rules"})

    def test_each_format_strips_what_it_lists(self):
        rows = (("https://x.names.example/a.png", "list.names"), ("https://hosts.example/a.png", "list.blackhole"),
                ("https://csv.example/xy.png", "list.feed"), ("https://a.example/open/1.gif?x", "list.mail"),
                ("https://p.example/?u=%2Fopen%2F1.gif%3Fx", "list.mail"), ("https://img.host.example/a.png", "list.mail"),
                ("https://a.example/beacon-123/a.png", "list.mail"))
        for url, rule in rows:
            with self.subTest(url):
                result = self.scan_page(self.picture % url)
                self.assertEqual((result.status, result.object["rules"], result.errors), (1, [rule], ""))
                self.assertEqual([each["decision"] for each in result.object["references"]], ["strip"])

    def test_the_reason_names_line_and_filter(self):
        reference, = self.scan_page(self.picture % "https://a.example/open/1.gif?x").object["references"]
        self.assertEqual(reference["reasons"], ["its URL is on the list mail (line 3: /open/*.gif?$image)"])

    def test_what_no_list_matches_stays(self):
        for url in ("https://a.example/a.png", "https://kind.example/open/1.gif?", "https://urls.example/other.png",
                    "https://names.example.org/a.png"):
            with self.subTest(url):
                self.assertEqual(self.scan_page(self.picture % url).object["action"], "deliver")

    def test_links_are_never_stripped(self):
        for url in ("https://x.names.example/a", "https://a.example/open/1.gif?x", "https://csv.example/xy"):
            with self.subTest(url):
                found = self.scan_page(f'<a href="{url}">more</a>').object
                self.assertEqual([each["decision"] for each in found["references"]], ["keep"])

    def test_a_list_of_urls_may_hold_for_a_link(self):
        found = self.scan_page('<a href="https://urls.example/lure/1">more</a>').object
        self.assertEqual((found["action"], found["rules"]), ("hold", ["list.lures"]))

    def test_a_mistake_is_an_error_and_a_bad_filter_a_warning(self):
        result = self.scan_page("<p>x</p>", {"names.txt": "names.example\nhttps://x.example/\n"})
        self.assertGreaterEqual(result.status, 64)
        self.assertRegex(result.errors, r"names\.txt:2:1: error PW306: 'https://x\.example/' is a URL")
        result = self.scan_page(self.picture % "https://a.example/track.gif",
                                {"names.txt": "", "mail.txt": "! x\n||a.example^$csp=x\n*\n/track.\n"})
        self.assertEqual((result.status, result.object["rules"]), (1, ["list.mail"]))
        self.assertRegex(result.errors, r"mail\.txt:2:14: warning PW608: the option 'csp=x' is not supported")
        self.assertRegex(result.errors, r"mail\.txt:3:1: warning PW608: it would match every URL")


class StandardInput(ScanTest):

    def test_a_dash_reads_standard_input(self):
        result = scan("--json", "-", stdin=wire("tracked-html-only"))
        self.assertEqual((result.status, result.object["file"], result.object["action"]), (1, "-", "neutralise"))

    def test_without_a_file_standard_input_is_read(self):
        self.assertEqual(scan(stdin=wire("tracked-html-only")).status, 1)

    def test_standard_input_may_stand_among_files(self):
        result = scan("--json", path("clean-plain-note"), "-", stdin=wire("held-campaign"))
        self.assertEqual([found["action"] for found in result.objects], ["deliver", "hold"])


class Rewrite(ScanTest):

    def rewrite(self, *files, **how):
        os.makedirs(self.folder + "/new", exist_ok=True)
        return scan("--rewrite", self.folder + "/new", "--rcpt", MEMBER, *files, **how)

    def test_clean_mail_is_written_as_it_was(self):
        files = [path(name) for name in mail_names("clean-")]
        self.rewrite(*files)
        for name in mail_names("clean-"):
            with self.subTest(name):
                self.assertEqual(self.rewritten(path(name)), stored(name))

    def test_crlf_mail_too(self):
        for name in mail_names("clean-"):
            with self.subTest(name):
                self.rewrite(self.write(name, wire(name)))
                self.assertEqual(self.rewritten(name), wire(name))

    def test_tracked_mail_is_written_without_its_trackers(self):
        for name in mail_names("tracked-"):
            with self.subTest(name):
                for data in (stored(name), wire(name)):
                    file = self.write(name, data)
                    self.assertEqual(self.rewrite(file).status, 1)
                    self.assertNotIn(TOKEN, readable(self.rewritten(file)))

    def test_what_was_written_is_clean_when_it_is_read_again(self):
        for name in mail_names("tracked-"):
            with self.subTest(name):
                self.rewrite(path(name))
                again = scan("--json", "--rcpt", MEMBER, os.path.join(self.folder, "new", name + ".eml"))
                self.assertEqual(again.status, 0, again.output)

    def test_only_the_source_of_the_pixel_changes(self):
        self.rewrite(path("tracked-html-only"))
        self.assertEqual(self.rewritten(path("tracked-html-only")), stored("tracked-html-only").replace(
            b"https://t.shop.example/open?u=7f3kq9zt2m", EMPTY_PICTURE))

    def test_held_mail_is_not_written(self):
        self.assertEqual(self.rewrite(path("held-campaign"), path("clean-plain-note")).status, 2)
        self.assertEqual(os.listdir(self.folder + "/new"), ["clean-plain-note.eml"])

    def test_two_files_of_one_name_are_an_error(self):
        os.mkdir(self.folder + "/other")
        twin = self.write("other/clean-plain-note.eml", wire("clean-plain-note"))
        result = self.rewrite(path("clean-plain-note"), twin)
        self.assertGreaterEqual(result.status, 64)
        self.assertIn("clean-plain-note.eml", result.errors)

    def test_a_folder_that_cannot_be_is_an_error(self):
        self.write("file", b"")
        result = scan("--rewrite", self.folder + "/file/new", path("clean-plain-note"))
        self.assertGreaterEqual(result.status, 64)
        self.assertNotEqual(result.errors, "")

    def test_json_and_rewrite_go_together(self):
        result = self.rewrite("--json", path("tracked-html-only"))
        self.assertEqual(json.loads(result.output)["action"], "neutralise")
        self.assertNotIn(TOKEN, self.rewritten(path("tracked-html-only")))


class Help(unittest.TestCase):

    def test_each_command_tells_how_it_is_used(self):
        whole = subprocess.run([CTL, "help"], capture_output=True, text=True, check=True).stdout
        for command in sorted(set(re.findall(r"(?m)^  pixelctl ([a-z]+)", whole)) - {"help"}):
            for words in ([command, "--help"], ["help", command]):
                with self.subTest(words):
                    done = subprocess.run([CTL, *words], capture_output=True, text=True, check=False)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn(done.stdout.splitlines()[1], whole)
        self.assertEqual(subprocess.run([CTL, "help", "me"], capture_output=True, check=False).returncode, 64)


if __name__ == "__main__":
    unittest.main()
