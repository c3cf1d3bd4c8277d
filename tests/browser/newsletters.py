"""Newsletters as mailing programs write them, each with trackers of another shape among its pictures and links."""

from . import mails

TRACKER = "http://open.letter.example/o/7f3kq9zt2mb84xw1c6vhn5jd0s"
# Trackers whose place a reader sees: their boxes are not compared.
VISIBLE_TRACKERS = "img[src*='7f3kq9zt2m'][width='120']"

PAGE = """<!DOCTYPE html>
<html lang=en><head><meta charset=utf-8><title>The Letter</title>
<style>body{{margin:0;background:#f4f1ea;font-family:serif}} img{{border:0;display:block}}
@media only screen and (max-width:500px){{.wide{{width:100%!important}}}}{sheet}</style></head>
<body>{top}<div style="display:none;max-height:0;overflow:hidden">Ferries, bread and a museum</div>
<table width=100% cellpadding=0 cellspacing=0><tr><td align=center>
<table class=wide width=600 cellpadding=12 cellspacing=0 bgcolor=#ffffff background="http://photo.letter.example/photo-paper">
<tr><td><a href="https://letter.example/?from=mail"><img src="http://photo.letter.example/logo" width=160 height=40 alt="The Letter"></a>{head}</td></tr>
{articles}
<tr><td style="border-top:1px solid #ccc;font-size:12px">You get this because you asked for it. <a href="https://letter.example/leave?id=1">Leave</a>{foot}</td></tr>
</table>{behind}</td></tr></table>{end}</body></html>
"""

ARTICLE = """<tr><td valign=top style="font-size:16px;line-height:22px"><a href="https://letter.example/{n}"><img
 src="http://photo.letter.example/photo-{n}" width=160 height=120 alt="" align=left style="margin:0 12px 12px 0"></a>
<h2 style="margin:0">Article {n}</h2><p>{text}{inline}</p></td></tr>"""

TEXT = "The harbour council has opened the winter ferry to the quay, and the baker sells bread on board. " * 3
PIXEL = f'<img src="{TRACKER}" width=1 height=1 alt="">'

# what the newsletter is called, where its tracker stands, the tracker
SHAPES = {
    "at-the-end": {"end": PIXEL},
    "at-the-top": {"top": PIXEL},
    "in-a-cell": {"foot": PIXEL},
    "beside-the-logo": {"head": PIXEL},
    "behind-the-table": {"behind": f'<img src="{TRACKER}" width="1" height="1" border="0" style="height:1px !important;width:1px !important;border-width:0 !important;margin:0 !important;padding:0 !important">'},
    "hidden": {"end": f'<img src="{TRACKER}" style="display:none">'},
    "of-no-size": {"end": f'<img src="{TRACKER}" width=0 height=0>'},
    "in-a-hidden-box": {"top": f'<div style="display:none"><img src="{TRACKER}"></div>'},
    "off-screen": {"end": f'<img src="{TRACKER}" style="position:absolute;left:-9999px">'},
    "transparent": {"foot": f'<img src="{TRACKER}" width=1 height=1 style="opacity:0">'},
    "as-a-background": {"end": f'<div style="width:1px;height:1px;overflow:hidden;background:url({TRACKER})"></div>'},
    "two": {"top": PIXEL, "end": PIXEL},
}


def is_tracker(url):
    return "7f3kq9zt2m" in url


def make():
    """{name: mail}"""
    made = {}
    for name, places in SHAPES.items():
        places = dict(dict.fromkeys(("sheet", "top", "head", "foot", "behind", "end", "inline"), ""), **places)
        articles = "".join(ARTICLE.format(n=n, text=TEXT, inline=places["inline"]) for n in range(4))
        made[name] = mails.make(name, PAGE.format(articles=articles, **places))
    return made
