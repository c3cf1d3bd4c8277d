#include "url/scheme.h"
#include "url/url.h"

#include <string.h>

/* A scheme that is not here contacts nobody that the sender could choose. */
const struct url_scheme url_schemes[] = {
	/* name			special	port		reach		end */
	{ "about",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "afp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "blob",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "caldav",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "caldavs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "carddav",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "carddavs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "cid",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "cifs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "data",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "dav",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "davs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "dict",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "feed",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "feeds",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "file",		true,	URL_NO_PART,	REACH_FILE,	0 },
	{ "finger",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "firefox",		false,	URL_NO_PART,	REACH_WITHIN,	0 },
	{ "fish",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ftp",		true,	21,		REACH_HOST,	0 },
	{ "ftps",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "git",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "googlechrome",	false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "googlechromes",	false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "gopher",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "http",		true,	80,		REACH_HOST,	0 },
	{ "https",		true,	443,		REACH_HOST,	0 },
	{ "imap",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "imaps",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "intent",		false,	URL_NO_PART,	REACH_PREFIX,	0 },	/* Android: intent://host/path#Intent;... */
	{ "ipp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ipps",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "irc",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ircs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "itms",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "itms-apps",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "itms-services",	false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* ?action=...&url= */
	{ "itmss",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "itpc",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "its",		false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* compiled help: its:URL::/page */
	{ "jar",		false,	URL_NO_PART,	REACH_PREFIX,	'!' },	/* jar:URL!/entry */
	{ "javascript",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "ldap",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ldaps",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "mailto",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "mhtml",		false,	URL_NO_PART,	REACH_PREFIX,	'!' },	/* mhtml:URL!part */
	{ "microsoft-edge",	false,	URL_NO_PART,	REACH_WITHIN,	0 },
	{ "mid",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "mk",			false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* mk:@MSITStore:URL::/page */
	{ "mms",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ms-",		false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* ms-word:ofe|u|URL, ms-its:, ... */
	{ "news",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "nfs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "nntp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "onenote",		false,	URL_NO_PART,	REACH_WITHIN,	0 },
	{ "pcast",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "podcast",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "pop",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "rdp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "rsync",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "rtmp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "rtsp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "rtsps",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "scp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "search",		false,	URL_NO_PART,	REACH_WITHIN,	0 },
	{ "search-ms",		false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* &crumb=location:\\host\share */
	{ "sftp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "sip",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "smb",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "sms",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "snews",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ssh",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "svn",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "tel",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "telnet",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "tftp",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "tn3270",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "url",		false,	URL_NO_PART,	REACH_PREFIX,	0 },	/* RFC 1738's "URL:http://..." */
	{ "urn",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "vbscript",		false,	URL_NO_PART,	REACH_NOWHERE,	0 },
	{ "view-source",	false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "vnc",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "webcal",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "webcals",		false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "webdav",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "webdavs",		false,	URL_NO_PART,	REACH_HOST,	0 },
	{ "ws",			true,	80,		REACH_HOST,	0 },
	{ "wss",		true,	443,		REACH_HOST,	0 },
	{ "wyciwyg",		false,	URL_NO_PART,	REACH_WITHIN,	0 },	/* old Gecko: wyciwyg://0/URL */
	{ "x-safari-http",	false,	URL_NO_PART,	REACH_PREFIX,	0 },
	{ "x-safari-https",	false,	URL_NO_PART,	REACH_PREFIX,	0 },
};
const size_t url_scheme_count = NITEMS(url_schemes);

size_t
url_scheme_length(struct span text)
{
	size_t i = 0;

	if (text.len == 0 || !ascii_alpha(text.at[0]))
		return 0;
	while (i < text.len && (ascii_alpha(text.at[i]) || ascii_digit(text.at[i]) || text.at[i] == '+' ||
	    text.at[i] == '-' || text.at[i] == '.'))
		i++;
	return i < text.len && text.at[i] == ':' ? i : 0;
}

/* As strcmp; name without case, row in lower case. */
static int
compare(struct span name, const char *row)
{
	for (size_t i = 0; i < name.len; i++) {
		int difference = (unsigned char)ascii_lower(name.at[i]) - (unsigned char)row[i];

		if (difference != 0)
			return difference;
	}
	return row[name.len] == '\0' ? 0 : -1;
}

static const struct url_scheme *
search(struct span name)
{
	size_t low = 0, high = NITEMS(url_schemes);

	while (low < high) {
		size_t	middle = low + (high - low) / 2;
		int	order = compare(name, url_schemes[middle].name);

		if (order == 0)
			return &url_schemes[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct url_scheme *
url_scheme_find(struct span name)
{
	const struct url_scheme	*row = search(name);
	size_t			 hyphen = span_find_char(name, '-', 0);

	if (row == NULL && hyphen < name.len)
		row = search(span_cut(name, 0, hyphen + 1));
	return row;
}
