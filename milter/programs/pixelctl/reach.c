#include "reach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/redis.h>

#include "opened.h"

#define REPORT_BYTES	((size_t)1 << 16)
/* Ten seconds. */
#define MOST_TRIES	50
#define PAUSE_NS	200000000
#define PATIENCE_MS	2000

/* --- StateDir --- */

/* From the outside in: the first that may not be used is named. */
static const struct {
	const char	*name;
	int		 mode;
	bool		 counts;	/* only who counts reads it */
} places[] = {
	{ "", X_OK, false },
	{ "/reputation", R_OK | X_OK, false },
	{ "/reputation/snapshot", R_OK, false },
	{ "/reputation/inbox", R_OK | X_OK, false },
	{ "/journal", R_OK | X_OK, true },
};

static int
barred(const struct options *options, const char *path, const char *what, struct buf *why)
{
	buf_printf(why, "pixelctl: %s may not be %s by this user: %s; use sudo, or be the user of UserID%s%s%s\n", path, what,
	    strerror(errno), options->user[0] != '\0' ? " (" : "", options->user, options->user[0] != '\0' ? ")" : "");
	return HISTORY_NOT_ALLOWED;
}

/* As faccessat() says it of who acts, where nothing has to be opened. */
static bool
is_barred(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) != 0 && errno == EACCES;
}

/* The innermost folder that is there, up to the one that StateDir would be made in. */
static int
reach_write(const struct options *options, struct buf *why)
{
	char	path[4200];

	snprintf(path, sizeof(path), "%s/reputation", options->state_dir);
	for (int i = 0; i < 2 && access(path, F_OK) != 0 && errno == ENOENT; i++) {
		char *slash = strrchr(path, '/');

		if (slash == NULL || slash == path)
			break;
		*slash = '\0';
	}
	return is_barred(path, W_OK | X_OK) ? barred(options, path, "written to", why) : HISTORY_DONE;
}

int
reach_state(const struct options *options, enum reach reach, struct buf *why)
{
	char path[4200];

	for (size_t i = 0; i < NITEMS(places); i++) {
		snprintf(path, sizeof(path), "%s%s", options->state_dir, places[i].name);
		if ((reach == REACH_COUNTS || !places[i].counts) && is_barred(path, places[i].mode))
			return barred(options, path, "read", why);
	}
	return reach == REACH_WRITE ? reach_write(options, why) : HISTORY_DONE;
}

/* --- Redis --- */

static int
reach_password(const struct options *options, struct buf *why)
{
	const char	*file = options->redis_password_file, *credentials = getenv("CREDENTIALS_DIRECTORY");
	char		 path[4200];

	if (file[0] == '\0')
		return HISTORY_DONE;
	snprintf(path, sizeof(path), "%s%s%s", file[0] == '/' ? "" : credentials != NULL ? credentials : OPENED_CREDENTIALS,
	    file[0] == '/' ? "" : "/", file);
	return is_barred(path, R_OK) ? barred(options, path, "read", why) : HISTORY_DONE;
}

static int
reach_redis(const struct options *options, enum pw_err err, struct buf *why)
{
	struct redis_health	 health = { .up = false, .trouble = "out of memory" };
	struct redis		*redis = NULL;

	/* The one that the reputation has: the same place in the same process is shared. */
	if (redis_open(options, &redis) == PW_OK)
		redis_health(redis, &health);
	redis_close(redis);
	if (health.up && health.denied == 0 && err != PW_EAWAY)
		return HISTORY_DONE;
	buf_printf(why, "pixelctl: the reputation is in Redis at %s, ", options->redis);
	if (health.up && health.denied > 0)
		buf_printf(why, "and its user %s may not do that (NOPERM); use a RedisUser with the rights of writer in redis-acl.conf\n",
		    options->redis_user[0] != '\0' ? options->redis_user : "default");
	else
		buf_printf(why, "which %s: %s\n", health.up ? "answered" : "cannot be asked", health.trouble[0] != '\0' ?
		    health.trouble : "no answer in time");
	return health.up && health.denied > 0 ? HISTORY_NOT_ALLOWED : HISTORY_AWAY;
}

/*
 * As writers do it, and nothing is written. What it came to is in the health of the place: who may not would have his mail
 * read first, and learn that with the first lesson.
 */
