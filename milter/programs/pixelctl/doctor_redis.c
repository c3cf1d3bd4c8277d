/* pixelctl doctor: is the Redis that the configuration names the one that pixelward needs, and may it there what it must? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pixelward/base/clock.h>

#include "doctor.h"

#define PATIENCE_MS	2000
#define PINGS		9
#define UNSAVED_S	((int64_t)24 * 3600)

#define ACL_FILE	SPAN("redis-cli ACL LOAD, once redis-acl.conf is its aclfile (docs/redis.md)")

static const struct redis_reply *
ask(struct doctor *doctor, const struct span *words, size_t count)
{
	struct redis_batch		 batch;
	const struct redis_reply	*reply = NULL;

	redis_batch_init(&batch, doctor->arena);
	redis_batch_add(&batch, words, count);
	if (redis_run(doctor->redis, &batch, PATIENCE_MS) == PW_OK)
		reply = &batch.replies[0];
	redis_batch_fini(&batch);
	return reply;
}

/* The value behind "name:" in the answer to INFO; the empty span: it is not there. */
static struct span
info(struct span text, const char *name)
{
	size_t len = strlen(name);

	while (text.len > 0) {
		size_t		end = span_find_char(text, '\n', 0);
		struct span	line = span_trim(span_cut(text, 0, end));

		if (span_starts(line, span_of(name)) && line.len > len && line.at[len] == ':')
			return span_from(line, len + 1);
		text = span_from(text, end + 1);
	}
	return SPAN_NONE;
}

static bool
is_denial(const struct redis_reply *reply)
{
	return reply->kind == REDIS_ERROR && span_starts(reply->text, SPAN("NOPERM"));
}

static const char *
user_of(const struct doctor *doctor)
{
	return doctor->options->redis_user[0] != '\0' ? doctor->options->redis_user : "default";
}

static int64_t
info_number(struct span text, const char *name)
{
	struct redis_reply value = { .kind = REDIS_TEXT, .text = info(text, name) };

	return redis_reply_number(&value);
}

/* --- the answers of INFO --- */

/* With volatile-* nothing goes but what has an end of its own: hosts; with allkeys-* counters do, too. */
static void
look_at_eviction(struct doctor *doctor, struct span text)
{
	struct span	policy = info(text, "maxmemory_policy");
	int64_t		most = info_number(text, "maxmemory"), used = info_number(text, "used_memory");

	if (span_starts(policy, SPAN("allkeys")))
		doctor_say(doctor, FINDING_FAIL, SPAN("redis-cli CONFIG SET maxmemory-policy noeviction"),
		    "maxmemory-policy %.*s drops counters and hosts when memory is short", SPAN_ARG(policy));
	else if (span_starts(policy, SPAN("volatile")))
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "maxmemory-policy %.*s: when memory is short, hosts are forgotten before their "
		    "time, and counters stay", SPAN_ARG(policy));
	else if (policy.len > 0)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "maxmemory-policy %.*s", SPAN_ARG(policy));
	if (most > 0 && used > most / 10 * 9)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "redis-cli CONFIG SET maxmemory %lld",
		    (long long)most * 2), "%lld of %lld bytes of maxmemory are in use", (long long)used, (long long)most);
}

static void
look_at_persistence(struct doctor *doctor, struct span text)
{
	bool	appends = info_number(text, "aof_enabled") != 0;
	int64_t	unsaved = info_number(text, "rdb_changes_since_last_save");
	int64_t	age = (int64_t)time(NULL) - info_number(text, "rdb_last_save_time");

	if (span_eq(info(text, "rdb_last_bgsave_status"), SPAN("err")) ||
	    span_eq(info(text, "aof_last_write_status"), SPAN("err")) ||
	    span_eq(info(text, "aof_last_bgrewrite_status"), SPAN("err")))
		doctor_say(doctor, FINDING_FAIL, SPAN("journalctl -u redis-server"), "it cannot write what it knows to its disk");
	else if (!appends && unsaved > 0 && age > UNSAVED_S)
		doctor_say(doctor, FINDING_WARN, SPAN("redis-cli CONFIG SET appendonly yes"),
		    "nothing was saved for %lld hours: a restart forgets the reputation", (long long)(age / 3600));
	else if (!appends && info_number(text, "rdb_saves") == 0 && info_number(text, "rdb_last_bgsave_time_sec") < 0)
		doctor_say(doctor, FINDING_WARN, SPAN("redis-cli CONFIG SET appendonly yes"),
		    "it keeps no log of changes (appendonly no) and has saved nothing since it started");
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "it keeps what it knows: %s", appends ? "appendonly yes" : "snapshots");
}

