/* External subsets and entities of XML documents (XML 1.0, 4.2.2): what a parser may fetch to read the document. */
#ifndef DISSECT_HTML_DOCTYPE_H
#define DISSECT_HTML_DOCTYPE_H

#include "../collector.h"

void	doctype_collect(struct collector *, const struct layer *);

#endif
