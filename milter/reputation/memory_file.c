/*
 * The file of a memory store: a line that names the format, then records in the order of their age (the oldest first), then
 * an end with a checksum of all before it. Numbers are of 7 bits to a byte, the least first; texts follow their length.
 *
 * Whoever may write to the directory may write anything there: nothing is believed before the checksum, nothing read past
 * the end.
 */
#include "memory.h"

#include <pixelward/base/file.h>
#include <pixelward/base/fnv.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_LINE	"pixelward reputation 1\n"
#define CHECKSUM_BYTES	8u
#define MOST_MERGED	4096u

enum record { RECORD_END, RECORD_HEAD, RECORD_DOMAIN, RECORD_TEMPLATE, RECORD_WINDOW, RECORD_CAMPAIGN, RECORD_NODE,
	RECORD_MERGED, RECORD_SURGE, RECORD_PART };

struct writer {
	FILE		*file;		/* its errors stick */
	uint64_t	 checksum;
};

static void
put(struct writer *writer, const char *at, size_t len)
{
	writer->checksum = fnv_bytes(writer->checksum, (struct span){ at, len });
	if (len > 0)
		fwrite(at, 1, len, writer->file);
}

static void
put_number(struct writer *writer, uint64_t number)
{
	char	bytes[10];
	size_t	count = 0;

	for (; number > 127; number >>= 7)
		bytes[count++] = (char)(number | 128);
	bytes[count++] = (char)number;
	put(writer, bytes, count);
}

static void
put_text(struct writer *writer, struct span text)
{
	put_number(writer, text.len);
	put(writer, text.at, text.len);
}

static void
put_texts(struct writer *writer, const struct texts *texts)
{
	put_number(writer, texts->count);
	for (size_t i = 0; i < texts->count; i++)
		put_text(writer, texts->at[i]);
}

static void
put_sketch(struct writer *writer, const struct sketch *sketch)
{
	put_number(writer, sketch->estimated ? SKETCH_REGISTERS : sketch->count);
	if (sketch->estimated)
		put(writer, (const char *)sketch->registers, SKETCH_REGISTERS);
	for (uint32_t i = 0; i < sketch->count; i++)
		put_number(writer, sketch_value(sketch, i));
}

static void
put_domain(struct writer *writer, const struct entry *entry)
{
	const struct domain *domain = (const struct domain *)entry;

	put_number(writer, (uint64_t)domain->first_ms);
	put_number(writer, (uint64_t)domain->last_ms);
	put_number(writer, (uint64_t)domain->said_ms);
	put_number(writer, (uint64_t)domain->until_ms);
	put_number(writer, domain->days);
	put_number(writer, domain->word);
	put_number(writer, TALLIES);
	for (size_t i = 0; i < TALLIES; i++)
		put_number(writer, domain->tallies[i]);
	put_text(writer, domain->note);
	put_text(writer, domain->campaign);
	put_sketch(writer, &domain->recipients);
	put_sketch(writer, &domain->templates);
	put_number(writer, domain->minted);
	put_number(writer, (uint64_t)domain->minting_ms);
}

static void
put_template(struct writer *writer, const struct entry *entry)
{
	const struct template *template = (const struct template *)entry;

	put_number(writer, (uint64_t)template->last_ms);
	put_number(writer, template->messages);
	put_number(writer, template->last_message);
	put_sketch(writer, &template->tokens);
	put_sketch(writer, &template->recipients);
	put_number(writer, template->trace_count);
	for (size_t i = 0; i < template->trace_count; i++) {
		put_number(writer, template->traces[i].token);
		put_number(writer, template->traces[i].recipient);
		put_number(writer, template->traces[i].message);
	}
}

static void
put_window(struct writer *writer, const struct entry *entry)
{
	const struct window *window = (const struct window *)entry;

	put_number(writer, window->count);
	for (size_t i = 0; i < window->count; i++) {
		put_number(writer, (uint64_t)window->members[i].time_ms);
		put_number(writer, window->members[i].message);
		put_text(writer, window->members[i].text);
	}
}

static void
put_campaign(struct writer *writer, const struct entry *entry)
{
	const struct campaign *campaign = (const struct campaign *)entry;

	put_number(writer, (uint64_t)campaign->first_ms);
	put_number(writer, (uint64_t)campaign->last_ms);
	put_number(writer, campaign->messages);
	put_number(writer, campaign->closed);
	put_text(writer, campaign->note);
	put_texts(writer, &campaign->hosts);
	put_texts(writer, &campaign->senders);
	put_texts(writer, &campaign->members);
	put_sketch(writer, &campaign->recipients);
}

static void
put_node(struct writer *writer, const struct entry *entry)
{
	put_number(writer, ((const struct node *)entry)->number);
}

