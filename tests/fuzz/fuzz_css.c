/*
 * Any bytes are a sheet, a style attribute or a value. The tokens cover the text, with comments alone between them; places
 * lie inside, in order and apart; once all of them are replaced there is none left.
 */
#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

#include "fuzz.h"

#define MOST_TOKENS	200000

static bool
is_comments(struct span gap)
{
	while (gap.len > 0) {
		size_t end = span_find(gap, SPAN("*/"), 2);

		if (!span_starts(gap, SPAN("/*")))
			return false;
		gap = span_from(gap, end + 2);
	}
	return true;
}

static void
check_tokens(struct span text, struct arena *arena)
{
	struct css_lexer	lexer;
	struct css_token	token;
	size_t			at = 0;

	css_lexer_init(&lexer, text, arena, MOST_TOKENS);
	do {
		css_next(&lexer, &token);
		if (lexer.spent || lexer.no_memory)
			return;
		if (token.type == CSS_EOF)
			token.begin = token.end = text.len;
		INVARIANT(token.begin >= at && token.begin <= token.end && token.end <= text.len);
		INVARIANT(is_comments(span_cut(text, at, token.begin)));
		INVARIANT(token.type == CSS_EOF || token.end > token.begin);
		at = token.end;
	} while (token.type != CSS_EOF);
}

static void
check_places(struct span text, enum css_context context, struct arena *arena)
{
	struct css_places	places = { 0 }, left = { 0 };
	struct buf		out;
	bool			whole = false;
	size_t			begin = 0, at = 0;
	enum pw_err		err = css_find_places(text, context, MOST_TOKENS, arena, &places);

	buf_init(&out, (size_t)1 << 26);
	for (size_t i = 0; i < places.count; i++) {
		const struct css_place *place = &places.at[i];

		INVARIANT(place->begin < place->end && place->end <= text.len);
		whole |= place->ahead && place->begin == 0 && place->end == text.len;
		if (place->ahead || (i > 0 && place->begin == begin && place->end == at))
			continue;	/* of an @import that is replaced already */
		INVARIANT(place->begin >= at);
		buf_add(&out, span_cut(text, at, place->begin));
		buf_add(&out, SPAN("url(data:,)"));
		begin = place->begin;
		at = place->end;
	}
	buf_add(&out, span_from(text, at));
	if (whole) {
		buf_reset(&out);
		buf_add(&out, SPAN("url(data:,)"));
	}
	if (err == PW_OK && places.count > 0 && !buf_failed(&out)) {
		err = css_find_places(buf_span(&out), context, MOST_TOKENS, arena, &left);
		for (size_t i = 0; i < left.count && err == PW_OK; i++)
			INVARIANT(span_eq(left.at[i].url, SPAN("data:,")));
	}
	buf_fini(&out);
}

static void
check_declarations(struct span text, struct arena *arena)
{
	struct css_declarations	declarations = { 0 };
	size_t			at = 0;
	double			px;

	if (css_declarations(text, MOST_TOKENS, arena, &declarations) != PW_OK)
		return;
	for (size_t i = 0; i < declarations.count; i++) {
		const struct css_declaration *declaration = &declarations.at[i];

		INVARIANT(declaration->begin >= at && declaration->begin < declaration->end && declaration->end <= text.len);
		at = declaration->end;
		css_length_px(declaration->value, true, &px);
	}
}

static void
check(struct span input, struct arena *arena)
{
	static const enum css_context	contexts[] = { CSS_SHEET, CSS_DECLARATIONS, CSS_VALUE };
	struct css_rules		rules = { 0 };

	check_tokens(input, arena);
	for (size_t i = 0; i < NITEMS(contexts); i++) {
		check_places(input, contexts[i], arena);
		check_places(input, contexts[i] | CSS_WITH_BASE, arena);
	}
	check_declarations(input, arena);
	if (css_rules(input, MOST_TOKENS, arena, &rules) != PW_OK)
		return;
	for (size_t i = 0; i < rules.count; i++)
		INVARIANT(i == 0 || rules.at[i].order >= rules.at[i - 1].order);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
