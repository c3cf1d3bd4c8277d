/* A rule while it is read: what is known of it so far, and how mistakes in it are told. */
#ifndef JUDGE_RULES_DRAFT_H
#define JUDGE_RULES_DRAFT_H

#include "rule.h"

#define SHOWN_OF(s)	(int)((s).len < 80 ? (s).len : 80), (s).at

struct drafting {
	struct reading_rules	*reading;
	const struct node	*document;
	struct rule		*rule;
	int64_t			 today, shadow_until;
	bool			 failed;
	const struct node	*condition;
	bool			 detects;	/* what is selected, and when, is known */
	struct span		 names[RULE_MOST_SELECTIONS];
};

#define TELL(drafting, node, code, ...)						\
	(finding_add((drafting)->reading->findings, &(node)->place, code, __VA_ARGS__), (drafting)->failed = true)

/* Does reading this tell a mistake, whatever was told before? */
bool		draft_reads_well(struct drafting *, void (*read)(struct drafting *, const struct node *),
		    const struct node *);
struct arena	*draft_arena(const struct drafting *);
/* An unknown key: the rest of the rule is read as if it were the one that was meant. */
void		draft_tell_key(struct drafting *, const struct node *map, const struct node *, const char *meant);
/* The key of that name is not there; is there one that nearly is? */
void		draft_find_meant(struct drafting *, const struct node *map, const char *name);
/* False: a mistake was told. */
bool		draft_is_scalar(struct drafting *, const struct node *, const char *wanted);
/* The index of the word; 0 if a mistake was told. */
unsigned	draft_choice(struct drafting *, const struct node *, const char *const *words, size_t count);
/* "2027-12-31" in days from 1970-01-01; -1: a mistake was told. */
int64_t		draft_day(struct drafting *, const struct node *);
/* A text, or a list of them. */
size_t		draft_texts(struct drafting *, const struct node *, const struct node **at, size_t most);

/* The map "action". */
void		draft_read_action(struct drafting *, const struct node *);
/* What only the whole rule shows. */
void		draft_check_whole(struct drafting *);

enum needed { NEEDED_NEVER, NEEDED_ALWAYS, NEEDED_BY_DETECTION, NEEDED_BY_EXEMPTION };

struct key {
	const char	*name;
	void		(*read)(struct drafting *, const struct node *value);
	enum needed	 needed;
};

void		draft_keys(struct drafting *, const struct node *map, const struct key *, size_t count);

#endif
