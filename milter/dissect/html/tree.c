#include "tree.h"

#include <pixelward/base/clock.h>

#include <gumbo.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lexer.h"

/* libgumbo reads a character reference at the end of its input past it. */
#define PADDING		16
/* The clock is a system call: ask it once in so many allocations. */
#define CLOCK_EVERY	64

enum escape { ESCAPE_NONE, ESCAPE_ASSERT, ESCAPE_MEMORY, ESCAPE_TIME };

struct budget {
	struct arena	*arena;
	uint64_t	 calls;
	uint64_t	 deadline_ns;	/* of this thread's CPU time */
	jmp_buf		 escape;
};

static _Thread_local struct budget *running;

/*
 * An executable's definition precedes glibc's also for the library's calls: its assertions leave the parser
 * instead of the process. Outside the parser an assertion is our own bug and ends the process as always.
 */
__attribute__((noreturn)) void __assert_fail(const char *, const char *, unsigned, const char *);

void
__assert_fail(const char *assertion, const char *file, unsigned line, const char *function)
{
	if (running != NULL)
		longjmp(running->escape, ESCAPE_ASSERT);
	fprintf(stderr, "%s:%u: %s: assertion failed: %s\n", file, line, function, assertion);
	abort();
}

static void
tick(struct budget *budget)
{
	if (++budget->calls % CLOCK_EVERY == 0 && clock_thread_ns() > budget->deadline_ns)
		longjmp(budget->escape, ESCAPE_TIME);
}

/* Never NULL: libgumbo does not check. */
static void *
allocate(void *userdata, size_t bytes)
{
	struct budget	*budget = userdata;
	void		*piece = arena_alloc(budget->arena, bytes);

	tick(budget);
	if (piece == NULL)
		longjmp(budget->escape, ESCAPE_MEMORY);
	return piece;
}

static void
deallocate(void *userdata, void *piece)
{
	(void)piece;	/* the arena goes as a whole */
	tick(userdata);
}

static bool
is_element(const GumboNode *node)
{
	return node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
}

static const GumboVector *
children_of(const GumboNode *node)
{
	if (node->type == GUMBO_NODE_DOCUMENT)
		return &node->v.document.children;
	return is_element(node) ? &node->v.element.children : NULL;
}

/* Behind "</>" libgumbo takes the next tag to begin there, too. */
static uint32_t
tag_begin(const GumboStringPiece *tag, const char *text)
{
	for (size_t i = 0; tag->data != NULL && i + 1 < tag->length; i++)
		if (tag->data[i] == '<' && ascii_alpha(tag->data[i + 1]))
			return (uint32_t)(tag->data + i - text);
	return NODE_NONE;
}

/* Attributes of a template that say nothing of what becomes of its content. */
static bool
is_harmless(struct span attribute)
{
	static const char *const names[] = { "id", "class", "style", "hidden", "title", "lang", "dir", "slot" };

	for (size_t i = 0; i < NITEMS(names); i++)
		if (span_is(attribute, names[i]))
			return true;
	return span_starts_nocase(attribute, SPAN("data-"));
}

/*
 * A declarative shadow root is rendered, so is what is for another place in the document, and what SVG calls a
 * template; what any other holds is not. The tag is asked, because libgumbo's names of attributes may be wrong.
 */
static bool
is_inert_template(const GumboNode *node, struct html_lexer *lexer)
{
	struct html_tag tag;

	if (!is_element(node) || node->v.element.tag != GUMBO_TAG_TEMPLATE ||
	    node->v.element.tag_namespace != GUMBO_NAMESPACE_HTML)
		return false;
	uint32_t at = tag_begin(&node->v.element.original_tag, lexer->text.at);
	if (at == NODE_NONE || !html_lexer_tag_at(lexer, at, &tag))
		return false;
	for (size_t i = 0; i < tag.attribute_count; i++)
		if (!is_harmless(tag.attributes[i].name))
			return false;
	return true;
}

static void
remember(struct html_tree *tree, uint32_t index)
{
	uint32_t at = tree->nodes[index].at;
	size_t	 slot = (at * 2654435761u) & (tree->slot_count - 1);

	for (; tree->slots[slot] != 0; slot = (slot + 1) & (tree->slot_count - 1))
		if (tree->nodes[tree->slots[slot] - 1].at == at)
			return;
	tree->slots[slot] = index + 1;
}

uint32_t
html_tree_find(const struct html_tree *tree, size_t at)
{
	if (tree->slot_count == 0)
		return NODE_NONE;
	for (size_t slot = ((uint32_t)at * 2654435761u) & (tree->slot_count - 1); tree->slots[slot] != 0;
	    slot = (slot + 1) & (tree->slot_count - 1))
		if (tree->nodes[tree->slots[slot] - 1].at == at)
			return tree->slots[slot] - 1;
	return NODE_NONE;
}

