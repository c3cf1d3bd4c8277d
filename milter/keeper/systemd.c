#include "systemd.h"

#include <pixelward/base/clock.h>
#include <pixelward/span.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_PASSED_FD	3

static struct sockaddr_un	notify_address = { .sun_family = AF_UNIX };
static socklen_t		notify_length;	/* 0: nobody wants to know */
static int			listen_fd = -1;
static int64_t			watchdog_ms;

static int64_t
environment_number(const char *name)
{
	const char	*text = getenv(name);
	char		*end;
	long long	 value;

	if (text == NULL || !ascii_digit(text[0]))
		return -1;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' ? value : -1;
}

static void
notify_init(void)
{
	const char	*path = getenv("NOTIFY_SOCKET");
	size_t		 len = path != NULL ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(notify_address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(notify_address.sun_path, path, len + 1);
	if (path[0] == '@')
		notify_address.sun_path[0] = '\0';
	notify_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void
listen_init(void)
{
	int64_t count = environment_number("LISTEN_FDS");

	if (environment_number("LISTEN_PID") != getpid() || count < 1)
		return;
	for (int fd = FIRST_PASSED_FD; fd < FIRST_PASSED_FD + count; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	listen_fd = FIRST_PASSED_FD;
}

static void
watchdog_init(void)
{
	int64_t usec = environment_number("WATCHDOG_USEC"), pid = environment_number("WATCHDOG_PID");

	if (usec > 0 && (pid < 0 || pid == getpid()))
		watchdog_ms = usec / 2000 > 0 ? usec / 2000 : 1;
}

void
systemd_init(void)
{
	static const char *const ours[] = { "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
		"WATCHDOG_USEC", "WATCHDOG_PID" };

	notify_init();
	listen_init();
	watchdog_init();
	for (size_t i = 0; i < NITEMS(ours); i++)
		unsetenv(ours[i]);
}

int
systemd_listen_fd(void)
{
	return listen_fd;
}

int64_t
systemd_watchdog_ms(void)
{
	return watchdog_ms;
}

void
systemd_notify(const char *state)
{
	int fd;

	if (notify_length == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A manager that does not hear misses nothing that we could do without it. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&notify_address, notify_length);
	close(fd);
}

void
systemd_notify_reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
	systemd_notify(state);
}
