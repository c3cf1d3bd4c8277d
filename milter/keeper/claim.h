/* StateDir belongs to one daemon: its keeper has a lock on the folder itself, which falls with it, however it ends. */
#ifndef PIXELWARD_MILTER_KEEPER_CLAIM_H
#define PIXELWARD_MILTER_KEEPER_CLAIM_H

#include <pixelward/base/buf.h>

/* -1: there is nothing to claim. False: another daemon works there; why says it. */
bool	claim_take(const char *state_dir, int *fd, struct buf *why);
/* When the keeper ends, and at once in each of its children. */
void	claim_release(int *fd);

#endif
