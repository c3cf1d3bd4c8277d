#include "status.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/file.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_REPORT	((size_t)64 << 10)
#define MOST_FILE	(MOST_REPORT + 4096)
/* Until what could not be written is tried again. */
#define PAUSE_MS	2000

void
status_init(struct status *status, const char *state_dir)
{
	*status = (struct status){ .generation = "-", .due_ms = INT64_MAX };
	buf_init(&status->text, MOST_FILE);
	if ((size_t)snprintf(status->path, sizeof(status->path), "%s/" STATUS_FILE, state_dir) >= sizeof(status->path))
		status->path[0] = '\0';
}

void
status_fini(struct status *status)
{
	buf_fini(&status->text);
}

void
status_again(struct status *status)
{
	bool fine = file_replace(status->path, buf_span(&status->text), 0640, false);

	if (!fine && !status->failing)
		log_warn("cannot write %s: %s; until it can, pixelctl reload will not find this daemon", status->path,
		    strerror(errno));
	else if (fine && status->failing)
		log_info("%s is written again", status->path);
	status->failing = !fine;
	status->due_ms = fine ? INT64_MAX : clock_ms() + PAUSE_MS;
}

void
status_write(struct status *status, struct span report)
{
	if (status->path[0] == '\0')
		return;
	buf_reset(&status->text);
	buf_printf(&status->text, "pid %ld\ngeneration %s\nreloaded %llu\nrefused %llu\n", (long)getpid(),
	    status->generation, status->reloaded, status->refused);
	if (report.len > 0) {
		buf_add_char(&status->text, '\n');
		buf_add(&status->text, span_cut(report, 0, MOST_REPORT));
	}
	status_again(status);
}

void
status_remove(struct status *status)
{
	if (status->path[0] != '\0')
		(void)unlink(status->path);
}

/* --- reading --- */

static void
read_line(struct span line, struct keeper_status *status)
{
	char			text[128];
	unsigned long long	number;

	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(span_cut(line, 0, sizeof(text) - 1)));
	if (sscanf(text, "pid %llu", &number) == 1)
		status->pid = (pid_t)number;
	else if (sscanf(text, "reloaded %llu", &number) == 1)
		status->reloaded = number;
	else if (sscanf(text, "refused %llu", &number) == 1)
		status->refused = number;
	else
		(void)sscanf(text, "generation %31s", status->generation);
}

bool
keeper_status_read(const char *state_dir, struct keeper_status *status, struct buf *report)
{
	char	path[4096], *text = malloc(MOST_FILE);
	size_t	len = 0;
	ssize_t	got = 1;

	*status = (struct keeper_status){ 0 };
	snprintf(path, sizeof(path), "%s/" STATUS_FILE, state_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	for (; fd >= 0 && text != NULL && got > 0 && len < MOST_FILE; len += got > 0 ? (size_t)got : 0)
		got = read(fd, text + len, MOST_FILE - len);
	bool fine = fd >= 0 && text != NULL && got >= 0;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	struct span rest = { text, len };
	while (fine && rest.len > 0) {
		size_t		end = span_find_char(rest, '\n', 0);
		struct span	line = span_cut(rest, 0, end);

		rest = span_from(rest, end + 1);
		if (line.len == 0)
			break;
		read_line(line, status);
	}
	if (fine && report != NULL)
		buf_add(report, rest);
	free(text);
	errno = saved;
	return fine;
}
