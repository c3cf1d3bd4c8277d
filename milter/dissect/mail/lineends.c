#include "lineends.h"

#include <string.h>

typedef unsigned char sixteen __attribute__((vector_size(16)));

/* Sixteen bytes at once, since every message is read for it. */
bool
lineends_are_odd(struct span message)
{
	sixteen		odd = { 0 }, here, next;
	uint64_t	halves[2];
	size_t		at = 0;

	for (; message.len - at > sizeof(here); at += sizeof(here)) {
		memcpy(&here, message.at + at, sizeof(here));
		memcpy(&next, message.at + at + 1, sizeof(next));
		odd |= (sixteen)(here == '\0') | ((sixteen)(here == '\r') & (sixteen)(next != '\n'));
	}
	memcpy(halves, &odd, sizeof(halves));
	if ((halves[0] | halves[1]) != 0)
		return true;
	for (; at < message.len; at++)
		if (message.at[at] == '\0' ||
		    (message.at[at] == '\r' && (at + 1 == message.len || message.at[at + 1] != '\n')))
			return true;
	return false;
}
