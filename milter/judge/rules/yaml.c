#include "yaml.h"

#include <pixelward/base/utf8.h>

#include "cure.h"

#include <string.h>
#include <yaml.h>

/* What ended the reading of a document, for once. */
struct mistake {
	enum finding_code	 code;
	const char		*what;		/* NULL: there was none */
	struct spot		 problem, context;
	mend_cure		*cure;		/* NULL: there is none */
};

/* One document: libyaml reads a piece of the source that begins at some line. */
struct reading {
	struct mend		 mend;
	struct findings		*findings;
	yaml_parser_t		 parser;
	struct node		*open[YAML_MOST_DEPTH];	/* from the root to what is being filled */
	struct node		*last[YAML_MOST_DEPTH];	/* the last one in it */
	struct node		*key[YAML_MOST_DEPTH];	/* read, its value not yet */
	size_t			 depth, nodes;
	struct node		*root;
	struct mistake		 mistake;
	bool			 ended;		/* by it, or by the lack of memory */
};

static struct spot
spot_of(const yaml_mark_t *mark)
{
	return (struct spot){ mark->line, mark->column };
}

static struct place
place_of(const struct reading *reading, const yaml_mark_t *mark)
{
	return mend_place(&reading->mend, spot_of(mark));
}

static void
end_by(struct reading *reading, const yaml_mark_t *mark, enum finding_code code, const char *what, mend_cure *cure)
{
	reading->mistake = (struct mistake){ code, what, spot_of(mark), spot_of(mark), cure };
	reading->ended = true;
}

/* Told, and the reading goes on; what else could be said of this place comes of it. */
static void
refuse(struct reading *reading, const struct place *place, const char *what)
{
	finding_add(reading->findings, place, FINDING_REFUSED, "%s", what);
	findings_doubt(reading->findings, place);
}

/* --- what libyaml says, in the words of who writes rules --- */

static const struct {
	const char	*context, *problem;	/* parts of libyaml's words; NULL: any */
	enum finding_code code;
	const char	*what;
	bool		 at_context;	/* it is told where it begins, not where libyaml gave up */
	mend_cure	*cure;
} complaints[] = {
	{ "alias", NULL, FINDING_REFUSED, "a value that begins with * is read as an alias; quote it: '*x*'", true,
	  cure_character },
	{ "anchor", NULL, FINDING_REFUSED, "a value that begins with & is read as an anchor; quote it", true, cure_word },
	{ "tag", NULL, FINDING_REFUSED, "a value that begins with ! is read as a tag; quote it", true, cure_word },
	{ NULL, "found character that cannot start any token", FINDING_SYNTAX,
	  "a value cannot begin with this character (% @ ` or a tab); quote it", false, cure_character },
	{ NULL, "mapping values are not allowed", FINDING_SYNTAX,
	  "a second ': ' in one line, a wrong indentation, or an open quote; quote the value, or align the key", false,
	  cure_colon },
	{ NULL, "could not find expected ':'", FINDING_SYNTAX, "a key without its ':'; write 'key: value'", true, cure_key },
	{ NULL, "found unexpected end of stream", FINDING_SYNTAX, "this quote is never closed", true, cure_quote },
	{ NULL, "found unknown escape character", FINDING_SYNTAX,
	  "an unknown \\ escape between double quotes; write single quotes, where \\ is only itself", false, cure_escape },
	{ "block mapping", "did not find expected key", FINDING_SYNTAX,
	  "this does not belong to the map above: align it with the map's other keys, or close the quote before it", false,
	  cure_margin },
	{ "block collection", NULL, FINDING_SYNTAX,
	  "this does not belong to the list above: align it with the other '-', or close the quote before it", false,
	  cure_margin },
	{ "flow mapping", NULL, FINDING_SYNTAX, "a '{' is never closed, or a ',' is missing before this", false,
	  cure_bracket },
	{ "flow sequence", NULL, FINDING_SYNTAX, "a '[' is never closed, or a ',' is missing before this", false,
	  cure_bracket },
	{ NULL, "invalid leading UTF-8 octet", FINDING_SYNTAX, "this is not UTF-8; save the file as UTF-8", false,
	  cure_character },
	{ NULL, "UTF-8", FINDING_SYNTAX, "this is not UTF-8; save the file as UTF-8", false, cure_bytes },
	{ NULL, "control characters are not allowed", FINDING_SYNTAX, "the file holds a control character", false,
	  cure_character },
};

