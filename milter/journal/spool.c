#include "spool.h"

#include <pixelward/base/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"

#define SEGMENT_MOST	((uint64_t)16 << 20)
#define SEGMENT_LEAST	((uint64_t)64 << 10)

struct spool {
	struct spool_settings	 settings;
	int			 directory_fd, lock_fd;
	pthread_mutex_t		 mutex;		/* all below */
	struct segment		*segments;	/* by number; the last one grows */
	size_t			 count, capacity;
	uint64_t		 bytes;		/* of all of them */
	int			 fd;		/* of the last one; -1: the next record begins another */
	uint32_t		 salt;		/* its */
	uint64_t		 last, synced, acknowledged;
	struct spool_losses	 losses;
};

/* --- opening --- */

/* A file that is no segment, or not one any more, is out of the way under another name. */
static void
segment_set_aside(struct spool *spool, uint64_t first)
{
	char name[FOLDER_NAME_BYTES], aside[FOLDER_NAME_BYTES + 8];

	folder_name(first, name);
	snprintf(aside, sizeof(aside), "%s.bad", name);
	(void)renameat(spool->directory_fd, name, spool->directory_fd, aside);
	spool->losses.segments++;
}

/* Its writer was killed, or the power failed, before the first record: an end that is torn, too. */
static void
half_made_remove(struct spool *spool, const struct segment *segment)
{
	char name[FOLDER_NAME_BYTES];

	folder_name(segment->first, name);
	(void)unlinkat(spool->directory_fd, name, 0);
	if (spool->last < segment->first - 1)
		spool->last = segment->first - 1;
	spool->losses.torn++;
	spool->losses.torn_bytes += segment->bytes;
	spool->count--;
}

/* Goes on behind the last whole record of the last segment. False: it is none; errno EBADMSG, or what failed. */
static bool
last_take_up(struct spool *spool, struct segment *segment)
{
	struct segment_head	head;
	struct walk		walk;
	struct span		body;
	enum walked		walked;
	int			fd = folder_open_segment(spool->directory_fd, segment->first, O_RDWR | O_APPEND, &head);

	if (fd < 0)
		return false;
	walk_init(&walk, fd, head.salt, segment->bytes);
	do
		walked = walk_next(&walk, &body);
	while (walked == WALK_RECORD);
	if (walk.number > spool->last)
		spool->last = walk.number;
	if (walk.at < segment->bytes && walked == WALK_END) {
		spool->losses.torn++;
		spool->losses.torn_bytes += segment->bytes - walk.at;
		if (ftruncate(fd, (off_t)walk.at) != 0)
			walked = WALK_FAILED;
		segment->bytes = walk.at;
	}
	walk_fini(&walk);
	if (walked == WALK_FAILED) {
		close(fd);
		errno = EIO;
		return false;
	}
	spool->fd = fd;
	spool->salt = head.salt;
	return true;
}

static enum pw_err
take_up(struct spool *spool)
{
	enum pw_err err = folder_list(spool->directory_fd, &spool->segments, &spool->count, &spool->capacity);

	while (err == PW_OK && spool->count > 0) {
		struct segment *last = &spool->segments[spool->count - 1];

		if (last->bytes < SEGMENT_HEAD) {
			half_made_remove(spool, last);
			continue;
		}
		if (last_take_up(spool, last)) {
			if (spool->last < last->first - 1)
				spool->last = last->first - 1;
			break;
		}
		if (errno != EBADMSG)
			return PW_ESYSTEM;
		/* No record is shorter than its head: no number of it can be used again. */
		if (spool->last < last->first + last->bytes / SEGMENT_RECORD_HEAD)
			spool->last = last->first + last->bytes / SEGMENT_RECORD_HEAD;
		segment_set_aside(spool, last->first);
		spool->count--;
	}
	for (size_t i = 0; i < spool->count; i++)
		spool->bytes += spool->segments[i].bytes;
	/* What is there was there before: whatever the disk has of it will not go away. */
	spool->synced = spool->last;
	return err;
}

