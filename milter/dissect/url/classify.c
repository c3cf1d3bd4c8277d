/* What a reference reaches, in any client: the standard's answer, and where clients go beyond it. */
#include "url/host.h"
#include "url/parse.h"
#include "url/scheme.h"
#include "url/unc.h"

/* How many places inside a command are tried as a URL. */
#define WITHIN_TRIES	8
/* As much of a reference as is looked at to see whether it resembles a URL. */
#define GIST_MAX	64

struct classifier {
	size_t		  growth;	/* of the whole text */
	const struct url *base;
	struct arena	 *arena;
	enum url_reach	 *reach;
	struct url	 *url;
};

/* "//host" is read against it: https is what a client of today tries. */
static const struct url https_base = {
	.href = SPAN("https://x/"), .scheme = SPAN("https"), .host = SPAN("x"), .has_host = true, .special = true,
	.port = URL_NO_PART, .path_at = sizeof("https://x") - 1, .query_at = URL_NO_PART, .fragment_at = URL_NO_PART,
};

static enum pw_err
found(struct classifier *c, enum url_reach reach)
{
	*c->reach = reach;
	return PW_OK;
}

/* An answer without a URL: only its text. */
static enum pw_err
found_text(struct classifier *c, enum url_reach reach, struct span text)
{
	*c->url = (struct url){ .href = arena_copy(c->arena, text), .port = URL_NO_PART, .path_at = URL_NO_PART,
	    .query_at = URL_NO_PART, .fragment_at = URL_NO_PART };
	return c->url->href.at != NULL ? found(c, reach) : PW_ENOMEM;
}

static enum pw_err
parse(struct classifier *c, struct span text, const struct url *base)
{
	return url_parse_clean((struct url_text){ text, c->growth }, base, c->arena, c->url);
}

static enum pw_err
inside_classify(struct classifier *c, struct span text)
{
	enum pw_err err = parse(c, text, c->base);

	return err == PW_ESYNTAX ? found_text(c, URL_INSIDE, text) : err == PW_OK ? found(c, URL_INSIDE) : err;
}

/* A parsed file: URL is remote if it names a host, be it in the path, where the standard sees none. */
static enum pw_err
file_settle(struct classifier *c)
{
	struct url	unc;
	enum pw_err	err;

	if (c->url->host.len > 0)
		return found(c, URL_REMOTE);
	err = url_unc_parse(span_from(c->url->href, c->url->path_at), c->arena, &unc);
	if (err == PW_OK)
		*c->url = unc;
	else if (err == PW_ESYNTAX)
		return found_text(c, URL_BROKEN, c->url->href);
	return err == PW_OK ? found(c, URL_REMOTE) : err == PW_ENOTFOUND ? found(c, URL_INSIDE) : err;
}

static enum pw_err
unc_classify(struct classifier *c, struct span text)
{
	enum pw_err err = url_unc_parse(text, c->arena, c->url);

	if (err == PW_ESYNTAX)
		return found_text(c, URL_BROKEN, text);
	return err == PW_ENOTFOUND ? found_text(c, URL_RELATIVE, text) : err == PW_OK ? found(c, URL_REMOTE) : err;
}

static enum pw_err
file_classify(struct classifier *c, struct span text, struct span behind_colon)
{
	enum pw_err err = parse(c, text, c->base);

	if (err == PW_OK)
		return file_settle(c);
	/* No host by the standard, as in file://host@SSL/share. */
	return err == PW_ESYNTAX ? unc_classify(c, behind_colon) : err;
}

/* What DNS is asked for: a scheme that is not special keeps its host as written. */
static enum pw_err
remote_settle(struct classifier *c)
{
	struct span	host;
	enum pw_err	err;

	if (c->url->host.len == 0)
		return found(c, URL_INSIDE);
	if (!c->url->special) {
		err = url_host_parse(c->url->host, false, c->arena, &host);
		if (err == PW_OK)
			c->url->host = host;
		else if (err != PW_ESYNTAX)
			return err;
	}
	return found(c, URL_REMOTE);
}

/* "http://a\@b": to the standard the host is a, to parsers that know no back slash it is b. */
static bool
host_is_disputed(struct span behind_colon)
{
	struct span	authority = span_from(behind_colon, url_unc_slashes(behind_colon));
	bool		back_slash = false;

	for (size_t i = 0; i < authority.len; i++) {
		char c = authority.at[i];

		if (c == '/' || c == '?' || c == '#')
			break;
		if (c == '@' && back_slash)
			return true;
		back_slash |= c == '\\';
	}
	return false;
}

