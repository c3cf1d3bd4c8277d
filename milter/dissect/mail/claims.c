#include "claims.h"

#include <string.h>

#include "../url/url.h"

/* More than verifiers write, and less than what any of them could not read to its end. */
#define MOST_FIELDS	16
#define MOST_NAME	255
#define MOST_BYTES	2000
#define MOST_SIGNS	200
#define MOST_COMMENTS	16
#define MOST_RESULTS	15
_Static_assert(MOST_FIELDS * MOST_RESULTS <= DISSECTION_MOST_CLAIMS, "all that are read have their row");

/* Reads one field from its beginning to its end. */
struct reader {
	struct span	text;
	size_t		at;
	size_t		comments;
	struct span	comment;	/* the last that was skipped */
	bool		broken;		/* sticks */
};

/* One result as it is read. */
struct result {
	struct span	method, word;
	struct span	mailfrom, helo, signer, identity, from, policy;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char
peek(const struct reader *reader)
{
	return reader->at < reader->text.len ? reader->text.at[reader->at] : '\0';
}

/* A comment with comments in it. One that touches the word before it is part of that to some. */
static void
skip_comment(struct reader *reader)
{
	size_t	begin = reader->at + 1, depth = 0;
	char	before = reader->at > 0 ? reader->text.at[reader->at - 1] : ' ';

	if (!is_blank(before) && strchr(";=)", before) == NULL)
		reader->broken = true;
	for (; reader->at < reader->text.len; reader->at++) {
		char c = reader->text.at[reader->at];

		if (c == '\\')
			reader->at++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	if (reader->at >= reader->text.len || ++reader->comments > MOST_COMMENTS) {
		reader->broken = true;
		return;
	}
	reader->comment = span_cut(reader->text, begin, reader->at);
	reader->at++;
}

static void
skip_blanks(struct reader *reader)
{
	while (!reader->broken && (is_blank(peek(reader)) || peek(reader) == '('))
		if (peek(reader) == '(')
			skip_comment(reader);
		else
			reader->at++;
}

static bool
take_sign(struct reader *reader, char sign)
{
	if (reader->broken || peek(reader) != sign)
		return false;
	reader->at++;
	return true;
}

static void
want_sign(struct reader *reader, char sign)
{
	skip_blanks(reader);
	if (!take_sign(reader, sign))
		reader->broken = true;
}

/* Letters, digits and hyphens. */
static struct span
take_keyword(struct reader *reader)
{
	size_t begin;

	skip_blanks(reader);
	begin = reader->at;
	while (ascii_alpha(peek(reader)) || ascii_digit(peek(reader)) || peek(reader) == '-' || peek(reader) == '_')
		reader->at++;
	if (reader->at == begin)
		reader->broken = true;
	return span_cut(reader->text, begin, reader->at);
}

/* A run without blanks, or a quoted string without escapes. */
static struct span
take_value(struct reader *reader)
{
	size_t begin, end;

	skip_blanks(reader);
	if (take_sign(reader, '"')) {
		begin = reader->at;
		end = span_find_char(reader->text, '"', begin);
		struct span inside = span_cut(reader->text, begin, end);
		if (end >= reader->text.len || span_find_char(inside, '\\', 0) < inside.len)
			reader->broken = true;
		reader->at = end + 1;
	} else {
		begin = reader->at;
		while (reader->at < reader->text.len && !is_blank(peek(reader)) && strchr(";\"()\\", peek(reader)) == NULL)
			reader->at++;
		end = reader->at;
		if (end == begin)
			reader->broken = true;
	}
	/* Something else follows at once: what is one value to us is two to others. */
	if (reader->at < reader->text.len && !is_blank(peek(reader)) && peek(reader) != ';')
		reader->broken = true;
	return span_cut(reader->text, begin, end);
}

static const struct {
	const char	*kind, *name;
	size_t		 slot;		/* of a span in struct result */
} properties[] = {
	{ "smtp",	"mailfrom",	offsetof(struct result, mailfrom) },
	{ "smtp",	"helo",		offsetof(struct result, helo) },
	{ "header",	"d",		offsetof(struct result, signer) },
	{ "header",	"i",		offsetof(struct result, identity) },
	{ "header",	"from",		offsetof(struct result, from) },
	{ "policy",	"dmarc",	offsetof(struct result, policy) },
};

static const char *const property_kinds[] = { "smtp", "header", "body", "policy" };

/* kind.name=value; one that is given twice is a contradiction. */
static void
take_property(struct reader *reader, struct result *result, struct span kind)
{
	bool known = false;

	for (size_t i = 0; i < NITEMS(property_kinds); i++)
		known = known || span_is(kind, property_kinds[i]);
	want_sign(reader, '.');
	struct span name = take_keyword(reader);
	want_sign(reader, '=');
	struct span value = take_value(reader);
	if (!known || value.len == 0)
		reader->broken = true;
	for (size_t i = 0; i < NITEMS(properties) && !reader->broken; i++) {
		struct span *slot = (struct span *)(void *)((char *)result + properties[i].slot);

		if (!span_is(kind, properties[i].kind) || !span_is(name, properties[i].name))
			continue;
		if (slot->at != NULL)
			reader->broken = true;
		*slot = value;
	}
}

/* OpenDMARC and others tell the policy behind the result, as "(p=reject dis=none)". */
static struct span
policy_in(struct span comment)
{
	size_t end = 2;

	if (!span_starts_nocase(comment, SPAN("p=")))
		return SPAN_NONE;
	while (end < comment.len && ascii_alpha(comment.at[end]))
		end++;
	return span_cut(comment, 2, end);
}

/* method=word [reason=value] [kind.name=value]... */
static void
take_result(struct reader *reader, struct result *result)
{
	*result = (struct result){ .method = take_keyword(reader) };
	want_sign(reader, '=');
	result->word = take_keyword(reader);
	reader->comment = SPAN_NONE;
	skip_blanks(reader);
	struct span told = policy_in(reader->comment);
	for (bool first = true; !reader->broken && reader->at < reader->text.len && peek(reader) != ';'; first = false) {
		struct span word = take_keyword(reader);

		if (first && span_eq_nocase(word, SPAN("reason"))) {
			want_sign(reader, '=');
			(void)take_value(reader);
		} else
			take_property(reader, result, word);
		skip_blanks(reader);
	}
	if (result->policy.at == NULL)
		result->policy = told;
}

/* --- what it comes to --- */

/* The number of a word, or 0. */
static bool
number_of(struct span word, const char *(*name)(uint32_t), uint32_t *number)
{
	for (*number = 0; name(*number) != NULL; ++*number)
		if (span_is(word, name(*number)))
			return true;
	*number = 0;
	return false;
}

/* "local@domain", "@domain" or "domain". */
static struct span
domain_in(struct span value)
{
	size_t begin = value.len;

	while (begin > 0 && value.at[begin - 1] != '@')
		begin--;
	return span_from(value, begin);
}

static struct span
subject_of(const struct result *result, uint32_t method)
{
	switch (method) {
	case CLAIM_SPF:
		return result->mailfrom.at != NULL ? result->mailfrom : result->helo;
	case CLAIM_DKIM:
		return result->signer.at != NULL ? result->signer : result->identity;
	default:
		return result->from;
	}
}

static void
add_claim(struct block *block, uint32_t place, struct span verifier, const struct result *result)
{
	uint32_t	 method, word, policy;
	struct claim	*claim;

	if (!number_of(result->method, claim_method_name, &method) ||
	    (claim = block_add_claim(block)) == NULL)
		return;
	/* Whatever an unknown word means, nothing has passed. */
	if (!number_of(result->word, claim_result_name, &word))
		word = CLAIM_NONE;
	number_of(result->policy, claim_policy_name, &policy);
	struct span domain = url_domain_to_ascii(domain_in(subject_of(result, method)), block->arena);
	*claim = (struct claim){
		.place = place, .method = method, .result = word, .policy = method == CLAIM_DMARC ? policy : POLICY_UNTOLD,
		.of_helo = method == CLAIM_SPF && result->mailfrom.at == NULL && result->helo.at != NULL,
		.verifier = block_text(block, verifier), .domain = block_text(block, domain),
		.organisation = block_text(block, url_registrable_domain(domain)),
	};
}

/* Bytes that no verifier writes, and more signs than any could have a use for. */
static bool
is_odd(struct span value)
{
	size_t signs = 0;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];

		signs += c == '.' || c == '=' || c == ';';
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return value.len > MOST_BYTES || signs > MOST_SIGNS;
}

static void
add_unreadable(struct block *block, uint32_t place, struct span verifier)
{
	struct claim *claim = block_add_claim(block);

	if (claim != NULL)
		*claim = (struct claim){ .place = place, .method = CLAIM_UNREADABLE, .result = CLAIM_NONE,
		    .verifier = block_text(block, verifier) };
}

/* What follows the name: [version] *(";" result) */
static size_t
take_results(struct reader *reader, struct result results[MOST_RESULTS])
{
	size_t	count = 0;
	bool	none = false;

	skip_blanks(reader);
	if (ascii_digit(peek(reader)))
		(void)take_value(reader);
	skip_blanks(reader);
	while (!reader->broken && !none && take_sign(reader, ';')) {
		skip_blanks(reader);
		/* A semicolon at the end is written by some. */
		if (reader->at >= reader->text.len)
			break;
		none = count == 0 && span_starts_nocase(span_from(reader->text, reader->at), SPAN("none"));
		if (none)
			(void)take_value(reader);
		else if (count == MOST_RESULTS)
			reader->broken = true;
		else
			take_result(reader, &results[count++]);
	}
	skip_blanks(reader);
	reader->broken = reader->broken || reader->at < reader->text.len;
	return count;
}

void
claims_add(struct block *block, uint32_t place, struct span value)
{
	struct reader	reader = { .text = value };
	struct result	results[MOST_RESULTS];
	struct span	verifier = take_value(&reader);
	size_t		count;

	if (place >= MOST_FIELDS || reader.broken || verifier.len > MOST_NAME)
		return;
	reader.broken = is_odd(value);
	count = take_results(&reader, results);
	if (reader.broken)
		add_unreadable(block, place, verifier);
	for (size_t i = 0; !reader.broken && i < count; i++)
		add_claim(block, place, verifier, &results[i]);
}
