/* A message with quirks, written anew: one reading, and the MTA's copy of the header ends up the same. */
#include "support.h"

#include <pixelward/dissect/canonical.h>

#include "dissect/mail/fields.h"

#define HEAD	"From: a@example.org\nReceived: one\nReceived: two\n"
#define PIXEL	"<img src=http://t.example/a>"

static const struct row {
	const char	*says, *mail;
	const char	*paths;		/* "path type" of the leaves of the new message, after all rounds */
	bool		 inert;		/* nothing is live in its one reading */
} rows[] = {
	{ "of two types the last", HEAD "Content-Type: text/plain\nContent-Type: text/html\n\n" PIXEL, "1 text/html", false },
	{ "a blank before the colon", HEAD "Content-Type : text/html\nSubject : x\n\n" PIXEL, "1 text/html", false },
	{ "a line of blanks in a field", HEAD "Subject: x\n \n y\nContent-Type: text/html\n\n" PIXEL, "1 text/html", false },
	{ "a part behind the end", HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n"
	    "Content-Type: text/html\n\n" PIXEL "\n--b--\n", "1 text/plain", true },
	{ "an encoded message", HEAD "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
	    "Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxpbWcgc3JjPWh0dHA6Ly90LmV4YW1wbGUvYT4K\n", "1.1 text/html", false },
	{ "an encoded multipart", HEAD "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "=2D-b\nContent-Type: text/html\n\n<img src=3Dhttp://t.example/a>\n=2D-b--\n", "1 text/html", false },
	{ "a file spelled out", HEAD "\nsee\nbegin 644 x.html\n</&EM9R!S<F,]:'1T<#HO+W0N97AA;7!L92]A/@  \n`\nend\nbye\n",
	    "1 text/plain,2 application/octet-stream,3 text/plain", false },
	{ "NULs in a tag", HEAD "Content-Type: text/html\n\n<i\1mg src=http://t.example/a>", "1 text/html", false },
	{ "a receipt beside it", HEAD "Disposition-Notification-To: r@t.example\nContent-Type: text/plain\n"
	    "Content-Type: text/html\n\n" PIXEL, "1 text/html", false },
	{ "a multipart of no kind", HEAD "Content-Type: multipart/; boundary=b\n\n--b\nContent-Type: text/html\n\n" PIXEL
	    "\n--b--\n", "1 text/html", false },
	{ "a page that says another charset of itself", HEAD "Content-Type: text/html; charset=utf-8\n\n<meta charset=utf-16le>"
	    PIXEL, "1 text/html", false },
	{ "a program with NULs that is named like a page", HEAD "Content-Type: application/x-foo; name=x.html\n\n\1\5" PIXEL,
	    "1 text/html", false },
	{ "a calendar named like a page", HEAD "Content-Type: text/calendar; name=x.html\n\n" PIXEL, "1 text/html", false },
	{ "a report that holds a page", HEAD "Content-Type: message/feedback-report\n\nContent-Type: text/html\n"
	    "Content-Type: text/plain\n\n" PIXEL, "1.1 text/plain", true },
	{ "an encoded report that holds a page", HEAD "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
	    "Q29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxpbWcgc3JjPWh0dHA6Ly90LmV4YW1wbGUvYT4K\n", "1.1 text/html", false },
	{ "an empty header", "\nContent-Type: text/html\n\n" PIXEL, "1 text/plain", true },
	{ "a header that ends at a line of junk", HEAD "junk\nContent-Type: text/html\n\n" PIXEL, "1 text/plain", true },
};

static const char *
leaves_of(const struct dissection *d, struct arena *arena)
{
	struct span all = SPAN("");

	for (uint32_t i = 0; i < d->parts.count; i++) {
		const struct part	*part = &dissection_parts(d)[i];
		bool			 is_leaf = true;

		for (uint32_t k = i + 1; k < d->parts.count; k++)
			is_leaf = is_leaf && dissection_parts(d)[k].parent != i;
		if (is_leaf)
			all = arena_printf(arena, "%.*s%s%.*s %.*s", SPAN_ARG(all), all.len > 0 ? "," : "",
			    SPAN_ARG(dissection_text(d, part->path)), SPAN_ARG(dissection_text(d, part->type)));
	}
	return all.at;
}

/* A header as the MTA keeps it. */
struct copy {
	struct header { struct span name, value; } at[64];
	size_t	count;
};

static void
copy_header(struct span message, struct copy *copy)
{
	struct field_reader	reader;
	struct field		field;

	copy->count = 0;
	field_reader_init(&reader, message);
	while (field_next(&reader, &field)) {
		assert_true(copy->count < NITEMS(copy->at));
		copy->at[copy->count++] = (struct header){ field.name, field.value };
	}
}

/* smfi_chgheader(3): the field with that index of its name is changed or goes; one that is not there is added. */
static void
apply(struct copy *copy, const struct header_edit *edit)
{
	uint32_t	number = 0;
	size_t		i;

	for (i = 0; i < copy->count; i++)
		if (span_eq_nocase(copy->at[i].name, edit->name) && ++number == edit->index)
			break;
	if (i == copy->count) {
		assert_non_null(edit->value.at);
		copy->at[copy->count++] = (struct header){ edit->name, edit->value };
	} else if (edit->value.at != NULL)
		copy->at[i].value = edit->value;
	else {
		memmove(&copy->at[i], &copy->at[i + 1], (copy->count - i - 1) * sizeof(copy->at[0]));
		copy->count--;
	}
}

/* In the order that the gateway sends them: the highest index first, and what goes before what comes. */
static void
apply_all(struct copy *copy, const struct header_edit *edits, size_t count)
{
	for (uint32_t index = 64; index > 0; index--)
		for (int adds = 0; adds < 2; adds++)
			for (size_t i = 0; i < count; i++)
				if (edits[i].index == index && (edits[i].value.at != NULL) == adds)
					apply(copy, &edits[i]);
}

static void
check_edits(struct span old, struct span fresh, const struct header_edit *edits, size_t count)
{
	struct copy copy, wanted;

	copy_header(old, &copy);
	copy_header(fresh, &wanted);
	apply_all(&copy, edits, count);
	assert_int_equal(copy.count, wanted.count);
	for (size_t i = 0; i < copy.count; i++) {
		assert_true(span_eq_nocase(copy.at[i].name, wanted.at[i].name));
		assert_true(span_eq(copy.at[i].value, wanted.at[i].value));
	}
}

static bool
is_ambiguous(const struct dissection *d)
{
	for (uint32_t i = 0; i < d->parts.count; i++)
		if ((dissection_parts(d)[i].quirks & QUIRKS_OF_STRUCTURE) != 0)
			return true;
	return false;
}

static void
leaves_one_reading(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 old = arena_copy(arena, span_of(row->mail)), fresh = old;
	struct header_edit	*edits;
	struct verdict		 verdict;
	struct rewritten	 r;
	size_t			 count;

	for (size_t i = 0; i < old.len; i++)
		if (old.at[i] == '\1')
			((char *)(uintptr_t)old.at)[i] = '\0';
	const struct dissection *d = dissect_or_fail(old, arena);
	strip_all(d, arena, &verdict);
	assert_true(verdict.strip_count > 0);
	for (int rounds = 0; rounds < 3 && (rounds == 0 || is_ambiguous(d)); rounds++) {
		assert_int_equal(dissect_canonical(fresh, d, &limits_default, arena, &fresh), PW_OK);
		d = dissect_or_fail(fresh, arena);
	}
	assert_false(is_ambiguous(d));
	assert_string_equal(leaves_of(d, arena), row->paths);
	strip_all(d, arena, &verdict);
	assert_int_equal(verdict.strip_count == 0, row->inert);
	assert_int_equal(dissect_header_edits(old, fresh, arena, &edits, &count), PW_OK);
	check_edits(old, fresh, edits, count);
	/* And once more with everything stripped. */
	assert_int_equal(rewrite(fresh, d, &verdict, arena, &r), PW_OK);
	check_edits(fresh, joined(arena, &r), r.header_edits, r.header_edit_count);
	assert_int_equal(dissect_header_edits(old, joined(arena, &r), arena, &edits, &count), PW_OK);
	check_edits(old, joined(arena, &r), edits, count);
	arena_free(arena);
}

/* What the rewriter tells the MTA of the header, and the header that it makes itself. */
static const char *const spliced[] = {
	HEAD "X-Image-URL: http://t.example/a\nX-Image-URL: http://t.example/b\nSubject: x\n\nx",
	HEAD "Disposition-Notification-To: r@t.example\nSubject: x\nReturn-Receipt-To: r@t.example\n\nx",
	HEAD "Content-Type: text/html; charset=utf-7\n\n+ADw-img src=http://t.example/a+AD4-",
	HEAD "Content-Type: text/html;\n charset=\"utf-16le\"; x=y\nContent-Transfer-Encoding: BASE64\nSubject: x\n\n"
	    "PABpAG0AZwAgAHMAcgBjAD0AaAB0AHQAcAA6AC8ALwB0AC4AZQB4AGEAbQBwAGwAZQAvAGEAPgA=\n",
};

static void
edits_agree_with_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(spliced); i++) {
		struct arena		*arena = arena_new(TEST_ARENA_BYTES);
		struct span		 mail = span_of(spliced[i]);
		const struct dissection	*d = dissect_or_fail(mail, arena);
		struct verdict		 verdict;
		struct rewritten	 r;

		strip_all(d, arena, &verdict);
		assert_true(verdict.strip_count > 0);
		assert_int_equal(rewrite(mail, d, &verdict, arena, &r), PW_OK);
		assert_true(r.header_edit_count > 0);
		check_edits(mail, joined(arena, &r), r.header_edits, r.header_edit_count);
		arena_free(arena);
	}
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 1] = { 0 };

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = leaves_one_reading,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	tests[NITEMS(rows)] = (struct CMUnitTest)cmocka_unit_test(edits_agree_with_header);
	return cmocka_run_group_tests_name("canonical", tests, NULL, NULL);
}
