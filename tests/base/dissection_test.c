/* What a process that dissects may answer: one word of an honest block is changed, and nothing of it may be read. */
#include "support.h"

#include <stdlib.h>

/* Two parts, of which the second has two references; an address; a mark; a claim; a note. */
static const char mail[] =
    "Authentication-Results: mx.example; dkim=pass header.d=example.org\nList-Id: <l.example>\n"
    "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n"
    "--b\nContent-Type: text/html\nContent-Type: text/html;\n\n<img src=http://t.example/a?b#c><img src=http://t.example/d>\n"
    "--b\nContent-Type: text/html\n\n<img src=http://t.example/e>\n--b--\n";

enum place { HEAD, PART, DOCUMENT, REFERENCE, ADDRESS, MARK, CLAIM, NOTE };

#define IN(type, field)	offsetof(struct type, field)
#define BYTES		((uint32_t)sizeof(mail) - 1)

static const struct row {
	const char	*says;
	enum place	 place;
	uint32_t	 index;		/* of the row */
	size_t		 offset;	/* of the word in the row */
	uint32_t	 value;
} rows[] = {
	{ "another layout",			HEAD, 0, IN(dissection, magic), DISSECTION_MAGIC + 1 },
	{ "more bytes than there are",		HEAD, 0, IN(dissection, bytes), UINT32_MAX },
	{ "fewer bytes than its head",		HEAD, 0, IN(dissection, bytes), 4 },
	{ "another message",			HEAD, 0, IN(dissection, message_bytes), BYTES - 1 },
	{ "a body behind the message",		HEAD, 0, IN(dissection, body_at), BYTES + 1 },
	{ "a limit that nobody has",		HEAD, 0, IN(dissection, limit), LIMIT_parse_ms + 1 },
	{ "a limit exceeded, but no failure",	HEAD, 0, IN(dissection, limit), LIMIT_parts },
	{ "a failure that nobody has",		HEAD, 0, IN(dissection, failure), PW_ENOTINERT + 1 },
	{ "a text behind the block",		HEAD, 0, IN(dissection, subject.at), UINT32_MAX },
	{ "a text in the head",			HEAD, 0, IN(dissection, subject.at), 4 },
	{ "a text past the block",		HEAD, 0, IN(dissection, subject.len), UINT32_MAX },
	{ "a table at an odd offset",		HEAD, 0, IN(dissection, notes.at), sizeof(struct dissection) + 1 },
	{ "a table in the head",		HEAD, 0, IN(dissection, notes.at), 0 },
	{ "a table behind the block",		HEAD, 0, IN(dissection, notes.at), UINT32_MAX - 3 },
	{ "more parts than there are",		HEAD, 0, IN(dissection, parts.count), UINT32_MAX },
	{ "more references than bytes",		HEAD, 0, IN(dissection, references.count), UINT32_MAX },
	{ "a part that is its own parent",	PART, 1, IN(part, parent), 1 },
	{ "a part whose parent comes later",	PART, 1, IN(part, parent), 2 },
	{ "a part outside of its parent",	PART, 1, IN(part, header.begin), 0 },
	{ "a body that ends behind the message", PART, 0, IN(part, body.end), BYTES + 1 },
	{ "a body that ends before it begins",	PART, 1, IN(part, body.end), 1 },
	{ "a header that ends in its body",	PART, 0, IN(part, header.end), BYTES },
	{ "a field outside of its header",	PART, 1, IN(part, type_field.begin), 0 },
	{ "an encoding field in the body",	PART, 1, IN(part, encoding_field.end), BYTES },
	{ "a name past the block",		PART, 1, IN(part, name.len), UINT32_MAX },
	{ "a transfer encoding that nobody has", PART, 1, IN(part, encoding), ENCODING_UU + 1 },
	{ "a disposition that nobody has",	PART, 1, IN(part, disposition), DISPOSITION_OTHER + 1 },
	{ "a quirk that nobody has",		PART, 1, IN(part, quirks), 1u << (QUIRK_TNEF + 1) },
	{ "a document of no part",		DOCUMENT, 0, IN(document, part), UINT32_MAX },
	{ "a kind of document that nobody has",	DOCUMENT, 0, IN(document, kind), DOCUMENT_HEADER + 1 },
	{ "a flag that no document has",	DOCUMENT, 0, IN(document, flags), DOCUMENT_GUISED << 1 },
	{ "a document in another part",		DOCUMENT, 0, IN(document, bytes.at), 0 },
	{ "a document behind its part",		DOCUMENT, 0, IN(document, bytes.len), BYTES },
	{ "a document past the message",	DOCUMENT, 0, IN(document, bytes.at), UINT32_MAX },
	{ "a base that does not end where it says", DOCUMENT, 0, IN(document, base.at), sizeof(struct dissection) },
	{ "a reference of no document",		REFERENCE, 0, IN(reference, document), UINT32_MAX },
	{ "references out of their documents' order", REFERENCE, 0, IN(reference, document), 1 },
	{ "a kind of reference that nobody has", REFERENCE, 0, IN(reference, kind), REFERENCE_DOCUMENT + 1 },
	{ "a trigger that nobody has",		REFERENCE, 0, IN(reference, trigger), TRIGGER_MUA + 1 },
	{ "a neutral form that nobody has",	REFERENCE, 0, IN(reference, neutral), NEUTRAL_ERASE + 1 },
	{ "a flag that no reference has",	REFERENCE, 0, IN(reference, flags), REFERENCE_IN_LINK << 1 },
	{ "a way to hide that nobody has",	REFERENCE, 0, IN(reference, hidden), HIDDEN_BY_NATURE << 1 },
	{ "a URL past the block",		REFERENCE, 0, IN(reference, url.len), UINT32_MAX },
	{ "a URL that does not end where it says", REFERENCE, 0, IN(reference, url.len), 3 },
	{ "a path behind the URL",		REFERENCE, 0, IN(reference, path_at), 1000 },
	{ "a path behind the query",		REFERENCE, 0, IN(reference, path_at), 21 },
	{ "a fragment before the query",	REFERENCE, 0, IN(reference, fragment_at), 3 },
	{ "an alternative text past the block",	REFERENCE, 0, IN(reference, alt.len), UINT32_MAX },
	{ "a tag behind its document",		REFERENCE, 0, IN(reference, tag.end), 1000 },
	{ "a site that ends before it begins",	REFERENCE, 0, IN(reference, site.begin), 1000 },
	{ "an edit in another part",		REFERENCE, 0, IN(reference, site_raw.begin), 0 },
	{ "an edit behind the message",		REFERENCE, 0, IN(reference, tag_raw.end), BYTES + 1 },
	{ "a role that nobody has",		ADDRESS, 0, IN(address, role), ADDRESS_TO + 1 },
	{ "a mailbox behind the block",		ADDRESS, 0, IN(address, mailbox.at), UINT32_MAX },
	{ "an organisation behind the block",	ADDRESS, 0, IN(address, organisation.at), UINT32_MAX },
	{ "a field that nobody reads",		MARK, 0, IN(mark, field), MARK_MESSAGE_ID + 1 },
	{ "a mark past the block",		MARK, 0, IN(mark, text.len), UINT32_MAX },
	{ "a mark's domain behind the block",	MARK, 0, IN(mark, domain.at), UINT32_MAX },
	{ "more marks than are read",		HEAD, 0, IN(dissection, marks.count), DISSECTION_MOST_MARKS + 1 },
	{ "a method that nobody knows",		CLAIM, 0, IN(claim, method), CLAIM_UNREADABLE + 1 },
	{ "a result that nobody knows",		CLAIM, 0, IN(claim, result), CLAIM_NONE + 1 },
	{ "a policy that nobody knows",		CLAIM, 0, IN(claim, policy), POLICY_REJECT + 1 },
	{ "a flag that no claim has",		CLAIM, 0, IN(claim, of_helo), 2 },
	{ "a verifier behind the block",	CLAIM, 0, IN(claim, verifier.at), UINT32_MAX },
	{ "a claim's domain past the block",	CLAIM, 0, IN(claim, domain.len), UINT32_MAX },
	{ "a claim's organisation behind the block", CLAIM, 0, IN(claim, organisation.at), UINT32_MAX },
	{ "more claims than are read",		HEAD, 0, IN(dissection, claims.count), DISSECTION_MOST_CLAIMS + 1 },
	{ "a note on no part",			NOTE, 0, IN(note, part), 1000 },
	{ "a note past the block",		NOTE, 0, IN(note, text.len), UINT32_MAX },
};

