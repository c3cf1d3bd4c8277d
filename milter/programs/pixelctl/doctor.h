/*
 * What the checks of `pixelctl doctor` share: what they look at, and how they say what they saw. A check changes nothing,
 * says at least one thing, and names one command or one line of configuration for what is not well.
 */
#ifndef PIXELCTL_DOCTOR_H
#define PIXELCTL_DOCTOR_H

#include <pixelward/gateway/generation.h>
#include <pixelward/keeper/status.h>

#include "numbers.h"

/* The worst of all is the exit status. */
enum finding { FINDING_OK, FINDING_WARN, FINDING_FAIL };

/* What of smtpd_milters stands before ours, where mail comes in. */
enum front { FRONT_UNKNOWN, FRONT_NOBODY, FRONT_SOMEBODY };

struct doctor {
	const char		*config;
	struct options		*options;	/* as written, but for redis_deadline_ms: a doctor has patience */
	uint64_t		 redis_deadline_ms;
	struct arena		*arena;
	struct generation	*generation;	/* what a daemon would load; NULL: it would not */
	struct redis		*redis;		/* NULL: none is wanted, or it cannot be had */
	struct reputation	*reputation;	/* NULL: it cannot be had */
	struct keeper_status	 keeper;	/* pid 0: none runs */
	bool			 silent;	/* it runs, and could not tell of itself in StateDir */
	bool			 blind;		/* StateDir is not for this user: little can be said */
	bool			 kept_out;	/* nor is Socket */
	struct numbers		 numbers;
	enum front		 front;		/* once doctor_postfix() has looked */

	const char		*check;		/* the one at hand */
	enum finding		 worst;
	bool			 judges;	/* mail is judged now */
	struct span		 season;	/* whether there is a history to judge by, in words */
	struct buf		 out;
	bool			 json, first;
};

/* One finding, and what to do about it: SPAN_NONE if it is well, or if nothing helps but what was said. */
void	doctor_say(struct doctor *, enum finding, struct span remedy, const char *format, ...)
	    __attribute__((format(printf, 4, 5)));

/* A command of ours as it is to be typed here: with -c FILE unless that is the installed one. */
struct span	doctor_command_line(struct doctor *, const char *command, const char *arguments);
/* Does a daemon run here, and without what this lock in StateDir stands for? False, too, if that cannot be told. */
bool		doctor_runs_without(struct doctor *, const char *lock);
struct span	doctor_restart(struct doctor *);
/* What of StateDir the daemon could not use. */
struct span	doctor_mend(struct doctor *);
/* The command that starts the daemon. */
struct span	doctor_start(struct doctor *);

/* Whom the daemon is: UserID, else who runs; false: nobody says so. */
bool		doctor_daemon_user(const struct doctor *, uid_t *);

/* Redis answers, and lets our user read nothing: that looks as if it knew nothing. */
bool		doctor_is_denied(struct doctor *);

/* The checks, each in a file of its concept. */
void	doctor_configuration(struct doctor *);
void	doctor_watched(struct doctor *);
void	doctor_verifiers(struct doctor *);
void	doctor_daemon(struct doctor *);
void	doctor_socket(struct doctor *);
void	doctor_generation(struct doctor *);
void	doctor_state(struct doctor *);
void	doctor_journal(struct doctor *);
void	doctor_redis(struct doctor *);
void	doctor_password(struct doctor *);	/* a part of it: RedisPasswordFile */
void	doctor_history(struct doctor *);
void	doctor_postfix(struct doctor *);
/* A part of it: by the value of smtpd_milter_maps. has_us: are we among these milters? */
void	doctor_clients(struct doctor *, struct span maps, bool (*has_us)(void *context, struct span milters), void *context);

#endif
