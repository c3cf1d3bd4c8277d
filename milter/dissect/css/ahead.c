#include "css/ahead.h"

#include <string.h>

/* When the address in an @import ends, beside at white space: browsers of different years differ. */
enum ending {
	AT_FREE_SEMICOLON,	/* at a semicolon, if it is a whole string or function by then */
	AT_SEMICOLON,
	WHEN_WHOLE,		/* as soon as it is one */
};

struct ahead {
	struct span	 text;
	size_t		 at;
	enum ending	 ending;
	bool		 doubtful;	/* another ending gives something else */
};

/* Behind the "@" of the next rule. false: anything else ends the look ahead. */
static bool
rule_find(struct ahead *a)
{
	while (a->at < a->text.len) {
		char c = a->text.at[a->at], next = a->at + 1 < a->text.len ? a->text.at[a->at + 1] : '\0';

		if (ascii_space(c))
			a->at++;
		else if (c == '/' && next == '*')
			a->at = span_find(a->text, SPAN("*/"), a->at + 2) + 2;
		else if (c == '@' && ascii_alpha(next))
			return a->at++, true;
		else if (c == '/' || c == '@')
			a->at += 2;
		else
			break;
	}
	return false;
}

static void
space_skip(struct ahead *a)
{
	while (a->at < a->text.len && ascii_space(a->text.at[a->at]))
		a->at++;
}

static bool
is_at(const struct ahead *a, char c)
{
	return a->at < a->text.len && a->text.at[a->at] == c;
}

/* A string or a function with its end, as far as a look at the last two characters tells. */
static bool
is_whole(struct span value)
{
	if (value.len < 2 || value.at[value.len - 2] == '\\')
		return false;
	if (value.at[0] == '"' || value.at[0] == '\'')
		return value.at[value.len - 1] == value.at[0];
	return value.at[value.len - 1] == ')';
}

static struct span
address_take(struct ahead *a)
{
	size_t begin = a->at;

	for (; a->at < a->text.len && !ascii_space(a->text.at[a->at]); a->at++) {
		bool whole = is_whole(span_cut(a->text, begin, a->at));

		if (is_at(a, ';') && (whole || a->ending == AT_SEMICOLON))
			break;
		if (whole && a->ending == WHEN_WHOLE)
			break;
		a->doubtful |= whole || is_at(a, ';');
	}
	return span_cut(a->text, begin, a->at);
}

/* Without url() and quotes; escapes stay. */
static struct span
address_url(struct span address)
{
	if (address.len >= 5 && span_starts_nocase(address, SPAN("url(")) && address.at[address.len - 1] == ')')
		address = span_trim(span_cut(address, 4, address.len - 1));
	if (address.len >= 2 && (address.at[0] == '"' || address.at[0] == '\'') &&
	    address.at[address.len - 1] == address.at[0])
		address = span_cut(address, 1, address.len - 1);
	return address;
}

/* The address of the next @import. false: there is none. */
static bool
import_next(struct ahead *a, struct span *address)
{
	*address = SPAN_NONE;
	while (rule_find(a)) {
		size_t name = a->at;

		while (a->at < a->text.len && !ascii_space(a->text.at[a->at]) && !is_at(a, ';'))
			a->at++;
		struct span rule = span_cut(a->text, name, a->at);
		bool import = span_eq_nocase(rule, SPAN("import"));
		space_skip(a);
		if (is_at(a, ';')) {
			a->at++;
			continue;
		}
		if (is_at(a, '{'))
			break;
		if (import)
			*address = address_take(a);
		else
			while (a->at < a->text.len && !ascii_space(a->text.at[a->at]) && !is_at(a, ';'))
				a->at++;
		space_skip(a);
		if (is_at(a, '{'))
			break;
		a->at = span_find_char(a->text, ';', a->at) + 1;
		if (import)
			return true;
		if (!span_eq_nocase(rule, SPAN("charset")) && !span_eq_nocase(rule, SPAN("layer")))
			break;
	}
	return false;
}

/* Places of tokens, and how far they were gone through: both addresses and places rise. */
struct known {
	struct css_places	*places;
	size_t			 count, next;
	size_t			 near;	/* the first of those that begin where the last before next does */
};

/* What is behind it would be glued to the address that replaces it. */
static bool
is_glued(struct span sheet, size_t end)
{
	return end < sheet.len && sheet.at[end] != ';' && !ascii_space(sheet.at[end]);
}

