/* Commands in the form in which they travel, and what their answers say. */
#include <pixelward/base/redis.h>

#include "redis_error.h"

/* More than any message asks; a bound for who makes a mistake. */
#define MOST_WIRE_BYTES	(16u << 20)

void
redis_batch_init(struct redis_batch *batch, struct arena *arena)
{
	*batch = (struct redis_batch){ .arena = arena };
	buf_init(&batch->wire, MOST_WIRE_BYTES);
}

void
redis_batch_fini(struct redis_batch *batch)
{
	buf_fini(&batch->wire);
}

static void
head_add(struct buf *wire, char kind, size_t number)
{
	char	text[24];
	size_t	at = sizeof(text);

	text[--at] = '\n';
	text[--at] = '\r';
	do
		text[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	text[--at] = kind;
	buf_add(wire, (struct span){ text + at, sizeof(text) - at });
}

static void
word_add(struct buf *wire, struct span word)
{
	head_add(wire, '$', word.len);
	buf_add(wire, word);
	buf_add(wire, SPAN("\r\n"));
}

static struct redis_command *
command_begin(struct redis_batch *batch)
{
	struct redis_command *commands = arena_grow(batch->arena, batch->commands, batch->count, &batch->capacity,
	    sizeof(*commands));

	if (commands == NULL) {
		batch->failed = true;
		return NULL;
	}
	batch->commands = commands;
	commands[batch->count] = (struct redis_command){ .at = batch->wire.len };
	return &commands[batch->count];
}

static void
command_end(struct redis_batch *batch, struct redis_command *command)
{
	command->len = batch->wire.len - command->at;
	batch->count++;
	batch->failed = batch->failed || buf_failed(&batch->wire);
}

void
redis_batch_add(struct redis_batch *batch, const struct span *words, size_t count)
{
	struct redis_command *command = command_begin(batch);

	if (command == NULL)
		return;
	head_add(&batch->wire, '*', count);
	for (size_t i = 0; i < count; i++)
		word_add(&batch->wire, words[i]);
	command_end(batch, command);
}

void
redis_batch_script(struct redis_batch *batch, struct redis_script *script, size_t keys, const struct span *words,
    size_t count)
{
	struct redis_command	*command = command_begin(batch);
	char			 digits[2] = { (char)('0' + keys % 10), '\0' };

	if (command == NULL)
		return;
	head_add(&batch->wire, '*', count + 3);
	word_add(&batch->wire, SPAN("EVALSHA"));
	buf_add(&batch->wire, SPAN("$40\r\n"));
	command->script = script;
	command->sha1_at = batch->wire.len;
	buf_add(&batch->wire, SPAN("0000000000000000000000000000000000000000\r\n"));
	word_add(&batch->wire, (struct span){ digits, 1 });
	for (size_t i = 0; i < count; i++)
		word_add(&batch->wire, words[i]);
	command_end(batch, command);
}

void
redis_words_add(struct redis_words *words, struct span word)
{
	struct span *at = word.at == NULL ? NULL : arena_grow(words->arena, words->at, words->count, &words->capacity,
	    sizeof(*at));

	if (at == NULL) {
		words->failed = true;
		return;
	}
	words->at = at;
	at[words->count++] = word;
}

void
redis_batch_call(struct redis_batch *batch, struct redis_script *script, size_t keys, const struct redis_words *words)
{
	if (words->failed)
		batch->failed = true;
	else
		redis_batch_script(batch, script, keys, words->at, words->count);
}

int64_t
redis_reply_number(const struct redis_reply *reply)
{
	int64_t	value = 0;
	size_t	i = 0;
	bool	negative = reply->text.len > 1 && reply->text.at[0] == '-';

	if (reply->kind != REDIS_TEXT && reply->kind != REDIS_STATUS)
		return reply->integer;
	for (i = negative; i < reply->text.len; i++)
		if (!ascii_digit(reply->text.at[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, reply->text.at[i] - '0', &value))
			return 0;
	return negative ? -value : value;
}

/* What Redis says when it does not do what it was asked, and what helps. */
const struct redis_error redis_errors[] = {
	{ "BUSY",	REDIS_ERROR_PASSES },	/* somebody's script runs */
	{ "CLUSTERDOWN", REDIS_ERROR_PASSES },
	{ "LOADING",	REDIS_ERROR_PASSES | REDIS_ERROR_ELSEWHERE },
	{ "MASTERDOWN",	REDIS_ERROR_PASSES | REDIS_ERROR_ELSEWHERE },
	{ "MISCONF",	REDIS_ERROR_PASSES },	/* its disk is full */
	{ "NOAUTH",	REDIS_ERROR_PASSES | REDIS_ERROR_ELSEWHERE },
	{ "NOPERM",	REDIS_ERROR_PASSES },
	{ "NOREPLICAS",	REDIS_ERROR_PASSES },
	{ "OOM",	REDIS_ERROR_PASSES },
	{ "READONLY",	REDIS_ERROR_PASSES | REDIS_ERROR_ELSEWHERE },	/* a replica: the master is another one now */
	{ "TRYAGAIN",	REDIS_ERROR_PASSES },
	{ "UNKILLABLE",	REDIS_ERROR_PASSES },
	{ "WRONGTYPE",	0 },
	{ "NOSCRIPT",	REDIS_ERROR_PASSES },	/* forgotten again while it was sent again */
	{ "",		0 },			/* any other one */
};
const size_t redis_errors_count = NITEMS(redis_errors);

size_t
redis_error_find(const struct redis_reply *reply)
{
	size_t		i = 0;
	struct span	kind = span_cut(reply->text, 0, span_find_char(reply->text, ' ', 0));

	/* A script that fails hands on what its command was told, in Redis 7 as it is. */
	while (i < redis_errors_count - 1 && !span_eq(kind, span_of(redis_errors[i].kind)))
		i++;
	return i;
}

bool
redis_reply_may_pass(const struct redis_reply *reply)
{
	return reply->kind == REDIS_ERROR && (redis_errors[redis_error_find(reply)].what & REDIS_ERROR_PASSES) != 0;
}
