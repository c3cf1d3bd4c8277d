"""A campaign: ten accounts, six look-alike hosts, eight forms of a beacon, another one for each mail; and other shapes of it."""

import base64
import hashlib

from . import words
from .ordinary import OUTLETS, Letter, page, token

HOSTS = {
    "pose": ["cdn.guardian-newsdesk.example", "img.reuters-daily.example", "static.bbc-report.example",
             "assets.politico-live.example", "media.lemonde-update.example", "files.spiegel-online-news.example"],
    "plain": ["cdn.quietharbour.example", "img.tallbirch.example", "static.orelline.example", "assets.mirador-edge.example",
              "media.kastovo.example", "files.bluefennel.example"],
}
FREE = ["marta.keller.desk@gmail.com", "hugo.lund.press@gmx.net", "elena.novak.world@outlook.com", "n.prins@proton.me",
        "desk.rossi@yahoo.com", "s.weiss.reports@web.de", "olga.stein@gmail.com", "piet.vidal@outlook.com", "u.thiel@gmx.net",
        "carla.berg@proton.me"]
OWN = ["editor@nordic-press-review.example", "world@human-rights-times.example", "desk@democracy-herald.example",
       "stories@eastern-journal.example", "news@atlantic-post-daily.example", "k.holm@silverlark.example",
       "office@tarnfield.example", "a.ivers@brightmoor.example", "team@ostrelle.example", "v.conti@hallowmere.example"]

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

# What a shape may say, the first is what is meant if it does not.
SHAPES = {
    "accounts": ["mixed", "free", "own", "hosts", "one"],  # whose mailboxes; hosts: of the hosts' own domains
    "names": ["pose", "plain"],  # of the hosts
    "list": ["none", "account", "host", "mailer"],  # whose the headers of a list are
    "forms": ["eight", "one", "paths"],  # of the beacon; paths: eight, under URLs of one template
    "turns": ["mixed", "hosts", "pairs"],  # hosts one after another; each account keeps to a host
    "links": ["outlets", "host"],
    "to": ["several", "one"],  # recipients of a mail
    "days": ["10", "14"],
}


class Campaign:

    def __init__(self, dice, count, shape):
        self.dice, self.count = dice, count
        self.shape = {key: shape.get(key, values[0]) for key, values in SHAPES.items()}
        self.hosts = HOSTS[self.shape["names"]]
        domains = [host.split(".", 1)[1] for host in self.hosts]
        self.accounts = {"mixed": FREE[:5] + OWN[:5], "free": FREE, "own": OWN, "one": OWN[:1],
                         "hosts": [f"{name}@{domain}" for name, domain in
                                   zip(["editor", "desk", "world", "press", "stories"] * 2, (domains + domains)[:10])],
                         }[self.shape["accounts"]]

    def recipients(self):
        return 1 if self.shape["to"] == "one" or self.dice.random() < 0.8 else self.dice.randint(2, 6)

    def name(self, form, recipient, number):
        if form == 7:
            return base64.urlsafe_b64encode(recipient.encode()).decode().rstrip("=")
        if form % 2:
            return hashlib.sha256(f"{recipient}{number}".encode()).hexdigest()[:32]
        return token(self.dice, 22)

    def pair(self, number):
        """The host and the account of a mail."""
        host = self.dice.randrange(len(self.hosts))
        account = self.dice.choice(self.accounts)
        if self.shape["turns"] == "hosts":
            host = min(number * len(self.hosts) // self.count, len(self.hosts) - 1)
        if self.shape["turns"] == "pairs":
            host = self.accounts.index(account) % len(self.hosts)
        return self.hosts[host], account

    def letter(self, number, recipients):
        """number: the mail's place in the campaign."""
        dice, shape = self.dice, self.shape
        form = 0 if shape["forms"] == "one" else dice.randrange(len(FORMS))
        host, account = self.pair(number)
        path = PATHS[0 if shape["forms"] == "paths" else form]
        beacon = f"https://{host}{path.format(self.name(form, recipients[0], number))}"
        head, tail = FORMS[form](beacon)
        headline = words.headline(dice)
        sites = [host] if shape["links"] == "host" else OUTLETS
        stories = "".join(f'<p>{words.paragraph(dice)} <a href="https://{dice.choice(sites)}/world/{dice.randrange(10**7)}">'
                          "Full story</a></p>" for _ in range(dice.randint(1, 4)))
        html = page(head, f"<h1>{headline}</h1>", stories, f"<p>{words.person(dice)}</p>", tail)
        lists = {"account": account.split("@")[1], "host": host, "mailer": "mergepost.example"}.get(shape["list"])
        headers = [("List-Unsubscribe", f"<https://{lists}/u/{token(dice)}>"), ("List-Id", f"<stories.{lists}>")] if lists else []
        return Letter(account, words.person(dice), recipients, headline, html, headers, beacons=[beacon])
