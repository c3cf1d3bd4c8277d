#include "names.h"

#include "media.h"
#include "words.h"

static void
add(struct names *names, const struct parameters *parameters, struct span name, struct arena *arena)
{
	struct span value;

	for (size_t i = 0; names->count < MOST_NAMES && (value = parameter_get(parameters, name, i)).at != NULL; i++)
		if (value.len > 0)
			names->at[names->count++] = words_decode(value, arena);
}

struct names
names_of(const struct parameters *disposition, const struct parameters *type, struct arena *arena)
{
	struct names names = { .count = 0 };

	add(&names, disposition, SPAN("filename"), arena);
	add(&names, type, SPAN("name"), arena);
	return names;
}

bool
names_document(const struct names *names, enum document_kind *kind)
{
	for (size_t i = 0; i < names->count; i++)
		if (media_of_name(names->at[i], kind))
			return true;
	return false;
}

bool
names_message(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (media_is_message_name(names->at[i]))
			return true;
	return false;
}
