"""make install: what lies where, that it runs from there, and that the administrator's files survive."""

import os
import re
import subprocess
import unittest

from . import scratch
from .pixelward import BUILD, ROOT


class Install(unittest.TestCase):

    def setUp(self):
        self.folder = scratch.make_folder("install")
        self.addCleanup(scratch.remove_folder, self.folder)

    def make(self, what, prefix="/usr"):
        # The programs are built: what is tested is tools/install.sh, as make calls it.
        programs = [name for name in ("pixelward", "pixelctl") if os.path.exists(f"{BUILD}/{name}")]
        done = subprocess.run(["tools/install.sh", what, BUILD, self.folder, prefix, "/etc", *programs], cwd=ROOT,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def files(self):
        return sorted(os.path.relpath(os.path.join(folder, name), self.folder)
                      for folder, _, names in os.walk(self.folder) for name in names)

    def test_everything_lies_where_an_administrator_looks_for_it(self):
        self.make("install")
        files = self.files()
        for name in ("usr/sbin/pixelward", "usr/bin/pixelctl", "etc/pixelward/pixelward.conf",
                     "usr/share/pixelward/rules/lists.d/apt31-ipac.txt", "usr/lib/systemd/system/pixelward.service",
                     "usr/share/doc/pixelward/README.md", "usr/share/doc/pixelward/install-postfix.md"):
            self.assertIn(name, files)

    def test_programs_run_from_there(self):
        self.make("install")
        for command in (["usr/sbin/pixelward", "-V"], ["usr/bin/pixelctl", "--help"]):
            done = subprocess.run([os.path.join(self.folder, command[0]), *command[1:]], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, check=False)
            self.assertIn("pixel", done.stdout + done.stderr)

    def test_the_shipped_configuration_is_valid_and_begins_in_shadow(self):
        self.make("install")
        done = subprocess.run([self.folder + "/usr/sbin/pixelward", "-t", "--defaults",
                               "-c", self.folder + "/etc/pixelward/pixelward.conf"],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^Mode\s+shadow$")

    def test_the_unit_names_the_installed_program(self):
        self.make("install", "/usr/local")
        with open(self.folder + "/usr/local/lib/systemd/system/pixelward.service", encoding="utf-8") as unit:
            text = unit.read()
        self.assertIn("ExecStart=/usr/local/sbin/pixelward ", text)
        self.assertNotIn("@", re.sub(r"(?m)^SystemCallFilter=.*|^#.*", "", text))

    def exposure(self, *drop_ins):
        """systemd's own measure of the unit: 0 is a service that can do nothing."""
        self.make("install")
        unit = self.folder + "/usr/lib/systemd/system/pixelward.service"
        for drop_in in drop_ins:
            # An offline check reads one file: the later line wins, as in a drop-in.
            with open(f"{self.folder}/usr/share/doc/pixelward/examples/{drop_in}", encoding="utf-8") as more, \
                    open(unit, "a", encoding="utf-8") as file:
                file.write(more.read())
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        return float(re.search(r"Overall exposure level for .*: ([0-9.]+)", done.stdout + done.stderr).group(1))

    def test_the_unit_is_locked_down(self):
        self.assertLessEqual(self.exposure(), 1.2)

    def test_the_unit_of_a_unix_socket_alone_is_locked_down_further(self):
        self.assertLessEqual(self.exposure("unix-socket.conf"), 0.5)

    def test_a_changed_configuration_is_kept(self):
        self.make("install")
        config = self.folder + "/etc/pixelward/pixelward.conf"
        with open(config, "a", encoding="utf-8") as file:
            file.write("# mine\n")
        self.assertIn("kept:", self.make("install"))
        with open(config, encoding="utf-8") as file:
            self.assertIn("# mine", file.read())

    def test_uninstall_leaves_only_the_configuration(self):
        self.make("install")
        self.make("uninstall")
        self.assertEqual(self.files(), ["etc/pixelward/pixelward.conf"])


if __name__ == "__main__":
    unittest.main()
