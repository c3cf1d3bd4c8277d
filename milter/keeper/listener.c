#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "systemd.h"

static bool
fails(struct buf *why, const char *what, const char *about)
{
	buf_printf(why, "Socket: %s %s: %s", what, about, strerror(errno));
	return false;
}

/* Not blocking: two gateways may wait for the same connection while one of them drains. */
static bool
descriptor_take(struct listener *listener, int fd, struct buf *why)
{
	int		listening = 0, type = 0;
	socklen_t	size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening) {
		buf_printf(why, "Socket: descriptor %d is no listening stream socket", fd);
		return false;
	}
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
		buf_printf(why, "Socket: descriptor %d: %s", fd, strerror(errno));
		return false;
	}
	listener->fd = fd;
	return true;
}

static bool
open_fd(struct listener *listener, const char *number, const struct options *options, const struct account *owner,
    struct buf *why)
{
	char	*end;
	long	 fd = strtol(number, &end, 10);

	(void)options;
	(void)owner;
	if (*number == '\0' || *end != '\0' || fd < 0 || fd > 65535) {
		buf_printf(why, "Socket: \"%s\" is no descriptor", number);
		return false;
	}
	return descriptor_take(listener, (int)fd, why);
}

static void
lock_write_pid(int fd)
{
	char	text[32];
	int	len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* For people only, so a failure is none: the lock itself is what counts. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
		return;
}

static bool
lock_take(struct listener *listener, const char *path, struct buf *why)
{
	char	lock[sizeof(((struct sockaddr_un *)NULL)->sun_path) + sizeof(".lock")];
	char	pid[16] = "";

	snprintf(lock, sizeof(lock), "%s.lock", path);
	listener->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (listener->lock_fd < 0)
		return fails(why, "cannot open", lock);
	if (flock(listener->lock_fd, LOCK_EX | LOCK_NB) == 0) {
		lock_write_pid(listener->lock_fd);
		return true;
	}
	if (errno != EWOULDBLOCK)
		return fails(why, "cannot lock", lock);
	ssize_t len = pread(listener->lock_fd, pid, sizeof(pid) - 1, 0);
	pid[len > 0 ? strcspn(pid, "\n") : 0] = '\0';
	buf_printf(why, "Socket: %s is served by a running instance (process %s holds %s)", path,
	    pid[0] != '\0' ? pid : "unknown", lock);
	return false;
}

/*
 * Under the lock no other pixelward serves this path. Some other program may all the same, or one of ours
 * whose lock file somebody removed: so ask before the file goes.
 */
static bool
stale_remove(const struct sockaddr_un *address, struct buf *why)
{
	struct stat	status;
	int		fd, result;

	if (lstat(address->sun_path, &status) != 0)
		return errno == ENOENT || fails(why, "cannot look at", address->sun_path);
	if (!S_ISSOCK(status.st_mode)) {
		buf_printf(why, "Socket: %s exists and is no socket", address->sun_path);
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fails(why, "cannot try", address->sun_path);
	result = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	/* EAGAIN: somebody listens whose backlog is full. */
	bool alive = result == 0 || errno == EAGAIN || errno == EINPROGRESS;
	close(fd);
	if (alive) {
		buf_printf(why, "Socket: somebody listens on %s already", address->sun_path);
		return false;
	}
	return unlink(address->sun_path) == 0 || fails(why, "cannot remove the stale", address->sun_path);
}

/* A directory with the setgid bit has given the socket the group that the MTA is in: that stays. */
static bool
socket_give(const struct listener *listener, const struct account *owner, struct buf *why)
{
	char		*slash = strrchr(listener->path, '/');
	struct stat	 directory = { 0 };

	if (owner == NULL || geteuid() != 0)
		return true;
	*slash = '\0';
	int	looked = stat(slash == listener->path ? "/" : listener->path, &directory);
	*slash = '/';
	gid_t	gid = looked == 0 && (directory.st_mode & S_ISGID) != 0 ? (gid_t)-1 : owner->gid;

	if (lchown(listener->path, owner->uid, gid) != 0)
		return fails(why, "cannot give away", listener->path);
	/* The next start may be by that user. */
	if (fchown(listener->lock_fd, owner->uid, owner->gid) != 0)
		return fails(why, "cannot give away the lock of", listener->path);
	return true;
}

static bool
open_unix(struct listener *listener, const char *path, const struct options *options, const struct account *owner,
    struct buf *why)
{
	struct sockaddr_un	address = { .sun_family = AF_UNIX };
	struct stat		status;

	if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path)) {
		buf_printf(why, "Socket: \"%s\" is no absolute path of at most %zu bytes", path,
		    sizeof(address.sun_path) - 1);
		return false;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (!lock_take(listener, path, why) || !stale_remove(&address, why))
		return false;
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0)
		return fails(why, "cannot make", path);
	/* To connect is to write; nobody executes a socket. */
	mode_t	before = umask((mode_t)options->umask | 0111);
	int	bound = bind(listener->fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (bound != 0)
		return fails(why, "cannot bind", path);
	listener->path = strdup(path);
	if (listener->path == NULL || lstat(path, &status) != 0)
		return fails(why, "cannot look at", path);
	listener->device = status.st_dev;
	listener->inode = status.st_ino;
	return socket_give(listener, owner, why) &&
	    (listen(listener->fd, SOMAXCONN) == 0 || fails(why, "cannot listen on", path));
}

