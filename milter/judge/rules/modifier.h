/* How a line compares: what its reading and its matching share. */
#ifndef JUDGE_RULES_MODIFIER_H
#define JUDGE_RULES_MODIFIER_H

#include <pixelward/base/cidr.h>

#include "match.h"

/* One value of a line, as its modifier takes it. */
struct wanted {
	struct span		 text;
	int64_t			 number;
	bool			 truth;
	struct cidr		 block;
	struct regex		*regex;
	const struct fact	*other;
	uint32_t		 list;		/* a number of lists.d, or of the rules' filters */
	bool			 on_list;	/* of lists.d */
};

#define TYPE(type)	(1u << (type))
#define TEXTS		(TYPE(FACT_TEXT) | TYPE(FACT_DOMAIN))

enum takes {
	TAKES_VALUE, TAKES_TEXT, TAKES_REGEX, TAKES_DOMAIN, TAKES_LISTED, TAKES_BLOCK, TAKES_FACT, TAKES_FILTER,
};

/* One line that is asked of one element. */
struct asking {
	const struct line	*line;
	const struct list_set	*lists;
	struct evidence		*evidence;
	struct strain		*strain;
	enum scope		 scope;
	uint32_t		 element;
};

/* One text of a fact against one value. */
typedef enum truth	compare(struct asking *, const struct wanted *, struct span);

/* What must stand in a text for it to be true: how an index finds it without asking. */
enum finds { FINDS_NOTHING, FINDS_DOMAIN, FINDS_LITERAL, FINDS_REGEX, FINDS_FILTER };

struct modifier {
	const char	*name;
	unsigned	 types;
	enum takes	 takes;
	enum finds	 finds;
	compare		*compare;	/* of texts */
	bool		(*is)(int64_t fact, int64_t wanted);
};

extern const struct modifier	modifiers[];
extern const size_t		modifier_count;

/* Only whole URLs are on lists of URLs, and are asked by filters. */
bool	fact_is_url(const struct fact *);
/* The row that fits the fact; modifier_count: none. */
unsigned	modifier_find(struct span name, const struct fact *);

#endif
