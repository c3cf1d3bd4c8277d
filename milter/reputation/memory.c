/*
 * The memory store: records under a lock, and the directory that they come from and go to.
 *
 *	DIRECTORY/lock		held by the process whose records these are
 *	DIRECTORY/snapshot	what was saved last; snapshot.broken: one that was garbage
 *	DIRECTORY/inbox/	what others taught: a file each, *.lesson
 *
 * The owner has a thread that saves and empties the inbox. Another process (a guest) reads the snapshot, keeps what it teaches
 * twice (in what it reads, and apart), and leaves that in the inbox when it saves.
 */
#include "memory.h"
#include "steady.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK		"lock"
#define SNAPSHOT	"snapshot"
#define BROKEN		"snapshot.broken"
#define INBOX		"inbox"
#define LESSON		".lesson"
/* Saving may take this share of the time, and waits at least, and at most, so long. */
#define SAVE_SHARE	100
#define LEAST_SAVE_MS	2000
#define MOST_SAVE_MS	60000
#define TEND_MS		1000
#define ASK_MS		20
#define MOST_ATTEMPTS	10
#define MOST_LESSONS	4096u

struct memory {
	struct store		store;
	struct steady		steady;
	size_t			most_domains;
	int			directory;	/* -1: none */
	pthread_mutex_t		files;		/* of what is on disk, taken before lock; and of the next four */
	bool			save_failed;
	unsigned		serial;
	int64_t			saved_at_ms, save_took_ms;	/* clock_ms() */
	int			owning;		/* the lock file; -1: a guest; changes under lock, too */
	pthread_rwlock_t	lock;		/* of what follows; data.merged changes under both */
	struct memory_data	data, apart;	/* apart: a guest's own */
	bool			unsaved;
	_Atomic uint64_t	kept;		/* number of the last record that is on the disk */
	pthread_t		tender;
	bool			tended;
	pthread_mutex_t		mutex;		/* of ends */
	pthread_cond_t		wake;
	bool			ends;
};

static struct memory *
of(struct store *store)
{
	return (struct memory *)store;
}

static bool
is_guest(const struct memory *memory)
{
	return memory->directory >= 0 && memory->owning < 0;
}

