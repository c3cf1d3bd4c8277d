#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter.h"

/* The slot's socket, and the two files of a job while it lasts. */
#define MOST_DESCRIPTORS	(INSTRUMENTED ? 7 : 4)

/* Computing, taking a job, answering it. */
static const struct rule {
	int			call;
	unsigned		comparisons;
	struct scmp_arg_cmp	comparison[1];
} rules[] = {
	{ SCMP_SYS(recvmsg),		ANY },
	{ SCMP_SYS(recvfrom),		ANY },	/* is anybody left who could ask? */
	{ SCMP_SYS(pwrite64),		ANY },	/* into the sealed result */
	{ SCMP_SYS(close),		ANY },
	{ SCMP_SYS(mmap),		ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
	{ SCMP_SYS(mprotect),		ARG(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
	{ SCMP_SYS(munmap),		ANY },
	{ SCMP_SYS(mremap),		ANY },
	{ SCMP_SYS(madvise),		ANY },
	{ SCMP_SYS(brk),		ANY },
	{ SCMP_SYS(futex),		ANY },	/* sleeping on the desk's state */
	{ SCMP_SYS(clock_gettime),	ANY },	/* where the kernel's page for it does not do */
	{ SCMP_SYS(gettimeofday),	ANY },
	{ SCMP_SYS(getpid),		ANY },
	{ SCMP_SYS(gettid),		ANY },
	{ SCMP_SYS(getrandom),		ANY },
	{ SCMP_SYS(rt_sigprocmask),	ANY },
	{ SCMP_SYS(rt_sigreturn),	ANY },
	{ SCMP_SYS(restart_syscall),	ANY },
	{ SCMP_SYS(exit),		ANY },
	{ SCMP_SYS(exit_group),		ANY },
};

/* What a sanitizer's runtime needs to look around and to tell what it found. It only reads. */
static const struct rule instrumented[] = {
	{ SCMP_SYS(open),		ARG(1, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY) },
	{ SCMP_SYS(openat),		ARG(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDONLY) },
	{ SCMP_SYS(write),		ARG(0, SCMP_CMP_EQ, STDERR_FILENO, 0) },
	{ SCMP_SYS(read),		ANY },
	{ SCMP_SYS(pread64),		ANY },
	{ SCMP_SYS(lseek),		ANY },
	{ SCMP_SYS(fstat),		ANY },
	{ SCMP_SYS(newfstatat),		ANY },
	{ SCMP_SYS(readlink),		ANY },
	{ SCMP_SYS(fcntl),		ANY },
	{ SCMP_SYS(ioctl),		ANY },
	{ SCMP_SYS(getrlimit),		ANY },
	{ SCMP_SYS(prlimit64),		ANY },
	{ SCMP_SYS(rt_sigaction),	ANY },
	{ SCMP_SYS(sigaltstack),	ANY },
	{ SCMP_SYS(sched_yield),	ANY },
	{ SCMP_SYS(tgkill),		ANY },
};

static struct sock_fprog program;

/* libseccomp writes a program to a descriptor only. */
static bool
program_read(scmp_filter_ctx filter)
{
	int	fd = memfd_create("pixelward-filter", MFD_CLOEXEC);
	off_t	bytes;
	bool	read = false;

	if (fd < 0)
		return false;
	if (seccomp_export_bpf(filter, fd) == 0 && (bytes = lseek(fd, 0, SEEK_END)) > 0) {
		program.filter = malloc((size_t)bytes);
		program.len = (unsigned short)((size_t)bytes / sizeof(struct sock_filter));
		read = program.filter != NULL && pread(fd, program.filter, (size_t)bytes, 0) == bytes;
	}
	close(fd);
	return read;
}

static int
rules_add(scmp_filter_ctx filter, const struct rule *added, size_t count)
{
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		result = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, added[i].call, added[i].comparisons,
		    added[i].comparison);
		/* Some calls of the tables are unknown to some machines: so they cannot be made there. */
		if (result == -EDOM || result == -EINVAL)
			result = 0;
	}
	return result;
}

bool
sandbox_prepare(struct buf *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int		result = filter == NULL ? -ENOMEM : 0;

	if (result == 0)
		result = rules_add(filter, rules, NITEMS(rules));
	if (result == 0 && INSTRUMENTED)
		result = rules_add(filter, instrumented, NITEMS(instrumented));
	bool prepared = result == 0 && program_read(filter);
	if (!prepared)
		buf_printf(why, "cannot make the dissectors' system call filter: %s", strerror(-result));
	seccomp_release(filter);
	return prepared;
}

static bool
limit_set(__rlimit_resource_t resource, uint64_t most)
{
	struct rlimit limit = { .rlim_cur = most, .rlim_max = most };

	return setrlimit(resource, &limit) == 0;
}

/* What the process has mapped already: libraries and their tables. */
static uint64_t
mapped_bytes(void)
{
	unsigned long long	 pages = 0;
	FILE			*statm = fopen("/proc/self/statm", "re");

	if (statm != NULL) {
		if (fscanf(statm, "%llu", &pages) != 1)
			pages = 0;
		fclose(statm);
	}
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool
limits_set(uint64_t memory, uint64_t cpu_s)
{
	bool set = limit_set(RLIMIT_CORE, 0) && limit_set(RLIMIT_FSIZE, RLIM_INFINITY) &&
	    limit_set(RLIMIT_CPU, cpu_s) && limit_set(RLIMIT_MEMLOCK, 0) && limit_set(RLIMIT_NOFILE, MOST_DESCRIPTORS);

	if (!INSTRUMENTED)
		set = set && limit_set(RLIMIT_AS, mapped_bytes() + memory);
	return set;
}

/* Ctrl-C goes to a whole group: the keeper says when to end. What the parent blocked would also block a crash. */
static void
signals_reset(void)
{
	sigset_t none;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
descriptors_close(int fd)
{
	int first = INSTRUMENTED ? 3 : 0;

	if (dup2(fd, first) != first || close_range((unsigned)first + 1, ~0u, 0) != 0)
		return -1;
	return first;
}

static const struct wall {
	const char	*name;
	int		 option;
	unsigned long	 value;
} walls[] = {
	{ "no inspection (PR_SET_DUMPABLE)",		PR_SET_DUMPABLE,	0 },
	{ "no new privileges (PR_SET_NO_NEW_PRIVS)",	PR_SET_NO_NEW_PRIVS,	1 },
};

int
sandbox_close(int fd, uint64_t memory, uint64_t cpu_s, const char **what)
{
	prctl(PR_SET_NAME, "pw-dissector");
	signals_reset();
	*what = "limits (setrlimit)";
	if (!limits_set(memory, cpu_s))
		return -1;
	*what = "closed descriptors (close_range)";
	if ((fd = descriptors_close(fd)) < 0)
		return -1;
	for (size_t i = 0; i < NITEMS(walls); i++) {
		*what = walls[i].name;
		if (prctl(walls[i].option, walls[i].value, 0, 0, 0) != 0)
			return -1;
	}
	*what = "the system call filter (seccomp)";
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return -1;
	return fd;
}
