#include "milter_ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include <pixelward/base/clock.h>

/* A gateway that is started anew is there again in a second or two; MTAs wait longer. */
#define PATIENCE_MS	5000

static enum milter_answer
silent(struct buf *why, const char *text)
{
	buf_printf(why, "%s", text);
	return MILTER_SILENT;
}

/* Connected, or -1 and errno. */
static int
connect_to(const struct sockaddr *address, socklen_t size)
{
	int		fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
	socklen_t	length = sizeof(error);

	if (fd < 0 || connect(fd, address, size) == 0)
		return fd;
	if (errno == EINPROGRESS && poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, PATIENCE_MS) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0)
		return fd;
	error = error != 0 ? error : errno;
	close(fd);
	errno = error;
	return -1;
}

static int
connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	return connect_to((const struct sockaddr *)&address, sizeof(address));
}

static int
connect_inet(const char *port_at_host, int family)
{
	const struct addrinfo	 hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo		*found = NULL;
	const char		*at = strchr(port_at_host, '@');
	char			*port = strndup(port_at_host, at != NULL ? (size_t)(at - port_at_host) : 0);
	int			 fd = -1;

	errno = EADDRNOTAVAIL;
	if (at != NULL && port != NULL && getaddrinfo(at + 1, port, &hints, &found) == 0)
		for (const struct addrinfo *one = found; one != NULL && fd < 0; one = one->ai_next)
			fd = connect_to(one->ai_addr, one->ai_addrlen);
	int saved = errno;
	if (found != NULL)
		freeaddrinfo(found);
	free(port);
	errno = saved;
	return fd;
}

/* Length, command, and for SMFIC_OPTNEG three numbers: version, actions, steps. */
struct packet {
	uint32_t	length;
	char		command;
	char		numbers[12];
} __attribute__((packed));

static bool
read_packet(int fd, struct packet *packet)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;
	size_t	got = 0;

	while (got < sizeof(*packet)) {
		int64_t left = deadline - clock_ms();

		if (left <= 0 || poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, (int)left) <= 0)
			return false;
		ssize_t more = recv(fd, (char *)packet + got, sizeof(*packet) - got, MSG_DONTWAIT);
		if (more <= 0)
			return false;
		got += (size_t)more;
	}
	return true;
}

static enum milter_answer
greet(int fd, struct buf *why)
{
	const uint32_t	offer[3] = { htonl(SMFI_PROT_VERSION), htonl(SMFI_CURR_ACTS & ~(uint32_t)SMFIF_SETSYMLIST),
			    htonl(SMFI_CURR_PROT) };
	struct packet	greeting = { .length = htonl(1 + sizeof(greeting.numbers)), .command = SMFIC_OPTNEG }, answer;
	const char	farewell[5] = { 0, 0, 0, 1, SMFIC_QUIT };

	memcpy(greeting.numbers, offer, sizeof(offer));
	if (send(fd, &greeting, sizeof(greeting), MSG_NOSIGNAL) != (ssize_t)sizeof(greeting))
		return silent(why, strerror(errno));
	if (!read_packet(fd, &answer))
		return silent(why, "no answer within 5 s");
	(void)send(fd, farewell, sizeof(farewell), MSG_NOSIGNAL);
	return answer.command == SMFIC_OPTNEG ? MILTER_ANSWERS : silent(why, "what answers there is no milter");
}

enum milter_answer
milter_ask(const char *address, struct buf *why)
{
	const char		*rest = strchr(address, ':');
	enum milter_answer	 answer;
	int			 fd;

	if (rest == NULL || span_starts_nocase(span_of(address), SPAN("fd:")))
		return MILTER_UNKNOWN;
	fd = span_starts_nocase(span_of(address), SPAN("inet:")) ? connect_inet(rest + 1, AF_INET) :
	    span_starts_nocase(span_of(address), SPAN("inet6:")) ? connect_inet(rest + 1, AF_INET6) : connect_unix(rest + 1);
	if (fd < 0) {
		answer = errno == EACCES || errno == EPERM ? MILTER_FORBIDDEN : MILTER_SILENT;
		buf_printf(why, "%s", strerror(errno));
		return answer;
	}
	answer = greet(fd, why);
	close(fd);
	return answer;
}
