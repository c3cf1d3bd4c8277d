/* Each mistake in a rule, with its exact place. */
#include "judge/rules/loaded.h"

#define HEAD	"rule: pw.a\ntitle: A\nstatus: draft\nlevel: low\n"		/* 4 lines */
#define ACTION	"action: {strip: s}\n"
#define DETECT	"detect:\n  s: {each: reference, width: 1}\n  condition: s\n"
#define GOOD	HEAD DETECT ACTION
#define LINE(line)	HEAD "detect:\n  s:\n    each: reference\n    " line "\n  condition: s\n" ACTION	/* line 8, column 5 */
#define MESSAGE_LINE(line) HEAD "detect:\n  s:\n    each: message\n    " line "\n  condition: s\naction: {tag: true}\n"
#define CONDITION(text)	HEAD "detect:\n  s: {each: reference, width: 1}\n  t: {each: reference, height: 1}\n  condition: " text \
	"\n" ACTION
#define DO(action)	HEAD DETECT "  \n" action "\n"	/* line 9 */
#define EXEMPTION(rest) "rule: pw.e\ntitle: E\nstatus: draft\nkind: exemption\nowner: me\n" rest

#define ONE(name, selection, from) "rule: " name "\ntitle: E\nstatus: enforce\nkind: exemption\nowner: me\nexpires: 2999-01-31\n" \
	"detect:\n  " selection "\n  condition: s\nexempt:\n  from:\n  - " from "\ntests:\n- name: a\n  html: b\n  expect:\n" \
	"    exempt: false\n"							/* 17 lines, and one that parts them */
#define TWO(first, other, second) ONE("pw.x", first, other) "---\n" ONE("pw.y", second, "builtin.invisible")
#define COVERS(first, second)	TWO(first, "builtin.*", second)

