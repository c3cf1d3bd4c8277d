/* The grammars of texts among the options: sockets, paths, users, stores, names. */
#include "option.h"

#include <pixelward/base/cidr.h>
#include <pixelward/base/redis.h>
#include <pixelward/dissection.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

/* sun_path with its NUL. */
#define LONGEST_SOCKET	(sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1)

static bool
fails(struct buf *why, const char *what)
{
	buf_add(why, span_of(what));
	return false;
}

static bool
number_within(struct span s, unsigned long least, unsigned long most)
{
	unsigned long value = 0;

	if (s.len == 0 || s.len > 7)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_digit(s.at[i]))
			return false;
		value = value * 10 + (unsigned long)(s.at[i] - '0');
	}
	return value >= least && value <= most;
}

static bool
is_port(struct span s)
{
	return number_within(s, 1, 65535);
}

static bool
is_address(struct span s, int family)
{
	char		text[INET6_ADDRSTRLEN];
	unsigned char	address[16];

	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.at, '\0', s.len) != NULL)
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	return inet_pton(family, text, address) == 1;
}

/* What ends in a number is an IPv4 address or nothing, as for browsers. */
static bool
is_host_name(struct span s)
{
	size_t last = s.len;

	while (last > 0 && s.at[last - 1] != '.')
		last--;
	if (s.len > 253 || !span_is_made_of(s, "-._") || last == s.len)
		return false;
	for (; last < s.len; last++)
		if (!ascii_digit(s.at[last]))
			return true;
	return is_address(s, AF_INET);
}

static struct span
without_brackets(struct span s)
{
	if (s.len >= 2 && s.at[0] == '[' && s.at[s.len - 1] == ']')
		return span_cut(s, 1, s.len - 1);
	return s;
}

static bool
socket_unix(struct span path, struct buf *normal, struct buf *why)
{
	if (path.len == 0 || path.at[0] != '/')
		return fails(why, "the socket's path is not absolute; write unix:/PATH (a path relative to Postfix's "
		    "chroot belongs into main.cf only)");
	if (path.len > LONGEST_SOCKET) {
		buf_printf(why, "the socket's path has %zu bytes; write one of at most %zu, the kernel's bound",
		    path.len, LONGEST_SOCKET);
		return false;
	}
	if (path.at[path.len - 1] == '/')
		return fails(why, "the socket's path ends in /; write a file's name behind it");
	buf_printf(normal, "unix:%.*s", SPAN_ARG(path));
	return true;
}

/* PORT@HOST as libmilter has it; HOST:PORT is Postfix's, and what people copy from main.cf. */
static bool
socket_inet(struct span rest, bool v6, struct buf *normal, struct buf *note, struct buf *why)
{
	const char	*scheme = v6 ? "inet6" : "inet";
	size_t		 at = span_find_char(rest, '@', 0), colon = rest.len;
	struct span	 port = span_cut(rest, 0, at), host = without_brackets(span_from(rest, at + 1));

	while (colon > 0 && rest.at[colon - 1] != ':')
		colon--;
	if (at == rest.len && colon > 0 && is_port(span_from(rest, colon)) && colon > 1) {
		port = span_from(rest, colon);
		host = without_brackets(span_cut(rest, 0, colon - 1));
		v6 = v6 || is_address(host, AF_INET6);
		scheme = v6 ? "inet6" : "inet";
		buf_printf(note, "%.*s is in Postfix's order; read as %s:%.*s@%.*s, which is how to write it here",
		    SPAN_ARG(rest), scheme, SPAN_ARG(port), SPAN_ARG(host));
	} else if (at == rest.len) {
		buf_printf(why, "no host to listen on; write %s:PORT@HOST, such as %s", scheme,
		    v6 ? "inet6:8894@::1" : "inet:8894@127.0.0.1");
		return false;
	}
	if (!is_port(port)) {
		buf_printf(why, "'%.*s' is no port; write %s:PORT@HOST with a number from 1 to 65535",
		    SPAN_ARG(span_cut(port, 0, 60)), scheme);
		return false;
	}
	if (!v6 && is_address(host, AF_INET6)) {
		buf_printf(why, "an IPv6 address needs the other scheme; write inet6:%.*s@%.*s", SPAN_ARG(port),
		    SPAN_ARG(host));
		return false;
	}
	if (host.len == 0 || !(is_host_name(host) || (v6 && is_address(host, AF_INET6))) ||
	    (v6 && is_address(host, AF_INET))) {
		buf_printf(why, "'%.*s' is no host that %s can listen on; write a name or an address",
		    SPAN_ARG(span_cut(host, 0, 60)), scheme);
		return false;
	}
	buf_printf(normal, "%s:%.*s@%.*s", scheme, SPAN_ARG(port), SPAN_ARG(host));
	return true;
}

