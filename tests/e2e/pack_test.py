"""What is shipped, without any public list: which counters of openings go, and that what people look at stays."""
import os
import unittest

from . import scratch
from .pixelward import ROOT, scan

TOKEN = "9e107d9d372bb6826bd81d3542a419d6"
UUID = "5b40ad63-abba-e2bb-492d-a4f1cf8c9e81"

# Where services count: their shapes at invented customers' hosts, and some hosts of their own.
COUNTERS = (
    f"https://click.news.example/wf/open?upn=u001.{TOKEN}",
    f"https://links.news.example/ss/o/u001.lsFKJ9Fa9n/4a7/{TOKEN}/ho.gif",
    f"https://abcdef.r.eu-west-1.awstrack.me/I0/{UUID}-000000/2FKwVZSzpKPUSLDQmdmv=206",
    f"https://click.news.example/CI0/{UUID}-000000/Q6hkyQLinbRp9WRkl0o8=220",
    "https://email.news.example/o/eJwtz81uhCAUQOGnqZtJCCoOsmA3D9Ck",
    f"https://shop.us7.list-manage.com/track/open.php?u={TOKEN}&id=e679a73992&e=8cf5f209f6",
    f"https://pstmrk.it/open?m=v3_1.{TOKEN}",
    f"https://go.news.example/q/{TOKEN}~~/AAAAAQA~/RgRlq",
    f"https://x7k.mjt.lu/oo/{TOKEN}/1a2b3c4d/e.gif",
    f"https://r.mail.news.example/tr/op/{TOKEN}",
    f"https://news.acemlna.com/lt.php?x={TOKEN}",
    "https://r20.rs6.net/on.jsp?ca=9f1c2a77&a=1102&c=88",
    f"https://t.news.example/e2t/o/{TOKEN}/gt7kd",
    f"https://trk.klclick.com/q/{TOKEN}",
    f"https://open.convertkit-mail2.com/{TOKEN}",
    f"https://click.e.news.example/open.aspx?ffcb10-fe87157972610-{TOKEN}&d=70166",
    "https://t.news.example/r/?id=h43bbc67c,11de365c,1",
    f"https://news.example/pub/as?_ri_=X0Gzc2X%3DAQpglLjHJlTQG{TOKEN}",
    f"https://e.customeriomail.com/e/o/{TOKEN}",
    f"https://link.news.example/mo/{TOKEN}_645781705.gif",
    f"https://news.example/optiext/optiextension.dll?ID={TOKEN}",
    f"https://links.news.example/s/eo/{TOKEN}/23",
    f"https://odoo.news.example/mail/track/4711/blank.gif?db={TOKEN}",
    f"https://list.news.example/lists/ut.php?u={TOKEN}&m=12",
    f"https://t.yesware.com/t/{TOKEN}/spacer.gif",
    f"https://mailtrack.io/trace/mail/{TOKEN}.png?u=12345",
    "https://app.outreach.io/api/mailings/opened/4711",
    f"https://emltrk.com/v2/{TOKEN}?d=x",
    f"https://pixel.app.returnpath.net/pixel.gif?r={TOKEN}",
    f"https://api.news.example/v1/track/open/{UUID}",
    f"https://news.example/email/beacon/{UUID}.gif",
    "https://news.example/newsletter/open.php?id=88231",
    f"https://track.news.example/{TOKEN}",
    f"https://news.example/t/{TOKEN}",
)
# In-house: a tiny picture of any name.
HOUSE = (
    "https://www.shop.example/p.gif?x=88231", "https://static.shop.example/mail/blank.gif?m=88231",
    f"https://img.shop.example/o/{TOKEN}.png", "https://shop.example/x.gif", "https://shop.example/mail/dot.php",
    "https://shop.example/email/logo.png?user=88231", f"https://shop.example/1x1/{TOKEN}",
    f"https://shop.example/images/{TOKEN}/spacer.gif", "https://shop.example/track.gif",
)
TINY = ('<img src="{}" width=1 height=1 alt="">', '<img src="{}" height="2" width="2" border="0" alt="">',
        '<img src="{}" style="width:1px;height:1px">', '<style>img {{height:auto}}</style><img src="{}" width=2 height=2>')
