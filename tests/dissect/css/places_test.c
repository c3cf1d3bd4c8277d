#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

/* A text with its NULs. */
#define T(literal)	{ (literal), sizeof(literal) - 1 }

#define SHEET		CSS_SHEET
#define STYLE		CSS_DECLARATIONS
#define VALUE		CSS_VALUE

static const struct row {
	const char		*says;
	enum css_context	 context;
	struct span		 text;
	const char		*found;	/* "kind property url", each with a line end but the last */
	const char		*after;	/* with every place replaced by url(data:,); NULL: not asked */
} rows[] = {
	/* url() and src() */
	{ "an unquoted url", STYLE, T("background:url(http://t/a) red"),
	    "image background http://t/a", "background:url(data:,) red" },
	{ "a quoted url is replaced with its function", STYLE, T("background: url( \"http://t/a\" ) red"),
	    "image background http://t/a", "background: url(data:,) red" },
	{ "src() is a url function", STYLE, T("background:src('http://t/a')"),
	    "image background http://t/a", "background:url(data:,)" },
	{ "the function's name has no case", STYLE, T("a:URL(http://t/a) uRl('b') SRC('c')"),
	    "image a http://t/a\nimage a b\nimage a c", "a:url(data:,) url(data:,) url(data:,)" },
	{ "the function's name may be escaped", STYLE, T("a:\\75 rl(http://t/a) u\\000072l('b') \\73rc('c')"),
	    "image a http://t/a\nimage a b\nimage a c", "a:url(data:,) url(data:,) url(data:,)" },
	{ "an escaped letter without a blank behind it", STYLE, T("a:\\55RL(http://t/a)"),
	    "image a http://t/a", "a:url(data:,)" },
	{ "escapes in the URL are undone", STYLE, T("a:url(\\68ttp://t/\\000061)"), "image a http://t/a", NULL },
	{ "an escaped newline in the URL is nothing", STYLE, T("a:url('http://\\\nt/a')"),
	    "image a http://t/a", "a:url(data:,)" },
	{ "a URL with NUL", STYLE, T("a:url(http://t/\0)"), "image a http://t/\xef\xbf\xbd", NULL },
	{ "a comment between tokens hides nothing", STYLE, T("background/**/:/**/url(http://t/a)/**/"),
	    "image background http://t/a", "background/**/:/**/url(data:,)/**/" },
	{ "a comment is no place", STYLE, T("/* a:url(http://t/a) */b:c"), "", "/* a:url(http://t/a) */b:c" },
	{ "an unclosed comment is no place", SHEET, T("a{} /* a{b:url(http://t/a)}"), "", NULL },
	{ "a comment sign in a string opens none", SHEET, T("a{content:'/*';b:url(http://t/a)}/**/"),
	    "image b http://t/a", NULL },
	{ "a comment sign in a url opens none", STYLE, T("a:url(http://t/*);b:url(c)/**/"),
	    "image a http://t/*\nimage b c", NULL },
	{ "comment signs of HTML hide nothing", SHEET, T("<!-- a{b:url(http://t/a)} -->"),
	    "image b http://t/a", "<!-- a{b:url(data:,)} -->" },
	{ "a longer name is no url function", STYLE, T("a:curl('http://t/a') urls(b) -url(c)"), "", NULL },
	{ "a url without a bracket behind its name is none", STYLE, T("a:url 'http://t/a'"), "", NULL },
	{ "a blank before the bracket makes it none", STYLE, T("a:url (http://t/a)"), "", NULL },
	{ "an empty url fetches nothing", STYLE, T("a:url();b:url('');c:src(\"\")"), "", NULL },
	{ "url modifiers go with their function", STYLE, T("a:url('http://t/a' crossorigin(anonymous) x);b:c"),
	    "image a http://t/a", "a:url(data:,);b:c" },
	{ "several in one value", STYLE, T("background:url(a),url('b'),url(c)"),
	    "image background a\nimage background b\nimage background c",
	    "background:url(data:,),url(data:,),url(data:,)" },
	{ "inside any other function", STYLE, T("background:linear-gradient(red,blue),x(y(url(http://t/a)))"),
	    "image background http://t/a", NULL },
	{ "inside brackets of any kind", STYLE, T("a:([{url(b)}])"), "image a b", NULL },
	{ "behind a block inside brackets", STYLE, T("a:({b:c} url(d))"), "image a d", NULL },
	{ "!important changes nothing", STYLE, T("background:url(http://t/a)!important"),
	    "image background http://t/a", "background:url(data:,)!important" },

	/* Every property that takes one is found the same way */
	{ "properties with pictures", STYLE,
	    T("background-image:url(1);border-image:url(2) 3;list-style:url(3);content:url(4);cursor:url(5),x;"
	    "mask:url(6);mask-border:url(7);clip-path:url(8#a);filter:url(9#b);backdrop-filter:url(10);"
	    "shape-outside:url(11);offset-path:url(12);-webkit-mask-image:url(13);-webkit-box-reflect:below 0 url(14);"
	    "behavior:url(15);-moz-binding:url(16);mso-bullet-image:url(17)"),
	    "image background-image 1\nimage border-image 2\nimage list-style 3\nimage content 4\nimage cursor 5\n"
	    "image mask 6\nimage mask-border 7\nimage clip-path 8#a\nimage filter 9#b\nimage backdrop-filter 10\n"
	    "image shape-outside 11\nimage offset-path 12\nimage -webkit-mask-image 13\n"
	    "image -webkit-box-reflect 14\nimage behavior 15\nimage -moz-binding 16\nimage mso-bullet-image 17", NULL },
	{ "a property's name is told in lower case and without escapes", STYLE, T("BackGround\\2d Image:url(b)"),
	    "image background-image b", NULL },
	{ "a property nobody knows", STYLE, T("frobnicate:url(http://t/a)"), "image frobnicate http://t/a", NULL },
	{ "a property behind an old browser's star", STYLE, T("color:red;*background:url(http://t/a)"),
	    "image background http://t/a", NULL },
	{ "a presentation attribute of SVG", VALUE, T("url(http://t/a#b) red"), "image  http://t/a#b", "url(data:,) red" },
	{ "a presentation attribute with junk", VALUE, T("red;}fill:url('http://t/a'"), "image  http://t/a",
	    "red;}fill:url(data:,)" },

	/* Broken ones */
	{ "the end closes a url", STYLE, T("background:url(http://t/a"), "image background http://t/a",
	    "background:url(data:,)" },
	{ "the end closes a url behind white space", STYLE, T("background:url( http://t/a \n"),
	    "image background http://t/a", "background:url(data:,)" },
	{ "the end closes a quoted url", STYLE, T("background:url('http://t/a'"), "image background http://t/a",
	    "background:url(data:,)" },
	{ "the end closes the string of a quoted url", STYLE, T("background:url('http://t/a"),
	    "image background http://t/a", "background:url(data:,)" },
	{ "an open quoted url takes all up to the end", SHEET, T("a{b:url('http://t/a';c:d}e{f:g}"),
	    "image b http://t/a", "a{b:url(data:,)" },
	{ "other brackets inside belong to it", STYLE, T("a:url('http://t/a' [)] ({)}));b:c"),
	    "image a http://t/a", "a:url(data:,);b:c" },
	{ "a place inside an open one is told too, and they do not overlap", SHEET,
	    T("a{b:url('http://t/a';c:url(http://t/b)} d{e:url(http://t/c)}"),
	    "image b http://t/a\nimage c http://t/b\nimage e http://t/c",
	    "a{b:url(data:,);c:url(data:,)} d{e:url(data:,)}" },
	{ "a bad url is a place", STYLE, T("background:url(http://t/a b);c:d"),
	    "bad image background http://t/a", "background:url(data:,);c:d" },
	{ "a bad url with a quote", STYLE, T("a:url(http://t/a\"b);c:d\"e"), "bad image a http://t/a",
	    "a:url(data:,);c:d\"e" },
	{ "a bad url that hides another", STYLE, T("a:url(b(url(http://t/a)"), "bad image a http://t/a", NULL },
	{ "a bad url whose beginning is not the URL", STYLE, T("a:url(/**/ \"http://t/a\")"),
	    "bad image a http://t/a", "a:url(data:,)" },
	{ "a bad url without a bracket takes all up to the end", SHEET, T("a{b:url(http://t/a b;c:url(d;}"),
	    "bad image b http://t/a", "a{b:url(data:,)" },
	{ "a bad url ends at the first bracket", STYLE, T("a:url(b c d:url(e) e:f"),
	    "bad image a b", "a:url(data:,) e:f" },
	{ "a bad url of nothing is no place", STYLE, T("a:url(()"), "", NULL },
	{ "a string cut by a newline is a place up to there", STYLE, T("a:image-set('http://t/a\n 1x);b:c"),
	    "bad image a http://t/a", "a:image-set(url(data:,)\n 1x);b:c" },
	{ "a quoted url cut by a newline", STYLE, T("a:url('http://t/a\n);b:url(c)"),
	    "bad image a http://t/a\nimage b c", "a:url(data:,);b:url(data:,)" },
	{ "what follows a bad string is seen", STYLE, T("content:'a\n;b:url(http://t/a)"), "image b http://t/a", NULL },
	{ "a backslash before a newline makes no escape", STYLE, T("a:\\\nurl(http://t/a)"), "image a http://t/a", NULL },
	{ "blocks left open at the end", SHEET, T("@media x{a{b:c;d:url(http://t/a)"), "image d http://t/a", NULL },
	{ "a stray brace in an attribute", STYLE, T("a:b}c:url(http://t/a);d:url(e)"),
	    "image a http://t/a\nimage d e", NULL },
	{ "an attribute that begins with a brace", STYLE, T("}a:url(http://t/a)"), "image  http://t/a", NULL },
	{ "an attribute with a block", STYLE, T("{a:url(http://t/a)}b:url(c)"), "image a http://t/a\nimage b c", NULL },
	{ "a declaration without a colon", STYLE, T("a url(http://t/a);b:url(c)"), "image  http://t/a\nimage b c", NULL },
	{ "stray closers of every kind", STYLE, T("a:)b]c:url(http://t/a)"), "image a http://t/a", NULL },
	{ "a closer of another kind closes nothing", STYLE, T("a:image-set([)'http://t/a'"), "image a http://t/a", NULL },

	/* Functions that take strings for URLs */
	{ "strings in image-set()", STYLE, T("a:image-set('http://t/a' 1x,\"b\" 2x)"), "image a http://t/a\nimage a b",
	    "a:image-set(url(data:,) 1x,url(data:,) 2x)" },
	{ "strings and urls in -webkit-image-set()", STYLE, T("a:-webkit-image-set(url('b') 1x,'c' 2x)"),
	    "image a b\nimage a c", "a:-webkit-image-set(url(data:,) 1x,url(data:,) 2x)" },
	{ "escapes and case in the function's name", STYLE, T("a:IMAGE\\2d SET('b')i\\6d age(\"c\")"),
	    "image a b\nimage a c", NULL },
	{ "strings in image()", STYLE, T("a:image(ltr 'http://t/a',red)"), "image a http://t/a",
	    "a:image(ltr url(data:,),red)" },
	{ "strings in cross-fade() and its prefixed form", STYLE, T("a:cross-fade('b' 50%,-webkit-cross-fade('c','d'))"),
	    "image a b\nimage a c\nimage a d", NULL },
	{ "strings at any depth", STYLE, T("a:image-set(if(x:var(--y,('b'));else:[ 'c']))"), "image a b\nimage a c", NULL },
	{ "a media type is no URL", STYLE, T("a:image-set('b' type('image/png') 1x)"), "image a b",
	    "a:image-set(url(data:,) type('image/png') 1x)" },
	{ "an image-set() inside type()", STYLE, T("a:image-set(type(image-set('b')))"), "image a b", NULL },
	{ "strings in other functions are text", STYLE, T("a:attr(x,'http://t/a') counter(b,'http://t/b') local('c')"), "",
	    NULL },
	{ "attr() with a url type has nothing to find", STYLE, T("background:attr(data-x url)"), "", NULL },
	{ "a string behind image-set() is text", STYLE, T("content:image-set('a')'http://t/b'"), "image content a", NULL },
	{ "a fallback inside src()", STYLE, T("a:src(var(--x,'http://t/a'))"), "image a http://t/a",
	    "a:src(var(--x,url(data:,)))" },
	{ "an open image-set()", STYLE, T("a:image-set('http://t/a"), "image a http://t/a", "a:image-set(url(data:,)" },
	{ "an image-set() with an empty string", STYLE, T("a:image-set('' 1x)"), "", NULL },

	/* Strings that are text */
	{ "a string in content", SHEET, T("a::before{content:'http://t/a'}"), "", NULL },
	{ "a string in a selector", SHEET, T("a[href='http://t/a'],b[c=\"//t\"]{color:red}"), "", NULL },
	{ "a string in a media query", SHEET, T("@supports (content:'http://t/a'){a{b:c}}"), "", NULL },
	{ "a url in a string", STYLE, T("content:'url(http://t/a)';font-family:\"url('b')\""), "", NULL },
	{ "a selector around a string does not hide a place", SHEET, T("a[b='url(c)']{d:url(http://t/a)}"),
	    "image d http://t/a", NULL },

	/* @import and other at-rules */
	{ "@import of a string", SHEET, T("@import 'http://t/a';"), "import @import http://t/a", "@import url(data:,);" },
	{ "@import of a string without a blank", SHEET, T("@import\"http://t/a\";a{b:c}"),
	    "import @import http://t/a", "@importurl(data:,);a{b:c}" },
	{ "@import of a url", SHEET, T("@import url(http://t/a);@import url('b') x;"),
	    "import @import http://t/a\nimport @import b", "@import url(data:,);@import url(data:,);" },
	{ "@import with a layer, a condition, a query", SHEET,
	    T("@import 'http://t/a' layer(b) supports(content:'c') screen and (x:'d');e{content:'f'}"),
	    "import @import http://t/a", NULL },
	{ "@import with a url in its condition", SHEET, T("@import 'a' supports(b:url(http://t/a));"),
	    "import @import a\nimport @import http://t/a", "@import url(data:,);" },
	{ "@import escaped and in capitals", SHEET, T("@\\69mport 'http://t/a';@IMPORT/**/'b';"),
	    "import @import http://t/a\nimport @import b", NULL },
	{ "@import left open", SHEET, T("@import 'http://t/a"),
	    "import @import http://t/a\nahead import @import 'http://t/a", "@import url(data:,)" },
	{ "@import of a string cut by a newline", SHEET, T("@import 'http://t/a\n;b{c:d}"),
	    "bad import @import http://t/a\nahead import @import 'http://t/a", "@import url(data:,)\n;b{c:d}" },
	{ "@import behind rules, where some clients may follow it", SHEET, T("a{b:c}@import 'http://t/a';"),
	    "import @import http://t/a", NULL },
	{ "@import in a block", SHEET, T("@media x{@import 'http://t/a'}b{content:'c'}"), "import @import http://t/a", NULL },
	{ "@import in an attribute", STYLE, T("a:b;@import 'http://t/a';content:'c'"), "import @import http://t/a", NULL },
	{ "@import ends before the next statement", SHEET, T("@import 'a';b{c:url(d);content:'e'}"),
	    "import @import a\nimage c d", NULL },
	{ "@import followed by a block instead of a semicolon", SHEET, T("@import 'a' {b:url(c)} d{content:'e'}"),
	    "import @import a\nimage b c", NULL },
	{ "@import without quotes", SHEET, T("@import http://x/a;@import //x/b screen"),
	    "import @import http://x/a\nimport @import //x/b\nahead import @import http://x/a;@import", NULL },
	{ "@import inside @import", SHEET, T("@import 'a' x(@import y 'b');c{content:'d'}"),
	    "import @import a\nimport @import y\nimport @import b", NULL },
	{ "@import ends with the block that it is in", SHEET, T("@media x{@import 'a'}@y url(b) ('c');"),
	    "import @import a\nimage @y b", NULL },
	/* What browsers fetch ahead knows no tokens. */
	{ "an @import goes with what is glued to its address", SHEET, T("@import url(a)junk ;b{c:url(d)}"),
	    "import @import a\nimage c d\nahead import @import url(a)junk", "@import url(data:,) ;b{c:url(data:,)}" },
	{ "an @import goes with its comments", SHEET, T("@import 'a'/*;b*/;c{}"),
	    "import @import a\nahead import @import 'a'/*;b*/;c{}\nahead import @import 'a'/*", "url(data:,)" },
	{ "a semicolon in an address ends it for some", SHEET, T("@import url('a;b');c{}"),
	    "import @import a;b\nahead import @import url('a", "@import url(data:,);c{}" },
	{ "an @import in a comment of another rule takes the sheet", SHEET, T("@a/*;@import 'b';*/;c{d:url(e)}"),
	    "image d e\nahead import @import b", "url(data:,)" },
	{ "an @import in a string of another rule does, too", SHEET, T("@charset \";@import url( b );\";"),
	    "ahead import @import url(", "url(data:,)" },
	{ "behind a rule of another name nothing is looked at", SHEET, T("@a b;@c/*;@import 'd';*/;"), "", NULL },
	{ "an @import in a comment of its own is none", SHEET, T("/*;@import 'a';*/b{}"), "", NULL },
	{ "an @import before a block ends there", SHEET, T("@import 'a'/**/ {b:c}"),
	    "import @import a", "@import url(data:,) {b:c}" },
	{ "an @import that a block is glued to takes the sheet", SHEET, T("@import 'a' b{c:d}"),
	    "import @import a\nahead import @import a", "url(data:,)" },
	{ "a string that goes on behind a blank, with a block glued to it, takes the sheet", SHEET, T("@import '\\\n{'{c:d}"),
	    "import @import {\nahead import @import {", "url(data:,)" },
	{ "without a block glued to it, it does not", SHEET, T("@import '\\\n{' {c:d}"), "import @import {",
	    "@import url(data:,) {c:d}" },
	{ "an @import that is none, behind a rule that a semicolon ended early", SHEET, T("@s:u\\72l(;);@import (;c{}"),
	    "image @s ;\nahead import @import ;", "url(data:,)" },
	{ "@important is no @import", SHEET, T("@important 'http://t/a';"), "", NULL },
	{ "@namespace is never fetched", SHEET,
	    T("@namespace url(http://t/a);@namespace b 'http://t/c';@namespace d url('http://t/e');f{g:url(h)}"),
	    "image g h", NULL },
	{ "@namespace ends at its semicolon", SHEET, T("@namespace url(a);@import 'b';c{d:url(e)}"),
	    "import @import b\nimage d e", NULL },
	{ "@namespace in a block is no namespace", SHEET, T("a{@namespace url(http://t/a)}"),
	    "image @namespace http://t/a", NULL },
	{ "@namespace behind junk is no namespace", SHEET, T("} @namespace url(http://t/a);"), "image  http://t/a", NULL },
	{ "@namespace behind a comment sign of HTML", SHEET, T("<!-- @namespace url(http://t/a); -->"), "", NULL },
	{ "@namespace behind a semicolon that ends nothing", SHEET, T("a;@namespace url(http://t/a);"),
	    "image  http://t/a", NULL },
	{ "@namespace around an @import", SHEET, T("@namespace x(@import)url('a');"), "import @import a",
	    "@namespace x(@import)url(data:,);" },
	{ "@document compares and does not fetch", SHEET,
	    T("@document url(http://t/a),url-prefix('http://t/b'),domain(t){c{d:url(e)}}"), "image d e", NULL },
	{ "@-moz-document compares and does not fetch", SHEET, T("@-moz-document url('http://t/a'){b{c:url(d)}}"),
	    "image c d", NULL },
	{ "@font-face", SHEET, T("@font-face{font-family:'a';src:local('b'),url(http://t/c)format('woff'),url('d')}"),
	    "font src http://t/c\nfont src d", NULL },
	{ "@FONT-FACE escaped", SHEET, T("@f\\6fnt-face{SR\\43:url(http://t/a)}"), "font src http://t/a", NULL },
	{ "@font-face inside @media, and a rule behind it", SHEET, T("@media x{@font-face{src:url(a)}b{src:url(c)}}"),
	    "font src a\nimage src c", NULL },
	{ "a block inside @font-face is no font", SHEET, T("@font-face{a{src:url(b)}src:url(c)}"),
	    "image src b\nfont src c", NULL },
	{ "@counter-style", SHEET, T("@counter-style x{symbols:url(http://t/a) 'b'}"), "image symbols http://t/a", NULL },
	{ "@property's initial value", SHEET, T("@property --x{syntax:'*';inherits:false;initial-value:url(http://t/a)}"),
	    "image initial-value http://t/a", NULL },
	{ "@property's initial value as a string", SHEET,
	    T("@property --x{syntax:'<string>';inherits:false;initial-value:'http://t/a'}a{content:'http://t/b'}"),
	    "image initial-value http://t/a", NULL },
	{ "a custom function's result", SHEET, T("@function --x(){result:'http://t/a'}"), "image result http://t/a", NULL },
	{ "a url that is in no declaration is told by its at-rule", SHEET, T("@media url(http://t/a){b{}}"),
	    "image @media http://t/a", NULL },
	{ "a url in a selector is told by the at-rule around it", SHEET, T("@MEDIA x{.a:not(url(http://t/a)){b:c}}"),
	    "image @media http://t/a", NULL },
	{ "an at-rule nobody knows", SHEET, T("@x-y url(http://t/a) {b:url(c)} @z url(d);"),
	    "image @x-y http://t/a\nimage b c\nimage @z d", NULL },
	{ "@charset is text", SHEET, T("@charset 'http://t/a';"), "", NULL },

	/* Every branch of a condition counts */
	{ "conditional rules", SHEET,
	    T("@media print{a{b:url(1)}}@supports (c:d){a{b:url(2)}}@layer e{a{b:url(3)}}@container (f){a{b:url(4)}}"
	    "@scope (g) to (h){a{b:url(5)}}@media (max-width:1px){@media all{a{b:url(6)}}}"),
	    "image b 1\nimage b 2\nimage b 3\nimage b 4\nimage b 5\nimage b 6", NULL },
	{ "nested rules", SHEET, T("a{b:url(1);&:hover{c:url(2)}> d{e:url(3)}.f &{g:url(4)}h:i{j:url(5)}k:url(6)}"),
	    "image b 1\nimage c 2\nimage e 3\nimage g 4\nimage j 5\nimage k 6", NULL },
	{ "a declaration behind a nested at-rule", SHEET, T("a{@media x{b:url(1)}c:url(2)}"), "image b 1\nimage c 2", NULL },
	{ "selectors that probe", SHEET, T("a[b^='c']{d:url(1)}a:visited{d:url(2)}"), "image d 1\nimage d 2", NULL },
	{ "a rule behind one that is broken", SHEET, T("a{b:c;;};;}d{e:url(http://t/a)}"), "image e http://t/a", NULL },

	/* Custom properties carry tokens elsewhere */
	{ "a url in a custom property", STYLE, T("--x:url(http://t/a);background:var(--x)"), "image --x http://t/a", NULL },
	{ "a string in a custom property that looks remote", STYLE, T("--x:'http://t/a';--Y: b \"//t/c\""),
	    "image --x http://t/a\nimage --y //t/c", "--x:url(data:,);--Y: b url(data:,)" },
	{ "remote in every spelling", STYLE,
	    T("--x:'HTTPS://t' ' http:t' '\\\\\\\\t\\\\a' '/\\\\t' 'h\\a ttp://t' 'foo://t' 'ws:t' 'view-source:http://t'"),
	    "image --x HTTPS://t\nimage --x  http:t\nimage --x \\\\t\\a\nimage --x /\\t\nimage --x h\nttp://t\n"
	    "image --x foo://t\nimage --x ws:t\nimage --x view-source:http://t", NULL },
	{ "other strings in custom properties are text", STYLE,
	    T("--x:'a' 'b/c' 'd: e' '/f' 'note:g' ':' '//' '12:30' '' 'http:';--y:'cid:a@b'"), "image --x //", NULL },
	{ "a custom property's name may be escaped", STYLE, T("-\\2d x:'http://t/a'"), "image --x http://t/a", NULL },
	{ "a string deep in a custom property", STYLE, T("--x:{a:[b('http://t/a')]} 'http://t/c';d:'http://t/e'"),
	    "image a http://t/a\nimage --x http://t/c", NULL },
	{ "a string deeper in a custom property", STYLE, T("--x:{a:{b:'http://t/a'}}"), "image b http://t/a", NULL },
	{ "a string in an open custom property", SHEET, T("a{--x:'http://t/a"), "image --x http://t/a", NULL },

	/* Legacy filters */
	{ "AlphaImageLoader", STYLE,
	    T("filter: progid:DXImageTransform.Microsoft.AlphaImageLoader(src='http://t/a',sizingMethod='scale');b:c"),
	    "image filter http://t/a",
	    "filter: progid:DXImageTransform.Microsoft.AlphaImageLoader(src=url(data:,),sizingMethod='scale');b:c" },
	{ "its src may stand anywhere, in any case, with blanks", STYLE, T("filter:AlphaImageLoader(x=1, SRC = \"http://t/a\")"),
	    "image filter http://t/a", "filter:AlphaImageLoader(x=1, SRC = url(data:,))" },
	{ "its src may lack quotes", STYLE, T("filter:AlphaImageLoader(src=http://t/a.png?b=c,sizingMethod=scale)"),
	    "image filter http://t/a.png?b=c", "filter:AlphaImageLoader(src=url(data:,),sizingMethod=scale)" },
	{ "its src may lack quotes and be the last", STYLE, T("filter:AlphaImageLoader(src=http://t/a);b:c"),
	    "image filter http://t/a", "filter:AlphaImageLoader(src=url(data:,));b:c" },
	{ "its src may lack quotes and stay open", STYLE, T("filter:AlphaImageLoader(src=http://t/a"),
	    "image filter http://t/a", "filter:AlphaImageLoader(src=url(data:,)" },
	{ "its src may be a url", STYLE, T("filter:AlphaImageLoader(src=url(http://t/a))"), "image filter http://t/a", NULL },
	{ "its src may be nothing", STYLE, T("filter:AlphaImageLoader(src=);a:b(src=,c) d(src=)"), "", NULL },
	{ "a filter that loads a colour profile", STYLE, T("filter:ICMFilter(ColorSpace='http://t/a')"),
	    "image filter http://t/a", NULL },
	{ "a filter in a string", STYLE,
	    T("-ms-filter:\"progid:DXImageTransform.Microsoft.AlphaImageLoader(src='http://t/a',sizingMethod='scale')\";b:c"),
	    "image -ms-filter http://t/a",
	    "-ms-filter:\"progid:DXImageTransform.Microsoft.AlphaImageLoader(src=url(data:,),sizingMethod='scale')\";b:c" },
	{ "several filters in a string", STYLE, T("-ms-filter:\"A(src='http://t/a') B(src='http://t/b')\""),
	    "image -ms-filter http://t/a\nimage -ms-filter http://t/b", NULL },
	{ "a filter in an open string", STYLE, T("-ms-filter:\"A(src='http://t/a"), "image -ms-filter http://t/a", NULL },
	{ "a filter in a string with escapes goes as a whole", STYLE, T("-ms-filter:'A(src=\\'cid:a\\') A(\\73rc=\"http://t/a\")';b:c"),
	    "image -ms-filter http://t/a", "-ms-filter:url(data:,);b:c" },
	{ "an attribute selector is no filter", SHEET, T("img[src='http://t/a']{b:c}"), "", NULL },
	{ "an attribute selector inside :not() is no filter", SHEET, T("a:not([src='http://t/a']){b:c}"), "", NULL },
	{ "other filters", STYLE, T("filter:alpha(opacity=50) blur(5px) drop-shadow(0 0 'http://t/a')"), "", NULL },
};

