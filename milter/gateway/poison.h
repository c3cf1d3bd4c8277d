/* Messages that a dissector died of, took too long for or lied about: told to the log, and kept for who mends it. */
#ifndef PIXELWARD_MILTER_GATEWAY_POISON_H
#define PIXELWARD_MILTER_GATEWAY_POISON_H

#include <pixelward/gateway/pipeline.h>

#include "pool.h"

/*
 * One log line with the message's digest and size, if there is anything to tell. The bytes go to
 * StateDir/poison/DIGEST.eml, at most KeepPoison files, the oldest making room. A disk that does not take them delays
 * nothing: the line says so.
 */
void	poison_note(const struct visit *, const struct outcome *);

#endif
