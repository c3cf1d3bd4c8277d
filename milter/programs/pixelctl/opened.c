#include "opened.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/rules_dir.h>
#include <pixelward/gateway/size.h>
#include <pixelward/keeper/account.h>
#include <pixelward/reputation/reputation.h>

/* Beside its own bytes: what dissecting may take at the most, and as much again for the rewrite. */
#define FACTOR	40
#define BASE	((size_t)512 << 20)	/* a bound, not memory that is taken: what thousands of rules have to say */

#define PATIENCE_MS	2000u

void
opened_patiently(struct options *options)
{
	if (options->redis_deadline_ms < PATIENCE_MS)
		options->redis_deadline_ms = PATIENCE_MS;
}

const char *
opened_config(void)
{
	return access(OPENED_CONFIG_FILE, F_OK) == 0 || errno != ENOENT ? OPENED_CONFIG_FILE : NULL;
}

bool
opened_load(const char *config, const char *mode, struct options **options, struct policy **policy)
{
	struct buf	report;
	enum pw_err	err = PW_ENOMEM;

	buf_init(&report, (size_t)1 << 20);
	*options = options_new();
	if (*options != NULL) {
		err = config != NULL ? config_read(config, *options, &report) :
		    config_set(*options, "(default)", "Mode", "enforce", &report);
		if (err == PW_OK)
			opened_patiently(*options);
		if (err == PW_OK && mode != NULL)
			err = config_set(*options, "--mode", "Mode", mode, &report);
		if (err == PW_OK)
			err = rules_dir_find(*options);
		if (err == PW_OK)
			err = policy_load(*options, NULL, &report, policy);
	}
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));	/* fwrite wants no null pointer, not even for nothing */
	if (err != PW_OK)
		fprintf(stderr, "pixelctl: %s\n", pw_strerror(err));
	buf_fini(&report);
	return err == PW_OK;
}

/* Who is not root makes it for itself. What cannot be made is told by whoever opens it. */
static bool
make_for(const char *directory, const struct account *account)
{
	int fd;

	if (mkdir(directory, 0750) != 0)
		return true;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool fine = fd >= 0 && fchown(fd, account->uid, account->gid) == 0;
	if (!fine) {
		fprintf(stderr, "pixelctl: StateDir %s cannot be made for UserID: %s\n", directory, strerror(errno));
		(void)rmdir(directory);
	}
	if (fd >= 0)
		close(fd);
	return fine;
}

bool
opened_state_dir(const struct options *options)
{
	struct account	account = { 0 };
	struct buf	why;
	bool		fine;

	if (options->user[0] == '\0' || geteuid() != 0)
		return true;
	buf_init(&why, 1024);
	fine = account_find(options->user, &account, &why);
	if (!fine)
		fprintf(stderr, "pixelctl: %.*s\n", SPAN_ARG(buf_span(&why)));
	fine = fine && make_for(options->state_dir, &account);
	account_fini(&account);
	buf_fini(&why);
	return fine;
}

struct reputation *
opened_reputation(const char *config, const struct options *options)
{
	struct reputation	*reputation = NULL;
	struct buf		 report;

	if (config == NULL)
		return NULL;
	buf_init(&report, (size_t)1 << 16);
	/* Whoever only asks changes nothing in Redis; of what StateDir keeps, the daemon has the lock. */
	if (reputation_open(options, redis_is_wanted(options) ? REPUTATION_KEPT : REPUTATION_COPY, &report,
	    &reputation) != PW_OK)
		reputation = NULL;
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&report);
	return reputation;
}

static bool
read_all(int fd, struct buf *content)
{
	char	piece[65536];
	ssize_t	got;

	while ((got = read(fd, piece, sizeof(piece))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		buf_add(content, (struct span){ piece, (size_t)got });
		if (buf_failed(content)) {
			errno = EFBIG;
			return false;
		}
	}
	return true;
}

bool
opened_read(const char *file, struct buf *content)
{
	int fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool fine = read_all(fd, content);
	int saved = errno;
	if (fd != STDIN_FILENO)
		close(fd);
	errno = saved;
	return fine;
}

struct arena *
opened_arena(const struct options *options, size_t bytes)
{
	return arena_new(BASE + options->limits.parse_memory + bytes * FACTOR);
}

enum pw_err
opened_dissect(const struct options *options, struct message *message, struct arena *arena, const struct dissection **d)
{
	enum pw_err err = PW_ELIMIT;

	if (size_limit(message->raw, &options->limits) == LIMIT_NONE)
		err = dissect(message->raw, &options->limits, arena, d);
	return err == PW_OK ? pipeline_envelope(*d, arena, message) : err;
}

void
opened_judge(struct message *message, const struct options *options, const struct policy *policy,
    struct reputation *reputation, struct arena *arena, struct outcome *outcome)
{
	enum limit limit;

	if (span_starts(message->raw, SPAN("From "))) {
		size_t end = span_find_char(message->raw, '\n', 0);
		message->raw = span_from(message->raw, end < message->raw.len ? end + 1 : end);
	}
	limit = size_limit(message->raw, &options->limits);
	if (limit != LIMIT_NONE)
		size_outcome(limit, options, arena, outcome);
	else
		pipeline_run(message, options, policy, &dissectors_in_thread, reputation, arena, outcome);
}
