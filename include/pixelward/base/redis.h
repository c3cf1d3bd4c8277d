/*
 * Redis, never in the way: commands that go together in one batch, with one deadline for all their answers.
 *
 * Connections are made by a thread of their own, so that nobody waits for a name server, a sentinel or a password file.
 * A batch that is late takes its connection with it: no answer is ever read as that of another question. After some
 * failures in a row nobody asks any more (the breaker is open) until the thread has had an answer in time; between its
 * attempts it pauses, longer each time, by a length of chance. Any thread may ask; nothing belongs to a thread.
 */
#ifndef PIXELWARD_BASE_REDIS_H
#define PIXELWARD_BASE_REDIS_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>

struct redis;

/* False of "none". */
bool		redis_is_wanted(const struct options *);
/*
 * As options->redis, redis_user, redis_password_file and redis_deadline_ms say. Who asks for the same again in this
 * process shares it. Waits for the first connection for half a second at most; a Redis that is away is no error.
 *	PW_ECONFIG	no address
 *	PW_ENOMEM, PW_ESYSTEM
 */
enum pw_err	redis_open(const struct options *, struct redis **) PW_MUST_CHECK;
void		redis_close(struct redis *);	/* NULL is fine */
/* Before anything is opened, of a program that gives up without it: the log does not say that it goes on. */
void		redis_will_be_missed(void);

/* A text in Lua, sent once to each server. A static object; sha1 is filled in by whoever asks first. */
struct redis_script {
	const char	*text;
	char		 sha1[41];
};

enum redis_kind { REDIS_NIL, REDIS_STATUS, REDIS_ERROR, REDIS_INTEGER, REDIS_TEXT, REDIS_LIST };

/* Texts are followed by a NUL that is not counted. */
struct redis_reply {
	enum redis_kind		 kind;
	int64_t			 integer;
	struct span		 text;		/* of an error: it begins with its kind, "WRONGTYPE …" */
	struct redis_reply	*items;
	size_t			 count;
};

/* An error that may pass, so that the same command may succeed later: OOM, READONLY, NOPERM, … but not WRONGTYPE. */
bool		redis_reply_may_pass(const struct redis_reply *);
/* The integer that it is, or that its text says; 0 if none. */
int64_t		redis_reply_number(const struct redis_reply *);

struct redis_command {
	size_t			 at, len;	/* in the wire */
	size_t			 sha1_at;
	struct redis_script	*script;	/* NULL: a plain command */
};

/*
 * Commands that go together. A batch may be carried out twice, or without an answer: only what is safe to repeat
 * belongs into one. fini after init, whatever came of it.
 */
struct redis_batch {
	struct buf		 wire;
	struct redis_command	*commands;	/* in the arena, as the replies are */
	size_t			 count, capacity;
	bool			 failed;	/* no memory: redis_run() says so */
	struct arena		*arena;
	struct redis_reply	*replies;	/* of each command, once redis_run() said PW_OK */
};

void		redis_batch_init(struct redis_batch *, struct arena *);
void		redis_batch_fini(struct redis_batch *);
void		redis_batch_add(struct redis_batch *, const struct span *words, size_t count);
/* words: the keys first, then the arguments. */
void		redis_batch_script(struct redis_batch *, struct redis_script *, size_t keys, const struct span *words,
		    size_t count);

/* Words of a call that are as many as there are things to say. Begins as { .arena = … }. */
struct redis_words {
	struct arena	*arena;
	struct span	*at;
	size_t		 count, capacity;
	bool		 failed;	/* no memory */
};

/* What is at NULL could not be made: it fails. */
void		redis_words_add(struct redis_words *, struct span);
void		redis_batch_call(struct redis_batch *, struct redis_script *, size_t keys, const struct redis_words *);
/*
 * Waits for patience_ms, or for RedisDeadline if that is longer.
 *	PW_EAWAY	no answer in time, one that is larger than any of ours, or none was asked for; what was carried
 *			out is unknown
 *	PW_ENOMEM	for the question
 */
enum pw_err	redis_run(struct redis *, struct redis_batch *, int64_t patience_ms) PW_MUST_CHECK;

/* Since the process opened it. */
struct redis_health {
	bool		up;		/* the breaker is closed */
	char		trouble[200];	/* why it is not, or what was the last trouble */
	uint64_t	batches;	/* answered */
	uint64_t	late, lost;	/* no answer in time; the connection broke, or what came is no answer */
	uint64_t	refused;	/* not even asked: the breaker was open */
	uint64_t	errors;		/* answers that were errors, NOSCRIPT aside */
	uint64_t	denied;		/* of these: NOPERM, the user may not */
	uint64_t	connected, opened, healed;	/* connections made; times of the breaker */
	uint64_t	scripts;	/* sent to a server that did not know them */
};

void		redis_health(struct redis *, struct redis_health *);

#define REDIS_MOST_SENTINELS	16u

/* What the option Redis says. Spans borrow from its text. */
struct redis_place {
	enum { REDIS_NONE, REDIS_UNIX, REDIS_TCP, REDIS_SENTINEL } kind;
	struct span	name;		/* the path, or the master's name */
	struct span	hosts[REDIS_MOST_SENTINELS];	/* without brackets */
	uint16_t	ports[REDIS_MOST_SENTINELS];
	size_t		count;
};

/* False: why says "what is wrong; what to write". */
bool		redis_place_parse(struct span text, struct redis_place *, struct buf *why);

#endif
