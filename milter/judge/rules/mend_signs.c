/* Signs that nobody sees, and that libyaml takes for something else than people do. */
#include "mend.h"

#include <string.h>

#define NO_BREAK	"\xc2\xa0"

/* To libyaml, all but the first end a line; to editors they do not. What stands for them has as many bytes. */
static const struct sign {
	struct span	bytes;
	const char	*what, *stands_for;	/* NULL: it may stay */
} signs[] = {
	{ { "\xef\xbb\xbf", 3 }, "a byte order mark, which nobody sees; take it out", NULL },
	{ { "\r", 1 }, "a carriage return within a line; end lines with a line feed", " " },
	{ { "\xc2\x85", 2 }, "a line end that few programs know (U+0085); end lines with a line feed", "\xc2\xa0" },
	{ { "\xe2\x80\xa8", 3 }, "a line end that few programs know (U+2028); end lines with a line feed", "\xe2\x80\xaf" },
	{ { "\xe2\x80\xa9", 3 }, "a line end that few programs know (U+2029); end lines with a line feed", "\xe2\x80\xaf" },
};

static const struct sign *
sign_at(struct span text, size_t at)
{
	struct span rest = span_from(text, at);

	for (size_t i = 0; i < NITEMS(signs); i++)
		if (span_starts(rest, signs[i].bytes) && !span_starts(rest, SPAN("\r\n")))
			return &signs[i];
	return NULL;
}

void
mend_signs(struct mend *mend, struct findings *findings)
{
	struct spot	 spot = { 0, 0 };
	char		*own = NULL;

	for (size_t at = 0; at < mend->text.len; at++) {
		const struct sign *sign = sign_at(mend->text, at);

		if (sign != NULL) {
			struct place place = mend_place(mend, spot);

			finding_add(findings, &place, FINDING_REFUSED, "%s", sign->what);
		}
		if (sign != NULL && sign->stands_for != NULL) {
			if (own == NULL && (own = mend_own(mend)) == NULL)
				return;
			memcpy(own + at, sign->stands_for, sign->bytes.len);
		}
		spot_pass(&spot, mend->text.at[at]);
	}
}

void
mend_blanks(struct mend *mend, struct findings *findings)
{
	struct span	text = mend->text;
	struct spot	spot = { 0, 0 };
	bool		margin = true, told = false;
	struct buf	fresh;

	if (span_find(text, SPAN(NO_BREAK), 0) >= text.len)
		return;
	buf_init(&fresh, text.len + 1);
	for (size_t at = 0; at < text.len; at++) {
		struct place	place = mend_place(mend, spot);
		bool		no_break = margin && span_starts(span_from(text, at), SPAN(NO_BREAK));

		if (no_break && !told)
			finding_add(findings, &place, FINDING_REFUSED, "a no-break space at the beginning of a line; indent with blanks");
		told = text.at[at] != '\n' && (told || no_break);
		margin = text.at[at] == '\n' || (margin && (text.at[at] == ' ' || text.at[at] == '\t' || no_break));
		spot_pass(&spot, text.at[at]);
		buf_add_char(&fresh, no_break ? ' ' : text.at[at]);
		at += no_break;
	}
	if (!span_eq(buf_span(&fresh), text) && mend_own(mend) != NULL)
		mend_replace(mend, &fresh);
	buf_fini(&fresh);
}
