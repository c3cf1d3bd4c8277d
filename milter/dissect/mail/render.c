#include "render.h"

#include "../html/html.h"
#include "contentlines.h"
#include "rtf.h"

static void
render_css(struct collector *collector, const struct layer *layer)
{
	struct css_surroundings around = { .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE };

	html_collect_css(collector, layer, CSS_SHEET, &around);
}

void
render_document(struct collector *collector, const struct layer *layer, enum document_kind kind)
{
	switch (kind) {
	case DOCUMENT_HTML:
		html_collect(collector, layer, HTML_DOCUMENT);
		break;
	case DOCUMENT_XML:
		html_collect(collector, layer, HTML_XML);
		break;
	case DOCUMENT_CSS:
		render_css(collector, layer);
		break;
	case DOCUMENT_CALENDAR:
		contentlines_collect(collector, layer);
		break;
	case DOCUMENT_RTF:
		rtf_collect(collector, layer);
		break;
	case DOCUMENT_ENRICHED:
		/* Clients that know it turn it into HTML, some by letting what looks like a tag pass. */
		html_collect(collector, layer, HTML_NESTED);
		break;
	case DOCUMENT_HEADER:
		break;
	}
}
