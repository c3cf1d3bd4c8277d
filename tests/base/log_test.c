/* One event is one line, whatever a sender wrote into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What log_info(text) writes to standard error, without its prefix. A datagram is one write. */
static size_t
logged(const char *text, char *line, size_t size)
{
	int	ends[2], saved = dup(STDERR_FILENO);
	char	prefix[64];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	assert_true(dup2(ends[0], STDERR_FILENO) >= 0);
	log_open("logtest", false);
	log_info("%s", text);
	dup2(saved, STDERR_FILENO);
	ssize_t len = recv(ends[1], line, size - 1, MSG_DONTWAIT);
	assert_true(len > 0);
	assert_int_equal(recv(ends[1], prefix, sizeof(prefix), MSG_DONTWAIT), -1);
	close(ends[0]);
	close(ends[1]);
	close(saved);
	line[len] = '\0';
	int prefix_len = snprintf(prefix, sizeof(prefix), "logtest[%ld]: ", (long)getpid());
	assert_memory_equal(line, prefix, (size_t)prefix_len);
	assert_int_equal(line[len - 1], '\n');
	memmove(line, line + prefix_len, (size_t)len - (size_t)prefix_len + 1);
	return (size_t)len - (size_t)prefix_len;
}

static const struct escape_case {
	const char	*says, *text, *line;
} escapes[] = {
	{ "plain text stays", "4F1xK07dzABC: action=deliver", "4F1xK07dzABC: action=deliver\n" },
	{ "a line end becomes visible", "a\nfaked[1]: b", "a\\nfaked[1]: b\n" },
	{ "a carriage return does too", "a\rb", "a\\x0db\n" },
	{ "terminals get no escapes", "\033[2J", "\\x1b[2J\n" },
	{ "DEL is a control", "a\177", "a\\x7f\n" },
	{ "an escape cannot be faked", "a\\n", "a\\\\n\n" },
	{ "UTF-8 stays", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7\n" },
	{ "what is not UTF-8 becomes visible", "\xff\xc3(", "\\xff\\xc3(\n" },
	{ "an overlong line end is no UTF-8", "\xc0\x8a", "\\xc0\\x8a\n" },
	{ "NEL is a control", "a\xc2\x85z", "a\\xc2\\x85z\n" },
	{ "Unicode's line separators end no line", "a\xe2\x80\xa8z", "a\\xe2\\x80\\xa8z\n" },
	{ "half a character at the end becomes visible", "a\xe2\x82", "a\\xe2\\x82\n" },
	{ "a format in the text is text", "100%s %n", "100%s %n\n" },
};

static void
is_escaped(void **state)
{
	const struct escape_case	*row = *state;
	char				 line[8192];

	logged(row->text, line, sizeof(line));
	assert_string_equal(line, row->line);
}

static void
a_long_event_is_cut_and_says_so(void **state)
{
	static char	text[20000];
	char		line[8192];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	size_t len = logged(text, line, sizeof(line));
	assert_true(len < 4096);
	assert_string_equal(line + len - 4, "...\n");
	memset(text, '\n', sizeof(text) - 1);
	len = logged(text, line, sizeof(line));
	assert_true(len < 4096);
	assert_string_equal(line + len - 6, "\\n...\n");
}

static void
errno_survives(void **state)
{
	(void)state;
	int saved = dup(STDERR_FILENO);
	close(STDERR_FILENO);
	errno = EXDEV;
	log_error("nowhere to write");
	int after = errno;
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(after, EXDEV);
}

static void
what_is_less_is_not_written(void **state)
{
	char	name[] = "/tmp/pixelward-log-XXXXXX", text[512] = "";
	int	fd = mkstemp(name), saved = dup(STDERR_FILENO);

	(void)state;
	assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	log_open("logtest", false);
	log_least(LOG_LEVEL_ERROR);
	log_warn("a warning");
	log_error("an error");
	log_least(LOG_LEVEL_DEBUG);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	assert_null(strstr(text, "a warning"));
	assert_non_null(strstr(text, "an error"));
	close(fd);
	unlink(name);
}

#define THREADS		4
#define LINES		500

static void *
chatter(void *which)
{
	for (int i = 0; i < LINES; i++)
		log_warn("%s", (const char *)which);
	return NULL;
}

static void
threads_do_not_mix_their_lines(void **state)
{
	static char	texts[THREADS][200];
	pthread_t	threads[THREADS];
	char		name[] = "/tmp/pixelward-log-XXXXXX", line[512];
	int		fd = mkstemp(name), saved = dup(STDERR_FILENO), lines = 0;

	(void)state;
	assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	log_open("logtest", false);
	for (int i = 0; i < THREADS; i++) {
		memset(texts[i], 'a' + i, sizeof(texts[i]) - 1);
		assert_int_equal(pthread_create(&threads[i], NULL, chatter, texts[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	dup2(saved, STDERR_FILENO);
	close(saved);
	FILE *file = fdopen(fd, "r");
	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *text = strchr(line, ' ') + 1;

		assert_int_equal(strspn(text, (char[]){ text[0], '\0' }), sizeof(texts[0]) - 1);
		lines++;
	}
	assert_int_equal(lines, THREADS * LINES);
	fclose(file);
	unlink(name);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(escapes) + 4] = { cmocka_unit_test(a_long_event_is_cut_and_says_so),
				    cmocka_unit_test(errno_survives), cmocka_unit_test(what_is_less_is_not_written),
				    cmocka_unit_test(threads_do_not_mix_their_lines) };
	size_t			count = 4;

	for (size_t i = 0; i < NITEMS(escapes); i++)
		tests[count++] = (struct CMUnitTest){ .name = escapes[i].says, .test_func = is_escaped,
		    .initial_state = (void *)(uintptr_t)&escapes[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
