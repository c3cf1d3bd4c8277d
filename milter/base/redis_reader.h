/* Replies as they come, into an arena: hiredis reads the protocol, and gets these functions to make its objects. */
#ifndef BASE_REDIS_READER_H
#define BASE_REDIS_READER_H

#include <pixelward/base/redis.h>

struct redisReplyObjectFunctions;

/* The reader's privdata is the arena. */
extern struct redisReplyObjectFunctions redis_reader_functions;

#endif