UNSIZED = ('<img src="{}">', '<img border=0 src="{}" alt="">')
HIDDEN = (
    '<img src="{}" style="display:none">', '<img src="{}" hidden>', '<img src="{}" style="visibility:hidden">',
    '<img src="{}" style="opacity:0">', '<img src="{}" style="filter:opacity(0)">', '<img src="{}" style="max-height:0">',
    '<div style="max-height:0;overflow:hidden"><img src="{}" width=100></div>',
    '<div style="width:1px;height:1px;overflow:hidden"><img src="{}" width=200></div>',
    '<img src="{}" style="position:absolute;left:-9999px">', '<img src="{}" style="transform:translateX(-9999px)">',
    '<img src="{}" style="transform:scale(0)">', '<img src="{}" style="clip:rect(0 0 0 0);position:absolute">',
    '<div style="font-size:0;max-height:0;overflow:hidden;mso-hide:all"><img src="{}"></div>',
    '<style>.px7 {{width:1px;height:1px}}</style><img class=px7 src="{}">', '<img src="{}" style="width:1pt;height:1pt">',
    '<table style="display:none"><tr><td background="{}"></td></tr></table>',
)
# What is there to be looked at, or holds the layout.
SEEN = (
    "https://cdn.shop.example/email/2025/05/logo-rp9.png", "https://www.shop.example/assets/mail/header.jpg?v=91",
    f"https://media.shop.example/dms/image/D4E03AQlb52/logo-shrink_200_200/0/5785383650733.png?e=3594628326&t={TOKEN}",
    f"https://shop.imgix.example/photos/product-42.jpg?w=600&fit=crop&s={TOKEN}", f"https://faces.example/avatar/{TOKEN}?s=80",
    f"https://pictures.example/{TOKEN}=w600-h300", "https://weather.example/map?city=Tallinn&units=metric",
    "https://shop.example/barcode.php?code=004012345123", f"https://countdown.example/timer/{TOKEN}.gif",
    f"https://gallery.mailchimp.com/{TOKEN}/images/tracking-truck-5sg.jpg", f"https://mcusercontent.com/{TOKEN}/images/{UUID}.png",
    "https://3344c.mjt.lu/tplimg/3344c/b/583k4/wk3x.png", "https://link.shop.example/custloads/914218325/md_7036593.png",
    f"https://email-images.shop.example/58440/{UUID}/original", "https://shop.example/icons/icon-track-order.png",
    "https://shop.example/img/open-24-hours.png", "https://shop.example/images/google-pixel-9-hero.jpg",
)
SHOWN = ('<a href="https://shop.example/x"><img src="{}" width=300 alt="Offer"></a>', '<img src="{}" width=180 alt="Logo">',
         '<img src="{}" alt="Offer of the week">', '<a href="https://shop.example/y"><img src="{}" border=0></a>', '<img src="{}">')
SPACERS = (
    "https://static.shop.example/mail/spacer.gif", "https://static.shop.example/mail/blank.png?v=2",
    "https://www.shop.example/catalog/images/pixel_trans.gif", "https://shop.example/img/transparent.gif",
    "https://shop.example/img/clear.gif", "https://shop.example/img/1x1.gif?v=3", "https://shop.example/img/border-left.png",
    "https://img2.shop.example/nl/20240321/spacer_10x1.gif", "https://shop.example/img/spacer@2x.png", "https://shop.example/img/t.gif",
)
# These only amid what is read.
AMID = ("https://cdn.shop.example/2024/05/x.gif", "https://shop.example/images/round-tl.gif", "https://static.shop.example/mail/c.gif?v=2")
HOLDING = ('<img src="{}" width=1 height=1 style="display:block" alt="">', '<img src="{}" style="width:1px;height:1px" alt="">',
           '<img src="{}" width=10 height=1 alt="">', '<img src="{}" width=1 height=20 alt="">', '<img src="{}" width=2 height=2>')


