/* The tree of a plain document's skeleton is the document's: the same tags in the same places. */
#include <stdio.h>
#include <stdlib.h>

#include <pixelward/limits.h>

#include "dissect/html/tree.h"

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

static void
check(struct span html, struct arena *arena)
{
	struct html_lexer	lexer;
	struct html_token	token;
	struct skeleton		skeleton;
	struct html_tree	whole, reduced;
	enum limit		exceeded;
	uint64_t		ns_left = limits_default.parse_ms * 1000000u;

	if (skeleton_init(&skeleton, html, arena) != PW_OK)
		return;
	html_lexer_init(&lexer, html, HTML_PLAIN, limits_default.attributes, arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF)
		if (skeleton_add(&skeleton, html, &token) != PW_OK)
			return;
	if (!skeleton.plain || lexer.failure != PW_OK)
		return;
	if (html_tree_parse(html, NULL, &limits_default, &ns_left, arena, &whole, &exceeded) != PW_OK ||
	    html_tree_parse(html, &skeleton, &limits_default, &ns_left, arena, &reduced, &exceeded) != PW_OK)
		return;
	for (uint32_t i = 0; i < whole.count; i++) {
		uint32_t at = whole.nodes[i].at, twin;

		/* Only the first of the nodes that share a tag. */
		if (at == NODE_NONE || html_tree_find(&whole, at) != i)
			continue;
		twin = html_tree_find(&reduced, at);
		if (twin == NODE_NONE)
			differ(html, &skeleton, at, "is missing");
		if (outer(&whole, i) != outer(&reduced, twin))
			differ(html, &skeleton, at, "stands elsewhere");
		if (whole.nodes[i].inert != reduced.nodes[twin].inert)
			differ(html, &skeleton, at, "is inert in one of them only");
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