static const struct {
	const char	*name;
	void		(*look)(struct doctor *, struct span text);
} sections[] = {
	{ "memory", look_at_eviction },
	{ "persistence", look_at_persistence },
};

static void
look_at_sections(struct doctor *doctor)
{
	for (size_t i = 0; i < NITEMS(sections); i++) {
		const struct redis_reply *reply = ask(doctor, (const struct span[]){ SPAN("INFO"), span_of(sections[i].name) }, 2);

		if (reply != NULL && reply->kind == REDIS_TEXT)
			sections[i].look(doctor, reply->text);
		else
			doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "redis-cli ACL SETUSER %s +info",
			    user_of(doctor)), "INFO %s: %.*s",
			    sections[i].name, SPAN_ARG(reply != NULL ? reply->text : SPAN("no answer")));
	}
}

/* --- what the user may --- */

/*
 * Questions that change nothing whatever the answer is: those that write are wrong in a way that Redis finds out only after
 * it has looked whether they are allowed.
 */
static const struct permission {
	const char	*words[6];
	bool		 must;		/* else it must not */
} permissions[] = {
	{ { "HGET", "pw:store", "version" }, true },
	{ { "ZRANGE", "pw:cams", "0", "0" }, true },
	{ { "HSET", "pw:doctor", "a", "b", "c" }, true },
	{ { "XADD", "pw:doctor", "no-number", "a", "b" }, true },
	{ { "EXPIRE", "pw:doctor", "no-number" }, true },
	{ { "SCRIPT", "LOAD", "no script" }, true },
	{ { "EVALSHA", "0000000000000000000000000000000000000000", "1", "pw:doctor" }, true },
	{ { "TIME" }, true },
	{ { "CONFIG", "GET", "port" }, false },
	{ { "GET", "not-of-pixelward" }, false },
	{ { "CLIENT", "LIST" }, false },
};

/* Is it refused? Without an answer it is as it should be: that is told elsewhere. */
static bool
is_denied(struct doctor *doctor, const struct permission *permission)
{
	struct span			 words[NITEMS(permission->words)];
	size_t				 count = 0;
	const struct redis_reply	*reply;

	for (; count < NITEMS(words) && permission->words[count] != NULL; count++)
		words[count] = span_of(permission->words[count]);
	reply = ask(doctor, words, count);
	return reply != NULL ? is_denial(reply) : !permission->must;
}

static void
look_at_permissions(struct doctor *doctor)
{
	const char	*user = user_of(doctor);
	size_t		 wrong = 0;

	for (size_t i = 0; i < NITEMS(permissions); i++) {
		const struct permission	*permission = &permissions[i];
		bool			 denied = is_denied(doctor, permission);

		if (denied != permission->must)
			continue;
		wrong++;
		doctor_say(doctor, denied ? FINDING_FAIL : FINDING_WARN, denied ? ACL_FILE : SPAN("RedisUser writer"),
		    denied ? "user %s may not %s %s" : "user %s may %s %s, which pixelward never needs", user, permission->words[0],
		    permission->words[1] != NULL ? permission->words[1] : "");
	}
	if (wrong == 0)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "user %s may what it must, and not more", user);
}

/* --- the rest --- */