static enum pw_err
directory_open(struct spool *spool, struct buf *report)
{
	const char *directory = spool->settings.directory;

	if (mkdir(directory, 0700) != 0 && errno != EEXIST) {
		buf_printf(report, "cannot make %s: %s; StateDir must be there, and ours\n", directory, strerror(errno));
		return PW_ESYSTEM;
	}
	spool->directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->directory_fd >= 0)
		spool->lock_fd = openat(spool->directory_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->lock_fd < 0) {
		buf_printf(report, "cannot use %s: %s\n", directory, strerror(errno));
		return PW_ESYSTEM;
	}
	if (flock(spool->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		buf_printf(report, "%s is in use by another process: a StateDir belongs to one\n", directory);
		return PW_EBUSY;
	}
	enum pw_err err = take_up(spool);
	if (err == PW_ESYSTEM)
		buf_printf(report, "cannot read %s: %s\n", directory, strerror(errno));
	return err;
}

enum pw_err
spool_open(const struct spool_settings *settings, struct buf *report, struct spool **out)
{
	struct spool	*spool = calloc(1, sizeof(*spool));
	enum pw_err	 err;

	*out = NULL;
	if (spool == NULL)
		return PW_ENOMEM;
	spool->settings = *settings;
	spool->directory_fd = spool->lock_fd = spool->fd = -1;
	spool->settings.directory = strdup(settings->directory);
	if (spool->settings.segment_bytes == 0) {
		uint64_t part = settings->most_bytes / 8;

		spool->settings.segment_bytes = part > SEGMENT_MOST ? SEGMENT_MOST : part < SEGMENT_LEAST ? SEGMENT_LEAST : part;
	}
	pthread_mutex_init(&spool->mutex, NULL);
	err = spool->settings.directory == NULL ? PW_ENOMEM : directory_open(spool, report);
	if (err != PW_OK) {
		spool_close(spool);
		return err;
	}
	*out = spool;
	return PW_OK;
}

void
spool_skip(struct spool *spool, uint64_t number)
{
	pthread_mutex_lock(&spool->mutex);
	if (spool->last < number)
		spool->last = spool->synced = number;
	pthread_mutex_unlock(&spool->mutex);
}

void
spool_close(struct spool *spool)
{
	if (spool == NULL)
		return;
	if (spool->fd >= 0) {
		(void)fdatasync(spool->fd);
		close(spool->fd);
	}
	if (spool->lock_fd >= 0)
		close(spool->lock_fd);
	if (spool->directory_fd >= 0)
		close(spool->directory_fd);
	pthread_mutex_destroy(&spool->mutex);
	free(spool->segments);
	free((char *)(uintptr_t)spool->settings.directory);
	free(spool);
}

/* --- writing; the mutex is held --- */

static void
oldest_drop(struct spool *spool)
{
	char name[FOLDER_NAME_BYTES];

	folder_name(spool->segments[0].first, name);
	(void)unlinkat(spool->directory_fd, name, 0);
	spool->bytes -= spool->segments[0].bytes;
	spool->count--;
	memmove(spool->segments, spool->segments + 1, spool->count * sizeof(*spool->segments));
}

/* Acknowledged ones, for more room or by age; the last one stays. */
static void
drop(struct spool *spool, uint64_t room, int64_t now_ms)
{
	while (spool->count > 1 && spool->segments[1].first - 1 <= spool->acknowledged &&
	    (spool->bytes + room > spool->settings.most_bytes ||
	    now_ms - spool->segments[0].last_ms > spool->settings.keep_ms))
		oldest_drop(spool);
}

/* Another segment; what the last one holds is on the disk by then. False: errno. */
static bool
rotate(struct spool *spool)
{
	struct segment_head	head = { .first = spool->last + 1 };
	char			bytes[SEGMENT_HEAD], name[FOLDER_NAME_BYTES];

	if (getrandom(&head.salt, sizeof(head.salt), 0) != (ssize_t)sizeof(head.salt))
		return false;
	/* One that broke before its first record has this name. */
	if (spool->count > 0 && spool->segments[spool->count - 1].first == head.first)
		head.first = ++spool->last + 1;
	segment_head_write(&head, bytes);
	folder_name(head.first, name);
	int fd = openat(spool->directory_fd, name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	struct segment	segment = { .first = head.first, .bytes = SEGMENT_HEAD, .last_ms = clock_unix_ms() };
	bool		fine = write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes);
	if (fine && !folder_add(&spool->segments, &spool->count, &spool->capacity, segment)) {
		errno = ENOMEM;
		fine = false;
	}
	if (!fine) {
		int saved = errno != 0 ? errno : ENOSPC;

		(void)unlinkat(spool->directory_fd, name, 0);
		close(fd);
		errno = saved;
		return false;
	}
	(void)fsync(spool->directory_fd);
	if (spool->fd >= 0) {
		(void)fdatasync(spool->fd);
		close(spool->fd);
	}
	spool->bytes += SEGMENT_HEAD;
	spool->fd = fd;
	spool->salt = head.salt;
	return true;
}

