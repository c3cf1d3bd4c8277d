#include "envelope.h"

#include <stdio.h>
#include <stdlib.h>

#include <pixelward/base/cidr.h>
#include <pixelward/base/nearest.h>

enum column { COLUMN_FILE, COLUMN_CLIENT, COLUMN_HELO, COLUMN_SENDER, COLUMN_RECIPIENTS, COLUMN_OFFSET, COLUMNS };

#define MOST_CELLS	64u
#define MOST_MISTAKES	100u
#define MOST_SECONDS	4000000000u	/* more than a century */
#define IN_WORDS	"file client_ip helo mail_from rcpt t_offset"

struct table {
	const char	*file;
	struct arena	*arena;
	struct buf	*report;
	size_t		 line, mistakes;
	size_t		 cell_of[COLUMNS];	/* or MOST_CELLS: the table has no such column */
	size_t		 cell_count;
	struct envelopes *envelopes;
	size_t		 capacity;
};

struct cell {
	struct span	text;
	size_t		column;		/* bytes, from 1 */
};

/* True if the cell can be used. */
typedef bool	read_cell(struct table *, const struct cell *, struct envelope *);

static bool
mistake(struct table *table, size_t column, const char *what)
{
	if (table->mistakes++ < MOST_MISTAKES)
		buf_printf(table->report, "%s:%zu:%zu: %s\n", table->file, table->line, column, what);
	return false;
}

/* --- cells --- */

static bool
has_space(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] <= ' ')
			return true;
	return false;
}

static struct span
without_brackets(struct span address)
{
	if (address.len >= 2 && address.at[0] == '<' && address.at[address.len - 1] == '>')
		return span_cut(address, 1, address.len - 1);
	return address;
}

static bool
read_file_name(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	if (cell->text.len == 0)
		return mistake(table, cell->column, "the name of a file is missing");
	envelope->file = arena_copy(table->arena, cell->text);
	return true;
}

static bool
read_client(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	struct cidr address;

	envelope->client = cell->text;
	if (cell->text.len == 0 || span_eq_nocase(cell->text, SPAN("unknown")))
		return true;
	if (span_find_char(cell->text, '/', 0) < cell->text.len || !cidr_parse(cell->text, &address, NULL))
		return mistake(table, cell->column, "client_ip is no IP address; write 192.0.2.1 or 2001:db8::1");
	return true;
}

static bool
read_helo(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	envelope->helo = cell->text;
	return !has_space(cell->text) || mistake(table, cell->column, "helo is one word");
}

static bool
read_sender(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	envelope->sender = without_brackets(cell->text);
	return !has_space(cell->text) || mistake(table, cell->column, "mail_from is one address; nothing, or <>, is a bounce's");
}

static bool
read_recipients(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	size_t	capacity = 0;
	bool	fine = true;

	for (size_t at = 0, end; at <= cell->text.len; at = end + 1) {
		end = span_find_char(cell->text, ',', at);
		struct span address = without_brackets(span_trim(span_cut(cell->text, at, end)));
		if (address.len == 0 || has_space(address)) {
			fine = mistake(table, cell->column + at, "no address of a recipient; write addresses with commas between them");
			continue;
		}
		struct span *larger = arena_grow(table->arena, envelope->recipients, envelope->recipient_count, &capacity,
		    sizeof(*larger));
		if (larger == NULL)
			return false;
		envelope->recipients = larger;
		envelope->recipients[envelope->recipient_count++] = address;
	}
	return fine;
}

/* "12", "12.5": no sign, no exponent. */
static bool
read_offset(struct table *table, const struct cell *cell, struct envelope *envelope)
{
	uint64_t	seconds = 0;
	int64_t		ms = 0, worth = 100;
	size_t		at = 0;

	for (; at < cell->text.len && ascii_digit(cell->text.at[at]) && seconds <= MOST_SECONDS; at++)
		seconds = seconds * 10 + (uint64_t)(cell->text.at[at] - '0');
	if (at > 0 && at + 1 < cell->text.len && cell->text.at[at] == '.')
		for (at++; at < cell->text.len && ascii_digit(cell->text.at[at]); at++, worth /= 10)
			ms += (cell->text.at[at] - '0') * worth;
	if (at == 0 || at < cell->text.len || seconds > MOST_SECONDS)
		return mistake(table, cell->column, "t_offset is no number of seconds since the first mail, such as 12 or 12.5");
	envelope->offset_ms = (int64_t)seconds * 1000 + ms;
	return true;
}

