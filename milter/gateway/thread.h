/*
 * Threads that start later if they cannot start now.
 *
 * libmilter gives each session that has something to say to an idle worker or to a new one. If the new thread cannot be
 * made (RLIMIT_NPROC, TasksMax, memory), it logs that and goes on: the session counts as running, nobody runs it, and its
 * descriptor and its message stay with us for good. So pthread_create() is ours in this program: a thread that the system
 * refuses is promised, and made as soon as there is room.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_THREAD_H
#define PIXELWARD_MILTER_GATEWAY_THREAD_H

#include <stdbool.h>

/* From now on. Threads made before were made at once or failed. False: no thread for it. */
bool	thread_promise(void);

#endif