static int
inet_bind(const struct addrinfo *found)
{
	int	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int	on = 1;

	if (fd < 0)
		return -1;
	/* A restart must not wait for the old connections' TIME_WAIT; a second listener is refused all the same. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static bool
inet_open(struct listener *listener, int family, const char *port_at_host, struct buf *why)
{
	const struct addrinfo	 hints = { .ai_family = family, .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_PASSIVE };
	const char		*at = strchr(port_at_host, '@');
	struct addrinfo		*found = NULL;
	char			*port;

	if (at == NULL || at[1] == '\0') {
		buf_printf(why, "Socket: \"%s\" has no host", port_at_host);
		return false;
	}
	port = strndup(port_at_host, (size_t)(at - port_at_host));
	int error = port != NULL ? getaddrinfo(at + 1, port, &hints, &found) : EAI_MEMORY;
	free(port);
	if (error != 0) {
		buf_printf(why, "Socket: \"%s\": %s", port_at_host, gai_strerror(error));
		return false;
	}
	for (struct addrinfo *one = found; one != NULL && listener->fd < 0; one = one->ai_next)
		listener->fd = inet_bind(one);
	freeaddrinfo(found);
	return listener->fd >= 0 || fails(why, "cannot listen on", port_at_host);
}

static bool
open_inet(struct listener *listener, const char *rest, const struct options *options, const struct account *owner,
    struct buf *why)
{
	(void)options;
	(void)owner;
	return inet_open(listener, AF_INET, rest, why);
}

static bool
open_inet6(struct listener *listener, const char *rest, const struct options *options, const struct account *owner,
    struct buf *why)
{
	(void)options;
	(void)owner;
	return inet_open(listener, AF_INET6, rest, why);
}

static const struct {
	struct span	scheme;
	bool		(*open)(struct listener *, const char *rest, const struct options *,
			    const struct account *owner, struct buf *why);
} schemes[] = {
	{ { "unix:", 5 },	open_unix },
	{ { "local:", 6 },	open_unix },
	{ { "inet:", 5 },	open_inet },
	{ { "inet6:", 6 },	open_inet6 },
	{ { "fd:", 3 },		open_fd },
};

bool
listener_open(struct listener *listener, const struct options *options, const struct account *owner,
    struct buf *why)
{
	int	inherited = systemd_listen_fd();
	bool	opened = false;

	*listener = (struct listener){ .fd = -1, .lock_fd = -1 };
	if (inherited >= 0)
		return descriptor_take(listener, inherited, why);
	for (size_t i = 0; i < NITEMS(schemes); i++)
		if (span_starts_nocase(span_of(options->socket), schemes[i].scheme)) {
			opened = schemes[i].open(listener, options->socket + schemes[i].scheme.len, options, owner,
			    why);
			break;
		}
	if (opened)
		return true;
	if (buf_span(why).len == 0)
		buf_printf(why, "Socket: \"%s\" is no kind of socket", options->socket);
	listener_close(listener);
	if (listener->lock_fd >= 0)
		close(listener->lock_fd);
	listener->lock_fd = -1;
	return false;
}

void
listener_close(struct listener *listener)
{
	struct stat status;

	if (listener->path != NULL && lstat(listener->path, &status) == 0 && status.st_dev == listener->device &&
	    status.st_ino == listener->inode)
		(void)unlink(listener->path);
	free(listener->path);
	listener->path = NULL;
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

void
listener_release_in_child(struct listener *listener)
{
	/* The lock must fall when the keeper dies, not when its last gateway has drained. */
	if (listener->lock_fd >= 0)
		close(listener->lock_fd);
	listener->lock_fd = -1;
}