/* How a place is told in a row. */
static void
print_places(struct buf *out, const struct css_places *places)
{
	static const char *const kinds[] = {
		[CSS_PLACE_IMAGE] = "image", [CSS_PLACE_IMPORT] = "import", [CSS_PLACE_FONT] = "font",
	};

	for (size_t i = 0; i < places->count; i++) {
		const struct css_place *place = &places->at[i];

		buf_printf(out, "%s%s%s%s %.*s %.*s", i > 0 ? "\n" : "", place->ahead ? "ahead " : "",
		    place->bad ? "bad " : "", kinds[place->kind], SPAN_ARG(place->property), SPAN_ARG(place->url));
	}
	buf_add_char(out, '\0');
}

static void
splice(struct buf *out, struct span text, const struct css_place *places, size_t count)
{
	size_t behind = 0;

	for (size_t i = 0; i < count; i++)
		if (places[i].ahead && places[i].begin == 0 && places[i].end == text.len) {
			buf_add(out, SPAN("url(data:,)"));
			return;
		}
	for (size_t i = 0; i < count; i++) {
		if (places[i].ahead || places[i].begin < behind)	/* of an @import that is replaced already */
			continue;
		buf_add(out, span_cut(text, behind, places[i].begin));
		buf_add(out, SPAN("url(data:,)"));
		behind = places[i].end;
	}
	buf_add(out, span_from(text, behind));
}