static bool
says(const char *words, const char *part)
{
	return part == NULL || (words != NULL && strstr(words, part) != NULL);
}

/* Where a byte of the document stands. */
static struct spot
spot_of_byte(const struct reading *reading, size_t at)
{
	struct spot	 spot = { 0, 0 };
	struct span	 text = reading->mend.text;

	/* libyaml points at the byte that should have gone on with a character. */
	while (at > 0 && at < text.len && ((unsigned char)text.at[at] & 0xc0) != 0xc0 && (unsigned char)text.at[at - 1] >= 0x80)
		at--;
	for (size_t i = 0; i < at && i < text.len; i++)
		spot_pass(&spot, text.at[i]);
	return spot;
}

static void
complain(struct reading *reading)
{
	const yaml_parser_t	*parser = &reading->parser;
	struct mistake		*mistake = &reading->mistake;

	*mistake = (struct mistake){ FINDING_SYNTAX, NULL, spot_of(&parser->problem_mark), spot_of(&parser->context_mark),
	    cure_line };
	if (parser->error == YAML_READER_ERROR)
		mistake->problem = spot_of_byte(reading, parser->problem_offset);
	reading->ended = true;
	for (size_t i = 0; i < NITEMS(complaints) && mistake->what == NULL; i++)
		if (says(parser->context, complaints[i].context) && says(parser->problem, complaints[i].problem)) {
			mistake->code = complaints[i].code;
			mistake->what = complaints[i].what;
			mistake->cure = complaints[i].cure;
			if (complaints[i].at_context)
				mistake->problem = mistake->context;
		}
	if (mistake->what == NULL)
		mistake->what = arena_printf(reading->findings->arena, "this is no YAML: %s%s%s",
		    parser->problem != NULL ? parser->problem : "it cannot be read", parser->context != NULL ? " " : "",
		    parser->context != NULL ? parser->context : "").at;
	reading->findings->no_memory = reading->findings->no_memory || mistake->what == NULL;
}

/* --- the tree --- */

static bool
is_twice(struct reading *reading, const struct node *map, const struct node *key)
{
	for (const struct node *other = map->first; other != NULL; other = other->next)
		if (span_eq(other->key->text, key->text)) {
			finding_add(reading->findings, &key->place, FINDING_DUPLICATE,
			    "the key '%.*s' stands already at line %zu; keep one of them", SPAN_ARG(key->text),
			    other->key->place.line);
			return true;
		}
	return false;
}

static void
hang(struct reading *reading, struct node *node, const yaml_mark_t *mark)
{
	if (reading->depth == 0) {
		reading->root = node;
		return;
	}
	size_t		 level = reading->depth - 1;
	struct node	*parent = reading->open[level];

	if (parent->kind == NODE_MAP && reading->key[level] == NULL) {
		if (node->kind != NODE_SCALAR) {
			end_by(reading, mark, FINDING_SYNTAX, "a key is a word, no map and no list", cure_line);
			return;
		}
		if (span_eq(node->text, SPAN("<<")))
			refuse(reading, &node->place, "merge keys are not read; write the keys out");
		/* Its value is read and hangs nowhere. */
		reading->key[level] = node;
		return;
	}
	if (parent->kind == NODE_MAP) {
		node->key = reading->key[level];
		reading->key[level] = NULL;
		if (is_twice(reading, parent, node->key))
			return;
	}
	if (reading->last[level] != NULL)
		reading->last[level]->next = node;
	else
		parent->first = node;
	reading->last[level] = node;
}

static struct node *
node_new(struct reading *reading, enum node_kind kind, const yaml_event_t *event)
{
	struct node *node = arena_alloc(reading->findings->arena, sizeof(*node));

	if (node == NULL) {
		reading->findings->no_memory = reading->ended = true;
		return NULL;
	}
	node->kind = kind;
	node->place = place_of(reading, &event->start_mark);
	if (++reading->nodes > YAML_MOST_NODES)
		end_by(reading, &event->start_mark, FINDING_DEPTH, "the document holds too many values; split it", NULL);
	return node;
}