static enum pw_err
append(struct spool *spool, struct span framed, uint64_t *number)
{
	struct segment	*last = spool->count > 0 ? &spool->segments[spool->count - 1] : NULL;
	int64_t		 now_ms = clock_unix_ms();

	/* The last segment may be of one record, and acknowledged: then its end is its chance to go. */
	if (spool->fd < 0 || last->bytes + framed.len > spool->settings.segment_bytes ||
	    spool->bytes + framed.len > spool->settings.most_bytes) {
		bool empty = spool->fd >= 0 && last->bytes == SEGMENT_HEAD;

		if (!empty && !rotate(spool))
			return PW_EAWAY;
		last = &spool->segments[spool->count - 1];
	}
	if (spool->bytes + framed.len > spool->settings.most_bytes) {
		drop(spool, framed.len, now_ms);
		last = &spool->segments[spool->count - 1];
	}
	if (spool->bytes + framed.len > spool->settings.most_bytes) {
		errno = ENOSPC;
		return PW_EAWAY;
	}
	segment_record_frame(spool->salt, spool->last + 1, (char *)(uintptr_t)framed.at, framed.len);
	errno = 0;
	ssize_t written = write(spool->fd, framed.at, framed.len);
	if (written != (ssize_t)framed.len) {
		int saved = written < 0 ? errno : ENOSPC;

		/* An end that cannot be cut off is passed over by who reads; no record follows it. */
		if (written > 0 && ftruncate(spool->fd, (off_t)last->bytes) != 0) {
			close(spool->fd);
			spool->fd = -1;
		}
		errno = saved;
		return PW_EAWAY;
	}
	last->bytes += framed.len;
	last->last_ms = now_ms;
	spool->bytes += framed.len;
	*number = ++spool->last;
	return PW_OK;
}

enum pw_err
spool_append(struct spool *spool, struct span framed, uint64_t *number)
{
	pthread_mutex_lock(&spool->mutex);
	enum pw_err err = append(spool, framed, number);
	pthread_mutex_unlock(&spool->mutex);
	return err;
}

bool
spool_sync(struct spool *spool)
{
	pthread_mutex_lock(&spool->mutex);
	uint64_t	last = spool->last;
	bool		fine = last == spool->synced;
	int		fd = !fine && spool->fd >= 0 ? fcntl(spool->fd, F_DUPFD_CLOEXEC, 0) : -1;
	pthread_mutex_unlock(&spool->mutex);
	if (fine)
		return true;
	/* Without a file the last one was synced when it ended. */
	fine = fd < 0 || fdatasync(fd) == 0;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	/* A disk that does not sync must not stop what was written from being counted. */
	pthread_mutex_lock(&spool->mutex);
	if (last > spool->synced)
		spool->synced = last;
	pthread_mutex_unlock(&spool->mutex);
	errno = saved;
	return fine;
}

/* --- asking --- */

static uint64_t
ask(struct spool *spool, const uint64_t *number)
{
	pthread_mutex_lock(&spool->mutex);
	uint64_t answer = *number;
	pthread_mutex_unlock(&spool->mutex);
	return answer;
}

uint64_t
spool_last(struct spool *spool)
{
	return ask(spool, &spool->last);
}

uint64_t
spool_synced(struct spool *spool)
{
	return ask(spool, &spool->synced);
}

uint64_t
spool_bytes(struct spool *spool)
{
	return ask(spool, &spool->bytes);
}

void
spool_losses(struct spool *spool, struct spool_losses *losses)
{
	pthread_mutex_lock(&spool->mutex);
	*losses = spool->losses;
	pthread_mutex_unlock(&spool->mutex);
}