/* The tokens of both texts from the given places on are the same: type, bytes, and how far from there. */
static void
assert_same_tokens(struct span a, size_t a_from, struct span b, size_t b_from, struct arena *arena)
{
	struct css_lexer	left, right;
	struct css_token	l, r;

	css_lexer_init(&left, a, arena, UINT64_MAX);
	css_lexer_init(&right, b, arena, UINT64_MAX);
	do
		css_next(&left, &l);
	while (l.type != CSS_EOF && l.end <= a_from);
	do
		css_next(&right, &r);
	while (r.type != CSS_EOF && r.end <= b_from);
	/* Inside of a string the replacement leaves a string: only its inside differs. */
	if (l.begin < a_from && (l.type == CSS_STRING || l.type == CSS_BAD_STRING)) {
		assert_int_equal(l.type, r.type);
		assert_int_equal(l.end - a_from, r.end - b_from);
		css_next(&left, &l);
		css_next(&right, &r);
	}
	for (;;) {
		assert_int_equal(l.type, r.type);
		if (l.type == CSS_EOF)
			break;
		assert_int_equal(l.begin - a_from, r.begin - b_from);
		assert_int_equal(l.end - a_from, r.end - b_from);
		css_next(&left, &l);
		css_next(&right, &r);
	}
}

