/* Facts of a reference or a link: its URL, its element, its place. */
#include <stdlib.h>

#include "../shape/opaque.h"
#include "element.h"
#include "getter.h"
#include "word.h"

#define REFERENCE_GETTER(name, set)						\
	GETTER(name)								\
	{									\
		const struct reference *reference = &dissection_references(evidence->d)[element]; \
										\
		(void)scope;							\
		set;								\
	}
#define TEXT_OF(field)	value_set_text(value, dissection_text(evidence->d, reference->field))
REFERENCE_GETTER(get_kind, value_set_text(value, span_of(reference_kind_name(reference->kind))))
REFERENCE_GETTER(get_trigger, value_set_text(value, span_of(trigger_name(reference->trigger))))
REFERENCE_GETTER(get_place, TEXT_OF(place))
REFERENCE_GETTER(get_url, TEXT_OF(url))
REFERENCE_GETTER(get_host, TEXT_OF(host))
REFERENCE_GETTER(get_domain, TEXT_OF(domain))
REFERENCE_GETTER(get_hidden, value_set_bits(evidence, value, reference->hidden, word_of_hidden))
REFERENCE_GETTER(get_nested, value_set_truth(value, (reference->flags & REFERENCE_NESTED) != 0))
REFERENCE_GETTER(get_invalid, value_set_truth(value, (reference->flags & REFERENCE_INVALID_URL) != 0))
REFERENCE_GETTER(get_document, value_set_text(value,
    span_of(word_of_document(dissection_documents(evidence->d)[reference->document].kind))))

static void
set_size(struct value *value, uint32_t pixels)
{
	if (pixels != REFERENCE_NO_SIZE)
		value_set_number(value, pixels);
}
REFERENCE_GETTER(get_width, set_size(value, reference->width))
REFERENCE_GETTER(get_height, set_size(value, reference->height))

static struct span
scheme_of(struct span url)
{
	return span_cut(url, 0, span_find_char(url, ':', 0));
}
REFERENCE_GETTER(get_scheme, value_set_text(value, scheme_of(dissection_text(evidence->d, reference->url))))

#define PIECE_GETTER(name, set)							\
	REFERENCE_GETTER(name,							\
	    struct url_pieces pieces = url_pieces_of(evidence->d, reference);	\
	    set)
PIECE_GETTER(get_path, value_set_text(value, pieces.path))
PIECE_GETTER(get_query, value_set_text(value, pieces.query))
PIECE_GETTER(get_fragment, value_set_text(value, pieces.fragment))
PIECE_GETTER(get_opaque, value_set_truth(value, shape_has_opaque_token(&pieces)))

REFERENCE_GETTER(get_in_link, value_set_truth(value, (reference->flags & REFERENCE_IN_LINK) != 0))

GETTER(get_report)
{
	(void)scope;
	value_set_text(value, span_of(word_of_report(evidence_report(evidence, element))));
}

GETTER(get_spacer)
{
	(void)scope;
	value_set_truth(value, evidence_spacer(evidence, element).at != NULL);
}

/* Unread is unknown: there was too much URL text to look through all of it. */
GETTER(get_recipient)
{
	const struct token *token = evidence_token(evidence, element);

	(void)scope;
	if (token != NULL && !token->unread)
		value_set_truth(value, token->found);
}

GETTER(get_recipient_form)
{
	const struct token *token = evidence_token(evidence, element);

	(void)scope;
	if (token != NULL && !token->unread)
		value_set_text(value, token->found ? span_of(token->form) : SPAN_NONE);
}

GETTER(get_template)
{
	const struct template *template = evidence_template(evidence, element);

	(void)scope;
	if (template != NULL)
		value_set_text(value, template->text);
}

/* --- where it stands --- */

/* Elsewhere than among text and pictures - in a style sheet, a header, a comment - it has no place. */
#define PLACE_GETTER(name, set)							\
	REFERENCE_GETTER(name, if ((reference->flags & REFERENCE_IN_FLOW) != 0) set)
PLACE_GETTER(get_alone, value_set_truth(value, (reference->flags & REFERENCE_ALONE) != 0))
PLACE_GETTER(get_position, value_set_bits(evidence, value, (reference->flags & (REFERENCE_FIRST | REFERENCE_LAST)) /
    REFERENCE_FIRST, word_of_position))
_Static_assert(REFERENCE_LAST == REFERENCE_FIRST << 1, "the words of positions are those of the flags");

REFERENCE_GETTER(get_alt, if ((reference->flags & REFERENCE_HAS_ALT) != 0) TEXT_OF(alt))
REFERENCE_GETTER(get_size_declared, value_set_truth(value, reference->width != REFERENCE_NO_SIZE ||
    reference->height != REFERENCE_NO_SIZE))

GETTER(get_host_references)
{
	const struct reference *reference = &dissection_references(evidence->d)[element];

	(void)scope;
	value_set_number(value, evidence_of_host(evidence, dissection_text(evidence->d, reference->host)));
}
