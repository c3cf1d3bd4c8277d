/* Which references a client follows in HTML, and which it does not. */
#include "support.h"

static const struct row {
	const char	*says, *html, *found;
} rows[] = {
	/* elements and attributes */
	{ "an image is fetched", "<img src=http://t.example/a>", "image open http://t.example/a" },
	{ "the element's old name too", "<image src=http://t.example/a>", "image open http://t.example/a" },
	{ "an image inside a comment is not fetched", "<!-- <img src=http://t.example/a> -->", "" },
	{ "an embedded image contacts nobody", "<img src=cid:a@b>", "" },
	{ "nor does a data URL", "<img src='data:image/gif;base64,R0lGOD'>", "" },
	{ "nor a relative URL without a base", "<img src=/a.gif>", "" },
	{ "a relative URL with a base is fetched from there", "<base href='http://b.example/x/'><img src=a.gif>",
	    "image open http://b.example/x/a.gif" },
	{ "the first base counts", "<base href='http://b.example/'><base href='http://c.example/'><img src=a>",
	    "image open http://b.example/a" },
	{ "a base in a template is none", "<template><base href='cid:x'></template><base href='http://b.example/'><img src=a>",
	    "image open http://b.example/a" },
	{ "a base in SVG is none", "<svg><base href='cid:x'/></svg><base href='http://b.example/'><img src=a>",
	    "image open http://b.example/a" },
	{ "a base that is no URL may be one to some client", "<base href='http://b .example/'><img src=a>",
	    "image open a" },
	{ "a base without scheme", "<base href='//b.example/'><img src=a>", "image open https://b.example/a" },
	{ "a link is followed on a click", "<a href=http://l.example/>x</a>", "link click http://l.example/" },
	{ "its ping is sent with the click", "<a href=http://l.example/ ping='http://p.example/ http://q.example/'>x</a>",
	    "link click http://l.example/\nping click http://p.example/\nping click http://q.example/" },
	{ "every candidate of a srcset counts", "<img srcset='http://a.example/1 1x, http://b.example/2 2x'>",
	    "image open http://a.example/1\nimage open http://b.example/2" },
	{ "also a candidate behind a data URL", "<img srcset='data:image/gif,AA,BB 1x, http://b.example/2 2x'>",
	    "image open http://b.example/2" },
	{ "the sources of a picture", "<picture><source srcset=http://a.example/1><img src=cid:x></picture>",
	    "image open http://a.example/1" },
	{ "an input's picture", "<input type=image src=http://t.example/a>", "image open http://t.example/a" },
	{ "a table's background", "<table background=http://t.example/a><tr><td background=http://t.example/b>",
	    "background open http://t.example/a\nbackground open http://t.example/b" },
	{ "a style sheet", "<link rel='x StyleSheet' href=http://t.example/a>", "stylesheet open http://t.example/a" },
	{ "a hint", "<link rel=prefetch href=http://t.example/a>", "hint open http://t.example/a" },
	{ "a connection made ahead", "<link rel=dns-prefetch href=//t.example>", "hint dns https://t.example/" },
	{ "a link element that fetches nothing", "<link rel=canonical href=http://t.example/a>",
	    "link click http://t.example/a" },
	{ "a refresh", "<meta http-equiv=refresh content='0; URL=http://t.example/a'>", "refresh open http://t.example/a" },
	{ "a refresh with quotes and blanks", "<meta http-equiv=Refresh content=' 5 ; url = \"http://t.example/a\" x'>",
	    "refresh open http://t.example/a" },
	{ "a link's last rel, as what is fetched ahead goes by", "<link rel href=http://t.example/a rel=stylesheet>",
	    "stylesheet open http://t.example/a" },
	{ "every URL of a Link field", "<meta http-equiv=Link content='<x:y>; rel=next, <http://t.example/a>; rel=preload'>",
	    "hint open http://t.example/a" },
	{ "a frame", "<iframe src=http://t.example/a></iframe>", "frame open http://t.example/a" },
	{ "a document in an attribute", "<iframe srcdoc='&lt;img src=http://t.example/a>'></iframe>",
	    "image open http://t.example/a" },
	{ "a document in an attribute in an attribute",
	    "<iframe srcdoc='<iframe srcdoc=\"&amp;lt;img src=http://t.example/a&amp;gt;\"></iframe>'></iframe>",
	    "image open http://t.example/a" },
	{ "films and sounds", "<video src=http://t.example/a poster=http://t.example/b></video><bgsound src=http://t.example/c>",
	    "media open http://t.example/a\nmedia open http://t.example/b\nmedia open http://t.example/c" },
	{ "plug-ins", "<object data=http://t.example/a></object><embed src=http://t.example/b>"
	    "<applet code=a codebase=http://t.example/c></applet><object><param name=Movie value=http://t.example/d></object>",
	    "plugin open http://t.example/a\nplugin open http://t.example/b\nplugin open http://t.example/c\n"
	    "plugin open http://t.example/d" },
	{ "a form", "<form action=http://t.example/a></form>", "form click http://t.example/a" },
	{ "a citation is not fetched", "<q cite=http://t.example/a>x</q><img longdesc=http://t.example/b src=cid:x>", "" },
	{ "AMP pictures", "<amp-img src=http://t.example/a></amp-img><amp-video poster=http://t.example/b></amp-video>",
	    "image open http://t.example/a\nmedia open http://t.example/b" },
	{ "VML behind a prefix", "<v:fill src=http://t.example/a />", "vml open http://t.example/a" },
	{ "SVG and its links", "<svg><image xlink:href=http://t.example/a /><use href=http://t.example/b />"
	    "<a xlink:href=http://l.example/>x</a></svg>",
	    "svg open http://t.example/a\nsvg open http://t.example/b\nlink click http://l.example/" },
	{ "any prefix bound to XLink", "<svg xmlns:q='http://www.w3.org/1999/xlink'><image q:href=http://t.example/a /></svg>",
	    "svg open http://t.example/a" },
	{ "an animation that sets an href", "<svg><image><set attributeName=href to=http://t.example/a /></image></svg>",
	    "svg open http://t.example/a" },
	{ "a document in a data URL", "<iframe src='data:text/html,<img src=http://t.example/a>'></iframe>",
	    "image open http://t.example/a" },
	{ "also in base64", "<object data='data:text/html;base64,PGltZyBzcmM9aHR0cDovL3QuZXhhbXBsZS9hPg=='></object>",
	    "image open http://t.example/a" },

	{ "a data URL with white space in its scheme", "<iframe src='da\tta:text/html,<img src=http://t.example/a>'></iframe>",
	    "image open http://t.example/a" },
	{ "a document in a data URL in UTF-16", "<iframe src='data:text/html;charset=utf-16le;base64,PABpAG0AZwAgAHMAcgBjAD0AaAB0"
	    "AHQAcAA6AC8ALwB0AC4AZQB4AGEAbQBwAGwAZQAvAGEAPgA='></iframe>", "image open http://t.example/a" },
	{ "a sheet in a data URL", "<link rel=stylesheet href='data:text/css,p{background:url(http://t.example/a)}'>",
	    "css open http://t.example/a" },
	{ "a sheet in a data URL that a sheet imports", "<style>@import 'data:,@import%20%22http://t.example/a%22';</style>",
	    "import open http://t.example/a" },
	{ "a drawing in a data URL", "<img src=\"data:image/svg+xml,<svg><image href='http://t.example/a'/></svg>\">",
	    "svg open http://t.example/a" },
	{ "a photo in a data URL is not looked into", "<img src='data:image/png,<img src=http://t.example/a>'>", "" },
	{ "HTML by a prefix", "<h:link rel=stylesheet href=http://t.example/a />", "stylesheet open http://t.example/a" },
	{ "a data island", "<xml src=http://t.example/a></xml>", "vml open http://t.example/a" },

	/* CSS */
	{ "a style attribute", "<p style='background:url(http://t.example/a)'>", "css open http://t.example/a" },
	{ "behind a character reference", "<p style='background:ur&#108;(http://t.example/a)'>", "css open http://t.example/a" },
	{ "behind an escape", "<p style='background:\\75 rl(http://t.example/a)'>", "css open http://t.example/a" },
	{ "a sheet", "<style>p{background:url(http://t.example/a)}</style>", "css open http://t.example/a" },
	{ "an import", "<style>@import 'http://t.example/a';</style>", "import open http://t.example/a" },
	{ "a font", "<style>@font-face{font-family:x;src:url(http://t.example/a)}</style>", "font open http://t.example/a" },
	{ "a sheet that is never closed", "<style>p{background:url(http://t.example/a", "css open http://t.example/a" },
	{ "a sheet in SVG that CDATA cuts", "<svg><style>p{background:u<![CDATA[rl(http://t.example/a)}]]></style></svg>",
	    "css open http://t.example/a" },
	{ "a sheet in SVG that an element cuts", "<svg><style>p{background:u<x>y</x>rl(http://t.example/a)}</style></svg>",
	    "css open http://t.example/a" },
	{ "a sheet in SVG whose CDATA holds an end tag", "<svg><style><![CDATA[/*</style>*/p{background:url(http://t.example/a)}]]>"
	    "</style></svg>", "css open http://t.example/a" },
	{ "a sheet in SVG that holds references and a comment is found once",
	    "<svg><style>/*&amp;<!-- -->*/p{background:url(http://t.example/a)}</style></svg>", "css open http://t.example/a" },
	{ "a string in a custom property leads somewhere where there is a base", "<base href=http://b.example/><style>p{--x:\"a\";"
	    "background:image-set(var(--x) 1x)}</style>", "css open http://b.example/a" },
	{ "and nowhere else", "<style>p{--x:\"a\";background:image-set(var(--x) 1x)}</style>", "" },
	{ "an SVG presentation attribute", "<svg><rect fill='url(http://t.example/a#x)'/></svg>",
	    "css open http://t.example/a#x" },

	/* what browsers make of the source */
	{ "tabs and line ends in a URL are dropped", "<img src='ht\ntp://t.exa\tmple/a'>", "image open http://t.example/a" },
	{ "back slashes are slashes", "<img src='http:\\\\t.example\\a'>", "image open http://t.example/a" },
	{ "a value that begins with a reference", "<img src=&#104;ttp://t.example/a>", "image open http://t.example/a" },
	{ "a reference by name", "<img src='http&colon;&sol;&sol;t.example&sol;a'>", "image open http://t.example/a" },
	{ "a reference without its semicolon at the end of the file", "<p title=&lt", "" },
	{ "both of two equal attributes", "<img src=cid:a src=http://t.example/a>", "image open http://t.example/a" },
	{ "a source behind valueless duplicates", "<img a a src=http://t.example/a>", "image open http://t.example/a" },
	{ "an empty value before it", "<img alt= src=http://t.example/a>", "" },
	{ "slashes between attributes", "<img/src='http://t.example/a'/alt=x>", "image open http://t.example/a" },
	{ "upper case", "<IMG SRC=HTTP://T.EXAMPLE/a>", "image open http://t.example/a" },
	{ "a tag that never ends is none", "<p>x<img src=http://t.example/a", "" },
	{ "text in a title is text", "<title><img src=http://t.example/a></title>", "" },
	{ "text in a textarea is text", "<textarea><img src=http://t.example/a></textarea>", "" },
	{ "but SVG's title is markup", "<svg><title><img src=http://t.example/a></title></svg>",
	    "image open http://t.example/a" },
	{ "an image breaks out of SVG's style", "<svg><style><img src=http://t.example/a></style></svg>",
	    "image open http://t.example/a" },
	{ "a frame that only a frameset's parser sees", "<isindex><frameset><style><frame src=http://t.example/a></style>",
	    "frame open http://t.example/a" },
	{ "noframes in a frameset stays text", "<frameset><noframes><img src=http://t.example/a></noframes></frameset>", "" },
	{ "an image between two readings of title and style", "<title><x a=\"</title><select><svg><style>"
	    "<img src=http://t.example/a></style></svg></select>\">", "image open http://t.example/a" },
	{ "an image behind a script that ends twice, in a document without a tree", "<iframe srcdoc=\"<script><!--<script>"
	    "</script><x a='--></script><img src=http://t.example/a>'>\"></iframe>", "image open http://t.example/a" },
	{ "a template for another place is rendered", "<template for=x><img src=http://t.example/a></template>",
	    "image open http://t.example/a" },
	{ "a template with a name is not", "<template id=x data-for=y><img src=http://t.example/a></template>",
	    "-image open http://t.example/a" },
	{ "brackets of a srcset do not nest", "<img srcset='cid:a ((, ) , http://t.example/a 1x'>",
	    "image open http://t.example/a" },
	{ "a data document that is not base64", "<iframe src='data:text/html;xbase64,<img src=http://t.example/a>'></iframe>",
	    "image open http://t.example/a" },
	{ "what needs no script is shown", "<noscript><img src=http://t.example/a></noscript>",
	    "image open http://t.example/a" },
	{ "a template is not", "<template><img src=http://t.example/a></template>", "-image open http://t.example/a" },
	{ "unless it is a shadow root", "<div><template shadowrootmode=open><img src=http://t.example/a></template></div>",
	    "image open http://t.example/a" },
	{ "also where duplicate attributes stand before that", "<div><template a a shadowrootmode=open><img src=http://t.example/a>"
	    "</template></div>", "image open http://t.example/a" },
	{ "what SVG calls a template is shown", "<svg><template><image href=http://t.example/a /></template></svg>",
	    "svg open http://t.example/a" },
	{ "an image that is outside of noscript where scripts run", "<noscript><style></noscript><img src=http://t.example/a>"
	    "</style></noscript>", "image open http://t.example/a" },
	{ "an image in a list to select from is shown by today's browsers", "<select><img src=http://t.example/a></select>",
	    "image open http://t.example/a" },
	{ "a second body tag's background", "<body><p>x<body background=http://t.example/a>",
	    "background open http://t.example/a" },
	{ "what a table throws out", "<table><img src=http://t.example/a><tr><td>x</table>", "image open http://t.example/a" },
	{ "a comment that closes at once", "<!--><img src=http://t.example/a>-->", "image open http://t.example/a" },
	{ "a comment that closes with a dash", "<!---><img src=http://t.example/a>-->", "image open http://t.example/a" },
	{ "a comment that closes with a bang", "<!-- x --!><img src=http://t.example/a>", "image open http://t.example/a" },
	{ "a comment that does not close with a blank", "<!-- x -- ><img src=http://t.example/a>", "" },
	{ "CDATA outside SVG ends with its first >", "<![CDATA[ > <img src=http://t.example/a> ]]>",
	    "image open http://t.example/a" },
	{ "behind the end of the document", "</body></html><img src=http://t.example/a>", "image open http://t.example/a" },
	{ "a conditional comment is Outlook's document", "<!--[if mso]><v:fill src=\"http://t.example/a\"/><![endif]-->",
	    "vml open http://t.example/a" },
	{ "a revealed one is everybody's", "<![if !mso]><img src=http://t.example/a><![endif]>",
	    "image open http://t.example/a" },
	{ "a clone shares its tag", "<b class=1><i style='background:url(http://t.example/a)'>x<p>y</b>z</i>",
	    "css open http://t.example/a" },
	{ "a NUL in the URL's way", "<img src=http://t.example/a\1b>", "image open http://t.example/a%01b" },
	{ "a UNC path asks a host for credentials", "<img src='\\\\h.example\\s\\a.gif'>",
	    "image open file://h.example/s/a.gif" },
};