static uint32_t *
word_of(struct dissection *d, const struct row *row)
{
	const struct {
		struct table	table;
		size_t		size;
	} places[] = {
		[HEAD] = { { 0, 1 }, sizeof(struct dissection) }, [PART] = { d->parts, sizeof(struct part) },
		[DOCUMENT] = { d->documents, sizeof(struct document) },
		[REFERENCE] = { d->references, sizeof(struct reference) },
		[ADDRESS] = { d->addresses, sizeof(struct address) }, [MARK] = { d->marks, sizeof(struct mark) },
		[CLAIM] = { d->claims, sizeof(struct claim) }, [NOTE] = { d->notes, sizeof(struct note) },
	};

	assert_true(row->index < places[row->place].table.count);
	return (uint32_t *)(void *)((char *)d + places[row->place].table.at + row->index * places[row->place].size +
	    row->offset);
}

/* Memory of exactly the block's size: what reads behind it is seen by a sanitizer. */
static struct dissection *
honest_block(size_t *bytes)
{
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(span_of(mail), arena);
	struct dissection	*copy = malloc(*bytes = d->bytes);

	assert_non_null(copy);
	memcpy(copy, d, d->bytes);
	arena_free(arena);
	return copy;
}

static void
is_refused(void **state)
{
	const struct row	*row = *state;
	size_t			 bytes;
	struct dissection	*d = honest_block(&bytes);

	assert_int_equal(dissection_check(d, bytes, BYTES, &limits_default), PW_OK);
	*word_of(d, row) = row->value;
	assert_int_equal(dissection_check(d, bytes, BYTES, &limits_default), PW_EBLOCK);
	free(d);
}