static void
put_table(struct writer *writer, enum record record, const struct table *table,
    void (*put_record)(struct writer *, const struct entry *))
{
	for (const struct entry *entry = table->oldest; entry != NULL; entry = entry->younger) {
		put_number(writer, record);
		put_text(writer, entry->key);
		put_record(writer, entry);
	}
}

static void
put_data(struct writer *writer, const struct memory_data *data)
{
	char checksum[CHECKSUM_BYTES];

	put(writer, FIRST_LINE, sizeof(FIRST_LINE) - 1);
	put_number(writer, RECORD_HEAD);
	put_number(writer, (uint64_t)data->began_ms);
	put_number(writer, (uint64_t)data->last_ms);
	put_number(writer, data->learned);
	put_number(writer, RECORD_SURGE);
	put_number(writer, (uint64_t)data->surge.since);
	put_number(writer, (uint64_t)data->surge.day);
	for (size_t i = 0; i < NITEMS(data->surge.counts); i++)
		put_number(writer, data->surge.counts[i]);
	put_table(writer, RECORD_DOMAIN, &data->domains, put_domain);
	put_table(writer, RECORD_TEMPLATE, &data->templates, put_template);
	put_table(writer, RECORD_WINDOW, &data->windows, put_window);
	put_table(writer, RECORD_CAMPAIGN, &data->campaigns, put_campaign);
	for (const struct entry *entry = data->campaigns.oldest; entry != NULL; entry = entry->younger)
		if (((const struct campaign *)entry)->part_of.len > 0) {
			put_number(writer, RECORD_PART);
			put_text(writer, entry->key);
			put_text(writer, ((const struct campaign *)entry)->part_of);
			put_text(writer, ((const struct campaign *)entry)->part_why);
		}
	put_table(writer, RECORD_NODE, &data->nodes, put_node);
	for (size_t i = 0; i < data->merged.count; i++) {
		put_number(writer, RECORD_MERGED);
		put_text(writer, data->merged.at[i]);
	}
	put_number(writer, RECORD_END);
	for (size_t i = 0; i < CHECKSUM_BYTES; i++)
		checksum[i] = (char)(writer->checksum >> (8 * i));
	fwrite(checksum, 1, CHECKSUM_BYTES, writer->file);
}

bool
memory_file_own(int fd, const struct stat *as)
{
	struct stat now;

	return fstat(fd, &now) == 0 && (now.st_uid == as->st_uid || geteuid() != 0 ||
	    fchown(fd, as->st_uid, as->st_gid) == 0);
}

enum pw_err
memory_file_write(const struct memory_data *data, int directory, const char *name)
{
	struct writer	writer = { .checksum = FNV_BASIS };
	struct stat	around;
	char		draft[512];
	int		fd;
	bool		ok;

	if ((size_t)snprintf(draft, sizeof(draft), "%s.draft", name) >= sizeof(draft)) {
		errno = ENAMETOOLONG;
		return PW_ESYSTEM;
	}
	fd = openat(directory, draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return PW_ESYSTEM;
	writer.file = fdopen(fd, "w");
	if (writer.file == NULL) {
		close(fd);
		return PW_ENOMEM;
	}
	put_data(&writer, data);
	ok = !ferror(writer.file) && fflush(writer.file) == 0 && fstat(directory, &around) == 0 &&
	    memory_file_own(fd, &around) && fsync(fd) == 0;
	ok = fclose(writer.file) == 0 && ok;
	ok = ok && renameat(directory, draft, directory, name) == 0;
	if (!ok) {
		int why = errno;

		unlinkat(directory, draft, 0);
		errno = why;
		return PW_ESYSTEM;
	}
	/* Without it a power cut may bring the old file back: no harm. */
	(void)fsync(directory);
	return PW_OK;
}

/* The first failure sticks, and ends the input. */
struct reader {
	struct span	 rest;
	enum pw_err	 err;
};

static void
fail(struct reader *reader, enum pw_err err)
{
	if (reader->err == PW_OK)
		reader->err = err;
	reader->rest = SPAN_NONE;
}

static uint64_t
get_number(struct reader *reader)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64 && reader->rest.len > 0; shift += 7) {
		unsigned char byte = (unsigned char)reader->rest.at[0];

		reader->rest = span_from(reader->rest, 1);
		number |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return number;
	}
	fail(reader, PW_ESYNTAX);
	return 0;
}

/* Borrowed from the input. */
static struct span
get_bytes(struct reader *reader, uint64_t len)
{
	struct span bytes;

	if (len > reader->rest.len) {
		fail(reader, PW_ESYNTAX);
		return SPAN_NONE;
	}
	bytes = span_cut(reader->rest, 0, (size_t)len);
	reader->rest = span_from(reader->rest, (size_t)len);
	return bytes;
}