static bool
is_in_a_place(const struct css_places *places, size_t at)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->at[i].begin <= at && at < places->at[i].end)
			return true;
	return false;
}

/* Every url token, and every url()/src() function with a string, is a place, wherever it stands. */
static void
assert_no_url_is_missed(struct span text, const struct css_places *places, struct arena *arena)
{
	struct css_lexer	lexer;
	struct css_token	token, before = { 0 };

	if (span_find_nocase(text, SPAN("@namespace"), 0) < text.len ||
	    span_find_nocase(text, SPAN("document"), 0) < text.len)
		return;
	css_lexer_init(&lexer, text, arena, UINT64_MAX);
	do {
		css_next(&lexer, &token);
		if (token.type == CSS_URL && token.value.len > 0)
			assert_true(is_in_a_place(places, token.begin));
		if (token.type == CSS_STRING && token.value.len > 0 && before.type == CSS_FUNCTION &&
		    (span_eq_nocase(before.value, SPAN("url")) || span_eq_nocase(before.value, SPAN("src"))))
			assert_true(is_in_a_place(places, before.begin));
		if (token.type != CSS_WHITESPACE)
			before = token;
	} while (token.type != CSS_EOF);
}

/* What holds for every text. */
static void
assert_places_are_sound(struct span text, enum css_context context, struct arena *arena)
{
	struct css_places	places, again;
	struct buf		out;
	size_t			begin = 0, behind = 0;

	buf_init(&out, 1 << 20);
	assert_int_equal(css_find_places(text, context, UINT64_MAX, arena, &places), PW_OK);
	assert_no_url_is_missed(text, &places, arena);
	for (size_t i = 0; i < places.count; i++) {
		const struct css_place *place = &places.at[i];

		assert_true(place->end > place->begin && place->end <= text.len);
		if (place->ahead)
			continue;
		/* In source order, without overlap but in one @import, where they are the same. */
		assert_true(place->begin >= behind || (i > 0 && place->begin == begin && place->end == behind));
		begin = place->begin;
		behind = place->end;

		/* Replacing it leaves the tokens behind it as they were. */
		buf_reset(&out);
		splice(&out, text, place, 1);
		assert_same_tokens(text, place->end, buf_span(&out), place->begin + strlen("url(data:,)"), arena);
	}

	/* Once all are replaced nothing else is left. */
	buf_reset(&out);
	splice(&out, text, places.at, places.count);
	assert_int_equal(css_find_places(buf_span(&out), context, UINT64_MAX, arena, &again), PW_OK);
	for (size_t i = 0; i < again.count; i++)
		assert_true(span_eq(again.at[i].url, SPAN("data:,")));

	/* The prefilter has passed over nothing: a comment that it can't pass over changes nothing. */
	buf_reset(&out);
	buf_add(&out, SPAN("/*=*/"));
	buf_add(&out, text);
	assert_int_equal(css_find_places(buf_span(&out), context, UINT64_MAX, arena, &again), PW_OK);
	assert_int_equal(again.count, places.count);
	for (size_t i = 0; i < again.count; i++) {
		bool whole = again.at[i].ahead && again.at[i].begin == 0;
		assert_int_equal(again.at[i].begin, whole ? 0 : places.at[i].begin + 5);
		assert_int_equal(again.at[i].end, places.at[i].end + 5);
		assert_true(span_eq(again.at[i].url, places.at[i].url));
	}
	buf_fini(&out);
}

