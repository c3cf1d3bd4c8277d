#include "load.h"

#include <pixelward/base/clock.h>

#include <stdatomic.h>

static _Atomic uint64_t	stored, places, connections, messages;
static _Atomic int64_t	last_end_ms;

static bool
take(_Atomic uint64_t *taken, uint64_t more, uint64_t max)
{
	uint64_t before = atomic_fetch_add(taken, more);

	if (before + more <= max)
		return true;
	atomic_fetch_sub(taken, more);
	return false;
}

bool
load_take_bytes(uint64_t bytes, uint64_t max)
{
	return take(&stored, bytes, max);
}

void
load_give_bytes(uint64_t bytes)
{
	atomic_fetch_sub(&stored, bytes);
}

uint64_t
load_bytes(void)
{
	return atomic_load(&stored);
}

bool
load_take_place(uint64_t max)
{
	return take(&places, 1, max);
}

void
load_give_place(void)
{
	atomic_fetch_sub(&places, 1);
}

uint64_t
load_places(void)
{
	return atomic_load(&places);
}

uint64_t
load_open_connection(void)
{
	return atomic_fetch_add(&connections, 1) + 1;
}

void
load_close_connection(void)
{
	atomic_fetch_sub(&connections, 1);
}

uint64_t
load_connections(void)
{
	return atomic_load(&connections);
}

void
load_begin_message(void)
{
	atomic_fetch_add(&messages, 1);
}

void
load_end_message(void)
{
	atomic_store(&last_end_ms, clock_ms());
	atomic_fetch_sub(&messages, 1);
}

uint64_t
load_messages(void)
{
	return atomic_load(&messages);
}

int64_t
load_last_end_ms(void)
{
	return atomic_load(&last_end_ms);
}
