/* The schema that editors complete and check rule files by, made of the same tables that read them. */
#include <pixelward/judge/rules.h>

#include "match.h"
#include "rule.h"

static void
add_words(struct buf *out, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
}

/* What one value of a fact may be. */
static void
add_value(struct buf *out, const struct fact *fact)
{
	if (fact->type == FACT_BOOLEAN)
		buf_add(out, SPAN("{\"type\": \"boolean\"}"));
	else if (fact->type == FACT_NUMBER)
		buf_add(out, SPAN("{\"type\": \"integer\", \"minimum\": 0}"));
	else if (fact->word == NULL)
		buf_add(out, SPAN("{\"type\": [\"string\", \"number\"]}"));
	else {
		buf_add(out, SPAN("{\"enum\": ["));
		for (uint32_t i = 0; fact->word(i) != NULL; i++)
			buf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", fact->word(i));
		buf_add(out, SPAN("]}"));
	}
}

/* "url.host", "url.host|in", "url.host|in|all" and so on: a key for each, so that editors offer them. */
static void
add_fact(struct buf *out, const struct fact *fact)
{
	const char *modifier;

	for (size_t i = 0; (modifier = modifier_name(fact, i)) != NULL; i++)
		for (int all = 0; all < 2; all++) {
			buf_printf(out, ",\n        \"%s%s%s%s\": {\"description\": ", fact->name, modifier[0] != '\0' ? "|" : "",
			    modifier, all ? "|all" : "");
			buf_add_json(out, span_of(fact->meaning));
			buf_add(out, SPAN(", \"anyOf\": ["));
			add_value(out, fact);
			buf_add(out, SPAN(", {\"type\": \"array\", \"minItems\": 1, \"items\": "));
			add_value(out, fact);
			buf_add(out, SPAN("}]}"));
		}
}

void
rules_print_facts(struct buf *out)
{
	fact_print_page(out);
}

void
rules_print_schema(struct buf *out)
{
	buf_add(out, SPAN("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
	    "  \"title\": \"a rule of pixelward\",\n  \"description\": \"Made of the program's own table by make docs.\",\n"
	    "  \"type\": \"object\",\n  \"additionalProperties\": false,\n"
	    "  \"required\": [\"rule\", \"title\", \"status\", \"detect\"],\n  \"properties\": {\n"
	    "    \"rule\": {\"type\": \"string\", \"pattern\": \"^[a-z0-9]+([.-][a-z0-9]+)+$\", \"maxLength\": 64},\n"
	    "    \"title\": {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 100},\n"
	    "    \"status\": {\"enum\": ["));
	add_words(out, rule_status_names, NITEMS(rule_status_names));
	buf_add(out, SPAN("]},\n    \"kind\": {\"enum\": [\"detection\", \"exemption\"]},\n"
	    "    \"id\": {\"type\": \"string\"},\n    \"version\": {\"type\": \"integer\", \"minimum\": 0},\n"
	    "    \"description\": {\"type\": \"string\"},\n    \"level\": {\"enum\": ["));
	add_words(out, rule_level_names, NITEMS(rule_level_names));
	buf_add(out, SPAN("]},\n    \"tags\": {\"$ref\": \"#/$defs/texts\"},\n    \"references\": {\"$ref\": \"#/$defs/texts\"},\n"
	    "    \"shadow_until\": {\"type\": \"string\", \"format\": \"date\"},\n    \"owner\": {\"type\": \"string\"},\n"
	    "    \"expires\": {\"type\": \"string\", \"format\": \"date\"},\n"
	    "    \"detect\": {\"type\": \"object\", \"required\": [\"condition\"], \"minProperties\": 2,\n"
	    "      \"properties\": {\"condition\": {\"type\": \"string\", \"minLength\": 1}},\n"
	    "      \"additionalProperties\": {\"$ref\": \"#/$defs/selection\"}},\n"
	    "    \"action\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\n"
	    "      \"strip\": {\"$ref\": \"#/$defs/texts\"}, \"proxy\": {\"$ref\": \"#/$defs/texts\"}, \"tag\": {\"type\": \"boolean\"},\n"
	    "      \"sign\": {\"enum\": ["));
	add_words(out, rule_sign_names, NITEMS(rule_sign_names));
	buf_add(out, SPAN("]},\n"
	    "      \"hold\": {\"enum\": [false, \"watched\", true]},\n"
	    "      \"notice\": {\"anyOf\": [{\"const\": true}, {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 500}]},\n"
	    "      \"copy\": {\"type\": \"string\", \"format\": \"email\"}, \"redirect\": {\"type\": \"string\", \"format\": \"email\"},\n"
	    "      \"reject\": {\"anyOf\": [{\"const\": true}, {\"type\": \"string\", \"minLength\": 1, \"maxLength\": 200}]}}},\n"
	    "    \"exempt\": {\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"from\"], \"properties\": {\n"
	    "      \"from\": {\"$ref\": \"#/$defs/texts\"}, \"never\": {\"$ref\": \"#/$defs/texts\"}}},\n"
	    "    \"tests\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"object\", \"additionalProperties\": false,\n"
	    "      \"required\": [\"name\", \"expect\"], \"properties\": {\n"
	    "      \"name\": {\"type\": \"string\"}, \"from\": {\"type\": \"string\"}, \"subject\": {\"type\": \"string\"},\n"
	    "      \"rcpt\": {\"$ref\": \"#/$defs/texts\"}, \"html\": {\"type\": \"string\"}, \"eml\": {\"type\": \"string\"},\n"
	    "      \"given\": {\"type\": \"object\"},\n"
	    "      \"expect\": {\"type\": \"object\", \"additionalProperties\": false, \"minProperties\": 1, \"properties\": {\n"
	    "        \"match\": {\"type\": \"boolean\"}, \"exempt\": {\"type\": \"boolean\"},\n"
	    "        \"action\": {\"enum\": [\"none\", \"tag\", \"strip\", \"proxy\", \"notice\", \"copy\", \"hold\", \"redirect\", \"reject\"]},\n"
	    "        \"strips\": {\"$ref\": \"#/$defs/texts\"}, \"proxies\": {\"$ref\": \"#/$defs/texts\"},\n"
	    "        \"keeps\": {\"$ref\": \"#/$defs/texts\"}}}}}}\n  },\n"
	    "  \"if\": {\"required\": [\"kind\"], \"properties\": {\"kind\": {\"const\": \"exemption\"}}},\n"
	    "  \"then\": {\"required\": [\"owner\", \"expires\", \"exempt\"]},\n"
	    "  \"else\": {\"required\": [\"level\", \"action\"]},\n"
	    "  \"$defs\": {\n    \"texts\": {\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"array\", \"items\": {\"type\": \"string\"}}]},\n"
	    "    \"selection\": {\"type\": \"object\", \"required\": [\"each\"], \"minProperties\": 2, \"additionalProperties\": false,\n"
	    "      \"properties\": {\n        \"each\": {\"enum\": [\"message\", \"part\", \"reference\", \"link\", \"recipient\"]}"));
	for (size_t i = 0; i < fact_count; i++)
		add_fact(out, &facts[i]);
	buf_add(out, SPAN("\n      }\n    }\n  }\n}\n"));
}
