#include "notice.h"

/* A part that readers see as the mail's own text, and that nobody signed. */
static bool
bears_notice(const struct hearing *hearing, uint32_t index, struct span type)
{
	const struct part *parts = dissection_parts(hearing->d), *part = &parts[index];

	for (uint32_t at = part->parent; at < index; at = parts[at].parent)
		if (!span_starts(dissection_text(hearing->d, parts[at].type), SPAN("multipart/")))
			return false;
	return span_eq(dissection_text(hearing->d, part->type), type) && part->reading == 0 && !hearing->is_covered[index] &&
	    part->disposition != DISPOSITION_ATTACHMENT && part->name.len == 0;
}

/* The first page, and the text before it that is shown in its place; or the first text. Without either there is none. */
void
notice_place(struct hearing *hearing)
{
	const struct dissection	*d = hearing->d;
	struct verdict		*verdict = hearing->opinion.verdict;
	uint32_t		 page_part = DISSECTION_NONE;

	verdict->notice_page = verdict->notice_plain = DISSECTION_NONE;
	if (verdict->notice.len == 0)
		return;
	for (uint32_t i = 0; i < d->documents.count && verdict->notice_page == DISSECTION_NONE; i++) {
		const struct document *document = &dissection_documents(d)[i];

		if (document->kind == DOCUMENT_HTML && dissection_parts(d)[document->part].opening > 0 &&
		    bears_notice(hearing, document->part, SPAN("text/html"))) {
			verdict->notice_page = i;
			page_part = document->part;
		}
	}
	for (uint32_t i = 0; i < d->parts.count && i < page_part && verdict->notice_plain == DISSECTION_NONE; i++)
		if (bears_notice(hearing, i, SPAN("text/plain")))
			verdict->notice_plain = i;
	if (verdict->notice_page == DISSECTION_NONE && verdict->notice_plain == DISSECTION_NONE)
		verdict->notice = SPAN_NONE;
}