static void
text_has_these_places(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(1 << 24);
	struct css_places	 places;
	struct buf		 out;

	buf_init(&out, 1 << 16);
	assert_int_equal(css_find_places(row->text, row->context, 10000, arena, &places), PW_OK);
	print_places(&out, &places);
	assert_string_equal(out.at, row->found);
	if (row->after != NULL) {
		buf_reset(&out);
		splice(&out, row->text, places.at, places.count);
		buf_add_char(&out, '\0');
		assert_string_equal(out.at, row->after);
	}
	buf_fini(&out);
	assert_places_are_sound(row->text, row->context, arena);
	arena_free(arena);
}

/* Sheets put together at random, the same ones in every run. */
static void
what_holds_for_every_sheet_holds_for_made_up_ones(void **state)
{
	static const struct span pieces[] = {
		T("url("), T("URL('http://t/a"), T("\\75 rl("), T("src("), T("\""), T("'"), T("\\"), T("\n"), T(" "),
		T("("), T(")"), T("["), T("]"), T("{"), T("}"), T(";"), T(":"), T(","), T("/*"), T("*/"), T("@import"),
		T("@namespace "), T("@font-face{"), T("@media x{"), T("image-set("), T("type("), T("--x:"), T("src="),
		T("filter:"), T("-ms-filter:"), T("http://t/"), T("a"), T("1px"), T("\0"), T("\r\n"), T("<!--"), T("#"),
		T("-"), T("!important"), T("\xc3\xa4"), T("\\61"), T("@property x{"), T("'//t'"), T("e"), T("="),
		T("AlphaImageLoader("), T("\"A(src='//t')\""),
	};
	uint32_t	seed = 1;
	struct buf	text;

	(void)state;
	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < 20000; i++) {
		struct arena *arena = arena_new(1 << 24);

		buf_reset(&text);
		for (size_t n = 1 + i % 24; n > 0; n--) {
			seed = seed * 1664525u + 1013904223u;
			buf_add(&text, pieces[(seed >> 16) % NITEMS(pieces)]);
		}
		assert_places_are_sound(buf_span(&text), (enum css_context)(i % 3), arena);
		arena_free(arena);
	}
	buf_fini(&text);
}

