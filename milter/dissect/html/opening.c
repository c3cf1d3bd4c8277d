#include "opening.h"

/* What may stand before the body and shows nothing. */
static const char *const of_head[] = { "html", "head", "title", "meta", "link", "style", "script", "base" };

static bool
is_of_head(struct span name)
{
	return span_is_any(name, of_head, NITEMS(of_head));
}

/* White space, and a byte order mark. */
static bool
shows_nothing(struct span text, size_t begin, size_t end)
{
	struct span between = span_cut(text, begin, end);

	if (begin == 0 && span_starts(between, SPAN("\xef\xbb\xbf")))
		between = span_from(between, 3);
	return span_trim(between).len == 0;
}

static void
find(struct opening *opening, size_t at)
{
	opening->found = true;
	opening->at = at;
}

void
opening_add(struct opening *opening, struct span text, const struct html_token *token)
{
	size_t behind = opening->behind;

	if (opening->found)
		return;
	opening->behind = token->end;
	if (token->type != HTML_RAW_TEXT && !shows_nothing(text, behind, token->begin))
		find(opening, behind);
	else if (token->type == HTML_EOF)
		find(opening, text.len);
	else if (token->type == HTML_START_TAG && span_eq_nocase(token->tag.name, SPAN("body")))
		find(opening, token->end);
	else if (token->type == HTML_START_TAG && !is_of_head(token->tag.name))
		find(opening, token->begin);
}
