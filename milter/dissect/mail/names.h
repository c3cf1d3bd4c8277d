/* The file names of a part. */
#ifndef DISSECT_MAIL_NAMES_H
#define DISSECT_MAIL_NAMES_H

#include "fields.h"

/* A header may give more than one: in two fields, or twice in one. */
#define MOST_NAMES	6

struct names {
	struct span	at[MOST_NAMES];
	size_t		count;
};

/* Encoded words are decoded (RFC 2047 forbids them there, and mailers write them). */
struct names	names_of(const struct parameters *disposition, const struct parameters *type, struct arena *);
/* Does one of them end like a document? */
bool		names_document(const struct names *, enum document_kind *);
bool		names_message(const struct names *);

#endif
