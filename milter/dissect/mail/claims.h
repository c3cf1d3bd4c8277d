/*
 * What Authentication-Results fields claim (RFC 8601).
 *
 * Read more strictly than the RFC: a verifier removes what others wrote in its name, but only what it can read itself.
 * So a field with anything in it that parsers read differently - a comment that touches a word, a quoted method, an
 * escape outside of quotes, a property of no known kind, more than a verifier writes - claims nothing at all. It is
 * noted: where one of our own verifiers wrote it, what stands below is not his word either.
 */
#ifndef DISSECT_MAIL_CLAIMS_H
#define DISSECT_MAIL_CLAIMS_H

#include "../block.h"

/* value is unfolded; place counts the Authentication-Results fields from the top. */
void	claims_add(struct block *, uint32_t place, struct span value);

#endif
