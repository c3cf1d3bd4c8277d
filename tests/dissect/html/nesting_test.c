/* Of which documents the tags are the tree, and that libgumbo builds the same one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dissect/html/nesting.h"

#define CELLS(x)	"<table><tbody><tr><td>" x "</td></tr></tbody></table>"

static const struct row {
	const char	*says, *html;
	bool		 regular;
} rows[] = {
	{ "a whole document", "<!DOCTYPE html><html><head><title>a</title><meta b><style>c{}</style></head> "
	    "<body><div><p>d<br></p><img></div></body></html>", true },
	{ "a piece of one", "<div><a><img></a></div><p>x</p>", true },
	{ "text before the first tag", "x<p>y</p>", true },
	{ "a head without its tag", "<meta a><style>b{}</style><p>c</p>", true },
	{ "a head without its end", "<html><head><meta a><body><p>b</p></body></html>", true },
	{ "a head without a body", "<html><head><meta a></head><p>b</p></html>", true },
	{ "tables in tables", CELLS("<div>" CELLS("<img>") "</div>"), true },
	{ "rows without a section", "<table><tr><td><p>x</p></td><th></th></tr></table>", true },
	{ "all parts of a table", "<table><caption><p>x</p></caption><colgroup><col></colgroup><thead><tr></tr></thead>"
	    "<tbody></tbody><tfoot></tfoot></table>", true },
	{ "columns without their group", "<table><col><col><tr><td><img></td></tr></table>", true },
	{ "a paragraph in a cell in a table", "<div><p>x</p>" CELLS("<p>y</p>") "</div>", true },
	{ "a link in a cell in a link's table", "<a>" CELLS("<a>x</a>") "</a>", true },
	{ "lists in lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", true },
	{ "formatting in formatting", "<b><b><b><b><b><i>x</i></b></b></b></b></b><u>y</u>", true },
	{ "text behind the end of the body", "<body><p>x</p></body></html>\n<img>y<p>z</p>", true },
	{ "elements left open at the end", "<div><table><tr><td><b>x<img>", true },
	{ "a comment of Outlook's", "<!--[if mso]><table><![endif]--><div></div><!--[if mso]></table><![endif]-->", true },
	{ "a slash that closes nothing", "<div/><img/></div>", true },
	{ "a sheet in a table", "<table><style>a{}</style><tr><td><style>b{}</style></td></tr></table>", true },
	{ "an element of Office's", "<p>x<o:p></o:p></p>", true },

	{ "a paragraph that a block ends", "<p>x<div>y</div>", false },
	{ "a paragraph that a table ends, or does not", "<p>" CELLS("x") "</p>", false },
	{ "a paragraph that another ends", "<p>x<p>y", false },
	{ "an item that another ends", "<ul><li>x<li>y</ul>", false },
	{ "an item that another ends behind a block", "<ul><li><div><li>x</div></ul>", false },
	{ "a cell that another ends", "<table><tr><td>x<td>y</table>", false },
	{ "a cell without its row", "<table><td>x</td></table>", false },
	{ "text in a table goes before it", "<table>x<tr><td></td></tr></table>", false },
	{ "so does a reference to a character", "<table>&#160;<tr><td></td></tr></table>", false },
	{ "so does a picture", "<table><tr><img><td></td></tr></table>", false },
	{ "a table in a row", "<table><tr><table></table></tr></table>", false },
	{ "formatting that crosses", "<b><i>x</b></i>", false },
	{ "formatting that a block crosses", "<b><div>x</b></div>", false },
	{ "a link in a link", "<a><div><a>x</a></div></a>", false },
	{ "a form in a form", "<form><div><form></form></div></form>", false },
	{ "a button in a button", "<button><button></button></button>", false },
	{ "a heading in a heading", "<h1><h2></h2></h1>", false },
	{ "an end without a start", "x</div>", false },
	{ "the end of a paragraph that is none", "</p>", false },
	{ "the end of a line break is one", "x</br>", false },
	{ "a body that ends with something open in it", "<body><div></body><p></p>", false },
	{ "a second body", "<body><body a>", false },
	{ "a second head", "<head></head><head></head>", false },
	{ "a sheet between head and body", "<head></head><style></style><body></body>", false },
	{ "a reference to white space before the body", "<head></head>&#32;<body>", false },
	{ "a mark of the byte order before it, a text to some", "\xef\xbb\xbf<html><head></head><body><p>x</p></body></html>",
	    false },
	{ "SVG", "<svg><a></a></svg>", false },
	{ "a template", "<template><img></template>", false },
	{ "a choice", "<select><option>x</option></select>", false },
	{ "a tag that nobody knows", "<newfangled></newfangled>", false },
	{ "a character of nothing", "x&#0;<p>\x01</p><![CDATA[x]]>", false },
};

/* Where the nearest element around it that is written begins. */
static uint32_t
outer(const struct html_tree *tree, uint32_t node)
{
	do
		node = tree->nodes[node].parent;
	while (node != NODE_NONE && tree->nodes[node].at == NODE_NONE);
	return node != NODE_NONE ? tree->nodes[node].at : NODE_NONE;
}

