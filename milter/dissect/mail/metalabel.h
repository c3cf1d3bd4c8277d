/*
 * The charsets that a page's meta elements name, before there is a charset to read the page in (WHATWG HTML, 13.2.3.2,
 * "prescan a byte stream"). Wherever one stands, in comments and quotes, too: some mail clients look for it line by line.
 */
#ifndef DISSECT_MAIL_METALABEL_H
#define DISSECT_MAIL_METALABEL_H

#include <pixelward/span.h>

/* From *at on, 0 at first; label is a part of the bytes. false: no more. */
bool	meta_label_next(struct span bytes, size_t *at, struct span *label);

#endif
