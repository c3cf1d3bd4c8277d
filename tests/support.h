/* What tests of whole messages share: build one, dissect it, print what was found, rewrite it. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/rewrite/rewrite.h>

#define TEST_ARENA_BYTES	((size_t)2 << 30)

/* "text/html" around some HTML, as a mail of one part. */
static inline struct span
mail_of_html(struct arena *arena, const char *html)
{
	struct span mail = arena_printf(arena, "From: a@example.org\r\nTo: b@example.net\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n\r\n%s", html);

	assert_non_null(mail.at);
	return mail;
}

/* A block with room behind its last byte for nothing: what reads past it is seen by a sanitizer. */
static inline const struct dissection *
dissect_or_fail(struct span mail, struct arena *arena)
{
	const struct dissection	*d;
	enum pw_err		 err = dissect(mail, &limits_default, arena, &d);

	assert_int_equal(err, PW_OK);
	assert_int_equal(dissection_check(d, d->bytes, mail.len, &limits_default), PW_OK);
	return d;
}

/* "kind trigger url", a line each, of all that is live; with a minus before it if it is recorded as inert. */
static inline const char *
found_in(const struct dissection *d, struct buf *out)
{
	buf_init(out, 1 << 20);
	buf_add(out, SPAN(""));
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *r = &dissection_references(d)[i];

		buf_printf(out, "%s%s%s %s %.*s", out->len > 0 ? "\n" : "",
		    (r->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0 ? "" : "-", reference_kind_name(r->kind),
		    trigger_name(r->trigger), SPAN_ARG(dissection_text(d, r->url)));
	}
	assert_false(buf_failed(out));
	return out->at;
}

/* Everything that is not followed on a click goes. */
static inline void
strip_all(const struct dissection *d, struct arena *arena, struct verdict *verdict)
{
	*verdict = (struct verdict){ .decision_count = d->references.count };
	verdict->decisions = arena_array(arena, d->references.count, sizeof(*verdict->decisions));
	assert_non_null(verdict->decisions);
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *r = &dissection_references(d)[i];

		verdict->decisions[i].strip = r->trigger != TRIGGER_CLICK &&
		    (r->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;
		verdict->strip_count += verdict->decisions[i].strip;
	}
}

static inline struct span
joined(struct arena *arena, const struct rewritten *r)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 30);
	buf_add(&out, SPAN(""));
	for (size_t i = 0; i < r->header_piece_count; i++)
		buf_add(&out, r->header_pieces[i]);
	for (size_t i = 0; i < r->body_piece_count; i++)
		buf_add(&out, r->body_pieces[i]);
	struct span copy = arena_copy(arena, buf_span(&out));
	buf_fini(&out);
	return copy;
}

/* The mail with everything stripped, and nothing live left in it by a second, full dissection. */
static inline struct span
neutralised(struct span mail, struct arena *arena)
{
	const struct dissection	*d = dissect_or_fail(mail, arena);
	struct verdict		 verdict;
	struct rewritten	 r;
	struct buf		 left;

	strip_all(d, arena, &verdict);
	assert_int_equal(rewrite(mail, d, &verdict, arena, &r), PW_OK);
	struct span fresh = joined(arena, &r);
	const struct dissection *again = dissect_or_fail(fresh, arena);
	strip_all(again, arena, &verdict);
	if (verdict.strip_count > 0)
		fail_msg("still live:\n%s\nin:\n%.*s", found_in(again, &left), SPAN_ARG(fresh));
	return fresh;
}

#endif
