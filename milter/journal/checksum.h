/* CRC-32C (Castagnoli): finds torn and garbled bytes, and is no protection against who writes them on purpose. */
#ifndef JOURNAL_CHECKSUM_H
#define JOURNAL_CHECKSUM_H

#include <pixelward/span.h>

/* Goes on from what came before; 0 begins. */
uint32_t	checksum(uint32_t before, struct span);

#endif