bool
check_socket(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	size_t		colon = span_find_char(text, ':', 0);
	struct span	scheme = span_cut(text, 0, colon), rest = span_from(text, colon + 1);

	if (text.at[0] == '/') {
		buf_printf(why, "a path alone is no socket; write unix:%.*s", SPAN_ARG(span_cut(text, 0, 120)));
		return false;
	}
	if (span_eq_nocase(scheme, SPAN("unix")) || span_eq_nocase(scheme, SPAN("local")))
		return socket_unix(rest, normal, why);
	if (span_eq_nocase(scheme, SPAN("inet")) || span_eq_nocase(scheme, SPAN("inet6")))
		return socket_inet(rest, scheme.len == 5, normal, note, why);
	if (span_eq_nocase(scheme, SPAN("fd"))) {
		if (!number_within(rest, 0, 65535))
			return fails(why, "no descriptor; write fd:N with a number, 3 under systemd");
		buf_printf(normal, "fd:%.*s", SPAN_ARG(rest));
		return true;
	}
	return fails(why, "no kind of socket; write unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or fd:N");
}

bool
check_path(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)normal;
	(void)note;
	if (text.at[0] != '/')
		return fails(why, "the path is not absolute; write it from / on");
	return true;
}

/* A name as Debian's adduser and systemd take it, or a number. */
static bool
is_account(struct span s)
{
	return span_is_made_of(s, "_.-") && s.at[0] != '-' && s.at[0] != '.';
}

bool
check_user(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	size_t colon = span_find_char(text, ':', 0);

	(void)normal;
	(void)note;
	if (!is_account(span_cut(text, 0, colon)) ||
	    (colon < text.len && !is_account(span_from(text, colon + 1))))
		return fails(why, "no user; write a name, or user:group");
	return true;
}

bool
check_redis(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	struct redis_place place;

	(void)note;
	if (!redis_place_parse(text, &place, why))
		return false;
	for (size_t i = 0; i < place.count; i++)
		if (!is_host_name(place.hosts[i]) && !is_address(place.hosts[i], AF_INET6)) {
			buf_printf(why, "'%.*s' is no host; write a name or an address (IPv6 in brackets)",
			    SPAN_ARG(span_cut(place.hosts[i], 0, 60)));
			return false;
		}
	if (place.kind == REDIS_NONE)
		buf_add(normal, SPAN("none"));
	return true;
}

bool
check_password_file(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)normal;
	(void)note;
	if (text.len > 0 && text.at[0] != '/' && !span_is_made_of(text, "-_."))
		return fails(why, "neither a path nor a credential; write /PATH, or the name behind LoadCredential= in the unit");
	return true;
}

bool
check_cidr(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	struct cidr cidr;

	(void)normal;
	(void)note;
	return cidr_parse(text, &cidr, why);
}

/* RFC 8601, 2.5: a value of RFC 2045; what a token may hold is enough for a name that admins choose. */
bool
check_authserv_id(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)normal;
	(void)note;
	if (!span_is_made_of(text, "!#$%&'*+-._`{|}~^"))
		return fails(why, "no authserv-id; write a name like a host's, without blanks or quotes");
	return true;
}

