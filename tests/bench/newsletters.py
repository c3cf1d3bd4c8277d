"""
Newsletters to measure with when nobody gives a corpus: tables in tables, inline styles, pictures, links, a style
sheet with media queries, as mailing programs write them. The same bytes in every run.
"""

import base64
import quopri
import random

WORDS = ("harbour ferry winter quay light letter reader morning garden council bridge river market evening train "
         "school window paper corner season recipe bread kitchen festival street cinema library museum concert").split()

SHEET = """<style type="text/css">
body, table, td, a {{ -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; }}
table, td {{ mso-table-lspace: 0pt; mso-table-rspace: 0pt; }}
img {{ -ms-interpolation-mode: bicubic; border: 0; height: auto; line-height: 100%; outline: none; }}
body {{ height: 100% !important; margin: 0 !important; padding: 0 !important; width: 100% !important; }}
{rules}
@media screen and (max-width: 525px) {{
  .wrapper {{ width: 100% !important; max-width: 100% !important; }}
  .img-max {{ max-width: 100% !important; height: auto !important; }}
  .mobile-hide {{ display: none !important; }}
}}
</style>
<!--[if mso]><style>.fallback {{ font-family: Arial, sans-serif !important; }}</style><![endif]-->"""

ARTICLE = """
<table class="wrapper" role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%" style="max-width: 600px;">
 <tr>
  <td align="center" valign="top" style="padding: 24px 0 0 0; background-color: #ffffff; border-bottom: 1px solid #e4e0d6;" class="k{n}">
   <table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"><tr>
    <td width="180" valign="top" style="padding: 0 18px 18px 18px;"><a href="https://letter.example/2026/{n}?from=mail&amp;issue=41" target="_blank"><img class="img-max" src="https://img.letter.example/2026/04/{n}-{word}.jpg" width="160" height="120" alt="{title}" style="display: block; font-family: Georgia, serif; color: #666666; font-size: 14px;"></a></td>
    <td valign="top" style="padding: 0 18px 18px 0; font-family: Georgia, serif; font-size: 16px; line-height: 24px; color: #333333;">
     <h2 style="margin: 0 0 8px 0; font-size: 20px; line-height: 26px; font-weight: bold;">{title}</h2>
     <p style="margin: 0 0 12px 0;">{text}</p>
     <a href="https://letter.example/2026/{n}/more" style="color: #145a7a; text-decoration: underline;">Read more</a>
    </td></tr></table>
  </td>
 </tr>
 <tr><td height="12" style="font-size: 0; line-height: 0;"><img src="https://img.letter.example/spacer.gif" width="24" height="12" alt="" style="display: block;"></td></tr>
</table>"""


def _html(chance, articles, pixel):
    def text(count):
        return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize() + "."
    rules = "\n".join(f".k{n} {{ padding: {n}px; color: #{chance.randrange(1 << 24):06x}; }}" for n in range(articles))
    body = "".join(ARTICLE.format(n=n, word=chance.choice(WORDS), title=text(4), text=text(chance.randrange(30, 70)))
                   for n in range(articles))
    beacon = '<img src="https://track.letter.example/o/%032x.gif" width="1" height="1" alt="">' % chance.getrandbits(128)
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(3)}</title>\n'
            f'{SHEET.format(rules=rules)}\n</head>\n<body style="margin: 0; background-color: #f4f1ea;">\n'
            f'<div style="display: none; font-size: 1px; max-height: 0; overflow: hidden;">{text(12)}</div>\n'
            f'{body}\n{beacon if pixel else ""}\n</body></html>\n')


def _mail(number, html, encoding):
    if encoding == "base64":
        body = base64.encodebytes(html.encode()).decode()
    elif encoding == "quoted-printable":
        body = quopri.encodestring(html.encode()).decode()
    else:
        body = html
    return (f"From: The Letter <news@letter.example>\nTo: member@parl.example\nSubject: The Letter {number}\n"
            f"Date: Mon, 6 Apr 2026 06:00:00 +0200\nMessage-ID: <{number}@letter.example>\nMIME-Version: 1.0\n"
            f'Content-Type: multipart/alternative; boundary="=_l{number}"\n\n--=_l{number}\n'
            f"Content-Type: text/plain; charset=utf-8\n\nThe Letter {number}, as text.\n\n--=_l{number}\n"
            f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}\n--=_l{number}--\n")


def make(folder):
    """Write the newsletters; their file names. Half of them carry a pixel."""
    chance, names = random.Random(41), []
    for number, articles in enumerate((8, 12, 16, 20, 24, 28, 30, 32)):
        name = f"{folder}/{number}.eml"
        encoding = ("8bit", "quoted-printable", "base64", "quoted-printable")[number % 4]
        with open(name, "w", encoding="utf-8") as file:
            file.write(_mail(number, _html(chance, articles, pixel=number % 2 == 1), encoding))
        names.append(name)
    return names
