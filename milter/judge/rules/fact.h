/*
 * What a rule may ask: a table. docs/facts.md and rules/schema.json are made of it.
 *
 * Unknown is a value: a picture without a declared width has none. A fact may hold several words, domains or texts;
 * to be asked for one of them is then enough.
 */
#ifndef JUDGE_RULES_FACT_H
#define JUDGE_RULES_FACT_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/span.h>

/* Bits: what a fact is known of. What is known of the message can be asked of every element. */
enum scope {
	SCOPE_MESSAGE = 1,
	SCOPE_PART = 2,
	SCOPE_REFERENCE = 4,	/* live, and followed without a click */
	SCOPE_LINK = 8,		/* live, and followed on a click */
	SCOPE_RECIPIENT = 16,
	SCOPE_ANY = 31,
};

enum fact_type {
	FACT_BOOLEAN,
	FACT_NUMBER,
	FACT_WORD,	/* one of few, the fact's own */
	FACT_TEXT,	/* compared without case (of ASCII) */
	FACT_DOMAIN,	/* lower case, A-labels */
	FACT_ADDRESS,	/* of IP */
};

struct value {
	bool		 known, truth;
	int64_t		 number;
	const struct span *texts;	/* WORD, TEXT, DOMAIN, ADDRESS: any number */
	size_t		 count;
	struct span	 one;		/* room for a single text */
};

struct evidence;

struct fact {
	const char	*name;
	unsigned	 scopes;
	enum fact_type	 type;
	bool		 many;		/* texts: there may be more than one */
	const char	*(*word)(uint32_t);	/* of a WORD: the words, NULL past the last */
	bool		 forgeable;	/* the sender writes it, and no check of anybody is behind it */
	const char	*meaning;
	/* element: index of part, reference, link (a reference, too) or recipient. */
	void		(*get)(struct evidence *, enum scope, uint32_t element, struct value *);
};

extern const struct fact	facts[];
extern const size_t		fact_count;

const struct fact	*fact_named(struct span name);
/* Also what a test gives. */
void			 fact_get(const struct fact *, struct evidence *, enum scope, uint32_t element,
			    struct value *);

const char		*scope_name(enum scope);
const char		*fact_type_name(enum fact_type);
/* Pages made of the tables. */
void			 fact_print_page(struct buf *);

#endif
