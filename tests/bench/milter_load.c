/*
 * A load of milter sessions without an MTA: what Postfix says to a milter, over connections that stay open.
 *
 *	milter_load SOCKET SECONDS CONNECTIONS FILE...		SOCKET: the path of a Unix socket
 *
 * Prints "messages seconds median_us p99_us worst_us". A message is timed from MAIL to the last reply.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmilter/mfdef.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CHUNK		65535		/* of a body, as Postfix cuts it */
#define MOST_SAMPLES	2000000
#define OFFERED_STEPS	0x1fffffu
#define OFFERED_ACTIONS	0x1ffu
#define QUIET		(uint32_t)(SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY)

/* Ready-made packets. */
struct script {
	char	*at;
	size_t	 len, capacity;
};

struct mail {
	struct script	 content;	/* header, end of header, body */
};

struct session {
	int		 fd;
	uint32_t	 steps;		/* as negotiated */
	char		 out[1 << 17];
	size_t		 out_len;
	uint32_t	*samples;	/* us */
	size_t		 sample_count;
	pthread_t	 thread;
};

static struct mail	*mails;
static size_t		 mail_count;
static const char	*socket_path;
static double		 deadline;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("milter_load: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void
script_add(struct script *script, const void *bytes, size_t len)
{
	while (script->len + len > script->capacity) {
		script->capacity = script->capacity == 0 ? 4096 : script->capacity * 2;
		if ((script->at = realloc(script->at, script->capacity)) == NULL)
			die("out of memory");
	}
	memcpy(script->at + script->len, bytes, len);
	script->len += len;
}

/* Length, command, data: the form of every packet. */
static void
script_packet(struct script *script, char command, const void *data, size_t len)
{
	uint32_t size = htonl((uint32_t)(len + 1));

	script_add(script, &size, sizeof(size));
	script_add(script, &command, 1);
	script_add(script, data, len);
}

static void
session_flush(struct session *session)
{
	for (size_t done = 0; done < session->out_len;) {
		ssize_t n = write(session->fd, session->out + done, session->out_len - done);

		if (n <= 0)
			die("write: %s", strerror(errno));
		done += (size_t)n;
	}
	session->out_len = 0;
}

static void
session_write(struct session *session, const char *at, size_t len)
{
	while (len > 0) {
		size_t room = sizeof(session->out) - session->out_len, part = len < room ? len : room;

		memcpy(session->out + session->out_len, at, part);
		session->out_len += part;
		at += part;
		len -= part;
		if (session->out_len == sizeof(session->out))
			session_flush(session);
	}
}

static void
session_read(struct session *session, void *into, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(session->fd, (char *)into + done, len - done);

		if (n <= 0)
			die("the milter hung up");
		done += (size_t)n;
	}
}

/* The command of the next packet; its data, cut to what fits, goes to data. */
static char
session_packet(struct session *session, void *data, size_t capacity)
{
	char		ignored[CHUNK], command;
	uint32_t	size;

	session_read(session, &size, sizeof(size));
	session_read(session, &command, 1);
	for (size_t left = ntohl(size) - 1, first = left < capacity ? left : capacity; left > 0;) {
		size_t part = first > 0 ? first : left < sizeof(ignored) ? left : sizeof(ignored);

		session_read(session, first > 0 ? data : ignored, part);
		left -= part;
		first = 0;
	}
	return command;
}

/* Changes at the end of a message are read over; the first that settles something is the reply. */
static char
session_reply(struct session *session)
{
	session_flush(session);
	for (;;) {
		char command = session_packet(session, NULL, 0);

		if (strchr("acdrtys", command) != NULL)
			return command;
	}
}

static void
session_send(struct session *session, char command, const void *data, size_t len, uint32_t skip, uint32_t no_reply)
{
	struct script script = { 0 };

	if ((session->steps & skip) != 0)
		return;
	script_packet(&script, command, data, len);
	session_write(session, script.at, script.len);
	free(script.at);
	if ((session->steps & no_reply) == 0)
		(void)session_reply(session);
}

