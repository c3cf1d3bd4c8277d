#include "fact.h"

#include "evidence.h"

const struct fact *
fact_named(struct span name)
{
	for (size_t i = 0; i < fact_count; i++)
		if (span_eq(name, span_of(facts[i].name)))
			return &facts[i];
	return NULL;
}

/* What is the same for every element is asked for once. */
static void
get_of_message(const struct fact *fact, struct evidence *evidence, struct value *value)
{
	size_t		 index = (size_t)(fact - facts);
	struct value	*kept;

	if (evidence->of_message == NULL) {
		evidence->of_message = arena_array(evidence->arena, fact_count, sizeof(*evidence->of_message));
		evidence->of_message_asked = arena_array(evidence->arena, fact_count, sizeof(bool));
	}
	if (evidence->of_message == NULL || evidence->of_message_asked == NULL) {
		evidence->no_memory = true;
		return;
	}
	kept = &evidence->of_message[index];
	if (!evidence->of_message_asked[index])
		fact->get(evidence, SCOPE_MESSAGE, 0, kept);
	evidence->of_message_asked[index] = true;
	*value = *kept;
}

void
fact_get(const struct fact *fact, struct evidence *evidence, enum scope scope, uint32_t element, struct value *value)
{
	*value = (struct value){ 0 };
	for (const struct given *given = evidence->given; given != NULL; given = given->next)
		if (given->fact == fact) {
			*value = given->value;
			return;
		}
	if ((fact->scopes & SCOPE_MESSAGE) != 0)
		get_of_message(fact, evidence, value);
	else
		fact->get(evidence, scope, element, value);
}

/* --- names, and the page --- */

static const struct {
	enum scope	 scope;
	const char	*name, *title;
} scopes[] = {
	{ SCOPE_MESSAGE, "message", "Of the message, in selections of every scope" },
	{ SCOPE_PART, "part", "Of a part, and of the part that a reference or a link stands in" },
	{ SCOPE_REFERENCE, "reference", "Of a reference (fetched without a click) or a link (on a click)" },
	{ SCOPE_LINK, "link", NULL },
	{ SCOPE_RECIPIENT, "recipient", "Of a recipient" },
};

const char *
scope_name(enum scope scope)
{
	for (size_t i = 0; i < NITEMS(scopes); i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	return "unknown";
}

const char *
fact_type_name(enum fact_type type)
{
	static const char *const names[] = {
		[FACT_BOOLEAN] = "boolean", [FACT_NUMBER] = "number", [FACT_WORD] = "word", [FACT_TEXT] = "text",
		[FACT_DOMAIN] = "domain", [FACT_ADDRESS] = "IP address",
	};

	return names[type];
}

/* The group of a page that a fact stands in: its first scope. */
static bool
is_grouped_under(const struct fact *fact, enum scope scope)
{
	return (fact->scopes & (unsigned)scope) != 0 && (fact->scopes & ((unsigned)scope - 1)) == 0;
}

static void
print_fact(const struct fact *fact, struct buf *out)
{
	buf_printf(out, "| `%s` | %s%s%s | %s", fact->name, fact->many ? "any number: " : "",
	    fact_type_name(fact->type), fact->scopes == SCOPE_REFERENCE ? ", of references only" : "", fact->meaning);
	for (uint32_t i = 0; fact->word != NULL && fact->word(i) != NULL; i++)
		buf_printf(out, "%s `%s`", i == 0 ? ":" : ",", fact->word(i));
	buf_add(out, fact->forgeable ? SPAN("; the sender's word |\n") : SPAN(" |\n"));
}

void
fact_print_page(struct buf *out)
{
	buf_add(out, SPAN("# What a rule may ask\n\nMade of the program's own table by `make docs`; how rules use it: "
	    "[rules.md](rules.md).\n\nA fact that cannot be said is *unknown*: a line that asks for it neither matches nor "
	    "does not, and neither does\nits negation. *The sender's word*: whoever sends the mail chooses it.\n"));
	for (size_t i = 0; i < NITEMS(scopes); i++) {
		if (scopes[i].title == NULL)
			continue;
		buf_printf(out, "\n## %s\n\n| fact | type | meaning |\n|---|---|---|\n", scopes[i].title);
		for (size_t k = 0; k < fact_count; k++)
			if (is_grouped_under(&facts[k], scopes[i].scope))
				print_fact(&facts[k], out);
	}
}
