/* IP addresses as hosts of URLs: every form the standard reads, and the one it writes. */
#ifndef DISSECT_URL_ADDRESS_H
#define DISSECT_URL_ADDRESS_H

#include <pixelward/span.h>

#define URL_ADDRESS_MAX	48	/* room for either form as written below */

/* "example.org." is the same host as without its last dot; a lone dot stays. */
struct span	url_without_last_dot(struct span host);

/* Whether an ASCII domain must be an IPv4 address: its last label is a number. (URL, "ends in a number checker") */
bool		url_ipv4_is_meant(struct span domain);

/* Decimal, octal, hex, one to four parts; as dotted decimals in room. len is 0 if it is no address. */
struct span	url_ipv4_write(struct span domain, char room[URL_ADDRESS_MAX]);

/* What stands between the brackets; with brackets and compressed in room. len is 0 if it is no address. */
struct span	url_ipv6_write(struct span pieces, char room[URL_ADDRESS_MAX]);

#endif
