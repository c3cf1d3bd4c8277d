"""What is written about options, limits and commands is what the programs do."""

import os
import re
import subprocess
import unittest

from .pixelward import DAEMON, ROOT


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def defaults():
    """Keyword -> value, of a daemon without configuration."""
    done = subprocess.run([DAEMON, "-t", "--defaults", "-c", "/dev/null"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"(?m)^(\w+)\s+(.*)$", done.stdout))


class Options(unittest.TestCase):

    def test_the_sample_shows_every_option_with_its_default(self):
        shown = dict(re.findall(r"(?m)^#?([A-Z][A-Za-z]+) (\S.*)$", read("conf/pixelward.conf")))
        shown.pop("Include", None)
        for keyword, value in defaults().items():
            with self.subTest(keyword):
                self.assertIn(keyword, shown)
                if keyword != "RulesDir":  # where the rules lie is found at start
                    self.assertEqual(shown[keyword], value)

    def test_the_sample_shows_no_option_that_does_not_exist(self):
        known = defaults()
        for keyword in re.findall(r"(?m)^#([A-Z][A-Za-z]+) \S", read("conf/pixelward.conf")):
            if keyword != "Include":
                self.assertIn(keyword, known)

    def test_docs_name_no_option_that_does_not_exist(self):
        known = set(defaults()) | {"Include"}
        for page in ["README.md"] + ["docs/" + name for name in os.listdir(ROOT + "/docs") if name.endswith(".md")]:
            for keyword in re.findall(r"(?m)^ {4}((?:[A-Z][a-z]+)+[A-Z]*) {1,8}\S", read(page)):
                with self.subTest(page):
                    self.assertIn(keyword, known)


class Links(unittest.TestCase):

    def test_the_page_on_readings_names_the_oddities_of_the_code(self):
        with open(ROOT + "/include/pixelward/dissection.h", encoding="utf-8") as file:
            table = file.read().split("#define PW_QUIRKS", 1)[1].split("enum quirk", 1)[0]
        with open(ROOT + "/docs/readings.md", encoding="utf-8") as file:
            rows = file.read().split("| oddity |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
        self.assertEqual([row.split("|")[1].strip() for row in rows], re.findall(r'X\(\w+,\s*"([^"]*)"\)', table))

    def test_links_between_pages_lead_somewhere(self):
        for page in ["README.md"] + ["docs/" + name for name in os.listdir(ROOT + "/docs") if name.endswith(".md")]:
            for link in re.findall(r"\]\(([^)#:]+)\)", read(page)):
                with self.subTest(page):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), link)), link)

    def test_commands_of_the_readme_exist(self):
        targets = set(re.findall(r"(?m)^([a-z][\w-]*):(?!=)", read("Makefile.tests") + read("Makefile")))
        for target in re.findall(r"make ([a-z]+)", read("README.md")):
            self.assertIn(target, targets | {"before", "such"})


if __name__ == "__main__":
    unittest.main()
