/*
 * Any bytes are a message. Whatever they are: the block is consistent, and what was made inert is inert to a second
 * reading, or the rewriter says that it cannot do it; doing it twice changes nothing more.
 */
#include <stdlib.h>
#include <stdio.h>

#include <pixelward/base/buf.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/rewrite/rewrite.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	LLVMFuzzerInitialize(int *, char ***);

#define INVARIANT(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
		abort(); \
	} \
} while (0)

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dissect_prepare();
	return 0;
}

static size_t
strip_all(const struct dissection *d, struct arena *arena, struct verdict *verdict)
{
	*verdict = (struct verdict){ .decision_count = d->references.count };
	verdict->decisions = arena_array(arena, d->references.count, sizeof(*verdict->decisions));
	INVARIANT(verdict->decisions != NULL);
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *r = &dissection_references(d)[i];

		verdict->decisions[i].strip = r->trigger != TRIGGER_CLICK &&
		    (r->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;
		verdict->strip_count += verdict->decisions[i].strip;
	}
	return verdict->strip_count;
}

static struct span
join(const struct rewritten *r, struct arena *arena)
{
	struct buf	out;
	struct span	copy;

	buf_init(&out, (size_t)1 << 30);
	for (size_t i = 0; i < r->header_piece_count; i++)
		buf_add(&out, r->header_pieces[i]);
	for (size_t i = 0; i < r->body_piece_count; i++)
		buf_add(&out, r->body_pieces[i]);
	copy = arena_copy(arena, buf_span(&out));
	buf_fini(&out);
	return copy;
}

static void
check(struct span message, struct arena *arena)
{
	const struct dissection	*d;
	struct verdict		 verdict;
	struct rewritten	 r;
	struct limits		 limits = limits_default;

	limits.parse_memory = (uint64_t)64 << 20;
	enum pw_err err = dissect(message, &limits, arena, &d);
	INVARIANT(d != NULL && dissection_check(d, d->bytes, message.len, &limits) == PW_OK);
	if (err != PW_OK || strip_all(d, arena, &verdict) == 0)
		return;
	if (rewrite(message, d, &verdict, arena, &r) != PW_OK)
		return;
	struct span fresh = join(&r, arena);
	for (size_t i = 0; i < r.document_count; i++) {
		const struct document	*document = &dissection_documents(d)[r.documents[i].document];
		struct span		*kept = arena_array(arena, d->references.count, sizeof(*kept)), live;
		size_t			 count = 0;

		for (uint32_t k = 0; k < d->references.count; k++)
			if (dissection_references(d)[k].document == r.documents[i].document && !verdict.decisions[k].strip)
				kept[count++] = dissection_text(d, dissection_references(d)[k].url);
		struct changed changed = { .bytes = r.documents[i].bytes, .kind = document->kind,
		    .charset = r.documents[i].charset, .base = dissection_text(d, document->base),
		    .kept = kept, .kept_count = count };
		if (dissect_inert(&changed, 1, &limits, arena, &live) != PW_OK)
			return;	/* the gateway holds it */
	}
	if (dissect(fresh, &limits, arena, &d) != PW_OK)
		return;
	for (uint32_t i = 0; i < d->parts.count; i++)
		if (dissection_parts(d)[i].quirks != 0)
			return;	/* more than one reading: decided by the gateway's second look */
	INVARIANT(strip_all(d, arena, &verdict) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new((size_t)1 << 30);

	check((struct span){ (const char *)data, size }, arena);
	arena_free(arena);
	return 0;
}