static const struct rule_case {
	const char	*says, *text, *found;	/* found: all that is told */
} cases[] = {
	{ "a good rule has nothing to be told", GOOD, "" },
	/* keys */
	{ "an unknown key is told with the one that was meant", GOOD "levle: low\n",
	  "9:1 PW201 unknown key 'levle' (did you mean 'level'?)\n" },
	{ "a missing key is told at the rule's beginning", "rule: pw.a\ntitle: A\nstatus: draft\n" DETECT ACTION,
	  "1:1 PW202 'level' is missing\n" },
	{ "all that is missing is told", "status: draft\n",
	  "1:1 PW202 'rule' is missing\n1:1 PW202 'title' is missing\n1:1 PW202 'level' is missing\n"
	  "1:1 PW202 'detect' is missing\n1:1 PW202 'action' is missing\n" },
	{ "a document that is no map is told", "- a\n", "1:1 PW203 a map is wanted here: 'key: value' lines\n" },
	{ "a name is lower case", "rule: PW.a\ntitle: A\nstatus: draft\nlevel: low\n" DETECT ACTION,
	  "1:7 PW204 'PW.a' is no name for a rule; write small letters and digits in words joined by . or -, as "
	  "pw.hidden-pixel\n" },
	{ "a name is not one of the program's", "rule: builtin.a\ntitle: A\nstatus: draft\nlevel: low\n" DETECT ACTION,
	  "1:7 PW204 names that begin with 'builtin.' are the program's own\n" },
	{ "a name stands once", GOOD "---\n" GOOD, "10:7 PW204 a rule of the name pw.a stands already at r.yaml:1\n" },
	{ "an unknown status is told", "rule: pw.a\ntitle: A\nstatus: enforced\nlevel: low\n" DETECT ACTION,
	  "3:9 PW203 'enforced' is none of draft, shadow, enforce or retired (did you mean 'enforce'?)\n" },
	{ "a level that is a number is told", "rule: pw.a\ntitle: A\nstatus: draft\nlevel: 123\n" DETECT ACTION,
	  "4:8 PW203 '123' is none of info, low, medium, high or critical\n" },
	{ "a title that is a list is told", "rule: pw.a\ntitle: [A]\nstatus: draft\nlevel: low\n" DETECT ACTION,
	  "2:8 PW203 a text is wanted here, no list\n" },
	{ "a rule in force has tests", "rule: pw.a\ntitle: A\nstatus: enforce\nlevel: low\n" DETECT ACTION,
	  "1:1 PW202 'tests' is missing: a rule in force shows what it matches\n" },
	{ "a day that is none is told", GOOD "shadow_until: 2027-02-31\n",
	  "9:15 PW203 '2027-02-31' is no date; write it as 2027-12-31\n" },
	{ "a shadow that was to end is told", "rule: pw.a\ntitle: A\nstatus: shadow\nlevel: low\n" DETECT ACTION
	  "shadow_until: 2020-01-31\ntests:\n- {name: a, html: b, expect: {match: false}}\n",
	  "9:15 PW604 the shadow was to end; enforce the rule, or retire it\n" },
	{ "a tag has a dot", GOOD "tags: [attack]\n", "9:8 PW203 'attack' is no tag; write two words with a dot, as "
	  "attack.t1598.003\n" },
	/* selections */
	{ "a selection says what it selects", HEAD "detect:\n  s: {width: 1}\n  condition: s\naction: {tag: true}\n",
	  "6:3 PW202 the selection 's' does not say what it selects; write each: reference, message, part, link or "
	  "recipient\n" },
	{ "an unknown scope is told", HEAD "detect:\n  s: {each: resource, width: 1}\n  condition: s\naction: {tag: true}\n",
	  "6:13 PW203 'resource' is none of message, part, reference, link or recipient\n" },
	{ "a selection has a line", HEAD "detect:\n  s: {each: reference}\n  condition: s\n" ACTION,
	  "6:3 PW202 the selection 's' has no line but each; it would select everything\n" },
	{ "a selection is not called and", HEAD "detect:\n  and: {each: message, subject: a}\n  condition: and\n"
	  "action: {tag: true}\n", "6:3 PW204 'and' is a word of conditions; call the selection otherwise\n"
	  "7:14 PW401 'and' stands where a selection's name is wanted\n" },
	{ "there is a condition", HEAD "detect:\n  s: {each: reference, width: 1}\n" ACTION,
	  "5:1 PW202 there is no condition; write condition: and a selection's name\n" },
	/* facts */
	{ "an unknown fact is told with the one that was meant", LINE("widht: 1"),
	  "8:5 PW301 unknown fact 'widht' (did you mean 'width'?)\n" },
	{ "half a fact's name is enough to know it", LINE("host: a.example"),
	  "8:5 PW301 unknown fact 'host' (did you mean 'url.host'?)\n" },
	{ "a fact of other elements is told", MESSAGE_LINE("width: 1"),
	  "8:5 PW301 a message has no 'width'; it is a fact of each: reference\n" },
	{ "a fact of the message is known everywhere", LINE("subject: hello"), "" },
	{ "an unknown modifier is told at its place", LINE("width|less: 1"), "8:11 PW302 unknown modifier 'less'\n" },
	{ "a modifier that was nearly right", LINE("url|contain: a"),
	  "8:9 PW302 unknown modifier 'contain' (did you mean 'contains'?)\n" },
	{ "a modifier that does not fit", LINE("width|contains: 1"),
	  "8:11 PW302 'contains' does not fit width, which is a number\n" },
	{ "two modifiers are one too many", LINE("url|re|contains: a"), "8:12 PW302 'contains' does not fit url, which is a "
	  "text\n" },
	{ "a filter", LINE("url|abp: ['||a.example^*/open?', '@@||a.example/open?x$image', '/o[0-9]+x/']"), "" },
	{ "a filter asks the whole URL", LINE("url.path|abp: /open"),
	  "8:14 PW302 'abp' does not fit url.path, which is a text\n" },
	{ "a filter's option that is not supported is told at its place", LINE("url|abp: '||a.example^$csp=x'"),
	  "8:28 PW305 the option 'csp=x' is not supported\n" },
	{ "a filter that hides elements is told", LINE("url|abp: 'a.example##.x'"),
	  "8:14 PW305 this hides elements of web pages, and says nothing about URLs\n" },
	{ "a filter of nothing that mail has is told", LINE("url|abp: '||a.example^$popup'"),
	  "8:14 PW305 this speaks of windows, sockets or scripts' requests alone, and mail has none\n" },
	{ "a filter that would match everything is told", LINE("url|abp: '|https://'"),
	  "8:14 PW305 it would match every URL (of a kind); say more of what it is about\n" },
	{ "a filter's broken expression is told at its place", LINE("url|abp: '/a(b/'"),
	  "8:19 PW305 no regular expression: missing closing parenthesis\n" },
	{ "a comment is no filter", LINE("url|abp: '! x'"),
	  "8:14 PW305 this is no filter; write '||a.example^', '/open?', '|https://a.example/x'\n" },
	{ "exceptions alone match nothing", LINE("url|abp: '@@||a.example^'"),
	  "8:14 PW305 exceptions alone match nothing; write the filter that they are from\n" },
	{ "an exception has nothing to do with all", LINE("url|abp|all: [/open?, '@@||a.example^']"),
	  "8:27 PW305 an exception takes back what other filters of the line match, and with 'all' each stands for itself\n" },
	{ "a link has no type", HEAD "detect:\n  s: {each: link, url|abp: '||a.example^$image'}\n  condition: s\n"
	  "action: {tag: true}\n", "6:28 PW305 a link is nothing that this filter's types name; leave the types out\n" },
	{ "a link is no ping", HEAD "detect:\n  s: {each: link, url|abp: '||a.example^$~image'}\n  condition: s\n"
	  "action: {tag: true}\n", "" },
	{ "a list of filters", LINE("url|abp: list:beacons"), "" },
	{ "a list of filters that a URL is in", LINE("url|in: list:beacons"), "" },
	{ "a URL is in a list of domains by its host", LINE("url|in: list:suspects"), "" },
	{ "a list of filters that is not there is told at its name", LINE("url|abp: list:beacon"),
	  "8:19 PW304 there is no list 'beacon' in lists.d (did you mean 'beacons'?)\n" },
	{ "a list of domains holds no filter", LINE("url|abp: list:suspects"),
	  "8:14 PW304 the list suspects holds domains, and no filter; write url.host|in: list:suspects\n" },
	{ "a list of filters holds no domain", LINE("url.host|in: list:beacons"),
	  "8:18 PW304 the list beacons holds filters of URLs, and no domain to be in; write url|in: list:beacons\n" },
	{ "filters do not speak about links", HEAD "detect:\n  s: {each: link, url|in: list:beacons}\n  condition: s\n"
	  "action: {tag: true}\n", "6:27 PW304 the list beacons holds Adblock filters, which do not speak about links\n" },
	{ "a text is on no list", LINE("subject|in: list:suspects"),
	  "8:17 PW304 lists hold domains and URLs, and subject is neither; ask for a domain, or for url\n" },
	{ "a number is digits", LINE("width|lt: 3px"), "8:15 PW203 '3px' is no number; write digits, at most 15\n" },
	{ "an endless number is none", LINE("width: 99999999999999999999"),
	  "8:12 PW203 '99999999999999999999' is no number; write digits, at most 15\n" },
	{ "a boolean is true or false", LINE("url.opaque: yes"), "8:17 PW203 'yes' is neither true nor false\n" },
	{ "a word is one of the fact's", LINE("kind: [image, imgae]"),
	  "8:19 PW203 'imgae' is no word of kind (did you mean 'image'?)\n" },
	{ "a value is no map", LINE("kind: {a: b}"), "8:11 PW203 a value, or a list of values, is wanted here\n" },
	{ "an empty list matches nothing", LINE("kind: []"), "8:11 PW203 an empty list matches nothing; write a value\n" },
	{ "an empty text is in every text", LINE("url|contains: ''"),
	  "8:19 PW203 an empty text is in every text; write what is looked for\n" },
	{ "a domain is no URL", LINE("url.host|in: 'https://a.example/'"), "8:18 PW203 'https://a.example/' is no domain; write "
	  "a.example for it and all its subdomains, or list:NAME\n" },
	{ "a top-level domain is too much", LINE("url.host|in: example"), "8:18 PW203 'example' is no domain; write a.example "
	  "for it and all its subdomains, or list:NAME\n" },
	{ "a list that is there", LINE("url.host|in: list:suspects"), "" },
	{ "a list that is not there is told at its name", LINE("url.host|in: list:suspect"),
	  "8:23 PW304 there is no list 'suspect' in lists.d (did you mean 'suspects'?)\n" },
	{ "a block that is none", MESSAGE_LINE("client.address|cidr: 192.0.2.0/33"), NULL },
	{ "shares wants a fact", LINE("url.host|shares: from.doman"),
	  "8:22 PW301 'from.doman' is no fact, and shares wants one (did you mean 'from.domain'?)\n" },
	{ "shares wants a fact of the same type", LINE("url.host|shares: subject"),
	  "8:22 PW301 subject is no domain that a reference has\n" },
	{ "a bad expression is told at its byte", LINE("url|re: 'a(b'"),
	  "8:17 PW303 no regular expression: missing closing parenthesis\n" },
	{ "an expression that matches nothing at all matches everything", LINE("url|re: 'a*'"),
	  "8:13 PW601 this matches the empty text, and with it every text; write what must be there\n" },
	{ "single bytes cannot be asked for", LINE("url|re: 'a\\C'"),
	  "8:17 PW303 no regular expression: using \\C is disabled by the application\n" },
	/* conditions */
	{ "an undefined selection is told inside the condition", CONDITION("s and not tt"),
	  "8:24 PW402 there is no selection 'tt' (did you mean 't'?)\n" },
	{ "also in quotes", CONDITION("\"s and not tt\""), "8:25 PW402 there is no selection 'tt' (did you mean 't'?)\n" },
	{ "also in a block of lines", HEAD "detect:\n  s: {each: reference, width: 1}\n  condition: |\n    s\n    and nix\n" ACTION,
	  "9:9 PW402 there is no selection 'nix'\n" },
	{ "a selection that is not used is told", CONDITION("s"),
	  "7:3 PW402 the condition does not ask for the selection 't'; use it, or take it out\n" },
	{ "a condition that is never true is told", CONDITION("s and t and not s"), "8:14 PW602 the condition is never true\n" },
	{ "a number that is under and over is none", LINE("width|lt: 3\n    width|gt: 5"),
	  "9:5 PW602 with 'width|lt' of line 8 this leaves nothing: the selection 's' selects nothing\n" },
	{ "of two that touch, one is left", LINE("width|lte: 3\n    width|gte: 3"), "" },
	{ "of several values the widest counts", LINE("width|lt: [3, 9]\n    width|gt: 5"), "" },
	{ "less than nothing is nothing", LINE("width|lt: 0"), "8:5 PW602 no reference is so: the selection 's' selects nothing\n" },
	{ "two words are not one", LINE("kind: image\n    kind|in: [font, import]"),
	  "9:5 PW602 with 'kind' of line 8 this leaves nothing: the selection 's' selects nothing\n" },
	{ "of many hidden ways two may be so", LINE("hidden: size\n    hidden|in: [opacity]"), "" },
	{ "no reference is followed on a click", LINE("trigger: click"),
	  "8:5 PW602 no reference is so: the selection 's' selects nothing\n" },
	{ "no link is followed without one", HEAD "detect:\n  s: {each: link, trigger: [open, dns]}\n  condition: s\n"
	  "action: {tag: true}\n", "6:19 PW602 no link is so: the selection 's' selects nothing\n" },
	/* actions */
	{ "a rule does something", DO("action: {tag: false}"), "9:9 PW205 the rule does nothing; write strip, tag or hold\n" },
	{ "strip names a selection", DO("action: {strip: pixel}"),
	  "9:17 PW402 strip names a selection; there is no 'pixel'\n" },
	{ "a link cannot be stripped", HEAD "detect:\n  s: {each: link, url: a}\n  condition: s\naction: {strip: s}\n",
	  "8:17 PW205 's' is each: link; only references can be made inert\n" },
	{ "nothing comes through a proxy that is not there", DO("action: {strip: s, proxy: s}"),
	  "9:20 PW205 there is no picture proxy to let pictures come through; set ImageProxy and ImageProxyKeyFile in the "
	  "configuration, or write strip\n" },
	{ "a notice has words of its own", DO("action: {notice: x}"), "" },
	{ "or those of the configuration", DO("action: {notice: true}"), "" },
	{ "it has some", DO("action: {notice: false}"), NULL },
	{ "and they are one line", DO("action: {notice: \"a\\nb\"}"), NULL },
	{ "a copy goes to a mailbox", DO("action: {copy: security@parl.example}"), "" },
	{ "not to a name", DO("action: {copy: security}"), "9:16 PW203 'security' is no mailbox; write security@parl.example\n" },
	{ "nor to two", DO("action: {copy: 'a@b.example,c@d.example'}"), NULL },
	{ "structure alone redirects nobody's mail", DO("action: {redirect: security@parl.example}"),
	  "9:20 PW206 this may redirect mail that is on no list; write hold: watched (mail of watched recipients is held, other "
	  "mail tagged), or let the condition need a line with 'in: list:NAME'\n" },
	{ "nor refuses it", DO("action: {reject: true}"), NULL },
	{ "a list may redirect", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n"
	  "action: {redirect: security@parl.example}\n", "" },
	{ "a list may refuse, and say why", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n"
	  "action: {reject: See https://parl.example/mail}\n", "" },
	{ "in one line", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n"
	  "action: {reject: \"no\\nQUIT\"}\n", "8:18 PW203 write true, or what the sender is told: up to 200 printable ASCII "
	  "characters without %\n" },
	{ "not to refuse needs no action", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n"
	  "action: {reject: false}\n", NULL },
	{ "to be a sign is to do something", DO("action: {sign: url}"), "" },
	{ "structure alone holds nobody's mail", DO("action: {strip: s, hold: true}"),
	  "9:26 PW206 this may hold mail that is on no list; write hold: watched (mail of watched recipients is held, other "
	  "mail tagged), or let the condition need a line with 'in: list:NAME'\n" },
	{ "it may hold the mail of those who are watched", DO("action: {strip: s, hold: watched}"), "" },
	{ "a list may hold all mail", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n"
	  "action: {hold: true}\n", "" },
	{ "not if the line has something else beside the list", HEAD "detect:\n  s: {each: reference, "
	  "url.host|in: [list:suspects, t.example]}\n  condition: s\n" "action: {hold: true}\n",
	  "8:16 PW206 this may hold mail that is on no list; write hold: watched (mail of watched recipients is held, other "
	  "mail tagged), or let the condition need a line with 'in: list:NAME'\n" },
	{ "a list of filters may, too", HEAD "detect:\n  s: {each: reference, url|in: list:beacons}\n  condition: s\n"
	  "action: {hold: true}\n", "" },
	{ "a filter of the rule's own may not", HEAD "detect:\n  s: {each: reference, url|abp: /open?}\n  condition: s\n"
	  "action: {hold: true}\n",
	  "8:16 PW206 this may hold mail that is on no list; write hold: watched (mail of watched recipients is held, other "
	  "mail tagged), or let the condition need a line with 'in: list:NAME'\n" },
	{ "not if the list is only one way to match", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n"
	  "  t: {each: reference, width: 1}\n  condition: s or t\naction: {hold: true}\n", NULL },
	{ "not if it is the list's absence that matches", HEAD "detect:\n  s: {each: reference, url.host|in: list:suspects}\n"
	  "  condition: not s\naction: {hold: true}\n", NULL },
	/* exemptions */
	{ "an exemption has owner, end and what it is from", "rule: pw.e\ntitle: E\nstatus: draft\nkind: exemption\n"
	  "detect:\n  s: {each: reference, url.host: a.example}\n  condition: s\n",
	  "1:1 PW202 'owner' is missing\n1:1 PW202 'expires' is missing\n1:1 PW202 'exempt' is missing\n" },
	{ "an exemption that has ended is told", EXEMPTION("expires: 2020-01-31\ndetect:\n"
	  "  s: {each: reference, url.host: a.example}\n  condition: s\nexempt: {from: builtin.invisible}\n"),
	  "6:10 PW603 the exemption has ended; it is not in force\n" },
	{ "an exemption that anybody can claim is told", EXEMPTION("expires: 2999-01-31\ndetect:\n"
	  "  s: {each: message, from.domain: a.example}\n  condition: s\nexempt: {from: builtin.invisible}\n"),
	  "1:7 PW605 any sender can claim this exemption: nothing in it is seen by the gateway itself; add client.address or a "
	  "host\n" },
	{ "an exemption names rules that there are", EXEMPTION("expires: 2999-01-31\ndetect:\n"
	  "  s: {each: reference, url.host: a.example}\n  condition: s\nexempt: {from: builtin.invisble}\n"),
	  "10:16 PW204 no rule is called 'builtin.invisble' (did you mean 'builtin.invisible'?)\n" },
	{ "an exemption from everything is refused", EXEMPTION("expires: 2999-01-31\ndetect:\n"
	  "  s: {each: reference, url.host: a.example}\n  condition: s\nexempt: {from: '*'}\n"), NULL },
	{ "an exemption from a list is refused", EXEMPTION("expires: 2999-01-31\ndetect:\n"
	  "  s: {each: reference, url.host: a.example}\n  condition: s\nexempt: {from: list.suspects}\n"), NULL },
	/* exemptions of which one says nothing new */
	{ "an exemption that another one covers is told", COVERS("s: {each: reference, url.host|in: a.example}",
	  "s: {each: reference, url.host|in: [b.a.example, a.example], width: 1}"),
	  "19:7 PW607 wherever this takes out builtin.invisible, the exemption pw.x at r.yaml:1 does, too; take builtin.invisible "
	  "out of one of them\n" },
	{ "of two that are equal the later one", COVERS("s: {each: reference, url.host: a.example}",
	  "s: {each: reference, url.host: A.example}"), "19:7 PW607 wherever this takes out builtin.invisible, the exemption "
	  "pw.x at r.yaml:1 does, too; take builtin.invisible out of one of them\n" },
	{ "one for the whole mail covers one for its references", COVERS("s: {each: message, client.address|cidr: 192.0.2.0/24}",
	  "s: {each: reference, client.address|cidr: 192.0.2.0/24, width: 1}"), "19:7 PW607 wherever this takes out "
	  "builtin.invisible, the exemption pw.x at r.yaml:1 does, too; take builtin.invisible out of one of them\n" },
	{ "not the other way round", COVERS("s: {each: reference, client.address|cidr: 192.0.2.0/24, width: 1}",
	  "s: {each: message, client.address|cidr: 192.0.2.0/24}"), "1:7 PW607 wherever this takes out builtin.invisible, the "
	  "exemption pw.y at r.yaml:19 does, too; take builtin.invisible out of one of them\n" },
	{ "different blocks do not overlap", COVERS("s: {each: message, client.address|cidr: 192.0.2.0/24}",
	  "s: {each: message, client.address|cidr: 198.51.100.0/24}"), "" },
	{ "different hosts do not overlap", COVERS("s: {each: reference, url.host|in: a.example}",
	  "s: {each: reference, url.host|in: b.example}"), "" },
	{ "a host and one of several do", COVERS("s: {each: reference, url.host|in: a.example}",
	  "s: {each: reference, url.host|in: [a.example, c.example]}"), "1:7 PW607 wherever this takes out builtin.invisible, "
	  "the exemption pw.y at r.yaml:19 does, too; take builtin.invisible out of one of them\n" },
	{ "nor those that take out different rules", TWO("s: {each: reference, url.host: a.example}",
	  "builtin.opaque-token", "s: {each: reference, url.host: a.example}"), "" },
	/* tests */
	{ "a test's unknown key is told", GOOD "tests:\n- {name: a, html: b, expects: {match: true}}\n",
	  "10:22 PW201 unknown key 'expects' (did you mean 'expect'?)\n" },
	{ "a test expects something", GOOD "tests:\n- {name: a, html: b, expect: {}}\n",
	  "10:30 PW202 nothing is expected; write match: true, or match: false\n" },
	{ "what a test gives is a fact", GOOD "tests:\n- {name: a, html: b, given: {hots: 1}, expect: {match: true}}\n", NULL },
	{ "tests are a list", GOOD "tests: {a: b}\n", "9:8 PW203 tests are a list, an entry for each: - name: what it shows\n" },
	/* all in one run */
	{ "all mistakes of a rule are told in one run", "rule: pw.a\ntitle: A\nstatus: drat\nlevel: lo\ndetect:\n"
	  "  s: {each: reference, widht: 1}\n  condition: s and u\naction: {stripp: s}\n",
	  "3:9 PW203 'drat' is none of draft, shadow, enforce or retired (did you mean 'draft'?)\n"
	  "4:8 PW203 'lo' is none of info, low, medium, high or critical (did you mean 'low'?)\n"
	  "6:24 PW301 unknown fact 'widht' (did you mean 'width'?)\n7:20 PW402 there is no selection 'u' (did you mean 's'?)\n"
	  "8:10 PW201 unknown key 'stripp' (did you mean 'strip'?)\n" },
};

