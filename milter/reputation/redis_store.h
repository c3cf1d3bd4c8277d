/*
 * What the Redis store keeps, and where (docs/redis-schema.md). Private to redis_*.c.
 *
 * A script touches keys of one {tag} alone, so that they may live on different nodes of a cluster. Each key that counts
 * also holds how far each node was learned into it: a lesson that comes twice counts once, however far it came.
 */
#ifndef REPUTATION_REDIS_STORE_H
#define REPUTATION_REDIS_STORE_H

#include <pixelward/base/redis.h>

#include "redis_cache.h"
#include "steady.h"
#include "store.h"

/* Journals, lists and words are in no hurry; a message's own questions are. */
#define REDIS_PATIENCE_MS	1000

#define REDIS_STORE_KEY		"pw:store"
#define REDIS_CAMPAIGNS_KEY	"pw:cams"
#define REDIS_PARTS_KEY		"pw:parts"
#define REDIS_WORDS_KEY		"pw:words"
#define REDIS_DAYS_OF_CAMPAIGN	1096
#define REDIS_MOST_CAMPAIGNS	1024
#define REDIS_MOST_CAMPAIGN_TEXTS 4096
#define REDIS_MOST_NOTE_BYTES	1024u

/* Numbers into the text of a script. */
#define REDIS_TEXT_(x)		#x
#define REDIS_TEXT(x)		REDIS_TEXT_(x)
#define REDIS_DAY_S		86400

/* What somebody else put under a key of ours would be in the way for ever. Who reads it was told so by base/redis. */
#define REDIS_LUA_OURS \
	"local function ours(name, want)\n" \
	"  local is = redis.call('TYPE', name).ok\n" \
	"  if is ~= 'none' and is ~= want then redis.call('DEL', name) end\n" \
	"end\n"
/* The same of a HyperLogLog, which is a string of a kind of its own. True: it has changed. */
#define REDIS_LUA_LOG \
	"local function log_add(log, ...)\n" \
	"  ours(log, 'string')\n" \
	"  local did = redis.pcall('PFADD', log, ...)\n" \
	"  if type(did) == 'table' then\n" \
	"    if not did.err:find('OOM') then redis.call('DEL', log) end\n" \
	"    did = redis.call('PFADD', log, ...)\n" \
	"  end\n" \
	"  return did == 1\n" \
	"end\n"

struct redis_store {
	struct store		 store;
	struct redis		*redis;
	struct redis_cache	*cache;
	struct steady		 steady;	/* as Redis's clock was when it was asked last */
};

/* Fields of a domain, in the order of enum tally: a letter each, for there are millions of them. */
extern const char *const redis_tallies[TALLIES];

/* PREFIX{name}SUFFIX, whatever bytes the name has; at is NULL without memory. */
struct span	redis_key(struct arena *, const char *prefix, struct span name, const char *suffix);
/* The same of a digest, in hexadecimal digits. */
struct span	redis_digest_key(struct arena *, const char *prefix, uint64_t digest, const char *suffix);
struct span	redis_number(struct arena *, int64_t);
/* The field of a node's number: its name may be long, and is in every key. */
struct span	redis_guard(struct arena *, struct span node);

/* Runs it with REDIS_PATIENCE_MS, and looks for errors that pass: PW_EAWAY. Others are bypassed: base/redis said so. */
enum pw_err	redis_write(struct redis_store *, struct redis_batch *) PW_MUST_CHECK;

enum pw_err	redis_store_ask(struct store *, const struct store_question *, struct arena *, struct store_answer *);
enum pw_err	redis_store_teach(struct store *, const struct lesson *, size_t count);
enum pw_err	redis_store_known(struct store *, struct span node, uint64_t *number);
/* Add what lessons have for campaigns. */
enum pw_err	redis_store_join(struct redis_store *, const struct lesson *, size_t count, struct arena *);
enum pw_err	redis_store_say(struct store *, struct span domain, enum word, struct span note, int64_t until_ms);
enum pw_err	redis_store_words(struct store *, struct arena *, struct analyst_word **, size_t *count);
enum pw_err	redis_store_campaign_add(struct store *, const struct store_campaign *, const uint64_t *recipients,
		    size_t count);
enum pw_err	redis_store_campaigns(struct store *, struct span id, size_t most, struct arena *,
		    struct store_campaign **, size_t *count);

#endif
