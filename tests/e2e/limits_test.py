"""Every budget, one by one: a message just beyond it is OnLimit's, with the option's name in the reason; one within is not."""

import re
import subprocess
import unittest

from .pixelward import DAEMON, scan, scratch_config

# Bounds of the whole daemon, not of a message: tests/gateway has them.
NOT_OF_A_MESSAGE = {"MaxConnections", "MaxMemory"}


def html(body, header=""):
    return ("From: a@example.net\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n" + header +
            "Content-Type: text/html; charset=utf-8\r\n\r\n" + body + "\r\n")


def parts(count):
    return ("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
            "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * count + "--b--\r\n")


def nested(depth):
    text = "MIME-Version: 1.0\r\n"
    for level in range(depth):
        text += f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
    text += "Content-Type: text/plain\r\n\r\nx\r\n"
    for level in reversed(range(depth)):
        text += f"--b{level}--\r\n"
    return text


def ambiguous(types):
    """Clients choose between so many types and two encodings."""
    return ("MIME-Version: 1.0\r\n" + "".join(f"Content-Type: text/x{n}\r\n" for n in range(types)) +
            "Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
            "PGltZyBzcmM9aHR0cDovL3QuZXhhbXBsZS8+\r\n")


# Bounds that must not be larger than the one that is lowered.
WITH_IT = {"MaxMessageSize": {"MaxHeaderBytes": "10K"}, "MaxParts": {"MaxNesting": "20"},
           "MaxParseMemory": {"MaxHtmlBytes": "1M"}}

# option: (value, a message within it, one beyond)
ROWS = {
    "MaxMessageSize": ("10K", html("x" * 9000), html("x" * 11000)),
    "MaxHeaderBytes": ("10K", html("x", "X-A: " + "b" * 9000 + "\r\n"), html("x", "X-A: " + "b" * 11000 + "\r\n")),
    "MaxHeaderLines": ("100", html("x", "X-A: b\r\n" * 90), html("x", "X-A: b\r\n" * 110)),
    "MaxParts": ("20", parts(15), parts(30)),
    "MaxNesting": ("10", nested(8), nested(15)),
    "MaxReadings": ("4", ambiguous(2), ambiguous(6)),
    "MaxReferences": ("20", html("<img src=http://t.example/a width=9 height=9>" * 15),
                      html("<img src=http://t.example/a width=9 height=9>" * 30)),
    "MaxHtmlBytes": ("20K", html("<p>" + "x " * 9000), html("<p>" + "x " * 11000)),
    "MaxAttributes": ("32", html("<p " + " ".join(f"a{n}" for n in range(30)) + ">"),
                      html("<p " + " ".join(f"a{n}" for n in range(40)) + ">")),
    "MaxTreeDepth": ("32", html("<div>" * 20 + "<img src=http://t.example/a width=9 height=9>"),
                     html("<div>" * 60 + "<img src=http://t.example/a width=9 height=9>")),
    "MaxCssTokens": ("1000", html("<style>" + "a{b:url(c)}" * 50 + "</style>"),
                     html("<style>" + "a{b:url(c)}" * 500 + "</style>")),
    "MaxUrlBytes": ("1K", html("<img width=9 height=9 src=http://t.example/" + "a" * 900 + ">"),
                    html("<img width=9 height=9 src=http://t.example/" + "a" * 1100 + ">")),
    "MaxParseMemory": ("1M", html("<p>x<img src=http://t.example/a width=9 height=9>"),
                       html("<b><i><u>x<p><img src=http://t.example/a width=9 height=9>" * 3000)),
    "MaxParseTime": ("10ms", html("<p>x<img src=http://t.example/a width=9 height=9>"),
                     html("<b><i><u>x<p><img src=http://t.example/a width=9 height=9>" * 20000)),
}


class Limits(unittest.TestCase):

    def judged(self, message, **config):
        result = scan("--json", "-", stdin=message.encode(), config=dict(Mode="enforce", **config))
        self.assertLess(result.status, 64, result.errors)
        return result.object

    def test_every_option_that_bounds_a_message_has_a_row(self):
        with scratch_config({}) as path:
            printed = subprocess.run([DAEMON, "-t", "--defaults", "-c", path], capture_output=True, text=True,
                                     stdin=subprocess.DEVNULL, check=True).stdout
        self.assertEqual(set(re.findall(r"(?m)^(Max\w+)", printed)) - NOT_OF_A_MESSAGE, set(ROWS))

    def test_within_each_limit_a_message_is_judged(self):
        for option, (value, within, _) in ROWS.items():
            with self.subTest(option):
                judged = self.judged(within, **{option: value, **WITH_IT.get(option, {})})
                self.assertNotIn(option, str(judged), judged)

    def test_beyond_each_limit_OnLimit_decides_and_the_reason_names_it(self):
        for option, (value, _, beyond) in ROWS.items():
            for fate, action in (("hold", "hold"), ("tempfail", "tempfail"), ("accept", None)):
                with self.subTest(option + " " + fate):
                    judged = self.judged(beyond, **{option: value, "OnLimit": fate, **WITH_IT.get(option, {})})
                    self.assertIn(option, str(judged["reasons"]), judged)
                    self.assertIn("builtin.limit", judged["rules"])
                    if action:
                        self.assertEqual(judged["action"], action)
                    else:
                        self.assertIn(judged["action"], ("deliver", "neutralise"))


if __name__ == "__main__":
    unittest.main()