static enum pw_err
memory_ask(struct store *store, const struct store_question *question, struct arena *arena, struct store_answer *answer)
{
	struct memory	*memory = of(store);
	struct timespec	 until = clock_until(clock_ms() + ASK_MS);
	enum pw_err	 err;

	/* It is held for long only while old mail comes in from the inbox, and no mail waits for that. */
	if (pthread_rwlock_clockrdlock(&memory->lock, CLOCK_MONOTONIC, &until) != 0)
		return PW_EAWAY;
	err = memory_data_ask(&memory->data, question, arena, answer);
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

static enum pw_err
memory_teach(struct store *store, const struct lesson *lessons, size_t count)
{
	struct memory	*memory = of(store);
	enum pw_err	 err = PW_OK;

	pthread_rwlock_wrlock(&memory->lock);
	/* The owner may have these records from the journal already: who comes after it sees that in what it saves. */
	if (is_guest(memory) && count > 0 && lessons[0].number > 0)
		err = PW_EAWAY;
	for (size_t i = 0; i < count && err == PW_OK; i++) {
		err = memory_data_teach(&memory->data, &lessons[i]);
		if (is_guest(memory) && err == PW_OK)
			err = memory_data_teach(&memory->apart, &lessons[i]);
	}
	memory->unsaved = true;
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

static enum pw_err
memory_say(struct store *store, struct span domain, enum word word, struct span note, int64_t until_ms)
{
	struct memory	*memory = of(store);
	enum pw_err	 err;

	pthread_rwlock_wrlock(&memory->lock);
	err = memory_data_say(&memory->data, domain, word, note, until_ms, clock_unix_ms());
	if (is_guest(memory) && err == PW_OK)
		err = memory_data_say(&memory->apart, domain, word, note, until_ms, clock_unix_ms());
	memory->unsaved = true;
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

static enum pw_err
memory_words(struct store *store, struct arena *arena, struct analyst_word **words, size_t *count)
{
	struct memory	*memory = of(store);
	enum pw_err	 err;

	pthread_rwlock_rdlock(&memory->lock);
	err = memory_data_words(&memory->data, arena, words, count);
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

static enum pw_err
memory_campaign_add(struct store *store, const struct store_campaign *campaign, const uint64_t *recipients, size_t count)
{
	struct memory	*memory = of(store);
	enum pw_err	 err;

	pthread_rwlock_wrlock(&memory->lock);
	err = memory_data_campaign(&memory->data, campaign, recipients, count);
	if (is_guest(memory) && err == PW_OK)
		err = memory_data_campaign(&memory->apart, campaign, recipients, count);
	memory->unsaved = true;
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

static enum pw_err
memory_campaigns(struct store *store, struct span id, size_t most, struct arena *arena, struct store_campaign **campaigns,
    size_t *count)
{
	struct memory	*memory = of(store);
	enum pw_err	 err;

	pthread_rwlock_rdlock(&memory->lock);
	err = memory_data_campaigns(&memory->data, id, most, arena, campaigns, count);
	pthread_rwlock_unlock(&memory->lock);
	return err;
}

/* Said once, until it works again. */
static void
save_failed(struct memory *memory, const char *what, bool failed)
{
	if (failed && !memory->save_failed)
		log_error("reputation: %s: %s; what is learned now is lost at the next start", what, strerror(errno));
	else if (!failed && memory->save_failed)
		log_info("reputation: %s is written again", what);
	memory->save_failed = failed;
}

/* StateDir itself, if all but its last folder is there: old mail may be learned before a daemon was ever started. */
static void
folder_make_around(const char *name)
{
	char	*around = strdup(name);
	char	*slash = around != NULL ? strrchr(around, '/') : NULL;

	if (slash != NULL && slash > around) {
		*slash = '\0';
		(void)mkdir(around, 0750);
	}
	free(around);
}

static int
folder_open(int directory, const char *name)
{
	bool		made = mkdirat(directory, name, 0700) == 0;
	int		why_not = errno;
	int		fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat	around;

	/* That it is not there is no cause: why it could not be made is. */
	if (fd < 0 && errno == ENOENT && !made)
		errno = why_not;
	if (fd >= 0 && made && fstatat(fd, "..", &around, 0) == 0 && !memory_file_own(fd, &around))
		log_warn("reputation: %s: %s; the daemon may not be able to use it", name, strerror(errno));
	return fd;
}

/* A name that no other process and no earlier call of this one gives, and that sorts by time. */
static enum pw_err
lesson_write(struct memory *memory, const struct memory_data *apart)
{
	char		name[128];
	int		inbox = folder_open(memory->directory, INBOX);
	enum pw_err	err;

	if (inbox < 0)
		return PW_ESYSTEM;
	snprintf(name, sizeof(name), "%015lld-%ld-%u" LESSON, (long long)clock_unix_ms(), (long)getpid(), memory->serial++);
	err = memory_file_write(apart, inbox, name);
	close(inbox);
	return err;
}

static enum pw_err
guest_save(struct memory *memory, uint64_t *number)
{
	struct memory_data	apart;
	enum pw_err		err;

	pthread_rwlock_wrlock(&memory->lock);
	*number = memory_data_number(&memory->data);
	apart = memory->apart;
	memory_data_init(&memory->apart, memory->most_domains);
	pthread_rwlock_unlock(&memory->lock);
	err = lesson_write(memory, &apart);
	if (err != PW_OK) {
		pthread_rwlock_wrlock(&memory->lock);
		(void)!memory_data_merge(&memory->apart, &apart);	/* the failure is told already */
		pthread_rwlock_unlock(&memory->lock);
	}
	memory_data_fini(&apart);
	return err;
}

/* Files of the inbox whose content is in the snapshot now: they may go. */
static void
merged_remove(struct memory *memory)
{
	int	inbox = folder_open(memory->directory, INBOX);
	bool	gone = inbox >= 0;

	for (size_t i = 0; i < memory->data.merged.count && inbox >= 0; i++)
		gone = (unlinkat(inbox, memory->data.merged.at[i].at, 0) == 0 || errno == ENOENT) && gone;
	if (inbox >= 0)
		close(inbox);
	/* What stays there must not be merged again. */
	if (!gone)
		return;
	pthread_rwlock_wrlock(&memory->lock);
	texts_fini(&memory->data.merged);
	pthread_rwlock_unlock(&memory->lock);
}

/* Nobody waits for a disk: while a snapshot is written, others may ask. */
static enum pw_err
files_save(struct memory *memory)
{
	bool		unsaved, guest = is_guest(memory);
	int64_t		begun_ms = clock_ms();
	uint64_t	number;
	enum pw_err	err;

	pthread_rwlock_wrlock(&memory->lock);
	unsaved = memory->unsaved && memory->directory >= 0;
	memory->unsaved = false;
	pthread_rwlock_unlock(&memory->lock);
	if (!unsaved)
		return PW_OK;
	if (guest) {
		err = guest_save(memory, &number);
	} else {
		pthread_rwlock_rdlock(&memory->lock);
		number = memory_data_number(&memory->data);
		err = memory_file_write(&memory->data, memory->directory, SNAPSHOT);
		pthread_rwlock_unlock(&memory->lock);
	}
	save_failed(memory, guest ? INBOX : SNAPSHOT, err != PW_OK);
	memory->saved_at_ms = clock_ms();
	memory->save_took_ms = memory->saved_at_ms - begun_ms;
	if (err == PW_OK)
		memory->kept = number;
	if (err != PW_OK) {
		pthread_rwlock_wrlock(&memory->lock);
		memory->unsaved = true;
		pthread_rwlock_unlock(&memory->lock);
	} else if (!guest && memory->data.merged.count > 0) {
		merged_remove(memory);
	}
	return err;
}

static enum pw_err
memory_save(struct store *store)
{
	struct memory	*memory = of(store);
	enum pw_err	 err;

	pthread_mutex_lock(&memory->files);
	err = files_save(memory);
	pthread_mutex_unlock(&memory->files);
	return err;
}

/* What is garbage is kept aside for who wants to know, and not read again. */
static void
put_aside(int directory, const char *name, const char *aside)
{
	/* gcc's sanitizers take a span's text for NULL here. */
	log_warn("reputation: %s is no file of ours, or broken; kept as %s, begun without it", name != NULL ? name : "", aside);
	if (renameat(directory, name, directory, aside) != 0)
		(void)unlinkat(directory, name, 0);
}

static void
lesson_merge(struct memory *memory, int inbox, struct span name, bool owning)
{
	struct memory_data	lesson;
	char			aside[300];
	enum pw_err		err;

	memory_data_init(&lesson, memory->most_domains);
	err = memory_file_read(&lesson, inbox, name.at);
	if (err == PW_ESYNTAX && owning) {
		snprintf(aside, sizeof(aside), "%s.broken", name.at);
		put_aside(inbox, name.at, aside);
	} else if (err == PW_OK) {
		pthread_rwlock_wrlock(&memory->lock);
		/* Remembered first: half of it is better than twice. */
		err = texts_add(&memory->data.merged, name, MOST_LESSONS);
		if (err == PW_OK)
			err = memory_data_merge(&memory->data, &lesson);
		memory->unsaved = true;
		pthread_rwlock_unlock(&memory->lock);
	}
	if (err != PW_OK && err != PW_ESYNTAX)
		log_warn("reputation: %.*s: %s", SPAN_ARG(name), pw_strerror(err));
	memory_data_fini(&lesson);
}

/* In the order of their names: by time. Who does not own them reads them only: they are as good as in the snapshot. */
static void
inbox_merge(struct memory *memory, bool owning)
{
	int		fd = owning ? folder_open(memory->directory, INBOX) :
			    openat(memory->directory, INBOX, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR		*folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct texts	names = { 0 };

	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *file; (file = readdir(folder)) != NULL;) {
		struct span name = span_of(file->d_name);

		if (span_ends_nocase(name, SPAN(LESSON)) && !texts_have(&memory->data.merged, name))
			(void)!texts_add(&names, name, MOST_LESSONS - memory->data.merged.count);
	}
	if (names.count > 1)
		qsort(names.at, names.count, sizeof(*names.at), span_order);
	for (size_t i = 0; i < names.count; i++)
		lesson_merge(memory, fd, names.at[i], owning);
	if (names.count > 0 && owning)
		(void)!files_save(memory);	/* which logs it */
	texts_fini(&names);
	closedir(folder);
}

static struct memory_data
snapshot_read(struct memory *memory, bool owning)
{
	struct memory_data	data;
	enum pw_err		err;

	memory_data_init(&data, memory->most_domains);
	err = memory_file_read(&data, memory->directory, SNAPSHOT);
	if (err == PW_OK || err == PW_ENOTFOUND)
		return data;
	memory_data_fini(&data);
	memory_data_init(&data, memory->most_domains);
	if (err == PW_ESYNTAX && owning)
		put_aside(memory->directory, SNAPSHOT, BROKEN);
	else
		log_error("reputation: " SNAPSHOT ": %s; begun without it", pw_strerror(err));
	return data;
}

static void
data_replace(struct memory *memory, struct memory_data data)
{
	memory_data_fini(&memory->data);
	memory->data = data;
}

static ino_t
snapshot_now(struct memory *memory)
{
	struct stat about;

	return fstatat(memory->directory, SNAPSHOT, &about, AT_SYMLINK_NOFOLLOW) == 0 ? about.st_ino : 0;
}

/* The snapshot with what waits in the inbox; again if the owner moved it from there to here meanwhile. */
static void
guest_read(struct memory *memory)
{
	ino_t before;

	for (int attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
		before = snapshot_now(memory);
		data_replace(memory, snapshot_read(memory, false));
		inbox_merge(memory, false);
		if (snapshot_now(memory) == before)
			break;
	}
	memory->unsaved = false;
	memory->kept = memory_data_number(&memory->data);
}

/* Does nothing while another process owns the directory. */
static void
own(struct memory *memory)
{
	struct memory_data	data;
	struct stat		whose;
	int			fd = openat(memory->directory, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	if (fstat(memory->directory, &whose) == 0 && !memory_file_own(fd, &whose))
		log_warn("reputation: " LOCK ": %s; the daemon may not be able to use it", strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return;
	}
	data = snapshot_read(memory, true);
	memory->kept = memory_data_number(&data);
	pthread_rwlock_wrlock(&memory->lock);
	/* What was taught while another owned it, and is in no file yet. */
	if (memory_data_merge(&data, &memory->apart) != PW_OK)
		log_warn("reputation: %s", pw_strerror(PW_ENOMEM));
	data_replace(memory, data);
	memory_data_fini(&memory->apart);
	memory_data_init(&memory->apart, memory->most_domains);
	memory->owning = fd;
	pthread_rwlock_unlock(&memory->lock);
	merged_remove(memory);
	inbox_merge(memory, true);
}

/* A small store is saved while it is asked about; one that takes a second, each minute. */
static bool
save_is_due(const struct memory *memory)
{
	int64_t pause_ms = memory->save_took_ms * SAVE_SHARE;

	pause_ms = pause_ms < LEAST_SAVE_MS ? LEAST_SAVE_MS : pause_ms > MOST_SAVE_MS ? MOST_SAVE_MS : pause_ms;
	return clock_ms() - memory->saved_at_ms >= pause_ms;
}

static void
tend(struct memory *memory)
{
	pthread_mutex_lock(&memory->files);
	if (is_guest(memory))
		own(memory);
	else
		inbox_merge(memory, true);
	if (save_is_due(memory))
		(void)!files_save(memory);	/* which logs it */
	pthread_mutex_unlock(&memory->files);
}

static void *
tender(void *argument)
{
	struct memory *memory = argument;

	pthread_mutex_lock(&memory->mutex);
	while (!memory->ends) {
		struct timespec until = clock_until(clock_ms() + TEND_MS);

		if (pthread_cond_timedwait(&memory->wake, &memory->mutex, &until) != ETIMEDOUT)
			continue;
		pthread_mutex_unlock(&memory->mutex);
		tend(memory);
		pthread_mutex_lock(&memory->mutex);
	}
	pthread_mutex_unlock(&memory->mutex);
	return NULL;
}

/* What leaves nothing lives in the time of its mail. */
static int64_t
memory_now(struct store *store)
{
	return of(store)->directory >= 0 ? steady_read(&of(store)->steady, moment_now()) : 0;
}

static uint64_t
memory_kept(struct store *store)
{
	return of(store)->kept;
}

static void
memory_close(struct store *store)
{
	struct memory *memory = of(store);

	if (memory->tended) {
		pthread_mutex_lock(&memory->mutex);
		memory->ends = true;
		pthread_cond_signal(&memory->wake);
		pthread_mutex_unlock(&memory->mutex);
		pthread_join(memory->tender, NULL);
	}
	(void)!memory_save(store);	/* which logs it */
	memory_data_fini(&memory->data);
	memory_data_fini(&memory->apart);
	if (memory->owning >= 0)
		close(memory->owning);
	if (memory->directory >= 0)
		close(memory->directory);
	pthread_rwlock_destroy(&memory->lock);
	pthread_mutex_destroy(&memory->files);
	pthread_mutex_destroy(&memory->mutex);
	pthread_cond_destroy(&memory->wake);
	steady_fini(&memory->steady);
	free(memory);
}

static const struct store_kind memory_kind = {
	.ask = memory_ask,
	.teach = memory_teach,
	.say = memory_say,
	.words = memory_words,
	.campaign_add = memory_campaign_add,
	.campaigns = memory_campaigns,
	.now = memory_now,
	.save = memory_save,
	.kept = memory_kept,
	.close = memory_close,
};

/* Signals are for the threads that expect them. */
static bool
tender_start(struct memory *memory)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	memory->tended = pthread_create(&memory->tender, NULL, tender, memory) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return memory->tended;
}

static struct memory *
memory_new(size_t most_domains)
{
	struct memory		*memory = calloc(1, sizeof(*memory));
	pthread_condattr_t	 monotonic;

	if (memory == NULL)
		return NULL;
	memory->store.kind = &memory_kind;
	memory->most_domains = most_domains;
	memory->directory = memory->owning = -1;
	memory->saved_at_ms = clock_ms();
	steady_init(&memory->steady, moment_now());
	memory_data_init(&memory->data, most_domains);
	memory_data_init(&memory->apart, most_domains);
	pthread_rwlock_init(&memory->lock, NULL);
	pthread_mutex_init(&memory->files, NULL);
	pthread_mutex_init(&memory->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&memory->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return memory;
}

enum pw_err
store_copy_memory(const char *directory, size_t most_domains, struct store **store)
{
	struct memory *memory = memory_new(most_domains);

	if (memory == NULL)
		return PW_ENOMEM;
	*store = &memory->store;
	memory->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (memory->directory < 0)
		return PW_OK;
	guest_read(memory);
	close(memory->directory);
	memory->directory = -1;
	return PW_OK;
}

enum pw_err
store_open_memory(const char *directory, size_t most_domains, struct store **store)
{
	struct memory *memory = memory_new(most_domains);

	if (memory == NULL)
		return PW_ENOMEM;
	if (directory == NULL) {
		*store = &memory->store;
		return PW_OK;
	}
	folder_make_around(directory);
	memory->directory = folder_open(AT_FDCWD, directory);
	if (memory->directory < 0) {
		int why = errno;

		memory_close(&memory->store);
		errno = why;
		return PW_ESYSTEM;
	}
	own(memory);
	if (is_guest(memory))
		guest_read(memory);
	if (!tender_start(memory)) {
		memory_close(&memory->store);
		return PW_ENOMEM;
	}
	*store = &memory->store;
	return PW_OK;
}
