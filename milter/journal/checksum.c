#include "checksum.h"

#include <pthread.h>

#define POLYNOMIAL	0x82f63b78u	/* 0x1edc6f41, the other way round */

static uint32_t		table[256];
static pthread_once_t	once = PTHREAD_ONCE_INIT;

static void
table_fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = (value & 1) != 0 ? value >> 1 ^ POLYNOMIAL : value >> 1;
		table[i] = value;
	}
}

uint32_t
checksum(uint32_t before, struct span s)
{
	uint32_t sum = ~before;

	pthread_once(&once, table_fill);
	for (size_t i = 0; i < s.len; i++)
		sum = sum >> 8 ^ table[(sum ^ (unsigned char)s.at[i]) & 0xff];
	return ~sum;
}