static void
nests(void **state)
{
	const struct row	*row = *state;
	struct span		 html = span_of(row->html);
	struct arena		*arena = arena_new((size_t)1 << 24);
	struct nesting		 nesting;
	struct html_lexer	 lexer;
	struct html_token	 token;
	struct html_tree	 tree, parsed;
	enum limit		 exceeded;
	uint64_t		 ns_left = 1000000000;

	nesting_init(&nesting, html, arena);
	html_lexer_init(&lexer, html, HTML_PLAIN, limits_default.attributes, arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF)
		assert_int_equal(nesting_add(&nesting, &token), PW_OK);
	assert_int_equal(nesting_is_tree(&nesting, &limits_default), row->regular);
	if (row->regular) {
		assert_int_equal(nesting_tree(&nesting, &tree), PW_OK);
		assert_int_equal(html_tree_parse(html, NULL, &limits_default, &ns_left, arena, &parsed, &exceeded), PW_OK);
		for (uint32_t i = 0; i < parsed.count; i++) {
			uint32_t at = parsed.nodes[i].at;

			if (at == NODE_NONE)
				continue;
			assert_int_not_equal(html_tree_find(&tree, at), NODE_NONE);
			assert_int_equal(outer(&tree, html_tree_find(&tree, at)), outer(&parsed, i));
		}
		for (uint32_t i = 0; i < tree.count; i++)
			assert_int_not_equal(html_tree_find(&parsed, tree.nodes[i].at), NODE_NONE);
	}
	arena_free(arena);
}

/* As deep as libgumbo may go, with what is not written. */
static void
leaves_deep_documents_to_the_parser(void **state)
{
	struct arena		*arena = arena_new((size_t)1 << 24);
	struct limits		 limits = limits_default;
	struct span		 html = SPAN("<div><div><div></div></div></div>");
	struct nesting		 nesting;
	struct html_lexer	 lexer;
	struct html_token	 token;

	(void)state;
	nesting_init(&nesting, html, arena);
	html_lexer_init(&lexer, html, HTML_PLAIN, limits.attributes, arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF)
		assert_int_equal(nesting_add(&nesting, &token), PW_OK);
	limits.tree_depth = 100;
	assert_true(nesting_is_tree(&nesting, &limits));
	limits.tree_depth = 4;
	assert_false(nesting_is_tree(&nesting, &limits));
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 1];

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = nests,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	tests[NITEMS(rows)] = (struct CMUnitTest)cmocka_unit_test(leaves_deep_documents_to_the_parser);
	return cmocka_run_group_tests_name("nesting", tests, NULL, NULL);
}
