/* What a reference reaches when some client fetches it. */
#include "dissect/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal)	{ (literal), sizeof(literal) - 1 }

static const struct classify_case {
	const char	*says;
	struct span	 written;
	const char	*base;	/* NULL: none */
	enum url_reach	 reach;
	const char	*host;	/* of REMOTE */
	const char	*href;	/* NULL: not compared */
} cases[] = {
	/* The web */
	{ "http is remote", BYTES("http://T.example/a"), NULL, URL_REMOTE, "t.example", "http://t.example/a" },
	{ "https with blanks and controls around",
	    BYTES(" \t\x01https://t.example/ \n"), NULL, URL_REMOTE, "t.example", "https://t.example/" },
	{ "ftp is remote", BYTES("ftp://t.example/a"), NULL, URL_REMOTE, "t.example", NULL },
	{ "web sockets are remote", BYTES("wss://t.example/a"), NULL, URL_REMOTE, "t.example", NULL },
	{ "one slash is enough", BYTES("http:/t.example/a"), NULL, URL_REMOTE, "t.example", "http://t.example/a" },
	{ "none is, without a base", BYTES("http:t.example"), NULL, URL_REMOTE, "t.example", "http://t.example/" },
	{ "none is, beside a base of another scheme",
	    BYTES("http:t.example"), "https://b.example/", URL_REMOTE, "t.example", NULL },
	{ "back slashes do", BYTES("http:\\\\t.example\\a"), NULL, URL_REMOTE, "t.example", "http://t.example/a" },
	{ "line ends inside the scheme do not help",
	    BYTES("ht\ntp:/\t/t.exa\rmple"), NULL, URL_REMOTE, "t.example", NULL },
	{ "userinfo does not hide the host",
	    BYTES("https://good.example@t.example/"), NULL, URL_REMOTE, "t.example", NULL },
	{ "full width does not hide the host",
	    BYTES("https://\xef\xbd\x94.example"), NULL, URL_REMOTE, "t.example", NULL },
	{ "an address in one number is remote", BYTES("http://3221225985/"), NULL, URL_REMOTE, "192.0.2.1", NULL },
	{ "an IPv6 address is remote", BYTES("http://[2001:DB8::1]/"), NULL, URL_REMOTE, "[2001:db8::1]", NULL },

	/* Relative references */
	{ "a path without a base reaches nobody", BYTES("images/a.png"), NULL, URL_RELATIVE, NULL, "images/a.png" },
	{ "a rooted path without a base neither", BYTES("/a.png"), NULL, URL_RELATIVE, NULL, NULL },
	{ "nothing at all neither", BYTES(""), NULL, URL_RELATIVE, NULL, NULL },
	{ "a fragment neither", BYTES("#top"), NULL, URL_RELATIVE, NULL, NULL },
	{ "a merge field neither", BYTES("%%view_email_url%%"), NULL, URL_RELATIVE, NULL, NULL },
	{ "another neither", BYTES("{{ unsubscribe }}"), NULL, URL_RELATIVE, NULL, NULL },
	{ "a path against a base is remote",
	    BYTES("a.png"), "http://b.example/x/y", URL_REMOTE, "b.example", "http://b.example/x/a.png" },
	{ "a fragment against a base is the base",
	    BYTES("#a"), "http://b.example/p.gif", URL_REMOTE, "b.example", "http://b.example/p.gif#a" },
	{ "nothing against a base is the base",
	    BYTES(" "), "http://b.example/p.gif", URL_REMOTE, "b.example", "http://b.example/p.gif" },
	{ "a path against cid: reaches nobody", BYTES("a.png"), "cid:x@y", URL_RELATIVE, NULL, NULL },
	{ "a path against another inner base neither",
	    BYTES("a.png"), "thismessage:/", URL_INSIDE, NULL, "thismessage:/a.png" },
	{ "a path against a local file neither", BYTES("a.png"), "file:///C:/x/", URL_INSIDE, NULL, NULL },
	{ "a path against a file on a host is remote",
	    BYTES("a.png"), "file://srv/x/", URL_REMOTE, "srv", "file://srv/x/a.png" },
	{ "a path against ldap is remote", BYTES("a"), "ldap://T.example/", URL_REMOTE, "t.example", NULL },

	/* No scheme, but a host */
	{ "two slashes are read as https",
	    BYTES("//t.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "three slashes too", BYTES("///t.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "one slash of each kind", BYTES("/\\t.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "with a tab between them", BYTES("/\t/t.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "a web base lends its scheme",
	    BYTES("//t.example/a"), "http://b.example/", URL_REMOTE, "t.example", "http://t.example/a" },
	{ "an inner base lends none",
	    BYTES("//t.example/a"), "thismessage:/", URL_REMOTE, "t.example", "https://t.example/a" },
	{ "an opaque base neither",
	    BYTES("//t.example/a"), "cid:x@y", URL_REMOTE, "t.example", "https://t.example/a" },
	{ "two slashes alone reach nobody", BYTES("//"), NULL, URL_RELATIVE, NULL, NULL },
	{ "two slashes and no host are broken", BYTES("// a/b"), NULL, URL_BROKEN, NULL, "// a/b" },

	/* UNC */
	{ "a UNC path is remote",
	    BYTES("\\\\srv.example\\share\\a.png"), NULL,
	    URL_REMOTE, "srv.example", "file://srv.example/share/a.png" },
	{ "beside an opaque base too", BYTES("\\\\srv\\share"), "cid:x@y", URL_REMOTE, "srv", "file://srv/share" },
	{ "with a local base too", BYTES("\\\\srv\\share"), "file:///C:/", URL_REMOTE, "srv", "file://srv/share" },
	{ "in slashes with a local base",
	    BYTES("//srv/share"), "file:///C:/", URL_REMOTE, "srv", "file://srv/share" },
	{ "by WebDAV with a local base",
	    BYTES("//srv@8080/share"), "file:///C:/", URL_REMOTE, "srv", "file://srv/share" },
	{ "beside a web base it is a web page",
	    BYTES("\\\\t.example\\a"), "http://b.example/", URL_REMOTE, "t.example", "http://t.example/a" },
	{ "a UNC path of a device", BYTES("\\\\?\\UNC\\srv\\share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "in other letters", BYTES("\\\\.\\unc\\srv\\share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "by WebDAV", BYTES("\\\\srv@SSL@8443\\DavWWWRoot\\a"), NULL, URL_REMOTE, "srv", "file://srv/DavWWWRoot/a" },
	{ "to an address", BYTES("\\\\192.0.2.1\\a"), NULL, URL_REMOTE, "192.0.2.1", NULL },
	{ "to nobody", BYTES("\\\\localhost\\a"), NULL, URL_RELATIVE, NULL, NULL },
	{ "to a drive", BYTES("\\\\C:\\a"), NULL, URL_RELATIVE, NULL, NULL },
	{ "a UNC path whose host is none is broken", BYTES("\\\\s|rv\\a"), NULL, URL_BROKEN, NULL, NULL },
	{ "one back slash is a path", BYTES("\\a"), NULL, URL_RELATIVE, NULL, NULL },

	/* file: */
	{ "a local file reaches nobody", BYTES("file:///C:/a.png"), NULL, URL_INSIDE, NULL, "file:///C:/a.png" },
	{ "a Unix path neither", BYTES("file:///etc/passwd"), NULL, URL_INSIDE, NULL, NULL },
	{ "with one slash neither", BYTES("file:/a"), NULL, URL_INSIDE, NULL, NULL },
	{ "with a drive for a host neither", BYTES("file://C|/a"), NULL, URL_INSIDE, NULL, NULL },
	{ "with localhost neither", BYTES("file://localhost/a"), NULL, URL_INSIDE, NULL, NULL },
	{ "a file on a host is remote", BYTES("file://srv/share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "in back slashes", BYTES("file:\\\\srv\\share"), NULL, URL_REMOTE, "srv", NULL },
	{ "with four slashes", BYTES("file:////srv/share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "with five", BYTES("file://///srv/share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "with a UNC path behind three", BYTES("file:///\\\\srv\\share"), NULL, URL_REMOTE, "srv", NULL },
	{ "with that path percent-encoded",
	    BYTES("file:///%5C%5csrv%5cshare"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "with a dot before it", BYTES("file:///.//srv/share"), NULL, URL_REMOTE, "srv", NULL },
	{ "with a folder and back", BYTES("file:///a/..//srv/share"), NULL, URL_REMOTE, "srv", NULL },
	{ "of a device", BYTES("file:////?/UNC/srv/share"), NULL, URL_REMOTE, "srv", "file://srv/share" },
	{ "of a device where a host should be", BYTES("file://?/UNC/srv/share"), NULL, URL_REMOTE, "srv", NULL },
	{ "four slashes and a drive are local", BYTES("file:////C:/a"), NULL, URL_INSIDE, NULL, NULL },
	{ "by WebDAV, which the standard calls failure", BYTES("file://srv@8080/a"), NULL, URL_REMOTE, "srv", NULL },
	{ "with a host that is none", BYTES("file://s rv/a"), NULL, URL_BROKEN, NULL, NULL },

	/* Inside */
	{ "cid is inside", BYTES("cid:a@b"), NULL, URL_INSIDE, NULL, "cid:a@b" },
	{ "mid is inside", BYTES("mid:a@b/c@d"), NULL, URL_INSIDE, NULL, NULL },
	{ "data is inside, whatever it holds",
	    BYTES("data:text/html,<img src=http://t.example/>"), NULL, URL_INSIDE, NULL, NULL },
	{ "about is inside", BYTES("about:blank"), NULL, URL_INSIDE, NULL, "about:blank" },
	{ "mailto is inside", BYTES("mailto:a@t.example?body=http://t.example/"), NULL, URL_INSIDE, NULL, NULL },
	{ "tel is inside", BYTES("tel:+49123"), NULL, URL_INSIDE, NULL, NULL },
	{ "sms is inside", BYTES("sms:+49123?body=a"), NULL, URL_INSIDE, NULL, NULL },
	{ "javascript is inside", BYTES("JavaScript:fetch('//t.example')"), NULL, URL_INSIDE, NULL, NULL },
	{ "javascript with a line end is inside",
	    BYTES("java\nscript:x"), "http://b.example/", URL_INSIDE, NULL, "javascript:x" },
	{ "blob is inside", BYTES("blob:https://t.example/1"), NULL, URL_INSIDE, NULL, NULL },
	{ "an unknown scheme is inside", BYTES("spotify:track:1"), NULL, URL_INSIDE, NULL, NULL },
	{ "even with a host", BYTES("whatever://t.example/a"), NULL, URL_INSIDE, NULL, NULL },
	{ "even with a bad one", BYTES("whatever://t example/a"), NULL, URL_INSIDE, NULL, "whatever://t example/a" },
	{ "a drive letter is inside", BYTES("C:\\a\\b.png"), NULL, URL_INSIDE, NULL, NULL },

	/* Other schemes that fetch */
	{ "ldap with a host is remote, by DNS's name",
	    BYTES("ldap://T%2eEXAMPLE:389/o=x"), NULL, URL_REMOTE, "t.example", "ldap://T%2eEXAMPLE:389/o=x" },
	{ "ldap to a number is an address", BYTES("ldap://0x7f.1/"), NULL, URL_REMOTE, "127.0.0.1", NULL },
	{ "ldap without a host is inside", BYTES("ldap:///o=x"), NULL, URL_INSIDE, NULL, NULL },
	{ "smb is remote", BYTES("smb://srv/share"), NULL, URL_REMOTE, "srv", NULL },
	{ "news of a server is remote", BYTES("news://t.example/a"), NULL, URL_REMOTE, "t.example", NULL },
	{ "news of an article is inside", BYTES("news:a@t.example"), NULL, URL_INSIDE, NULL, NULL },
	{ "back slashes there are broken", BYTES("smb:\\\\srv\\share"), NULL, URL_BROKEN, NULL, NULL },

	/* A URL behind a prefix */
	{ "view-source of a page",
	    BYTES("view-source:http://t.example/a"), NULL, URL_REMOTE, "t.example", "http://t.example/a" },
	{ "feed of a URL", BYTES("feed:https://t.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "feed of a host", BYTES("feed://T.example/a"), NULL, URL_REMOTE, "t.example", "https://t.example/a" },
	{ "webcal of a host",
	    BYTES("webcal://t.example/a.ics"), NULL, URL_REMOTE, "t.example", "https://t.example/a.ics" },
	{ "webcals as well", BYTES("WEBCALS://t.example/a.ics"), NULL, URL_REMOTE, "t.example", NULL },
	{ "the entry of an archive",
	    BYTES("jar:http://t.example!/x/y"), NULL, URL_REMOTE, "t.example", "http://t.example/" },
	{ "an archive in an archive",
	    BYTES("jar:jar:https://t.example/a.jar!/b.jar!/c"), NULL,
	    URL_REMOTE, "t.example", "https://t.example/a.jar" },
	{ "mhtml", BYTES("mhtml:http://t.example/a.mht!b"), NULL, URL_REMOTE, "t.example", "http://t.example/a.mht" },
	{ "mhtml of a UNC path", BYTES("mhtml:\\\\srv\\a.mht!b"), NULL, URL_REMOTE, "srv", NULL },
	{ "mhtml of a file on a host", BYTES("mhtml:file://srv/a.mht"), NULL, URL_REMOTE, "srv", NULL },
	{ "mhtml of a part is inside", BYTES("mhtml:mid://1/"), NULL, URL_INSIDE, NULL, NULL },
	{ "URL: as in RFC 1738", BYTES("URL: http://t.example/"), NULL, URL_REMOTE, "t.example", NULL },
	{ "many prefixes",
	    BYTES("view-source:feed:view-source:url:http://t.example/"), NULL, URL_REMOTE, "t.example", NULL },
	{ "behind a prefix no base is asked",
	    BYTES("feed:http:t.example"), "http://b.example/", URL_REMOTE, "t.example", NULL },
	{ "a prefix of nothing is inside", BYTES("feed:"), NULL, URL_INSIDE, NULL, "feed:" },
	{ "a prefix of a path is inside", BYTES("view-source:a/b"), NULL, URL_INSIDE, NULL, "view-source:a/b" },
	{ "a prefix of javascript is inside", BYTES("view-source:javascript:1"), NULL, URL_INSIDE, NULL, NULL },
	{ "a prefix of what is broken is broken", BYTES("feed:http://a b/"), NULL, URL_BROKEN, NULL, NULL },

	/* A URL within a command */
	{ "Office's commands",
	    BYTES("ms-word:ofe|u|https://t.example/a.docx|s|x"), NULL,
	    URL_REMOTE, "t.example", "https://t.example/a.docx" },
	{ "one of a UNC path", BYTES("ms-excel:ofv|u|\\\\srv\\a.xlsx"), NULL, URL_REMOTE, "srv", NULL },
	{ "the installer's, percent-encoded",
	    BYTES("ms-appinstaller:?source=https%3A%2F%2Ft.example%2Fa"), NULL,
	    URL_REMOTE, "t.example", "https://t.example/a" },
	{ "a search on a share",
	    BYTES("search-ms:query=a&crumb=location:\\\\srv\\a&displayname=b"), NULL, URL_REMOTE, "srv", NULL },
	{ "one percent-encoded",
	    BYTES("search-ms:query=a&crumb=location:%5C%5Csrv%5Ca"), NULL, URL_REMOTE, "srv", NULL },
	{ "compiled help", BYTES("mk:@MSITStore:http://t.example/a.chm::/b"), NULL, URL_REMOTE, "t.example", NULL },
	{ "compiled help by ms-its",
	    BYTES("ms-its:mhtml:file://srv/a.mht!http://t.example/a.chm::/b"), NULL, URL_REMOTE, "srv", NULL },
	{ "an app's manifest",
	    BYTES("itms-services://?action=download-manifest&url=https://t.example/m"), NULL,
	    URL_REMOTE, "t.example", NULL },
	{ "another browser", BYTES("microsoft-edge:https://t.example/"), NULL, URL_REMOTE, "t.example", NULL },
	{ "an intent", BYTES("intent://t.example/a#Intent;scheme=https;end"), NULL, URL_REMOTE, "t.example", NULL },
	{ "a command without a URL is inside",
	    BYTES("ms-settings:network"), NULL, URL_INSIDE, NULL, "ms-settings:network" },
	{ "slashes alone are no URL within", BYTES("ms-word:a//b"), NULL, URL_INSIDE, NULL, NULL },
	{ "a local file within is inside", BYTES("ms-word:ofe|u|file:///C:/a.docx"), NULL, URL_INSIDE, NULL, NULL },
	{ "a second URL counts if the first is local",
	    BYTES("ms-word:file:///C:/a|http://t.example/"), NULL, URL_REMOTE, "t.example", NULL },

	{ "behind many local files it is broken",
	    BYTES("ms-word:file:///1|file:///2|file:///3|file:///4|file:///5|file:///6|file:///7|file:///8|http://t.example/"),
	    NULL, URL_BROKEN, NULL, NULL },

	/* No URL to the standard, or another one to other clients */
	{ "a host with a space", BYTES("http://t example/"), NULL, URL_BROKEN, NULL, "http://t example/" },
	{ "a port that is none", BYTES("http://t.example:x/"), NULL, URL_BROKEN, NULL, NULL },
	{ "an address that is none", BYTES("http://1.2.3.256/"), NULL, URL_BROKEN, NULL, NULL },
	{ "a scheme without a host reaches nobody", BYTES("http://"), NULL, URL_RELATIVE, NULL, NULL },
	{ "nor without slashes", BYTES("https:"), NULL, URL_RELATIVE, NULL, NULL },
	{ "a no-break space in front", BYTES("\xc2\xa0http://t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "a zero-width space inside the scheme",
	    BYTES("ht\xe2\x80\x8btp://t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "a NUL inside the scheme", BYTES("ht\0tp://t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "the same where there is a base",
	    BYTES("\xe3\x80\x80http://t.example/"), "http://b.example/", URL_BROKEN, NULL, NULL },
	{ "a space before the colon", BYTES("http ://t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "a percent-encoded scheme", BYTES("h%74tp://t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "quotes in front", BYTES("'http://t.example/'"), NULL, URL_BROKEN, NULL, NULL },
	{ "a bracket in front", BYTES("<https://t.example/>"), NULL, URL_BROKEN, NULL, NULL },
	{ "a blank of another kind before two slashes", BYTES("\xc2\xa0//t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "the name of a web host", BYTES("www.t.example/a"), NULL, URL_BROKEN, NULL, NULL },
	{ "which with a base is a path",
	    BYTES("www.t.example/a"), "http://b.example/", URL_REMOTE, "b.example", NULL },
	{ "host and port", BYTES("t.example:8080/a"), NULL, URL_BROKEN, NULL, NULL },
	{ "a path with a base, a host without",
	    BYTES("http:t.example"), "http://b.example/", URL_BROKEN, NULL, NULL },
	{ "a back slash before an at sign", BYTES("http://good.example\\@t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "also without a scheme", BYTES("//good.example\\@t.example/"), NULL, URL_BROKEN, NULL, NULL },
	{ "not one behind the host", BYTES("http://t.example/\\@b"), NULL, URL_REMOTE, "t.example", NULL },
	{ "a quoted word is a path", BYTES("\"a\""), NULL, URL_RELATIVE, NULL, NULL },
	{ "a quoted mailto as well", BYTES("<mailto:a@b>"), NULL, URL_RELATIVE, NULL, NULL },
};

static void
reaches(void **state)
{
	const struct classify_case	*row = *state;
	struct arena			*arena = arena_new((size_t)1 << 20);
	struct url			 base, url;
	enum url_reach			 reach = (enum url_reach)99;

	if (row->base != NULL)
		assert_int_equal(url_parse(span_of(row->base), NULL, arena, &base), PW_OK);
	assert_int_equal(url_classify(row->written, row->base != NULL ? &base : NULL, arena, &reach, &url), PW_OK);
	assert_int_equal(reach, row->reach);
	if (row->reach == URL_REMOTE) {
		assert_int_equal(url.host.len, strlen(row->host));
		assert_memory_equal(url.host.at, row->host, url.host.len);
	}
	if (row->href != NULL) {
		assert_int_equal(url.href.len, strlen(row->href));
		assert_memory_equal(url.href.at, row->href, url.href.len);
	}
	if (row->reach == URL_RELATIVE || row->reach == URL_BROKEN) {
		assert_int_equal(url.host.len, 0);
		assert_int_equal(url.path_at, URL_NO_PART);
	}
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases)] = { 0 };

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].says,
		    .test_func = reaches, .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
