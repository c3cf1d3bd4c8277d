/*
 * Postfix's smtpd_milter_maps, which name other milters than smtpd_milters for the clients that they list: what can be read
 * of it without asking Postfix for each client.
 */
#ifndef PIXELCTL_MILTER_MAPS_H
#define PIXELCTL_MILTER_MAPS_H

#include <pixelward/base/arena.h>
#include <pixelward/span.h>

/* The next one of the parameter's list, "TYPE:NAME". False: that was the last one. */
bool	milter_map_next(struct span *list, struct span *map);

struct milter_map_entry {
	struct span	client;		/* an address, a block or a pattern; "": everybody */
	struct span	milters;	/* as smtpd_milters has them; "DISABLE": none */
};

/* Hands on all entries. False: this kind of table shows them to nobody, or its file cannot be read. */
bool	milter_map_read(struct span map, struct arena *, void (*entry)(void *context, const struct milter_map_entry *),
	    void *context) PW_MUST_CHECK;

#endif
