#include <pixelward/base/utf8.h>

/* What may follow a lead byte: how many bytes, and the bounds of the first. */
static const struct lead {
	unsigned char	from, to, more, low, high;
} leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

size_t
utf8_sequence(struct span s, size_t at, bool *valid)
{
	const unsigned char	*byte = (const unsigned char *)s.at + at;
	size_t			 left = s.len - at, len = 1;

	*valid = byte[0] < 0x80;
	for (size_t i = 0; i < NITEMS(leads) && !*valid; i++) {
		const struct lead *lead = &leads[i];

		if (byte[0] < lead->from || byte[0] > lead->to)
			continue;
		if (left > 1 && byte[1] >= lead->low && byte[1] <= lead->high)
			for (len = 2; len <= lead->more && len < left && utf8_goes_on(s.at[at + len]); len++)
				;
		*valid = len == 1u + lead->more;
		break;
	}
	return len;
}

bool
utf8_is_valid(struct span s)
{
	bool valid = true;

	for (size_t at = 0; at < s.len && valid;)
		at += utf8_sequence(s, at, &valid);
	return valid;
}

size_t
utf8_count(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += !utf8_goes_on(s.at[i]);
	return count;
}

uint32_t
utf8_character(struct span sequence)
{
	static const unsigned char	masks[] = { 0x7f, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t			character = (unsigned char)sequence.at[0] &
					    masks[sequence.len < NITEMS(masks) ? sequence.len : 1];

	for (size_t i = 1; i < sequence.len; i++)
		character = character << 6 | ((unsigned char)sequence.at[i] & 0x3f);
	return character;
}

size_t
utf8_encode(uint32_t character, char out[UTF8_MOST_BYTES])
{
	static const unsigned char	marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t				len = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

	for (size_t i = len; i-- > 1; character >>= 6)
		out[i] = (char)(0x80 | (character & 0x3f));
	out[0] = (char)(marks[len] | character);
	return len;
}

bool
utf8_is_control(uint32_t character)
{
	return character < ' ' || (character >= 0x7f && character <= 0x9f) || character == 0x2028 || character == 0x2029;
}
