#include <pixelward/base/log.h>
#include <pixelward/base/utf8.h>

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

/* Bytes of the character at i if it shows something, else 0. */
static size_t
printable(struct span text, size_t i)
{
	bool		valid;
	size_t		len = utf8_sequence(text, i, &valid);
	uint32_t	character = utf8_character(span_cut(text, i, i + len));

	return valid && !utf8_is_control(character) && character != '\\' ? len : 0;
}

static void
line_add_escaped(struct line *line, struct span text)
{
	for (size_t i = 0; i < text.len && !line->full;) {
		unsigned char	c = (unsigned char)text.at[i];
		size_t		plain = printable(text, i);
		char		code[5];

		if (plain > 0) {
			line_add(line, text.at + i, plain);
			i += plain;
			continue;
		}
		if (c == '\\')
			line_add(line, "\\\\", 2);
		else if (c == '\n')
			line_add(line, "\\n", 2);
		else {
			snprintf(code, sizeof(code), "\\x%02x", c);
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
	line_add_escaped(&line, (struct span){ text, kept });
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
