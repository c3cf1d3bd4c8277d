/* Where the notice to the reader stands (NoticeText): in the first page, and in the text that is shown in its place. */
#ifndef JUDGE_NOTICE_H
#define JUDGE_NOTICE_H

#include "hearing.h"

/* Sets the verdict's notice_page and notice_plain; without a place for it there is no notice. */
void	notice_place(struct hearing *);

#endif
