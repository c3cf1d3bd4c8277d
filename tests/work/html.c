#include "work/work.h"

/* 110 bytes or more a reference, so that a megabyte stays below MaxReferences. */
#define PAD	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const struct construct table[] = {
	{ .name = "attributes of one tag", .head = HTML_HEAD "<p ", .unit = "a%u=b ", .tail = ">" },
	{ .name = "equal attributes of one tag", .head = HTML_HEAD "<p ", .unit = "a=b ", .tail = ">" },
	{ .name = "attributes without values", .head = HTML_HEAD "<p ", .unit = "a%u ", .tail = ">" },
	{ .name = "tags with 400 attributes", .unit = "<img " PAD " a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=0 a=1 b=2 c=3 d=4 e=5 src=//h/%u" PAD ">" },
	{ .name = "slashes in a tag", .head = HTML_HEAD "<p ", .unit = "/", .tail = ">" },
	{ .name = "equal signs in a tag", .head = HTML_HEAD "<p ", .unit = "=", .tail = ">" },
	{ .name = "quotes in a tag", .head = HTML_HEAD "<p ", .unit = "\"", .tail = ">" },
	{ .name = "tags that never end", .unit = "<a " },
	{ .name = "tag names that never end", .unit = "<" },
	{ .name = "one very long tag name", .head = HTML_HEAD "<", .unit = "a", .tail = "><img src=//h>" },
	{ .name = "one very long attribute name", .head = HTML_HEAD "<img ", .unit = "a", .tail = " src=//h>" },
	{ .name = "one very long attribute value", .head = HTML_HEAD "<img title='", .unit = "a", .tail = "' src=//h>" },
	{ .name = "quotes that never close", .unit = "<a b=\"" },
	{ .name = "comments", .unit = "<!-- x -->", .tail = "<img src=//h>" },
	{ .name = "comments that never close", .unit = "<!--", .tail = "<img src=//h>" },
	{ .name = "dashes in a comment", .head = HTML_HEAD "<!--", .unit = "-", .tail = "><img src=//h>" },
	{ .name = "dashes and bangs in a comment", .head = HTML_HEAD "<!--", .unit = "--!", .tail = "><img src=//h>" },
	{ .name = "bogus comments", .unit = "<!x>", .tail = "<img src=//h>" },
	{ .name = "bogus comments that never close", .unit = "<!", .tail = "<img src=//h>" },
	{ .name = "CDATA sections", .unit = "<![CDATA[x]]>", .tail = "<img src=//h>" },
	{ .name = "CDATA sections that never close", .head = HTML_HEAD "<svg>", .unit = "<![CDATA[", .tail = "<img src=//h>" },
	{ .name = "end tags without a name", .unit = "</", .tail = "<img src=//h>" },
	{ .name = "empty end tags", .unit = "</>", .tail = "<img src=//h>" },
	{ .name = "processing instructions", .unit = "<?x>", .tail = "<img src=//h>" },
	{ .name = "processing instructions that never end", .unit = "<?", .tail = "<img src=//h>" },
	{ .name = "xml-stylesheet instructions", .unit = "<?xml-stylesheet href='//h/%u" PAD "'?>" },
	{ .name = "import instructions that name nothing", .unit = "<?import srcsrcsrc>" },
	{ .name = "character references", .unit = "&amp;", .tail = "<img src=//h>" },
	{ .name = "character references in a URL", .head = HTML_HEAD "<img alt='", .unit = "&#x41;", .tail = "' src=//h>" },
	{ .name = "names of no character reference", .head = HTML_HEAD "<img src='//h", .unit = "&CounterClockwiseContourIntegra", .tail = "'>" },
	{ .name = "names of no character reference in a style", .head = HTML_HEAD "<img style='", .unit = "&CounterClockwiseContourIntegra", .tail = "' src=//h>" },
	{ .name = "ampersands", .head = HTML_HEAD "<img style='", .unit = "&", .tail = "' src=//h>" },
	{ .name = "digits of one character reference", .head = HTML_HEAD "<img style='&#", .unit = "0", .tail = "65;' src=//h>" },
};
const struct constructs constructs = { table, NITEMS(table) };