/* The place that holds [begin, end), or NULL. */
static const struct css_place *
known_around(struct known *known, struct span sheet, size_t begin, size_t end)
{
	const struct css_place *at = known->places->at;

	for (; known->next < known->count && at[known->next].begin <= begin; known->next++)
		if (at[known->next].begin != at[known->near].begin)
			known->near = known->next;
	if (known->next == 0 || at[known->near].end < end || is_glued(sheet, at[known->near].end))
		return NULL;
	return &at[known->near];
}

/* Once, if each way to read gives the same. */
static bool
place_append(struct css_places *places, const struct css_place *place, struct arena *arena)
{
	struct css_place *at = places->count > 0 ? &places->at[places->count - 1] : NULL;

	if (at != NULL && at->ahead && at->begin == place->begin && at->end == place->end && span_eq(at->url, place->url))
		return true;
	at = arena_grow(arena, places->at, places->count, &places->capacity, sizeof(*at));
	if (at == NULL)
		return false;
	places->at = at;
	at[places->count++] = *place;
	return true;
}

static bool
address_add(struct span sheet, struct span address, struct arena *arena, struct known *known)
{
	struct css_places	*found = known->places;
	size_t			 begin = (size_t)(address.at - sheet.at);
	const struct css_place	*around = known_around(known, sheet, begin, begin + address.len);
	struct css_place	 place = { .kind = CSS_PLACE_IMPORT, .begin = 0, .end = sheet.len,
				    .url = address_url(address), .property = SPAN("@import"), .ahead = true };

	if (place.url.len == 0 || (around != NULL && span_eq(around->url, place.url)))
		return true;
	if (around != NULL) {
		place.begin = around->begin;
		place.end = around->end;
	}
	return place_append(found, &place, arena);
}

#define REPLACED	SPAN("url(data:,)")

/* The sheet with all places replaced. at is NULL: no memory. */
static struct span
sheet_replaced(struct span sheet, const struct css_place *places, size_t count, struct arena *arena)
{
	char	*out = arena_alloc(arena, sheet.len + count * REPLACED.len + 1);
	size_t	 len = 0, behind = 0;

	for (size_t i = 0; out != NULL && i < count; i++) {
		if (places[i].begin < behind)	/* of an @import that is replaced already */
			continue;
		memcpy(out + len, sheet.at + behind, places[i].begin - behind);
		len += places[i].begin - behind;
		memcpy(out + len, REPLACED.at, REPLACED.len);
		len += REPLACED.len;
		behind = places[i].end;
	}
	if (out != NULL)
		memcpy(out + len, sheet.at + behind, sheet.len - behind);
	return (struct span){ out, len + sheet.len - behind };
}

/*
 * Once they are replaced, the scanner may see what it did not: what is glued to an address that ended at a blank, a rule
 * behind a semicolon. Then the whole sheet is the place of what is replaced.
 */
static bool
uncovered_add(struct span sheet, size_t count, struct arena *arena, struct css_places *found)
{
	struct css_place	place = { .kind = CSS_PLACE_IMPORT, .end = sheet.len, .property = SPAN("@import"), .ahead = true };
	struct ahead		a = { .ending = AT_FREE_SEMICOLON };
	struct span		address;
	size_t			first = 0;

	for (size_t i = count; i < found->count; i++)
		if (found->at[i].begin == 0 && found->at[i].end == sheet.len)
			return true;
	if (count == 0 || span_find_nocase(sheet, SPAN("@import"), 0) == sheet.len)
		return true;
	a.text = sheet_replaced(sheet, found->at, count, arena);
	if (a.text.at == NULL)
		return false;
	while (first + 1 < count && found->at[first].kind != CSS_PLACE_IMPORT)
		first++;
	place.url = found->at[first].url;
	while (import_next(&a, &address))
		if (!span_eq(address, REPLACED) && address_url(address).len > 0)
			return place_append(found, &place, arena);
	return true;
}

bool
css_ahead_add(struct span sheet, struct arena *arena, struct css_places *found)
{
	size_t	count = found->count;
	bool	doubtful = true;

	for (enum ending ending = AT_FREE_SEMICOLON; ending <= WHEN_WHOLE && doubtful; ending++) {
		struct ahead	a = { .text = sheet, .ending = ending };
		struct known	known = { .places = found, .count = count };
		struct span	address;

		while (import_next(&a, &address))
			if (!address_add(sheet, address, arena, &known))
				return false;
		if (ending == AT_FREE_SEMICOLON)
			doubtful = a.doubtful;
	}
	return uncovered_add(sheet, count, arena, found);
}
