/*
 * StateDir/keeper.status: who serves, by which rules, and what became of the reloads; for `pixelctl reload` and for
 * people. Lines "key value", after a refusal a blank line and what was wrong. Replaced at once, removed at the end.
 */
#ifndef PIXELWARD_MILTER_KEEPER_STATUS_H
#define PIXELWARD_MILTER_KEEPER_STATUS_H

#include <pixelward/base/buf.h>
#include <pixelward/keeper/status.h>

struct status {
	char			path[4096];	/* "": there can be none */
	struct buf		text;		/* as it should be there */
	bool			failing;	/* it could not be written, which was told once */
	int64_t			due_ms;		/* clock_ms() when that is tried again; INT64_MAX: all is written */
	const char		*generation;
	unsigned long long	reloaded, refused;	/* since the start */
};

/* Nothing is written yet. */
void	status_init(struct status *, const char *state_dir);
void	status_fini(struct status *);
/* report: what a refusal had to say, else empty. */
void	status_write(struct status *, struct span report);
/* Writes what could not be written before. */
void	status_again(struct status *);
void	status_remove(struct status *);

#endif
