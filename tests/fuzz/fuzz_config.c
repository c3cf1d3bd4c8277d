/*
 * Any file is read as a configuration: it is refused with mistakes that name a place, or what is printed of it reads as
 * the same options again. Include is left out: it would read this machine's files.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <pixelward/base/config.h>

#include "fuzz.h"

static void
check_report(struct span report, struct span file)
{
	for (size_t at = 0; at < report.len;) {
		size_t		end = span_find_char(report, '\n', at);
		struct span	line = span_cut(report, at, end);

		INVARIANT(end < report.len && span_starts(line, file));
		at = end + 1;
	}
}

/* Reads text as a file; *printed is what the options are then. */
static enum pw_err
read_text(struct span text, struct buf *report, struct buf *printed)
{
	struct options	*options = options_new();
	char		 file[64];
	int		 fd = memfd_create("config", MFD_CLOEXEC);

	INVARIANT(options != NULL && fd >= 0);
	INVARIANT(write(fd, text.at, text.len) == (ssize_t)text.len && lseek(fd, 0, SEEK_SET) == 0);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	enum pw_err err = config_read(file, options, report);
	check_report(buf_span(report), span_of(file));
	if (err == PW_OK)
		config_print(options, printed);
	options_free(options);
	close(fd);
	return err;
}

static void
check(struct span input, struct arena *arena)
{
	struct buf report, printed, again;

	(void)arena;
	if (span_find_nocase(input, SPAN("include"), 0) < input.len)
		return;
	buf_init(&report, (size_t)1 << 24);
	buf_init(&printed, (size_t)1 << 24);
	buf_init(&again, (size_t)1 << 24);
	enum pw_err err = read_text(input, &report, &printed);
	INVARIANT(err == PW_OK || (err == PW_ECONFIG && report.len > 0));
	if (err == PW_OK) {
		buf_reset(&report);
		INVARIANT(read_text(buf_span(&printed), &report, &again) == PW_OK);
		INVARIANT(span_eq(buf_span(&printed), buf_span(&again)));
	}
	buf_fini(&report);
	buf_fini(&printed);
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
