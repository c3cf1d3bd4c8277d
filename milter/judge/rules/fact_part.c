/* Facts of a part, also of the one that a reference stands in. */
#include "getter.h"
#include "word.h"

static const struct part *
part_of(const struct evidence *evidence, enum scope scope, uint32_t element)
{
	const struct dissection *d = evidence->d;

	if (scope == SCOPE_PART)
		return &dissection_parts(d)[element];
	return &dissection_parts(d)[dissection_documents(d)[dissection_references(d)[element].document].part];
}

#define PART_GETTER(name, set)							\
	GETTER(name)								\
	{									\
		const struct part *part = part_of(evidence, scope, element);	\
										\
		set;								\
	}
PART_GETTER(get_part_type, value_set_text(value, dissection_text(evidence->d, part->type)))
PART_GETTER(get_part_charset, value_set_text(value, dissection_text(evidence->d, part->charset)))
PART_GETTER(get_part_name, value_set_text(value, dissection_text(evidence->d, part->name)))
PART_GETTER(get_part_encoding, value_set_text(value, span_of(word_of_encoding(part->encoding))))
PART_GETTER(get_part_quirks, value_set_bits(evidence, value, part->quirks, word_of_quirk))
PART_GETTER(get_part_reading, value_set_number(value, part->reading))
PART_GETTER(get_part_disposition, value_set_text(value, span_of(word_of_disposition(part->disposition))))

GETTER(get_part_text_length)
{
	const struct part *part = part_of(evidence, scope, element);

	if (part->characters != DISSECTION_NONE)
		value_set_number(value, part->characters);
}
