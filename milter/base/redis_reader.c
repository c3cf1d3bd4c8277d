#include "redis_reader.h"

#include <hiredis/hiredis.h>

/* Zeroed; NULL: too much. */
static void *
room_for(const struct redis_reading *reading, size_t count, size_t bytes)
{
	size_t used = arena_used(reading->arena);

	if (used > reading->most || count > (reading->most - used) / bytes)
		return NULL;
	return arena_array(reading->arena, count, bytes);
}

/* The place that the parent's list has for it, or a root of its own. */
static struct redis_reply *
reply_at(const redisReadTask *task, enum redis_kind kind)
{
	struct redis_reply *reply;

	if (task->parent != NULL) {
		reply = task->parent->obj;
		reply = &reply->items[task->idx];
	} else
		reply = room_for(task->privdata, 1, sizeof(*reply));
	if (reply != NULL)
		reply->kind = kind;
	return reply;
}

static void *
text_create(const redisReadTask *task, char *text, size_t len)
{
	struct redis_reply	*reply = reply_at(task, task->type == REDIS_REPLY_ERROR ? REDIS_ERROR :
				    task->type == REDIS_REPLY_STATUS ? REDIS_STATUS : REDIS_TEXT);
	const struct redis_reading	*reading = task->privdata;

	if (reply == NULL || arena_used(reading->arena) + len > reading->most)
		return NULL;
	reply->text = arena_copy(reading->arena, (struct span){ text, len });
	return reply->text.at != NULL ? reply : NULL;
}

#if HIREDIS_MAJOR >= 1
typedef size_t	list_count;
#else
typedef int	list_count;
#endif

static void *
list_create(const redisReadTask *task, list_count count)
{
	struct redis_reply *reply = reply_at(task, REDIS_LIST);

	if (reply == NULL)
		return NULL;
	reply->items = room_for(task->privdata, count > 0 ? (size_t)count : 0, sizeof(*reply->items));
	reply->count = count > 0 && reply->items != NULL ? (size_t)count : 0;
	return reply->items != NULL ? reply : NULL;
}

static void *
integer_create(const redisReadTask *task, long long value)
{
	struct redis_reply *reply = reply_at(task, REDIS_INTEGER);

	if (reply != NULL)
		reply->integer = value;
	return reply;
}

static void *
nil_create(const redisReadTask *task)
{
	return reply_at(task, REDIS_NIL);
}

#if HIREDIS_MAJOR >= 1
/* Of RESP3, which nobody asks for: a server that speaks it all the same is no cause to read what is no reply. */
static void *
real_create(const redisReadTask *task, double value, char *text, size_t len)
{
	(void)value;
	return text_create(task, text, len);
}

static void *
truth_create(const redisReadTask *task, int value)
{
	return integer_create(task, value);
}
#endif

static void
nothing_free(void *reply)
{
	(void)reply;	/* the arena has it */
}

redisReplyObjectFunctions redis_reader_functions = {
	.createString = text_create, .createArray = list_create, .createInteger = integer_create, .createNil = nil_create,
	.freeObject = nothing_free,
#if HIREDIS_MAJOR >= 1
	.createDouble = real_create, .createBool = truth_create,
#endif
};
