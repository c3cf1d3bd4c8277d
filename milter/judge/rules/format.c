#include "format.h"

#include <pixelward/base/utf8.h>

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "margin.h"

#define INDENT		2
#define MOST_BLOCKS	(2 * YAML_MOST_DEPTH + 2)	/* lists that are not indented count twice */
#define FORMAT_BYTES	(4 * YAML_MOST_BYTES)

/* A token with the bytes that it takes in the text; none for one that only begins or ends something. */
struct token {
	yaml_token_type_t	type;
	yaml_scalar_style_t	style;
	size_t			begin, end;
	size_t			column;		/* characters, from 0 */
};

struct block {
	bool	list, same_column;	/* same_column: a list that stands no deeper than its key */
	size_t	before, now;		/* its column in the source and in the form */
};

/* One pass over a text. */
struct formatting {
	struct span	 text;
	struct token	*tokens;
	size_t		 count, capacity;
	struct block	 blocks[MOST_BLOCKS], last_blocks[MOST_BLOCKS];	/* last: when the last visible token was written */
	size_t		 depth, last_depth;
	size_t		 brackets;	/* open ones */
	bool		 key_next;	/* the next scalar is a key */
	const struct token *last;	/* visible one */
	bool		 line_begins;	/* nothing is written on the line yet */
	bool		 blank_due;	/* an empty line stood at the end of a block scalar */
	struct buf	*out, *comments;
	const char	*why;
	bool		 no_memory;
};

/* --- tokens --- */

/* libyaml counts characters. NULL: no memory. */
static size_t *
character_offsets(struct span text)
{
	size_t	*offsets = calloc(text.len + 2, sizeof(*offsets)), count = 0;

	for (size_t i = 0; offsets != NULL && i < text.len; i++)
		if (!utf8_goes_on(text.at[i]))
			offsets[count++] = i;
	for (; offsets != NULL && count < text.len + 2; count++)
		offsets[count] = text.len;
	return offsets;
}

static void
add_token(struct formatting *formatting, const yaml_token_t *token, const size_t *offsets)
{
	if (formatting->count == formatting->capacity) {
		size_t		 capacity = formatting->capacity * 2 + 256;
		struct token	*larger = reallocarray(formatting->tokens, capacity, sizeof(*larger));

		formatting->no_memory = larger == NULL;
		if (larger == NULL)
			return;
		formatting->tokens = larger;
		formatting->capacity = capacity;
	}
	formatting->tokens[formatting->count++] = (struct token){
		.type = token->type,
		.style = token->type == YAML_SCALAR_TOKEN ? token->data.scalar.style : YAML_ANY_SCALAR_STYLE,
		.begin = offsets[token->start_mark.index], .end = offsets[token->end_mark.index],
		.column = token->start_mark.column,
	};
}

