"""A campaign: ten accounts, six look-alike hosts, eight forms of a beacon that is another one for each mail."""

import base64
import hashlib

from . import words
from .ordinary import OUTLETS, Letter, page, token

HOSTS = ["cdn.guardian-newsdesk.example", "img.reuters-daily.example", "static.bbc-report.example", "assets.politico-live.example",
         "media.lemonde-update.example", "files.spiegel-online-news.example"]
ACCOUNTS = ["marta.keller.desk@gmail.com", "hugo.lund.press@gmx.net", "elena.novak.world@outlook.com", "n.prins@proton.me",
            "desk.rossi@yahoo.com", "editor@nordic-press-review.example", "world@human-rights-times.example",
            "desk@democracy-herald.example", "stories@eastern-journal.example", "news@atlantic-post-daily.example"]

FORMS = [
    lambda url: ("", f'<img src="{url}" width="1" height="1" alt="">'),
    lambda url: ("", f"<div style=\"background-image:url('{url}');width:1px;height:1px\"></div>"),
    lambda url: ("", f'<img srcset="{url} 1x" width="1" height="1" alt="">'),
    lambda url: (f"<style>@font-face{{font-family:Desk;src:url('{url}')}} p{{font-family:Desk,serif}}</style>", ""),
    lambda url: (f'<link rel="stylesheet" href="{url}">', ""),
    lambda url: ("", f'<svg width="1" height="1"><image href="{url}" width="1" height="1"/></svg>'),
    lambda url: ("", f'<img src="{url}">'),
    lambda url: ("", f'<img src="{url}" width="2" height="1" style="opacity:0">'),
]
PATHS = ["/images/{}.gif", "/bg/{}.png", "/media/{}/2x.png", "/fonts/{}.woff2", "/css/{}.css", "/vector/{}.svg", "/story/{}",
         "/article.php?ref={}"]


def name(dice, form, recipient, number):
    if form == 7:
        return base64.urlsafe_b64encode(recipient.encode()).decode().rstrip("=")
    if form % 2:
        return hashlib.sha256(f"{recipient}{number}".encode()).hexdigest()[:32]
    return token(dice, 22)


def letter(dice, number, recipients):
    form, host = dice.randrange(len(FORMS)), dice.choice(HOSTS)
    account = dice.choice(ACCOUNTS)
    beacon = f"https://{host}{PATHS[form].format(name(dice, form, recipients[0], number))}"
    head, tail = FORMS[form](beacon)
    headline = words.headline(dice)
    stories = "".join(f'<p>{words.paragraph(dice)} <a href="https://{dice.choice(OUTLETS)}/world/{dice.randrange(10**7)}">Full story'
                      "</a></p>" for _ in range(dice.randint(1, 4)))
    html = page(head, f"<h1>{headline}</h1>", stories, f"<p>{words.person(dice)}</p>", tail)
    return Letter(account, words.person(dice), recipients, headline, html, beacons=[beacon])
