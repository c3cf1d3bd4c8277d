#include "value.h"

#include "../domain.h"

void
value_set_truth(struct value *value, bool truth)
{
	value->known = true;
	value->truth = truth;
}

void
value_set_number(struct value *value, uint64_t number)
{
	value->known = true;
	value->number = number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

/* What is missing is a text without letters: a rule may ask for it. */
void
value_set_text(struct value *value, struct span text)
{
	value->known = true;
	value->one = text.at != NULL ? text : SPAN("");
	value->texts = &value->one;
	value->count = 1;
}

void
value_set_texts(struct evidence *evidence, struct value *value, struct span *texts, size_t count)
{
	if (texts == NULL) {
		evidence->no_memory = true;
		return;
	}
	value->known = true;
	value->texts = texts;
	value->count = count;
}

void
value_set_domain(struct evidence *evidence, struct value *value, struct span domain)
{
	char	*ascii = arena_alloc(evidence->arena, DOMAIN_BYTES + 1);

	if (ascii == NULL) {
		evidence->no_memory = true;
		return;
	}
	struct span name = domain_to_ascii(domain, ascii);
	value_set_text(value, name.at != NULL ? name : domain);
}

void
value_set_bits(struct evidence *evidence, struct value *value, uint32_t bits, const char *(*word)(uint32_t))
{
	struct span	*words = arena_array(evidence->arena, 32, sizeof(*words));
	size_t		 count = 0;

	for (uint32_t i = 0; words != NULL && i < 32 && word(i) != NULL; i++)
		if ((bits & 1u << i) != 0)
			words[count++] = span_of(word(i));
	value_set_texts(evidence, value, words, count);
}
