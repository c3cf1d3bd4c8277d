/* A verdict in the making: rules and reasons are collected, each once, in the message's arena. */
#ifndef JUDGE_OPINION_H
#define JUDGE_OPINION_H

#include <pixelward/base/arena.h>
#include <pixelward/verdict.h>

/* A sender can give as many causes as he likes; who reads them cannot. */
#define MOST_REASONS	16
#define MOST_COPIES	4

struct opinion {
	struct arena	*arena;
	struct verdict	*verdict;
	size_t		 rule_capacity, note_capacity;
	bool		 no_memory;	/* sticks; the verdict must not be used */
};

/* Reasons of one reference; at most MOST_REASONS are kept. */
struct grounds {
	struct span	at[MOST_REASONS];
	size_t		count;
};

/* reason must live as long as the verdict; at is NULL: no memory. */
void	ground_add(struct opinion *, struct grounds *, struct span reason);
/* Copies the grounds into the decision, whose proxied is set before. */
void	decision_set(struct opinion *, struct decision *, bool strip, const struct grounds *);
/* The rule's name, once. */
void	opinion_rule(struct opinion *, struct span name);
/* Of the message's action; once. */
void	opinion_reason(struct opinion *, struct span reason);

/* The mailbox gets the mail, too; of many the first MOST_COPIES. */
void	opinion_copy(struct opinion *, struct span mailbox);
/* Of what changes nothing; once. */
void	opinion_note(struct opinion *, struct span note);

#endif
