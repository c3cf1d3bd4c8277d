/* Builds a dissection block: tables and text grow in an arena, block_finish() lays them out flat. */
#ifndef DISSECT_BLOCK_H
#define DISSECT_BLOCK_H

#include "layer.h"

struct rows {
	void	*at;
	size_t	 count, capacity, size;
};

struct block {
	struct arena		*arena;
	const struct limits	*limits;
	struct span		 message;
	struct dissection	 head;
	struct rows		 parts, documents, references, addresses, marks, claims, notes;
	char			*text;
	size_t			 text_len, text_capacity;
	uint64_t		 reading_left;	/* bytes of text that may yet be read */
	uint64_t		 url_bytes_left;	/* of URLs, as they are resolved */
	uint64_t		 rule_work_left;	/* looks at style rules; each is a few steps */
	uint64_t		 parse_ns_left;	/* of processor time, in libgumbo */
	enum pw_err		 failure;	/* the first one; later work stops where it can */
	enum limit		 limit;
};

enum pw_err	block_init(struct block *, struct span message, const struct limits *, struct arena *);
/* Copies; offsets count from the text area until block_finish. */
struct text	block_text(struct block *, struct span);
/* What such a text says, until the next one. */
struct span	block_span(const struct block *, struct text);
/* The new row, zeroed, or NULL and the failure is recorded. Its address is good until the next of its table. */
struct part	*block_add_part(struct block *);
struct document	*block_add_document(struct block *);
struct reference *block_add_reference(struct block *);
/* Those so far. */
const struct reference *block_references(const struct block *, size_t *count);
struct address	*block_add_address(struct block *);
struct mark	*block_add_mark(struct block *);
struct claim	*block_add_claim(struct block *);
/* What makes clients read that part differently. */
void		 block_add_quirk(struct block *, uint32_t part, enum quirk);
void		 block_add_note(struct block *, uint32_t part, struct span text);
struct part	*block_part(struct block *, uint32_t index);
struct document	*block_document(struct block *, uint32_t index);
struct reference *block_reference(struct block *, size_t index);
/*
 * To be asked before text is read as a document, whatever way leads to it: another charset, another Content-Type, a
 * document in a document, something that decodes to it. false: the same bytes were read too often, and a limit is
 * exceeded.
 */
bool		 block_read(struct block *, uint64_t bytes);
/* Record that a limit was exceeded; the first one stays. */
void		 block_exceed(struct block *, enum limit);
/* Record a failure; the first one stays. where goes into failure_text. */
void		 block_fail(struct block *, enum pw_err, struct span where);
/* NULL: no memory. */
const struct dissection	*block_finish(struct block *);

#endif
