/*
 * The basic URL parser (WHATWG URL, "URL parsing"), without state overrides. The standard's machine reads a
 * character at a time into a record of lists; here the same states are functions that cut the text in
 * pieces and borrow from the base, and the serialised URL is then written once, in place.
 */
#include "url/parse.h"
#include "url/host.h"
#include "url/pieces.h"
#include "url/scheme.h"

#include <string.h>

struct parser {
	struct url_pieces	 found;
	const struct url	*base;
	struct arena		*arena;
};

static bool
slash_at(const struct url_pieces *found, struct span s, size_t at)
{
	return at < s.len && url_pieces_slash(found, s.at[at]);
}

/* Parts of a serialised URL. */
static struct span
authority_of(const struct url *url)
{
	return url->has_host ? span_cut(url->href, url->scheme.len + 1, url->path_at) : SPAN_NONE;
}

static struct span
query_of(const struct url *url)
{
	if (url->query_at == URL_NO_PART)
		return SPAN_NONE;
	return span_cut(url->href, url->query_at,
	    url->fragment_at != URL_NO_PART ? url->fragment_at - 1 : url->href.len);
}

static struct span
path_of(const struct url *url)
{
	size_t end = url->href.len;

	if (url->query_at != URL_NO_PART)
		end = url->query_at - 1;
	else if (url->fragment_at != URL_NO_PART)
		end = url->fragment_at - 1;
	return span_cut(url->href, url->path_at, end);
}

/* (URL, "starts with a Windows drive letter") */
static bool
starts_with_drive(struct span s)
{
	return s.len >= 2 && url_is_drive(span_cut(s, 0, 2)) &&
	    (s.len == 2 || s.at[2] == '/' || s.at[2] == '\\' || s.at[2] == '?' || s.at[2] == '#');
}

/* The text up to "?" or "#"; query and fragment are noted. */
static struct span
cut_tail(struct url_pieces *found, struct span text)
{
	size_t fragment = span_find_char(text, '#', 0);

	if (fragment < text.len) {
		found->has_fragment = true;
		found->fragment = span_from(text, fragment + 1);
	}
	text = span_cut(text, 0, fragment);
	size_t query = span_find_char(text, '?', 0);
	if (query < text.len) {
		found->has_query = true;
		found->query = span_from(text, query + 1);
	}
	return span_cut(text, 0, query);
}

/* (URL, "path state") */
static void
path_state(struct url_pieces *found, struct span text)
{
	found->has_path = true;
	found->path = cut_tail(found, text);
}

/* (URL, "path start state") */
static void
path_start_state(struct url_pieces *found, struct span text)
{
	if (slash_at(found, text, 0))
		path_state(found, span_from(text, 1));
	else if (found->special || (text.len > 0 && text.at[0] != '?' && text.at[0] != '#'))
		path_state(found, text);
	else
		cut_tail(found, text);
}

/* (URL, "port state") */
static enum pw_err
port_state(struct url_pieces *found, struct span digits)
{
	uint32_t port = 0;

	if (digits.len == 0)
		return PW_OK;
	for (size_t i = 0; i < digits.len; i++) {
		if (!ascii_digit(digits.at[i]))
			return PW_ESYNTAX;
		port = port * 10 + (uint32_t)(digits.at[i] - '0');
		if (port > UINT16_MAX)
			return PW_ESYNTAX;
	}
	const struct url_scheme *scheme = found->special ? url_scheme_find(found->scheme) : NULL;
	if (scheme == NULL || port != scheme->port)
		found->port = port;
	return PW_OK;
}

static size_t
authority_end(const struct url_pieces *found, struct span text)
{
	size_t end = 0;

	while (end < text.len && !url_pieces_slash(found, text.at[end]) && text.at[end] != '?' && text.at[end] != '#')
		end++;
	return end;
}

