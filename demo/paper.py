"""How the demo writes: labelled rows, and colours where somebody looks."""

import os
import sys
import textwrap

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def bold(text):
    return paint("1", text)


def red(text):
    return paint("31", text)


def green(text):
    return paint("32", text)


def dim(text):
    return paint("2", text)


def row(label, text, colour=str):
    """One labelled line; what is too long goes on below, indented."""
    lines = textwrap.wrap(text, 96, break_on_hyphens=False, break_long_words=False) or [""]
    for number, line in enumerate(lines):
        print(f"   {dim((label if number == 0 else '').ljust(11))} {colour(line)}")
