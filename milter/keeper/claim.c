#include "claim.h"

#include <pixelward/keeper/status.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

bool
claim_take(const char *state_dir, int *fd, struct buf *why)
{
	struct keeper_status other;

	*fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* What cannot be opened, or knows no locks, keeps nobody from judging mail. */
	if (*fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return true;
	claim_release(fd);
	buf_printf(why, "StateDir: %s belongs to a running instance", state_dir);
	if (keeper_status_read(state_dir, &other, NULL) && other.pid > 0)
		buf_printf(why, " (process %ld)", (long)other.pid);
	buf_printf(why, "; each wants one of its own");
	return false;
}

void
claim_release(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
