#include "signature.h"

static const char *const enveloping_types[] = { "application/pkcs7-mime", "application/x-pkcs7-mime" };

static bool
is_enveloped(const struct dissection *d, const struct part *part)
{
	for (size_t i = 0; i < NITEMS(enveloping_types); i++)
		if (span_is(dissection_text(d, part->type), enveloping_types[i]))
			return true;
	return false;
}

/* Parents come before their children, so one pass will do. */
bool
signature_find(struct hearing *hearing)
{
	const struct dissection	*d = hearing->d;
	const struct part	*parts = dissection_parts(d);

	hearing->is_covered = arena_array(hearing->arena, d->parts.count, sizeof(*hearing->is_covered));
	if (hearing->is_covered == NULL)
		return false;
	for (uint32_t i = 0; i < d->parts.count; i++) {
		uint32_t parent = parts[i].parent;

		if (parent < i)
			hearing->is_covered[i] = hearing->is_covered[parent] || is_enveloped(d, &parts[parent]) ||
			    span_eq_nocase(dissection_text(d, parts[parent].type), SPAN("multipart/signed"));
	}
	return true;
}

/* A part's own header is not covered by what the part signs. */
bool
signature_covers(const struct hearing *hearing, const struct reference *reference)
{
	const struct document	*document = &dissection_documents(hearing->d)[reference->document];
	const struct part	*part = &dissection_parts(hearing->d)[document->part];

	return hearing->is_covered[document->part] ||
	    (document->kind != DOCUMENT_HEADER && is_enveloped(hearing->d, part));
}
