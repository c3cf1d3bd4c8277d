/* The socket that the MTA connects to: bound once, handed to one gateway after the other. */
#ifndef PIXELWARD_MILTER_KEEPER_LISTENER_H
#define PIXELWARD_MILTER_KEEPER_LISTENER_H

#include <pixelward/base/buf.h>
#include <pixelward/options.h>

#include <sys/types.h>

#include <pixelward/keeper/account.h>

struct listener {
	int	 fd;		/* listening, not blocking; -1: closed */
	int	 lock_fd;	/* SOCKET.lock, held as long as we live; -1: none */
	char	*path;		/* of a Unix-domain socket that we made, or NULL */
	dev_t	 device;	/* the socket file's identity, */
	ino_t	 inode;		/* so that only our own is removed */
};

/*
 * Open options->socket. systemd's descriptor comes first if it passed one (sd_listen_fds(3)).
 *
 * A Unix-domain socket is made under a lock on the file SOCKET.lock beside it: a stale file is removed only by
 * the holder, and a live instance's socket never. Its mode is 0666 without options->umask; its group is the
 * directory's if that has the setgid bit. owner, if not NULL, gets the socket and the lock.
 *
 * False: *why says in one line what is wrong, and nothing is left open.
 */
bool	listener_open(struct listener *, const struct options *, const struct account *owner, struct buf *why);

/* No more connections: close the socket, and remove the file if it is still ours. The lock stays. */
void	listener_close(struct listener *);

/* In a child that serves: let go of what is the keeper's alone. The socket stays open. */
void	listener_release_in_child(struct listener *);

#endif
