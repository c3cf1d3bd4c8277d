#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX		".pwj"
#define NAME_FORMAT	"%020llu" SUFFIX
#define MOST_SEGMENTS	100000u

void
folder_name(uint64_t first, char name[FOLDER_NAME_BYTES])
{
	snprintf(name, FOLDER_NAME_BYTES, NAME_FORMAT, (unsigned long long)first);
}

static bool
first_of(const char *name, uint64_t *first)
{
	uint64_t number = 0;

	for (size_t i = 0; i < 20; i++) {
		if (!ascii_digit(name[i]) || number > (UINT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (uint64_t)(name[i] - '0');
	}
	*first = number;
	return strcmp(name + 20, SUFFIX) == 0 && number > 0;
}

static int
by_first(const void *a, const void *b)
{
	uint64_t x = ((const struct segment *)a)->first, y = ((const struct segment *)b)->first;

	return x < y ? -1 : x > y;
}

bool
folder_add(struct segment **segments, size_t *count, size_t *capacity, struct segment segment)
{
	if (*count == *capacity) {
		size_t		 larger = *capacity * 2 + 16;
		struct segment	*moved = realloc(*segments, larger * sizeof(*moved));

		if (moved == NULL)
			return false;
		*segments = moved;
		*capacity = larger;
	}
	(*segments)[(*count)++] = segment;
	return true;
}

enum pw_err
folder_list(int directory_fd, struct segment **segments, size_t *count, size_t *capacity)
{
	int		 fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR		*directory = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent	*entry;
	enum pw_err	 err = PW_OK;

	if (directory == NULL) {
		if (fd >= 0)
			close(fd);
		return PW_ESYSTEM;
	}
	while (err == PW_OK && (entry = readdir(directory)) != NULL) {
		struct segment	segment = { 0 };
		struct stat	status;

		if (!first_of(entry->d_name, &segment.first) ||
		    fstatat(directory_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
			continue;
		segment.bytes = (uint64_t)status.st_size;
		segment.last_ms = (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
		if (*count >= MOST_SEGMENTS || !folder_add(segments, count, capacity, segment))
			err = PW_ENOMEM;
	}
	closedir(directory);
	if (*count > 0)
		qsort(*segments, *count, sizeof(**segments), by_first);
	return err;
}

int
folder_open_segment(int directory_fd, uint64_t first, int flags, struct segment_head *head)
{
	char	name[FOLDER_NAME_BYTES];
	int	fd;

	folder_name(first, name);
	fd = openat(directory_fd, name, flags | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && (!segment_head_read(fd, head) || head->first != first)) {
		close(fd);
		errno = EBADMSG;
		return -1;
	}
	return fd;
}

enum pw_err
folder_scan(const char *directory, uint64_t number, void (*record)(void *context, uint64_t number, struct span body),
    void *context)
{
	struct segment	*segments = NULL;
	size_t		 count = 0, capacity = 0;
	int		 directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum pw_err	 err = directory_fd < 0 ? PW_ENOTFOUND : folder_list(directory_fd, &segments, &count, &capacity);

	for (size_t i = 0; i < count && err == PW_OK; i++) {
		struct segment_head	head;
		struct walk		walk;
		struct span		body;

		if (i + 1 < count && segments[i + 1].first - 1 <= number)
			continue;
		int fd = folder_open_segment(directory_fd, segments[i].first, O_RDONLY, &head);
		if (fd < 0)
			continue;	/* garbage, or it went away */
		walk_init(&walk, fd, head.salt, segments[i].bytes);
		while (walk_next(&walk, &body) == WALK_RECORD)
			if (walk.number > number)
				record(context, walk.number, body);
		walk_fini(&walk);
		close(fd);
	}
	free(segments);
	if (directory_fd >= 0)
		close(directory_fd);
	return err;
}

enum pw_err
folder_measure(const char *directory, uint64_t *bytes, uint64_t *segments)
{
	struct segment	*list = NULL;
	size_t		 count = 0, capacity = 0;
	int		 directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum pw_err	 err = directory_fd < 0 ? PW_ENOTFOUND : folder_list(directory_fd, &list, &count, &capacity);

	*bytes = 0;
	*segments = count;
	for (size_t i = 0; i < count; i++)
		*bytes += list[i].bytes;
	free(list);
	if (directory_fd >= 0)
		close(directory_fd);
	return err;
}
