/* Names of CSS: compared without case, given out in lower case. */
#ifndef DISSECT_CSS_NAMES_H
#define DISSECT_CSS_NAMES_H

#include "css/css.h"

/* Borrowed from name if that is in lower case already; at is NULL past the arena's maximum. */
struct span	css_lower(struct span name, struct arena *) PW_MUST_CHECK;
/* "image-set" of "-webkit-image-set"; a name without such a prefix as it is. */
struct span	css_unprefixed(struct span name);

/* A custom property's name, or a custom function's. */
static inline bool
css_is_custom(struct span name)
{
	return name.len >= 2 && name.at[0] == '-' && name.at[1] == '-';
}

struct css_name {
	const char	*name;	/* lower case */
	int		 means;
};

/* What the table says of name, or otherwise. */
int		css_name_find(struct span name, const struct css_name *table, size_t count, int otherwise);

#endif
