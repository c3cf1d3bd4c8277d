#include "url/unc.h"
#include "url/pieces.h"

static const struct url file_base = {
	.href = SPAN("file:///"), .scheme = SPAN("file"), .has_host = true, .special = true,
	.port = URL_NO_PART, .path_at = sizeof("file://") - 1, .query_at = URL_NO_PART, .fragment_at = URL_NO_PART,
};

size_t
url_unc_slashes(struct span text)
{
	size_t i = 0;

	while (i < text.len && (text.at[i] == '/' || text.at[i] == '\\'))
		i++;
	return i;
}

/* Length of the slash that s begins with, 0 if it is none. Windows undoes percent-encoding first. */
static size_t
slash_length(struct span s)
{
	if (url_unc_slashes(span_cut(s, 0, 1)) > 0)
		return 1;
	return span_starts_nocase(s, SPAN("%5c")) || span_starts_nocase(s, SPAN("%2f")) ? 3 : 0;
}

static struct span
skip_slashes(struct span s, size_t *count)
{
	size_t len;

	for (*count = 0; (len = slash_length(s)) > 0; ++*count)
		s = span_from(s, len);
	return s;
}

/* Without "?\UNC\" or ".\UNC\"; s itself if it does not begin so. */
static struct span
skip_device(struct span s)
{
	struct span	rest;
	size_t		slashes;

	if (s.len == 0 || (s.at[0] != '?' && s.at[0] != '.'))
		return s;
	rest = skip_slashes(span_from(s, 1), &slashes);
	if (slashes == 0 || !span_starts_nocase(rest, SPAN("UNC")))
		return s;
	rest = skip_slashes(span_from(rest, 3), &slashes);
	return slashes > 0 ? rest : s;
}

enum pw_err
url_unc_parse(struct span text, struct arena *arena, struct url *url)
{
	size_t		slashes, end = 0;
	struct span	behind = skip_slashes(text, &slashes), named = skip_device(behind);

	while (end < named.len && slash_length(span_from(named, end)) == 0 &&
	    named.at[end] != '?' && named.at[end] != '#')
		end++;
	struct span	name = span_cut(named, 0, end), rest = span_from(named, end);
	struct span	host = span_cut(name, 0, span_find_char(name, '@', 0));
	if (slashes == 0 || (slashes == 1 && named.at == behind.at) || host.len == 0 || url_is_drive(host))
		return PW_ENOTFOUND;

	struct url_out out = { .capacity = host.len + rest.len + 3 };
	out.at = arena_alloc(arena, out.capacity);
	if (out.at == NULL)
		return PW_ENOMEM;
	url_out_add(&out, SPAN("//"));
	url_out_add(&out, host);
	url_out_add(&out, SPAN("/"));
	url_out_add(&out, skip_slashes(rest, &slashes));
	enum pw_err err = url_parse((struct span){ out.at, out.len }, &file_base, arena, url);
	return err == PW_OK && url->host.len == 0 ? PW_ENOTFOUND : err;
}
