#include "mail_field.h"

#include <pixelward/base/words.h>

#define LONGEST_HEADER	((size_t)64 << 10)

/* Sorted. */
static const char *const usual_names[] = {
	"date", "delivered-to", "from", "message-id", "mime-version", "received", "return-path", "sender", "subject", "to",
};
static const struct words usual = { usual_names, NITEMS(usual_names) };

bool
mail_field_next(struct span *rest, struct span *name, struct span *value)
{
	size_t end = 0;

	do
		end = span_find_char(*rest, '\n', end) + 1;
	while (end < rest->len && (rest->at[end] == ' ' || rest->at[end] == '\t'));
	struct span field = span_cut(*rest, 0, end);
	size_t colon = span_find_char(field, ':', 0);
	*name = span_trim(span_cut(field, 0, colon));
	*value = span_from(field, colon + 1);
	*rest = span_from(*rest, end);
	return span_trim(field).len > 0;
}

bool
mail_field_any(struct span raw)
{
	struct span rest = span_cut(raw, 0, LONGEST_HEADER), name, value;

	while (rest.len > 0 && mail_field_next(&rest, &name, &value))
		if (value.len > 0 && words_have(&usual, name))
			return true;
	return false;
}