static void
is_told(void **state)
{
	const struct rule_case	*row = *state;
	struct loaded		 loaded;

	loaded_init(&loaded, row->text, NULL);
	if (row->found != NULL)
		assert_string_equal(loaded.found.at, row->found);
	else
		assert_int_equal(loaded.err, PW_ECONFIG);
	assert_int_equal(loaded.err, loaded.set->findings.errors > 0 ? PW_ECONFIG : PW_OK);
	loaded_fini(&loaded);
}

static void
a_mistake_is_shown_with_its_line_and_a_caret(void **state)
{
	struct loaded	loaded;
	struct buf	out;

	(void)state;
	loaded_init(&loaded, LINE("widht: 1"), NULL);
	buf_init(&out, 4096);
	findings_print_text(&loaded.set->findings, &out);
	assert_string_equal(out.at, "r.yaml:8:5: error PW301: unknown fact 'widht' (did you mean 'width'?)\n"
	    "        widht: 1\n        ^\n");
	buf_reset(&out);
	findings_print_json(&loaded.set->findings, &out);
	assert_string_equal(out.at, "{\"findings\":[{\"file\":\"r.yaml\",\"line\":8,\"column\":5,\"severity\":\"error\","
	    "\"code\":\"PW301\",\"message\":\"unknown fact 'widht' (did you mean 'width'?)\"}],\"errors\":1,\"warnings\":0}\n");
	buf_fini(&out);
	loaded_fini(&loaded);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + 1] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_mistake_is_shown_with_its_line_and_a_caret);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