static const struct {
	const char	*name;
	read_cell	*read;
} columns[COLUMNS] = {
	[COLUMN_FILE] = { "file", read_file_name }, [COLUMN_CLIENT] = { "client_ip", read_client },
	[COLUMN_HELO] = { "helo", read_helo }, [COLUMN_SENDER] = { "mail_from", read_sender },
	[COLUMN_RECIPIENTS] = { "rcpt", read_recipients }, [COLUMN_OFFSET] = { "t_offset", read_offset },
};

/* --- lines --- */

static size_t
cut(struct span line, struct cell cells[MOST_CELLS])
{
	size_t count = 0;

	for (size_t at = 0, end; at <= line.len && count < MOST_CELLS; at = end + 1) {
		end = span_find_char(line, '\t', at);
		cells[count++] = (struct cell){ span_trim(span_cut(line, at, end)), at + 1 };
	}
	return count;
}

static void
read_names(struct table *table, struct span line)
{
	struct cell	cells[MOST_CELLS];
	const char	*names[COLUMNS];
	char		what[160];

	table->cell_count = cut(line, cells);
	for (size_t i = 0; i < COLUMNS; i++) {
		table->cell_of[i] = MOST_CELLS;
		names[i] = columns[i].name;
	}
	for (size_t cell = 0; cell < table->cell_count; cell++) {
		size_t column = 0;

		while (column < COLUMNS && !span_is(cells[cell].text, columns[column].name))
			column++;
		if (column == COLUMNS) {
			const char *near = nearest_of(cells[cell].text, names, COLUMNS);

			snprintf(what, sizeof(what), "there is no such column; the first line names %s%s%s%s", IN_WORDS,
			    near != NULL ? " (did you mean " : "", near != NULL ? near : "", near != NULL ? "?)" : "");
			mistake(table, cells[cell].column, what);
		} else if (table->cell_of[column] != MOST_CELLS)
			mistake(table, cells[cell].column, "this column was named before");
		else
			table->cell_of[column] = cell;
	}
	for (size_t i = 0; i < COLUMNS; i++)
		if (table->cell_of[i] == MOST_CELLS) {
			snprintf(what, sizeof(what), "the first line does not name %s; it names %s, with tabs between them",
			    columns[i].name, IN_WORDS);
			mistake(table, line.len + 1, what);
		}
}

static void
read_row(struct table *table, struct span line)
{
	struct cell	 cells[MOST_CELLS];
	size_t		 count = cut(line, cells);
	struct envelope	 envelope = { .line = table->line };
	bool		 fine = true;

	if (count != table->cell_count) {
		mistake(table, count > table->cell_count ? cells[table->cell_count].column : line.len + 1,
		    count > table->cell_count ? "more cells than the first line names" : "fewer cells than the first line names");
		return;
	}
	for (size_t i = 0; i < COLUMNS; i++)
		fine = columns[i].read(table, &cells[table->cell_of[i]], &envelope) && fine;
	if (!fine)
		return;
	struct envelope *larger = arena_grow(table->arena, table->envelopes->at, table->envelopes->count, &table->capacity,
	    sizeof(*larger));
	if (larger == NULL)
		return;
	table->envelopes->at = larger;
	table->envelopes->at[table->envelopes->count++] = envelope;
}

static int
by_time(const void *a, const void *b)
{
	const struct envelope *one = a, *other = b;

	if (one->offset_ms != other->offset_ms)
		return one->offset_ms < other->offset_ms ? -1 : 1;
	return one->line < other->line ? -1 : one->line > other->line;
}

enum pw_err
envelopes_read(const char *file, struct span text, struct arena *arena, struct buf *report, struct envelopes *envelopes)
{
	struct table	table = { .file = file, .arena = arena, .report = report, .envelopes = envelopes };
	size_t		rows = 0;

	*envelopes = (struct envelopes){ .at = NULL };
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		end = span_find_char(text, '\n', at);
		struct span line = span_cut(text, at, end);
		table.line++;
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		if (span_trim(line).len == 0)
			continue;
		if (rows++ == 0)
			read_names(&table, line);
		else
			read_row(&table, line);
		/* Without its columns no row can be read. */
		if (rows == 1 && table.mistakes > 0)
			break;
	}
	if (rows == 0) {
		table.line = 1;
		mistake(&table, 1, "the table is empty; its first line names " IN_WORDS ", with tabs between them");
	}
	if (table.mistakes > MOST_MISTAKES)
		buf_printf(report, "%s: and %zu more\n", file, table.mistakes - MOST_MISTAKES);
	if (table.mistakes > 0)
		return PW_ECONFIG;
	if (envelopes->count != rows - 1)
		return PW_ENOMEM;
	if (envelopes->count > 0)
		qsort(envelopes->at, envelopes->count, sizeof(*envelopes->at), by_time);
	return PW_OK;
}
