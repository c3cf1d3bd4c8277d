#include "confine.h"

#include <pixelward/base/buf.h>
#include <pixelward/base/log.h>
#include <pixelward/base/redis.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

/* Debian 12's headers end with the second version of Landlock (linux/landlock.h of Linux 6.12). */
struct ruleset {
	uint64_t	files, ports, scoped;
};
struct port_rule {
	uint64_t	allowed, port;
};
#define RULE_PORT		2
#define FILES_TRUNCATE		(1u << 14)	/* version 3 */
#define FILES_DEVICE_IOCTL	(1u << 15)	/* version 5 */
#define PORTS_BIND		1u		/* version 4 */
#define PORTS_CONNECT		2u
#define SCOPED_SIGNALS		2u		/* version 6 */

#define FILES_READ	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILES_KEEP	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
			LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG)
#define FILES_REST	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
			LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* False: errno; a directory that is not there needs no rule. */
static bool
allow_beneath(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access,
	    .parent_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };

	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return result == 0;
}

static bool
allow_port(int ruleset, uint16_t port)
{
	struct port_rule rule = { .allowed = PORTS_CONNECT, .port = port };

	return syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) == 0;
}

/* The gateway connects to itself, to see that it answers. */
static bool
allow_own_port(int ruleset, int listen_fd)
{
	struct sockaddr_storage	 address = { 0 };
	socklen_t		 bytes = sizeof(address);

	if (getsockname(listen_fd, (struct sockaddr *)&address, &bytes) != 0)
		return false;
	if (address.ss_family == AF_INET)
		return allow_port(ruleset, ntohs(((const struct sockaddr_in *)&address)->sin_port));
	if (address.ss_family == AF_INET6)
		return allow_port(ruleset, ntohs(((const struct sockaddr_in6 *)&address)->sin6_port));
	return true;
}

/* The option was checked when it was read. */
static struct redis_place
redis_of(const struct options *options)
{
	struct redis_place	redis;
	struct buf		why;

	buf_init(&why, 512);
	if (!redis_place_parse(span_of(options->redis), &redis, &why))
		redis.kind = REDIS_NONE;
	buf_fini(&why);
	return redis;
}

/* What it may connect to, in words. */
static const char *const connections[] = {
	[REDIS_NONE] = ", opens no connection",
	[REDIS_UNIX] = ", opens no connection but to sockets of this host",
	[REDIS_TCP] = ", connects to Redis's port only",
	[REDIS_SENTINEL] = "",	/* a sentinel names the master's port: it may be any */
};

static void
files_confine(const struct options *options, int listen_fd)
{
	long		version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t	newer = (version >= 3 ? FILES_TRUNCATE : 0);
	struct redis_place redis = redis_of(options);
	bool		anywhere = redis.kind == REDIS_SENTINEL;
	struct ruleset	rights = { .files = FILES_READ | FILES_KEEP | FILES_REST | newer |
			    (version >= 5 ? FILES_DEVICE_IOCTL : 0) };

	if (version < 1) {
		log_warn("gateway: the kernel has no Landlock (%s): files are protected by their permissions alone",
		    strerror(errno));
		return;
	}
	if (version >= 4)
		rights.ports = PORTS_BIND | (anywhere ? 0 : PORTS_CONNECT);
	if (version >= 6)
		rights.scoped = SCOPED_SIGNALS;
	size_t	bytes = version >= 6 ? sizeof(rights) : version >= 4 ? offsetof(struct ruleset, scoped) :
		    offsetof(struct ruleset, ports);
	int	ruleset = (int)syscall(SYS_landlock_create_ruleset, &rights, bytes, 0);
	bool	confined = ruleset >= 0 && allow_beneath(ruleset, "/", FILES_READ) &&
		    allow_beneath(ruleset, options->state_dir, FILES_READ | FILES_KEEP | newer) &&
		    (version < 4 || anywhere || (allow_own_port(ruleset, listen_fd) &&
		    (redis.kind != REDIS_TCP || allow_port(ruleset, redis.ports[0])))) &&
		    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	int	saved = errno;
	if (ruleset >= 0)
		close(ruleset);
	if (confined)
		log_info("gateway: writes beneath %s only%s (Landlock %ld)", options->state_dir,
		    version >= 4 ? connections[redis.kind] : "", version);
	else
		log_warn("gateway: Landlock refused: %s", strerror(saved));
}

