/* Sleeping until a word of memory changes, also one that processes share. */
#ifndef PIXELWARD_BASE_FUTEX_H
#define PIXELWARD_BASE_FUTEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Who sleeps on a word, or is woken there: a bit each. */
#define FUTEX_ALL	UINT32_MAX

/*
 * Sleep while *word is value; may also return for no reason. until_ms: as clock_ms() counts.
 * False: it is until_ms or later, even if *word changed.
 */
bool	futex_wait(const _Atomic uint32_t *word, uint32_t value, uint32_t who, int64_t until_ms);
void	futex_wake(const _Atomic uint32_t *word, uint32_t who);
/* One who sleeps on from goes on sleeping on to. False: nobody does, or *from is not value. */
bool	futex_pass(const _Atomic uint32_t *from, uint32_t value, const _Atomic uint32_t *to);

#endif