/* The colon before the port; not one between brackets. */
static size_t
port_colon(struct span authority)
{
	bool	inside = false;
	size_t	i;

	for (i = 0; i < authority.len && (authority.at[i] != ':' || inside); i++) {
		if (authority.at[i] == '[')
			inside = true;
		else if (authority.at[i] == ']')
			inside = false;
	}
	return i;
}

/* (URL, "authority state", "host state") */
static enum pw_err
authority_state(struct parser *parser, struct span text)
{
	struct url_pieces	*found = &parser->found;
	size_t		 end = authority_end(found, text);
	struct span	 authority = span_cut(text, 0, end);
	const char	*at_sign = end > 0 ? memrchr(authority.at, '@', end) : NULL;
	enum pw_err	 err;

	found->has_host = true;
	if (at_sign != NULL) {
		found->userinfo = span_cut(authority, 0, (size_t)(at_sign - authority.at));
		authority = span_from(authority, found->userinfo.len + 1);
	}
	size_t		colon = port_colon(authority);
	struct span	host = span_cut(authority, 0, colon);
	if (host.len == 0 && (found->special || at_sign != NULL || colon < authority.len))
		return PW_ESYNTAX;
	if (host.len > 0 && (err = url_host_parse(host, !found->special, parser->arena, &found->host)) != PW_OK)
		return err;
	if ((err = port_state(found, span_from(authority, colon + 1))) != PW_OK)
		return err;
	path_start_state(found, span_from(text, end));
	return PW_OK;
}

/* (URL, "special authority ignore slashes state") */
static enum pw_err
special_authority_state(struct parser *parser, struct span text)
{
	while (slash_at(&parser->found, text, 0))
		text = span_from(text, 1);
	return authority_state(parser, text);
}

static void
borrow_authority(struct url_pieces *found, const struct url *base)
{
	found->has_host = base->has_host;
	found->base_authority = authority_of(base);
}

/*
 * A reference that keeps the base's authority and begins with its path. what_is_left is the base's path where
 * the reference has one of its own.
 */
static void
borrow_path(struct url_pieces *found, const struct url *base, struct span text, struct span what_is_left)
{
	borrow_authority(found, base);
	found->base_path = path_of(base);
	if (text.len > 0 && text.at[0] != '?' && text.at[0] != '#') {
		found->base_path = what_is_left;
		path_state(found, text);
		return;
	}
	cut_tail(found, text);
	if (!found->has_query && base->query_at != URL_NO_PART) {
		found->has_query = true;
		found->base_query = query_of(base);
	}
}

/* (URL, "relative state", "relative slash state") */
static enum pw_err
relative_state(struct parser *parser, struct span text)
{
	struct url_pieces		*found = &parser->found;
	const struct url	*base = parser->base;

	found->scheme = base->scheme;
	found->special = base->special;
	if (!slash_at(found, text, 0))
		borrow_path(found, base, text, url_path_shorten(path_of(base), false));
	else if (!slash_at(found, text, 1)) {
		borrow_authority(found, base);
		path_state(found, span_from(text, 1));
	} else if (found->special)
		return special_authority_state(parser, span_from(text, 2));
	else
		return authority_state(parser, span_from(text, 2));
	return PW_OK;
}

/* (URL, "file host state") */
static enum pw_err
file_host_state(struct parser *parser, struct span text)
{
	struct url_pieces	*found = &parser->found;
	size_t		 end = authority_end(found, text);
	struct span	 host = span_cut(text, 0, end);

	if (url_is_drive(host)) {
		path_state(found, text);
		return PW_OK;
	}
	if (host.len > 0) {
		enum pw_err err = url_host_parse(host, false, parser->arena, &found->host);

		if (err != PW_OK)
			return err;
		if (span_eq(found->host, SPAN("localhost")))
			found->host = SPAN_NONE;
	}
	path_start_state(found, span_from(text, end));
	return PW_OK;
}

