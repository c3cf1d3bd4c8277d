"""Ordinary mail to a parliament, and what makes campaigns hard to tell: each kind is a function that gives letters."""

import base64
import hashlib

from . import words

OUTLETS = ["www.bbc.co.uk", "www.reuters.com", "www.theguardian.com", "www.lemonde.fr", "www.politico.eu", "www.spiegel.de"]
FREEMAIL = ["gmail.com", "gmx.net", "outlook.com", "web.de", "proton.me", "yahoo.com"]


class Letter:
    """One mail: sender, recipients and page. pictures: URLs that readers want to see; beacons: those that nobody does."""

    def __init__(self, mailbox, name, recipients, subject, html, headers=(), pictures=(), beacons=(), calendar=None):
        self.mailbox, self.name, self.recipients, self.subject, self.html = mailbox, name, recipients, subject, html
        self.headers, self.pictures, self.beacons, self.calendar = list(headers), list(pictures), list(beacons), calendar


class Site:
    """Somebody who sends mail: a sender, the hosts of its pictures, links and beacons, and a layout of its own."""

    def __init__(self, dice, domain, *, link=None, image=None, beacon=None, style=None, wraps=True, bulk=True, path=None):
        self.domain, self.style, self.wraps, self.bulk = domain, style if style is not None else dice.randrange(6), wraps, bulk
        self.link, self.image, self.beacon = link or "www." + domain, image or "img." + domain, beacon or "t." + domain
        self.path = path or dice.choice(["/open/{}.gif", "/o/{}", "/wf/open?upn={}", "/trk/px.gif?mid={}", "/e/{}/1x1.png",
                                         "/beacon?id={}&v=2"])
        self.name = domain.split(".")[0].replace("-", " ").title()
        self.tiles = [hashlib.sha1(f"{domain}{n}".encode()).hexdigest()[:12] for n in range(12)]


