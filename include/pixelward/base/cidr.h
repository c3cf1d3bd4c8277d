/*
 * IP addresses and blocks of them, as in "192.0.2.0/24" and "2001:db8::/32".
 *
 * An IPv4 address and its IPv4-mapped IPv6 form are the same address here: an MTA on a dual-stack
 * socket hands out the latter. An IPv6 block shorter than ::ffff:0:0/96 holds no IPv4 address.
 */
#ifndef PIXELWARD_BASE_CIDR_H
#define PIXELWARD_BASE_CIDR_H

#include <pixelward/base/buf.h>
#include <pixelward/options.h>

struct cidr {
	unsigned char	address[16];	/* network order; IPv4 as ::ffff:a.b.c.d */
	unsigned	bits;		/* of the 128 that count */
};

/* A block or a single address. If false and why is not NULL, why gets "what is wrong; what to write". */
bool	cidr_parse(struct span text, struct cidr *, struct buf *why) PW_MUST_CHECK;

/*
 * An address as MTAs write it: also "IPv6:2001:db8::1", "[192.0.2.1]", "fe80::1%eth0". What is no
 * address ("", "unknown") is in no block.
 */
bool	cidr_has(const struct cidr *, struct span address);
/* In any block of the list; items that are no blocks hold nothing. */
bool	cidr_list_has(const struct option_list *, struct span address);

#endif