/* An authserv-id, or one with the method that it is believed of. */
bool
check_verifier(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	size_t	slash = span_find_char(text, '/', 0);
	bool	known = slash == text.len;

	for (uint32_t i = 0; claim_method_name(i) != NULL; i++)
		known = known || span_is(span_from(text, slash + 1), claim_method_name(i));
	if (!known)
		return fails(why, "no method of a verifier; write ID, ID/spf, ID/dkim or ID/dmarc");
	return check_authserv_id(span_cut(text, 0, slash), normal, note, why);
}

bool
check_group_name(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)normal;
	(void)note;
	if (!span_is_made_of(text, "-_."))
		return fails(why, "no group's name; write letters, digits, - _ and . only");
	return true;
}

bool
check_node_name(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)normal;
	(void)note;
	if (!span_is_made_of(text, "-_."))
		return fails(why, "no name of a node; write letters, digits, - _ and . only");
	return true;
}

bool
check_dissectors(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	(void)note;
	if (span_eq_nocase(text, SPAN("auto"))) {
		buf_add(normal, SPAN("auto"));
		return true;
	}
	if (number_within(text, 0, DISSECTORS_MOST))
		return true;
	buf_printf(why, "'%.*s' is no number of processes; write auto or 0 to %d", SPAN_ARG(span_cut(text, 0, 60)),
	    DISSECTORS_MOST);
	return false;
}

/* The part of a URL behind the host, as it stands in the URLs that are made: nothing that would be written otherwise. */
static bool
is_plain_path(struct span path)
{
	for (size_t at = 0; at < path.len;) {
		size_t		end = span_find_char(path, '/', at + 1);
		struct span	piece = span_cut(path, at + 1, end);

		if (!span_is_made_of(piece, "-_.~") || span_eq(piece, SPAN(".")) || span_eq(piece, SPAN("..")))
			return false;
		at = end;
	}
	return true;
}

bool
check_image_proxy(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	static const struct span	schemes[] = { { "https://", 8 }, { "http://", 7 } };
	static const char *const	usual_ports[] = { "443", "80" };

	(void)note;
	while (text.len > 0 && text.at[text.len - 1] == '/')
		text.len--;
	for (size_t i = 0; i < NITEMS(schemes); i++) {
		struct span	rest = span_from(text, schemes[i].len), host, port;
		size_t		slash = span_find_char(rest, '/', 0), colon = span_find_char(span_cut(rest, 0, slash), ':', 0);

		if (!span_starts_nocase(text, schemes[i]))
			continue;
		host = span_cut(rest, 0, colon);
		port = span_cut(rest, colon + 1, slash);
		if (!is_host_name(host) || (colon < slash && (!is_port(port) || port.at[0] == '0')) ||
		    !is_plain_path(span_from(rest, slash)))
			break;
		buf_add(normal, schemes[i]);
		for (size_t k = 0; k < host.len; k++)
			buf_add_char(normal, ascii_lower(host.at[k]));
		if (port.len > 0 && !span_is(port, usual_ports[i]))
			buf_printf(normal, ":%.*s", SPAN_ARG(port));
		buf_add(normal, span_from(rest, slash));
		return true;
	}
	return text.len == 0 || fails(why, "no picture proxy; write https://HOST, with a port or a path of plain words if it has one");
}

/* Readers read it: UTF-8 without anything that is no letter. What a terminal is shown as it is, is that. */
bool
check_notice(struct span text, struct buf *normal, struct buf *note, struct buf *why)
{
	struct buf	plain;
	bool		fine;

	(void)normal;
	(void)note;
	buf_init(&plain, 4096);
	buf_add_plain(&plain, text);
	fine = span_eq(buf_span(&plain), text);
	buf_fini(&plain);
	return fine || fails(why, "no text for readers; write one line of UTF-8 without control characters");
}
