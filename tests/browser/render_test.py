"""
What Chromium fetches when it shows a mail, before pixelward and after: the promise of the product.

Before, each vector of vectors.py contacts its host, else the test would prove nothing. After, nothing does. What is
harmless is delivered byte for byte, and a newsletter whose trackers are gone looks as it did.
"""

import concurrent.futures
import contextlib
import os
import queue
import re
import time
import unittest

from e2e import pixelward, scratch

from . import chromium, mails, newsletters, png, vectors, web

TABS = 6
IDLE = 0.25  # seconds after load, for what starts late: refreshes, films, fonts
LATEST = 10  # seconds in which a request that must come has come
FAR = "far.beacon.example"


def host_of(name):
    return name + ".beacon.example"


def fill(html, host):
    """The HTML of a row with its host."""
    return html(host) if callable(html) else html.replace("HOST", host)


def rows_by_name(rows, letter):
    return {f"{letter}{number:03d}x": row for number, row in enumerate(rows)}


class Tabs:
    """Some pages of one browser; show() gives each URL to the next that is free."""

    def __init__(self, browser, count=TABS, **how):
        self._pages = [chromium.Page(browser, **how) for _ in range(count)]
        self._free = queue.Queue()
        for page in self._pages:
            self._free.put(page)

    def _show(self, url, awaited):
        page = self._free.get()
        try:
            page.show(url, 0 if awaited else IDLE)
            if awaited:
                with contextlib.suppress(scratch.Timeout):  # then the test says what is missing
                    scratch.wait_until(awaited, url, LATEST)
        finally:
            self._free.put(page)

    def show(self, urls, awaited=lambda url: None):
        """awaited(url) may give a condition, which ends the look at that page sooner or later than usual."""
        with concurrent.futures.ThreadPoolExecutor(len(self._pages)) as pool:
            list(pool.map(lambda url: self._show(url, awaited(url)), urls))
        for page in self._pages:
            page.blank()  # what still runs there ends
        time.sleep(IDLE)

    def close(self):
        for page in self._pages:
            page.close()


class BrowserTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if chromium.PROGRAM is None:
            raise unittest.SkipTest("there is no chromium (tools/install-deps.sh test)")
        if not os.path.exists(pixelward.CTL):
            raise AssertionError(pixelward.CTL + " is not built")
        cls.web = web.Web(re.compile(r"v\d\d\dx"))
        cls.addClassCleanup(cls.web.close)