static void
reach_ask_to_write(const struct options *options)
{
	static struct redis_script	 nothing = { .text = "return redis.call('HDEL', KEYS[1], 'nothing')\n" };
	struct arena			*arena = arena_new((size_t)1 << 20);
	struct redis_words		 words = { .arena = arena };
	struct redis_batch		 batch;
	struct redis			*redis = NULL;

	if (arena != NULL && redis_open(options, &redis) == PW_OK) {
		redis_batch_init(&batch, arena);
		redis_words_add(&words, SPAN("pw:reach"));
		redis_batch_call(&batch, &nothing, 1, &words);
		(void)!redis_run(redis, &batch, PATIENCE_MS);
		redis_batch_fini(&batch);
	}
	redis_close(redis);
	arena_free(arena);
}

void
reach_wait(const struct options *options)
{
	struct redis_health	 health = { .up = false };
	struct redis		*redis = NULL;

	if (!redis_is_wanted(options) || redis_open(options, &redis) != PW_OK)
		return;
	for (int tries = 0; !health.up && tries < MOST_TRIES; tries++) {
		/* Time mends no password. */
		if (strncmp(health.trouble, "WRONGPASS", 9) == 0 || strncmp(health.trouble, "RedisPasswordFile", 17) == 0)
			break;
		if (tries > 0)
			nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
		redis_health(redis, &health);
	}
	redis_close(redis);
}

/* --- both --- */

static int
explain(const struct options *options, enum pw_err err, struct buf *why)
{
	int status = redis_is_wanted(options) ? reach_redis(options, err, why) : HISTORY_DONE;

	if (status != HISTORY_DONE || err == PW_OK)
		return status;
	buf_printf(why, "pixelctl: the reputation: %s\n", pw_strerror(err));
	return err == PW_EAWAY ? HISTORY_AWAY : HISTORY_SOFTWARE;
}

static void
print(const struct buf *why)
{
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(why)));	/* fwrite wants no null pointer, not even for nothing */
}

int
reach_tell(const struct options *options, enum pw_err err)
{
	struct buf	why;
	int		status;

	if (err == PW_OK)
		return HISTORY_DONE;
	buf_init(&why, REPORT_BYTES);
	status = explain(options, err, &why);
	print(&why);
	buf_fini(&why);
	return status;
}

int
reach_open(const struct options *options, enum reputation_kind kind, bool writes, struct buf *why, struct reputation **opened)
{
	struct reputation_age	age;
	enum pw_err		err;
	int			status = HISTORY_DONE;

	if (kind != REPUTATION_EMPTY)
		status = redis_is_wanted(options) ? reach_password(options, why) :
		    reach_state(options, writes ? REACH_WRITE : REACH_READ, why);
	if (status != HISTORY_DONE)
		return status;
	if (writes && !redis_is_wanted(options) && !opened_state_dir(options))
		return HISTORY_CONFIG;
	err = reputation_open(options, kind, why, opened);
	if (err == PW_ECONFIG) {	/* of the configuration; what is wrong was said */
		if (why->len == 0)
			buf_printf(why, "pixelctl: the reputation: %s\n", pw_strerror(err));
		return HISTORY_CONFIG;
	}
	/* One that does not answer, or not to this user, would look empty. */
	if (err == PW_OK && kind != REPUTATION_EMPTY)
		err = reputation_age(*opened, options, clock_unix_ms(), &age);
	if (err == PW_OK && writes && kind != REPUTATION_EMPTY && redis_is_wanted(options))
		reach_ask_to_write(options);
	return kind == REPUTATION_EMPTY && err == PW_OK ? HISTORY_DONE : explain(options, err, why);
}

struct reputation *
reach_to_judge(const char *config, const struct options *options)
{
	struct reputation	*reputation = NULL;
	struct buf		 why;

	if (config == NULL)
		return NULL;
	buf_init(&why, REPORT_BYTES);
	/* Whoever only asks changes nothing in Redis; of what StateDir keeps, the daemon has the lock. */
	if (reach_open(options, redis_is_wanted(options) ? REPUTATION_KEPT : REPUTATION_COPY, false, &why, &reputation) !=
	    HISTORY_DONE) {
		buf_add(&why, SPAN("pixelctl: warning: mail is judged without the reputation\n"));
		reputation_close(reputation);
		reputation = NULL;
	}
	print(&why);
	buf_fini(&why);
	return reputation;
}

void
reach_tell_default(const char *config, const struct options *options)
{
	if (config == NULL)
		fprintf(stderr, "pixelctl: there is no " OPENED_CONFIG_FILE " and no -c FILE: the reputation is in StateDir %s\n",
		    options->state_dir);
}
