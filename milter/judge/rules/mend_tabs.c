/* Tabs that indent: what so many of them stand for is told by the lines above. */
#include "mend.h"

#include <string.h>

#include "margin.h"

#define MOST_MARGIN	64

/* What so many tabs most likely stand for: a margin that the line may have. */
static size_t
margin_for_tabs(const struct margins *margins, size_t blanks, size_t tabs)
{
	size_t list[MOST_LISTED], count = margins_list(margins, list);

	for (size_t i = 0; i < count; i++)
		for (size_t width = 1; width <= 8; width++)
			if (blanks + tabs * width == list[i])
				return list[i];
	return blanks + tabs * 2;
}

/* The line's margin in blanks alone, told if it has a tab; before: bytes that it replaces. */
static size_t
untabbed(struct mend *mend, struct findings *findings, size_t line, struct span text, const struct margins *margins,
    size_t *before)
{
	size_t tabs = 0, first = SIZE_MAX, margin;

	for (*before = 0; *before < text.len && (text.at[*before] == ' ' || text.at[*before] == '\t'); ++*before)
		if (text.at[*before] == '\t') {
			first = first == SIZE_MAX ? *before : first;
			tabs++;
		}
	if (tabs == 0)
		return *before;
	struct place place = mend_place(mend, (struct spot){ line, first });
	finding_add(findings, &place, FINDING_REFUSED, "a tab at the beginning of a line; indent with blanks");
	margin = margin_for_tabs(margins, *before - tabs, tabs);
	return margin < MOST_MARGIN ? margin : MOST_MARGIN;
}

/* All of them in one go: a file may be indented by nothing else. */
void
mend_tabs(struct mend *mend, struct findings *findings)
{
	struct span	text = mend->text;
	struct margins	margins = { .count = 0 };
	struct buf	fresh;

	if (text.len == 0 || memchr(text.at, '\t', text.len) == NULL || mend_own(mend) == NULL)
		return;
	buf_init(&fresh, (text.len + 1) * MOST_MARGIN);
	for (size_t line = 0, at = 0, end; at < text.len; line++, at = end) {
		end = span_find_char(text, '\n', at);
		end += end < text.len;
		struct span	whole = span_cut(text, at, end);
		size_t		before, margin = untabbed(mend, findings, line, span_trim_end(whole), &margins, &before), begin = fresh.len;

		mend->bends[line] = (struct bend){ 0, (long)margin - (long)before };
		for (size_t i = 0; i < margin; i++)
			buf_add_char(&fresh, ' ');
		buf_add(&fresh, span_from(whole, before));
		margins_note(&margins, span_trim_end(span_from(buf_span(&fresh), begin)));
	}
	mend_replace(mend, &fresh);
	buf_fini(&fresh);
}