/* Copy what we ask for out of the library's tree, without recursion. */
static enum pw_err
flatten(const GumboNode *root, struct html_lexer *lexer, const struct limits *limits, struct html_tree *tree)
{
	size_t		 capacity = 0;
	uint32_t	 parent = NODE_NONE;
	const GumboNode	*node = root;
	struct arena	*arena = lexer->arena;

	for (;;) {
		const GumboVector *children = children_of(node);

		if (is_element(node)) {
			struct html_node *larger = arena_grow(arena, tree->nodes, tree->count, &capacity, sizeof(*larger));
			const GumboStringPiece *tag = &node->v.element.original_tag;

			if (larger == NULL)
				return PW_ENOMEM;
			tree->nodes = larger;
			larger[tree->count] = (struct html_node){
				.parent = parent,
				.depth = parent != NODE_NONE ? larger[parent].depth + 1 : 0,
				.at = tag_begin(tag, lexer->text.at),
				.inert = parent != NODE_NONE && (larger[parent].inert || larger[parent].holds_inert),
				.holds_inert = is_inert_template(node, lexer),
			};
			if (larger[tree->count].depth > limits->tree_depth)
				return PW_ELIMIT;
			parent = (uint32_t)tree->count++;
		}
		if (children != NULL && children->length > 0) {
			node = children->data[0];
			continue;
		}
		for (;;) {
			if (is_element(node))
				parent = tree->nodes[parent].parent;
			const GumboNode *above = node->parent;
			if (node == root || above == NULL)
				return PW_OK;
			const GumboVector *siblings = children_of(above);
			if (node->index_within_parent + 1 < siblings->length) {
				node = siblings->data[node->index_within_parent + 1];
				break;
			}
			node = above;
		}
	}
}

enum pw_err
html_tree_index(struct html_tree *tree, struct arena *arena)
{
	tree->slot_count = 16;
	while (tree->slot_count < tree->count * 2)
		tree->slot_count *= 2;
	tree->slots = arena_array(arena, tree->slot_count, sizeof(*tree->slots));
	if (tree->slots == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < tree->count; i++)
		if (tree->nodes[i].at != NODE_NONE)
			remember(tree, (uint32_t)i);
	return PW_OK;
}

static void
map_back(struct html_tree *tree, const struct skeleton *skeleton)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->nodes[i].at != NODE_NONE)
			tree->nodes[i].at = skeleton_original(skeleton, tree->nodes[i].at);
}

static enum pw_err
parse(const char *padded, size_t len, const struct limits *limits, struct budget *budget, struct arena *arena,
    struct html_tree *tree, enum limit *exceeded)
{
	/* max_errors 0: each recorded error would copy the stack of open elements (quadratic). The wrong attribute
	 * names that this brings do not matter, since attributes are read by our own lexer. */
	GumboOptions		options = kGumboDefaultOptions;
	struct html_lexer	lexer;

	options.allocator = allocate;
	options.deallocator = deallocate;
	options.userdata = budget;
	options.max_errors = 0;
	switch ((enum escape)setjmp(budget->escape)) {
	case ESCAPE_NONE: {
		running = budget;
		GumboOutput *output = gumbo_parse_with_options(&options, padded, len);
		running = NULL;
		html_lexer_init(&lexer, (struct span){ padded, len }, HTML_PLAIN, limits->attributes, arena);
		enum pw_err err = flatten(output->document, &lexer, limits, tree);
		*exceeded = LIMIT_tree_depth;
		return err;
	}
	case ESCAPE_ASSERT:
		running = NULL;
		return PW_EPARSER;
	case ESCAPE_TIME:
		*exceeded = LIMIT_parse_ms;
		break;
	case ESCAPE_MEMORY:
		*exceeded = LIMIT_parse_memory;
		break;
	}
	running = NULL;
	return PW_ELIMIT;
}

enum pw_err
html_tree_parse(struct span text, const struct skeleton *skeleton, const struct limits *limits, uint64_t *ns_left,
    struct arena *arena, struct html_tree *tree, enum limit *exceeded)
{
	bool		 reduced = skeleton != NULL && skeleton->plain;
	uint64_t	 began_ns = clock_thread_ns(), took_ns;
	struct budget	 budget = { .deadline_ns = began_ns + *ns_left };
	enum pw_err	 err = PW_ENOMEM;

	if (reduced)
		text = (struct span){ skeleton->text, skeleton->len };
	char *padded = malloc(text.len + PADDING);
	*tree = (struct html_tree){ 0 };
	budget.arena = arena_new(limits->parse_memory);
	if (padded != NULL && budget.arena != NULL) {
		if (text.len > 0)
			memcpy(padded, text.at, text.len);
		memset(padded + text.len, 0, PADDING);
		err = parse(padded, text.len, limits, &budget, arena, tree, exceeded);
	}
	arena_free(budget.arena);
	free(padded);
	took_ns = clock_thread_ns() - began_ns;
	*ns_left = took_ns < *ns_left ? *ns_left - took_ns : 0;
	if (err != PW_OK)
		return err;
	if (reduced)
		map_back(tree, skeleton);
	return html_tree_index(tree, arena);
}
