#include "url/idna.h"

#include <idn2.h>
#include <string.h>

/* The full stops of UTS 46. */
static const struct span dots[] = { SPAN("."), SPAN("\u3002"), SPAN("\uff0e"), SPAN("\uff61") };

/* The library's mapping of these characters is older than the one of today's browsers. */
static const struct {
	struct span	from, to;
} newer_mappings[] = {
	{ SPAN("\u1e9e"), SPAN("\u00df") },	/* capital sharp s; "ss" before Unicode 15.1 */
};

/* Not transitional, these stand for themselves. */
static const struct span deviations[] = {
	SPAN("\u00df"), SPAN("\u1e9e"), SPAN("\u03c2"), SPAN("\u200c"), SPAN("\u200d"),
};

/*
 * libidn2 refuses hyphens where CheckHyphens would. Punycode does not look at which ASCII characters it
 * copies to its front, so they may be another one meanwhile: this one does not combine with accents.
 */
#define HYPHEN_STAND_IN	'$'

static const struct span stand_ins[] = { SPAN("$"), SPAN("\ufe69"), SPAN("\uff04") };

static bool
has_any(struct span label, const struct span *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_find(label, words[i], 0) < label.len)
			return true;
	return false;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

static bool
is_a_label(struct span label)
{
	return span_starts_nocase(label, SPAN("xn--"));
}

static void
replace_char(char *text, char from, char to)
{
	for (char *c = text; *c != '\0'; c++)
		if (*c == from)
			*c = to;
}

/* The label, NUL-terminated; room has one byte more than it. No mapping makes text longer. */
static void
label_copy(struct span label, char *room)
{
	size_t len = 0;

	for (size_t i = 0; i < label.len;) {
		struct span	rest = span_from(label, i);
		size_t		m = 0;

		while (m < NITEMS(newer_mappings) && !span_starts(rest, newer_mappings[m].from))
			m++;
		if (m < NITEMS(newer_mappings)) {
			memcpy(room + len, newer_mappings[m].to.at, newer_mappings[m].to.len);
			len += newer_mappings[m].to.len;
			i += newer_mappings[m].from.len;
		} else
			room[len++] = label.at[i++];
	}
	room[len] = '\0';
}

/* As the library answers; *ascii is the library's. */
static int
label_look_up(const char *label, int flags, char **ascii)
{
	uint8_t	*answer = NULL;
	int	 rc = idn2_lookup_u8((const uint8_t *)label, &answer, flags | IDN2_NO_ALABEL_ROUNDTRIP);

	*ascii = (char *)answer;
	return rc;
}

static enum pw_err
label_write(struct span label, struct url_out *out)
{
	char		 room[URL_IDNA_MAX + 1];
	char		*ascii;
	bool		 hyphens_hidden = false;
	int		 flags = IDN2_NONTRANSITIONAL, rc;

	label_copy(label, room);
	rc = label_look_up(room, flags, &ascii);
	if ((rc == IDN2_2HYPHEN || rc == IDN2_HYPHEN_STARTEND) && !is_a_label(label) &&
	    !has_any(label, stand_ins, NITEMS(stand_ins))) {
		replace_char(room, '-', HYPHEN_STAND_IN);
		hyphens_hidden = true;
		rc = label_look_up(room, flags, &ascii);
	}
	if (rc == IDN2_DISALLOWED && !has_any(label, deviations, NITEMS(deviations))) {
		/* By IDNA 2008, as for symbols, which UTS 46 allows. Transitional processing does without IDNA 2008 and
		 * differs in the deviations alone. */
		flags = IDN2_TRANSITIONAL;
		rc = label_look_up(room, flags, &ascii);
	}
	if (rc != IDN2_OK)
		return rc == IDN2_MALLOC ? PW_ENOMEM : PW_ESYNTAX;
	if (hyphens_hidden)
		replace_char(ascii, HYPHEN_STAND_IN, '-');
	url_out_add(out, span_of(ascii));
	idn2_free(ascii);
	return PW_OK;
}

/* Length of the full stop that s begins with, or 0. */
static size_t
dot_length(struct span s)
{
	for (size_t i = 0; i < NITEMS(dots); i++)
		if (span_starts(s, dots[i]))
			return dots[i].len;
	return 0;
}

enum pw_err
url_idna_write(struct span domain, struct url_out *out)
{
	enum pw_err err = PW_OK;

	if (domain.len > URL_IDNA_MAX || memchr(domain.at, '\0', domain.len) != NULL)
		return PW_ESYNTAX;
	for (size_t at = 0; at <= domain.len && err == PW_OK;) {
		size_t end = at, dot = 0;

		while (end < domain.len && (dot = dot_length(span_from(domain, end))) == 0)
			end++;
		struct span label = span_cut(domain, at, end);
		/* ASCII needs no library, and is right in lengths and with hyphens that it refuses. */
		if (is_ascii(label) && !is_a_label(label))
			url_out_add_lower(out, label);
		else
			err = label_write(label, out);
		if (end < domain.len)
			url_out_add(out, SPAN("."));
		at = end < domain.len ? end + dot : domain.len + 1;
	}
	return err == PW_OK && out->overflow ? PW_ESYNTAX : err;
}

void
url_idna_prepare(void)
{
	char *ascii;

	if (label_look_up("\u00fc", IDN2_NONTRANSITIONAL, &ascii) == IDN2_OK)
		idn2_free(ascii);
}
