/* One connection with Redis: made, introduced, and asked with a deadline. Not thread-safe. */
#ifndef BASE_REDIS_CONNECTION_H
#define BASE_REDIS_CONNECTION_H

#include <pixelward/base/redis.h>

struct redisContext;

/* Why there is none; a line in the log for each kind while Redis is away. */
enum redis_trouble {
	TROUBLE_NONE,
	TROUBLE_CONNECT,	/* nobody there */
	TROUBLE_LATE,		/* no answer in time */
	TROUBLE_LOST,		/* the connection broke */
	TROUBLE_PASSWORD,	/* the file cannot be read */
	TROUBLE_REFUSED,	/* it does not take us: name, password, LOADING */
	TROUBLE_REPLICA,	/* it is no master */
	TROUBLE_SENTINEL,	/* no sentinel names a master */
	TROUBLE_MEMORY,
};

struct redis_connection {
	struct redis_connection	*next;		/* for its owner */
	struct redisContext	*context;
	uint64_t		 generation;	/* for its owner */
};

struct redis_login {
	const char	*user, *password_file;	/* "" for none */
};

/*
 * The master that place names: connected, logged in, known to be a master and to answer within answer_us.
 * NULL: trouble and why (one line) say so. May take as long as a name server does.
 */
struct redis_connection	*redis_connection_new(const struct redis_place *, const struct redis_login *, int64_t answer_us,
			    enum redis_trouble *, struct buf *why);
void			 redis_connection_free(struct redis_connection *);	/* NULL is fine */

/*
 * Send the wire and read so many replies into replies. Anything but TROUBLE_NONE: the connection is of no use any more;
 * TROUBLE_MEMORY: the arena is full, or the answers are larger than any of ours.
 */
enum redis_trouble	 redis_connection_ask(struct redis_connection *, struct span wire, struct redis_reply *replies,
			    size_t count, struct arena *, int64_t deadline_us);
/* Nobody said anything since the last answer, and the other side is still there. */
bool			 redis_connection_is_quiet(const struct redis_connection *);

#endif