class Pack(unittest.TestCase):

    def setUp(self):
        self.folder = scratch.make_folder("pack")
        self.addCleanup(scratch.remove_folder, self.folder)

    def write(self, name, html, sender="Shop <news@shop.example>"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"From: {sender}\nTo: ann.lee@parl.example\nSubject: Offers\nMIME-Version: 1.0\n"
                       f"Content-Type: text/html; charset=utf-8\n\n<body><p>Dear Ann</p>{html}</body>\n")
        return path

    def judged(self, pairs):
        """Of each URL and markup: whether all that loads of the URL is stripped."""
        paths = [self.write(f"{i}.eml", html.format(url.replace("&", "&amp;"))) for i, (url, html) in enumerate(pairs)]
        verdicts = scan("--json", *paths, config={"RulesDir": ROOT + "/rules"}).objects
        self.assertEqual(len(verdicts), len(pairs))
        self.assertFalse([verdict for verdict in verdicts if verdict["action"] == "hold"])
        return [all(reference["decision"] == "strip" for reference in verdict["references"] if reference["trigger"] == "open")
                for verdict in verdicts]

    def recall(self, urls, markups, floor):
        pairs = [(url, markups[(i + k) % len(markups)]) for i, url in enumerate(urls) for k in range(min(3, len(markups)))]
        missed = [pair for pair, stripped in zip(pairs, self.judged(pairs)) if not stripped]
        self.assertGreaterEqual(1 - len(missed) / len(pairs), floor, missed)

    def lost(self, urls, markups):
        pairs = [(url, markup) for url in urls for markup in markups]
        return [pair for pair, stripped in zip(pairs, self.judged(pairs)) if stripped]

    def test_tiny_counters_go(self):
        self.recall(COUNTERS + HOUSE, TINY, 1)

    def test_hidden_counters_go(self):
        self.recall(COUNTERS, HIDDEN, 1)

    def test_counters_without_a_size_go(self):
        self.recall(COUNTERS, UNSIZED, 0.97)

    def test_what_people_look_at_stays(self):
        self.assertEqual(self.lost(SEEN, SHOWN), [])

    def test_what_holds_the_layout_stays(self):
        self.assertEqual(self.lost(SPACERS, HOLDING), [])

    def test_what_stands_amid_the_text_stays(self):
        self.assertEqual(self.lost(AMID, [markup + "<p>Yours</p>" for markup in HOLDING]), [])
        self.assertNotEqual(self.lost(AMID, HOLDING), [])

    def test_counters_go_amid_the_text_too(self):
        self.recall(COUNTERS + HOUSE, [markup + "<p>Yours</p>" for markup in TINY], 1)

    def test_two_signs_of_different_kinds_hold_and_one_does_not(self):
        pixel = f'<img src="https://img.unrelated.example/p/{TOKEN}" width=1 height=1>'
        canary = f'<img src="https://canarytokens.com/about/{TOKEN}/post.jsp" width=1 height=1>'
        persona, plain = '"Reuters World Desk" <desk@nwsdaily.example>', "Shop <news@shop.example>"
        for sender, html, held in ((persona, pixel, False), (plain, canary, False), (persona, canary, True)):
            with self.subTest(sender=sender, html=html):
                path = self.write("signs.eml", html, sender)
                verdict = scan("--json", path, config={"RulesDir": ROOT + "/rules"}).objects[0]
                self.assertEqual(verdict["action"], "hold" if held else "neutralise", verdict)
                self.assertEqual("builtin.two-signs" in verdict["rules"], held)
