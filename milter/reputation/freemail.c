#include "freemail.h"

#include <pixelward/base/words.h>

/* Registrable domains, sorted. One that is missing only counts for less (docs/campaigns.md). */
static const char *const providers[] = {
	"126.com", "163.com", "abv.bg", "aim.com", "aol.com", "arcor.de", "atlas.sk", "azet.sk", "bigpond.com",
	"bk.ru", "bluemail.ch", "bluewin.ch", "centrum.cz", "centrum.sk", "cock.li", "fastmail.com",
	"fastmail.fm", "foxmail.com", "free.fr", "freemail.hu", "freenet.de", "gmail.com", "gmx.at", "gmx.ch",
	"gmx.com", "gmx.de", "gmx.fr", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com",
	"hotmail.de", "hotmail.fr", "hotmail.it", "hushmail.com", "icloud.com", "inbox.lv", "inbox.ru",
	"interia.pl", "kpnmail.nl", "laposte.net", "libero.it", "list.ru", "live.co.uk", "live.com", "live.fr",
	"mac.com", "mail.bg", "mail.com", "mail.de", "mail.ee", "mail.ru", "mailbox.org", "mailfence.com",
	"me.com", "msn.com", "naver.com", "o2.pl", "onet.pl", "orange.fr", "outlook.com", "outlook.de",
	"outlook.fr", "post.cz", "posteo.de", "proton.me", "protonmail.ch", "protonmail.com", "qq.com",
	"rambler.ru", "rediffmail.com", "riseup.net", "runbox.com", "sapo.pt", "seznam.cz", "sfr.fr", "sina.com",
	"skynet.be", "sohu.com", "startmail.com", "t-online.de", "telenet.be", "tiscali.it", "tuta.com",
	"tuta.io", "tutanota.com", "tutanota.de", "ukr.net", "usa.net", "virgilio.it", "wanadoo.fr", "web.de",
	"wp.pl", "xs4all.nl", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de",
	"yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "yeah.net", "ymail.com", "ziggo.nl",
	"zoho.com",
};
static const struct words freemail = { providers, NITEMS(providers) };

bool
is_freemail(struct span domain)
{
	return words_have(&freemail, domain);
}
