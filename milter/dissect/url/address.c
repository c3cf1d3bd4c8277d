#include "url/address.h"

#include <stdio.h>

/* More than any part may be; larger numbers stay here. */
#define NUMBER_MAX	((uint64_t)1 << 33)

/* (URL, "IPv4 number parser") */
static bool
number_parse(struct span part, uint64_t *number)
{
	unsigned base = 10;

	if (part.len == 0)
		return false;
	if (part.len >= 2 && part.at[0] == '0') {
		base = ascii_lower(part.at[1]) == 'x' ? 16 : 8;
		part = span_from(part, base == 16 ? 2 : 1);
	}
	*number = 0;
	for (size_t i = 0; i < part.len; i++) {
		int digit = ascii_hex(part.at[i]);

		if (digit < 0 || (unsigned)digit >= base)
			return false;
		*number = *number * base + (unsigned)digit;
		if (*number > NUMBER_MAX)
			*number = NUMBER_MAX;
	}
	return true;
}

struct span
url_without_last_dot(struct span domain)
{
	if (domain.len > 1 && domain.at[domain.len - 1] == '.')
		domain.len--;
	return domain;
}

bool
url_ipv4_is_meant(struct span domain)
{
	uint64_t number;

	domain = url_without_last_dot(domain);
	size_t begin = domain.len;
	while (begin > 0 && domain.at[begin - 1] != '.')
		begin--;

	struct span	last = span_from(domain, begin);
	size_t		digits = 0;
	while (digits < last.len && ascii_digit(last.at[digits]))
		digits++;
	return last.len > 0 && (digits == last.len || number_parse(last, &number));
}

struct span
url_ipv4_write(struct span domain, char room[URL_ADDRESS_MAX])
{
	uint64_t	parts[4], address = 0;
	size_t		count = 0;

	domain = url_without_last_dot(domain);
	for (size_t at = 0; at <= domain.len; count++) {
		size_t dot = span_find_char(domain, '.', at);

		if (count == NITEMS(parts) || !number_parse(span_cut(domain, at, dot), &parts[count]))
			return SPAN_NONE;
		at = dot + 1;
	}
	/* Every part is a byte but the last, which fills the rest of the address. */
	for (size_t i = 0; i + 1 < count; i++) {
		if (parts[i] > 255)
			return SPAN_NONE;
		address |= parts[i] << (8 * (3 - i));
	}
	if (parts[count - 1] >> (8 * (5 - count)) != 0)
		return SPAN_NONE;
	address |= parts[count - 1];
	int len = snprintf(room, URL_ADDRESS_MAX, "%u.%u.%u.%u", (unsigned)(address >> 24),
	    (unsigned)(address >> 16 & 255), (unsigned)(address >> 8 & 255), (unsigned)(address & 255));
	return (struct span){ room, (size_t)len };
}

struct ipv6 {
	uint16_t	pieces[8];
	int		index;		/* of the piece to be read */
	int		compress;	/* index of the piece behind "::", or -1 */
};

/* The four decimals at the end of an IPv6 address. Not the IPv4 grammar of a host: no octal, no hex. */
static bool
ipv6_add_ipv4(struct ipv6 *address, struct span s)
{
	size_t at = 0;

	if (address->index > 6)
		return false;
	for (int seen = 0; seen < 4; seen++) {
		unsigned	value = 0;
		size_t		begin;

		if (seen > 0 && (at >= s.len || s.at[at++] != '.'))
			return false;
		for (begin = at; at < s.len && ascii_digit(s.at[at]); at++) {
			if (at > begin && value == 0)
				return false;
			value = value * 10 + (unsigned)(s.at[at] - '0');
			if (value > 255)
				return false;
		}
		if (at == begin)
			return false;
		uint16_t *piece = &address->pieces[address->index];
		*piece = (uint16_t)((unsigned)*piece << 8 | value);
		if (seen % 2 == 1)
			address->index++;
	}
	return at == s.len;
}

/* (URL, "IPv6 parser") */
static bool
ipv6_parse(struct ipv6 *address, struct span s)
{
	size_t at = 0;

	if (s.len > 0 && s.at[0] == ':') {
		if (s.len < 2 || s.at[1] != ':')
			return false;
		at = 2;
		address->compress = ++address->index;
	}
	while (at < s.len) {
		unsigned	value = 0;
		size_t		begin = at;

		if (address->index == 8)
			return false;
		if (s.at[at] == ':') {
			if (address->compress >= 0)
				return false;
			at++;
			address->compress = ++address->index;
			continue;
		}
		for (; at < s.len && at - begin < 4 && ascii_hex(s.at[at]) >= 0; at++)
			value = value * 16 + (unsigned)ascii_hex(s.at[at]);
		if (at < s.len && s.at[at] == '.') {
			if (!ipv6_add_ipv4(address, span_from(s, begin)))
				return false;
			break;
		}
		if (at < s.len && (s.at[at++] != ':' || at == s.len))
			return false;
		address->pieces[address->index++] = (uint16_t)value;
	}
	return address->compress >= 0 || address->index == 8;
}

/* Move the pieces read behind "::" to the end. */
static void
ipv6_expand(struct ipv6 *address)
{
	if (address->compress < 0)
		return;
	for (int from = address->index - 1, to = 7; from >= address->compress && from < to; from--, to--) {
		address->pieces[to] = address->pieces[from];
		address->pieces[from] = 0;
	}
}

/* The first of the longest runs of zero pieces, at least two; *size is 0 if there is none. */
static int
ipv6_longest_zeros(const struct ipv6 *address, int *size)
{
	int longest = -1;

	*size = 0;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && address->pieces[end] == 0)
			end++;
		if (end - i > 1 && end - i > *size) {
			longest = i;
			*size = end - i;
		}
		i = end;
	}
	return longest;
}

struct span
url_ipv6_write(struct span pieces, char room[URL_ADDRESS_MAX])
{
	struct ipv6	address = { .compress = -1 };
	size_t		len = 0;
	int		zeros, begin;

	if (!ipv6_parse(&address, pieces))
		return SPAN_NONE;
	ipv6_expand(&address);
	begin = ipv6_longest_zeros(&address, &zeros);
	room[len++] = '[';
	for (int i = 0; i < 8; i++) {
		if (i == begin) {
			room[len++] = ':';
			if (i == 0)
				room[len++] = ':';
			i += zeros - 1;
			continue;
		}
		len += (size_t)snprintf(room + len, URL_ADDRESS_MAX - len, i < 7 ? "%x:" : "%x", address.pieces[i]);
	}
	room[len++] = ']';
	return (struct span){ room, len };
}
