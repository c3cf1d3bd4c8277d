/* pixelctl rules fmt: rule files in one form, in place or to look at. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pixelward/base/file.h>
#include <pixelward/judge/rules.h>

#include "commands.h"

#define MOST_BYTES	((size_t)1 << 20)	/* more than any rule file has */

enum fmt_mode { FMT_PRINT, FMT_CHECK, FMT_WRITE };

static bool
read_whole(const char *path, struct buf *text)
{
	char	 piece[65536];
	size_t	 got;
	FILE	*file = fopen(path, "re");

	if (file == NULL)
		return false;
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(text, (struct span){ piece, got });
	int error = ferror(file) ? errno : buf_failed(text) ? EFBIG : 0;
	fclose(file);
	errno = error;
	return error == 0;
}

/* At once, with the rights that the file has; a link stays one. */
static bool
replace(const char *path, struct span text)
{
	char		real[PATH_MAX], fresh[PATH_MAX + 8];
	struct stat	about;
	int		fd;

	if (realpath(path, real) == NULL || stat(real, &about) != 0)
		return false;
	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", real);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) < 0)
		return false;
	bool fine = fchmod(fd, about.st_mode & 07777) == 0 &&
	    (fchown(fd, about.st_uid, about.st_gid) == 0 || geteuid() != 0);
	fine = fine && file_write_at(fd, text, 0);
	fine = fine && fsync(fd) == 0;
	fine = close(fd) == 0 && fine;
	fine = fine && rename(fresh, real) == 0;
	int error = errno;
	if (!fine)
		(void)unlink(fresh);
	errno = error;
	return fine;
}

static size_t
first_difference(struct span a, struct span b)
{
	size_t line = 1;

	for (size_t i = 0; i < a.len && i < b.len && a.at[i] == b.at[i]; i++)
		line += a.at[i] == '\n';
	return line;
}

static int
fail(const char *path, int status)
{
	fprintf(stderr, "pixelctl: %s: %s\n", path, strerror(errno));
	return status;
}

static int
format_file(const char *path, enum fmt_mode mode)
{
	struct buf	text, fresh, report;
	int		status = RULES_GOOD;

	buf_init(&text, MOST_BYTES);
	buf_init(&fresh, 4 * MOST_BYTES);
	buf_init(&report, 16 * MOST_BYTES);
	if (!read_whole(path, &text))
		status = fail(path, errno == EFBIG ? RULES_MISTAKES : RULES_NO_INPUT);
	else if (rules_format(path, buf_span(&text), &fresh, &report) != PW_OK) {
		fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
		status = RULES_MISTAKES;
	} else if (mode == FMT_PRINT)
		printf("%.*s", SPAN_ARG(buf_span(&fresh)));
	else if (!span_eq(buf_span(&text), buf_span(&fresh))) {
		if (mode == FMT_CHECK) {
			printf("%s:%zu: not in the common form; pixelctl rules fmt -w %s\n", path,
			    first_difference(buf_span(&text), buf_span(&fresh)), path);
			status = RULES_MISTAKES;
		} else if (replace(path, buf_span(&fresh)))
			printf("%s: written\n", path);
		else
			status = fail(path, RULES_CANNOT_WRITE);
	}
	buf_fini(&text);
	buf_fini(&fresh);
	buf_fini(&report);
	return status;
}

/* A file, or the rule files of a directory; the highest status. */
static int
format_path(const char *path, enum fmt_mode mode)
{
	struct dirent	**files = NULL;
	int		  count = scandir(path, &files, rules_are_in, alphasort), worst = RULES_GOOD;
	char		  file[PATH_MAX];

	if (count < 0)
		return format_file(path, mode);
	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, files[i]->d_name);
		int status = format_file(file, mode);

		worst = status > worst ? status : worst;
		free(files[i]);
	}
	free(files);
	return worst;
}

int
rules_fmt(int argc, char **argv)
{
	static const struct option longs[] = { { "check", no_argument, NULL, 'k' }, { NULL, 0, NULL, 0 } };
	enum fmt_mode	mode = FMT_PRINT;
	int		letter, worst = RULES_GOOD;

	while ((letter = getopt_long(argc, argv, "w", longs, NULL)) != -1) {
		if (letter == '?' || mode != FMT_PRINT)
			return RULES_USAGE;
		mode = letter == 'w' ? FMT_WRITE : FMT_CHECK;
	}
	if (optind == argc) {
		fprintf(stderr, "pixelctl: rules fmt wants rule files\n");
		return RULES_USAGE;
	}
	for (int i = optind; i < argc; i++) {
		int status = format_path(argv[i], mode);

		worst = status > worst ? status : worst;
	}
	return worst;
}
