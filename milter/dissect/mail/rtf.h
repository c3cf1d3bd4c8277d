/* Rich Text Format: fields that fetch a picture or a template when the document is shown. */
#ifndef DISSECT_MAIL_RTF_H
#define DISSECT_MAIL_RTF_H

#include "../collector.h"

void	rtf_collect(struct collector *, const struct layer *);

#endif
