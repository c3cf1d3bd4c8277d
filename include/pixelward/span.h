/* A borrowed piece of text: any bytes, not NUL-terminated. at is NULL only if len is 0. */
#ifndef PIXELWARD_SPAN_H
#define PIXELWARD_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char	*at;
	size_t		 len;	/* bytes */
};

#define SPAN(literal)	((struct span){ (literal), sizeof(literal) - 1 })
#define SPAN_NONE	((struct span){ NULL, 0 })
/* For "%.*s". */
#define SPAN_ARG(s)	(int)(s).len, ((s).at != NULL ? (s).at : "")

#define NITEMS(array)	(sizeof(array) / sizeof((array)[0]))

/* The result of these functions must be read. */
#define PW_MUST_CHECK	__attribute__((warn_unused_result))

/* ASCII only, whatever the locale: mail and HTML grammars know no other case. */
static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool
ascii_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
ascii_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Space as HTML and CSS know it: tab, line feed, form feed, carriage return, space. */
static inline bool
ascii_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* 0 to 15, or -1. */
static inline int
ascii_hex(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL gives the empty span. */
static inline struct span
span_of(const char *text)
{
	return (struct span){ text, text != NULL ? strlen(text) : 0 };
}

/* [begin, end) of s; both are cut to the length. */
static inline struct span
span_cut(struct span s, size_t begin, size_t end)
{
	if (end > s.len)
		end = s.len;
	if (begin >= end)
		return (struct span){ s.at, 0 };
	return (struct span){ s.at + begin, end - begin };
}

static inline struct span
span_from(struct span s, size_t begin)
{
	return span_cut(s, begin, s.len);
}

/* Without ASCII space at both ends; at the end alone. */
struct span	span_trim(struct span s);
struct span	span_trim_end(struct span s);

static inline bool
span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* Both of len bytes, which may be none. */
bool		span_same_letters(const char *a, const char *b, size_t len);

static inline bool
span_eq_nocase(struct span a, struct span b)
{
	return a.len == b.len && span_same_letters(a.at, b.at, a.len);
}

/* The same of a word of some table: most differ in their first letter. */
static inline bool
span_is(struct span s, const char *word)
{
	size_t i = 0;

	while (i < s.len && word[i] != '\0' && ascii_lower(s.at[i]) == ascii_lower(word[i]))
		i++;
	return i == s.len && word[i] == '\0';
}

/* Any of the words. */
bool		span_is_any(struct span s, const char *const *words, size_t count);
/* Not empty, and nothing but ASCII letters, digits and the characters of more. */
bool		span_is_made_of(struct span s, const char *more);

static inline bool
span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

static inline bool
span_starts_nocase(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_same_letters(s.at, prefix.at, prefix.len);
}

static inline bool
span_ends_nocase(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_eq_nocase(span_from(s, s.len - suffix.len), suffix);
}

/* The first place of the needle at or behind from, or s.len. */
size_t		span_find(struct span s, struct span needle, size_t from);
size_t		span_find_nocase(struct span s, struct span needle, size_t from);
static inline size_t
span_find_char(struct span s, char c, size_t from)
{
	const char *hit = from < s.len ? (const char *)memchr(s.at + from, c, s.len - from) : NULL;

	return hit != NULL ? (size_t)(hit - s.at) : s.len;
}

/* For qsort of spans: by their bytes. */
int		span_order(const void *, const void *);
/* Of sorted spans the first that is not before s; count if there is none. */
size_t		span_lower_bound(const struct span *sorted, size_t count, struct span s);

/* name is domain, or a subdomain of it; compared without case, at label borders. */
bool		span_is_within_domain(struct span name, struct span domain);

#endif