static void
the_budget_keeps_what_was_found_before(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_places	 places;

	(void)state;
	assert_int_equal(css_find_places(SPAN("a:url(b);c:url(d)"), CSS_DECLARATIONS, 4, arena, &places), PW_ELIMIT);
	assert_int_equal(places.count, 1);
	assert_true(span_eq(places.at[0].url, SPAN("b")));
	/* A filter's string spends the same budget. */
	assert_int_equal(css_find_places(SPAN("filter:'a b c d e src=f'"), CSS_DECLARATIONS, 8, arena, &places),
	    PW_ELIMIT);
	arena_free(arena);
}

static void
no_memory_is_told(void **state)
{
	struct css_places places;

	(void)state;
	for (size_t bytes = 16; bytes < 4096; bytes += 16) {
		struct arena	*arena = arena_new(bytes);
		enum pw_err	 err = css_find_places(SPAN("a:url('b')url(c);D:\\75rl(e);-ms-filter:'A(src=\\62)';@\\69mport'f"),
		    CSS_DECLARATIONS, 100, arena, &places);

		assert_true(err == PW_ENOMEM || (err == PW_OK && places.count == 5 && bytes > 500));
		arena_free(arena);
	}
}

static void
a_value_without_escapes_is_borrowed(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct span		 text = SPAN("background:url(http://t/a)");
	struct css_places	 places;

	(void)state;
	assert_int_equal(css_find_places(text, CSS_DECLARATIONS, 100, arena, &places), PW_OK);
	assert_ptr_equal(places.at[0].url.at, text.at + 15);
	assert_ptr_equal(places.at[0].property.at, text.at);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 4] = {
		[NITEMS(rows)] = cmocka_unit_test(what_holds_for_every_sheet_holds_for_made_up_ones),
		cmocka_unit_test(the_budget_keeps_what_was_found_before),
		cmocka_unit_test(no_memory_is_told),
		cmocka_unit_test(a_value_without_escapes_is_borrowed),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = text_has_these_places,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