static int
order_times(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static void
look_at_deadline(struct doctor *doctor)
{
	int64_t	times[PINGS], median;

	for (size_t i = 0; i < PINGS; i++) {
		int64_t begun = clock_us();

		if (ask(doctor, &SPAN("PING"), 1) == NULL) {
			doctor_say(doctor, FINDING_FAIL, SPAN("redis-cli SLOWLOG GET"), "it does not answer within %d s", PATIENCE_MS / 1000);
			return;
		}
		times[i] = clock_us() - begun;
	}
	qsort(times, PINGS, sizeof(times[0]), order_times);
	median = times[PINGS / 2];
	if (median > (int64_t)doctor->redis_deadline_ms * 1000 / 2)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "RedisDeadline %lldms", (long long)(median * 4 / 1000 + 1)),
		    "it answers in %lld us, and RedisDeadline is %llu ms: mail is often judged without it", (long long)median,
		    (unsigned long long)doctor->redis_deadline_ms);
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "it answers in %lld us (median of %d)", (long long)median, PINGS);
}

static const struct redis_reply *
ask_version(struct doctor *doctor)
{
	return ask(doctor, (const struct span[]){ SPAN("HGET"), SPAN("pw:store"), SPAN("version") }, 3);
}

bool
doctor_is_denied(struct doctor *doctor)
{
	const struct redis_reply *reply = doctor->redis != NULL ? ask_version(doctor) : NULL;

	return reply != NULL && is_denial(reply);
}

static void
look_at_schema(struct doctor *doctor)
{
	const struct redis_reply	*reply = ask_version(doctor);
	struct span			 other = SPAN("Redis unix:/run/redis/another.sock");

	if (reply == NULL || reply->kind == REDIS_NIL)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "nothing was learned into it yet");
	else if (reply->kind != REDIS_TEXT)
		doctor_say(doctor, FINDING_FAIL, is_denial(reply) ? ACL_FILE : other, "pw:store: %.*s", SPAN_ARG(span_cut(reply->text, 0, 200)));
	else if (!span_eq(reply->text, SPAN(REPUTATION_SCHEMA)))
		doctor_say(doctor, FINDING_FAIL, other, "its keys have version %.*s, this pixelward has " REPUTATION_SCHEMA,
		    SPAN_ARG(span_cut(reply->text, 0, 40)));
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "its keys have version " REPUTATION_SCHEMA);
}

/* --- why it is away --- */

static struct span
ask_by_hand(struct doctor *doctor)
{
	struct redis_place	place;
	struct span		line = SPAN("redis-cli PING");
	struct buf		why;

	buf_init(&why, 1024);
	if (redis_place_parse(span_of(doctor->options->redis), &place, &why)) {
		if (place.kind == REDIS_UNIX)
			line = arena_printf(doctor->arena, "redis-cli -s %.*s PING", SPAN_ARG(place.name));
		else if (place.count > 0)
			line = arena_printf(doctor->arena, "redis-cli -h %.*s -p %u PING", SPAN_ARG(place.hosts[0]), place.ports[0]);
	}
	buf_fini(&why);
	return line;
}

static struct span
correct_address(struct doctor *doctor)
{
	return arena_printf(doctor->arena, "correct Redis %s in %s, or start it there (systemctl start redis-server)",
	    doctor->options->redis, doctor->config);
}

static struct span
correct_host(struct doctor *doctor)
{
	return arena_printf(doctor->arena, "correct the host in Redis %s in %s, or have it known (getent hosts HOST)",
	    doctor->options->redis, doctor->config);
}

static struct span
allow_socket(struct doctor *doctor)
{
	const char *user = doctor->options->user;

	return arena_printf(doctor->arena, "usermod -aG redis %.*s, then start pixelward anew", user[0] != '\0' ?
	    (int)strcspn(user, ":") : 9, user[0] != '\0' ? user : "pixelward");
}

static struct span
take_master(struct doctor *doctor)
{
	return arena_printf(doctor->arena, "Redis with its master's address instead of %s, in %s", doctor->options->redis,
	    doctor->config);
}

