#include <pixelward/base/log.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* A line is one write, and a pipe keeps writes of up to PIPE_BUF (4096) whole. */
#define LINE_BYTES	4096

static const int priorities[] = {
	[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	[LOG_LEVEL_INFO] = LOG_INFO,
	[LOG_LEVEL_WARN] = LOG_WARNING,
	[LOG_LEVEL_ERROR] = LOG_ERR,
};

/* Written by log_open(), before there are threads. */
static char	name[64] = "pixelward";
static char	prefix[96] = "pixelward: ";
static bool	use_syslog;
static enum log_level least = LOG_LEVEL_DEBUG;

void
log_open(const char *program, bool to_syslog)
{
	snprintf(name, sizeof(name), "%s", program);
	snprintf(prefix, sizeof(prefix), "%s[%ld]: ", name, (long)getpid());
	if (use_syslog)
		closelog();
	use_syslog = to_syslog;
	if (use_syslog)
		openlog(name, LOG_PID | LOG_NDELAY, LOG_MAIL);	/* keeps the pointer, not the text */
}

void
log_least(enum log_level level)
{
	least = level;
}

struct line {
	char	at[LINE_BYTES];
	size_t	len, room;
	bool	full;
};

static void
line_add(struct line *line, const char *text, size_t len)
{
	if (line->full || len > line->room - line->len) {
		line->full = true;
		return;
	}
	memcpy(line->at + line->len, text, len);
	line->len += len;
}

/*
 * Bytes of a UTF-8 sequence that shows something, or 0. Continuation bytes are checked loosely: overlong
 * forms of control characters begin with 0xc0 or 0xe0 0x80 and are refused.
 */
static size_t
printable(const unsigned char *s, size_t left)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	if (len == 0 || len > left)
		return 0;
	if (len == 1)
		return s[0] >= ' ' && s[0] != 0x7f && s[0] != '\\' ? 1 : 0;
	for (size_t i = 1; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	if (len == 2 && s[0] == 0xc2 && s[1] < 0xa0)	/* C1 controls: NEL is a line end to some readers */
		return 0;
	if (len == 3 && (s[0] == 0xe0 ? s[1] < 0xa0 : s[0] == 0xed && s[1] > 0x9f))
		return 0;
	if (len == 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9))	/* U+2028, U+2029 */
		return 0;
	if (len == 4 && (s[0] == 0xf0 ? s[1] < 0x90 : s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void
line_add_escaped(struct line *line, const char *text, size_t len)
{
	for (size_t i = 0; i < len && !line->full;) {
		const unsigned char	*s = (const unsigned char *)text + i;
		size_t			 plain = printable(s, len - i);
		char			 code[5];

		if (plain > 0) {
			line_add(line, text + i, plain);
			i += plain;
			continue;
		}
		if (*s == '\\')
			line_add(line, "\\\\", 2);
		else if (*s == '\n')
			line_add(line, "\\n", 2);
		else {
			snprintf(code, sizeof(code), "\\x%02x", *s);
			line_add(line, code, 4);
		}
		i++;
	}
}

void
log_at(enum log_level level, const char *format, ...)
{
	int		 saved = errno;
	char		 text[LINE_BYTES];
	struct line	 line = { .room = sizeof(line.at) - sizeof("...\n") };
	va_list		 arguments;

	if (level < least)
		return;
	va_start(arguments, format);
	int len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (len < 0)
		goto out;
	size_t kept = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;

	if (!use_syslog)
		line_add(&line, prefix, strlen(prefix));
	line_add_escaped(&line, text, kept);
	if (line.full || kept < (size_t)len) {
		memcpy(line.at + line.len, "...", 3);
		line.len += 3;
	}
	if (use_syslog) {
		line.at[line.len] = '\0';
		syslog(priorities[level], "%s", line.at);
		goto out;
	}
	line.at[line.len++] = '\n';
	/* A log that cannot be written has nowhere to say so. */
	ssize_t written = write(STDERR_FILENO, line.at, line.len);
	(void)written;
out:
	errno = saved;
}

void
log_report(struct span report)
{
	while (report.len > 0) {
		size_t		end = span_find_char(report, '\n', 0);
		struct span	line = span_cut(report, 0, end);

		if (!span_starts(line, SPAN("    ")) && span_find(line, SPAN(": warning"), 0) < line.len)
			log_warn("%.*s", SPAN_ARG(line));
		else if (!span_starts(line, SPAN("    ")))
			log_error("%.*s", SPAN_ARG(line));
		report = span_from(report, end + 1);
	}
}
