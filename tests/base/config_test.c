/* What a configuration file may say, and what is said of one that is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/option.h"

static char	root[PATH_MAX];	/* where the tests were started: the source tree */
static char	scratch[] = "/tmp/pixelward-config-XXXXXX";

static void
file_write(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* Read text as "c.conf" in the scratch directory; the report is NUL-terminated. */
static enum pw_err
read_text(const char *text, size_t len, struct options *options, struct buf *report)
{
	file_write("c.conf", text, len);
	enum pw_err err = config_read("c.conf", options, report);
	buf_add_char(report, '\0');
	assert_false(buf_failed(report));
	return err;
}

static struct span
line_of(const struct buf *printed, const char *keyword)
{
	struct span	all = buf_span(printed), key = span_of(keyword);

	while (all.len > 0) {
		size_t end = span_find_char(all, '\n', 0);

		if (span_starts(all, key) && all.at[key.len] == ' ')
			return span_trim(span_cut(all, key.len, end));
		all = span_from(all, end + 1);
	}
	return SPAN_NONE;
}

#define S10		"0123456789"
#define S100		S10 S10 S10 S10 S10 S10 S10 S10 S10 S10

/* A file that is right, and how one option is printed after it. */
static const struct good {
	const char	*says, *text, *keyword, *value;
	const char	*report;	/* warnings; NULL: none */
} goods[] = {
	{ "a keyword's case does not matter", "mODE enforce\n", "Mode", "enforce", NULL },
	{ "a value's case does not matter", "Mode ENFORCE\n", "Mode", "enforce", NULL },
	{ "an empty file leaves the defaults", "", "Mode", "shadow", NULL },
	{ "the last line needs no line end", "Mode tag", "Mode", "tag", NULL },
	{ "a byte order mark is skipped", "\xef\xbb\xbfMode tag\n", "Mode", "tag", NULL },
	{ "CRLF ends a line", "Mode tag\r\nOnLimit accept\r\n", "OnLimit", "accept", NULL },
	{ "a comment may follow a value", "Mode\ttag\t# later: enforce\n", "Mode", "tag", NULL },
	{ "a # inside a word is no comment", "StateDir /var/a#b\n", "StateDir", "/var/a#b", NULL },
	{ "a quoted value holds blanks and #", "StateDir \"/var/a # b\"\n", "StateDir", "\"/var/a # b\"", NULL },
	{ "a quoted value holds a quote", "StateDir \"/a\\\"b\\\\c\"\n", "StateDir", "\"/a\\\"b\\\\c\"", NULL },
	{ "an empty quoted value empties a text", "PidFile \"\"\n", "PidFile", "\"\"", NULL },
	{ "a comment in any language is fine", "# \xc2\xa0 \xe2\x80\x9cgr\xc3\xbc\xc3\x9f dich\xe2\x80\x9d\nMode tag\n",
	  "Mode", "tag", NULL },
	{ "M is 1048576 bytes", "MaxMessageSize 50M\n", "MaxMessageSize", "50M", NULL },
	{ "MiB is M", "MaxMessageSize 50MiB\n", "MaxMessageSize", "50M", NULL },
	{ "MB is 1000000 bytes", "MaxMessageSize 50MB\n", "MaxMessageSize", "50000000", NULL },
	{ "a size may stand apart from its unit in quotes", "MaxMessageSize \"2 k\"\nMaxHeaderBytes 1K\n",
	  "MaxMessageSize", "2K", NULL },
	{ "a size without unit counts bytes", "MaxMessageSize 33554432\n", "MaxMessageSize", "32M", NULL },
	{ "ms is a thousandth of a second", "MaxParseTime 1500ms\n", "MaxParseTime", "1500ms", NULL },
	{ "m is a minute", "MilterTimeout 5m\n", "MilterTimeout", "300s", NULL },
	{ "h is an hour", "MilterTimeout 2h\n", "MilterTimeout", "7200s", NULL },
	{ "on is yes", "Syslog on\n", "Syslog", "yes", NULL },
	{ "1 is yes", "Syslog 1\n", "Syslog", "yes", NULL },
	{ "false is no", "SkipAuthenticated false\n", "SkipAuthenticated", "no", NULL },
	{ "a mask is octal", "UMask 0027\n", "UMask", "027", NULL },
	{ "a list is cut at commas", "InternalHosts 10.0.0.0/8,192.0.2.1 , 2001:db8::/32\n", "InternalHosts",
	  "10.0.0.0/8, 192.0.2.1, 2001:db8::/32", NULL },
	{ "a list may take several lines", "InternalHosts 10.0.0.0/8\nMode tag\nInternalHosts ::1\n", "InternalHosts",
	  "10.0.0.0/8, ::1", NULL },
	{ "a list may be emptied", "InternalHosts \"\"\n", "InternalHosts", "\"\"", NULL },
	{ "local: is unix:", "Socket local:/run/a.sock\n", "Socket", "unix:/run/a.sock", NULL },
	{ "a socket's path may fill sun_path", "Socket unix:/" S100 "/abcde\n", "Socket", "unix:/" S100 "/abcde", NULL },
	{ "an inet socket is PORT@HOST", "Socket inet:8894@localhost\n", "Socket", "inet:8894@localhost", NULL },
	{ "a host's name may end in a digit", "Socket inet:8894@mx1\n", "Socket", "inet:8894@mx1", NULL },
	{ "an inet6 socket drops the brackets", "Socket inet6:8894@[::1]\n", "Socket", "inet6:8894@::1", NULL },
	{ "a descriptor from systemd is a socket", "Socket fd:3\n", "Socket", "fd:3", NULL },
	{ "Postfix's order is taken with a warning", "Socket inet:127.0.0.1:8894\n", "Socket", "inet:8894@127.0.0.1",
	  "c.conf:1:8: warning: Socket: 127.0.0.1:8894 is in Postfix's order; read as inet:8894@127.0.0.1, which is "
	  "how to write it here\n" },
	{ "Postfix's order is taken for IPv6", "Socket inet:[::1]:8894\n", "Socket", "inet6:8894@::1",
	  "c.conf:1:8: warning: Socket: [::1]:8894 is in Postfix's order; read as inet6:8894@::1, which is how to "
	  "write it here\n" },
	{ "trackers alone may be made inert", "RemoteContent Trackers\n", "RemoteContent", "trackers", NULL },
	{ "no Redis is written in any case", "Redis NONE\n", "Redis", "none", NULL },
	{ "a Redis may be behind a socket", "Redis unix:/run/redis/redis-server.sock\n", "Redis",
	  "unix:/run/redis/redis-server.sock", NULL },
	{ "a Redis may be behind a port", "Redis tcp:[::1]:6379\n", "Redis", "tcp:[::1]:6379", NULL },
	{ "a Redis may be known to sentinels alone", "Redis sentinel:pw@a.example:26379,192.0.2.1:26379\n", "Redis",
	  "sentinel:pw@a.example:26379,192.0.2.1:26379", NULL },
	{ "the password of Redis may be a credential", "RedisPasswordFile redis-password\n", "RedisPasswordFile",
	  "redis-password", NULL },
	{ "a notice may be in any language", "NoticeText \"Vorsicht: Täuschung möglich\"\n", "NoticeText",
	  "\"Vorsicht: Täuschung möglich\"", NULL },
	{ "a picture proxy has a host", "ImageProxy https://Camo.Example/\n", "ImageProxy", "https://camo.example", NULL },
	{ "the usual port goes without saying", "ImageProxy http://camo.example:80/img/\n", "ImageProxy",
	  "http://camo.example/img", NULL },
	{ "another port does not", "ImageProxy https://camo.example:8443\n", "ImageProxy", "https://camo.example:8443", NULL },
	{ "no proxy is none", "ImageProxy \"\"\n", "ImageProxy", "\"\"", NULL },
	{ "a user may come with a group", "UserID pixelward:postfix\n", "UserID", "pixelward:postfix", NULL },
	{ "a group has a name and a file", "Group watch /etc/people\n", "Group", "watch /etc/people", NULL },
	{ "a group's file may have blanks in its name", "Group\twatch  \"/etc/my people\" # why\n", "Group",
	  "watch \"/etc/my people\"", NULL },
	{ "there is no group unless one is defined", "", "Group", "\"\"", NULL },
	{ "the group watch is watched", "Group Watch /p\n", "WatchGroups", "watch", NULL },
	{ "other groups may be watched", "WatchGroups press, TARGETS\nGroup press /p\nGroup targets /t\n", "WatchGroups",
	  "press, TARGETS", NULL },
	{ "a group may be unwatched", "Group press /p\nWatchGroups \"\"\n", "WatchGroups", "\"\"", NULL },
	{ "groups of which none is watched are told", "Mode tag\nGroup press /p\n", "WatchGroups", "watch",
	  "c.conf:2:7: warning: no Group defines 'watch', which WatchGroups names unless it is told else; write the names "
	  "of the groups to watch, or \"\" to watch none\n" },
	{ "no internal host is fine if a pattern matches nothing", "Include nothing/*.conf\nMode tag\n", "Mode", "tag",
	  NULL },
};

static void
is_taken(void **state)
{
	const struct good	*row = *state;
	struct options		*options = options_new();
	struct buf		 report, printed;

	buf_init(&report, 65536);
	buf_init(&printed, 65536);
	assert_non_null(options);
	enum pw_err err = read_text(row->text, strlen(row->text), options, &report);
	assert_string_equal(report.at, row->report != NULL ? row->report : "");
	assert_int_equal(err, PW_OK);
	config_print(options, &printed);
	struct span value = line_of(&printed, row->keyword);
	assert_non_null(value.at);
	assert_int_equal(value.len, strlen(row->value));
	assert_memory_equal(value.at, row->value, value.len);
	buf_fini(&report);
	buf_fini(&printed);
	options_free(options);
}

#define PORT_HELP	"write inet:PORT@HOST with a number from 1 to 65535"
static const struct bad {
	const char	*says, *text, *report;
} bads[] = {
	{ "an unknown keyword is named with the nearest one", "Mode tag\n  Modus tag\n",
	  "c.conf:2:3: unknown keyword 'Modus'; did you mean Mode?\n" },
	{ "two letters swapped are recognised", "RluesDir /a\n",
	  "c.conf:1:1: unknown keyword 'RluesDir'; did you mean RulesDir?\n" },
	{ "other milters' words are recognised", "PeerList 10.0.0.1\n",
	  "c.conf:1:1: unknown keyword 'PeerList'; did you mean InternalHosts?\n" },
	{ "nothing is guessed for a far word", "Flummery yes\n",
	  "c.conf:1:1: unknown keyword 'Flummery'; take it out (pixelward -t --defaults prints the keywords there "
	  "are)\n" },
	{ "a word names all that may stand there", "Mode strict\n",
	  "c.conf:1:6: 'strict' is no value of Mode; write shadow, tag or enforce\n" },
	{ "a boolean is yes or no", "Syslog maybe\n", "c.conf:1:8: 'maybe' is no value of Syslog; write yes or no\n" },
	{ "a missing value is named", "Mode\n",
	  "c.conf:1:5: Mode has no value; write one behind it: shadow, tag or enforce\n" },
	{ "a comment is no value", "Mode # tag\n",
	  "c.conf:1:6: Mode has no value; write one behind it: shadow, tag or enforce\n" },
	{ "the second of two names the first", "Mode tag\n\nmode tag\n",
	  "c.conf:3:1: Mode stands already at c.conf:1; keep one of them\n" },
	{ "= does not belong there", "Mode = tag\n",
	  "c.conf:1:6: no = stands between keyword and value; write a blank\n" },
	{ "nor does a colon", "Mode: tag\n", "c.conf:1:5: no : stands between keyword and value; write a blank\n" },
	{ "two values are one too many", "Mode tag enforce\n",
	  "c.conf:1:10: a second value; put a value with blanks into quotes, and # before a comment\n" },
	{ "a quote is closed", "StateDir \"/var\n",
	  "c.conf:1:10: the quote is never closed; write \" at the value's end\n" },
	{ "a quote stands around the whole value", "StateDir /a\"b c\"\n",
	  "c.conf:1:12: a quote inside a value; put the whole value into quotes, with \\\" for a quote in it\n" },
	{ "a list needs its commas", "InternalHosts 10.0.0.1 10.0.0.2\n",
	  "c.conf:1:23: a comma is missing; write one between values\n" },
	{ "a list has no empty item", "InternalHosts 10.0.0.1,,::1\n",
	  "c.conf:1:24: an item of InternalHosts is empty; write a value between the commas\n" },
	{ "an item's own column is told", "InternalHosts 10.0.0.1, 10.0.0.1/8, mail.example\n",
	  "c.conf:1:25: InternalHosts: '10.0.0.1/8' has bits set behind its prefix; write 10.0.0.0/8 for the network, "
	  "or the address alone\n"
	  "c.conf:1:37: InternalHosts: 'mail.example' is no IP address or block; write one such as 192.0.2.0/24 or "
	  "2001:db8::/32\n" },
	{ "a prefix has its bound", "InternalHosts 10.0.0.0/33\n",
	  "c.conf:1:15: InternalHosts: what follows / is no prefix length; write a number from 0 to 32\n" },
	{ "a size below its bound names the bounds", "MaxMemory 1M\n",
	  "c.conf:1:11: MaxMemory 1M is out of bounds; write a value from 64M to 1T\n" },
	{ "a size above 64 bits is out of bounds", "MaxMemory 99999999999999999999G\n",
	  "c.conf:1:11: MaxMemory 99999999999999999999G is out of bounds; write a value from 64M to 1T\n" },
	{ "a size has a known unit", "MaxMemory 1X\n",
	  "c.conf:1:11: '1X' is no size; write a whole number and K, M, G or KiB, MiB, GiB (MB is 1000000 bytes)\n" },
	{ "a size is not negative", "MaxMemory -1\n",
	  "c.conf:1:11: '-1' is no size; write a whole number and K, M, G or KiB, MiB, GiB (MB is 1000000 bytes)\n" },
	{ "a time has its unit", "MaxParseTime 2000\n",
	  "c.conf:1:14: '2000' is no time; write a whole number and ms, s, m, h or d\n" },
	{ "a number has no unit", "MaxParts 1K\n", "c.conf:1:10: '1K' is no number; write a whole number without unit\n" },
	{ "a number of 0 is out of bounds", "MaxParts 0\n",
	  "c.conf:1:10: MaxParts 0 is out of bounds; write a value from 1 to 100000\n" },
	{ "a mask is octal", "UMask 9\n", "c.conf:1:7: '9' is no octal; write an octal number such as 007\n" },
	{ "a mask has its bound", "UMask 1777\n", "c.conf:1:7: UMask 1777 is out of bounds; write a value from 000 to 777\n" },
	{ "a path is absolute", "RulesDir rules\n",
	  "c.conf:1:10: RulesDir: the path is not absolute; write it from / on\n" },
	{ "a socket's path is absolute", "Socket unix:pixelward/p.sock\n",
	  "c.conf:1:8: Socket: the socket's path is not absolute; write unix:/PATH (a path relative to Postfix's "
	  "chroot belongs into main.cf only)\n" },
	{ "a socket's path fits into sun_path", "Socket unix:/" S100 "/abcdef\n",
	  "c.conf:1:8: Socket: the socket's path has 108 bytes; write one of at most 107, the kernel's bound\n" },
	{ "a path alone is no socket", "Socket /run/p.sock\n",
	  "c.conf:1:8: Socket: a path alone is no socket; write unix:/run/p.sock\n" },
	{ "a socket has a known scheme", "Socket tcp:127.0.0.1:25\n",
	  "c.conf:1:8: Socket: no kind of socket; write unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N\n" },
	{ "a port is a number", "Socket inet:smtp@127.0.0.1\n", "c.conf:1:8: Socket: 'smtp' is no port; " PORT_HELP "\n" },
	{ "a port fits into 16 bits", "Socket inet:65536@127.0.0.1\n",
	  "c.conf:1:8: Socket: '65536' is no port; " PORT_HELP "\n" },
	{ "a port alone would listen to everybody", "Socket inet:8894\n",
	  "c.conf:1:8: Socket: no host to listen on; write inet:PORT@HOST, such as inet:8894@127.0.0.1\n" },
	{ "an IPv6 address wants inet6", "Socket inet:8894@::1\n",
	  "c.conf:1:8: Socket: an IPv6 address needs the other scheme; write inet6:8894@::1\n" },
	{ "an IPv4 address wants inet", "Socket inet6:8894@127.0.0.1\n",
	  "c.conf:1:8: Socket: '127.0.0.1' is no host that inet6 can listen on; write a name or an address\n" },
	{ "half an IPv4 address is no host", "Socket inet:8894@127.0.1\n",
	  "c.conf:1:8: Socket: '127.0.1' is no host that inet can listen on; write a name or an address\n" },
	{ "a store that will never be is refused", "Redis mysql\n",
	  "c.conf:1:7: Redis: no store; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "a Redis behind a port has one", "Redis tcp:localhost\n",
	  "c.conf:1:7: Redis: no port from 1 to 65535; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "a Redis behind a port has a host", "Redis tcp::6379\n",
	  "c.conf:1:7: Redis: no host; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "half an address is no Redis", "Redis tcp:127.1:6379\n",
	  "c.conf:1:7: Redis: '127.1' is no host; write a name or an address (IPv6 in brackets)\n" },
	{ "a socket of Redis is absolute", "Redis unix:redis.sock\n",
	  "c.conf:1:7: Redis: the socket's path is not absolute; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "sentinels know masters by name", "Redis sentinel:mx:26379\n",
	  "c.conf:1:7: Redis: no name of a master before the @; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "each sentinel has a port", "Redis sentinel:pw@mx:26379,my\n",
	  "c.conf:1:7: Redis: no port from 1 to 65535; write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT\n" },
	{ "a password is in no relative file", "RedisPasswordFile ../secret\n",
	  "c.conf:1:19: RedisPasswordFile: neither a path nor a credential; write /PATH, or the name behind "
	  "LoadCredential= in the unit\n" },
	{ "a notice is UTF-8", "NoticeText \"T\xe4uschung\"\n",
	  "c.conf:1:12: NoticeText: no text for readers; write one line of UTF-8 without control characters\n" },
	{ "a proxy's name alone is no URL", "ImageProxy camo.example\n",
	  "c.conf:1:12: ImageProxy: no picture proxy; write https://HOST, with a port or a path of plain words if it has one\n" },
	{ "a proxy has no query", "ImageProxy https://camo.example/?a\n",
	  "c.conf:1:12: ImageProxy: no picture proxy; write https://HOST, with a port or a path of plain words if it has one\n" },
	{ "nor a user", "ImageProxy https://a@camo.example/\n",
	  "c.conf:1:12: ImageProxy: no picture proxy; write https://HOST, with a port or a path of plain words if it has one\n" },
	{ "nor a path that would be written otherwise", "ImageProxy https://camo.example/a/../b\n",
	  "c.conf:1:12: ImageProxy: no picture proxy; write https://HOST, with a port or a path of plain words if it has one\n" },
	{ "nor a port that would", "ImageProxy https://camo.example:08443\n",
	  "c.conf:1:12: ImageProxy: no picture proxy; write https://HOST, with a port or a path of plain words if it has one\n" },
	{ "a user is a name", "UserID \"pixel ward\"\n", "c.conf:1:8: UserID: no user; write a name, or user:group\n" },
	{ "a verifier is believed of methods that there are", "TrustedAuthservIDs mx.example/arc\n",
	  "c.conf:1:20: TrustedAuthservIDs: no method of a verifier; write ID, ID/spf, ID/dkim or ID/dmarc\n" },
	{ "an authserv-id is a name", "AuthservID \"a b\"\n",
	  "c.conf:1:12: AuthservID: no authserv-id; write a name like a host's, without blanks or quotes\n" },
	{ "a socket is never empty", "Socket \"\"\n", "c.conf:1:8: Socket is empty; write a value\n" },
	{ "a control character is no text", "Mode t\001ag\n",
	  "c.conf:1:7: the line holds a control character (0x01); write plain text\n" },
	{ "a carriage return inside a line is none either", "Mode tag\rSyslog yes\n",
	  "c.conf:1:9: the line holds a control character (0x0d); write plain text\n" },
	{ "a blank from a web page is told", "Mode\xc2\xa0tag\n",
	  "c.conf:1:5: the line holds a no-break space (U+00A0); write a blank\n" },
	{ "a quote from a word processor is told", "StateDir \xe2\x80\x9c/a\xe2\x80\x9d\n",
	  "c.conf:1:10: the line holds a typographic quote (U+201C); write \"\n" },
	{ "all mistakes are told in one run", "Mood tag\nMode loud\nMaxParts x\n\nStateDir var\n",
	  "c.conf:1:1: unknown keyword 'Mood'; did you mean Mode?\n"
	  "c.conf:2:6: 'loud' is no value of Mode; write shadow, tag or enforce\n"
	  "c.conf:3:10: 'x' is no number; write a whole number without unit\n"
	  "c.conf:5:10: StateDir: the path is not absolute; write it from / on\n" },
	{ "a message must find room", "MaxMemory 64M\nMaxMessageSize 65M\n",
	  "c.conf:2:16: MaxMessageSize is more than MaxMemory (one such message would not find room); lower the one or "
	  "raise the other\n" },
	{ "defaults count in relations", "MaxMessageSize 512K\n",
	  "c.conf:1:16: MaxHeaderBytes is more than MaxMessageSize (a header is a part of a message); lower the one or "
	  "raise the other\n" },
	{ "a mistaken value is not compared", "MaxHeaderBytes 1X\nMaxMessageSize 512K\n",
	  "c.conf:1:16: '1X' is no size; write a whole number and K, M, G or KiB, MiB, GiB (MB is 1000000 bytes)\n" },
	{ "a group needs a file", "Group watch\n", "c.conf:1:7: Group has a name alone; write Group NAME FILE\n" },
	{ "a group needs a name", "Group\n", "c.conf:1:6: Group has no value; write one behind it: NAME FILE: a group of "
	  "recipients; the file has one user@domain or @domain to a line\n" },
	{ "a group has one file", "Group watch /a /b\n",
	  "c.conf:1:16: a third value; put a value with blanks into quotes, and # before a comment\n" },
	{ "a blank stands between name and file", "Group \"watch\"/a\n",
	  "c.conf:1:14: a second value; put a value with blanks into quotes, and # before a comment\n" },
	{ "a group's file is an absolute path", "Group watch people\n",
	  "c.conf:1:13: Group: the path is not absolute; write it from / on\n" },
	{ "a group's file has a name", "Group watch \"\"\n", "c.conf:1:13: Group is empty; write a value\n" },
	{ "a group's name is a word", "Group a,b /p\n",
	  "c.conf:1:7: Group: no group's name; write letters, digits, - _ and . only\n" },
	{ "a group's name is not empty", "Group \"\" /p\n", "c.conf:1:7: Group: the name has 0 bytes; write 1 to 64\n" },
	{ "a group's name has its bound", "Group " S100 " /p\n",
	  "c.conf:1:7: Group: the name has 100 bytes; write 1 to 64\n" },
	{ "a name is one group's, whatever its case", "Group watch /a\nGroup press /b\nGroup Watch /c\n",
	  "c.conf:3:7: Group Watch stands already, with /a; write another name, or one file for both\n" },
	{ "what is watched must be there", "Group watch /a\nWatchGroups watch, vips\n",
	  "c.conf:2:13: no Group defines 'vips', which WatchGroups names; write Group vips FILE, or take the name out\n" },
	{ "a mistaken group is not missed", "Group vips a\nWatchGroups vips\n",
	  "c.conf:1:12: Group: the path is not absolute; write it from / on\n" },
	{ "a watched group has a group's name", "WatchGroups a@b\n",
	  "c.conf:1:13: WatchGroups: no group's name; write letters, digits, - _ and . only\n" },
	{ "receipts are kept, stripped, or stripped for some", "ReadReceipts some\n",
	  "c.conf:1:14: 'some' is no value of ReadReceipts; write watched, keep or strip\n" },
	{ "a missing file is told where it is included", "Include no-such.conf\n",
	  "c.conf:1:9: 'no-such.conf' does not exist; write the name of a file that does\n" },
	{ "an Include needs a name", "Include\n",
	  "c.conf:1:8: Include has no value; write one behind it: a file or a pattern such as conf.d/*.conf\n" },
	{ "a directory is no file", "Include .\n", "c.conf:1:9: '.' is a directory; write the name of a file, or a pattern "
	  "such as DIRECTORY/*.conf\n" },
	{ "a file does not include itself", "Include c.conf\n",
	  "c.conf:1:9: 'c.conf' includes itself; take one Include of the circle out\n" },
};

static void
is_refused(void **state)
{
	const struct bad	*row = *state;
	struct options		*options = options_new();
	struct buf		 report;

	buf_init(&report, 65536);
	enum pw_err err = read_text(row->text, strlen(row->text), options, &report);
	assert_string_equal(report.at, row->report);
	assert_int_equal(err, PW_ECONFIG);
	buf_fini(&report);
	options_free(options);
}

static void
nul_bytes_are_refused(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_int_equal(read_text("Mode\0tag\n", 9, options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "c.conf:1:5: the line holds a control character (0x00); write plain text\n");
	buf_fini(&report);
	options_free(options);
}

static void
an_endless_line_is_refused(void **state)
{
	struct options	*options = options_new();
	struct buf	 report, text;

	(void)state;
	buf_init(&report, 65536);
	buf_init(&text, 65536);
	buf_add(&text, SPAN("StateDir /"));
	while (text.len < 5000)
		buf_add_char(&text, 'a');
	assert_int_equal(read_text(text.at, text.len, options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "c.conf:1:4097: the line has 5000 bytes; write at most 4096, and lists on several "
	    "lines of the same keyword\n");
	buf_fini(&text);
	buf_fini(&report);
	options_free(options);
}

static void
a_name_too_many_is_told(void **state)
{
	struct options	*options = options_new();
	struct buf	 report, text;

	(void)state;
	buf_init(&report, 65536);
	buf_init(&text, 65536);
	buf_add(&text, SPAN("WatchGroups \"\"\n"));
	for (int i = 0; i <= MOST_FILES_OF_OPTION; i++)
		buf_printf(&text, "Group g%d /p\n", i);
	assert_int_equal(read_text(text.at, text.len, options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "c.conf:66:7: Group is one too many; write at most 64\n");
	assert_int_equal(options->groups.count, MOST_FILES_OF_OPTION);
	buf_fini(&text);
	buf_fini(&report);
	options_free(options);
}

static void
a_file_that_cannot_be_opened_is_told(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_int_equal(config_read("none.conf", options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "none.conf:1:1: 'none.conf' cannot be read (No such file or directory); write the "
	    "name of a readable file\n");
	buf_reset(&report);
	assert_int_equal(config_read(".", options, &report), PW_ECONFIG);
	assert_string_equal(report.at, ".:1:1: '.' is a directory; write the name of a file\n");
	buf_fini(&report);
	options_free(options);
}

static void
a_file_without_end_is_refused(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_int_equal(config_read("/dev/zero", options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "/dev/zero:1:1: '/dev/zero' is larger than 1048576 bytes; write a configuration "
	    "file's name\n");
	buf_fini(&report);
	options_free(options);
}

static void
includes_are_relative_to_their_file_and_in_order(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_int_equal(mkdir("inc.d", 0700), 0);
	file_write("inc.d/10-a.conf", "InternalHosts 10.0.0.1\n", 23);
	file_write("inc.d/20-b.conf", "InternalHosts 10.0.0.2\nInclude 30-c.inc\n", 40);
	file_write("inc.d/30-c.inc", "Mode loud\n", 10);
	file_write("a.conf", "Include inc.d/*.conf\nMode tag\n", 30);
	assert_int_equal(config_read("a.conf", options, &report), PW_ECONFIG);
	assert_string_equal(report.at,
	    "inc.d/30-c.inc:1:6: 'loud' is no value of Mode; write shadow, tag or enforce\n"
	    "a.conf:2:1: Mode stands already at inc.d/30-c.inc:1; keep one of them\n");
	assert_int_equal(options->internal_hosts.count, 2);
	assert_string_equal(options->internal_hosts.at[1], "10.0.0.2");
	buf_fini(&report);
	options_free(options);
}

static void
a_circle_of_includes_is_told(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	file_write("x.conf", "Include y.conf\n", 15);
	file_write("y.conf", "\nInclude x.conf\n", 16);
	assert_int_equal(config_read("x.conf", options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "y.conf:2:9: 'x.conf' includes itself; take one Include of the circle out\n");
	buf_fini(&report);
	options_free(options);
}

static void
includes_have_a_depth(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;
	char		 name[32], text[64];

	(void)state;
	buf_init(&report, 65536);
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "deep%d.conf", i);
		snprintf(text, sizeof(text), "Include deep%d.conf\n", i + 1);
		file_write(name, text, strlen(text));
	}
	assert_int_equal(config_read("deep0.conf", options, &report), PW_ECONFIG);
	assert_string_equal(report.at, "deep7.conf:1:9: 'deep8.conf' is one file too many; include at most 256 files, 8 "
	    "deep\n");
	buf_fini(&report);
	options_free(options);
}

static void
what_is_printed_reads_back_the_same(void **state)
{
	static const char changed[] = "Mode enforce\nSocket inet6:8894@::1\nStateDir \"/a b#c\\\\\\\"d\"\nUMask 77\n"
	    "InternalHosts \"\"\nTrustedAuthservIDs a.example, b.example\nMaxMessageSize 12345678\nSyslog yes\n"
	    "MaxParseTime 1234ms\nRulesDir /rules\nOnSignedLive tag\nGroup a /a\nGroup b \"/b c\"\nWatchGroups b\n";
	struct options	*first = options_new(), *second = options_new();
	struct buf	 report, printed, again;

	(void)state;
	buf_init(&report, 65536);
	buf_init(&printed, 65536);
	buf_init(&again, 65536);
	assert_int_equal(read_text(changed, strlen(changed), first, &report), PW_OK);
	config_print(first, &printed);
	buf_reset(&report);
	assert_int_equal(read_text(printed.at, printed.len, second, &report), PW_OK);
	config_print(second, &again);
	assert_string_equal(printed.at, again.at);
	assert_string_equal(second->state_dir, "/a b#c\\\"d");
	assert_true(first->rules_dir_given);
	assert_int_equal(second->groups.count, 2);
	assert_string_equal(second->groups.at[1].path, "/b c");
	buf_fini(&report);
	buf_fini(&printed);
	buf_fini(&again);
	options_free(first);
	options_free(second);
}

static void
an_option_is_set_from_the_command_line(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_false(options->rules_dir_given);
	assert_int_equal(config_set(options, "-o", "rulesdir", "/r", &report), PW_OK);
	assert_string_equal(options->rules_dir, "/r");
	assert_true(options->rules_dir_given);
	assert_int_equal(config_set(options, "-o", "InternalHosts", "192.0.2.1, ::1", &report), PW_OK);
	assert_int_equal(config_set(options, "-o", "InternalHosts", "192.0.2.2", &report), PW_OK);
	assert_int_equal(options->internal_hosts.count, 1);
	assert_int_equal(config_set(options, "-o", "Mode", "loud", &report), PW_ECONFIG);
	assert_int_equal(config_set(options, "-o", "Moode", "tag", &report), PW_ECONFIG);
	assert_int_equal(config_set(options, "-o", "Mode", "", &report), PW_ECONFIG);
	assert_int_equal(config_set(options, "-o", "Socket", "inet:8894", &report), PW_ECONFIG);
	assert_string_equal(report.at,
	    "-o: 'loud' is no value of Mode; write shadow, tag or enforce\n"
	    "-o: unknown keyword 'Moode'; did you mean Mode?\n"
	    "-o: Mode has no value; write one behind it: shadow, tag or enforce\n"
	    "-o: Socket: no host to listen on; write inet:PORT@HOST, such as inet:8894@127.0.0.1\n");
	assert_int_equal(options->mode, MODE_SHADOW);
	buf_fini(&report);
	options_free(options);
}

static void
a_wrong_list_leaves_the_old_one(void **state)
{
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 65536);
	assert_int_equal(config_set(options, "-o", "InternalHosts", "192.0.2.1, nonsense", &report), PW_ECONFIG);
	assert_int_equal(options->internal_hosts.count, 2);
	assert_string_equal(options->internal_hosts.at[0], "127.0.0.0/8");
	buf_fini(&report);
	options_free(options);
}

/* conf/pixelward.conf with every commented option switched on. */
static void
the_shipped_file_says_the_defaults(void **state)
{
	struct options	*defaults = options_new(), *shipped = options_new();
	struct buf	 report, wanted, found, text;
	char		 path[PATH_MAX + 32], line[1024];

	(void)state;
	buf_init(&report, 65536);
	buf_init(&wanted, 65536);
	buf_init(&found, 65536);
	buf_init(&text, 65536);
	snprintf(path, sizeof(path), "%s/conf/pixelward.conf", root);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t stands = 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		const char *from = line[0] == '#' && line[1] != ' ' && line[1] != '\n' ? line + 1 : line;

		stands += option_find(span_cut(span_of(from), 0, strcspn(from, " \n"))) != NULL;
		buf_add(&text, span_of(from));
	}
	fclose(file);
	assert_int_equal(stands, options_count);	/* each once: twice would be a mistake */
	enum pw_err err = read_text(text.at, text.len, shipped, &report);
	assert_string_equal(report.at, "");
	assert_int_equal(err, PW_OK);
	config_print(defaults, &wanted);
	config_print(shipped, &found);
	assert_string_equal(wanted.at, found.at);
	buf_reset(&report);
	assert_int_equal(config_read(path, shipped, &report), PW_OK);
	assert_int_equal(shipped->mode, MODE_SHADOW);
	buf_fini(&report);
	buf_fini(&wanted);
	buf_fini(&found);
	buf_fini(&text);
	options_free(defaults);
	options_free(shipped);
}

static int
enter_scratch(void **state)
{
	(void)state;
	return getcwd(root, sizeof(root)) == NULL || mkdtemp(scratch) == NULL || chdir(scratch) != 0;
}

static int
leave_scratch(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", scratch);
	return chdir("/") != 0 || system(command) != 0;
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(nul_bytes_are_refused),
		cmocka_unit_test(an_endless_line_is_refused),
		cmocka_unit_test(a_name_too_many_is_told),
		cmocka_unit_test(a_file_that_cannot_be_opened_is_told),
		cmocka_unit_test(a_file_without_end_is_refused),
		cmocka_unit_test(includes_are_relative_to_their_file_and_in_order),
		cmocka_unit_test(a_circle_of_includes_is_told),
		cmocka_unit_test(includes_have_a_depth),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(an_option_is_set_from_the_command_line),
		cmocka_unit_test(a_wrong_list_leaves_the_old_one),
		cmocka_unit_test(the_shipped_file_says_the_defaults),
	};
	struct CMUnitTest	tests[NITEMS(goods) + NITEMS(bads) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(goods); i++)
		tests[count++] = (struct CMUnitTest){ .name = goods[i].says, .test_func = is_taken,
		    .initial_state = (void *)(uintptr_t)&goods[i] };
	for (size_t i = 0; i < NITEMS(bads); i++)
		tests[count++] = (struct CMUnitTest){ .name = bads[i].says, .test_func = is_refused,
		    .initial_state = (void *)(uintptr_t)&bads[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}
