/*
 * The product's promise. Any bytes are a message, all remote content is to go: the message is held, or what is delivered has
 * nothing live left in any reading but what was kept on purpose, and a second look has nothing to add. What nothing was
 * decided about is delivered byte for byte.
 */
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>

#include "dissect/mail/transfer.h"

#include "fuzz.h"

static struct options *options;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct buf report;

	(void)argc;
	(void)argv;
	dissect_prepare();
	buf_init(&report, 65536);
	options = options_new();
	INVARIANT(options != NULL && config_set(options, "fuzz", "Mode", "enforce", &report) == PW_OK &&
	    config_set(options, "fuzz", "RemoteContent", "all", &report) == PW_OK);
	buf_fini(&report);
	options->limits.parse_ms = 60000;
	options->limits.parse_memory = (uint64_t)64 << 20;
	return 0;
}

static struct span
join(const struct rewritten *rewritten, struct arena *arena)
{
	struct buf	out;
	struct span	copy;

	buf_init(&out, (size_t)1 << 28);
	for (size_t i = 0; i < rewritten->header_piece_count; i++)
		buf_add(&out, rewritten->header_pieces[i]);
	for (size_t i = 0; i < rewritten->body_piece_count; i++)
		buf_add(&out, rewritten->body_pieces[i]);
	INVARIANT(!buf_failed(&out));
	copy = arena_copy(arena, buf_span(&out));
	buf_fini(&out);
	return copy;
}

static bool
is_kept(const struct outcome *outcome, const struct dissection *d, const struct reference *reference)
{
	struct span url = dissection_text(d, reference->url);

	for (uint32_t i = 0; i < outcome->dissection->references.count; i++) {
		const struct reference *before = &dissection_references(outcome->dissection)[i];

		if (!outcome->verdict.decisions[i].strip && before->trigger != TRIGGER_CLICK &&
		    span_eq(dissection_text(outcome->dissection, before->url), url))
			return true;
	}
	return false;
}

static void
check_inert(const struct outcome *outcome, const struct dissection *d)
{
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		if (reference->trigger == TRIGGER_CLICK ||
		    (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) == 0)
			continue;
		if (!is_kept(outcome, d, reference)) {
			struct span url = dissection_text(d, reference->url);

			fprintf(stderr, "still live: %s %.*s\n", reference_kind_name(reference->kind), SPAN_ARG(url));
			INVARIANT(false);
		}
	}
}

/* --- what nothing was decided about --- */

static bool
has_children(const struct dissection *d, uint32_t part)
{
	for (uint32_t i = part + 1; i < d->parts.count; i++)
		if (dissection_parts(d)[i].parent == part)
			return true;
	return false;
}

/* The bytes that edits in the part may change: not those of parts inside it. */
static struct extent
own_bytes(const struct dissection *d, uint32_t index)
{
	const struct part *part = &dissection_parts(d)[index];

	return (struct extent){ part->header.begin, has_children(d, index) ? part->header.end : part->body.end };
}

static bool
is_edited(const struct outcome *outcome, struct extent bytes)
{
	const struct dissection *d = outcome->dissection;

	for (uint32_t i = 0; i < d->references.count; i++) {
		struct extent edited = own_bytes(d, dissection_documents(d)[dissection_references(d)[i].document].part);

		if (outcome->verdict.decisions[i].strip && edited.begin < bytes.end && bytes.begin < edited.end)
			return true;
	}
	return false;
}

/* Is that piece of the message delivered from the message's own memory, whole and in one go? */
static bool
is_delivered(const struct rewritten *rewritten, struct span bytes)
{
	size_t at = 0;

	for (size_t i = 0; i < rewritten->header_piece_count && at < bytes.len; i++)
		if (fuzz_is_within((struct span){ bytes.at + at, 1 }, rewritten->header_pieces[i]))
			at = (size_t)(rewritten->header_pieces[i].at + rewritten->header_pieces[i].len - bytes.at);
	for (size_t i = 0; i < rewritten->body_piece_count && at < bytes.len; i++)
		if (fuzz_is_within((struct span){ bytes.at + at, 1 }, rewritten->body_pieces[i]))
			at = (size_t)(rewritten->body_pieces[i].at + rewritten->body_pieces[i].len - bytes.at);
	return at >= bytes.len;
}

