/*
 * A message without quirks has one reading: GMime's parser, which shares no code with ours, finds the same parts in the
 * same places, of the same types.
 */
#include <string.h>

#include <gmime/gmime.h>

#include <pixelward/dissect/dissect.h>

#include "fuzz.h"

/* GMime recurses into groups of addresses, and parameters cost it quadratic time. */
#define MOST_BYTES	((size_t)8192)

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dissect_prepare();
	return 0;
}

/* Other kinds of message are opened by some clients, thus by us, but not by GMime; nor is one of no bytes. */
static bool
is_opened_by_both(const struct dissection *d, const struct part *part)
{
	struct span type = dissection_text(d, part->type);

	return !span_starts(type, SPAN("message/")) ||
	    (span_eq(type, SPAN("message/rfc822")) && part->body.end > part->body.begin);
}

static bool
is_plain(const struct dissection *d)
{
	for (uint32_t i = 0; i < d->parts.count; i++) {
		const struct part *part = &dissection_parts(d)[i];

		if (part->quirks != 0 || part->reading != 0 || !is_opened_by_both(d, part))
			return false;
	}
	return true;
}

/* What waits for its turn; the last first. */
struct waiting {
	GMimeObject	*object;
	uint32_t	 parent;
};

struct oracle {
	const struct dissection	*d;
	struct span		 message;
	struct waiting		*stack;
	size_t			 count, capacity;
	uint32_t		 part;	/* the next of ours */
	struct arena		*arena;
};

static void
push(struct oracle *oracle, GMimeObject *object, uint32_t parent)
{
	if (object == NULL)
		return;
	oracle->stack = arena_grow(oracle->arena, oracle->stack, oracle->count, &oracle->capacity, sizeof(*oracle->stack));
	INVARIANT(oracle->stack != NULL);
	oracle->stack[oracle->count++] = (struct waiting){ object, parent };
}

static void
differ(const struct oracle *oracle, const char *how, const char *theirs)
{
	fprintf(stderr, "part %u: %s; GMime says %s\n", oracle->part, how, theirs);
	for (uint32_t i = 0; i < oracle->d->parts.count; i++) {
		const struct part *part = &dissection_parts(oracle->d)[i];

		fprintf(stderr, "ours: %u in %d %.*s body [%u, %u)\n", i, (int)part->parent,
		    SPAN_ARG(dissection_text(oracle->d, part->type)), part->body.begin, part->body.end);
	}
	abort();
}

static void
compare_body(const struct oracle *oracle, GMimePart *theirs, const struct part *part)
{
	GMimeDataWrapper	*content = g_mime_part_get_content(theirs);
	GMimeStream		*stream = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
	char			 text[64];

	if (stream == NULL)
		return;
	snprintf(text, sizeof(text), "[%lld, %lld)", (long long)stream->bound_start, (long long)stream->bound_end);
	if (part->body.end - part->body.begin != stream->bound_end - stream->bound_start ||
	    (part->body.end > part->body.begin && part->body.begin != stream->bound_start))
		differ(oracle, "another body", text);
}

static void
compare(struct oracle *oracle, const struct waiting *next)
{
	GMimeContentType	*type = g_mime_object_get_content_type(next->object);
	char			*name = g_mime_content_type_get_mime_type(type);

	if (oracle->part >= oracle->d->parts.count)
		differ(oracle, "there is none", name);
	const struct part *part = &dissection_parts(oracle->d)[oracle->part];
	if (!span_eq_nocase(dissection_text(oracle->d, part->type), span_of(name)))
		differ(oracle, "another type", name);
	if (part->parent != next->parent)
		differ(oracle, "another parent", name);
	g_free(name);
	if (GMIME_IS_MULTIPART(next->object))
		for (int i = g_mime_multipart_get_count((GMimeMultipart *)next->object); i-- > 0;)
			push(oracle, g_mime_multipart_get_part((GMimeMultipart *)next->object, i), oracle->part);
	else if (GMIME_IS_MESSAGE_PART(next->object)) {
		GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)next->object);

		push(oracle, inner != NULL ? g_mime_message_get_mime_part(inner) : NULL, oracle->part);
	} else if (GMIME_IS_PART(next->object))
		compare_body(oracle, (GMimePart *)next->object, part);
	oracle->part++;
}

static void
check(struct span message, struct arena *arena)
{
	const struct dissection	*d;

	if (message.len > MOST_BYTES || dissect(message, &limits_default, arena, &d) != PW_OK || !is_plain(d))
		return;
	GMimeStream	*stream = g_mime_stream_mem_new_with_buffer(message.at, message.len);
	GMimeParser	*parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage	*theirs = g_mime_parser_construct_message(parser, NULL);
	struct oracle	 oracle = { .d = d, .message = message, .arena = arena };

	if (theirs != NULL) {
		push(&oracle, g_mime_message_get_mime_part(theirs), DISSECTION_NONE);
		while (oracle.count > 0) {
			struct waiting next = oracle.stack[--oracle.count];

			compare(&oracle, &next);
		}
		if (oracle.part != d->parts.count)
			differ(&oracle, "no part of GMime's", "it is none");
		g_object_unref(theirs);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
