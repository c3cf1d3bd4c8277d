#include "background.h"

#include <errno.h>
#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The status byte, or that the daemon died without a word. */
static void
wait_for_report(int fd)
{
	unsigned char	status;
	ssize_t		n;

	do
		n = read(fd, &status, 1);
	while (n < 0 && errno == EINTR);
	_exit(n == 1 ? status : EX_SOFTWARE);
}

bool
background_enter(struct background *background)
{
	int	ends[2];
	pid_t	pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	if (pid > 0) {
		close(ends[1]);
		wait_for_report(ends[0]);
	}
	close(ends[0]);
	background->report_fd = ends[1];
	/* A session of our own, then no leader of it: opening a terminal must not make it ours. */
	(void)setsid();
	pid = fork();
	if (pid != 0)
		_exit(pid > 0 ? EX_OK : EX_OSERR);
	return chdir("/") == 0;
}

static void
descriptors_detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

void
background_leave_in_child(struct background *background)
{
	if (background->report_fd < 0)
		return;
	close(background->report_fd);
	background->report_fd = -1;
	/* The caller may wait for the end of its standard error, too. */
	descriptors_detach();
}

void
background_report(struct background *background, int status)
{
	unsigned char byte = (unsigned char)status;

	if (background->report_fd < 0)
		return;
	if (status == 0)
		descriptors_detach();
	while (write(background->report_fd, &byte, 1) < 0 && errno == EINTR)
		continue;
	close(background->report_fd);
	background->report_fd = -1;
}
