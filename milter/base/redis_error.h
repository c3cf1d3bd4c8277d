/* The errors that Redis answers with. */
#ifndef BASE_REDIS_ERROR_H
#define BASE_REDIS_ERROR_H

#include <pixelward/base/redis.h>

enum {
	REDIS_ERROR_PASSES = 1,
	REDIS_ERROR_ELSEWHERE = 2,	/* this server is not, or not yet, the one to ask: connect anew */
};

struct redis_error {
	const char	*kind;
	unsigned	 what;
};

extern const struct redis_error	redis_errors[];
extern const size_t		redis_errors_count;

/* The row of an error. */
size_t	redis_error_find(const struct redis_reply *);

#endif
