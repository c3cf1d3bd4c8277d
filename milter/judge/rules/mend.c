#include "mend.h"

#include <pixelward/base/utf8.h>

#include <string.h>

void
mend_init(struct mend *mend, const struct source *source, struct span text, size_t lines_before, struct arena *arena)
{
	*mend = (struct mend){ .text = text, .arena = arena, .source = source, .lines_before = lines_before };
	for (size_t i = 0; i < text.len; i++)
		mend->line_count += text.at[i] == '\n';
	mend->line_count++;
}

struct place
mend_place(const struct mend *mend, struct spot spot)
{
	long column = (long)spot.column;

	if (mend->bends != NULL && spot.line < mend->line_count && spot.column >= mend->bends[spot.line].from)
		column -= mend->bends[spot.line].by;
	return (struct place){ mend->source, mend->lines_before + spot.line + 1, column > 0 ? (size_t)column + 1 : 1 };
}

void
spot_pass(struct spot *spot, char c)
{
	spot->line += c == '\n';
	spot->column = c == '\n' ? 0 : spot->column + !utf8_goes_on(c);
}

size_t
mend_line_begin(const struct mend *mend, size_t line)
{
	size_t at = 0;

	while (line-- > 0 && at < mend->text.len)
		at = span_find_char(mend->text, '\n', at) + 1;
	return at < mend->text.len ? at : mend->text.len;
}

struct span
mend_line(const struct mend *mend, size_t line)
{
	size_t begin = mend_line_begin(mend, line);

	return span_trim_end(span_cut(mend->text, begin, span_find_char(mend->text, '\n', begin)));
}

size_t
mend_offset(const struct mend *mend, struct spot spot)
{
	size_t at = mend_line_begin(mend, spot.line);

	while (spot.column > 0 && at < mend->text.len && mend->text.at[at] != '\n') {
		at++;
		while (at < mend->text.len && utf8_goes_on(mend->text.at[at]))
			at++;
		spot.column--;
	}
	return at;
}

char *
mend_own(struct mend *mend)
{
	if (mend->mended++ == 0)
		mend->text = arena_copy(mend->arena, mend->text);
	if (mend->bends == NULL)
		mend->bends = arena_array(mend->arena, mend->line_count, sizeof(*mend->bends));
	mend->no_memory = mend->no_memory || mend->text.at == NULL || mend->bends == NULL;
	return mend->no_memory ? NULL : (char *)(uintptr_t)mend->text.at;
}

void
mend_replace(struct mend *mend, struct buf *fresh)
{
	mend->text = buf_failed(fresh) ? SPAN_NONE : arena_copy(mend->arena, buf_span(fresh));
	mend->no_memory = mend->no_memory || mend->text.at == NULL;
}

bool
mend_put(struct mend *mend, size_t at, char c)
{
	char *own = at < mend->text.len && mend->text.at[at] != '\n' ? mend_own(mend) : NULL;

	if (own != NULL)
		own[at] = c;
	return own != NULL;
}

bool
mend_blank_out(struct mend *mend, size_t from, size_t to)
{
	char *own = from < to ? mend_own(mend) : NULL;

	if (own != NULL)
		memset(own + from, ' ', to - from);
	return own != NULL;
}

bool
mend_exchange(struct mend *mend, size_t line, size_t from, size_t to, struct span fresh)
{
	struct span	before, after;
	size_t		begin = mend_line_begin(mend, line);

	if (line >= mend->line_count || mend_own(mend) == NULL)
		return false;
	struct bend	*bend = &mend->bends[line];
	size_t		 column = utf8_count(span_cut(mend->text, begin, from));
	bend->from = bend->by == 0 || column < bend->from ? column : bend->from;
	bend->by += (long)utf8_count(fresh) - (long)utf8_count(span_cut(mend->text, from, to));
	before = span_cut(mend->text, 0, from);
	after = span_from(mend->text, to);
	mend->text = arena_printf(mend->arena, "%.*s%.*s%.*s", SPAN_ARG(before), SPAN_ARG(fresh), SPAN_ARG(after));
	mend->no_memory = mend->text.at == NULL;
	return !mend->no_memory;
}