static void
session_open(struct session *session)
{
	static const char	 client[] = "mail.sender.example\0004\0\031203.0.113.9";
	struct sockaddr_un	 address = { .sun_family = AF_UNIX };
	struct script		 offer = { 0 };
	uint32_t		 words[3] = { htonl(6), htonl(OFFERED_ACTIONS), htonl(OFFERED_STEPS) };

	if (strlen(socket_path) >= sizeof(address.sun_path))
		die("the socket's name is too long");
	memcpy(address.sun_path, socket_path, strlen(socket_path));
	session->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (session->fd < 0 || connect(session->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		die("%s: %s", socket_path, strerror(errno));
	script_packet(&offer, SMFIC_OPTNEG, words, sizeof(words));
	session_write(session, offer.at, offer.len);
	free(offer.at);
	session_flush(session);
	if (session_packet(session, words, sizeof(words)) != SMFIC_OPTNEG)
		die("no negotiation");
	session->steps = ntohl(words[2]);
	if ((session->steps & QUIET) != QUIET)
		die("this client loads milters that answer at the end of a message only");
	session_send(session, SMFIC_CONNECT, client, sizeof(client), SMFIP_NOCONNECT, SMFIP_NR_CONN);
	session_send(session, SMFIC_HELO, "mail.sender.example", 20, SMFIP_NOHELO, SMFIP_NR_HELO);
}

static void
session_message(struct session *session, const struct mail *mail, unsigned number)
{
	static const char	 rcpt[] = "<member@parl.example>", from[] = "<sender@news.example>";
	struct script		 macro = { 0 };
	char			 queue_id[32] = "Ei";
	int			 len = snprintf(queue_id + 3, sizeof(queue_id) - 3, "LOAD%u", number);

	session_send(session, SMFIC_MAIL, from, sizeof(from), SMFIP_NOMAIL, SMFIP_NR_MAIL);
	session_send(session, SMFIC_RCPT, rcpt, sizeof(rcpt), SMFIP_NORCPT, SMFIP_NR_RCPT);
	session_send(session, SMFIC_DATA, "", 0, SMFIP_NODATA, SMFIP_NR_DATA);
	session_write(session, mail->content.at, mail->content.len);
	script_packet(&macro, SMFIC_MACRO, queue_id, (size_t)len + 4);
	session_write(session, macro.at, macro.len);
	free(macro.at);
	session_send(session, SMFIC_BODYEOB, "", 0, 0, 0);
}

static void *
session_run(void *argument)
{
	struct session	*session = argument;

	session_open(session);
	for (unsigned number = 0;; number++) {
		double began = now();

		if (began >= deadline || session->sample_count == MOST_SAMPLES)
			break;
		session_message(session, &mails[number % mail_count], number);
		session->samples[session->sample_count++] = (uint32_t)((now() - began) * 1e6);
	}
	session_send(session, SMFIC_QUIT, "", 0, 0, UINT32_MAX);
	session_flush(session);
	close(session->fd);
	return NULL;
}

static char *
file_read(const char *name, size_t *len)
{
	struct stat	 about;
	FILE		*file = fopen(name, "r");
	char		*at = NULL;

	if (file == NULL || fstat(fileno(file), &about) != 0 || (at = malloc((size_t)about.st_size + 1)) == NULL ||
	    fread(at, 1, (size_t)about.st_size, file) != (size_t)about.st_size)
		die("%s: %s", name, strerror(errno));
	fclose(file);
	*len = (size_t)about.st_size;
	return at;
}

static void
body_add(struct script *script, const char *at, size_t len)
{
	struct script wire = { 0 };

	for (size_t i = 0; i < len; i++) {
		if (at[i] == '\n' && (i == 0 || at[i - 1] != '\r'))
			script_add(&wire, "\r", 1);
		script_add(&wire, at + i, 1);
	}
	for (size_t begin = 0; begin < wire.len; begin += CHUNK)
		script_packet(script, SMFIC_BODY, wire.at + begin, wire.len - begin < CHUNK ? wire.len - begin : CHUNK);
	free(wire.at);
}

/* The end of the field that begins at at: behind the line end of its last line. */
static size_t
field_end(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (at[i] == '\n' && (i + 1 == len || (at[i + 1] != ' ' && at[i + 1] != '\t')))
			return i + 1;
	return len;
}

/* Header fields as the MTA sends them: name, NUL, value with its leading blank and LF folds, NUL. */
static void
mail_load(struct mail *mail, const char *name)
{
	size_t	 len, at = 0;
	char	*text = file_read(name, &len);

	while (at < len && text[at] != '\n' && text[at] != '\r') {
		size_t		 end = at + field_end(text + at, len - at);
		const char	*colon = memchr(text + at, ':', end - at);
		struct script	 field = { 0 };

		if (colon == NULL)
			break;
		script_add(&field, text + at, (size_t)(colon - (text + at)));
		script_add(&field, "", 1);
		for (const char *p = colon + 1; p < text + end - 1; p++)
			if (*p != '\r')
				script_add(&field, p, 1);
		script_add(&field, "", 1);
		script_packet(&mail->content, SMFIC_HEADER, field.at, field.len);
		free(field.at);
		at = end;
	}
	at += field_end(text + at, len - at);	/* the blank line */
	script_packet(&mail->content, SMFIC_EOH, "", 0);
	body_add(&mail->content, text + at, len - at);
	free(text);
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: milter_load SOCKET SECONDS CONNECTIONS FILE...\n");
		return 64;
	}
	socket_path = argv[1];
	size_t		 count = strtoul(argv[3], NULL, 10), total = 0;
	struct session	*sessions = calloc(count, sizeof(*sessions));

	mail_count = (size_t)(argc - 4);
	mails = calloc(mail_count, sizeof(*mails));
	if (sessions == NULL || mails == NULL || count == 0)
		die("out of memory, or no connection is asked for");
	for (size_t i = 0; i < mail_count; i++)
		mail_load(&mails[i], argv[i + 4]);

	double began = now();

	deadline = began + strtod(argv[2], NULL);
	for (size_t i = 0; i < count; i++)
		if ((sessions[i].samples = malloc(MOST_SAMPLES * sizeof(uint32_t))) == NULL ||
		    pthread_create(&sessions[i].thread, NULL, session_run, &sessions[i]) != 0)
			die("no thread");
	for (size_t i = 0; i < count; i++) {
		pthread_join(sessions[i].thread, NULL);
		total += sessions[i].sample_count;
	}
	double seconds = now() - began;
	uint32_t *all = malloc((total + 1) * sizeof(*all));

	if (all == NULL || total == 0)
		die("no message went through");
	for (size_t i = 0, at = 0; i < count; at += sessions[i++].sample_count)
		memcpy(all + at, sessions[i].samples, sessions[i].sample_count * sizeof(*all));
	qsort(all, total, sizeof(*all), by_size);
	printf("%zu %.3f %u %u %u\n", total, seconds, all[total / 2], all[total * 99 / 100], all[total - 1]);
	return 0;
}