static void
a_short_block_is_refused(void **state)
{
	size_t			 bytes;
	struct dissection	*d = honest_block(&bytes);

	(void)state;
	for (size_t shorter = 0; shorter < bytes; shorter++) {
		void *block = malloc(shorter);

		memcpy(block, d, shorter);
		assert_int_equal(dissection_check(block, shorter, BYTES, &limits_default), PW_EBLOCK);
		free(block);
	}
	free(d);
}

static void
more_than_the_limits_is_refused(void **state)
{
	size_t			 bytes;
	struct dissection	*d = honest_block(&bytes);
	struct limits		 parts = limits_default, references = limits_default;

	(void)state;
	parts.parts = d->parts.count - 1;
	references.references = d->references.count - 1;
	assert_int_equal(dissection_check(d, bytes, BYTES, &parts), PW_EBLOCK);
	assert_int_equal(dissection_check(d, bytes, BYTES, &references), PW_EBLOCK);
	free(d);
}

/* Each may be where it is, but whoever writes all of them out would write without end. */
static void
one_text_for_all_is_refused(void **state)
{
	size_t			 bytes;
	struct dissection	*d = honest_block(&bytes);
	struct text		 all = { d->references.at, d->bytes - d->references.at - 1 };

	(void)state;
	for (uint32_t i = 0; i < d->parts.count; i++)
		((struct part *)(uintptr_t)dissection_parts(d))[i].name = all;
	assert_int_equal(dissection_check(d, bytes, BYTES, &limits_default), PW_EBLOCK);
	free(d);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(rows) + 3] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = is_refused,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_short_block_is_refused);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(more_than_the_limits_is_refused);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(one_text_for_all_is_refused);
	return cmocka_run_group_tests_name("dissection", tests, NULL, NULL);
}
