/* Leaving the terminal: the caller waits until the daemon serves, and learns why it does not. */
#ifndef PIXELWARD_MILTER_KEEPER_BACKGROUND_H
#define PIXELWARD_MILTER_KEEPER_BACKGROUND_H

#include <stdbool.h>

struct background {
	int	report_fd;	/* to the waiting caller; -1: none, or told already */
};

/*
 * Go on as a process without terminal, group or parent of the caller's. The calling process does not return:
 * it ends with the status that is reported. Standard error stays the caller's until then.
 * False: the fork failed (errno).
 */
bool	background_enter(struct background *);

/* In a child: standard input, output and error become /dev/null, and nothing is reported from here. */
void	background_leave_in_child(struct background *);

/*
 * status 0: we serve; the standard descriptors become /dev/null. Else: what the caller is to exit with; our
 * own exit is the caller's of this function. Does nothing in the foreground or the second time.
 */
void	background_report(struct background *, int status);

#endif