static void
open_node(struct reading *reading, enum node_kind kind, const yaml_event_t *event)
{
	struct node *node = node_new(reading, kind, event);

	if (node == NULL)
		return;
	if (reading->depth == YAML_MOST_DEPTH) {
		end_by(reading, &event->start_mark, FINDING_DEPTH, "maps and lists stand too deep in one another (more than 16)",
		    NULL);
		return;
	}
	hang(reading, node, &event->start_mark);
	reading->open[reading->depth] = node;
	reading->last[reading->depth] = reading->key[reading->depth] = NULL;
	reading->depth++;
}

/* The margin of a literal: that of its first line that is not blank. */
static size_t
margin_of(const struct reading *reading, size_t line)
{
	size_t at = 0;

	struct span text = reading->mend.text;

	for (; line > reading->mend.lines_before + 1 && at < text.len; line--)
		at = span_find_char(text, '\n', at) + 1;
	while (at < text.len) {
		size_t begin = at;

		while (at < text.len && text.at[at] == ' ')
			at++;
		if (at < text.len && text.at[at] != '\n')
			return at - begin;
		at++;
	}
	return 0;
}

static void
add_scalar(struct reading *reading, const yaml_event_t *event)
{
	struct node	*node = node_new(reading, NODE_SCALAR, event);
	yaml_scalar_style_t style = event->data.scalar.style;

	if (node == NULL)
		return;
	node->text = arena_copy(reading->findings->arena, (struct span){ (const char *)event->data.scalar.value,
	    event->data.scalar.length });
	if (node->text.at == NULL) {
		reading->findings->no_memory = reading->ended = true;
		return;
	}
	if (memchr(node->text.at, '\0', node->text.len) != NULL)
		finding_add(reading->findings, &node->place, FINDING_VALUE, "a value holds a NUL character");
	node->plain = style == YAML_PLAIN_SCALAR_STYLE;
	node->literal = style == YAML_LITERAL_SCALAR_STYLE;
	node->indent = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	node->exact = event->start_mark.line == event->end_mark.line &&
	    event->end_mark.index - event->start_mark.index == node->text.len + 2 * node->indent;
	if (node->literal)
		node->indent = margin_of(reading, node->place.line + 1);
	hang(reading, node, &event->start_mark);
}

/* In the place of what an alias would stand for. */
static void
add_stand_in(struct reading *reading, const yaml_event_t *event)
{
	struct node *node = node_new(reading, NODE_SCALAR, event);

	if (node == NULL)
		return;
	node->text = SPAN("_");
	hang(reading, node, &event->start_mark);
}