def token(dice, length=24):
    return "".join(dice.choice("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(length))


def pixel(url):
    return f'<img src="{url}" width="1" height="1" alt="" style="display:none">'


def picture(url, width=560, height=240, alt="Picture"):
    return f'<img src="{url}" width="{width}" height="{height}" alt="{alt}">'


def page(*blocks):
    return "<html><body>" + "\n".join(blocks) + "</body></html>"


def mailing(dice, site, recipients):
    """A newsletter or a notification of a site, for its recipients."""
    personal = token(dice)
    link = (f"https://{site.beacon}/c/{personal}/{{}}" if site.wraps else f"https://{site.link}/story/{{}}").format
    pictures = [f"https://{site.image}/media/{name}/header.png" for name in dice.sample(site.tiles, dice.randint(1, 3))]
    beacon = "https://" + site.beacon + site.path.format(personal)
    story = [f'<h2>{words.headline(dice)}</h2><p>{words.paragraph(dice)}</p><p><a href="{link(n)}">Read more</a></p>'
             for n in range(dice.randint(2, 5))]
    if site.style % 2:
        cells = "".join(f"<tr><td>{picture(p)}</td></tr>" for p in pictures) + "".join(f"<tr><td>{s}</td></tr>" for s in story)
        body = f'<table width="600"><tbody>{cells}</tbody></table>'
    else:
        body = "".join(map(picture, pictures)) + "".join(f"<div>{s}</div>" for s in story)
    foot = f'<p>You get this as a reader of {site.name}. <a href="https://{site.link}/unsubscribe/{personal}">Unsubscribe</a></p>'
    extra = "<hr>" * (site.style // 2)
    headers = [("List-Unsubscribe", f"<https://{site.link}/unsubscribe/{personal}>"), ("List-Id", f"<news.{site.domain}>")]
    return Letter(f"news@{site.domain}", site.name, recipients, words.headline(dice), page(body, extra, foot, pixel(beacon)),
                  headers if site.bulk else [], pictures, [beacon])


def notification(dice, site, recipients):
    letter = mailing(dice, site, recipients)
    letter.mailbox, letter.headers = f"no-reply@{site.domain}", [("Auto-Submitted", "auto-generated")]
    letter.subject = "Your account: " + letter.subject
    return letter


def personal(dice, domain, recipients, logo=True):
    name = words.person(dice)
    url = f"https://www.{domain}/images/logo.png"
    html = page(f"<p>Dear colleague,</p><p>{words.paragraph(dice, 3)}</p>",
                f"<p>{name}<br>" + (picture(url, 120, 40, domain) if logo else "") +
                f'<br><a href="https://www.{domain}/">{domain}</a></p>')
    mailbox = name.lower().replace(" ", ".") + "@" + domain
    return Letter(mailbox, name, recipients, words.headline(dice)[:40], html, pictures=[url] if logo else [])


def citizen(dice, recipients):
    """Somebody writes from a free mailbox, some with a picture on a store of pictures."""
    letter = personal(dice, dice.choice(FREEMAIL), recipients, logo=False)
    letter.html = page(f"<p>{words.paragraph(dice)}</p>", f"<p>{letter.name}</p>")
    if dice.random() < 0.3:
        url = f"https://pics-{dice.randrange(40)}.cdnstore.example/{token(dice, 10).lower()}/photo.jpg"
        letter.html = page(f"<p>{words.paragraph(dice)}</p>", picture(url, 320, 200, "photo"), f"<p>{letter.name}</p>")
        letter.pictures = [url]
    return letter


def petition(dice, platform, recipients):
    """One letter of many in a citizen's name, sent by a platform that says who it is."""
    letter = personal(dice, dice.choice(FREEMAIL), recipients, logo=False)
    beacon = f"https://px.{platform}/signed/{token(dice)}.gif"
    letter.html = page("<p>Dear member,</p><p>Please vote for the rivers.</p>", f"<p>{letter.name}</p>",
                       f'<p>Sent with <a href="https://www.{platform}/p/rivers">{platform}</a></p>', pixel(beacon))
    letter.beacons = [beacon]
    return letter


def reply(dice, recipients, quoted):
    letter = personal(dice, f"partner{dice.randrange(30)}.example", recipients)
    letter.subject = "Re: " + quoted.subject
    inner = quoted.html.replace("<html><body>", "").replace("</body></html>", "")
    letter.html = letter.html.replace("</body>", f"<blockquote>{inner}</blockquote></body>")
    letter.pictures, letter.beacons = letter.pictures + quoted.pictures, list(quoted.beacons)
    return letter


def invitation(dice, site, recipients):
    letter = notification(dice, site, recipients)
    letter.subject = "Invitation: " + letter.subject
    letter.calendar = ("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:" + token(dice) +
                       "\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    return letter


def clipping(dice, site, recipients):
    """Press review: all links lead to outlets, the counter is the service's own."""
    beacon = "https://" + site.beacon + site.path.format(token(dice))
    items = "".join(f'<li><a href="https://{dice.choice(OUTLETS)}/{dice.randrange(10**6)}">{words.headline(dice)}</a></li>'
                    for _ in range(8))
    headers = [("List-Id", f"<press.{site.domain}>")] if site.bulk else []
    return Letter(f"press@{site.domain}", site.name, recipients, "Press review", page(f"<ol>{items}</ol>", pixel(beacon)), headers,
                  beacons=[beacon])


def outreach(dice, mailbox, tracker, recipients, style=0):
    """A salesman's first mail, with a counter that somebody else runs for him."""
    beacon = f"https://{tracker}/t/{base64.urlsafe_b64encode(recipients[0].encode()).decode().rstrip('=')}.gif"
    site = f'<a href="https://www.{mailbox.split("@")[1]}/">Our work</a>'
    text = words.paragraph(dice, 3)
    html = page(*[(f"<p>{text}</p>", f"<p>{site}</p>"), (f"<div>{text}</div><div>{words.person(dice)}</div>",),
                  (f"<p>{text}</p><ul><li>{words.headline(dice)}</li><li>{words.headline(dice)}</li></ul>", f"<div>{site}</div>"),
                  (f"<p>{text}</p><p>{words.paragraph(dice)}</p>",)][style % 4], pixel(beacon))
    return Letter(mailbox, words.person(dice), recipients, words.headline(dice)[:50], html, beacons=[beacon])


def appeal(dice, ally, platform, recipients):
    """Societies that ask for the same thing by one platform: its counter, a page of each of them, or the platform's."""
    society, style = ally
    beacon = f"https://px.{platform}/seen/{token(dice)}.png"
    link = f"https://www.{platform}/act/rivers" if style % 2 else f"https://www.{society}/rivers"
    html = page(f"<h1>{words.headline(dice)}</h1>", f"<p>{words.paragraph(dice)}</p>" * (1 + style // 2),
                f'<p><a href="{link}">Act now</a></p>', f"<p>{society}</p>", pixel(beacon))
    headers = [("List-Unsubscribe", f"<https://www.{platform}/u/{token(dice)}>")] if style != 3 else []
    return Letter(f"campaigns@{society}", society, recipients, words.headline(dice), html, headers, beacons=[beacon])


def receipt(dice, shop, relay, recipients):
    """Of a shop that has its mail counted by a relay: nothing says that it is from a list, links lead to the shop."""
    beacon = f"https://o.{relay}/r/{token(dice)}/open.gif"
    html = page(f"<table><tr><td><h2>Your order</h2></td></tr><tr><td><p>{words.headline(dice)}</p></td></tr><tr><td>"
                f'<p>{words.headline(dice)}</p></td></tr></table><p><a href="https://{shop}/order/{dice.randrange(10**6)}">Order</a></p>',
                pixel(beacon))
    return Letter(f"order@{shop}", shop, recipients, "Your order", html, beacons=[beacon])


class Ordinary:
    """A stream of letters. In the second half those appear that nobody had seen in the first."""

    def __init__(self, dice, members, staff):
        self.dice, self.members, self.staff, self.last = dice, members, staff, None
        mailers = [f"mail{n}.sendwell{n}.example" for n in range(8)]
        self.letters = [Site(dice, f"brand{n}.example", beacon=dice.choice(mailers + [None] * 3), wraps=dice.random() < 0.7)
                        for n in range(60)]
        self.outlets = [Site(dice, f"daily{n}.example", wraps=False) for n in range(8)]
        self.services = [Site(dice, f"service{n}.example", bulk=False, wraps=dice.random() < 0.5,
                              beacon=dice.choice([None, "px.notify-hub.example"])) for n in range(12)]
        self.own = Site(dice, "parl.example", wraps=False, beacon="stats.parl.example")
        self.clippings = [Site(dice, "clip-one.example", bulk=True), Site(dice, "clip-two.example", bulk=False)]
        # Seen by nobody before the second half.
        fresh = "fresh-mailer.example"
        self.new_letters = ([Site(dice, f"newbrand{n}.example", beacon=dice.choice([None, dice.choice(mailers)]),
                                  wraps=dice.random() < 0.5) for n in range(25)] +
                            [Site(dice, f"customer{n}.example", beacon="t." + fresh, wraps=False, style=3) for n in range(8)])
        self.agency = [Site(dice, f"client{n}.example", style=5, path="/agency/open/{}.gif", wraps=dice.random() < 0.5,
                            beacon=f"t.client{n}.example" if n % 2 else f"px.client{n}-mail.example") for n in range(12)]
        self.new_service = [Site(dice, "deskflow.example", bulk=False, wraps=False),
                            Site(dice, "votewatch.example", bulk=False, wraps=False, beacon="o.relay-hub.example"),
                            Site(dice, "meetly.example", bulk=False, wraps=True)]
        # A mailing service's new customers whose lists and links are the service's, and shops at a new relay.
        self.new_letters += [Site(dice, f"tenant{n}.example", beacon="e.lettercart.example", link="www.lettercart.example",
                                  style=1) for n in range(5)]
        self.relayed = [f"shop{n}.example" for n in range(5)]
        # Sales people at new counters: two, three, four at one, each with a domain of his own.
        self.sellers = [(f"{words.GIVEN[n].lower()}@venture{n}.example", f"trk.newtally{team}.example")
                        for n, team in enumerate([2, 2, 3, 3, 3, 4, 4, 4, 4])]
        self.allies = [(f"society{n}.example", n) for n in range(5)]
        # Two services count for it, one after the other.
        self.movers = [Site(dice, "mover.example", beacon=beacon, wraps=False) for beacon in ("o.oldpost.example", "t.nextpost.example")]
        self.new_clippings = [Site(dice, "clip-three.example", bulk=False)]

    def some(self, people, most=1):
        return self.dice.sample(people, self.dice.randint(1, most))

    def anybody(self, most=1):
        return self.some(self.members if self.dice.random() < 0.6 else self.staff, most)

    def sell(self, number):
        mailbox, tracker = self.sellers[number]
        return outreach(self.dice, mailbox, tracker, self.anybody(), number)

    def make(self, second):
        dice = self.dice
        kinds = [
            (30, lambda: mailing(dice, dice.choice(self.letters), self.anybody())),
            (8, lambda: mailing(dice, dice.choice(self.outlets), self.anybody())),
            (12, lambda: notification(dice, dice.choice(self.services), self.anybody())),
            (16, lambda: personal(dice, f"partner{dice.randrange(120)}.example", self.anybody(4))),
            (12, lambda: citizen(dice, self.anybody(3))),
            (4, lambda: mailing(dice, self.own, self.some(self.members, 20))),
            (4, lambda: reply(dice, self.anybody(2), self.last)),
            (3, lambda: clipping(dice, dice.choice(self.clippings), self.anybody())),
            (2, lambda: petition(dice, "old-petition.example", self.anybody())),
            (2, lambda: invitation(dice, dice.choice(self.services), self.anybody(3))),
            (1, lambda: outreach(dice, f"sales@vendor{dice.randrange(5)}.example", "trk.opentally.example", self.anybody())),
        ]
        if second:
            kinds += [
                (3, lambda: mailing(dice, dice.choice(self.new_letters), self.anybody())),
                (2, lambda: mailing(dice, dice.choice(self.agency), self.anybody())),
                (2, lambda: notification(dice, dice.choice(self.new_service), self.some(self.members[:30]))),
                (2, lambda: petition(dice, "new-petition.example", self.anybody())),
                (1, lambda: invitation(dice, self.new_service[2], self.anybody(3))),
                (1, lambda: clipping(dice, self.new_clippings[0], self.anybody())),
                (1, lambda: personal(dice, f"newpartner{dice.randrange(60)}.example", self.anybody(3))),
                (0.5, lambda: outreach(dice, "sales@newvendor.example", "trk.newtally.example", self.anybody())),
                (2, lambda: self.sell(dice.randrange(len(self.sellers)))),
                (1, lambda: appeal(dice, dice.choice(self.allies), "new-alliance.example", self.some(self.members))),
                (0.7, lambda: receipt(dice, dice.choice(self.relayed), "parcelrelay.example", self.anybody())),
                (0.5, lambda: mailing(dice, dice.choice(self.movers), self.anybody())),
            ]
        if self.last is None:
            self.last = mailing(dice, self.letters[0], self.anybody())
        letter = dice.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]()
        if letter.beacons and not letter.subject.startswith("Re: "):
            self.last = letter
        return letter
