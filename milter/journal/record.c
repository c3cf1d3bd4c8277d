#include "record.h"

enum kind { NUMBER32, NUMBER64, COUNT, SIGNED64, FLAG, TEXT, TABLE };

struct field {
	enum kind		 kind;
	size_t			 at;		/* in the struct; of a table: of its pointer */
	size_t			 count_at;	/* of a table: of its number of rows, a size_t */
	size_t			 most;		/* rows that are kept */
	size_t			 row_bytes;
	const struct field	*fields;	/* of a row */
	size_t			 field_count;
};

#define PLAIN(kind, type, field)	{ kind, offsetof(struct type, field), 0, 0, 0, NULL, 0 }

static const struct field recipient_fields[] = {
	PLAIN(TEXT, sighting_recipient, mailbox),
	PLAIN(NUMBER64, sighting_recipient, digest),
	PLAIN(FLAG, sighting_recipient, watched),
};

static const struct field host_fields[] = {
	PLAIN(TEXT, sighting_host, host),
	PLAIN(TEXT, sighting_host, domain),
	PLAIN(NUMBER32, sighting_host, appearance),
	PLAIN(NUMBER32, sighting_host, references),
};

static const struct field template_fields[] = {
	PLAIN(NUMBER32, sighting_template, host),
	PLAIN(NUMBER32, sighting_template, appearance),
	PLAIN(NUMBER32, sighting_template, tokens),
	PLAIN(TEXT, sighting_template, text),
	PLAIN(NUMBER64, sighting_template, digest),
	PLAIN(NUMBER64, sighting_template, path),
	PLAIN(NUMBER64, sighting_template, token),
};

static const struct field rule_fields[] = { { TEXT, 0, 0, 0, 0, NULL, 0 } };

#define ROWS(table, count, most, type, fields) \
	{ TABLE, offsetof(struct sighting, table), offsetof(struct sighting, count), most, sizeof(type), fields, \
	  NITEMS(fields) }

/* Only ever longer, see record.h. */
static const struct field fields[] = {
	PLAIN(SIGNED64, sighting, time_ms),
	PLAIN(TEXT, sighting, queue_id),
	PLAIN(TEXT, sighting, message_id),
	PLAIN(TEXT, sighting, client_address),
	PLAIN(TEXT, sighting, helo),
	PLAIN(TEXT, sighting, envelope_sender),
	PLAIN(TEXT, sighting, from),
	PLAIN(TEXT, sighting, sender_domain),
	PLAIN(NUMBER64, sighting, message),
	PLAIN(NUMBER64, sighting, skeleton),
	PLAIN(NUMBER32, sighting, flags),
	PLAIN(NUMBER32, sighting, action),
	PLAIN(NUMBER32, sighting, mode),
	PLAIN(NUMBER32, sighting, exposure),
	PLAIN(NUMBER32, sighting, failure),
	PLAIN(NUMBER32, sighting, references),
	PLAIN(NUMBER32, sighting, stripped),
	PLAIN(NUMBER32, sighting, bytes),
	PLAIN(NUMBER32, sighting, cpu_us),
	PLAIN(TEXT, sighting, campaign),
	PLAIN(COUNT, sighting, recipients_in_all),
	PLAIN(COUNT, sighting, watched_count),
	PLAIN(COUNT, sighting, hosts_in_all),
	PLAIN(COUNT, sighting, templates_in_all),
	ROWS(recipients, recipient_count, SIGHTING_MOST_RECIPIENTS, struct sighting_recipient, recipient_fields),
	ROWS(hosts, host_count, SIGHTING_MOST_HOSTS, struct sighting_host, host_fields),
	ROWS(templates, template_count, SIGHTING_MOST_TEMPLATES, struct sighting_template, template_fields),
	ROWS(rules, rule_count, RECORD_MOST_RULES, struct span, rule_fields),
};

/* --- writing --- */

static void
number_write(uint64_t number, struct buf *out)
{
	char	bytes[10];
	size_t	len = 0;

	for (; number >= 0x80; number >>= 7)
		bytes[len++] = (char)(number | 0x80);
	bytes[len++] = (char)number;
	buf_add(out, (struct span){ bytes, len });
}

/* Small ones of either sign are short. */
static uint64_t
folded(int64_t number)
{
	return number < 0 ? ~((uint64_t)number << 1) : (uint64_t)number << 1;
}

static int64_t
unfolded(uint64_t number)
{
	return (number & 1) != 0 ? (int64_t)~(number >> 1) : (int64_t)(number >> 1);
}

static void
text_write(struct span text, struct buf *out)
{
	text = span_cut(text, 0, RECORD_MOST_TEXT);
	number_write(text.len, out);
	buf_add(out, text);
}

