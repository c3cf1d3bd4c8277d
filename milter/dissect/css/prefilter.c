/* Texts that can hold no place, told without tokens. */
#include "css/prefilter.h"

/* The bytes at which a look is needed; all others are passed over. */
static const bool telling[256] = {
	['\\'] = true, ['='] = true, ['('] = true, ['@'] = true, ['"'] = true, ['\''] = true, ['-'] = true,
};

/* The ends of url, src, image-set, image, image-rect, cross-fade. */
static const char endings[][3] = {
	{ 'u', 'r', 'l' }, { 's', 'r', 'c' }, { 's', 'e', 't' }, { 'a', 'g', 'e' }, { 'e', 'c', 't' },
	{ 'a', 'd', 'e' },
};

static bool
function_is_telling(struct span text, size_t paren)
{
	if (paren < 3)
		return false;
	const char *end = text.at + paren - 3;
	for (size_t i = 0; i < NITEMS(endings); i++)
		if (ascii_lower(end[2]) == endings[i][2] && ascii_lower(end[1]) == endings[i][1] &&
		    ascii_lower(end[0]) == endings[i][0])
			return true;
	return false;
}

static bool
rule_is_telling(struct span text, size_t at)
{
	char first = at + 1 < text.len ? ascii_lower(text.at[at + 1]) : '\0';

	return first == 'i' || first == 'p' || first == 'f';
}

bool
css_may_hold_places(struct span text)
{
	bool quote = false, dashes = false;

	for (size_t i = 0; i < text.len; i++) {
		if (!telling[(unsigned char)text.at[i]])
			continue;
		switch (text.at[i]) {
		case '(':
			if (function_is_telling(text, i))
				return true;
			break;
		case '@':
			if (rule_is_telling(text, i))
				return true;
			break;
		case '-':
			dashes |= i + 1 < text.len && text.at[i + 1] == '-';
			break;
		case '"':
		case '\'':
			quote = true;
			break;
		default:
			return true;
		}
		if (quote && dashes)
			return true;
	}
	return false;
}
