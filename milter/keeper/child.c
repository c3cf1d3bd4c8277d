#include "child.h"

#include <pixelward/base/clock.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

bool
child_start(struct child *child, int (*in_child)(void *context, int control_fd), void *context)
{
	int	ends[2];
	pid_t	pid;

	*child = (struct child){ .control_fd = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		/* Our end must be the only one of its side: its end of file tells that the keeper died. */
		close(ends[0]);
		_exit(in_child(context, ends[1]));
	}
	close(ends[1]);
	if (pid < 0) {
		int saved = errno;

		close(ends[0]);
		errno = saved;
		return false;
	}
	*child = (struct child){ .pid = pid, .control_fd = ends[0], .started_ms = clock_ms() };
	return true;
}

void
child_say_of(const struct child *child, enum gateway_word word, const char *generation)
{
	char	packet[GATEWAY_PACKET];
	int	len = snprintf(packet, sizeof(packet), "%c%s", word, generation);

	/* A gateway that died is noticed by SIGCHLD; one that does not read lets its buffer fill, not us wait. */
	while (child->control_fd >= 0 && send(child->control_fd, packet, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
	    errno == EINTR)
		continue;
}

void
child_say(const struct child *child, enum gateway_word word)
{
	child_say_of(child, word, "");
}

int
child_hear(const struct child *child, unsigned *slot)
{
	unsigned char	packet[2] = { 0 };
	ssize_t		n;

	do
		n = recv(child->control_fd, packet, sizeof(packet), MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	*slot = packet[1];
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n > 0 ? packet[0] : -1;
}

bool
child_reap(struct child *child, struct buf *how, int *status)
{
	int result;

	if (child->pid == 0 || waitpid(child->pid, &result, WNOHANG) != child->pid)
		return false;
	if (WIFSIGNALED(result)) {
		*status = 128 + WTERMSIG(result);
		buf_printf(how, "was killed by signal %d (%s)", WTERMSIG(result), strsignal(WTERMSIG(result)));
	} else {
		*status = WEXITSTATUS(result);
		buf_printf(how, "exited with status %d", *status);
	}
	close(child->control_fd);
	*child = (struct child){ .control_fd = -1 };
	return true;
}

void
child_kill(const struct child *child)
{
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
}
