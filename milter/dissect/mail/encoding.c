#include "encoding.h"

#include "fields.h"

static const struct {
	const char		*name;
	enum transfer_encoding	 encoding;
	bool			 odd;
} encodings[] = {
	{ "7bit",		ENCODING_IDENTITY,	false },
	{ "8bit",		ENCODING_IDENTITY,	false },
	{ "binary",		ENCODING_IDENTITY,	false },
	{ "",			ENCODING_IDENTITY,	false },
	{ "quoted-printable",	ENCODING_QP,		false },
	{ "base64",		ENCODING_BASE64,	false },
	{ "x-uuencode",		ENCODING_UU,		true },
	{ "x-uuencoded",	ENCODING_UU,		true },
	{ "x-uue",		ENCODING_UU,		true },
	{ "uuencode",		ENCODING_UU,		true },
	{ "uuencoded",		ENCODING_UU,		true },
	{ "uue",		ENCODING_UU,		true },
};

static const struct {
	const char		*word;
	enum transfer_encoding	 encoding;
} meant[] = {
	{ "base64", ENCODING_BASE64 }, { "quotedprintable", ENCODING_QP }, { "uue", ENCODING_UU },
};

/* Lower case letters and digits only. */
static struct span
letters_of(struct span text, char *out, size_t most)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < most; i++)
		if (ascii_alpha(text.at[i]) || ascii_digit(text.at[i]))
			out[len++] = ascii_lower(text.at[i]);
	return (struct span){ out, len };
}

enum transfer_encoding
encoding_of(struct span written, struct arena *arena, bool *odd)
{
	struct parameters parameters;

	/* The same grammar of comments and semicolons; only the head counts. */
	if (parameters_parse(written, arena, &parameters) != PW_OK)
		return ENCODING_IDENTITY;
	if (!span_eq_nocase(parameters.head, span_trim(written)))
		*odd = true;
	for (size_t i = 0; i < NITEMS(encodings); i++)
		if (span_eq(parameters.head, span_of(encodings[i].name))) {
			*odd = *odd || encodings[i].odd;
			return encodings[i].encoding;
		}
	*odd = true;
	/* "x-base64", "base 64", "quotedprintable": what the sender meant, and what lenient clients take it for. */
	char		room[64];
	struct span	letters = letters_of(written, room, sizeof(room));
	for (size_t i = 0; i < NITEMS(meant); i++)
		if (span_find(letters, span_of(meant[i].word), 0) < letters.len)
			return meant[i].encoding;
	return ENCODING_IDENTITY;
}