static enum pw_err
host_classify(struct classifier *c, struct span text, struct span behind_colon)
{
	size_t		slashes = url_unc_slashes(behind_colon);
	enum pw_err	err = parse(c, text, c->base);

	if (err == PW_ESYNTAX)
		return found_text(c, slashes == behind_colon.len ? URL_RELATIVE : URL_BROKEN, text);
	if (err != PW_OK)
		return err;
	if (c->url->special) {
		/* "http:x" is a path to who has a base of that scheme, a host to who ignores the base. */
		bool path_or_host = slashes < 2 && slashes < behind_colon.len && c->base != NULL &&
		    span_eq(c->base->scheme, c->url->scheme);

		if (path_or_host || host_is_disputed(behind_colon))
			return found_text(c, URL_BROKEN, text);
	} else if (!c->url->has_host && slashes >= 2)
		return found_text(c, URL_BROKEN, text);
	return remote_settle(c);
}

/* "//host", in back slashes a UNC path where no web page is around it. */
static enum pw_err
double_slash_classify(struct classifier *c, struct span text)
{
	const struct url	*base = c->base;
	enum pw_err		 err;

	if (url_unc_slashes(text) == text.len)
		return found_text(c, URL_RELATIVE, text);
	if (base == NULL || !base->special) {
		if (text.at[0] == '\\' && text.at[1] == '\\')
			return unc_classify(c, text);
		base = &https_base;
	} else if (span_eq(base->scheme, SPAN("file")))
		return unc_classify(c, text);
	err = parse(c, text, base);
	if (err == PW_ESYNTAX || (err == PW_OK && host_is_disputed(text)))
		return found_text(c, URL_BROKEN, text);
	return err == PW_OK ? remote_settle(c) : err;
}

static bool
is_fetched(const struct url_scheme *row)
{
	return row != NULL && (row->reach == REACH_HOST || row->reach == REACH_FILE);
}

/* The scheme before the colon, where any text may stand before it. */
static struct span
scheme_before(struct span text, size_t colon)
{
	size_t begin = colon;

	while (begin > 0 && colon - begin < GIST_MAX && (ascii_alpha(text.at[begin - 1]) ||
	    ascii_digit(text.at[begin - 1]) || text.at[begin - 1] == '+' || text.at[begin - 1] == '-'))
		begin--;
	return span_cut(text, begin, colon);
}

static enum pw_err
fetched_classify(struct classifier *c, const struct url_scheme *row, struct span text, struct span behind_colon)
{
	return row->reach == REACH_HOST ? host_classify(c, text, behind_colon) : file_classify(c, text, behind_colon);
}

/* The first URL or UNC path in a command's arguments, which are delimited by "|" in those of Office. */
static enum pw_err
within_search(struct classifier *c, struct span arguments, bool *hit)
{
	int		tries = 0;
	size_t		slashes;
	enum pw_err	err = PW_OK;

	for (size_t at = 0; at < arguments.len && tries < WITHIN_TRIES && !*hit && err == PW_OK; at += slashes) {
		slashes = url_unc_slashes(span_from(arguments, at));
		if (slashes < 2) {
			slashes = 1;
			continue;
		}
		struct span		 scheme = SPAN_NONE, behind;
		if (at > 0 && arguments.at[at - 1] == ':')
			scheme = scheme_before(arguments, at - 1);
		const struct url_scheme	*row = url_scheme_find(scheme);
		if (!is_fetched(row) && (arguments.at[at] != '\\' || arguments.at[at + 1] != '\\'))
			continue;
		behind = span_cut(arguments, at, span_find_char(arguments, '|', at));
		if (is_fetched(row))
			err = fetched_classify(c, row, (struct span){ scheme.at, scheme.len + 1 + behind.len }, behind);
		else
			err = unc_classify(c, behind);
		tries++;
		*hit = err == PW_OK && (*c->reach == URL_REMOTE || *c->reach == URL_BROKEN);
	}
	if (err == PW_OK && !*hit && tries == WITHIN_TRIES) {
		/* Local files, one behind the other: what they hide is not looked for. */
		*hit = true;
		err = found_text(c, URL_BROKEN, arguments);
	}
	return err;
}

static enum pw_err
within_classify(struct classifier *c, struct span text, struct span arguments)
{
	const struct url	*base = c->base;
	bool			 hit = false;
	enum pw_err		 err;

	c->base = NULL;
	err = within_search(c, arguments, &hit);
	if (err == PW_OK && !hit) {
		struct span	decoded = url_text_decode(arguments, c->arena);
		struct url_text clean;

		if (decoded.at == NULL && arguments.len > 0)
			return PW_ENOMEM;
		err = url_text_clean(decoded, c->arena, &clean);
		if (err == PW_OK) {
			size_t growth = c->growth;

			c->growth = clean.growth;
			err = within_search(c, clean.text, &hit);
			c->growth = growth;
		}
	}
	c->base = base;
	return err == PW_OK && !hit ? inside_classify(c, text) : err;
}

