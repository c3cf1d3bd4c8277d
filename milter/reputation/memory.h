/* What the memory store keeps, and its file. Private to memory*.c. */
#ifndef REPUTATION_MEMORY_H
#define REPUTATION_MEMORY_H

#include "sketch.h"
#include "store.h"
#include "table.h"

/* Texts that outlive a message are owned copies on the heap, with a NUL behind that is not counted. */
struct domain {
	struct entry	entry;
	int64_t		first_ms, last_ms;	/* of messages */
	int64_t		said_ms, until_ms;	/* of the word; the one that was said last counts */
	uint32_t	days;			/* a bit for each, modulo 32 */
	uint32_t	word;			/* enum word */
	uint64_t	tallies[TALLIES];
	struct span	note, campaign;
	struct sketch	recipients, templates;
	uint32_t	minted;			/* templates since minting_ms */
	int64_t		minting_ms;
};

struct template {
	struct entry	entry;
	int64_t		last_ms;
	uint64_t	messages, last_message;
	struct sketch	tokens, recipients;
	struct trace	*traces;
	size_t		trace_count, trace_capacity;
};

struct window {
	struct entry	entry;
	int64_t		last_ms;
	struct member	*members;		/* by time */
	size_t		count, capacity;
};

/* A set of texts in the order in which they came. */
struct texts {
	struct span	*at;
	size_t		count, capacity;
};

struct campaign {
	struct entry	entry;
	int64_t		first_ms, last_ms;
	uint64_t	messages;
	bool		closed;
	struct span	note, part_of, part_why;
	struct texts	hosts, senders, members;
	struct sketch	recipients;
};

/* How far a node was learned. */
struct node {
	struct entry	entry;
	uint64_t	number;
};

struct memory_data {
	struct table	domains, templates, windows, campaigns, nodes;
	struct texts	merged;		/* files of the inbox that are in here, and perhaps still there */
	int64_t		began_ms, last_ms;
	uint64_t	learned;
	struct surge	surge;
};

/* memory_data.c */
void		memory_data_init(struct memory_data *, size_t most_domains);
void		memory_data_fini(struct memory_data *);
struct span	memory_key(const uint64_t *digest);	/* of a template or a window; borrowed */
enum pw_err	memory_data_teach(struct memory_data *, const struct lesson *);
enum pw_err	memory_data_say(struct memory_data *, struct span domain, enum word, struct span note, int64_t until_ms,
		    int64_t said_ms);
enum pw_err	memory_data_campaign(struct memory_data *, const struct store_campaign *, const uint64_t *recipients,
		    size_t count);
enum pw_err	memory_data_ask(const struct memory_data *, const struct store_question *, struct arena *,
		    struct store_answer *);
enum pw_err	memory_data_campaigns(const struct memory_data *, struct span id, size_t most, struct arena *,
		    struct store_campaign **, size_t *count);

enum pw_err	memory_data_words(const struct memory_data *, struct arena *, struct analyst_word **, size_t *count);

/* The number of the last record that was learned. */
uint64_t	memory_data_number(const struct memory_data *);

/* memory_merge.c: both are as if all had been taught to the first; the second is used up. */
enum pw_err	memory_data_merge(struct memory_data *, struct memory_data *from);
/* The pieces, for who reads a file, too. */
enum pw_err	trace_add(struct table *, struct template *, struct trace);
enum pw_err	member_add(struct table *, struct window *, const struct member *);
enum pw_err	texts_add(struct texts *, struct span, size_t most);
bool		texts_have(const struct texts *, struct span);
void		texts_fini(struct texts *);
enum pw_err	text_set(struct span *slot, struct span);

/* memory_file.c */
struct stat;
/* What root leaves in a directory must be the daemon's, too: its owner becomes that of what is around it. */
bool		memory_file_own(int fd, const struct stat *as);
/* Whole or not at all: written beside it, synced, renamed. PW_ESYSTEM: errno. */
enum pw_err	memory_file_write(const struct memory_data *, int directory, const char *name);
/* Adds to an empty data. PW_ENOTFOUND; PW_ESYNTAX: garbage, data is to be thrown away; PW_ESYSTEM; PW_ENOMEM. */
enum pw_err	memory_file_read(struct memory_data *, int directory, const char *name);

#endif