/* What cannot be looked at may be there. */
bool
spool_is_there(struct spool *spool)
{
	struct stat	named, held;
	bool		there = true;

	pthread_mutex_lock(&spool->mutex);
	if (stat(spool->settings.directory, &named) != 0)
		there = errno != ENOENT && errno != ENOTDIR;
	else if (fstat(spool->directory_fd, &held) == 0)
		there = named.st_dev == held.st_dev && named.st_ino == held.st_ino;
	if (there && spool->fd >= 0 && fstat(spool->fd, &held) == 0)
		there = held.st_nlink > 0;
	pthread_mutex_unlock(&spool->mutex);
	return there;
}

void
spool_acknowledge(struct spool *spool, uint64_t number, int64_t now_ms)
{
	pthread_mutex_lock(&spool->mutex);
	spool->acknowledged = number;
	drop(spool, 0, now_ms);
	pthread_mutex_unlock(&spool->mutex);
}

/* --- reading --- */

void
spool_reader_init(struct spool_reader *reader, uint64_t number)
{
	*reader = (struct spool_reader){ .fd = -1, .number = number };
}

void
spool_reader_fini(struct spool_reader *reader)
{
	walk_fini(&reader->walk);
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
}

/*
 * The segment to read from: the one that is open; or the one behind it, or that holds the number. is_last: it grows.
 */
static bool
segment_choose(struct spool *spool, const struct spool_reader *reader, struct segment *chosen, bool *is_last)
{
	bool found = false;

	pthread_mutex_lock(&spool->mutex);
	for (size_t i = 0; i < spool->count && !found; i++) {
		bool last = i + 1 == spool->count;

		found = reader->fd >= 0 ? spool->segments[i].first >= reader->segment :
		    spool->segments[i].first > reader->segment &&
		    (last || spool->segments[i + 1].first > reader->number + 1);
		if (found) {
			*chosen = spool->segments[i];
			*is_last = last;
		}
	}
	pthread_mutex_unlock(&spool->mutex);
	return found;
}

/* Done with it, or it cannot be read: the next one. */
static void
segment_leave(struct spool *spool, struct spool_reader *reader, uint64_t lost)
{
	pthread_mutex_lock(&spool->mutex);
	spool->losses.garbage_bytes += reader->walk.skipped + lost;
	pthread_mutex_unlock(&spool->mutex);
	spool_reader_fini(reader);
}

static enum pw_err
segment_enter(struct spool *spool, struct spool_reader *reader, const struct segment *segment)
{
	struct segment_head head;

	reader->segment = segment->first;
	reader->fd = folder_open_segment(spool->directory_fd, segment->first, O_RDONLY, &head);
	if (reader->fd >= 0) {
		walk_init(&reader->walk, reader->fd, head.salt, segment->bytes);
		return PW_OK;
	}
	if (errno != EBADMSG && errno != ENOENT) {
		reader->segment = segment->first - 1;
		return PW_EAWAY;
	}
	reader->walk = (struct walk){ 0 };
	segment_leave(spool, reader, segment->bytes);
	return PW_ENOTFOUND;
}

enum pw_err
spool_read(struct spool *spool, struct spool_reader *reader, struct span *body)
{
	struct segment	segment;
	bool		is_last;

	while (reader->number < spool_synced(spool) && segment_choose(spool, reader, &segment, &is_last)) {
		if (reader->fd >= 0 && segment.first != reader->segment)
			segment_leave(spool, reader, 0);	/* it went away */
		if (reader->fd < 0) {
			enum pw_err err = segment_enter(spool, reader, &segment);

			if (err == PW_EAWAY)
				return err;
			if (err != PW_OK)
				continue;
		}
		reader->walk.end = segment.bytes;
		switch (walk_next(&reader->walk, body)) {
		case WALK_RECORD:
			if (reader->walk.number <= reader->number)
				continue;
			reader->number = reader->walk.number;
			return PW_OK;
		case WALK_END:
			if (is_last)
				return PW_ENOTFOUND;
			segment_leave(spool, reader, reader->walk.end - reader->walk.at);
			continue;
		case WALK_FAILED:
			return PW_EAWAY;
		}
	}
	return PW_ENOTFOUND;
}
