/* What a gateway that was taken over could not do. */
#include "support.h"

#include <pixelward/base/log.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/confine.h"

static char		root[] = "/tmp/pixelward-confine-XXXXXX";
static char		state_dir[64], outside[64], inside[64];
static int		listen_fd;
static uint16_t		own_port;

static bool
can_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
can_connect(uint16_t port)
{
	struct sockaddr_in	address = { .sin_family = AF_INET, .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
can_bind(void)
{
	struct sockaddr_in	address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int			fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
can_execute(void)
{
	char *const arguments[] = { (char *)(uintptr_t)"/bin/true", NULL };

	execv(arguments[0], arguments);
	return errno != EPERM && errno != EACCES;
}

static bool
can_map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
can_read_rules(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && close(fd) == 0;
}

static bool
can_write_outside(void)
{
	return can_write(outside);
}

static bool
can_write_inside(void)
{
	return can_write(inside) && unlink(inside) == 0;
}

static bool
can_connect_to_itself(void)
{
	return can_connect(own_port);
}

static bool
can_connect_elsewhere(void)
{
	return can_connect((uint16_t)(own_port + 1)) || errno == ECONNREFUSED;
}

static bool
can_trace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static void *
nothing(void *unused)
{
	return unused;
}

static bool
can_start_threads(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static const struct {
	const char	*what;
	bool		 (*can)(void);
	bool		 expected;
	bool		 by_filter;	/* not where the sanitizers run: they need what it refuses */
	long		 landlock;	/* version that refuses it, or 0 */
	const char	*redis;		/* option Redis up to its port, which is so much more than the gateway's */
	int		 more;
} rows[] = {
	{ "read configuration and rules",		can_read_rules,		true,	false, 0, NULL, 0 },
	{ "write beneath StateDir",			can_write_inside,	true,	false, 0, NULL, 0 },
	{ "start threads",				can_start_threads,	true,	false, 0, NULL, 0 },
	{ "connect to its own socket",			can_connect_to_itself,	true,	false, 0, NULL, 0 },
	{ "write elsewhere",				can_write_outside,	false,	false, 1, NULL, 0 },
	{ "connect elsewhere",				can_connect_elsewhere,	false,	false, 4, NULL, 0 },
	{ "listen on a port",				can_bind,		false,	false, 4, NULL, 0 },
	{ "execute a program",				can_execute,		false,	false, 1, NULL, 0 },
	{ "start a process",				can_fork,		false,	true, 0, NULL, 0 },
	{ "have memory that is writable and code",	can_map_code,		false,	true, 0, NULL, 0 },
	{ "connect to Redis",				can_connect_elsewhere,	true,	false, 0, "tcp:127.0.0.1", 1 },
	{ "connect beside Redis",			can_connect_elsewhere,	false,	false, 4, "tcp:127.0.0.1", 2 },
	{ "connect beside Redis's socket",		can_connect_elsewhere,	false,	false, 4, "unix:/run/redis", 0 },
	{ "connect to where a sentinel says",		can_connect_elsewhere,	true,	false, 0, "sentinel:m@127.0.0.1", 2 },
	{ "look into another process",			can_trace,		false,	true, 0, NULL, 0 },
};

static void
test_row(void **state)
{
	size_t			 row = (size_t)(uintptr_t)*state;
	char			 redis[64] = "none";
	struct options		 options = { .state_dir = state_dir, .redis = redis };
	int			 status;

	if (rows[row].redis != NULL)
		snprintf(redis, sizeof(redis), "%s:%d", rows[row].redis, own_port + rows[row].more);

#ifdef __SANITIZE_ADDRESS__
	if (rows[row].by_filter)
		return;
#endif
	/* A kernel without it is told in the log; there is nothing to test then. */
	if (rows[row].landlock > syscall(444, NULL, 0, 1)) {
		print_message("the kernel's Landlock is too old for: %s\n", rows[row].what);
		return;
	}
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		confine_gateway(&options, listen_fd);
		_exit(rows[row].can() ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, rows[row].expected ? 1 << 8 : 0);
}

static void
prepare(void)
{
	struct sockaddr_in	address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t		bytes = sizeof(address);

	if (mkdtemp(root) == NULL)
		abort();
	snprintf(state_dir, sizeof(state_dir), "%s/state", root);
	snprintf(outside, sizeof(outside), "%s/outside", root);
	snprintf(inside, sizeof(inside), "%s/state/inside", root);
	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (mkdir(state_dir, 0700) != 0 || bind(listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listen_fd, 8) != 0 || getsockname(listen_fd, (struct sockaddr *)&address, &bytes) != 0)
		abort();
	own_port = ntohs(address.sin_port);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows)];

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].what, .test_func = test_row,
		    .initial_state = (void *)(uintptr_t)i };
	prepare();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(outside);
	(void)rmdir(state_dir);
	(void)rmdir(root);
	return failed;
}
