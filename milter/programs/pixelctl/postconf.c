#include "postconf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pixelward/base/buf.h>
#include <pixelward/base/clock.h>

#define MOST_OUTPUT	((size_t)4 << 20)
#define PATIENCE_MS	10000
#define NAME		"postconf"
#define PLACE		"/usr/sbin/" NAME	/* what a user's PATH often lacks */

extern char **environ;

/* --- running it --- */

static pid_t
start(const char *const *arguments, int output)
{
	posix_spawn_file_actions_t	actions;
	pid_t				pid;
	int				error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(&pid, NAME, &actions, NULL, (char *const *)arguments, environ);
	if (error == ENOENT)
		error = posix_spawn(&pid, PLACE, &actions, NULL, (char *const *)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error == 0 ? pid : -1;
}

static void
read_all(int fd, struct buf *output)
{
	int64_t	deadline = clock_ms() + PATIENCE_MS;
	char	piece[8192];
	ssize_t	got = 1;

	while (got > 0) {
		int64_t left = deadline - clock_ms();

		if (left <= 0 || poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, (int)left) <= 0)
			return;
		got = read(fd, piece, sizeof(piece));
		if (got > 0)
			buf_add(output, (struct span){ piece, (size_t)got });
	}
}

/* False: errno; 0 of one that failed by itself. */
static bool
run(const char *const *arguments, struct arena *arena, struct span *text)
{
	struct buf	output;
	int		ends[2], status = -1;
	pid_t		pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = start(arguments, ends[1]);
	int saved = errno;
	close(ends[1]);
	buf_init(&output, MOST_OUTPUT);
	if (pid > 0) {
		read_all(ends[0], &output);
		/* It has closed its output, or is late. */
		int64_t deadline = clock_ms() + PATIENCE_MS / 10;
		while (waitpid(pid, &status, WNOHANG) == 0 && clock_ms() < deadline)
			(void)poll(NULL, 0, 10);
		if (status == -1) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
		}
		saved = 0;
	}
	close(ends[0]);
	*text = arena_copy(arena, buf_span(&output));
	buf_fini(&output);
	errno = saved;
	return pid > 0 && status == 0 && text->at != NULL;
}

bool
postconf_read(struct postconf *postconf, struct arena *arena, struct span *why)
{
	static const char *const main[] = { NAME, "-x", "smtpd_milters", "smtpd_milter_maps", "non_smtpd_milters", "milter_default_action",
		"milter_content_timeout", "milter_protocol", "message_size_limit", "queue_directory", "compatibility_level", NULL };
	static const char *const services[] = { NAME, "-F", NULL };
	static const char *const overrides[] = { NAME, "-x", "-P", NULL };

	*why = SPAN_NONE;
	if (run(main, arena, &postconf->main) && run(services, arena, &postconf->services) &&
	    run(overrides, arena, &postconf->overrides))
		return true;
	if (errno != ENOENT)
		*why = arena_printf(arena, "%s", errno != 0 ? strerror(errno) : "it failed");
	return false;
}

/* --- lines --- */

static bool
line_next(struct span *text, struct span *name, struct span *value)
{
	while (text->len > 0) {
		size_t		end = span_find_char(*text, '\n', 0);
		struct span	line = span_cut(*text, 0, end);
		size_t		sign = span_find(line, SPAN(" ="), 0);

		*text = span_from(*text, end + 1);
		if (sign == line.len)
			continue;
		*name = span_trim(span_cut(line, 0, sign));
		*value = span_trim(span_from(line, sign + 2));
		return true;
	}
	return false;
}

/* service and name are joined by a slash; an empty service is none. */
static bool
find(struct span text, struct span service, const char *name, struct span *value)
{
	struct span found;

	while (line_next(&text, &found, value)) {
		if (service.len > 0) {
			if (!span_starts(found, service) || found.len <= service.len || found.at[service.len] != '/')
				continue;
			found = span_from(found, service.len + 1);
		}
		if (span_eq(found, span_of(name)))
			return true;
	}
	*value = SPAN_NONE;
	return false;
}

