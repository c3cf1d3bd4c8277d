/* Facts of all references, or all links, of the message. */
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "getter.h"

/* Where one picture stands in src and srcset, it counts as often as clients could fetch it: each URL once. */
static void
get_distinct(struct evidence *evidence, enum scope scope, size_t field, struct span **texts, size_t *count)
{
	const struct dissection *d = evidence->d;
	size_t			 kept = 0;

	*count = 0;
	*texts = arena_array(evidence->arena, d->references.count, sizeof(**texts));
	if (*texts == NULL) {
		evidence->no_memory = true;
		return;
	}
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference	*reference = &dissection_references(d)[i];
		struct text		 text;

		if (!element_is_of_scope(reference, scope))
			continue;
		memcpy(&text, (const char *)reference + field, sizeof(text));
		if (text.len > 0)
			(*texts)[(*count)++] = dissection_text(d, text);
	}
	if (*count > 1)
		qsort(*texts, *count, sizeof(**texts), span_order);
	for (size_t i = 0; i < *count; i++)
		if (kept == 0 || !span_eq((*texts)[kept - 1], (*texts)[i]))
			(*texts)[kept++] = (*texts)[i];
	*count = kept;
}

#define DISTINCT_GETTERS(prefix, scope_of_it)					\
	GETTER(get_##prefix##_count)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, url), &texts, &count); \
		value_set_number(value, count);					\
	}									\
	GETTER(get_##prefix##_hosts)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, host), &texts, &count); \
		value_set_texts(evidence, value, texts, count);			\
	}									\
	GETTER(get_##prefix##_domains)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, domain), &texts, &count); \
		value_set_texts(evidence, value, texts, count);			\
	}
DISTINCT_GETTERS(references, SCOPE_REFERENCE)
DISTINCT_GETTERS(links, SCOPE_LINK)
