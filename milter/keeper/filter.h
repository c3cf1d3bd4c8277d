/* What both of the keeper's system call filters are written with. */
#ifndef PIXELWARD_MILTER_KEEPER_FILTER_H
#define PIXELWARD_MILTER_KEEPER_FILTER_H

#include <seccomp.h>

/*
 * Instrumented code reads /proc and its own debugging information, prints, and maps terabytes; it is never what serves.
 * So a dissector may read files then, and has no limit of memory; the gateway has no filter, because what looks for leaks
 * at the end starts a process that traces it.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED	1
#else
#define INSTRUMENTED	0
#endif

/* A call's condition in a table's row: none, or one of its arguments. */
#define ANY	0, { { 0, 0, 0, 0 } }
#define ARG(n, comparison, a, b)	1, { { n, comparison, a, b } }

#endif
