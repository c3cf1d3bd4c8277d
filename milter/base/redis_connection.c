#include "redis_connection.h"

#include <pixelward/base/clock.h>

#include <hiredis/hiredis.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "redis_error.h"
#include "redis_reader.h"

/* For a connection and for an introduction; nobody's mail waits for them. */
#define PATIENCE_S	1
#define PATIENCE_US	((int64_t)PATIENCE_S * 1000000)
/* More than any answer of ours, as it comes and as it is read; who sends more is no friend. */
#define MOST_ANSWER	((size_t)32 << 20)
#define LONGEST_PASSWORD 512
#define INTRODUCTION	((size_t)64 << 10)

static void
trouble_say(enum redis_trouble *trouble, enum redis_trouble kind, struct buf *why, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void
trouble_say(enum redis_trouble *trouble, enum redis_trouble kind, struct buf *why, const char *format, ...)
{
	char	text[256];
	va_list	arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buf_reset(why);
	buf_add(why, span_of(text));
	*trouble = kind;
}

/* False: the time is over. Signals are nobody's answer. */
static bool
wait_for(int fd, short events, int64_t deadline_us)
{
	struct pollfd	watch = { .fd = fd, .events = events };
	int		ready;

	do {
		int64_t left = deadline_us - clock_us();

		if (left <= 0)
			return false;
		ready = ppoll(&watch, 1, &(struct timespec){ .tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000 }, NULL);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

static bool
is_for_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* hiredis's own calls write without MSG_NOSIGNAL, and know no deadline for a whole batch. */
static bool
wire_send(int fd, struct span *wire)
{
	ssize_t sent = send(fd, wire->at, wire->len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent > 0)
		*wire = span_from(*wire, (size_t)sent);
	return sent > 0 || (sent < 0 && is_for_later());
}

/* What came, and as many replies as are whole. */
static enum redis_trouble
replies_take(redisContext *context, size_t *fed, struct redis_reply *replies, size_t count, size_t *taken)
{
	char			 bytes[16384];
	ssize_t			 got = recv(context->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	struct redis_reply	*reply;

	if (got < 0 && is_for_later())
		return TROUBLE_NONE;
	if (got <= 0 || (*fed += (size_t)got) > MOST_ANSWER)
		return TROUBLE_LOST;
	if (redisReaderFeed(context->reader, bytes, (size_t)got) != REDIS_OK)
		return TROUBLE_MEMORY;
	while (*taken < count) {
		void *object = NULL;

		if (redisReaderGetReply(context->reader, &object) != REDIS_OK)
			return context->reader->err == REDIS_ERR_OOM ? TROUBLE_MEMORY : TROUBLE_LOST;
		if (object == NULL)
			break;
		reply = object;
		replies[(*taken)++] = *reply;
	}
	return TROUBLE_NONE;
}

enum redis_trouble
redis_connection_ask(struct redis_connection *connection, struct span wire, struct redis_reply *replies, size_t count,
    struct arena *arena, int64_t deadline_us)
{
	redisContext		*context = connection->context;
	struct redis_reading	 reading = { .arena = arena, .most = arena_used(arena) + MOST_ANSWER };
	enum redis_trouble	 trouble = TROUBLE_NONE;
	size_t			 taken = 0, fed = 0;

	context->reader->privdata = &reading;
	while (taken < count && trouble == TROUBLE_NONE) {
		if (wire.len > 0 && !wire_send(context->fd, &wire))
			return TROUBLE_LOST;
		/* Redis answers while it reads: both ways must be open. */
		if (!wait_for(context->fd, (short)(wire.len > 0 ? POLLIN | POLLOUT : POLLIN), deadline_us))
			return TROUBLE_LATE;
		trouble = replies_take(context, &fed, replies, count, &taken);
	}
	/* An answer too many would be the next question's. */
	if (trouble == TROUBLE_NONE && (wire.len > 0 || context->reader->len > context->reader->pos))
		trouble = TROUBLE_LOST;
	return trouble;
}

bool
redis_connection_is_quiet(const struct redis_connection *connection)
{
	struct pollfd watch = { .fd = connection->context->fd, .events = POLLIN };

	return poll(&watch, 1, 0) == 0;
}

void
redis_connection_free(struct redis_connection *connection)
{
	if (connection == NULL)
		return;
	redisFree(connection->context);
	free(connection);
}

/* Of a context that hiredis has connected, or failed to. */
static struct redis_connection *
connection_of(redisContext *context, const char *where, enum redis_trouble *trouble, struct buf *why)
{
	struct redis_connection *connection = NULL;

	if (context == NULL || context->err != 0) {
		trouble_say(trouble, context != NULL ? TROUBLE_CONNECT : TROUBLE_MEMORY, why, "%s: %s", where,
		    context == NULL ? "out of memory" : context->err == REDIS_ERR_IO ? strerror(errno) : context->errstr);
		goto failed;
	}
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL || fcntl(context->fd, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(context->fd, F_SETFD, FD_CLOEXEC) != 0) {
		trouble_say(trouble, TROUBLE_MEMORY, why, "%s: %s", where, strerror(errno));
		goto failed;
	}
	context->reader->fn = &redis_reader_functions;
	connection->context = context;
	return connection;
failed:
	free(connection);
	if (context != NULL)
		redisFree(context);
	return NULL;
}

static struct redis_connection *
connect_tcp(struct span host, uint16_t port, enum redis_trouble *trouble, struct buf *why)
{
	char		name[256], where[300];

	snprintf(name, sizeof(name), "%.*s", SPAN_ARG(host));
	snprintf(where, sizeof(where), memchr(host.at, ':', host.len) != NULL ? "[%s]:%u" : "%s:%u", name, port);
	return connection_of(redisConnectWithTimeout(name, port, (struct timeval){ .tv_sec = PATIENCE_S }), where, trouble,
	    why);
}

static struct redis_connection *
connect_unix(struct span path, enum redis_trouble *trouble, struct buf *why)
{
	char name[256];

	snprintf(name, sizeof(name), "%.*s", SPAN_ARG(path));
	return connection_of(redisConnectUnixWithTimeout(name, (struct timeval){ .tv_sec = PATIENCE_S }), name, trouble, why);
}

/* The first line of the file, read each time, so that a new password needs no restart. */
static bool
password_read(const char *file, char password[LONGEST_PASSWORD + 2], enum redis_trouble *trouble, struct buf *why)
{
	const char	*credentials = getenv("CREDENTIALS_DIRECTORY");
	char		 path[4096];
	ssize_t		 got = -1;
	int		 fd;

	if (file[0] == '/')
		snprintf(path, sizeof(path), "%s", file);
	else if (credentials != NULL)
		snprintf(path, sizeof(path), "%s/%s", credentials, file);
	else {
		trouble_say(trouble, TROUBLE_PASSWORD, why, "RedisPasswordFile %s: systemd gave no credentials "
		    "(LoadCredential=)", file);
		return false;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);	/* nobody may be at the other end of a pipe */
	if (fd >= 0) {
		got = read(fd, password, LONGEST_PASSWORD + 1);
		close(fd);
	}
	if (got < 0) {
		trouble_say(trouble, TROUBLE_PASSWORD, why, "RedisPasswordFile %s: %s", path, strerror(errno));
		return false;
	}
	password[got] = '\0';
	password[strcspn(password, "\r\n")] = '\0';
	got = (ssize_t)strlen(password);
	if (got == 0 || got > LONGEST_PASSWORD)
		trouble_say(trouble, TROUBLE_PASSWORD, why, "RedisPasswordFile %s: its first line is %s", path,
		    got == 0 ? "empty" : "too long for a password");
	return got > 0 && got <= LONGEST_PASSWORD;
}

static bool
is_master(const struct redis_reply *role)
{
	return role->kind != REDIS_LIST || role->count == 0 || span_eq(role->items[0].text, SPAN("master"));
}

/* False: trouble and why. */
static bool
login_add(const struct redis_login *login, struct redis_batch *batch, enum redis_trouble *trouble, struct buf *why)
{
	char		password[LONGEST_PASSWORD + 2] = "";
	struct span	words[3] = { SPAN("AUTH") };
	size_t		count = 1;

	if (login->user[0] == '\0' && login->password_file[0] == '\0')
		return true;
	if (login->password_file[0] != '\0' && !password_read(login->password_file, password, trouble, why))
		return false;
	if (login->user[0] != '\0')
		words[count++] = span_of(login->user);
	words[count++] = span_of(password);
	redis_batch_add(batch, words, count);
	explicit_bzero(password, sizeof(password));
	return true;
}

static bool
run(struct redis_connection *connection, struct redis_batch *batch, int64_t patience_us, enum redis_trouble *trouble,
    struct buf *why)
{
	batch->replies = arena_array(batch->arena, batch->count, sizeof(*batch->replies));
	*trouble = batch->replies == NULL || batch->failed ? TROUBLE_MEMORY : redis_connection_ask(connection,
	    buf_span(&batch->wire), batch->replies, batch->count, batch->arena, clock_us() + patience_us);
	if (*trouble != TROUBLE_NONE)
		trouble_say(trouble, *trouble, why, "%s", *trouble == TROUBLE_LATE ? "no answer in time" :
		    *trouble == TROUBLE_MEMORY ? "out of memory" : "the connection broke");
	return *trouble == TROUBLE_NONE;
}

/* An error that says that this server is not the one to ask, or not yet; or any error. Then trouble and why. */
static bool
is_refusal(const struct redis_reply *reply, bool any, enum redis_trouble *trouble, struct buf *why)
{
	if (reply->kind != REDIS_ERROR ||
	    (!any && (redis_errors[redis_error_find(reply)].what & REDIS_ERROR_ELSEWHERE) == 0))
		return false;
	trouble_say(trouble, TROUBLE_REFUSED, why, "%.*s", SPAN_ARG(span_cut(reply->text, 0, 150)));
	return true;
}

/* Log in, ask whether it is a master, then how fast it answers, and whether it does: while it loads, it knows its role. */
static bool
introduce(struct redis_connection *connection, const struct redis_login *login, int64_t answer_us, struct arena *arena,
    enum redis_trouble *trouble, struct buf *why)
{
	struct redis_batch		 batch;
	const struct redis_reply	*role;
	bool				 fine;

	redis_batch_init(&batch, arena);
	fine = login_add(login, &batch, trouble, why);
	redis_batch_add(&batch, (const struct span[]){ SPAN("CLIENT"), SPAN("SETNAME"), SPAN("pixelward") }, 3);
	redis_batch_add(&batch, &SPAN("ROLE"), 1);
	fine = fine && run(connection, &batch, PATIENCE_US, trouble, why);
	/* Who may not ask for the role, or has an older server, is believed to know where the master is. */
	for (size_t i = 0; fine && i < batch.count; i++)
		fine = !is_refusal(&batch.replies[i], i + 2 < batch.count, trouble, why);
	role = fine ? &batch.replies[batch.count - 1] : NULL;
	if (fine && !is_master(role)) {
		trouble_say(trouble, TROUBLE_REPLICA, why, "it is a replica, which takes no writes");
		fine = false;
	}
	redis_batch_fini(&batch);
	if (!fine)
		return false;
	redis_batch_init(&batch, arena);
	redis_batch_add(&batch, &SPAN("PING"), 1);
	fine = run(connection, &batch, answer_us, trouble, why) && !is_refusal(&batch.replies[0], false, trouble, why);
	redis_batch_fini(&batch);
	return fine;
}

/* One sentinel's word for where the master is. It may want to know who asks. */
static bool
sentinel_ask(struct redis_connection *sentinel, const struct redis_login *login, struct span name, struct arena *arena,
    struct span *host, uint16_t *port, enum redis_trouble *trouble, struct buf *why)
{
	const struct span		 words[] = { SPAN("SENTINEL"), SPAN("GET-MASTER-ADDR-BY-NAME"), name };
	const struct redis_reply	*reply = NULL;
	bool				 fine = true;

	for (int attempt = 0; attempt < 2 && fine; attempt++) {
		struct redis_batch batch;

		redis_batch_init(&batch, arena);
		if (attempt > 0)
			fine = login_add(login, &batch, trouble, why);
		redis_batch_add(&batch, words, NITEMS(words));
		fine = fine && run(sentinel, &batch, PATIENCE_US, trouble, why);
		reply = fine ? &batch.replies[batch.count - 1] : NULL;
		redis_batch_fini(&batch);
		if (!fine || reply->kind != REDIS_ERROR || !span_starts(reply->text, SPAN("NOAUTH")))
			break;
	}
	if (!fine)
		return false;
	if (reply->kind == REDIS_LIST && reply->count == 2 && reply->items[0].text.len > 0) {
		int64_t number = redis_reply_number(&reply->items[1]);

		*host = reply->items[0].text;
		*port = (uint16_t)number;
		if (number >= 1 && number <= 65535)
			return true;
	}
	trouble_say(trouble, TROUBLE_SENTINEL, why, reply->kind == REDIS_ERROR ? "a sentinel says %.*s" :
	    "a sentinel knows no master %.*s", SPAN_ARG(span_cut(reply->kind == REDIS_ERROR ? reply->text : name, 0, 150)));
	return false;
}

/* The first sentinel whose master says that it is one. */
static struct redis_connection *
connect_sentinels(const struct redis_place *place, const struct redis_login *login, int64_t answer_us, struct arena *arena,
    enum redis_trouble *trouble, struct buf *why)
{
	for (size_t i = 0; i < place->count; i++) {
		struct redis_connection	*sentinel = connect_tcp(place->hosts[i], place->ports[i], trouble, why), *master = NULL;
		struct span		 host;
		uint16_t		 port;

		if (sentinel != NULL && sentinel_ask(sentinel, login, place->name, arena, &host, &port, trouble, why))
			master = connect_tcp(host, port, trouble, why);
		redis_connection_free(sentinel);
		if (master != NULL && introduce(master, login, answer_us, arena, trouble, why))
			return master;
		redis_connection_free(master);
	}
	return NULL;
}

struct redis_connection *
redis_connection_new(const struct redis_place *place, const struct redis_login *login, int64_t answer_us,
    enum redis_trouble *trouble, struct buf *why)
{
	struct redis_connection	*connection;
	struct arena		*arena = arena_new(INTRODUCTION);

	*trouble = TROUBLE_NONE;
	if (arena == NULL) {
		trouble_say(trouble, TROUBLE_MEMORY, why, "out of memory");
		return NULL;
	}
	if (place->kind == REDIS_SENTINEL)
		connection = connect_sentinels(place, login, answer_us, arena, trouble, why);
	else {
		connection = place->kind == REDIS_UNIX ? connect_unix(place->name, trouble, why) :
		    connect_tcp(place->hosts[0], place->ports[0], trouble, why);
		if (connection != NULL && !introduce(connection, login, answer_us, arena, trouble, why)) {
			redis_connection_free(connection);
			connection = NULL;
		}
	}
	arena_free(arena);
	return connection;
}
