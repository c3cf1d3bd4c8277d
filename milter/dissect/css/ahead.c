#include "css/ahead.h"

/* When the address in an @import ends, beside at white space: browsers of different years differ. */
enum ending {
	AT_FREE_SEMICOLON,	/* at a semicolon, if it is a whole string or function by then */
	AT_SEMICOLON,
	WHEN_WHOLE,		/* as soon as it is one */
};

struct ahead {
	struct span		 text;
	size_t			 at;
	enum ending		 ending;
	bool			 doubtful;	/* another ending gives something else */
	const struct css_places	*replaced;	/* to be read as if they were; NULL: as it is */
	size_t			 count, next;	/* of them */
	const struct css_place	*glued;		/* one of them that would become a part of an address */
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

/* What is behind it would be glued to the address that replaces it. */
static bool
is_glued(struct span sheet, size_t end)
{
	return end < sheet.len && sheet.at[end] != ';' && !ascii_space(sheet.at[end]);
}

static bool
replaced_take(struct ahead *a)
{
	while (a->next < a->count && a->replaced->at[a->next].begin < a->at)
		a->next++;
	if (a->next == a->count || a->replaced->at[a->next].begin != a->at)
		return false;
	a->at = a->replaced->at[a->next].end;
	if (is_glued(a->text, a->at))
		a->glued = &a->replaced->at[a->next];
	return true;
}

static struct span
address_take(struct ahead *a)
{
	size_t begin = a->at;

	if (replaced_take(a))
		return span_cut(a->text, begin, a->at);
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

/*
 * A string may go on behind the blank that ends its address here. Once it is replaced, what stands right behind it is a
 * part of the address; then the whole sheet is its place.
 */
static bool
glued_add(struct span sheet, size_t count, struct arena *arena, struct css_places *found)
{
	struct ahead		 a = { .text = sheet, .replaced = found, .count = count };
	struct css_place	 place;
	struct span		 address;

	while (a.glued == NULL && import_next(&a, &address))
		continue;
	if (a.glued == NULL)
		return true;
	place = *a.glued;
	place.begin = 0;
	place.end = sheet.len;
	place.ahead = true;
	return place_append(found, &place, arena);
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
	return glued_add(sheet, count, arena, found);
}
