/* What speaks for holding, tagging or deferring the message as a whole. */
#ifndef JUDGE_WEIGH_H
#define JUDGE_WEIGH_H

#include "hearing.h"

/* A dissection that is not whole: what OnLimit or OnPoison make of it. */
void	weigh_failures(struct hearing *);
/* What rule files say. */
void	weigh_rules(struct hearing *);
/* OnCampaign. A mail without a beacon of its own, with a picture of a campaign's host perhaps, is only made inert. */
void	weigh_campaign(struct hearing *);

#endif
