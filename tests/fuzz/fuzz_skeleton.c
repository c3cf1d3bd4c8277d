/*
 * The tree of a plain document's skeleton is the document's, and so is what the nesting of a regular document's tags
 * gives: the same tags in the same places.
 */
#include <stdio.h>
#include <stdlib.h>

#include <pixelward/limits.h>

#include "dissect/html/nesting.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
differ(struct span html, const struct skeleton *skeleton, uint32_t at, const char *how)
{
	fprintf(stderr, "the tag at %u %s\n%.*s\n--- skeleton:\n%.*s\n", at, how, SPAN_ARG(html), (int)skeleton->len,
	    skeleton->text);
	abort();
}

/* Where the nearest element around it that came of a tag begins. */
static uint32_t
outer(const struct html_tree *tree, uint32_t node)
{
	do
		node = tree->nodes[node].parent;
	while (node != NODE_NONE && tree->nodes[node].at == NODE_NONE);
	return node != NODE_NONE ? tree->nodes[node].at : NODE_NONE;
}

/* Only the first of the nodes that share a tag are asked. */
static void
compare(struct span html, const struct skeleton *skeleton, const struct html_tree *whole, const struct html_tree *other)
{
	for (uint32_t i = 0; i < whole->count; i++) {
		uint32_t at = whole->nodes[i].at, twin;

		if (at == NODE_NONE || html_tree_find(whole, at) != i)
			continue;
		twin = html_tree_find(other, at);
		if (twin == NODE_NONE)
			differ(html, skeleton, at, "is missing");
		if (outer(whole, i) != outer(other, twin))
			differ(html, skeleton, at, "stands elsewhere");
		if (whole->nodes[i].inert != other->nodes[twin].inert)
			differ(html, skeleton, at, "is inert in one of them only");
	}
}

static void
check(struct span html, struct arena *arena)
{
	struct html_lexer	lexer;
	struct html_token	token;
	struct skeleton		skeleton;
	struct nesting		nesting;
	struct html_tree	whole, other;
	enum limit		exceeded;
	uint64_t		ns_left = limits_default.parse_ms * 1000000u;

	if (skeleton_build(&skeleton, html, limits_default.attributes, arena) != PW_OK)
		return;
	nesting_init(&nesting, html, arena);
	html_lexer_init(&lexer, html, HTML_PLAIN, limits_default.attributes, arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF)
		if (nesting_add(&nesting, &token) != PW_OK)
			return;
	if (nesting.regular && !skeleton.plain)
		differ(html, &skeleton, 0, "and the others nest, in a document that is not plain");
	if (!skeleton.plain ||
	    html_tree_parse(html, NULL, &limits_default, &ns_left, arena, &whole, &exceeded) != PW_OK ||
	    html_tree_parse(html, &skeleton, &limits_default, &ns_left, arena, &other, &exceeded) != PW_OK)
		return;
	compare(html, &skeleton, &whole, &other);
	if (nesting.regular && nesting_tree(&nesting, &other) == PW_OK) {
		compare(html, &skeleton, &whole, &other);
		compare(html, &skeleton, &other, &whole);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new((size_t)1 << 30);

	check((struct span){ (const char *)data, size }, arena);
	arena_free(arena);
	return 0;
}
