/*
 * Who takes messages apart for the gateway: this thread (tests, pixelctl scan, Dissectors 0), or a pool of sandboxed
 * processes. The same three questions either way; what comes back lives in the arena.
 */
#ifndef PIXELWARD_GATEWAY_DISSECTORS_H
#define PIXELWARD_GATEWAY_DISSECTORS_H

#include <pixelward/base/arena.h>
#include <pixelward/dissect/dissect.h>

struct dissectors {
	void	*context;

	/* As dissect(), dissect_anew() and dissect_inert(). A pool adds PW_EPOISON, PW_ETIMEOUT, PW_EBUSY and PW_EBLOCK;
	 * its blocks have not passed dissection_check(), but are private memory of at least as many bytes as they say. */
	enum pw_err	(*dissect)(void *context, struct span message, const struct limits *, struct arena *,
			    const struct dissection **);
	enum pw_err	(*anew)(void *context, struct span message, const struct limits *, struct arena *,
			    struct span *fresh, const struct dissection **);
	enum pw_err	(*inert)(void *context, const struct changed *, size_t count, const struct limits *,
			    struct arena *, struct span *first_live);
};

extern const struct dissectors	dissectors_in_thread;

#endif
