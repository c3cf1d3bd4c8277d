#include "work/work.h"

#define PAD	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
#define R4(x)	x x x x
#define R64(x)	R4(R4(R4(x)))
#define R256(x)	R4(R64(x))
#define TYPES	"Content-Type: text/html; charset=utf-8\r\nContent-Type: text/html; charset=utf-16le\r\nContent-Type: text/html; charset=utf-7\r\n" \
		"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
#define WRAPS	"Content-Type: multipart/mixed; boundary=b\r\nContent-Type: multipart/mixed; boundary=b;\r\nContent-Type: multipart/mixed; boundary=b; x=y\r\n" \
		"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: binary\r\n\r\n--b\r\n"
/* Structure that clients read differently: the sweep looks for whatever may be HTML. */
#define ODD	FROM_TO "Content-Type: text/plain\r\nContent-Type: text/x-other\r\n\r\n"

static const struct construct table[] = {
	/* What one half prepares, the other asks for. */
	{ .name = "rules for one class, and elements of it", .head = SHEET_HEAD, .unit = ".a{width:1px}", .between = "</style>", .half = "<img class=a src=//h/%u" PAD ">" },
	{ .name = "rules for all, and elements", .head = SHEET_HEAD, .unit = "*{width:1px}", .between = "</style>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "rules for one element, and links around nothing", .head = SHEET_HEAD, .unit = "p{display:none}", .between = "</style>", .half = "<p>", .tail = "<img src=//h>" },
	{ .name = "rules for one element, and elements around others", .head = SHEET_HEAD, .unit = "p{display:none}", .between = "</style>", .half = "<p><img src=//h/%u" PAD "></p>" },
	{ .name = "rules with many classes, and elements with as many", .head = SHEET_HEAD, .unit = ".a.b.c.d.e.f.g{width:1px}", .between = "</style>", .half = "<img class='a b c d e f g' src=//h/%u" PAD ">" },
	{ .name = "rules for a class, and one element with many", .head = SHEET_HEAD, .unit = ".a{width:1px}", .between = "</style><img src=//h class='", .half = "a ", .tail = "'>" },
	{ .name = "rules for classes, and one element with many", .head = SHEET_HEAD, .unit = ".a%u{width:1px}", .between = "</style><img src=//h class='", .half = "a%u ", .tail = "'>" },
	{ .name = "rules for what stands in other elements, and pictures deep in these", .head = SHEET_HEAD, .unit = "p b div img{width:1px}", .between = "</style>" R64("<div>"), .half = "<img src=//h/%u" PAD ">" },
	{ .name = "rules for what never stands in other elements, and elements deep in others", .head = SHEET_HEAD, .unit = "a a a a a a a div{width:1px}", .between = "</style>", .half = "<div>", .tail = "<img src=//h>" },
	{ .name = "one rule of many elements around, and elements with as many classes", .head = SHEET_HEAD R64(".a.b.c.d.e .a.b.c.d.e .a.b.c.d.e > .f > img{width:1px}") "</style>", .unit = "<p class='a b c d e'>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "rules for an id, and elements of it", .head = SHEET_HEAD, .unit = "#a{width:1px}", .between = "</style>", .half = "<img id=a src=//h/%u" PAD ">" },
	{ .name = "rules of many declarations for many selectors, and elements", .head = SHEET_HEAD R256("img,") "img{", .unit = "width:1px;", .between = "}</style>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "one rule of many declarations, and elements", .head = SHEET_HEAD "img{", .unit = "width:1px;", .between = "}</style>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "one rule of many selectors, and elements", .head = SHEET_HEAD, .unit = "img,", .between = "img{width:1px}</style>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "declarations in open rules of many selectors", .head = SHEET_HEAD, .unit = "a,a,a,a,a,a,a,a{width:1px;", .tail = "</style><img src=//h>" },
	{ .name = "relations of one link, and addresses of it", .head = HTML_HEAD "<link " R256("href=a ") " rel='", .unit = "a ", .tail = "'>" },
	{ .name = "names of one meta, and contents of it", .head = HTML_HEAD "<meta " R256("content=a ") " http-equiv='", .unit = " ", .tail = "'>" },
	{ .name = "references in the name of one meta, and contents of it", .head = HTML_HEAD "<meta " R256("content=a ") " http-equiv='", .unit = "&amp;", .tail = "'>" },
	{ .name = "references in the name of one param, and values of it", .head = HTML_HEAD "<param " R256("value=a ") " name='", .unit = "&amp;", .tail = "'>" },
	{ .name = "references in the class of one element, and its URLs", .head = HTML_HEAD "<img " R256("src=//h ") " class='", .unit = "&amp;", .tail = "'>" },
	{ .name = "a long style attribute around pictures", .head = HTML_HEAD "<div style='", .unit = "color:red;", .between = "'>", .half = "<img src=//h/%u" PAD ">" },
	{ .name = "one style attribute of many on one tag", .unit = "<img " R64("style='b:url(a)' ") ">" },
	{ .name = "base tags, and pictures", .unit = "<base href='a%u/'>", .half = "<img src=%u" PAD ">" },
	{ .name = "many readings of one part", .head = FROM_TO TYPES, .unit = "<p>x</p>", .tail = "<img src=//h>" },
	{ .name = "many readings of one part with pictures", .head = FROM_TO TYPES, .unit = "<img src=//h/%u" PAD ">" },
	{ .name = "many readings of many multiparts", .head = FROM_TO WRAPS WRAPS TYPES, .unit = "<p>x</p>", .tail = "<img src=//h>" },
	{ .name = "many readings of parts in quoted-printable", .head = FROM_TO WRAPS, .unit = TYPES "<p>x</p><img src=3D//h/%u" PAD ">\r\n--b\r\n" },
	{ .name = "references of many parts of many readings", .head = FROM_TO "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", .unit = TYPES R4("<img src=//h/%u" PAD ">") "\r\n--b\r\n" },
	/* What the sweep makes of a message. */
	{ .name = "text to be swept", .head = ODD, .unit = "All work and no play makes Jack a dull boy.\r\n" },
	{ .name = "markup to be swept", .head = ODD, .unit = "<p>x</p>\r\n" },
	{ .name = "pictures to be swept", .head = ODD, .unit = "<img src=http://h/%u" PAD ">\r\n" },
	{ .name = "equal pictures to be swept", .head = ODD, .unit = "<img src=http://h/" PAD ">\r\n" },
	{ .name = "links to be swept", .head = ODD, .unit = "<a href=http://h/%u" PAD ">x</a>\r\n" },
	{ .name = "words to be swept", .head = ODD, .unit = "abcdefgh" },
	{ .name = "base64 of words to be swept", .head = ODD, .unit = "PGltZyBzcmM9Ly9oPg" },
	{ .name = "base64 of base64 to be swept", .head = ODD, .unit = "UEdsdFp5QnpjbU05THk5b1Bn" },
	{ .name = "base64 in lines to be swept", .head = ODD, .unit = "PGltZyBzcmM9Ly9oPiAgPGltZyBzcmM9Ly9oPiAgPGltZyBzcmM9Ly9oPiAg\r\n" },
	{ .name = "base64 for URLs to be swept", .head = ODD, .unit = "PGlt-Zy_zcmM9Ly9oPiAgPGltZyBzcmM9Ly9oPiAgPGltZyBzcmM9Ly9oPi\r\n" },
	{ .name = "padded base64 to be swept", .head = ODD, .unit = "PGltZyBzcmM9Ly9oPg==\r\n" },
	{ .name = "less-than signs in base64 to be swept", .head = ODD, .unit = "PDw8" },
	{ .name = "tags in base64 to be swept", .head = ODD, .unit = "PGEg" },
	{ .name = "tags in noise in base64 to be swept", .head = ODD, .unit = "AQIDBAUGPHNyYyBzcmM9Ly9o" },
	{ .name = "quoted-printable to be swept", .head = ODD, .unit = "=3Cp=3E" },
	{ .name = "quoted-printable of quoted-printable to be swept", .head = ODD, .unit = "=3D3C=3D70" },
	{ .name = "files to be swept", .head = ODD, .unit = "begin 644 a\r\n#0V%T\r\n`\r\nend\r\n" },
	{ .name = "a file of markup to be swept", .head = ODD "begin 644 a\r\n", .unit = "M/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^/'`^\r\n" },
	{ .name = "all guises to be swept", .head = ODD, .unit = "+ADw-p+AD4- \x1b(B~{<p>~}\x88\xa3\xa3\x97&ADw-\\x3cp>\xff\x01" },
	{ .name = "all guises and encodings to be swept", .head = ODD, .unit = "+ADw-p+AD4- \x1b(B~{<p>~}=3C\\x3cp>\xff PGltZyBzcmM9Ly9oPg== \r\n" },
	{ .name = "styles to be swept", .head = ODD, .unit = "<style>a{b:url(//h)}" },
	{ .name = "styles in svg to be swept", .head = ODD "<svg>", .unit = "<style>a{b:c}" },
	{ .name = "documents in documents to be swept", .head = ODD, .unit = "<iframe srcdoc=\"<iframe srcdoc='<p>'>\">" },
	{ .name = "NULs and line ends", .head = FROM_TO "Content-Type: text/html\r\n\r\n", .unit = "<p>\r\r" },
	{ .name = "pictures and carriage returns", .head = FROM_TO "Content-Type: text/html\r\n\r\n", .unit = "<img src=//h/%u" PAD ">\r" },
	{ .name = "trackers, broken for some", .head = FROM_TO "Content-Type: text/html\r\n\r\n", .unit = "<img width=1 height=1 src=//h/%u" PAD ">\r" },
	{ .name = "equal trackers, broken for some", .head = FROM_TO "Content-Type: text/html\r\n\r\n", .unit = "<img width=1 height=1 src=//h/" PAD ">\r" },
	{ .name = "data: documents in data: documents with charsets", .unit = "<iframe src='data:text/html;charset=utf-7,<iframe src=\"data:text/html;charset=utf-16,<p>\">'>" },
	{ .name = "one data: document in two layers", .head = HTML_HEAD "<iframe src='data:text/html,<iframe src=\"data:text/html,", .unit = "<p>x", .tail = "\">'>" },
	{ .name = "one document in eight layers", .head = HTML_HEAD "<!--[if mso]><iframe src='data:text/html;charset=x,<!--[if mso]><iframe src=\"data:text/html;charset=x,<iframe srcdoc=&#39;<!--[if mso]><iframe src=data:text/html,", .unit = "<p>x" },
	{ .name = "one layer in many attributes", .unit = "<iframe " R64("src='data:text/html,<p>' ") ">" },
	{ .name = "a style element and URLs of data: sheets", .head = SHEET_HEAD, .unit = "a{b:url(\"data:text/html,<style>a{b:url(data:text/css,a)}</style>\")}" },
};
const struct constructs constructs = { table, NITEMS(table) };