static void
find_tokens(struct formatting *formatting)
{
	size_t		*offsets = character_offsets(formatting->text);
	yaml_parser_t	 parser;
	bool		 done = false;

	if (offsets == NULL || yaml_parser_initialize(&parser) == 0) {
		free(offsets);
		formatting->no_memory = true;
		return;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(formatting->text.len > 0 ? formatting->text.at : ""),
	    formatting->text.len);
	while (!done && !formatting->no_memory && formatting->why == NULL) {
		yaml_token_t token;

		if (yaml_parser_scan(&parser, &token) == 0) {
			formatting->why = "it is no YAML as a whole";
			break;
		}
		add_token(formatting, &token, offsets);
		done = token.type == YAML_STREAM_END_TOKEN;
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
	free(offsets);
}

/* --- writing --- */

static void
indent(struct formatting *formatting, size_t columns)
{
	for (size_t i = 0; i < columns; i++)
		buf_add_char(formatting->out, ' ');
	formatting->line_begins = false;
}

static void
end_line(struct formatting *formatting)
{
	buf_add_char(formatting->out, '\n');
	formatting->line_begins = true;
}

/* The column of what continues the innermost block. */
static size_t
inner_column(const struct formatting *formatting)
{
	return formatting->depth > 0 ? formatting->blocks[formatting->depth - 1].now + INDENT : 0;
}

static size_t
token_column(const struct formatting *formatting, const struct token *token)
{
	if (token->type == YAML_DOCUMENT_START_TOKEN || token->type == YAML_DOCUMENT_END_TOKEN)
		return 0;
	if (formatting->brackets == 0 && formatting->depth > 0 &&
	    (token->type == YAML_BLOCK_ENTRY_TOKEN || formatting->key_next))
		return formatting->blocks[formatting->depth - 1].now;
	return inner_column(formatting);
}

/* A comment belongs to what follows it at its column, else to the block that had this column. */
static size_t
comment_column(const struct formatting *formatting, size_t before, const struct token *next)
{
	if (next->type == YAML_STREAM_END_TOKEN || before != next->column)
		for (size_t i = formatting->last_depth; i > 0; i--)
			if (formatting->last_blocks[i - 1].before == before)
				return formatting->last_blocks[i - 1].now;
	return next->type == YAML_STREAM_END_TOKEN ? 0 : token_column(formatting, next);
}

static void
add_comment(struct formatting *formatting, struct span comment)
{
	buf_add(formatting->out, comment);
	buf_add(formatting->comments, comment);
	buf_add_char(formatting->comments, '\n');
}

/* What stands between two tokens of different lines: the rest of a line, blank lines, comments. */
static void
write_lines(struct formatting *formatting, struct span gap, const struct token *next)
{
	bool parted = formatting->last == NULL || formatting->last->type == YAML_DOCUMENT_START_TOKEN;
	bool blank = formatting->blank_due;

	formatting->blank_due = false;
	for (bool first = !formatting->line_begins;; first = false) {
		size_t		end = span_find_char(gap, '\n', 0), margin;
		bool		ends = end < gap.len;
		struct span	line = span_trim_end(span_cut(gap, 0, end));

		margin = line_margin(line);
		if (first && line.len > 0) {
			/* As far from what it explains as it was: neighbours are aligned. */
			struct span comment = span_trim(line);

			indent(formatting, margin > 0 ? margin : 1);
			add_comment(formatting, comment);
		} else if (!first && line.len > 0) {
			if (blank && !parted)
				end_line(formatting);
			indent(formatting, comment_column(formatting, margin, next));
			add_comment(formatting, span_from(line, margin));
			blank = parted = false;
		}
		if (!formatting->line_begins)
			end_line(formatting);
		else if (!first && line.len == 0 && ends)
			blank = true;
		if (!ends)
			break;
		gap = span_from(gap, end + 1);
	}
	if (blank && !parted && next->type != YAML_STREAM_END_TOKEN && next->type != YAML_DOCUMENT_START_TOKEN)
		end_line(formatting);
}

static bool
is_one_of(yaml_token_type_t type, const yaml_token_type_t *types, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (types[i] == type)
			return true;
	return false;
}

/* Within a line: a blank, but for these. */
static bool
stands_close(const struct token *left, const struct token *right)
{
	static const yaml_token_type_t	 after[] = { YAML_FLOW_SEQUENCE_START_TOKEN, YAML_FLOW_MAPPING_START_TOKEN };
	static const yaml_token_type_t	 before[] = { YAML_VALUE_TOKEN, YAML_FLOW_ENTRY_TOKEN, YAML_FLOW_SEQUENCE_END_TOKEN,
					    YAML_FLOW_MAPPING_END_TOKEN };

	return is_one_of(left->type, after, NITEMS(after)) || is_one_of(right->type, before, NITEMS(before));
}

/* "|" and ">": the margin is the block's, what stands deeper stays deeper. */
static void
write_block_scalar(struct formatting *formatting, struct span text)
{
	size_t		end = span_find_char(text, '\n', 0), margin = SIZE_MAX, blanks = 0;
	struct span	head = span_trim_end(span_cut(text, 0, end)), rest = span_from(text, end + 1);
	bool		keeps = memchr(head.at, '+', head.len) != NULL;

	for (size_t i = 0; i < head.len && head.at[i] != '#'; i++)
		if (ascii_digit(head.at[i])) {
			formatting->why = "a text behind | or > says its own indentation";
			return;
		}
	buf_add(formatting->out, head);
	end_line(formatting);
	for (size_t at = 0; at < rest.len && margin == SIZE_MAX; at = span_find_char(rest, '\n', at) + 1) {
		struct span line = span_cut(rest, at, span_find_char(rest, '\n', at));

		if (span_trim_end(line).len > 0)
			margin = line_margin(line);
	}
	while (rest.len > 0) {
		end = span_find_char(rest, '\n', 0);
		struct span line = span_cut(rest, 0, end);

		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		rest = span_from(rest, end + 1);
		line = span_from(line, margin < line.len ? margin : line.len);
		if (line.len == 0) {
			blanks++;
			continue;
		}
		for (; blanks > 0; blanks--)
			end_line(formatting);
		indent(formatting, inner_column(formatting));
		buf_add(formatting->out, line);
		end_line(formatting);
	}
	/* Empty lines at its end belong to it only if it says so. */
	formatting->blank_due = !keeps && blanks > 0;
	for (; keeps && blanks > 0; blanks--)
		end_line(formatting);
}

/* Line ends inside of plain and quoted texts are blanks: only the margin changes. */
static void
write_scalar(struct formatting *formatting, const struct token *token)
{
	struct span text = span_cut(formatting->text, token->begin, token->end);

	if (token->style == YAML_LITERAL_SCALAR_STYLE || token->style == YAML_FOLDED_SCALAR_STYLE) {
		write_block_scalar(formatting, text);
		return;
	}
	for (bool first = true; text.len > 0 || first; first = false) {
		size_t		end = span_find_char(text, '\n', 0);
		struct span	line = span_cut(text, 0, end);
		bool		ends = end < text.len;

		line = ends ? span_trim_end(line) : line;
		line = first ? line : span_trim(line);
		if (!first && (line.len > 0 || !ends))
			indent(formatting, inner_column(formatting));
		buf_add(formatting->out, line);
		if (ends)
			end_line(formatting);
		text = span_from(text, end + 1);
	}
	formatting->line_begins = false;
}

/* --- blocks --- */

static void
open_block(struct formatting *formatting, bool list, bool same_column, size_t column)
{
	if (formatting->depth == MOST_BLOCKS) {
		formatting->why = "it is too deep";
		return;
	}
	formatting->blocks[formatting->depth] = (struct block){ .list = list, .same_column = same_column, .before = column,
	    .now = inner_column(formatting) };
	formatting->depth++;
}

static bool
in_unindented_list(const struct formatting *formatting)
{
	return formatting->depth > 0 && formatting->blocks[formatting->depth - 1].same_column;
}

/* What a token opens and ends before it is written, if it is. */
static void
enter(struct formatting *formatting, const struct token *token)
{
	switch (token->type) {
	case YAML_BLOCK_SEQUENCE_START_TOKEN:
	case YAML_BLOCK_MAPPING_START_TOKEN:
		open_block(formatting, token->type == YAML_BLOCK_SEQUENCE_START_TOKEN, false, token->column);
		break;
	case YAML_BLOCK_ENTRY_TOKEN:
		/* No token tells the beginning of a list that stands at its key's column. */
		if (formatting->depth > 0 && !formatting->blocks[formatting->depth - 1].list)
			open_block(formatting, true, true, token->column);
		break;
	case YAML_BLOCK_END_TOKEN:
		formatting->depth -= in_unindented_list(formatting);
		formatting->depth -= formatting->depth > 0;
		break;
	case YAML_KEY_TOKEN:
		if (formatting->brackets == 0)
			formatting->depth -= in_unindented_list(formatting);
		formatting->key_next = true;
		if (token->end > token->begin)
			formatting->why = "a key begins with '?'";
		break;
	case YAML_ALIAS_TOKEN:
	case YAML_ANCHOR_TOKEN:
	case YAML_TAG_TOKEN:
	case YAML_TAG_DIRECTIVE_TOKEN:
	case YAML_VERSION_DIRECTIVE_TOKEN:
		formatting->why = "it holds what rule files do without";
		break;
	default:
		break;
	}
}

static bool
is_visible(const struct token *token)
{
	static const yaml_token_type_t types[] = { YAML_DOCUMENT_START_TOKEN, YAML_DOCUMENT_END_TOKEN,
		YAML_FLOW_SEQUENCE_START_TOKEN, YAML_FLOW_SEQUENCE_END_TOKEN, YAML_FLOW_MAPPING_START_TOKEN,
		YAML_FLOW_MAPPING_END_TOKEN, YAML_BLOCK_ENTRY_TOKEN, YAML_FLOW_ENTRY_TOKEN, YAML_VALUE_TOKEN,
		YAML_SCALAR_TOKEN };

	return is_one_of(token->type, types, NITEMS(types)) && token->end > token->begin;
}

static void
write_token(struct formatting *formatting, const struct token *token)
{
	size_t		from = formatting->last != NULL ? formatting->last->end : 0;
	struct span	gap = span_cut(formatting->text, from, token->begin);
	bool		parted = formatting->line_begins || span_find_char(gap, '\n', 0) < gap.len;

	if (formatting->last != NULL && formatting->last->type == YAML_DOCUMENT_START_TOKEN && !parted) {
		end_line(formatting);
		indent(formatting, token_column(formatting, token));
	} else if (parted) {
		write_lines(formatting, gap, token);
		indent(formatting, token_column(formatting, token));
	} else if (!stands_close(formatting->last, token))
		buf_add_char(formatting->out, ' ');
	formatting->last = token;
	if (token->type == YAML_SCALAR_TOKEN)
		write_scalar(formatting, token);
	else
		buf_add(formatting->out, span_cut(formatting->text, token->begin, token->end));
	formatting->key_next = false;
	formatting->brackets += token->type == YAML_FLOW_SEQUENCE_START_TOKEN || token->type == YAML_FLOW_MAPPING_START_TOKEN;
	formatting->brackets -= token->type == YAML_FLOW_SEQUENCE_END_TOKEN || token->type == YAML_FLOW_MAPPING_END_TOKEN;
	memcpy(formatting->last_blocks, formatting->blocks, sizeof(formatting->blocks));
	formatting->last_depth = formatting->depth;
}

static bool
format(struct span text, struct buf *out, struct buf *comments, const char **why)
{
	struct formatting formatting = { .text = text, .line_begins = true, .out = out, .comments = comments };

	find_tokens(&formatting);
	for (size_t i = 0; i < formatting.count && formatting.why == NULL && !formatting.no_memory; i++) {
		const struct token *token = &formatting.tokens[i];

		enter(&formatting, token);
		if (is_visible(token))
			write_token(&formatting, token);
		else if (token->type == YAML_STREAM_END_TOKEN)
			write_lines(&formatting, span_from(text, formatting.last != NULL ? formatting.last->end : 0), token);
	}
	free(formatting.tokens);
	*why = formatting.why;
	return formatting.why == NULL && !formatting.no_memory && !buf_failed(out) && !buf_failed(comments);
}

/* --- proof --- */

/* A node and what is in it, side by side with another; the reader bounds the depth. */
static bool
says_the_same(const struct node *a, const struct node *b)
{
	const struct node	*left[YAML_MOST_DEPTH + 2], *right[YAML_MOST_DEPTH + 2];
	size_t			 depth = 0;

	left[0] = a;
	right[0] = b;
	for (;;) {
		const struct node *x = left[depth], *y = right[depth];

		if ((x == NULL) != (y == NULL))
			return false;
		if (x == NULL) {
			if (depth == 0)
				return true;
			depth--;
			left[depth] = left[depth]->next;
			right[depth] = right[depth]->next;
			continue;
		}
		if (x->kind != y->kind || x->plain != y->plain || !span_eq(x->text, y->text) || (x->key == NULL) != (y->key == NULL) ||
		    (x->key != NULL && (!span_eq(x->key->text, y->key->text) || x->key->plain != y->key->plain)))
			return false;
		if (x->kind == NODE_SCALAR) {
			left[depth] = x->next;
			right[depth] = y->next;
			continue;
		}
		if (depth + 1 == NITEMS(left))
			return false;
		depth++;
		left[depth] = x->first;
		right[depth] = y->first;
	}
}

static bool
is_proven(const struct source *source, const struct node *documents, struct arena *arena, struct span fresh,
    struct span comments, const char **why)
{
	struct source	 again = { .path = source->path, .text = fresh };
	struct findings	 findings = { .arena = arena };
	struct node	*copies;
	struct buf	 second, second_comments;
	bool		 fine;

	yaml_read(&again, &findings, &copies);
	if (findings.errors > 0 || findings.no_memory || !says_the_same(documents, copies)) {
		*why = "it would not say the same";
		return false;
	}
	buf_init(&second, FORMAT_BYTES);
	buf_init(&second_comments, FORMAT_BYTES);
	fine = format(fresh, &second, &second_comments, why);
	if (fine && !span_eq(buf_span(&second_comments), comments))
		*why = "a comment would be lost";
	else if (fine && !span_eq(buf_span(&second), fresh))
		*why = "it has no form that stays";
	buf_fini(&second);
	buf_fini(&second_comments);
	return fine && *why == NULL;
}

bool
format_source(const struct source *source, struct findings *findings, struct buf *out, const char **why)
{
	struct span	 text = source->text;
	struct node	*documents;
	struct buf	 comments, fresh;
	bool		 fine;

	*why = NULL;
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	yaml_read(source, findings, &documents);
	if (findings->errors > 0 || findings->no_memory)
		return false;
	buf_init(&comments, FORMAT_BYTES);
	buf_init(&fresh, FORMAT_BYTES);
	fine = format(text, &fresh, &comments, why) &&
	    is_proven(source, documents, findings->arena, buf_span(&fresh), buf_span(&comments), why);
	if (fine)
		buf_add(out, buf_span(&fresh));
	buf_fini(&comments);
	buf_fini(&fresh);
	return fine && !buf_failed(out);
}