static struct span
get_text(struct reader *reader)
{
	return get_bytes(reader, get_number(reader));
}

static void
get_owned(struct reader *reader, struct span *slot)
{
	if (text_set(slot, get_text(reader)) != PW_OK)
		fail(reader, PW_ENOMEM);
}

static void
get_texts(struct reader *reader, struct texts *texts)
{
	uint64_t count = get_number(reader);

	for (uint64_t i = 0; i < count && reader->err == PW_OK; i++)
		if (texts_add(texts, get_text(reader), SIZE_MAX) != PW_OK)
			fail(reader, PW_ENOMEM);
}

static void
get_sketch(struct reader *reader, struct sketch *sketch)
{
	uint64_t count = get_number(reader);

	if (count == SKETCH_REGISTERS) {
		struct span registers = get_bytes(reader, count);

		if (sketch_estimate(sketch) != PW_OK)
			fail(reader, PW_ENOMEM);
		else if (registers.len == SKETCH_REGISTERS)
			memcpy(sketch->registers, registers.at, SKETCH_REGISTERS);
		return;
	}
	if (count > SKETCH_EXACT)
		fail(reader, PW_ESYNTAX);
	for (uint64_t i = 0; i < count && reader->err == PW_OK; i++)
		if (sketch_value_add(sketch, (uint32_t)get_number(reader)) != PW_OK)
			fail(reader, PW_ENOMEM);
}

static void
get_domain(struct reader *reader, struct memory_data *data, struct entry *entry)
{
	struct domain	*domain = (struct domain *)entry;
	uint64_t	 tallies;

	(void)data;
	domain->first_ms = (int64_t)get_number(reader);
	domain->last_ms = (int64_t)get_number(reader);
	domain->said_ms = (int64_t)get_number(reader);
	domain->until_ms = (int64_t)get_number(reader);
	domain->days = (uint32_t)get_number(reader);
	domain->word = (uint32_t)get_number(reader);
	if (domain->word > WORD_DENY)
		fail(reader, PW_ESYNTAX);
	tallies = get_number(reader);
	/* An older one knew fewer. */
	if (tallies > TALLIES)
		fail(reader, PW_ESYNTAX);
	for (uint64_t i = 0; i < tallies && reader->err == PW_OK; i++)
		domain->tallies[i] = get_number(reader);
	get_owned(reader, &domain->note);
	get_owned(reader, &domain->campaign);
	get_sketch(reader, &domain->recipients);
	get_sketch(reader, &domain->templates);
	domain->minted = (uint32_t)get_number(reader);
	domain->minting_ms = (int64_t)get_number(reader);
}

static void
get_template(struct reader *reader, struct memory_data *data, struct entry *entry)
{
	struct template	*template = (struct template *)entry;
	uint64_t	 count;

	template->last_ms = (int64_t)get_number(reader);
	template->messages = get_number(reader);
	template->last_message = get_number(reader);
	get_sketch(reader, &template->tokens);
	get_sketch(reader, &template->recipients);
	count = get_number(reader);
	for (uint64_t i = 0; i < count && reader->err == PW_OK; i++) {
		struct trace trace = { .token = get_number(reader) };

		trace.recipient = get_number(reader);
		trace.message = get_number(reader);
		if (trace_add(&data->templates, template, trace) != PW_OK)
			fail(reader, PW_ENOMEM);
	}
}

static void
get_window(struct reader *reader, struct memory_data *data, struct entry *entry)
{
	uint64_t count = get_number(reader);

	for (uint64_t i = 0; i < count && reader->err == PW_OK; i++) {
		struct member member = { .time_ms = (int64_t)get_number(reader) };

		member.message = get_number(reader);
		member.text = get_text(reader);
		if (member_add(&data->windows, (struct window *)entry, &member) != PW_OK)
			fail(reader, PW_ENOMEM);
	}
}

static void
get_campaign(struct reader *reader, struct memory_data *data, struct entry *entry)
{
	struct campaign *campaign = (struct campaign *)entry;

	(void)data;
	campaign->first_ms = (int64_t)get_number(reader);
	campaign->last_ms = (int64_t)get_number(reader);
	campaign->messages = get_number(reader);
	campaign->closed = get_number(reader) != 0;
	get_owned(reader, &campaign->note);
	get_texts(reader, &campaign->hosts);
	get_texts(reader, &campaign->senders);
	get_texts(reader, &campaign->members);
	get_sketch(reader, &campaign->recipients);
}

/* Behind the campaigns, so that files of before, which had none, are read; and their order is that of their age. */
static void
get_part(struct reader *reader, struct memory_data *data)
{
	struct campaign *campaign = (struct campaign *)table_find(&data->campaigns, get_text(reader));

	if (campaign == NULL) {
		fail(reader, PW_ESYNTAX);
		return;
	}
	get_owned(reader, &campaign->part_of);
	get_owned(reader, &campaign->part_why);
}

