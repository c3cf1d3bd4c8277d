/* The basic URL parser behind its first steps, for texts that were cleaned before. */
#ifndef DISSECT_URL_PARSE_H
#define DISSECT_URL_PARSE_H

#include "url/text.h"
#include "url/url.h"

/* As url_parse(); a part of a cleaned text, with the growth of the whole, may be given. */
enum pw_err	url_parse_clean(struct url_text, const struct url *base, struct arena *, struct url *) PW_MUST_CHECK;

#endif