struct span
postconf_value(const struct postconf *postconf, struct span service, const char *parameter)
{
	struct span value;

	if (service.len == 0 || !find(postconf->overrides, service, parameter, &value))
		(void)find(postconf->main, SPAN_NONE, parameter, &value);
	return value;
}

size_t
postconf_smtpds(const struct postconf *postconf, struct span services[POSTCONF_MOST_SERVICES])
{
	static const char	suffix[] = "/command";
	struct span		text = postconf->services, name, value;
	size_t			count = 0;

	while (count < POSTCONF_MOST_SERVICES && line_next(&text, &name, &value)) {
		struct span program = span_cut(value, 0, span_find_char(value, ' ', 0));

		if (span_ends_nocase(name, span_of(suffix)) && span_eq(program, SPAN("smtpd")))
			services[count++] = span_cut(name, 0, name.len - (sizeof(suffix) - 1));
	}
	return count;
}

/* "-" is "n" since Postfix 3, unless it is to behave as before. */
bool
postconf_chroot(const struct postconf *postconf, struct span service)
{
	struct span value;

	if (find(postconf->services, service, "chroot", &value) && !span_eq(value, SPAN("-")))
		return span_eq(value, SPAN("y"));
	return postconf_number(postconf_value(postconf, SPAN_NONE, "compatibility_level")) < 1;
}

/* --- milters --- */

static bool
is_gap(char c)
{
	return ascii_space(c) || c == ',';
}

bool
postconf_milter_next(struct span *list, struct postconf_milter *milter)
{
	size_t	begin = 0, end;
	bool	braces;

	while (begin < list->len && is_gap(list->at[begin]))
		begin++;
	*list = span_from(*list, begin);
	if (list->len == 0)
		return false;
	braces = list->at[0] == '{';
	end = braces ? span_find_char(*list, '}', 0) : 0;
	while (!braces && end < list->len && !is_gap(list->at[end]))
		end++;
	struct span one = span_trim(span_cut(*list, braces ? 1 : 0, end));
	*list = span_from(*list, braces ? end + 1 : end);
	for (end = 0; end < one.len && !is_gap(one.at[end]);)
		end++;
	*milter = (struct postconf_milter){ .address = span_cut(one, 0, end), .settings = span_from(one, end) };
	return true;
}

struct span
postconf_milter_value(const struct postconf *postconf, struct span service, const struct postconf_milter *milter,
    const char *name)
{
	struct span	rest = milter->settings;
	char		parameter[64];

	while (rest.len > 0) {
		size_t		end = span_find_char(rest, ',', 0);
		struct span	setting = span_trim(span_cut(rest, 0, end));
		size_t		sign = span_find_char(setting, '=', 0);

		if (sign < setting.len && span_eq(span_trim(span_cut(setting, 0, sign)), span_of(name)))
			return span_trim(span_from(setting, sign + 1));
		rest = span_from(rest, end + 1);
	}
	snprintf(parameter, sizeof(parameter), "milter_%s", name);
	return postconf_value(postconf, service, parameter);
}

int64_t
postconf_number(struct span text)
{
	int64_t number = 0;

	for (size_t i = 0; i < text.len && ascii_digit(text.at[i]) && number < INT64_MAX / 100; i++)
		number = number * 10 + (text.at[i] - '0');
	return number;
}

int64_t
postconf_ms(struct span text)
{
	static const struct {
		char	unit;
		int64_t	ms;
	} units[] = { { 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', DAY_MS }, { 'w', 7 * DAY_MS } };
	int64_t	number = postconf_number(text);

	for (size_t i = 0; i < NITEMS(units); i++)
		if (text.len > 0 && text.at[text.len - 1] == units[i].unit)
			return number < INT64_MAX / units[i].ms ? number * units[i].ms : INT64_MAX;
	return number * 1000;
}