/* (URL, "file state", "file slash state") */
static enum pw_err
file_state(struct parser *parser, struct span text)
{
	struct url_pieces		*found = &parser->found;
	const struct url	*base = parser->base;

	found->scheme = SPAN("file");
	found->special = found->file = found->has_host = true;
	if (base != NULL && !span_eq(base->scheme, found->scheme))
		base = NULL;
	if (slash_at(found, text, 0) && slash_at(found, text, 1))
		return file_host_state(parser, span_from(text, 2));
	if (slash_at(found, text, 0)) {
		text = span_from(text, 1);
		if (base != NULL) {
			borrow_authority(found, base);
			if (!starts_with_drive(text) && url_path_has_drive(path_of(base)))
				found->base_path = span_cut(path_of(base), 0, 3);
		}
		path_state(found, text);
	} else if (base != NULL)
		borrow_path(found, base, text,
		    starts_with_drive(text) ? SPAN_NONE : url_path_shorten(path_of(base), true));
	else
		path_state(found, text);
	return PW_OK;
}

/* (URL, "no scheme state") */
static enum pw_err
no_scheme_state(struct parser *parser, struct span text)
{
	struct url_pieces		*found = &parser->found;
	const struct url	*base = parser->base;

	if (base == NULL)
		return PW_ESYNTAX;
	if (base->opaque_path) {
		if (text.len == 0 || text.at[0] != '#')
			return PW_ESYNTAX;
		found->scheme = base->scheme;
		found->opaque_path = true;
		borrow_path(found, base, text, SPAN_NONE);
		return PW_OK;
	}
	if (span_eq(base->scheme, SPAN("file")))
		return file_state(parser, text);
	return relative_state(parser, text);
}

/* (URL, "scheme state" behind the colon) */
static enum pw_err
scheme_state(struct parser *parser, struct span text)
{
	struct url_pieces		*found = &parser->found;
	const struct url_scheme	*row = url_scheme_find(found->scheme);
	const struct url	*base = parser->base;
	bool			 two_slashes = span_starts(text, SPAN("//"));

	found->special = row != NULL && row->special;
	if (found->special && row->reach == REACH_FILE)
		return file_state(parser, text);
	if (found->special && base != NULL && span_eq_nocase(base->scheme, found->scheme) && !two_slashes)
		return relative_state(parser, text);
	if (found->special)
		return special_authority_state(parser, text);
	if (two_slashes)
		return authority_state(parser, span_from(text, 2));
	if (slash_at(found, text, 0)) {
		path_state(found, span_from(text, 1));
		return PW_OK;
	}
	found->opaque_path = true;
	found->path = cut_tail(found, text);
	return PW_OK;
}

enum pw_err
url_parse_clean(struct url_text clean, const struct url *base, struct arena *arena, struct url *url)
{
	struct parser	 parser = { .found.port = URL_NO_PART, .base = base, .arena = arena };
	struct span	 text = clean.text;
	size_t		 colon = url_scheme_length(text);
	enum pw_err	 err;

	parser.found.scheme = span_cut(text, 0, colon);
	err = colon > 0 ? scheme_state(&parser, span_from(text, colon + 1)) : no_scheme_state(&parser, text);
	if (err != PW_OK)
		return err;

	/* Enough for what is written around the pieces: slashes, port, "/.". */
	struct url_out out = { .capacity = text.len + clean.growth + parser.found.host.len + 32 };
	if (base != NULL)
		out.capacity += base->href.len;
	out.at = out.capacity < URL_NO_PART ? arena_alloc(arena, out.capacity) : NULL;
	if (out.at == NULL)
		return PW_ENOMEM;
	url_pieces_write(&parser.found, base, &out, url);
	return out.overflow ? PW_ENOMEM : PW_OK;
}

enum pw_err
url_parse(struct span input, const struct url *base, struct arena *arena, struct url *url)
{
	struct url_text	clean;
	enum pw_err	err = url_text_clean(input, arena, &clean);

	return err == PW_OK ? url_parse_clean(clean, base, arena, url) : err;
}
