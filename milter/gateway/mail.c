#include "mail.h"

#include <stdlib.h>
#include <string.h>

#include "load.h"

static struct span
address_trim(const char *address)
{
	struct span s = span_trim(span_of(address));

	if (s.len >= 2 && s.at[0] == '<' && s.at[s.len - 1] == '>')
		s = span_cut(s, 1, s.len - 1);
	return span_cut(s, 0, MAIL_ADDRESS_MAX);
}

struct mail *
mail_new(struct generation *generation, const char *address)
{
	struct mail	*mail = calloc(1, sizeof(*mail));
	struct arena	*arena = arena_new(limits_memory(&generation_options(generation)->limits));

	if (mail == NULL || arena == NULL) {
		free(mail);
		arena_free(arena);
		return NULL;
	}
	mail->arena = arena;
	mail->sender = arena_copy(arena, address_trim(address));
	if (mail->sender.at == NULL) {
		free(mail);
		arena_free(arena);
		return NULL;
	}
	mail->generation = generation_hold(generation);
	store_init(&mail->store);
	load_begin_message();
	return mail;
}

/* The stored bytes, and their share of MaxMemory and MaxConnections. */
static void
bytes_release(struct mail *mail)
{
	store_fini(&mail->store);
	load_give_bytes(mail->taken_bytes);
	mail->taken_bytes = 0;
	if (mail->has_place)
		load_give_place();
	mail->has_place = false;
}

void
mail_free(struct mail *mail)
{
	if (mail == NULL)
		return;
	bytes_release(mail);
	arena_free(mail->arena);
	generation_drop(mail->generation);
	free(mail);
	load_end_message();
}

void
mail_add_recipient(struct mail *mail, const char *address)
{
	struct span *recipients, copy;

	mail->recipients_seen++;
	if (mail->recipient_count >= MAIL_RECIPIENTS_MAX)
		return;
	recipients = arena_grow(mail->arena, mail->recipients, mail->recipient_count, &mail->recipient_capacity,
	    sizeof(*recipients));
	copy = arena_copy(mail->arena, address_trim(address));
	if (recipients == NULL || copy.at == NULL) {
		mail->failure = PW_ENOMEM;
		return;
	}
	mail->recipients = recipients;
	mail->recipients[mail->recipient_count++] = copy;
}

static bool
is_stopped(const struct mail *mail)
{
	return mail->limit != LIMIT_NONE || mail->failure != PW_OK || mail->overload != NULL;
}

/* What is stored of a message that will not be judged only takes room from others. */
static void
stop_at_limit(struct mail *mail, enum limit limit)
{
	mail->limit = limit;
	bytes_release(mail);
}

/*
 * The share of all that this message needs for so many bytes more. Its place it takes with its first byte, not at
 * MAIL: MTAs pass content on when they have all of it, so no sender keeps a place by saying nothing.
 */
static bool
share_take(struct mail *mail, uint64_t bytes)
{
	const struct options *options = generation_options(mail->generation);

	if (!mail->has_place && !load_take_place(options->max_connections)) {
		mail->overload = "MaxConnections";
		return false;
	}
	mail->has_place = true;
	if (!load_take_bytes(bytes, options->max_memory)) {
		mail->overload = "MaxMemory";
		return false;
	}
	mail->taken_bytes += bytes;
	return true;
}

static void
bytes_add(struct mail *mail, struct span s)
{
	const struct options *options = generation_options(mail->generation);

	if (is_stopped(mail) || s.len == 0)
		return;
	if (store_bytes(&mail->store) + s.len > options->limits.message_bytes) {
		stop_at_limit(mail, LIMIT_message_bytes);
		return;
	}
	if (!share_take(mail, s.len)) {
		bytes_release(mail);
		return;
	}
	mail->failure = store_add(&mail->store, s);
	if (mail->failure != PW_OK)
		bytes_release(mail);
}

/* As it stands in the message, with CRLF at each line's end. */
static void
field_count(struct mail *mail, struct span name, struct span value, bool keeps_space)
{
	mail->header_lines++;
	mail->header_bytes += name.len + value.len + (keeps_space ? 3 : 4);
	for (size_t at = span_find_char(value, '\n', 0); at < value.len; at = span_find_char(value, '\n', at + 1)) {
		mail->header_lines++;
		mail->header_bytes += at == 0 || value.at[at - 1] != '\r';
	}
}

/* Line ends inside a value as CRLF; libmilter's MTAs fold with LF alone. */
static void
value_add(struct mail *mail, struct span value)
{
	size_t at = 0;

	while (at < value.len) {
		size_t end = span_find_char(value, '\n', at);

		bytes_add(mail, span_cut(value, at, end > at && end < value.len && value.at[end - 1] == '\r' ?
		    end - 1 : end));
		if (end < value.len)
			bytes_add(mail, SPAN("\r\n"));
		at = end + 1;
	}
}

void
mail_add_header(struct mail *mail, const char *name, const char *value, bool keeps_space)
{
	const struct limits	*limits = &generation_options(mail->generation)->limits;
	struct span		 field = span_of(name), text = span_of(value);

	/* Also behind a limit: a message that is accepted in spite of it loses its foreign fields, too. */
	if (foreign_is(field) && foreign_add(&mail->foreign, field, mail->arena) != PW_OK)
		mail->failure = PW_ENOMEM;

	field_count(mail, field, text, keeps_space);
	if (!is_stopped(mail) && mail->header_bytes > limits->header_bytes)
		stop_at_limit(mail, LIMIT_header_bytes);
	if (!is_stopped(mail) && mail->header_lines > limits->header_lines)
		stop_at_limit(mail, LIMIT_header_lines);
	bytes_add(mail, field);
	bytes_add(mail, keeps_space ? SPAN(":") : SPAN(": "));
	value_add(mail, text);
	bytes_add(mail, SPAN("\r\n"));
}

void
mail_end_header(struct mail *mail)
{
	if (mail->in_body)
		return;
	mail->in_body = true;
	bytes_add(mail, SPAN("\r\n"));
}

void
mail_add_body(struct mail *mail, struct span chunk)
{
	mail_end_header(mail);
	bytes_add(mail, chunk);
}

void
mail_seal(struct mail *mail, struct span *raw)
{
	*raw = SPAN_NONE;
	mail_end_header(mail);
	if (!is_stopped(mail))
		mail->failure = store_seal(&mail->store, raw);
}
