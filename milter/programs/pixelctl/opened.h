/* A message from a file, as far as every command takes it in the same way. */
#ifndef PIXELCTL_OPENED_H
#define PIXELCTL_OPENED_H

#include <pixelward/gateway/pipeline.h>

/* Where the configuration is if nobody says where. */
#define OPENED_CONFIG_FILE	PIXELWARD_SYSCONFDIR "/pixelward/pixelward.conf"

/* Where systemd keeps what LoadCredential= gives to the daemon. Root may read it. */
#define OPENED_CREDENTIALS "/run/credentials/pixelward.service"

/* That file, if there is one; else NULL: every option has its default. */
const char	*opened_config(void);
/*
 * Options and rules as the daemon has them. Without a configuration (NULL) the question is what pixelward would do: Mode
 * enforce. mode: instead of the configuration's, or NULL. False: it was told; *options and *policy may be there or NULL.
 */
bool		opened_load(const char *config, const char *mode, struct options **, struct policy **) PW_MUST_CHECK;
/* What asks Redis waits longer than mail would: nobody's mail is in the queue behind a command. */
void		opened_patiently(struct options *);
/* Makes StateDir if it is missing (but nothing above it), for UserID. False: it was told. */
bool		opened_state_dir(const struct options *) PW_MUST_CHECK;
/*
 * What the configuration's Redis or StateDir remembers, to judge with; nothing is learned. Without a configuration, or without
 * anything there: NULL, and mail is judged as by a daemon that begins.
 */
struct reputation *opened_reputation(const char *config, const struct options *);
/* A whole file, or standard input for "-". False: errno. */
bool		opened_read(const char *file, struct buf *) PW_MUST_CHECK;
/* Room for a message of so many bytes: to take it apart, to judge it, to write it anew. NULL: no memory. */
struct arena	*opened_arena(const struct options *, size_t bytes);
/*
 * Take message->raw apart; where the message has no recipients, they are those of its header.
 *	PW_ELIMIT	it is beyond a limit of size, and was not looked at
 *	others		as dissect()
 */
enum pw_err	opened_dissect(const struct options *, struct message *, struct arena *, const struct dissection **)
		    PW_MUST_CHECK;
/* As the daemon judges it, without an mbox's separator in front of message->raw. reputation may be NULL. */
void		opened_judge(struct message *, const struct options *, const struct policy *, struct reputation *,
		    struct arena *, struct outcome *);

#endif
