/*
 * StateDir/journal/node: who this journal is to Redis and the reputation, whatever the gateway is called. It guards what was
 * told once from being told again under another name.
 */
#ifndef JOURNAL_IDENTITY_H
#define JOURNAL_IDENTITY_H

#include <pixelward/span.h>

#define IDENTITY_BYTES	320u

/*
 * The one that the folder has; where there is none, of this name and number, and it is kept. number 0: the name alone, as
 * versions without this file told it. False: errno.
 */
bool	identity_open(const char *directory, const char *name, uint64_t number, char identity[IDENTITY_BYTES]);

#endif