static void
finds(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct buf		 out;

	assert_string_equal(found_in(dissect_or_fail(mail_of_html(arena, row->html), arena), &out), row->found);
	buf_fini(&out);
	neutralised(mail_of_html(arena, row->html), arena);
	arena_free(arena);
}

static const struct size_row {
	const char	*says, *html;
	uint32_t	 hidden, width, height;
} sizes[] = {
#define IMG	"src=http://t.example/a>"
#define UNKNOWN	REFERENCE_NO_SIZE
	{ "one by one", "<img width=1 height=1 " IMG, HIDDEN_SIZE, 1, 1 },
	{ "with units", "<img width='1px' height=' 1' " IMG, HIDDEN_SIZE, 1, 1 },
	{ "zero high", "<img width=600 height=0 " IMG, HIDDEN_SIZE, 600, 0 },
	{ "a line is no pixel", "<img width=600 height=1 " IMG, 0, 600, 1 },
	{ "a percentage is unknown", "<img width=100% " IMG, 0, UNKNOWN, UNKNOWN },
	{ "by style", "<img style='width:1px;height:1px' " IMG, HIDDEN_SIZE, 1, 1 },
	{ "style wins over attributes", "<img width=1 height=1 style='width:100px;height:50px' " IMG, 0, 100, 50 },
	{ "by maximum", "<img width=20 height=20 style='max-width:0;max-height:0' " IMG, HIDDEN_SIZE, 0, 0 },
	{ "not displayed", "<img style='display:none' " IMG, HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "in something not displayed", "<div style='Display: NONE'><p><img " IMG "</div>", HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "behind it, displayed again", "<div style='display:none'></div><img " IMG, 0, UNKNOWN, UNKNOWN },
	{ "by a class", "<style>.h{display:none}</style><img class='x h' " IMG, HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "by an id", "<style>#h{visibility:hidden}</style><img id=h " IMG, HIDDEN_VISIBILITY, UNKNOWN, UNKNOWN },
	{ "by its element", "<style>img{opacity:0}</style><img " IMG, HIDDEN_OPACITY, UNKNOWN, UNKNOWN },
	{ "shown by a query for some screens", "<style>.h{display:none}@media (max-width:600px){.h{display:block!important}}"
	    "</style><img class=h " IMG, 0, UNKNOWN, UNKNOWN },
	{ "hidden by a query for some screens only", "<style>@media (max-width:600px){.h{display:none}}</style><img class=h "
	    IMG, 0, UNKNOWN, UNKNOWN },
	{ "by what stands around", "<style>.h img{display:none}</style><p class='x h'><b><img " IMG, HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "by names around another one", "<style>.h img{display:none}</style><p class=h></p><p><img " IMG, 0, UNKNOWN, UNKNOWN },
	{ "by what stands around at once", "<style>td.h > img{width:1px;height:1px}</style><table><tr><td class=h><img " IMG,
	    HIDDEN_SIZE, 1, 1 },
	{ "by what stands around, but not at once", "<style>td.h > img{width:1px;height:1px}</style><table><tr><td class=h><p><img "
	    IMG, 0, UNKNOWN, UNKNOWN },
	{ "by a chain", "<style>#a .b > p i img{opacity:0}</style><div id=a><ul><li class=b><p><b><i><u><img " IMG, HIDDEN_OPACITY,
	    UNKNOWN, UNKNOWN },
	{ "by a chain that is found further out", "<style>.a > .b img{opacity:0}</style><div class=a><div class=b><div class=b><img "
	    IMG, HIDDEN_OPACITY, UNKNOWN, UNKNOWN },
	{ "by a chain in another order", "<style>.a .b img{opacity:0}</style><div class=b><div class=a><img " IMG, 0, UNKNOWN, UNKNOWN },
	{ "by a box that is hidden there", "<style>.a .b{display:none}</style><div class=a><div class=b><p><img " IMG,
	    HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "shown where it stands", "<style>.h{display:none}.a .h{display:block}</style><div class=a><img class=h " IMG, 0, UNKNOWN,
	    UNKNOWN },
	{ "shown elsewhere", "<style>.h{display:none}.a .h{display:block}</style><div><img class=h " IMG, HIDDEN_DISPLAY, UNKNOWN,
	    UNKNOWN },
	{ "by elements that nobody writes", "<style>html > body table > tbody > tr img{display:none}</style><table><tr><td><img " IMG,
	    HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "perhaps by a sibling", "<style>p + img{display:none}</style><p></p><img " IMG, 0, UNKNOWN, UNKNOWN },
	{ "far off", "<img style='position:absolute;left:-9999px' " IMG, HIDDEN_OFFSCREEN, UNKNOWN, UNKNOWN },
	{ "clipped by its box", "<div style='max-height:0;overflow:hidden'><img " IMG "</div>", HIDDEN_CLIPPED, UNKNOWN,
	    UNKNOWN },
	{ "transparent by a filter", "<img style='filter:opacity(0)' " IMG, HIDDEN_OPACITY, UNKNOWN, UNKNOWN },
	{ "a filter that shows", "<img style='filter:opacity(50%)' " IMG, 0, UNKNOWN, UNKNOWN },
	{ "scaled to nothing", "<img style='transform:scale(.01)' " IMG, HIDDEN_CLIPPED, UNKNOWN, UNKNOWN },
	{ "scaled in width", "<img style='transform:scaleX(0)' " IMG, HIDDEN_CLIPPED, UNKNOWN, UNKNOWN },
	{ "made larger", "<img style='transform:scale(1.5)' " IMG, 0, UNKNOWN, UNKNOWN },
	{ "moved far off", "<img style='transform:translate(-9999px, 0)' " IMG, HIDDEN_OFFSCREEN, UNKNOWN, UNKNOWN },
	{ "clipped by a box of one pixel", "<div style='width:1px;height:1px;overflow:hidden'><img width=200 height=100 " IMG
	    "</div>", HIDDEN_CLIPPED, 200, 100 },
	{ "in a line of one pixel", "<div style='height:1px;overflow:hidden'><img width=600 height=1 " IMG "</div>", 0, 600,
	    1 },
	{ "two by two where the sheet leaves the height of pictures open", "<style>img{height:auto}</style><img width=2 height=2 "
	    IMG, HIDDEN_SIZE, 2, 2 },
	{ "a column where the sheet leaves the height of pictures open", "<style>img{height:auto}</style><img width=1 height=20 "
	    IMG, 0, 1, 20 },
	{ "a width that the sheet makes a percentage", "<style>img{width:100%}</style><img width=1 height=20 " IMG, 0, UNKNOWN,
	    20 },
	{ "clipped by itself", "<img style='clip:rect(0,0,0,0)' " IMG, HIDDEN_CLIPPED, UNKNOWN, UNKNOWN },
	{ "the attribute", "<img hidden " IMG, HIDDEN_DISPLAY, UNKNOWN, UNKNOWN },
	{ "a visible child of an invisible box", "<div style='visibility:hidden'><img style='visibility:visible' " IMG
	    "</div>", 0, UNKNOWN, UNKNOWN },
	{ "a box without a width is wide", "<hr style='height:1px;background:url(http://t.example/a)'>", 0, UNKNOWN, 1 },
	{ "a duplicate attribute before the style does not hide it", "<img a a style='display:none' " IMG, HIDDEN_DISPLAY,
	    UNKNOWN, UNKNOWN },
};

