"""pixelctl replay: archived mail in its own time, and the campaign that shows itself in it."""

import json
import os
import shutil
import subprocess
import unittest

from campaign import measure, world

from . import scratch
from .pixelward import CTL, ROOT, write_config

HEADER = "file\tclient_ip\thelo\tmail_from\trcpt\tt_offset"


class ReplayTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = scratch.make_folder("replay")
        self.addCleanup(scratch.remove_folder, self.folder)
        os.mkdir(self.folder + "/mails")
        os.mkdir(self.folder + "/state")
        self.config = self.folder + "/pixelward.conf"
        self.configure()

    def configure(self, **options):
        write_config(self.config, {"Mode": "enforce", "RulesDir": ROOT + "/rules", "RemoteContent": "trackers",
                                   "StateDir": self.folder + "/state", **options})

    def run_ctl(self, *arguments):
        return subprocess.run([CTL, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    def replay(self, *arguments):
        """Judged mails and campaigns, in their order."""
        done = self.run_ctl("replay", "-c", self.config, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def write(self, name, sender, to, beacon, date="Mon, 5 Jan 2026 08:00:00 +0000", subject="Story"):
        with open(f"{self.folder}/mails/{name}", "w", encoding="utf-8") as mail:
            mail.write(f"Received: from a.example by mx.example; {date}\nFrom: {sender}\nTo: {to}\nSubject: {subject}\n"
                       f"Date: {date}\nMessage-ID: <{name}@a.example>\nContent-Type: text/html\n\n<p>Some words to read here."
                       f'</p><p><a href="https://www.bbc.co.uk/1">Story</a></p><img src="{beacon}" width=1 height=1>\n')

    def write_table(self, *rows):
        with open(self.folder + "/t.tsv", "w", encoding="utf-8") as table:
            table.write("\n".join(rows) + "\n")
        return self.folder + "/t.tsv"

    def table_of_two(self, second_offset="3600"):
        """Two senders with beacons at one host; the host was unknown, others were learned before."""
        self.write("a.eml", "ann@one.example", "r@parl.example", "https://i.bad.example/open/3f2a9c1d2e4b5a67.gif")
        self.write("b.eml", "ben@two.example", "s@parl.example", "https://i.bad.example/i/9f8a7b6c5d4e3f2a.png")
        os.makedirs(self.folder + "/old", exist_ok=True)
        with open(self.folder + "/old/o.eml", "w", encoding="utf-8") as mail:
            mail.write("From: x@known.example\nTo: r@parl.example\nDate: Sun, 4 Jan 2026 08:00:00 +0000\nContent-Type: text/html\n\n"
                       '<img src="https://www.known.example/logo.png" width=100 height=40>\n')
        return self.write_table(HEADER, "a.eml\t198.51.100.1\tone.example\tann@one.example\tr@parl.example\t0",
                                f"b.eml\t198.51.100.2\ttwo.example\t\tr@parl.example,s@parl.example\t{second_offset}")


class Output(ReplayTest):

    def test_each_mail_is_an_object_and_so_is_the_campaign_behind_the_mail_that_shows_it(self):
        lines = self.replay("--learn", self.folder + "/old", "--envelope", self.table_of_two(), self.folder + "/mails")
        self.assertEqual([line.get("file") for line in lines], ["a.eml", "b.eml", None])
        campaign = lines[2]
        self.assertEqual((campaign["at"], campaign["hosts"], campaign["earlier"]), ("b.eml", ["i.bad.example"], ["a.eml"]))
        self.assertEqual(sorted(campaign["senders"]), ["ann@one.example", "ben@two.example"])
        self.assertEqual(campaign["recipients"], 2)
        self.assertIn("builtin.campaign", lines[1]["rules"])
        self.assertTrue(campaign["reasons"])

    def test_mail_outside_of_the_window_is_no_company(self):
        table = self.table_of_two(str(15 * 86400))
        lines = self.replay("--learn", self.folder + "/old", "--envelope", table, self.folder + "/mails")
        self.assertEqual([line for line in lines if "at" in line], [])
        self.configure(CampaignWindow="30d", CampaignNew="30d")
        lines = self.replay("--learn", self.folder + "/old", "--envelope", table, self.folder + "/mails")
        self.assertEqual(len([line for line in lines if "at" in line]), 1)

    def test_more_suspect_mail_to_watched_people_than_ever_is_marked(self):
        """One a day for three weeks, each by another sender with another host; then a dozen on one day."""
        watched, rows = self.folder + "/watch.txt", [HEADER]
        with open(watched, "w", encoding="utf-8") as file:
            file.write("@parl.example\n")
        self.configure(Group="watch " + watched, CampaignWindow="1h")
        for n in range(33):
            day = min(n, 21)
            self.write(f"{n:02d}.eml", f"ann@one{n}.example", "r@parl.example", f"https://i.bad{n}.example/{n}/3f2a9c1d2e4b5a{n:02d}.gif")
            rows.append(f"{n:02d}.eml\t198.51.100.1\tone.example\tann@one{n}.example\tr{n}@parl.example\t{day * 86400 + n * 600}")
        lines = self.replay("--envelope", self.write_table(*rows), self.folder + "/mails")
        marked = [line["file"] for line in lines if "pw.surge" in line.get("rules", [])]
        self.assertEqual(marked, ["30.eml", "31.eml", "32.eml"])

    def test_without_a_table_headers_say_who_and_when(self):
        self.table_of_two()
        self.write("a.eml", "ann@one.example", "r@parl.example", "https://i.bad.example/open/3f2a9c1d2e4b5a67.gif",
                   "Tue, 6 Jan 2026 08:00:00 +0000")
        lines = self.replay("--learn", self.folder + "/old", self.folder + "/mails")
        self.assertEqual([os.path.basename(line["file"]) for line in lines if "file" in line], ["b.eml", "a.eml"])
        self.assertEqual([os.path.basename(line["at"]) for line in lines if "at" in line], ["a.eml"])

    def test_mails_of_an_mbox_take_their_turns_too(self):
        self.table_of_two()
        with open(self.folder + "/box", "w", encoding="utf-8") as box:
            for name in ("a.eml", "b.eml"):
                with open(f"{self.folder}/mails/{name}", encoding="utf-8") as mail:
                    box.write("From x@y.example Mon Jan  5 08:00:00 2026\n" + mail.read() + "\n")
        lines = self.replay("--learn", self.folder + "/old", self.folder + "/box")
        self.assertEqual([os.path.basename(line["at"]) for line in lines if "at" in line], ["box:2"])

    def test_what_is_no_mail_is_passed_over(self):
        table = self.table_of_two()
        shutil.copy(table, self.folder + "/mails/envelopes.tsv")
        with open(self.folder + "/mails/noise", "wb") as file:
            file.write(bytes(range(256)) * 8)
        done = self.run_ctl("replay", "-c", self.config, self.folder + "/mails")
        self.assertEqual([os.path.basename(json.loads(line)["file"]) for line in done.stdout.splitlines()], ["a.eml", "b.eml"])
        self.assertEqual((done.returncode, done.stderr), (0, "pixelctl: 2 that are no mail were passed over\n"))

    def test_internal_clients_are_passed_as_the_daemon_passes_them(self):
        self.configure(InternalHosts="198.51.100.0/24")
        lines = self.replay("--envelope", self.table_of_two(), self.folder + "/mails")
        self.assertEqual([(line["action"], line["references"]) for line in lines], [("deliver", []), ("deliver", [])])

    def test_it_begins_with_what_was_learned_and_leaves_no_trace(self):
        table = self.table_of_two()
        self.assertEqual(self.run_ctl("learn", "-c", self.config, self.folder + "/old").returncode, 0)
        before = self.state()
        lines = self.replay("--envelope", table, self.folder + "/mails")
        self.assertEqual(len([line for line in lines if "at" in line]), 1)
        self.assertEqual(self.state(), before)
        self.assertEqual(len(self.replay("--empty", "--envelope", table, self.folder + "/mails")), 2)

    def state(self):
        found = {}
        for folder, _, names in os.walk(self.folder + "/state"):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.join(folder, name)] = file.read()
        return found


class Mistakes(ReplayTest):

    def complaint(self, *rows):
        self.write("a.eml", "ann@one.example", "r@parl.example", "https://i.bad.example/open/3f2a9c1d2e4b5a67.gif")
        table = self.write_table(*rows)
        done = self.run_ctl("replay", "-c", self.config, "--envelope", table, self.folder + "/mails")
        self.assertEqual((done.returncode, done.stdout), (78, ""), done.stderr)
        return [line[len(table) + 1:] for line in done.stderr.splitlines() if line.startswith(table)]

    def test_mistakes_are_told_at_their_places_and_all_at_once(self):
        rows = {
            "a.eml\t198.51.100.300\th\ta@b.example\tr@parl.example\t0": "2:7: client_ip",
            "a.eml\t198.51.100.3\th\ta@b.example\tr@parl.example,,s@parl.example\t0": "3:49: no address",
            "a.eml\t198.51.100.3\th\ta@b.example\tr@parl.example\tnoon": "4:49: t_offset",
            "a.eml\t198.51.100.3\th\ta@b.example\tr@parl.example\t-5": "5:49: t_offset",
            "a.eml\t198.51.100.3\th\ta@b.example": "6:33: fewer",
            "a.eml\t198.51.100.3\th\ta@b.example\tr@parl.example\t1\tx": "7:51: more",
            "\t198.51.100.3\th\ta@b.example\tr@parl.example\t1": "8:1: the name of a file",
        }
        told = self.complaint(HEADER, *rows)
        self.assertEqual(len(told), len(rows), told)
        for line, wanted in zip(told, rows.values()):
            self.assertTrue(line.startswith(wanted), (line, wanted))

    def test_columns_are_named_in_the_first_line(self):
        self.assertTrue(self.complaint("file\tclient\thelo\tmail_from\trcpt\tt_offset")[0].startswith("1:6: there is no such"))
        self.assertIn("does not name t_offset", self.complaint("file\tclient_ip\thelo\tmail_from\trcpt")[0])
        self.assertIn("named before", self.complaint(HEADER + "\tfile")[0])
        self.assertIn("1:1: the table is empty", self.complaint("")[0])

    def test_a_file_that_is_not_there_is_a_mistake_of_the_table(self):
        told = self.complaint(HEADER, "gone.eml\t198.51.100.3\th\ta@b.example\tr@parl.example\t0")
        self.assertTrue(told[0].startswith("2:1: "), told)

    def test_columns_may_stand_in_any_order(self):
        self.write("a.eml", "ann@one.example", "r@parl.example", "https://i.bad.example/open/3f2a9c1d2e4b5a67.gif")
        table = self.write_table("t_offset\trcpt\tmail_from\thelo\tclient_ip\tfile",
                                 "1.5\tr@parl.example\t<>\th\t2001:db8::1\ta.eml\r")
        self.assertEqual(len(self.replay("--envelope", table, self.folder + "/mails")), 1)


class World(ReplayTest):

    def test_a_campaign_names_itself_and_ordinary_mail_does_not(self):
        truth = world.make(self.folder + "/world", 500, 60, seed=3)
        for learn, watch, most in ((True, True, 5), (True, False, 5), (False, False, 20)):
            with self.subTest(learn=learn, watch=watch):
                result = measure.measure(measure.replay(CTL, self.folder + "/world", learn=learn, watch=watch), truth)
                self.assertLessEqual(result["named_after"], most)
                self.assertEqual((result["alarms_on_ordinary"], result["foreign_hosts"]), ([], []))
                self.assertEqual(result["hosts_named"], 6)
                self.assertLessEqual(max(result["mails_of_host_before_named"].values()), 3)
                if learn:
                    self.assertEqual(result["live_beacons"], 0, result["live_from"])


if __name__ == "__main__":
    unittest.main()