class Vectors(BrowserTest):
    """Every class of reference: N requests before, none after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = rows_by_name(vectors.VECTORS, "v")
        cls.mails = {name: mails.make(name, fill(row[2], host_of(name))) for name, row in cls.rows.items()}
        cls.scanned = mails.Scanned(cls.mails, RemoteContent="all")
        browser = chromium.Browser(cls.web.proxy)
        try:
            tabs = Tabs(browser, private=False)
            fetched = {name: cls.mails[name] for name, row in cls.rows.items() if row[3]}
            cls.before = cls.fetched(tabs, "before", fetched, wait=True)
            cls.after = cls.fetched(tabs, "after", cls.scanned.delivered)
        finally:
            browser.kill()

    @classmethod
    def fetched(cls, tabs, folder, of, wait=False):
        """{name: URLs that showing this mail asked for}; wait: until it asks for the first."""
        cls.web.take_marked()
        pages = {cls.web.publish(f"{folder}/{name}", *mails.html_of(data)): name for name, data in of.items()}
        tabs.show(pages, lambda url: (lambda: cls.web.is_marked(pages[url])) if wait else None)
        return cls.web.take_marked()

    def each(self, check):
        for name, row in self.rows.items():
            with self.subTest(f"{row[0]}: {row[1]}", name=name):
                check(name, row)

    def test_before_a_browser_fetches_what_is_marked_so(self):
        def check(name, row):
            if row[3]:
                self.assertIn(name, self.before)
        self.each(check)

    def test_nothing_is_fetched_after(self):
        self.each(lambda name, _: self.assertEqual(self.after.get(name, []), []))

    def test_nothing_is_held(self):
        def check(name, _):
            report = self.scanned.reports[name]
            self.assertEqual(report["action"], "neutralise", report)
            self.assertIn(name, self.scanned.delivered)
        self.each(check)

    def test_no_trace_of_the_host_is_left(self):
        def check(name, row):
            html, _ = mails.html_of(self.scanned.delivered.get(name, b""))
            if row[0] != "base":  # by itself it fetches nothing, and links may need it
                self.assertNotIn(name.encode(), html)
        self.each(check)

    def test_a_second_time_changes_nothing(self):
        again = mails.Scanned(self.scanned.delivered, RemoteContent="all")

        def check(name, _):
            if name in self.scanned.delivered:
                self.assertEqual(again.reports[name]["action"], "deliver", again.reports[name])
                self.assertEqual(again.delivered[name], self.scanned.delivered[name])
        self.each(check)


class Hints(BrowserTest):
    """
    Look-ups and connections made ahead. A proxy does not see them, so here is none: every other name leads to the
    test's own port, and names under .localhost, which no name server is asked for, are looked up in the browser's log.
    """

    HTML = {
        "dns": "<link rel=dns-prefetch href=//{}>",
        "connect": "<link rel=preconnect href=http://{}>",
        "secure": "<link rel='preconnect' href=https://{} crossorigin>",
        "both": "<link href=//{} rel='DNS-Prefetch preconnect'>",
        "body": "<p>x<link rel=dns-prefetch href='//{}/p'>",
        "meta": "<meta http-equiv=x-dns-prefetch-control content=on><link rel=dns-prefetch href=http://{}>",
    }

    def test_names_are_looked_up_before_and_not_after(self):
        before = {name: mails.make(name, html.format(f"before-{name}x.localhost")) for name, html in self.HTML.items()}
        after = {name: mails.make(name, html.format(f"after-{name}x.localhost")) for name, html in self.HTML.items()}
        scanned = mails.Scanned(after, RemoteContent="all")
        folder = scratch.make_folder("netlog")
        self.addCleanup(scratch.remove_folder, folder)
        wanted = {f"before-{name}x" for name in self.HTML}

        def looked_up():
            with open(folder + "/log", encoding="utf-8", errors="replace") as log:
                return set(re.findall(r"(?:before|after)-\w+?x(?=\.localhost)", log.read()))
        browser = chromium.Browser(net_log=folder + "/log", port=self.web.proxy.rsplit(":", 1)[1])
        try:
            tabs = Tabs(browser, private=False)
            pages = {which: [self.web.publish(f"{which}-hint/{name}", *mails.html_of(data)) for name, data in of.items()]
                     for which, of in (("before", before), ("after", scanned.delivered))}
            tabs.show(pages["after"])

            def shown():
                tabs.show(pages["before"])
                return looked_up() >= wanted
            scratch.wait_until(shown, "the look-ups")
        finally:
            browser.close()
        self.assertEqual(looked_up(), wanted)


class Benign(BrowserTest):
    """What contacts nobody is delivered byte for byte."""

    def test_harmless_mail_is_delivered_byte_for_byte(self):
        rows = rows_by_name(vectors.BENIGN, "b")
        given = {name: mails.make(name, row[1].replace("FAR", FAR)) for name, row in rows.items()}
        scanned = mails.Scanned(given, RemoteContent="all")
        for name, row in rows.items():
            with self.subTest(row[0], name=name):
                self.assertEqual(scanned.reports[name]["action"], "deliver", scanned.reports[name])
                self.assertEqual(scanned.delivered[name], given[name])

    def test_it_is_harmless_indeed(self):
        rows = rows_by_name(vectors.BENIGN, "b")
        browser = chromium.Browser(self.web.proxy)
        try:
            known = len(self.web.requests())
            Tabs(browser, private=False).show(
                self.web.publish("benign/" + name, row[1].replace("FAR", FAR).encode()) for name, row in rows.items())
        finally:
            browser.kill()
        self.assertEqual([url for url in self.web.requests()[known:] if "beacon" in url], [])


class Newsletters(BrowserTest):
    """Under RemoteContent trackers a newsletter keeps its look and its pictures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mails = newsletters.make()
        cls.scanned = mails.Scanned(cls.mails, RemoteContent="trackers")
        cls.browser = chromium.Browser(cls.web.proxy)
        cls.addClassCleanup(cls.browser.kill)

    def shown(self, page, folder, name, data):
        """(screenshot, URLs asked for)"""
        known = len(self.web.requests())
        self.assertTrue(page.show(self.web.publish(f"{folder}/{name}", *mails.html_of(data)), IDLE, scratch.PATIENCE))
        picture = png.Picture(page.screenshot())
        return picture, sorted(url for url in self.web.requests()[known:] if "letter.example" in url)

    def test_only_the_trackers_are_gone(self):
        page = chromium.Page(self.browser)
        for name, data in self.mails.items():
            with self.subTest(name):
                self.assertEqual(self.scanned.reports[name]["action"], "neutralise")
                before, asked = self.shown(page, "before", name, data)
                masked = page.boxes(newsletters.VISIBLE_TRACKERS)
                after, asked_now = self.shown(page, "after", name, self.scanned.delivered[name])
                self.assertTrue([url for url in asked if newsletters.is_tracker(url)])
                self.assertEqual(asked_now, [url for url in asked if not newsletters.is_tracker(url)])
                self.assertTrue(len(asked_now) >= 5, asked_now)
                self.assertEqual(png.differences(before, after, masked), (0, None))

    def test_a_shift_would_be_seen(self):
        page = chromium.Page(self.browser)
        html = "<img src=http://photo.letter.example/photo-1 width=80 height=60>"
        left, _ = self.shown(page, "shift", "left", mails.make("left", html))
        right, _ = self.shown(page, "shift", "right", mails.make("right", "<div style='height:1px'></div>" + html))
        self.assertGreater(png.differences(left, right)[0], 0)


if __name__ == "__main__":
    unittest.main()