static void
measures(void **state)
{
	const struct size_row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(mail_of_html(arena, row->html), arena);

	assert_int_equal(d->references.count, 1);
	assert_int_equal(dissection_references(d)[0].hidden, row->hidden);
	assert_int_equal(dissection_references(d)[0].width, row->width);
	assert_int_equal(dissection_references(d)[0].height, row->height);
	arena_free(arena);
}

static const struct flag_row {
	const char	*says, *html;
	uint32_t	 flags;
} flags[] = {
	{ "a picture by itself", "<p><img " IMG, 0 },
	{ "one in a link", "<a href=http://l.example/><p><img " IMG "</a>", REFERENCE_IN_LINK },
	{ "one in an anchor without a link", "<a name=x><img " IMG "</a>", 0 },
	{ "one behind a link", "<a href=http://l.example/>x</a><img " IMG, 0 },
	{ "a linked background", "<a href=http://l.example/><span style='background:url(http://t.example/a)'></span></a>",
	    REFERENCE_IN_LINK },
};

static void
marks(void **state)
{
	const struct flag_row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(mail_of_html(arena, row->html), arena);
	const struct reference	*last = &dissection_references(d)[d->references.count - 1];

	assert_int_equal(last->trigger, TRIGGER_OPEN);
	assert_int_equal(last->flags & REFERENCE_IN_LINK, row->flags);
	arena_free(arena);
}