static void
get_node(struct reader *reader, struct memory_data *data, struct entry *entry)
{
	(void)data;
	((struct node *)entry)->number = get_number(reader);
}

static void
get_data(struct reader *reader, struct memory_data *data)
{
	const struct {
		struct table	 *table;
		void		(*get)(struct reader *, struct memory_data *, struct entry *);
	} kinds[] = {
		[RECORD_DOMAIN] = { &data->domains, get_domain },
		[RECORD_TEMPLATE] = { &data->templates, get_template },
		[RECORD_WINDOW] = { &data->windows, get_window },
		[RECORD_CAMPAIGN] = { &data->campaigns, get_campaign },
		[RECORD_NODE] = { &data->nodes, get_node },
	};
	uint64_t record = RECORD_HEAD;

	while (reader->err == PW_OK && (record = get_number(reader)) != RECORD_END) {
		if (record == RECORD_HEAD) {
			data->began_ms = (int64_t)get_number(reader);
			data->last_ms = (int64_t)get_number(reader);
			data->learned = get_number(reader);
		} else if (record == RECORD_SURGE) {
			data->surge.since = (int64_t)(get_number(reader) & UINT32_MAX);
			data->surge.day = (int64_t)(get_number(reader) & UINT32_MAX);
			for (size_t i = 0; i < NITEMS(data->surge.counts); i++)
				data->surge.counts[i] = get_number(reader);
		} else if (record == RECORD_MERGED) {
			if (texts_add(&data->merged, get_text(reader), MOST_MERGED) != PW_OK)
				fail(reader, PW_ENOMEM);
		} else if (record == RECORD_PART) {
			get_part(reader, data);
		} else if (record < NITEMS(kinds) && kinds[record].table != NULL) {
			struct table	*table = kinds[record].table;
			struct span	 key = get_text(reader);

			/* Twice would leak what the first one holds. */
			if (table_find(table, key) != NULL) {
				fail(reader, PW_ESYNTAX);
				break;
			}
			struct entry *entry = table_touch(table, key);

			if (entry == NULL)
				fail(reader, PW_ENOMEM);
			else
				kinds[record].get(reader, data, entry);
		} else {
			fail(reader, PW_ESYNTAX);
		}
	}
	if (reader->err == PW_OK && reader->rest.len > 0)
		fail(reader, PW_ESYNTAX);
	table_trim(&data->domains);
	table_trim(&data->templates);
	table_trim(&data->windows);
	table_trim(&data->campaigns);
	table_trim(&data->nodes);
}

/* What is between the first line and the checksum; at NULL: no such file is made here. */
static struct span
content_of(struct span file)
{
	struct span	first = SPAN(FIRST_LINE), content;
	uint64_t	sum = 0;

	if (file.len < first.len + CHECKSUM_BYTES || !span_starts(file, first))
		return SPAN_NONE;
	content = span_cut(file, 0, file.len - CHECKSUM_BYTES);
	for (size_t i = 0; i < CHECKSUM_BYTES; i++)
		sum |= (uint64_t)(unsigned char)file.at[content.len + i] << (8 * i);
	return sum == fnv_bytes(FNV_BASIS, content) ? span_from(content, first.len) : SPAN_NONE;
}

static enum pw_err
file_whole(int fd, struct span *whole)
{
	struct stat	of;
	char		*at;

	if (fstat(fd, &of) != 0)
		return PW_ESYSTEM;
	if (!S_ISREG(of.st_mode))
		return PW_ESYNTAX;
	at = malloc((size_t)of.st_size + 1);
	if (at == NULL)
		return PW_ENOMEM;
	*whole = (struct span){ at, (size_t)of.st_size };
	/* Files are renamed into place: one that is shorter than it was is none of ours. */
	if (!file_read_at(fd, at, whole->len, 0))
		return PW_ESYNTAX;
	return PW_OK;
}

enum pw_err
memory_file_read(struct memory_data *data, int directory, const char *name)
{
	struct span	whole = SPAN_NONE;
	int		fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum pw_err	err;

	if (fd < 0)
		return errno == ENOENT ? PW_ENOTFOUND : errno == ELOOP ? PW_ESYNTAX : PW_ESYSTEM;
	err = file_whole(fd, &whole);
	close(fd);
	if (err == PW_OK) {
		struct reader reader = { content_of(whole), PW_OK };

		if (reader.rest.at == NULL)
			fail(&reader, PW_ESYNTAX);
		else
			get_data(&reader, data);
		err = reader.err;
	}
	free((char *)whole.at);
	return err;
}
