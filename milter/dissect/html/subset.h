/*
 * The internal subset of an XML document: entities and default attributes that a sender declares there may spell a URL
 * that stands nowhere else.
 */
#ifndef DISSECT_HTML_SUBSET_H
#define DISSECT_HTML_SUBSET_H

#include "../collector.h"

/*
 * One reference for a subset whose declarations may come to be fetched: an entity used in text or in an attribute that
 * is fetched, a default for an attribute, a parameter entity. Drawing programs declare entities for their namespaces:
 * those stay.
 */
void	subset_collect(struct collector *, const struct layer *);

#endif
