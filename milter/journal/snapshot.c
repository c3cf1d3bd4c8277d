#include "snapshot.h"

#include <pixelward/base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checksum.h"
#include "record.h"
#include "folder.h"

#define MOST_BYTES	((size_t)64 << 20)
#define ARENA_BYTES	((size_t)4 << 20)
#define FORMAT		"pixelward-counters 1"
/* The last line, "end XXXXXXXX\n". */
#define END_BYTES	13u

/* --- writing --- */

static void
print_values(struct buf *out, const uint64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, " %llu", (unsigned long long)values[i]);
	buf_add_char(out, '\n');
}

/* One word: what could end it is written as %XX. */
static void
print_name(struct buf *out, struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.at[i];

		if (c > ' ' && c != '%' && c < 0x7f)
			buf_add_char(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void
print_series(struct buf *out, const char *word, const struct series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		buf_printf(out, "%s %lld", word, (long long)series->at[i].number);
		print_values(out, series->at[i].of, COUNTERS);
	}
}

static void
print_day(struct buf *out, const struct top_day *day)
{
	for (size_t t = 0; t < TOPS; t++)
		for (size_t i = 0; i < day->tops[t].count; i++) {
			buf_printf(out, "top %lld %s ", (long long)day->day, top_name((enum top)t));
			print_name(out, (struct span){ day->tops[t].at[i]->text, day->tops[t].at[i]->len });
			print_values(out, day->tops[t].at[i]->of, 1);
		}
}

void
snapshot_print(const struct counters *counters, struct buf *out)
{
	buf_printf(out, FORMAT " %llu %llu %lld %llu\nfields", (unsigned long long)counters->epoch,
	    (unsigned long long)counters->number, (long long)counters->last_ms, (unsigned long long)counters->writes);
	for (size_t i = 0; i < COUNTERS; i++)
		buf_printf(out, " %s", counter_name((enum counter)i));
	buf_add(out, SPAN("\ntotal"));
	print_values(out, counters->totals, COUNTERS);
	if (counters->torn.ends > 0)
		buf_printf(out, "torn %llu %llu %lld\n", (unsigned long long)counters->torn.ends,
		    (unsigned long long)counters->torn.bytes, (long long)counters->torn.last_ms);
	for (size_t i = 0; i < counters->stints.count; i++) {
		buf_add(out, SPAN("node "));
		print_name(out, span_of(counters->stints.at[i].node));
		buf_printf(out, " %llu", (unsigned long long)counters->stints.at[i].after);
		print_values(out, counters->stints.at[i].of, COUNTERS);
	}
	print_series(out, "minute", &counters->minutes);
	print_series(out, "hour", &counters->hours);
	for (size_t i = 0; i < counters->rules.count; i++) {
		buf_add(out, SPAN("rule "));
		print_name(out, (struct span){ counters->rules.at[i]->text, counters->rules.at[i]->len });
		buf_printf(out, " %lld", (long long)counters->rules.at[i]->last_ms);
		print_values(out, counters->rules.at[i]->of, RULE_COUNTERS);
	}
	for (size_t d = 0; d < NITEMS(counters->days); d++)
		print_day(out, &counters->days[d]);
	buf_printf(out, "end %08x\n", checksum(0, buf_span(out)));
}

/* --- reading --- */

static struct span
word_take(struct span *line)
{
	size_t		end = span_find_char(*line, ' ', 0);
	struct span	word = span_cut(*line, 0, end);

	*line = span_from(*line, end + 1);
	return word;
}

/* What is no number is 0: the checksum says that we wrote it. */
static uint64_t
number_take(struct span *line)
{
	struct span	word = word_take(line);
	uint64_t	number = 0;

	for (size_t i = 0; i < word.len && ascii_digit(word.at[i]); i++)
		number = number * 10 + (uint64_t)(word.at[i] - '0');
	return number;
}

static int64_t
signed_take(struct span *line)
{
	bool negative = line->len > 0 && line->at[0] == '-';

	*line = span_from(*line, negative ? 1 : 0);
	return negative ? -(int64_t)number_take(line) : (int64_t)number_take(line);
}

static struct span
name_take(struct span *line, char to[MOST_NAME])
{
	struct span	word = word_take(line);
	size_t		len = 0;

	for (size_t i = 0; i < word.len && len < MOST_NAME; i++) {
		int high = -1, low = -1;

		if (word.at[i] == '%' && word.len - i > 2) {
			high = ascii_hex(word.at[i + 1]);
			low = ascii_hex(word.at[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			to[len++] = (char)(high * 16 + low);
			i += 2;
		} else
			to[len++] = word.at[i];
	}
	return (struct span){ to, len };
}

struct parse {
	struct counters	*counters;
	size_t		 columns[COUNTERS * 2];	/* which counter; COUNTERS: none of ours */
	size_t		 column_count;
};

/* Another version may count more, or less. */
static void
fields_parse(struct parse *parse, struct span line)
{
	while (line.len > 0 && parse->column_count < NITEMS(parse->columns)) {
		struct span	word = word_take(&line);
		size_t		which = 0;

		while (which < COUNTERS && !span_eq(word, span_of(counter_name((enum counter)which))))
			which++;
		parse->columns[parse->column_count++] = which;
	}
}

static void
values_parse(const struct parse *parse, struct span line, uint64_t values[COUNTERS])
{
	for (size_t i = 0; i < parse->column_count && line.len > 0; i++) {
		uint64_t number = number_take(&line);

		if (parse->columns[i] < COUNTERS)
			values[parse->columns[i]] = number;
	}
}

static void
stint_parse(struct parse *parse, struct span line)
{
	char		 text[MOST_NAME];
	struct span	 node = name_take(&line, text);
	uint64_t	 after = number_take(&line);
	struct stint	*stint = stint_add(&parse->counters->stints, node, after);

	if (stint != NULL)
		values_parse(parse, line, stint->of);
}

static void
torn_parse(struct parse *parse, struct span line)
{
	struct torn *torn = &parse->counters->torn;

	torn->ends = number_take(&line);
	torn->bytes = number_take(&line);
	torn->last_ms = signed_take(&line);
}

static void
series_parse(const struct parse *parse, struct span line, struct series *series)
{
	struct bucket *bucket = series_get(series, signed_take(&line));

	if (bucket != NULL)
		values_parse(parse, line, bucket->of);
}

static void
rule_parse(struct parse *parse, struct span line)
{
	char		 text[MOST_NAME];
	struct name	*name = names_get(&parse->counters->rules, name_take(&line, text));

	if (name == NULL)
		return;
	name->last_ms = signed_take(&line);
	for (size_t i = 0; i < RULE_COUNTERS; i++)
		name->of[i] = number_take(&line);
}

static void
top_parse(struct parse *parse, struct span line)
{
	char		 text[MOST_NAME];
	struct names	*tops = counters_tops_of_day(parse->counters, signed_take(&line));
	struct span	 which = word_take(&line);
	struct span	 of = name_take(&line, text);

	for (size_t t = 0; t < TOPS && tops != NULL; t++)
		if (span_eq(which, span_of(top_name((enum top)t)))) {
			struct name *name = names_get(&tops[t], of);

			if (name != NULL)
				name->of[0] = number_take(&line);
		}
}

static void
line_parse(struct parse *parse, struct span line)
{
	struct span word = word_take(&line);

	if (span_eq(word, SPAN("fields")))
		fields_parse(parse, line);
	else if (span_eq(word, SPAN("total")))
		values_parse(parse, line, parse->counters->totals);
	else if (span_eq(word, SPAN("torn")))
		torn_parse(parse, line);
	else if (span_eq(word, SPAN("node")))
		stint_parse(parse, line);
	else if (span_eq(word, SPAN("minute")))
		series_parse(parse, line, &parse->counters->minutes);
	else if (span_eq(word, SPAN("hour")))
		series_parse(parse, line, &parse->counters->hours);
	else if (span_eq(word, SPAN("rule")))
		rule_parse(parse, line);
	else if (span_eq(word, SPAN("top")))
		top_parse(parse, line);
}

static bool
is_whole(struct span text)
{
	char end[END_BYTES + 1];

	if (text.len < END_BYTES || !span_starts(text, SPAN(FORMAT " ")))
		return false;
	snprintf(end, sizeof(end), "end %08x\n", checksum(0, span_cut(text, 0, text.len - END_BYTES)));
	return span_eq(span_from(text, text.len - END_BYTES), span_of(end));
}

struct counters *
snapshot_parse(struct span text)
{
	struct parse parse = { .counters = is_whole(text) ? counters_new() : NULL };

	if (parse.counters == NULL)
		return NULL;
	struct span	rest = span_from(text, sizeof(FORMAT));
	size_t		end = span_find_char(rest, '\n', 0);
	struct span	line = span_cut(rest, 0, end);

	parse.counters->epoch = number_take(&line);
	parse.counters->number = number_take(&line);
	parse.counters->last_ms = signed_take(&line);
	parse.counters->writes = number_take(&line);
	for (rest = span_from(rest, end + 1); rest.len > END_BYTES; rest = span_from(rest, end + 1)) {
		end = span_find_char(rest, '\n', 0);
		line_parse(&parse, span_cut(rest, 0, end));
	}
	counters_all_dirty(parse.counters);
	return parse.counters;
}

/* --- files --- */

static void
path_of(const char *directory, unsigned which, char path[4096 + 16])
{
	snprintf(path, 4096 + 16, "%s/counters.%u", directory, which);
}

/* NULL: it is not there, or not whole; *there says which. */
static struct counters *
file_load(const char *directory, unsigned which, bool *there)
{
	char		 path[4096 + 16];
	struct stat	 status;
	struct counters	*counters = NULL;

	path_of(directory, which, path);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*there = fd >= 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && status.st_size > 0 && (uint64_t)status.st_size <= MOST_BYTES) {
		char *text = malloc((size_t)status.st_size);

		if (text != NULL && file_read_at(fd, text, (uint64_t)status.st_size, 0))
			counters = snapshot_parse((struct span){ text, (size_t)status.st_size });
		free(text);
	}
	close(fd);
	return counters;
}

/*
 * Both may be of the same record, and yet differ: in the node's name, or in what could not be recorded. A version that did
 * not number its writes wrote both: then the record tells.
 */
static bool
is_younger(const struct counters *a, const struct counters *b)
{
	return b == NULL || (a != NULL && (a->writes != b->writes ? a->writes > b->writes : a->number > b->number));
}

enum pw_err
snapshot_load(const char *directory, struct counters **out)
{
	bool		 first_there, second_there;
	struct counters	*first = file_load(directory, 0, &first_there), *second = file_load(directory, 1, &second_there);
	bool		 second_wins = is_younger(second, first);

	*out = second_wins ? second : first;
	counters_free(second_wins ? first : second);
	if (*out != NULL)
		return PW_OK;
	return first_there || second_there ? PW_ESYNTAX : PW_ENOTFOUND;
}

/* Of the file to write next: what is not whole is older than what is. */
static unsigned
older(const char *directory)
{
	bool		 there;
	struct counters	*first = file_load(directory, 0, &there), *second = file_load(directory, 1, &there);
	unsigned	 which = is_younger(second, first) ? 0 : 1;

	counters_free(first);
	counters_free(second);
	return which;
}

bool
snapshot_save(const char *directory, struct span text)
{
	char	path[4096 + 16];

	path_of(directory, older(directory), path);
	int	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool	fine = fd >= 0 && file_write_at(fd, text, 0) && fdatasync(fd) == 0;
	int	saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return fine;
}

/* --- what is behind it --- */

struct behind {
	struct counters	*counters;
	struct arena	*arena;
};

static void
count_record(void *context, uint64_t number, struct span body)
{
	struct behind	*behind = context;
	struct sighting	 sighting;

	arena_reset(behind->arena);
	if (record_read(body, behind->arena, &sighting) != PW_OK)
		return;
	sighting.number = number;
	counters_count(behind->counters, &sighting);
}

enum pw_err
snapshot_catch_up(const char *directory, struct counters *counters)
{
	struct behind behind = { counters, arena_new(ARENA_BYTES) };

	if (behind.arena == NULL)
		return PW_ENOMEM;
	enum pw_err err = folder_scan(directory, counters->number, count_record, &behind);
	arena_free(behind.arena);
	return err;
}

enum pw_err
counters_read(const char *state_dir, struct counters **out)
{
	char directory[4096];

	snprintf(directory, sizeof(directory), "%s/journal", state_dir);
	enum pw_err err = snapshot_load(directory, out);
	if (err == PW_OK)
		err = snapshot_catch_up(directory, *out);
	else if (err == PW_ESYNTAX)
		err = PW_ENOTFOUND;	/* one is being written, and there is no other */
	if (err != PW_OK) {
		counters_free(*out);
		*out = NULL;
	}
	return err;
}
