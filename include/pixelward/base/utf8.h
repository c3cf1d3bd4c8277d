/* UTF-8, strictly: no overlong forms, no surrogates, nothing past U+10FFFF (Unicode, table 3-7; RFC 3629). */
#ifndef PIXELWARD_BASE_UTF8_H
#define PIXELWARD_BASE_UTF8_H

#include <pixelward/span.h>

#define UTF8_MOST_BYTES		4
/* U+FFFD, which stands for what cannot be read. */
#define UTF8_REPLACEMENT	"\xef\xbf\xbd"

/* A byte that is not the first of its character: whoever counts characters leaves it out. */
static inline bool
utf8_goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/*
 * Bytes of the sequence at s.at[at], at least 1; at is less than s.len. *valid tells whether they are a character; if not,
 * they are what becomes one U+FFFD. (WHATWG Encoding, "UTF-8 decoder")
 */
size_t		utf8_sequence(struct span s, size_t at, bool *valid);
bool		utf8_is_valid(struct span);
/* Of any bytes: those that do not go on. */
size_t		utf8_count(struct span);
/* What a valid sequence stands for. */
uint32_t	utf8_character(struct span sequence);
/* Not NUL, no surrogate, not past the last: else an escape that names it stands for U+FFFD, in HTML and in CSS. */
static inline bool
utf8_may_be_named(uint32_t character)
{
	return character != 0 && character <= 0x10ffff && (character < 0xd800 || character > 0xdfff);
}

/* The bytes of a character up to U+10FFFF; their number. */
size_t		utf8_encode(uint32_t character, char out[UTF8_MOST_BYTES]);

/*
 * A control character, or what ends a line for whoever goes by Unicode: U+0000 to U+001F, U+007F to U+009F, U+2028 and
 * U+2029. Terminals obey the first, and the others let a text fake a line of its own.
 */
bool		utf8_is_control(uint32_t character);

#endif
