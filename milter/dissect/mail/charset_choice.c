#include "charset_choice.h"

#include <string.h>

#include "metalabel.h"

bool
charset_has_doubtful_slash(struct span bytes)
{
	for (size_t at = 0; (at = span_find_char(bytes, '\\', at)) < bytes.len; at++)
		if (at > 0 && (unsigned char)bytes.at[at - 1] >= 0x80)
			return true;
	return false;
}

static bool
may_differ(struct charset charset, struct span bytes)
{
	return charset_moves_ascii(charset) || (charset.class == CHARSET_MULTI && charset_has_doubtful_slash(bytes));
}

/* XML without a mark begins with "<", and its parsers look at how wide that is. */
static struct charset
charset_by_width(struct span bytes)
{
	if (span_starts(bytes, (struct span){ "<\0", 2 }))
		return (struct charset){ "UTF-16LE", CHARSET_WIDE, true };
	return (struct charset){ "UTF-16BE", CHARSET_WIDE, span_starts(bytes, (struct span){ "\0<", 2 }) };
}

/* One choice more, if it makes a difference and is a new one. */
static void
choice_add(struct charset choices[MOST_CHARSETS], size_t *count, struct charset other, struct span bytes)
{
	if (!other.known || *count == MOST_CHARSETS || (!may_differ(choices[0], bytes) && !may_differ(other, bytes)))
		return;
	for (size_t i = 0; i < *count; i++)
		if (strcmp(choices[i].name, other.name) == 0)
			return;
	choices[(*count)++] = other;
}

/* Every meta element counts. Wide charsets last: there are many, and browsers believe none that stands in ASCII. */
static void
choices_add_meta(struct charset choices[MOST_CHARSETS], size_t *count, struct span bytes)
{
	struct span label;

	for (int wide = 0; wide <= 1; wide++)
		for (size_t at = 0; meta_label_next(bytes, &at, &label);) {
			struct charset other = charset_of(label, SPAN_NONE);

			if ((other.class == CHARSET_WIDE) == wide)
				choice_add(choices, count, other, bytes);
		}
}

size_t
charset_choices(struct span label, struct span bytes, struct charset choices[MOST_CHARSETS])
{
	size_t count = 1;

	choices[0] = charset_of(label, bytes);
	if (span_trim(label).len > 0)
		choice_add(choices, &count, charset_of(label, SPAN_NONE), bytes);
	/* A tag of one byte each, where the label speaks of wider ones: clients then read the bytes. */
	if (choices[0].class == CHARSET_WIDE && memchr(bytes.at, '<', bytes.len) != NULL &&
	    memchr(bytes.at, '\0', bytes.len) == NULL)
		choice_add(choices, &count, (struct charset){ "UTF-8", CHARSET_UTF8, true }, bytes);
	choice_add(choices, &count, charset_by_width(bytes), bytes);
	choices_add_meta(choices, &count, bytes);
	return count;
}
