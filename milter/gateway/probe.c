#include "probe.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

static _Atomic int64_t	served_ms;
static int64_t		refused_since_ms;	/* sending thread only; 0: not refused */

static void
note_result(int error)
{
	/* The backlog is full: libmilter does not accept, which is just what probe_is_alive is to find out. */
	bool refused = error != 0 && error != EAGAIN && error != EINPROGRESS;

	if (!refused) {
		refused_since_ms = 0;
		return;
	}
	if (refused_since_ms == 0) {
		refused_since_ms = clock_ms();
		log_warn("cannot connect to the own socket: %s; a session may wait for others", strerror(error));
	}
	probe_served();
}

void
probe_send(int listen_fd)
{
	struct sockaddr_storage	address;
	socklen_t		size = sizeof(address);
	int			fd;

	if (getsockname(listen_fd, (struct sockaddr *)&address, &size) != 0)
		return;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* An address of any host means this one (Linux). */
	note_result(connect(fd, (struct sockaddr *)&address, size) == 0 ? 0 : errno);
	close(fd);
}

void
probe_served(void)
{
	atomic_store(&served_ms, clock_ms());
}

bool
probe_is_alive(void)
{
	return clock_ms() - atomic_load(&served_ms) < PROBE_PATIENCE_MS;
}