/* Was the message written anew? Then none of its pieces is a piece of the old one. */
static bool
is_anew(const struct rewritten *rewritten, struct span message)
{
	for (size_t i = 0; i < rewritten->header_piece_count; i++)
		if (fuzz_is_within(rewritten->header_pieces[i], message))
			return false;
	for (size_t i = 0; i < rewritten->body_piece_count; i++)
		if (fuzz_is_within(rewritten->body_pieces[i], message))
			return false;
	return true;
}

static struct span
content(struct span message, const struct part *part, struct arena *arena)
{
	struct decoded decoded;

	INVARIANT(transfer_decode(span_cut(message, part->body.begin, part->body.end),
	    (enum transfer_encoding)part->encoding, arena, &decoded) == PW_OK);
	return decoded.bytes;
}

/* A picture has no other form than its bytes. */
static void
check_pictures(const struct outcome *outcome, struct span message, struct span fresh, const struct dissection *d,
    struct arena *arena)
{
	const struct dissection *old = outcome->dissection;

	for (uint32_t i = 0; i < old->parts.count; i++) {
		const struct part	*part = &dissection_parts(old)[i];
		bool			 found = false;

		if (!span_starts(dissection_text(old, part->type), SPAN("image/p")) || part->quirks != 0 ||
		    part->reading != 0 || is_edited(outcome, own_bytes(old, i)))
			continue;
		for (uint32_t p = part->parent; p != DISSECTION_NONE; p = dissection_parts(old)[p].parent)
			found = found || dissection_parts(old)[p].quirks != 0 || dissection_parts(old)[p].reading != 0;
		struct span picture = content(message, part, arena);
		for (uint32_t k = 0; k < d->parts.count && !found; k++)
			found = span_eq(content(fresh, &dissection_parts(d)[k], arena), picture);
		INVARIANT(found);
	}
}

static void
check_untouched(const struct outcome *outcome, struct span message, struct span fresh, const struct dissection *d,
    struct arena *arena)
{
	const struct dissection *old = outcome->dissection;

	if (is_anew(&outcome->rewritten, message)) {
		check_pictures(outcome, message, fresh, d, arena);
		return;
	}
	for (uint32_t i = 0; i < old->parts.count; i++) {
		struct extent own = own_bytes(old, i);

		if (!is_edited(outcome, own))
			INVARIANT(is_delivered(&outcome->rewritten, span_cut(message, own.begin, own.end)));
	}
}

static void
run(struct span bytes, struct arena *arena, struct outcome *outcome)
{
	struct message message = { .raw = bytes };

	pipeline_run(&message, options, NULL, &dissectors_in_thread, NULL, arena, outcome);
	INVARIANT(outcome_log_line(&message, options, outcome, arena).len > 0);
	(void)outcome_header(&message, options, outcome, arena);
}

static void
check(struct span message, struct arena *arena)
{
	const struct dissection	*d;
	struct outcome		 outcome, second;

	run(message, arena, &outcome);
	INVARIANT(outcome.failure != PW_EBLOCK);
	if (outcome.verdict.action >= ACTION_HOLD)
		return;
	if (!outcome.rewritten.changed) {
		INVARIANT(outcome.verdict.strip_count == 0 && outcome.verdict.action <= ACTION_TAG);
		return;
	}
	INVARIANT(outcome.verdict.strip_count > 0 && outcome.verdict.action == ACTION_NEUTRALISE);
	struct span fresh = join(&outcome.rewritten, arena);
	INVARIANT(dissect(fresh, &options->limits, arena, &d) == PW_OK);
	INVARIANT(dissection_check(d, d->bytes, fresh.len, &options->limits) == PW_OK);
	check_inert(&outcome, d);
	check_untouched(&outcome, message, fresh, d, arena);
	run(fresh, arena, &second);
	INVARIANT(second.verdict.action == ACTION_DELIVER && !second.rewritten.changed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
