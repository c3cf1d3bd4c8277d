#include <pixelward/base/cidr.h>

#include <arpa/inet.h>
#include <string.h>

#define ALL_BITS	128u
#define MAPPED_BITS	96u	/* the length of ::ffff:0:0 */

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool
is_v4(const unsigned char address[16])
{
	return memcmp(address, mapped, sizeof(mapped)) == 0;
}

/* Strictly as inet_pton() reads it; *dotted tells which family was written. */
static bool
address_parse(struct span text, unsigned char address[16], bool *dotted)
{
	char written[INET6_ADDRSTRLEN];

	if (text.len == 0 || text.len >= sizeof(written) || memchr(text.at, '\0', text.len) != NULL)
		return false;
	memcpy(written, text.at, text.len);
	written[text.len] = '\0';
	memcpy(address, mapped, sizeof(mapped));
	*dotted = inet_pton(AF_INET, written, address + sizeof(mapped)) == 1;
	return *dotted || inet_pton(AF_INET6, written, address) == 1;
}

/* Decimal digits only, at most the given number. */
static bool
bits_parse(struct span text, unsigned most, unsigned *bits)
{
	unsigned value = 0;

	if (text.len == 0 || text.len > 3)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_digit(text.at[i]))
			return false;
		value = value * 10 + (unsigned)(text.at[i] - '0');
	}
	*bits = value;
	return value <= most;
}

static void
mask(unsigned char address[16], unsigned bits)
{
	for (unsigned i = bits / 8; i < 16; i++) {
		unsigned kept = i == bits / 8 ? bits % 8 : 0;	/* of this byte, from the left */

		address[i] = (unsigned char)(address[i] & (0xff00u >> kept));
	}
}

static void
address_print(const unsigned char address[16], bool dotted, char *text, socklen_t size)
{
	if (inet_ntop(dotted ? AF_INET : AF_INET6, dotted ? address + sizeof(mapped) : address, text, size) == NULL)
		text[0] = '\0';
}

bool
cidr_parse(struct span text, struct cidr *cidr, struct buf *why)
{
	size_t		slash = span_find_char(text, '/', 0);
	bool		dotted = false;
	unsigned	bits;
	struct buf	unread;

	buf_init(&unread, 256);
	if (why == NULL)
		why = &unread;
	if (!address_parse(span_cut(text, 0, slash), cidr->address, &dotted)) {
		buf_printf(why, "'%.*s' is no IP address or block; write one such as 192.0.2.0/24 or 2001:db8::/32",
		    (int)(text.len < 60 ? text.len : 60), text.len > 0 ? text.at : "");
		goto wrong;
	}
	bits = dotted ? ALL_BITS - MAPPED_BITS : ALL_BITS;
	if (slash < text.len && !bits_parse(span_from(text, slash + 1), bits, &bits)) {
		buf_printf(why, "what follows / is no prefix length; write a number from 0 to %u",
		    dotted ? ALL_BITS - MAPPED_BITS : ALL_BITS);
		goto wrong;
	}
	unsigned char	given[16];
	char		network[INET6_ADDRSTRLEN];

	cidr->bits = dotted ? bits + MAPPED_BITS : bits;
	memcpy(given, cidr->address, sizeof(given));
	mask(cidr->address, cidr->bits);
	if (memcmp(given, cidr->address, sizeof(given)) != 0) {
		address_print(cidr->address, dotted, network, sizeof(network));
		buf_printf(why, "'%.*s' has bits set behind its prefix; write %s/%u for the network, or the address "
		    "alone", SPAN_ARG(text), network, bits);
		goto wrong;
	}
	buf_fini(&unread);
	return true;
wrong:
	buf_fini(&unread);
	return false;
}

static bool
cidr_holds(const struct cidr *cidr, const unsigned char address[16])
{
	unsigned char network[16];

	/* ::/0 means all of IPv6, not everything: IPv4 has blocks of its own. */
	if (is_v4(address) && cidr->bits < MAPPED_BITS)
		return false;
	memcpy(network, address, sizeof(network));
	mask(network, cidr->bits);
	return memcmp(network, cidr->address, sizeof(network)) == 0;
}

/* Without the dress that MTAs and clients put around an address. */
static bool
address_of_client(struct span text, unsigned char address[16])
{
	bool dotted;

	text = span_trim(text);
	if (text.len >= 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
		text = span_cut(text, 1, text.len - 1);
	if (span_starts_nocase(text, SPAN("IPv6:")))	/* RFC 5321, 4.1.3 */
		text = span_from(text, 5);
	return address_parse(span_cut(text, 0, span_find_char(text, '%', 0)), address, &dotted);
}

bool
cidr_has(const struct cidr *cidr, struct span address)
{
	unsigned char bytes[16];

	return address_of_client(address, bytes) && cidr_holds(cidr, bytes);
}

bool
cidr_list_has(const struct option_list *list, struct span address)
{
	unsigned char	bytes[16];
	struct cidr	cidr;

	if (!address_of_client(address, bytes))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (cidr_parse(span_of(list->at[i]), &cidr, NULL) && cidr_holds(&cidr, bytes))
			return true;
	return false;
}
