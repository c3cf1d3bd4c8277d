/* What stands inside data: URLs: documents, pictures that are documents (SVG), sheets. */
#ifndef DISSECT_HTML_DATA_H
#define DISSECT_HTML_DATA_H

#include "../collector.h"

enum data_use {
	DATA_DOCUMENT,	/* shown with its own loads: a frame, an object */
	DATA_PICTURE,	/* SVG in it may not fetch in browsers; other viewers do not know that */
	DATA_SHEET,
};

/*
 * url: serialised, of the scheme data. outer: the layer that it stands in; where that is not loose, its whole and
 * form say what becomes of the place. Bounded as every layer in a layer is.
 */
void	html_collect_data(struct collector *, const struct layer *outer, struct span url, enum data_use);

#endif
