/* A message from a file, as far as every command takes it in the same way. */
#ifndef PIXELCTL_OPENED_H
#define PIXELCTL_OPENED_H

#include <pixelward/base/arena.h>
#include <pixelward/judge/judge.h>

/* Room for a message of so many bytes: to take it apart, to judge it, to write it anew. NULL: no memory. */
struct arena	*opened_arena(const struct options *, size_t bytes);
/*
 * Take message->raw apart; where the message has no recipients, they are those of its header.
 *	PW_ELIMIT	it is beyond a limit of size, and was not looked at
 *	others		as dissect()
 */
enum pw_err	opened_dissect(const struct options *, struct message *, struct arena *, const struct dissection **)
		    PW_MUST_CHECK;

#endif
