/* How far somebody has come: a number in a file, of which a torn write leaves the number before it. */
#ifndef JOURNAL_POSITION_H
#define JOURNAL_POSITION_H

#include <pixelward/span.h>

struct position {
	int		 fd;		/* -1: none */
	uint64_t	 writes;	/* so many, over all lives */
	uint64_t	 number;	/* as saved; 0: never */
};

/* False: errno. */
bool	position_open(struct position *, const char *path);
/* The same for who only looks: the file must be there, and is closed again. */
bool	position_look(const char *path, struct position *);
void	position_close(struct position *);
/* On the disk when it returns. False: errno; the number before is still there. */
bool	position_save(struct position *, uint64_t number);

#endif