static struct span
give_credential(struct doctor *doctor)
{
	const char *name = doctor->options->redis_password_file;

	return arena_printf(doctor->arena, "LoadCredential=%s:/etc/pixelward/%s in pixelward.service (root sees it while that runs), or "
	    "RedisPasswordFile with a path from / in %s", name, name, doctor->config);
}

/* Where it is read. */
static struct span
password_path(struct doctor *doctor)
{
	const char *file = doctor->options->redis_password_file, *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (file[0] == '/' || credentials == NULL)
		return arena_printf(doctor->arena, "%s", file);
	return arena_printf(doctor->arena, "%s/%s", credentials, file);
}

static struct span
allow_password(struct doctor *doctor)
{
	const char	*user = doctor->options->user;
	struct span	 path = password_path(doctor);

	return arena_printf(doctor->arena, "chown %s %.*s; chmod 0400 %.*s", user[0] != '\0' ? user : "pixelward", SPAN_ARG(path),
	    SPAN_ARG(path));
}

static struct span
write_password(struct doctor *doctor)
{
	struct span path = password_path(doctor);

	if (path.len == 0)
		return arena_printf(doctor->arena, "RedisUser and RedisPasswordFile in %s (docs/redis.md)", doctor->config);
	return arena_printf(doctor->arena, "write the password of user %s into the first line of %.*s, or correct RedisUser and "
	    "RedisPasswordFile in %s", user_of(doctor), SPAN_ARG(path), doctor->config);
}

static struct span
no_password(struct doctor *doctor)
{
	return arena_printf(doctor->arena, "RedisUser as in redis-acl.conf (docs/redis.md), or RedisPasswordFile \"\", in %s",
	    doctor->config);
}

/* Words of a trouble, and what ends it: the first row that fits. */
static const struct cure {
	const char	*first, *then;
	struct span	(*advise)(struct doctor *);
} cures[] = {
	{ "RedisPasswordFile", "gave no credentials", give_credential },
	{ "RedisPasswordFile", "Permission denied", allow_password },
	{ "RedisPasswordFile", "", write_password },
	{ "WRONGPASS", "", write_password },
	{ "NOAUTH", "", write_password },
	{ "ERR", "without any password", no_password },
	{ "", "is a replica", take_master },
	{ "", "Permission denied", allow_socket },
	{ "", "No such file", correct_address },
	{ "", "refused", correct_address },
	{ "", "timed out", correct_address },
	{ "", "ame or service not known", correct_host },
	{ "", "name resolution", correct_host },
	{ "", "No address associated", correct_host },
	{ "", "", ask_by_hand },
};

static void
say_away(struct doctor *doctor)
{
	struct redis_health	health = { .up = false };
	struct span		trouble;
	size_t			i = 0;

	if (doctor->redis != NULL)
		redis_health(doctor->redis, &health);
	trouble = health.trouble[0] != '\0' ? span_of(health.trouble) : SPAN("no answer");
	while (i + 1 < NITEMS(cures) && !(span_starts(trouble, span_of(cures[i].first)) &&
	    (cures[i].then[0] == '\0' || span_find(trouble, span_of(cures[i].then), 0) < trouble.len)))
		i++;
	doctor_say(doctor, FINDING_FAIL, cures[i].advise(doctor), "%s: %.*s", doctor->options->redis, SPAN_ARG(trouble));
}

void
doctor_redis(struct doctor *doctor)
{
	if (!redis_is_wanted(doctor->options)) {
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "none is wanted: what is learned stays on this machine");
		return;
	}
	doctor_password(doctor);
	if (doctor->redis == NULL || ask(doctor, &SPAN("PING"), 1) == NULL) {
		say_away(doctor);
		return;
	}
	doctor_say(doctor, FINDING_OK, SPAN_NONE, "%s answers, and is a master", doctor->options->redis);
	look_at_deadline(doctor);
	look_at_schema(doctor);
	look_at_sections(doctor);
	look_at_permissions(doctor);
}
