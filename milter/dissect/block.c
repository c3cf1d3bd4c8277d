#include "block.h"

#include <string.h>

/* Texts of a message are read so often, all in all: plain HTML once, many ways to a large one add up. */
#define MOST_READ	16u
/* Small messages may be read more often: sweeping a newsletter of 70 kB reads it 370 times, its encodings included. */
#define LEAST_READ	((uint64_t)32 << 20)
/* All URLs together, in times of the message: a long base makes each of them long. */
#define MOST_URL_TEXT	4u
#define LEAST_URL_TEXT	((uint64_t)1 << 20)
/* Elements times rules, in times of the tokens that one sheet may have. */
#define MOST_RULE_WORK	8u

enum pw_err
block_init(struct block *block, struct span message, const struct limits *limits, struct arena *arena)
{
	*block = (struct block){
		.arena = arena, .limits = limits, .message = message,
		.parts.size = sizeof(struct part), .documents.size = sizeof(struct document),
		.references.size = sizeof(struct reference), .addresses.size = sizeof(struct address),
		.marks.size = sizeof(struct mark), .claims.size = sizeof(struct claim),
		.notes.size = sizeof(struct note),
	};
	block->reading_left = MOST_READ * (uint64_t)message.len;
	if (block->reading_left < LEAST_READ)
		block->reading_left = LEAST_READ;
	block->url_bytes_left = MOST_URL_TEXT * (uint64_t)message.len + LEAST_URL_TEXT;
	block->rule_work_left = MOST_RULE_WORK * limits->css_tokens;
	block->parse_ns_left = limits->parse_ms * 1000000u;
	block->text_capacity = 4096;
	block->text = arena_alloc(arena, block->text_capacity);
	if (block->text == NULL)
		return PW_ENOMEM;
	/* Offset 0 is the empty text, so that a zeroed row is valid. */
	block->text_len = 1;
	return PW_OK;
}

struct span
block_span(const struct block *block, struct text text)
{
	return (struct span){ block->text + text.at, text.len };
}

struct text
block_text(struct block *block, struct span s)
{
	if (s.len == 0 || block->failure == PW_ENOMEM)
		return (struct text){ 0, 0 };
	if (s.len >= UINT32_MAX / 4 - block->text_len) {
		block_fail(block, PW_ENOMEM, SPAN("the dissection's text"));
		return (struct text){ 0, 0 };
	}
	if (block->text_len + s.len + 1 > block->text_capacity) {
		size_t	 capacity = (block->text_len + s.len + 1) * 2;
		char	*larger = arena_reserve(block->arena, capacity);

		if (larger == NULL) {
			block_fail(block, PW_ENOMEM, SPAN("the dissection's text"));
			return (struct text){ 0, 0 };
		}
		memcpy(larger, block->text, block->text_len);
		block->text = larger;
		block->text_capacity = capacity;
	}
	struct text text = { (uint32_t)block->text_len, (uint32_t)s.len };
	memcpy(block->text + block->text_len, s.at, s.len);
	block->text[block->text_len + s.len] = '\0';
	block->text_len += s.len + 1;
	return text;
}

static void *
add_row(struct block *block, struct rows *rows)
{
	void *larger = arena_grow(block->arena, rows->at, rows->count, &rows->capacity, rows->size);

	if (larger == NULL) {
		block_fail(block, PW_ENOMEM, SPAN("the dissection's tables"));
		return NULL;
	}
	rows->at = larger;
	return (char *)rows->at + rows->size * rows->count++;
}

struct part *
block_add_part(struct block *block)
{
	if (block->parts.count >= block->limits->parts) {
		block_exceed(block, LIMIT_parts);
		return NULL;
	}
	return add_row(block, &block->parts);
}

struct document *
block_add_document(struct block *block)
{
	return add_row(block, &block->documents);
}

struct reference *
block_add_reference(struct block *block)
{
	if (block->references.count >= block->limits->references) {
		block_exceed(block, LIMIT_references);
		return NULL;
	}
	return add_row(block, &block->references);
}

const struct reference *
block_references(const struct block *block, size_t *count)
{
	*count = block->references.count;
	return block->references.at;
}

struct address *
block_add_address(struct block *block)
{
	return add_row(block, &block->addresses);
}

struct mark *
block_add_mark(struct block *block)
{
	return add_row(block, &block->marks);
}

struct claim *
block_add_claim(struct block *block)
{
	return add_row(block, &block->claims);
}

/* Notes are for people: past a hundred nobody reads them, and a sender must not make them endless. */
#define MOST_NOTES	100

void
block_add_note(struct block *block, uint32_t part, struct span text)
{
	struct note *note = block->notes.count < MOST_NOTES ? add_row(block, &block->notes) : NULL;

	if (note != NULL)
		*note = (struct note){ .part = part, .text = block_text(block, text) };
}

struct part *
block_part(struct block *block, uint32_t index)
{
	return (struct part *)block->parts.at + index;
}

