/* The journal's health, for who looks at it from outside. */
#include <pixelward/journal/counters.h>

#include <glob.h>
#include <stdio.h>

#include "position.h"
#include "spool.h"

struct seen {
	uint64_t	count;
};

static void
record_see(void *context, uint64_t number, struct span body)
{
	struct seen *seen = context;

	(void)number;
	(void)body;
	seen->count++;
}

/* Records that who saves its position under this name has not taken. False: there is nobody. */
static bool
behind_read(const char *directory, const char *name, uint64_t *count)
{
	char		path[4096 + 64];
	struct position	position;
	struct seen	behind = { 0 };

	snprintf(path, sizeof(path), "%s/position.%s", directory, name);
	if (!position_look(path, &position))
		return false;
	if (spool_scan(directory, position.number, record_see, &behind) != PW_OK)
		return false;
	*count = behind.count;
	return true;
}

enum pw_err
journal_state_read(const char *state_dir, struct journal_state *state)
{
	char		directory[4096], pattern[4096 + 16];
	glob_t		bad = { 0 };

	*state = (struct journal_state){ 0 };
	snprintf(directory, sizeof(directory), "%s/journal", state_dir);
	enum pw_err err = spool_measure(directory, &state->bytes, &state->segments);
	if (err != PW_OK)
		return err;
	state->learns = behind_read(directory, "reputation", &state->unlearned);
	state->tells = behind_read(directory, "events", &state->untold);
	snprintf(pattern, sizeof(pattern), "%s/*.bad", directory);
	if (glob(pattern, GLOB_NOSORT, NULL, &bad) == 0)
		state->bad = bad.gl_pathc;
	globfree(&bad);
	return PW_OK;
}