/* Each would be read to the end of the document: quadratic, without the limit. */
static void
bounds_sheets_in_sheets(void **state)
{
	static const char	 again[] = "<style>&a<!--x-->";
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct buf		 html;
	const struct dissection	*d;

	(void)state;
	buf_init(&html, 1 << 20);
	buf_add(&html, SPAN("Content-Type: text/html\n\n<svg>"));
	for (size_t i = 0; i < 500; i++)
		buf_add(&html, SPAN(again));
	assert_int_equal(dissect(buf_span(&html), &limits_default, arena, &d), PW_ELIMIT);
	assert_int_equal(d->limit, LIMIT_css_tokens);
	buf_fini(&html);
	arena_free(arena);
}

/* A NUL ends no name; it was mistaken for one of the signs that do, for ever. */
static void
reads_instructions_past_a_nul(void **state)
{
	static const char	 mail[] = "Content-Type: text/html; charset=iso-8859-1\n\n"
				    "<?xml-stylesheet a=\0 \0 href='http://t.example/a'?><p>x";
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct buf		 out;

	(void)state;
	assert_non_null(strstr(found_in(dissect_or_fail((struct span){ mail, sizeof(mail) - 1 }, arena), &out),
	    "http://t.example/a"));
	buf_fini(&out);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(rows) + NITEMS(sizes) + NITEMS(flags) + 2] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = finds,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < NITEMS(sizes); i++)
		tests[count++] = (struct CMUnitTest){ .name = sizes[i].says, .test_func = measures,
		    .initial_state = (void *)(uintptr_t)&sizes[i] };
	for (size_t i = 0; i < NITEMS(flags); i++)
		tests[count++] = (struct CMUnitTest){ .name = flags[i].says, .test_func = marks,
		    .initial_state = (void *)(uintptr_t)&flags[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(bounds_sheets_in_sheets);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(reads_instructions_past_a_nul);
	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
