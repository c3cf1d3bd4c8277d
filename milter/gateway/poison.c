#include "poison.h"

#include <pixelward/base/file.h>
#include <pixelward/base/log.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST_LEN	64
#define SUFFIX		".eml"

/* Two messages at once must not count the same files. */
static pthread_mutex_t keeping = PTHREAD_MUTEX_INITIALIZER;

static bool
is_poison(enum pw_err err)
{
	return err == PW_EPOISON || err == PW_ETIMEOUT || err == PW_EBLOCK;
}

static int
is_kept_file(const struct dirent *entry)
{
	return strlen(entry->d_name) == DIGEST_LEN + sizeof(SUFFIX) - 1;
}

/* Make room for one. */
static void
oldest_remove(const char *directory, uint64_t most)
{
	struct dirent	**files;
	int		  count = scandir(directory, &files, is_kept_file, NULL);

	for (uint64_t left = count > 0 ? (uint64_t)count : 0; left >= most; left--) {
		char		path[4096 + 256], oldest[sizeof(path)] = "";
		struct timespec	first = { 0 };

		for (int i = 0; i < count; i++) {
			struct stat status;

			snprintf(path, sizeof(path), "%s/%s", directory, files[i]->d_name);
			if (stat(path, &status) == 0 && (oldest[0] == '\0' || status.st_mtim.tv_sec < first.tv_sec ||
			    (status.st_mtim.tv_sec == first.tv_sec && status.st_mtim.tv_nsec < first.tv_nsec))) {
				first = status.st_mtim;
				memcpy(oldest, path, sizeof(oldest));
			}
		}
		if (oldest[0] == '\0' || unlink(oldest) != 0)
			break;
	}
	for (int i = 0; i < count; i++)
		free(files[i]);
	if (count >= 0)
		free(files);
}

/* Under a name of its own until it is whole. */
static bool
file_keep(const char *directory, const char *path, struct span bytes)
{
	char	fresh[4096 + 32];
	bool	kept = false;

	snprintf(fresh, sizeof(fresh), "%s/.fresh", directory);
	(void)unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	kept = file_write_at(fd, bytes, 0);
	kept = close(fd) == 0 && kept && rename(fresh, path) == 0;
	if (!kept) {
		int saved = errno;

		(void)unlink(fresh);
		errno = saved;
	}
	return kept;
}

/* Where it is kept, or why it is not. */
static void
message_keep(const struct visit *visit, const char *digest, char *path, size_t most)
{
	char directory[4096];

	snprintf(path, most, "no");
	if (visit->options->keep_poison == 0)
		return;
	snprintf(directory, sizeof(directory), "%s/poison", visit->options->state_dir);
	pthread_mutex_lock(&keeping);
	if (mkdir(directory, 0700) != 0 && errno != EEXIST)
		snprintf(path, most, "no: %s: %s", directory, strerror(errno));
	else {
		char file[4096 + 128];

		snprintf(file, sizeof(file), "%s/%s" SUFFIX, directory, digest);
		if (access(file, F_OK) != 0) {
			oldest_remove(directory, visit->options->keep_poison);
			if (!file_keep(directory, file, visit->message->raw)) {
				snprintf(path, most, "no: %s: %s", file, strerror(errno));
				file[0] = '\0';
			}
		}
		if (file[0] != '\0')
			snprintf(path, most, "%s", file);
	}
	pthread_mutex_unlock(&keeping);
}

void
poison_note(const struct visit *visit, const struct outcome *outcome)
{
	char		 kept[2 * 4096 + 256];
	struct span	 raw = visit->message->raw, queue_id = visit->message->queue_id;

	if (visit->deaths == 0 && !is_poison(outcome->failure))
		return;
	char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)raw.at, raw.len);
	if (digest == NULL)
		return;
	message_keep(visit, digest, kept, sizeof(kept));
	log_warn("%.*s: event=poison why=\"%s\" deaths=%u signal=%d digest=sha256:%s size=%zu client=%.*s kept=\"%s\"",
	    SPAN_ARG(queue_id), outcome->failure != PW_OK ? pw_strerror(outcome->failure) : "a fresh dissector read it",
	    visit->deaths, visit->signal, digest, raw.len, SPAN_ARG(visit->message->client_address), kept);
	g_free(digest);
}
