/* The user that the daemon becomes after it has bound its socket. */
#ifndef PIXELWARD_KEEPER_ACCOUNT_H
#define PIXELWARD_KEEPER_ACCOUNT_H

#include <pixelward/base/buf.h>

#include <sys/types.h>

struct account {
	char	*name;
	uid_t	 uid;
	gid_t	 gid;
};

/*
 * "user", "user:group", numbers too. False: *why says what is wrong. account_fini afterwards in either case.
 */
bool	account_find(const char *text, struct account *, struct buf *why);
void	account_fini(struct account *);

/*
 * Become that user for good: supplementary groups, all group and user ids, and proof that there is no way back.
 * Fine, and nothing to do, if we are that user already. False: *why says what is wrong; the process must end.
 */
bool	account_become(const struct account *, struct buf *why);

#endif
