/* Does a URL look as if it were fetched to report the opening? By its names and by what it carries, not by its size. */
#ifndef JUDGE_SHAPE_REPORT_H
#define JUDGE_SHAPE_REPORT_H

#include "pieces.h"

enum shape_report {
	SHAPE_IS_SILENT,
	SHAPE_TELLS_APART,	/* a token, and nothing that speaks of a picture: no word, no measure, no file */
	SHAPE_MAY_REPORT,	/* so look counters of openings, and a few pictures */
	SHAPE_REPORTS,		/* its names say that it counts who opens the mail */
};

enum shape_report	shape_report_of(const struct url_pieces *);

#endif
