/* Who reads which kind of document. */
#ifndef DISSECT_MAIL_RENDER_H
#define DISSECT_MAIL_RENDER_H

#include "../collector.h"

void	render_document(struct collector *, const struct layer *, enum document_kind);

#endif
