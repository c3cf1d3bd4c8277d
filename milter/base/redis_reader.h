/* Replies as they come, into an arena: hiredis reads the protocol, and gets these functions to make its objects. */
#ifndef BASE_REDIS_READER_H
#define BASE_REDIS_READER_H

#include <pixelward/base/redis.h>

struct redisReplyObjectFunctions;

/* The reader's privdata. What needs more of the arena than most is no answer: it would be the message's memory. */
struct redis_reading {
	struct arena	*arena;
	size_t		 most;		/* bytes used of the arena */
};

extern struct redisReplyObjectFunctions redis_reader_functions;

#endif
