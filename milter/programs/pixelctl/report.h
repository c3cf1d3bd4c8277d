/* An outcome as people and programs read it. */
#ifndef PIXELCTL_REPORT_H
#define PIXELCTL_REPORT_H

#include <stdio.h>

#include <pixelward/gateway/pipeline.h>
#include <pixelward/reputation/reputation.h>

/* One JSON object on one line. */
void	report_json(FILE *, const char *file, const struct outcome *);
void	report_text(FILE *, const char *file, const struct outcome *);
/* What a message shows of a campaign, on one line; earlier: instead of the sign's queue ids. */
void	report_campaign_json(struct buf *, const struct campaign_sign *, struct span at, const struct span *earlier);

#endif