void
block_add_quirk(struct block *block, uint32_t part, enum quirk quirk)
{
	block_part(block, part)->quirks |= 1u << quirk;
}

struct document *
block_document(struct block *block, uint32_t index)
{
	return (struct document *)block->documents.at + index;
}

struct reference *
block_reference(struct block *block, size_t index)
{
	return (struct reference *)block->references.at + index;
}

bool
block_read(struct block *block, uint64_t bytes)
{
	if (bytes > block->reading_left) {
		block->reading_left = 0;
		block_exceed(block, LIMIT_readings);
		return false;
	}
	block->reading_left -= bytes;
	return true;
}

void
block_exceed(struct block *block, enum limit limit)
{
	if (block->limit == LIMIT_NONE)
		block->limit = limit;
	block_fail(block, PW_ELIMIT, span_of(limit_name(limit)));
}

void
block_fail(struct block *block, enum pw_err err, struct span where)
{
	if (block->failure != PW_OK)
		return;
	block->failure = err;
	if (err != PW_ENOMEM)
		block->head.failure_text = block_text(block, where);
}

/* The tables' texts count from the text area; in the block they count from its first byte. */
static void
move_text(struct text *text, uint32_t by)
{
	text->at += by;
}

static void
move_texts(struct dissection *d, uint32_t by)
{
	char *base = (char *)d;

	move_text(&d->subject, by);
	move_text(&d->message_id, by);
	move_text(&d->failure_text, by);
	for (uint32_t i = 0; i < d->parts.count; i++) {
		struct part *part = (struct part *)(void *)(base + d->parts.at) + i;

		move_text(&part->path, by);
		move_text(&part->type, by);
		move_text(&part->charset, by);
		move_text(&part->name, by);
	}
	for (uint32_t i = 0; i < d->documents.count; i++) {
		struct document *document = (struct document *)(void *)(base + d->documents.at) + i;

		if ((document->flags & DOCUMENT_IN_MESSAGE) == 0)
			move_text(&document->bytes, by);
		move_text(&document->base, by);
	}
	for (uint32_t i = 0; i < d->references.count; i++) {
		struct reference *reference = (struct reference *)(void *)(base + d->references.at) + i;

		move_text(&reference->url, by);
		move_text(&reference->host, by);
		move_text(&reference->domain, by);
		move_text(&reference->place, by);
		move_text(&reference->alt, by);
	}
	for (uint32_t i = 0; i < d->addresses.count; i++) {
		struct address *address = (struct address *)(void *)(base + d->addresses.at) + i;

		move_text(&address->mailbox, by);
		move_text(&address->domain, by);
		move_text(&address->organisation, by);
		move_text(&address->display, by);
	}
	for (uint32_t i = 0; i < d->marks.count; i++) {
		struct mark *mark = (struct mark *)(void *)(base + d->marks.at) + i;

		move_text(&mark->text, by);
		move_text(&mark->domain, by);
	}
	for (uint32_t i = 0; i < d->claims.count; i++) {
		struct claim *claim = (struct claim *)(void *)(base + d->claims.at) + i;

		move_text(&claim->verifier, by);
		move_text(&claim->domain, by);
		move_text(&claim->organisation, by);
	}
	for (uint32_t i = 0; i < d->notes.count; i++)
		move_text(&((struct note *)(void *)(base + d->notes.at) + i)->text, by);
}

const struct dissection *
block_finish(struct block *block)
{
	struct dissection	*head = &block->head;
	const struct rows	*rows[] = { &block->parts, &block->documents, &block->references,
				    &block->addresses, &block->marks, &block->claims, &block->notes };
	struct table		*tables[] = { &head->parts, &head->documents, &head->references,
				    &head->addresses, &head->marks, &head->claims, &head->notes };
	size_t			 bytes = sizeof(*head);

	if (block->failure == PW_ENOMEM)
		return NULL;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		*tables[i] = (struct table){ (uint32_t)bytes, (uint32_t)rows[i]->count };
		bytes += rows[i]->size * rows[i]->count;
	}
	size_t text_at = bytes;
	bytes += block->text_len;
	if (bytes > UINT32_MAX / 2)
		return NULL;
	head->magic = DISSECTION_MAGIC;
	head->bytes = (uint32_t)bytes;
	head->message_bytes = (uint32_t)block->message.len;
	head->limit = (uint32_t)block->limit;
	head->failure = (uint32_t)block->failure;

	char *flat = arena_alloc(block->arena, bytes);
	if (flat == NULL)
		return NULL;
	memcpy(flat, head, sizeof(*head));
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (rows[i]->count > 0)
			memcpy(flat + tables[i]->at, rows[i]->at, rows[i]->size * rows[i]->count);
	memcpy(flat + text_at, block->text, block->text_len);
	struct dissection *d = (struct dissection *)(void *)flat;
	move_texts(d, (uint32_t)text_at);
	return d;
}