static void
plain_write(const struct field *field, const char *from, struct buf *out)
{
	const void *at = from + field->at;

	switch (field->kind) {
	case NUMBER32:
		number_write(*(const uint32_t *)at, out);
		break;
	case NUMBER64:
		number_write(*(const uint64_t *)at, out);
		break;
	case COUNT:
		number_write(*(const size_t *)at, out);
		break;
	case SIGNED64:
		number_write(folded(*(const int64_t *)at), out);
		break;
	case FLAG:
		number_write(*(const bool *)at ? 1 : 0, out);
		break;
	case TEXT:
		text_write(*(const struct span *)at, out);
		break;
	case TABLE:
		break;
	}
}

static void
table_write(const struct field *table, const char *from, struct buf *out)
{
	const char	*row = *(char *const *)(const void *)(from + table->at);
	size_t		 count = *(const size_t *)(const void *)(from + table->count_at);

	if (count > table->most)
		count = table->most;
	number_write(count, out);
	for (size_t i = 0; i < count; i++, row += table->row_bytes)
		for (size_t f = 0; f < table->field_count; f++)
			plain_write(&table->fields[f], row, out);
}

void
record_write(const struct sighting *s, struct buf *out)
{
	number_write(RECORD_VERSION, out);
	for (size_t i = 0; i < NITEMS(fields); i++)
		if (fields[i].kind == TABLE)
			table_write(&fields[i], (const char *)s, out);
		else
			plain_write(&fields[i], (const char *)s, out);
}

/* --- reading --- */

struct input {
	struct span	 rest;
	struct arena	*arena;
	bool		 wrong, no_memory;
};

static uint64_t
number_read(struct input *in)
{
	uint64_t number = 0;

	for (size_t i = 0; i < in->rest.len && i < 10; i++) {
		unsigned char byte = (unsigned char)in->rest.at[i];

		number |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0) {
			/* A tenth group has room for one bit. */
			in->wrong = in->wrong || (i == 9 && byte > 1);
			in->rest = span_from(in->rest, i + 1);
			return number;
		}
	}
	in->wrong = true;
	return 0;
}

static uint64_t
bounded_read(struct input *in, uint64_t most)
{
	uint64_t number = number_read(in);

	in->wrong = in->wrong || number > most;
	return in->wrong ? 0 : number;
}

static struct span
text_read(struct input *in)
{
	size_t		len = (size_t)bounded_read(in, RECORD_MOST_TEXT);
	struct span	text = span_cut(in->rest, 0, len);

	in->wrong = in->wrong || text.len < len;
	in->rest = span_from(in->rest, len);
	return text;
}

static void
plain_read(const struct field *field, char *to, struct input *in)
{
	void *at = to + field->at;

	switch (field->kind) {
	case NUMBER32:
		*(uint32_t *)at = (uint32_t)bounded_read(in, UINT32_MAX);
		break;
	case NUMBER64:
		*(uint64_t *)at = number_read(in);
		break;
	case COUNT:
		*(size_t *)at = (size_t)bounded_read(in, SIZE_MAX);
		break;
	case SIGNED64:
		*(int64_t *)at = unfolded(number_read(in));
		break;
	case FLAG:
		*(bool *)at = bounded_read(in, 1) != 0;
		break;
	case TEXT:
		*(struct span *)at = text_read(in);
		break;
	case TABLE:
		break;
	}
}

static void
table_read(const struct field *table, char *to, struct input *in)
{
	size_t	 count = (size_t)bounded_read(in, table->most);
	char	*row = in->wrong ? NULL : arena_array(in->arena, count, table->row_bytes);

	if (row == NULL) {
		in->no_memory = !in->wrong;
		in->wrong = true;
		return;
	}
	memcpy(to + table->at, &row, sizeof(row));
	*(size_t *)(void *)(to + table->count_at) = count;
	for (size_t i = 0; i < count && !in->wrong; i++, row += table->row_bytes)
		for (size_t f = 0; f < table->field_count; f++)
			plain_read(&table->fields[f], row, in);
}

enum pw_err
record_read(struct span bytes, struct arena *arena, struct sighting *s)
{
	struct input in = { .rest = bytes, .arena = arena };

	*s = (struct sighting){ 0 };
	if (number_read(&in) == 0 || in.wrong)
		return PW_ESYNTAX;
	/* An older writer ends earlier, at the end of a field. */
	for (size_t i = 0; i < NITEMS(fields) && !in.wrong && in.rest.len > 0; i++)
		if (fields[i].kind == TABLE)
			table_read(&fields[i], (char *)s, &in);
		else
			plain_read(&fields[i], (char *)s, &in);
	for (size_t i = 0; i < s->template_count && !in.wrong; i++)
		in.wrong = s->templates[i].host >= s->host_count && s->templates[i].host != SIGHTING_NONE;
	if (in.wrong)
		return in.no_memory ? PW_ENOMEM : PW_ESYNTAX;
	return PW_OK;
}
