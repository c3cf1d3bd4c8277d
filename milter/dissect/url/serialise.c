/* (URL, "URL serializing"): the pieces as text, and the path state, which is done in what is written. */
#include "url/pieces.h"

bool
url_path_has_drive(struct span path)
{
	return path.len >= 3 && path.at[0] == '/' && ascii_alpha(path.at[1]) && path.at[2] == ':' &&
	    (path.len == 3 || path.at[3] == '/');
}

struct span
url_path_shorten(struct span path, bool file)
{
	if (file && path.len == 3 && url_path_has_drive(path))
		return path;
	while (path.len > 0 && path.at[--path.len] != '/')
		;
	return path;
}

static void
write_authority(const struct url_pieces *found, struct url_out *out, struct url *url)
{
	size_t		colon = span_find_char(found->userinfo, ':', 0);
	struct span	password = span_from(found->userinfo, colon + 1);

	url_out_add(out, SPAN("//"));
	if (colon > 0 || password.len > 0) {
		url_out_encode(out, span_cut(found->userinfo, 0, colon), URL_ENCODE_USERINFO);
		if (password.len > 0) {
			url_out_add(out, SPAN(":"));
			url_out_encode(out, password, URL_ENCODE_USERINFO);
		}
		url_out_add(out, SPAN("@"));
	}
	url->host = (struct span){ out->at + out->len, found->host.len };
	url_out_add(out, found->host);
	if (found->port != URL_NO_PART) {
		char	digits[6];
		size_t	at = sizeof(digits);

		for (uint32_t port = found->port; at == sizeof(digits) || port > 0; port /= 10)
			digits[--at] = (char)('0' + port % 10);
		digits[--at] = ':';
		url_out_add(out, (struct span){ digits + at, sizeof(digits) - at });
	}
}

/* The base's authority; "@" and the last ":" stand around its host as they do nowhere else. */
static void
write_base_authority(const struct url_pieces *found, const struct url *base, struct url_out *out, struct url *url)
{
	struct span	authority = found->base_authority;
	size_t		end = authority.len, begin = span_find_char(authority, '@', 0);

	begin = begin < end ? begin + 1 : 2;
	if (base->port != URL_NO_PART)
		while (authority.at[--end] != ':')
			;
	url->port = base->port;
	url->host = (struct span){ out->at + out->len + begin, end - begin };
	url_out_add(out, authority);
}

/* How many dots a segment stands for, if it is nothing but 1 or 2 of them; "%2e" is one. */
static int
segment_dots(struct span segment)
{
	int dots = 0;

	for (size_t i = 0; i < segment.len; dots++) {
		if (segment.at[i] == '.')
			i++;
		else if (span_starts_nocase(span_from(segment, i), SPAN("%2e")))
			i += 3;
		else
			return 0;
		if (dots == 2)
			return 0;
	}
	return dots;
}

/* The segments of the raw path, behind what out holds from begin on. */
static void
write_path(const struct url_pieces *found, size_t begin, struct url_out *out)
{
	struct span raw = found->path;

	for (size_t at = 0; at <= raw.len;) {
		size_t end = at;

		while (end < raw.len && !url_pieces_slash(found, raw.at[end]))
			end++;
		struct span	segment = span_cut(raw, at, end);
		int		dots = segment_dots(segment);
		struct span	path = { out->at + begin, out->len - begin };

		if (dots == 2)
			out->len = begin + url_path_shorten(path, found->file).len;
		if (dots == 0 || end == raw.len)
			url_out_add(out, SPAN("/"));
		if (dots == 0) {
			url_out_encode(out, segment, URL_ENCODE_PATH);
			if (found->file && path.len == 0 && url_is_drive(segment) && !out->overflow)
				out->at[out->len - 1] = ':';
		}
		at = end + 1;
	}
}

/* A space that would end the URL if its tail were taken away is encoded, the others are not. */
static void
write_opaque_path(const struct url_pieces *found, struct url_out *out)
{
	struct span	path = found->path;
	bool		space = path.len > 0 && path.at[path.len - 1] == ' ' && (found->has_query || found->has_fragment);

	url_out_encode(out, span_cut(path, 0, path.len - space), URL_ENCODE_C0);
	if (space)
		url_out_add(out, SPAN("%20"));
}

void
url_pieces_write(const struct url_pieces *found, const struct url *base, struct url_out *out, struct url *url)
{
	*url = (struct url){ .has_host = found->has_host, .special = found->special, .port = found->port,
	    .opaque_path = found->opaque_path, .query_at = URL_NO_PART, .fragment_at = URL_NO_PART };
	url_out_add_lower(out, found->scheme);
	url->scheme = (struct span){ out->at, out->len };
	url_out_add(out, SPAN(":"));

	if (found->base_authority.len > 0)
		write_base_authority(found, base, out, url);
	else if (found->has_host)
		write_authority(found, out, url);

	size_t begin = out->len;
	url_out_add(out, found->base_path);
	if (found->opaque_path)
		write_opaque_path(found, out);
	else if (found->has_path)
		write_path(found, begin, out);
	if (!found->has_host && !found->opaque_path && out->len - begin > 1 &&
	    out->at[begin] == '/' && out->at[begin + 1] == '/') {
		/* Else what is a path would be read as a host. */
		url_out_insert(out, begin, SPAN("/."));
		begin += 2;
	}
	url->path_at = (uint32_t)begin;

	if (found->has_query) {
		url_out_add(out, SPAN("?"));
		url->query_at = (uint32_t)out->len;
		url_out_add(out, found->base_query);
		url_out_encode(out, found->query, found->special ? URL_ENCODE_SPECIAL_QUERY : URL_ENCODE_QUERY);
	}
	if (found->has_fragment) {
		url_out_add(out, SPAN("#"));
		url->fragment_at = (uint32_t)out->len;
		url_out_encode(out, found->fragment, URL_ENCODE_FRAGMENT);
	}
	url->href = (struct span){ out->at, out->len };
}