/* Calls that the table below allows and that are yet refused in this form. */
static const struct rule {
	int			call;
	uint32_t		action;
	unsigned		comparisons;
	struct scmp_arg_cmp	comparison[1];
} rules[] = {
	/* Threads, but no process. glibc falls back from clone3, whose flags a filter cannot see, to clone. */
	{ SCMP_SYS(clone),	SCMP_ACT_ALLOW, ARG(0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD) },
	{ SCMP_SYS(clone3),	SCMP_ACT_ERRNO(ENOSYS), ANY },
	/* Never writable and executable at once. */
	{ SCMP_SYS(mmap),	SCMP_ACT_ALLOW, ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
	{ SCMP_SYS(mmap),	SCMP_ACT_ALLOW, ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC) },
	{ SCMP_SYS(mprotect),	SCMP_ACT_ALLOW, ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
	{ SCMP_SYS(mprotect),	SCMP_ACT_ALLOW, ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC) },
	/* The MTA's socket, the keeper's and the log's. */
	{ SCMP_SYS(socket),	SCMP_ACT_ALLOW, ARG(0, SCMP_CMP_EQ, AF_UNIX, 0) },
	{ SCMP_SYS(socket),	SCMP_ACT_ALLOW, ARG(0, SCMP_CMP_EQ, AF_INET, 0) },
	{ SCMP_SYS(socket),	SCMP_ACT_ALLOW, ARG(0, SCMP_CMP_EQ, AF_INET6, 0) },
};

static const int allowed[] = {
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(access), SCMP_SYS(bind), SCMP_SYS(brk), SCMP_SYS(chmod),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(close),
	SCMP_SYS(close_range), SCMP_SYS(connect), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(eventfd2),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fallocate),
	SCMP_SYS(fchmod), SCMP_SYS(fcntl), SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fstat), SCMP_SYS(fstatfs),
	SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(futex), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getpeername), SCMP_SYS(getpid),
	SCMP_SYS(getppid), SCMP_SYS(getrandom), SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(gettid), SCMP_SYS(gettimeofday), SCMP_SYS(getuid), SCMP_SYS(ioctl),
	SCMP_SYS(listen), SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(madvise), SCMP_SYS(membarrier),
	SCMP_SYS(memfd_create), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(mremap), SCMP_SYS(munmap),
	SCMP_SYS(nanosleep), SCMP_SYS(newfstatat), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(pipe),
	SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(prctl), SCMP_SYS(pread64), SCMP_SYS(prlimit64),
	SCMP_SYS(pselect6), SCMP_SYS(pwrite64), SCMP_SYS(read), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(readv), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(restart_syscall), SCMP_SYS(rseq), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(select), SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg),
	SCMP_SYS(sendto), SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address), SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown), SCMP_SYS(sigaltstack), SCMP_SYS(socketpair), SCMP_SYS(stat), SCMP_SYS(statfs),
	SCMP_SYS(statx), SCMP_SYS(sysinfo), SCMP_SYS(tgkill), SCMP_SYS(umask), SCMP_SYS(uname), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(utimensat), SCMP_SYS(write), SCMP_SYS(writev),
};

static void
calls_confine(void)
{
	scmp_filter_ctx	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int		result = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; i < NITEMS(rules) && result == 0; i++)
		result = seccomp_rule_add_array(filter, rules[i].action, rules[i].call, rules[i].comparisons,
		    rules[i].comparison);
	/* Old calls that a machine never had cannot be made there. */
	for (size_t i = 0; i < NITEMS(allowed) && (result == 0 || result == -EDOM); i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (result == 0 || result == -EDOM)
		result = seccomp_load(filter);
	seccomp_release(filter);
	if (result == 0)
		log_info("gateway: starts no program and no process (seccomp)");
	else
		log_warn("gateway: the kernel refuses its system call filter: %s", strerror(-result));
}

void
confine_gateway(const struct options *options, int listen_fd)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		log_warn("gateway: not confined: PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
		return;
	}
	files_confine(options, listen_fd);
	if (!INSTRUMENTED)
		calls_confine();
}