/*
 * What is left of a text for who drops what does not belong in a URL: blanks of all kinds and controls
 * anywhere, quotes and brackets before it, percent-encoding. Lower case.
 */
static struct span
gist_of(struct span text, char gist[GIST_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < GIST_MAX; i++) {
		char c = text.at[i];

		if (c == '%' && i + 2 < text.len && ascii_hex(text.at[i + 1]) >= 0 && ascii_hex(text.at[i + 2]) >= 0) {
			c = (char)(ascii_hex(text.at[i + 1]) * 16 + ascii_hex(text.at[i + 2]));
			i += 2;
		}
		bool quote = c == '"' || c == '\'' || c == '`' || c == '<' || c == '(' || c == '[' || c == '=';
		if (c > ' ' && c < 0x7f && !(quote && len == 0))
			gist[len++] = ascii_lower(c);
	}
	return (struct span){ gist, len };
}

/* No URL by the standard, but for a client that is more lenient, or that completes names of hosts. */
static bool
resembles_url(struct span text, bool has_base)
{
	char			 room[GIST_MAX];
	struct span		 gist = gist_of(text, room);
	size_t			 colon = url_scheme_length(gist);
	const struct url_scheme	*row = colon > 0 ? url_scheme_find(span_cut(gist, 0, colon)) : NULL;

	if (row != NULL && row->reach != REACH_NOWHERE)
		return row->special || url_unc_slashes(span_from(gist, colon + 1)) > 0 || row->reach != REACH_HOST;
	return url_unc_slashes(gist) >= 2 || (!has_base && span_starts(gist, SPAN("www.")));
}

static enum pw_err
relative_classify(struct classifier *c, struct span text)
{
	enum pw_err err;

	if (resembles_url(text, c->base != NULL))
		return found_text(c, URL_BROKEN, text);
	if (c->base == NULL)
		return found_text(c, URL_RELATIVE, text);
	err = parse(c, text, c->base);
	if (err != PW_OK)
		return err == PW_ESYNTAX ? found_text(c, URL_RELATIVE, text) : err;
	const struct url_scheme *row = url_scheme_find(c->url->scheme);
	if (!is_fetched(row))
		return found(c, URL_INSIDE);
	return row->reach == REACH_FILE ? file_settle(c) : remote_settle(c);
}

/* "host.example:80/path" has a scheme by the standard. */
static bool
is_host_and_port(struct span scheme, struct span behind_colon)
{
	return span_find_char(scheme, '.', 0) < scheme.len && behind_colon.len > 0 && ascii_digit(behind_colon.at[0]);
}

static enum pw_err
reference_classify(struct classifier *c, struct span text)
{
	size_t			 colon = url_scheme_length(text);
	struct span		 scheme = span_cut(text, 0, colon), behind = span_from(text, colon + 1);
	const struct url_scheme	*row = colon > 0 ? url_scheme_find(scheme) : NULL;

	if (colon == 0)
		return url_unc_slashes(text) >= 2 ? double_slash_classify(c, text) : relative_classify(c, text);
	if (row == NULL && is_host_and_port(scheme, behind))
		return found_text(c, URL_BROKEN, text);
	if (is_fetched(row))
		return fetched_classify(c, row, text, behind);
	if (row != NULL && row->reach == REACH_WITHIN)
		return within_classify(c, text, behind);
	return inside_classify(c, text);
}

/* The text behind "view-source:", "jar:" and the like, however many of them. */
static struct span
skip_prefixes(struct span text)
{
	char end = '\0';

	for (;;) {
		size_t			 colon = url_scheme_length(text);
		const struct url_scheme	*row = colon > 0 ? url_scheme_find(span_cut(text, 0, colon)) : NULL;

		if (row == NULL || row->reach != REACH_PREFIX)
			break;
		if (row->end != '\0')
			end = row->end;
		text = span_from(text, colon + 1);
		while (text.len > 0 && text.at[0] == ' ')
			text = span_from(text, 1);
	}
	return end != '\0' ? span_cut(text, 0, span_find_char(text, end, 0)) : text;
}

enum pw_err
url_classify(struct span written, const struct url *base, struct arena *arena, enum url_reach *reach,
    struct url *url)
{
	struct url_text	clean;
	enum pw_err	err = url_text_clean(written, arena, &clean);

	if (err != PW_OK)
		return err;
	struct classifier	c = { clean.growth, base, arena, reach, url };
	struct span		inner = skip_prefixes(clean.text);
	if (inner.at == clean.text.at)
		return reference_classify(&c, clean.text);

	c.base = NULL;
	err = reference_classify(&c, inner);
	c.base = base;
	if (err == PW_OK && (*reach == URL_INSIDE || *reach == URL_RELATIVE))
		err = inside_classify(&c, clean.text);
	return err;
}
