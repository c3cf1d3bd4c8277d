#include "work/work.h"

#define IMG	HTML_HEAD "<img src='"
#define END	"'>"
/* A URL of 60 kB is below MaxUrlBytes, and 16 of them are a megabyte. */
#define R4(x)	x x x x
#define R256(x)	R4(R4(R4(R4(x))))
#define R16K(x)	R4(R4(R4(R256(x))))
#define PAD	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const struct construct table[] = {
	{ .name = "one very long host", .head = IMG "//", .unit = "a", .tail = END },
	{ .name = "long hosts", .unit = "<img src='//%u" R16K("abc") "'>" },
	{ .name = "hosts of dots", .unit = "<img src='//%u" R16K("...") "'>" },
	{ .name = "hosts of labels", .unit = "<img src='//%u" R16K("a.") "'>" },
	{ .name = "hosts of percent signs", .unit = "<img src='//%u" R16K("%41") "'>" },
	{ .name = "hosts of IDNA labels", .unit = "<img src='//%u" R4(R256("xn--bcher-kva.")) "'>" },
	{ .name = "hosts of other letters", .unit = "<img src='//%u" R4(R256("b\xc3\xbc" "cher.")) "'>" },
	{ .name = "long labels of other letters", .unit = "<img src='//%u" R16K("\xc3\xbc") "'>" },
	{ .name = "long labels of Han", .unit = "<img src='//%u" R4(R256("\xe4\xb8\xad")) "'>" },
	{ .name = "hosts of combining marks", .unit = "<img src='//%u" R4(R256("a\xcc\x81\xcc\xa7")) "'>" },
	{ .name = "hosts of digits and dots", .unit = "<img src='//%u" R16K("1.") "'>" },
	{ .name = "hosts of colons in brackets", .unit = "<img src='//[%u" R16K(":") "]'>" },
	{ .name = "ports", .unit = "<img src='//h:%u" R16K("0") "'>" },
	{ .name = "at signs", .unit = "<img src='//%u" R16K("a@") "h'>" },
	{ .name = "user names and colons", .unit = "<img src='//%u" R16K(":a") "@h'>" },
	{ .name = "backslashes", .unit = "<img src='\\\\h\\%u" R16K("\\") "'>" },
	{ .name = "paths up and up", .unit = "<img src='//h/%u" R16K("/..") "'>" },
	{ .name = "paths down and up", .unit = "<img src='//h/%u" R16K("/a") R16K("/..") "'>" },
	{ .name = "paths of dots", .unit = "<img src='//h/%u" R16K("/.") "'>" },
	{ .name = "paths of encoded dots", .unit = "<img src='//h/%u" R4(R256("/%2e%2E")) "'>" },
	{ .name = "paths of percent signs", .unit = "<img src='//h/%u" R16K("%") "'>" },
	{ .name = "paths of letters to be encoded", .unit = "<img src='//h/%u" R16K("\xc3\xbc") "'>" },
	{ .name = "queries", .unit = "<img src='//h/?%u" R16K("a=b&") "'>" },
	{ .name = "question marks", .unit = "<img src='//h/%u" R16K("?") "'>" },
	{ .name = "hash signs", .unit = "<img src='//h/%u" R16K("#") "'>" },
	{ .name = "paths of hexadecimal digits", .unit = "<img src='//h/%u" R16K("61") "'>" },
	{ .name = "paths of base64", .unit = "<img src='//h/%u" R16K("YW9") "'>" },
	{ .name = "paths of base64 of percent signs", .unit = "<img src='//h/%u" R4(R256("JTYxJTYx")) "'>" },
	{ .name = "paths of the recipient's name", .unit = "<img src='//h/%u" R16K("b@") "'>" },
	{ .name = "tabs and line ends in URLs", .unit = "<img src='/\t/\nh/%u" R16K("\t") "'>" },
	{ .name = "spaces before URLs", .unit = "<img src='" R16K(" ") "//h/%u'>" },
	{ .name = "schemes", .unit = "<img src='" R16K("http:") "//h/%u'>" },
	{ .name = "one very long scheme", .unit = "<img src='a%u" R16K("a") "://h/'>" },
	{ .name = "scheme-like words", .unit = "<img src='%u" R16K("x:") "//h/'>" },
	{ .name = "shares of Windows", .unit = "<img src='\\\\h@%u\\" R16K("a\\") "'>" },
	{ .name = "file URLs", .unit = "<img src='file:////%u" R16K("/c|") "'>" },
	{ .name = "short URLs below a long base", .head = HTML_HEAD "<base href='//h/" R16K("a/b") "/'>", .unit = "<img alt=" PAD " src=%u>" },
	{ .name = "queries below a long base", .head = HTML_HEAD "<base href='//h/" R16K("a/b") "/'>", .unit = "<img alt=" PAD " src='?%u'>" },
	{ .name = "links below a long base", .head = HTML_HEAD "<base href='//h/" R16K("a/b") "/'>", .unit = "<a title=" PAD " href=%u>" },
	{ .name = "URLs in text attributes", .unit = "<img alt='//h/%u" PAD "' src=cid:a>" },
	{ .name = "equal URLs", .unit = "<img src=//h/a" PAD ">" },
	{ .name = "equal URLs that are tiny", .unit = "<img width=1 height=1 src=//h/a" PAD ">" },
	{ .name = "URLs that are tiny", .unit = "<img width=1 height=1 src=//h/%u" PAD ">" },
};
const struct constructs constructs = { table, NITEMS(table) };
