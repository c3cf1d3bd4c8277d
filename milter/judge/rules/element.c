#include "element.h"

bool
element_is_of_scope(const struct reference *reference, enum scope scope)
{
	bool live = (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;

	return live && (reference->trigger == TRIGGER_CLICK) == (scope == SCOPE_LINK);
}

/* A parent's first child comes right behind it. */
bool
element_is_leaf(const struct dissection *d, uint32_t part)
{
	return part + 1 >= d->parts.count || dissection_parts(d)[part + 1].parent != part;
}

bool
element_is_attachment(const struct part *part)
{
	return part->reading == 0 && (part->disposition == DISPOSITION_ATTACHMENT ||
	    (part->name.len > 0 && part->disposition != DISPOSITION_INLINE));
}

static bool
is_element(const struct dissection *d, enum scope scope, uint32_t index)
{
	if (scope == SCOPE_PART)
		return element_is_leaf(d, index);
	if (scope == SCOPE_RECIPIENT)
		return true;
	return element_is_of_scope(&dissection_references(d)[index], scope);
}

bool
elements_of(struct evidence *evidence, enum scope scope, uint32_t **elements, size_t *count)
{
	const struct dissection	*d = evidence->d;
	size_t			 all = scope == SCOPE_PART ? d->parts.count : scope == SCOPE_RECIPIENT ?
				    evidence->message->recipient_count : d->references.count;

	*count = 0;
	*elements = arena_array(evidence->arena, all, sizeof(**elements));
	if (*elements == NULL) {
		evidence->no_memory = true;
		return false;
	}
	for (uint32_t i = 0; i < all; i++)
		if (is_element(d, scope, i))
			(*elements)[(*count)++] = i;
	return true;
}
