#include "foreign_sheet.h"

#include <string.h>

#include "charref.h"

/* Elements open inside the style element; a sheet is made of the text outside of them. */
#define MOST_OPEN	64
/* Comparisons to see what the first look found already; past them all of it is recorded once more. */
#define MOST_COMPARED	((size_t)1 << 20)

struct sheet_text {
	struct block	*block;
	const struct layer *behind;
	enum html_mode	 mode;
	char		*text;
	size_t		 len, most;
	bool		 failed;
	struct span	 open[MOST_OPEN];
	size_t		 depth;
};

static void
add(struct sheet_text *sheet, struct span piece)
{
	if (piece.len > sheet->most - sheet->len)
		piece.len = sheet->most - sheet->len;
	if (piece.len > 0)
		memcpy(sheet->text + sheet->len, piece.at, piece.len);
	sheet->len += piece.len;
}

static void
add_text(struct sheet_text *sheet, size_t begin, size_t end)
{
	struct layer written = layer_inside(sheet->behind, begin, end), decoded;

	if (sheet->text == NULL || sheet->depth > 0 || begin >= end)
		return;
	if (charref_decode(&written, CHARREF_IN_TEXT, sheet->block->arena, &decoded) != PW_OK)
		sheet->failed = true;
	else
		add(sheet, decoded.text);
}

static void
open_element(struct sheet_text *sheet, const struct html_tag *tag)
{
	if (!tag->self_closing && sheet->depth < MOST_OPEN)
		sheet->open[sheet->depth++] = tag->name;
}

static void
close_element(struct sheet_text *sheet, struct span name)
{
	for (size_t i = sheet->depth; i > 0; i--)
		if (span_eq_nocase(sheet->open[i - 1], name)) {
			sheet->depth = i - 1;
			return;
		}
}

/* The end of the sheet in behind's text. */
static size_t
read_sheet(struct sheet_text *sheet, struct span name)
{
	struct block		*block = sheet->block;
	struct span		 text = sheet->behind->text;
	struct html_lexer	 lexer;
	struct html_token	 token;
	size_t			 at = 0;

	html_lexer_init(&lexer, text, sheet->mode, block->limits->attributes, block->arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF) {
		add_text(sheet, at, token.begin);
		at = token.end;
		if (token.type == HTML_END_TAG && sheet->depth == 0 && span_eq_nocase(token.tag.name, name))
			return token.begin;
		if (token.type == HTML_START_TAG)
			open_element(sheet, &token.tag);
		else if (token.type == HTML_END_TAG)
			close_element(sheet, token.tag.name);
		else if (sheet->text != NULL && sheet->depth == 0 &&
		    span_starts(span_from(text, token.begin), SPAN("<![CDATA[")))
			add(sheet, span_cut(text, token.text_begin, token.text_end));
	}
	sheet->failed = sheet->failed || lexer.failure == PW_ENOMEM;
	add_text(sheet, at, text.len);
	return text.len;
}

static struct span
url_of(const struct block *block, size_t index)
{
	const struct reference *reference = (const struct reference *)block->references.at + index;

	return (struct span){ block->text + reference->url.at, reference->url.len };
}

/* Drop the references from second on that stand between first and second already. */
static void
drop_known(struct block *block, size_t first, size_t second)
{
	struct reference	*references = block->references.at;
	size_t			 kept = second;

	if ((second - first) * (block->references.count - second) > MOST_COMPARED)
		return;
	for (size_t i = second; i < block->references.count; i++) {
		bool known = false;

		for (size_t k = first; !known && k < second; k++)
			known = span_eq(url_of(block, k), url_of(block, i));
		if (!known)
			references[kept++] = references[i];
	}
	block->references.count = kept;
}

static size_t
first_of_sheet(const struct block *block, const struct extent *sheet)
{
	const struct reference	*references = block->references.at;
	size_t			 first = block->references.count;

	while (first > 0 && references[first - 1].site.begin >= sheet->begin && references[first - 1].site.end <= sheet->end)
		first--;
	return first;
}

size_t
foreign_sheet_collect(struct collector *collector, const struct layer *behind, enum html_mode mode, size_t read,
    struct span name, const struct css_surroundings *around)
{
	struct block		*block = collector->block;
	struct sheet_text	 sheet = { .block = block, .behind = behind, .mode = mode };
	size_t			 end = span_find(behind->text, SPAN("</"), 0), second = block->references.count;

	/* Without markup and references it is what the first look saw. */
	if (end == read && memchr(behind->text.at, '<', end) == NULL && memchr(behind->text.at, '&', end) == NULL)
		return 0;
	end = read_sheet(&sheet, name);
	/* References to characters may grow a little. */
	sheet = (struct sheet_text){ .block = block, .behind = behind, .mode = mode, .most = end + end / 5 + 8 };
	if ((sheet.text = arena_alloc(block->arena, sheet.most)) != NULL)
		read_sheet(&sheet, name);
	if (sheet.text == NULL || sheet.failed) {
		block_fail(block, PW_ENOMEM, SPAN("a style sheet"));
		return end;
	}
	struct layer inner = { .text = { sheet.text, sheet.len }, .loose = true, .depth = behind->depth + 1,
	    .whole = layer_extent(behind, 0, end), .form = behind->loose ? behind->form : NEUTRAL_ERASE };
	size_t first = first_of_sheet(block, &inner.whole);
	html_collect_css(collector, &inner, CSS_SHEET, around);
	drop_known(block, first, second);
	return end;
}
