#include "characters.h"

#include <string.h>

/* Named references of blanks: preheaders are filled up with them. */
static const char *const blank_names[] = {
	"nbsp", "zwnj", "zwj", "shy", "ensp", "emsp", "thinsp", "hairsp", "numsp", "puncsp", "emsp13", "emsp14", "lrm", "rlm",
	"NoBreak", "NonBreakingSpace", "ZeroWidthSpace", "ThinSpace", "VeryThinSpace", "MediumSpace", "Tab", "NewLine",
};

static const struct {
	uint32_t	first, last;
} blanks[] = {
	{ 0, 0x20 }, { 0x7f, 0xa0 }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
	{ 0x180b, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 },
	{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
};

static bool
is_blank(uint32_t character)
{
	for (size_t i = 0; i < NITEMS(blanks) && character >= blanks[i].first; i++)
		if (character <= blanks[i].last)
			return true;
	return false;
}

/* A character reference that begins at at: is it a blank? *len is its length; 1 if it is only an ampersand. */
static bool
is_blank_reference(struct span text, size_t at, size_t *len)
{
	size_t		begin = at + 1, end;
	uint32_t	character = 0;
	bool		number = begin < text.len && text.at[begin] == '#';
	bool		hex = number && begin + 1 < text.len && ascii_lower(text.at[begin + 1]) == 'x';

	begin += number + hex;
	for (end = begin; end < text.len && end - begin < 32 && (ascii_alpha(text.at[end]) || ascii_digit(text.at[end])); end++)
		if (number && character < 0x110000)
			character = character * (hex ? 16 : 10) + (uint32_t)(ascii_hex(text.at[end]) & 15);
	*len = end > begin ? end - at + (end < text.len && text.at[end] == ';') : 1;
	if (number)
		return end > begin && is_blank(character);
	for (size_t i = 0; i < NITEMS(blank_names); i++)
		if (span_eq(span_cut(text, begin, end), span_of(blank_names[i])))
			return true;
	return false;
}

/* The character whose first byte stands at at, as far as blanks go: they have three bytes at most. */
static uint32_t
character_at(struct span text, size_t at)
{
	uint32_t	first = (unsigned char)text.at[at];
	uint32_t	second = at + 1 < text.len ? (unsigned char)text.at[at + 1] & 0x3f : 0;
	uint32_t	third = at + 2 < text.len ? (unsigned char)text.at[at + 2] & 0x3f : 0;

	if (first < 0xe0)
		return (first & 0x1f) << 6 | second;
	return first < 0xf0 ? (first & 0xf) << 12 | second << 6 | third : UINT32_MAX;
}

#define EACH(byte)	(UINT64_MAX / 0xff * (byte))

/* Of eight characters of ASCII, how many show; -1: one is none of ASCII, or an ampersand. */
static int
count_eight(const char *at)
{
	uint64_t word, other;

	memcpy(&word, at, sizeof(word));
	other = word ^ EACH('&');
	if (((word | ((other - EACH(1)) & ~other)) & EACH(0x80)) != 0)
		return -1;
	/* The highest bit of each: beyond the blank, and not DEL. */
	word = (word + EACH(0x80 - 0x21)) & ~(word + EACH(1)) & EACH(0x80);
	return (int)((word >> 7) * EACH(1) >> 56);
}

static size_t
count(struct span text, bool markup)
{
	size_t	characters = 0, len;
	int	eight;

	for (size_t i = 0; i < text.len; i++) {
		/* Eight at once, where eight begin: text that is not ASCII is tried no more often. */
		while (i % 8 == 0 && text.len - i >= 8 && (eight = count_eight(text.at + i)) >= 0) {
			characters += (size_t)eight;
			i += 8;
		}
		if (i == text.len)
			break;
		unsigned char c = (unsigned char)text.at[i];

		if (markup && c == '&') {
			characters += !is_blank_reference(text, i, &len);
			i += len - 1;
		} else if (c < 0x80)
			characters += c > ' ' && c != 0x7f;
		else if (c >= 0xc0)
			characters += !is_blank(character_at(text, i));
	}
	return characters;
}

size_t
characters_of_text(struct span text)
{
	return count(text, false);
}

size_t
characters_of_markup(struct span text)
{
	return count(text, true);
}
