#include "filter_token.h"

#include <pixelward/base/fnv.h>

#define LEAST_TOKEN	2

bool
token_has(char c)
{
	return ascii_alpha(c) || ascii_digit(c);
}

/* Tokens are short: one multiplication a byte, and the high bits folded into those that choose a bucket. */
uint32_t
token_hash(struct span token, enum token_kind kind)
{
	uint32_t hash = FNV32_BASIS ^ (uint32_t)kind * 0x9e3779b9u;

	for (size_t i = 0; i < token.len; i++)
		hash = fnv32_add(hash, (unsigned char)ascii_lower(token.at[i]));
	hash ^= hash >> 15;
	hash *= 0x2c1b3c6du;
	return hash ^ hash >> 13;
}

/* The run of letters and digits from at on. */
static size_t
run_end(struct span text, size_t at)
{
	while (at < text.len && token_has(text.at[at]))
		at++;
	return at;
}

static void
pattern_tokens(const struct pattern *pattern, token_taken *taken, void *context)
{
	struct span text = pattern->text;

	for (size_t at = 0, end; at < text.len; at = end + 1) {
		bool begins = at > 0 ? text.at[at - 1] != '*' : (pattern->anchors & (ANCHOR_START | ANCHOR_HOST)) != 0;

		end = run_end(text, at);
		struct span token = span_cut(text, at, end);
		bool ends = end < text.len ? text.at[end] != '*' : (pattern->anchors & ANCHOR_END) != 0;

		if (begins && ends && token.len >= LEAST_TOKEN)
			taken(token_hash(token, TOKEN_WHOLE), token, context);
		if (begins == ends || token.len < LONG_TOKEN)
			continue;
		token = begins ? span_cut(token, 0, LONG_TOKEN) : span_from(token, token.len - LONG_TOKEN);
		taken(token_hash(token, begins ? TOKEN_BEGINNING : TOKEN_ENDING), token, context);
	}
}

/*
 * Only what stands in an expression as it is, between signs that stand for themselves: no alternative, no group, no
 * class, nothing that may be missing. An expression that has more than that has no token.
 */
static void
regex_tokens(struct span source, token_taken *taken, void *context)
{
	bool literal = false;		/* the byte before stands for itself and is in no token */

	for (size_t i = 0; i < source.len; i++)
		if (source.at[i] == '|' || source.at[i] == '(' || source.at[i] == '[' || source.at[i] == '#')
			return;
	for (size_t at = 0; at < source.len;) {
		size_t end = run_end(source, at);

		if (end == at) {
			bool escaped = source.at[at] == '\\' && at + 1 < source.len;
			size_t next = at + 1 + escaped;
			char sign = source.at[at + escaped];

			/* A quantifier behind it is no literal itself. */
			literal = escaped ? !token_has(sign) : sign == '/' || sign == '-' || sign == '_' || sign == '=' ||
			    sign == '&' || sign == '%';
			at = next;
			continue;
		}
		bool closes = end + 1 < source.len && ((source.at[end] == '\\' && !token_has(source.at[end + 1]) &&
		    (end + 2 == source.len || (source.at[end + 2] != '?' && source.at[end + 2] != '*' &&
		    source.at[end + 2] != '{'))) || (source.at[end] == '/' && source.at[end + 1] != '?' &&
		    source.at[end + 1] != '*' && source.at[end + 1] != '{'));

		if (literal && closes && end - at >= LEAST_TOKEN)
			taken(token_hash(span_cut(source, at, end), TOKEN_WHOLE), span_cut(source, at, end), context);
		literal = false;
		at = end;
	}
}

struct span
filter_host(const struct filter *filter)
{
	struct span text = filter->pattern.text;

	if (filter->regex != NULL || filter->pattern.anchors != ANCHOR_HOST || text.len < 2 || text.at[text.len - 1] != '^')
		return SPAN_NONE;
	text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (!token_has(text.at[i]) && text.at[i] != '.' && text.at[i] != '-' && text.at[i] != '_')
			return SPAN_NONE;
	return text;
}

void
filter_tokens(const struct filter *filter, token_taken *taken, void *context)
{
	struct span host = filter_host(filter);

	if (host.at != NULL)
		taken(token_hash(host, TOKEN_HOST), host, context);
	else if (filter->regex != NULL)
		regex_tokens(filter->pattern.text, taken, context);
	else
		pattern_tokens(&filter->pattern, taken, context);
}
