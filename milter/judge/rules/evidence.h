/* One message as rules see it: what was asked once is known to all of them. */
#ifndef JUDGE_RULES_EVIDENCE_H
#define JUDGE_RULES_EVIDENCE_H

#include <pixelward/message.h>
#include <pixelward/options.h>

#include "../filter.h"
#include "../group.h"
#include "../regex.h"
#include "../shape/report.h"
#include "../spacer.h"
#include "../template.h"
#include "../token.h"

#include "fact.h"

/* How many of a message's recipients are in a watched group. */
enum watched { WATCHED_NONE, WATCHED_SOME, WATCHED_ALL };

/* In a test of a rule: the fact is said to be this, whatever the element. */
struct given {
	const struct fact	*fact;
	struct value		 value;
	const struct given	*next;
};

/* The lists that hold filters, asked by this message; what they said of an element is kept until the next. */
struct url_asker {
	struct filter_asker	asker;
	uint32_t		element;
	bool			began, asked;
	enum pw_err		result;
	uint32_t		told;		/* bits of scopes whose rules know that its work is spent */
};

struct evidence {
	const struct message	*message;
	const struct dissection	*d;
	const struct group_set	*groups;	/* NULL: none */
	groups			 watched;	/* those that are watched */
	const struct option_list *verifiers;	/* TrustedAuthservIDs; NULL: none */
	const struct given	*given;
	const struct sighting	*sighting;	/* NULL: in a rule's test, or before it is made */
	const struct knowledge	*knowledge;	/* of the sighting; NULL: nobody was asked */
	struct arena		*arena;
	struct tokens		*tokens;	/* made for the first reference that needs it */
	struct token		*token_of;	/* of each reference */
	bool			*token_known;
	struct spacers		*spacers;
	struct span		*spacer_of;	/* of each reference; len is SIZE_MAX before it was asked for */
	unsigned char		*report_of;	/* of each reference: an enum shape_report and one, or 0 */
	struct hosts		*hosts;
	struct template		*templates;	/* of each reference; text.at is NULL before it was asked for */
	struct value		*of_message;	/* of each fact of the message */
	bool			*of_message_asked;
	uint64_t		 lines_asked;	/* of selections, for who measures rules */
	bool			 no_memory;	/* sticks */
	struct regex_budget	 regexes;
	struct url_asker	 by_lists, by_rules;
};

void			 evidence_init(struct evidence *, const struct message *, const struct dissection *,
			    const struct group_set *, groups watched, struct arena *);
/* What token.h finds in a reference's URL, looked for once. NULL: no memory. */
const struct token	*evidence_token(struct evidence *, uint32_t reference);
/* Is remote content of that URL allowed, by what is known? False where nothing is. */
bool			 evidence_vouches(const struct evidence *, uint32_t reference);
/* As template_of(), made once. NULL: no memory. */
const struct template	*evidence_template(struct evidence *, uint32_t reference);
/* As spacer_reason(). */
struct span		 evidence_spacer(struct evidence *, uint32_t reference);
/* As shape_report_of(), made once. */
enum shape_report	 evidence_report(struct evidence *, uint32_t reference);
/* How many different URLs are fetched from the host without a click. */
size_t			 evidence_of_host(struct evidence *, struct span host);
/* Of all recipients. */
enum watched		 evidence_watched(const struct evidence *);

#endif
