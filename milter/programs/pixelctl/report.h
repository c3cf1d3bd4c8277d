/* An outcome as people and programs read it. */
#ifndef PIXELCTL_REPORT_H
#define PIXELCTL_REPORT_H

#include <stdio.h>

#include <pixelward/gateway/pipeline.h>

/* One JSON object on one line. */
void	report_json(FILE *, const char *file, const struct outcome *);
void	report_text(FILE *, const char *file, const struct outcome *);

#endif
