/* Tokens of filters and URLs: what both have in common when they match. */
#ifndef JUDGE_FILTER_TOKEN_H
#define JUDGE_FILTER_TOKEN_H

#include "filter.h"

/* A token stands whole between bytes that are no letters and digits; of long ones also the first and the last bytes count. */
#define LONG_TOKEN	6

enum token_kind { TOKEN_WHOLE, TOKEN_BEGINNING, TOKEN_ENDING, TOKEN_HOST };

/* The hash of letters and digits in any case, or of a host. */
uint32_t	token_hash(struct span token, enum token_kind);
bool		token_has(char c);

typedef void	token_taken(uint32_t hash, struct span token, void *context);

/* The tokens that each URL has which the filter can match. */
void		filter_tokens(const struct filter *, token_taken *, void *context);
/* Of "||host^", the host; else at is NULL. */
struct span	filter_host(const struct filter *);

#endif
