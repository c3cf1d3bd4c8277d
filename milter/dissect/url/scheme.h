/* What we know of URL schemes. */
#ifndef DISSECT_URL_SCHEME_H
#define DISSECT_URL_SCHEME_H

#include <pixelward/span.h>

enum url_scheme_reach {
	REACH_HOST,	/* contacts the host behind "//" */
	REACH_FILE,	/* file: and UNC paths: contacts a host if one is named */
	REACH_PREFIX,	/* stands before another URL, or before "//host" */
	REACH_WITHIN,	/* a command that may hold a URL or a UNC path anywhere */
	REACH_NOWHERE,
};

struct url_scheme {
	const char		*name;		/* lower case, without the colon; a family ends in "-" */
	bool			 special;	/* (URL, "special scheme") */
	uint32_t		 port;		/* default of a special one; URL_NO_PART: none */
	enum url_scheme_reach	 reach;
	char			 end;		/* a PREFIX's URL ends at this character; '\0': nowhere */
};

/* Length of the scheme that text begins with, without the colon that must follow it; 0: none. */
size_t				 url_scheme_length(struct span text);
/* The row of a name in any case; NULL if it is not listed. Families are found by their prefix. */
const struct url_scheme		*url_scheme_find(struct span name);

/* Sorted by name, so that it can be searched by halving. */
extern const struct url_scheme	 url_schemes[];
extern const size_t		 url_scheme_count;

#endif
