/* The grammar of the option Redis. */
#include <pixelward/base/redis.h>

#include <sys/un.h>

#define GRAMMAR		"write none, unix:/PATH, tcp:HOST:PORT or sentinel:NAME@HOST:PORT,HOST:PORT"
#define LONGEST_SOCKET	(sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

static bool
fails(struct buf *why, const char *what)
{
	buf_printf(why, "%s; " GRAMMAR, what);
	return false;
}

static bool
port_parse(struct span s, uint16_t *port)
{
	unsigned value = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_digit(s.at[i]) || value > 65535)
			return false;
		value = value * 10 + (unsigned)(s.at[i] - '0');
	}
	*port = (uint16_t)value;
	return value >= 1 && value <= 65535;
}

/* HOST:PORT, where an IPv6 address stands in brackets. */
static bool
host_parse(struct span s, struct redis_place *place, struct buf *why)
{
	size_t		colon = s.len;
	struct span	host;

	while (colon > 0 && s.at[colon - 1] != ':')
		colon--;
	host = span_cut(s, 0, colon > 0 ? colon - 1 : 0);
	if (place->count == REDIS_MOST_SENTINELS)
		return fails(why, "more than 16 sentinels");
	if (!port_parse(span_from(s, colon), &place->ports[place->count]))
		return fails(why, "no port from 1 to 65535");
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']') {
		host = span_cut(host, 1, host.len - 1);
		if (!span_is_made_of(host, ":.%"))
			return fails(why, "no IPv6 address in the brackets");
	} else if (!span_is_made_of(host, "-._") || host.len > 253)
		return fails(why, "no host");
	place->hosts[place->count++] = host;
	return true;
}

static bool
sentinels_parse(struct span rest, struct redis_place *place, struct buf *why)
{
	size_t at = span_find_char(rest, '@', 0);

	place->kind = REDIS_SENTINEL;
	place->name = span_cut(rest, 0, at);
	if (at == rest.len || !span_is_made_of(place->name, "-._"))
		return fails(why, "no name of a master before the @");
	for (size_t begin = at + 1, end; begin <= rest.len; begin = end + 1) {
		end = span_find_char(rest, ',', begin);
		if (!host_parse(span_trim(span_cut(rest, begin, end)), place, why))
			return false;
	}
	return true;
}

bool
redis_place_parse(struct span text, struct redis_place *place, struct buf *why)
{
	size_t		colon = span_find_char(text, ':', 0);
	struct span	scheme = span_cut(text, 0, colon), rest = span_from(text, colon + 1);

	*place = (struct redis_place){ .kind = REDIS_NONE };
	if (span_is(text, "none"))
		return true;
	if (span_is(scheme, "unix")) {
		place->kind = REDIS_UNIX;
		place->name = rest;
		if (rest.len == 0 || rest.at[0] != '/')
			return fails(why, "the socket's path is not absolute");
		return rest.len <= LONGEST_SOCKET || fails(why, "the socket's path is longer than the kernel takes");
	}
	if (span_is(scheme, "tcp")) {
		place->kind = REDIS_TCP;
		return host_parse(rest, place, why);
	}
	if (span_is(scheme, "sentinel"))
		return sentinels_parse(rest, place, why);
	return fails(why, "no store");
}