static void
take_event(struct reading *reading, const yaml_event_t *event)
{
	struct place		 place = place_of(reading, &event->start_mark);
	const yaml_char_t	*anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_ALIAS_EVENT:
		refuse(reading, &place, "a value that begins with * is read as an alias; quote it: '*x*'");
		add_stand_in(reading, event);
		return;
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		add_scalar(reading, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		open_node(reading, NODE_LIST, event);
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		open_node(reading, NODE_MAP, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reading->depth--;
		break;
	default:
		break;
	}
	if (anchor != NULL)
		refuse(reading, &place, "a value that begins with & is read as an anchor; quote it");
	else if (tag != NULL)
		refuse(reading, &place, "a value that begins with ! is read as a tag; quote it");
}

/* Once from its beginning to its end, or to the first mistake that ends it. */
static void
attempt(struct reading *reading)
{
	struct span	text = reading->mend.text;
	bool		done = false;

	reading->root = NULL;
	reading->depth = reading->nodes = 0;
	reading->ended = false;
	reading->mistake.what = NULL;
	if (yaml_parser_initialize(&reading->parser) == 0) {
		reading->findings->no_memory = true;
		return;
	}
	yaml_parser_set_encoding(&reading->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reading->parser, (const unsigned char *)text.at, text.len);
	while (!done && !reading->ended) {
		yaml_event_t event;

		if (yaml_parser_parse(&reading->parser, &event) == 0) {
			complain(reading);
			break;
		}
		take_event(reading, &event);
		done = event.type == YAML_STREAM_END_EVENT || event.type == YAML_DOCUMENT_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&reading->parser);
}

static bool
was_told(const struct reading *reading, const struct place *place)
{
	for (size_t i = 0; i < reading->findings->count; i++) {
		const struct place *other = &reading->findings->at[i].place;

		if (other->source == place->source && other->line == place->line && other->column == place->column)
			return true;
	}
	return false;
}

/* Tell what ended the last attempt, and mend it. */
static bool
mend(struct reading *reading)
{
	struct mistake	*mistake = &reading->mistake;
	struct place	 told = mend_place(&reading->mend, mistake->problem);
	bool		 mended = mistake->cure != NULL && reading->mend.mended < MEND_MOST;

	/* What did not help once does not help: the line goes, and if that was tried, the document is not read on. */
	if (was_told(reading, &told)) {
		if (mistake->cure == cure_line)
			return false;
		mistake->cure = cure_line;
	}
	reading->mend.what = NULL;
	mended = mended && mistake->cure(&reading->mend, reading->findings, mistake->problem, mistake->context, &told);
	if (!was_told(reading, &told))
		finding_add(reading->findings, &told, mistake->code, "%s", reading->mend.what != NULL ? reading->mend.what :
		    mistake->what);
	reading->findings->no_memory = reading->findings->no_memory || reading->mend.no_memory;
	return mended && !reading->mend.no_memory;
}

static struct node *
document_read(const struct source *source, struct span text, size_t lines_before, struct findings *findings)
{
	struct reading	reading = { .findings = findings };
	size_t		errors_before = findings->errors;

	mend_init(&reading.mend, source, text, lines_before, findings->arena);
	mend_signs(&reading.mend, findings);
	mend_blanks(&reading.mend, findings);
	mend_tabs(&reading.mend, findings);
	for (;;) {
		size_t count = findings->count, errors = findings->errors, doubts = findings->doubt_count;

		attempt(&reading);
		if (reading.mistake.what == NULL || findings->no_memory)
			break;
		/* What else was told is told again by the next attempt. */
		findings->count = count;
		findings->errors = errors;
		findings->doubt_count = doubts;
		if (!mend(&reading))
			return NULL;
	}
	if (reading.root != NULL)
		reading.root->mended = findings->errors > errors_before;
	return reading.ended ? NULL : reading.root;
}

/* "---" at the first column parts documents, wherever it stands, also within quotes (YAML 1.1, 9.1). */
static size_t
document_end(struct span text, size_t from)
{
	for (size_t at = from; at < text.len; at = span_find_char(text, '\n', at) + 1) {
		struct span line = span_from(text, at);

		if (at > from && span_starts(line, SPAN("---")) && (line.len == 3 || ascii_space(line.at[3])))
			return at;
	}
	return text.len;
}

static bool
is_empty(struct span text)
{
	for (size_t at = 0; at < text.len;) {
		size_t		end = span_find_char(text, '\n', at);
		struct span	line = span_trim(span_cut(text, at, end));

		if (line.len > 0 && line.at[0] != '#' && !span_eq(line, SPAN("---")))
			return false;
		at = end + 1;
	}
	return true;
}

void
yaml_read(const struct source *source, struct findings *findings, struct node **documents)
{
	struct span	text = source->text;
	size_t		lines = 0;

	*documents = NULL;
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	for (size_t at = 0, end; at < text.len; at = end) {
		end = document_end(text, at);
		struct span	 document = span_cut(text, at, end);
		struct node	*root = NULL;

		if (!is_empty(document))
			root = document_read(source, document, lines, findings);
		if (root != NULL) {
			*documents = root;
			documents = &root->next;
		}
		for (size_t i = 0; i < document.len; i++)
			lines += document.at[i] == '\n';
	}
}

const struct node *
node_get(const struct node *map, const char *key)
{
	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (const struct node *node = map->first; node != NULL; node = node->next)
		if (span_eq(node->key->text, span_of(key)))
			return node;
	return NULL;
}

void
node_rename(const struct node *key, const char *meant)
{
	/* Trees are const to all but their maker. */
	((struct node *)(uintptr_t)key)->text = span_of(meant);
}

struct place
node_place_of(const struct node *scalar, size_t at)
{
	struct place	place = scalar->place;
	size_t		begin = 0;

	if (scalar->exact)
		place.column += scalar->indent + utf8_count(span_cut(scalar->text, 0, at));
	else if (scalar->literal) {
		place.line++;
		for (size_t i = 0; i < at && i < scalar->text.len; i++)
			if (scalar->text.at[i] == '\n') {
				place.line++;
				begin = i + 1;
			}
		place.column = 1 + scalar->indent + utf8_count(span_cut(scalar->text, begin, at));
	}
	return place;
}
