/*
 * What a lesson does to one key, as scripts: one call for each key has all lessons of a batch that are for it, in their order,
 * so that a key takes all of them or none. Each passes over lessons that the key knows by the node's number.
 */
#ifndef REPUTATION_REDIS_LESSONS_H
#define REPUTATION_REDIS_LESSONS_H

#include "redis_store.h"

/*
 * KEYS: domain, its recipients, its templates.
 * ARGV: node; then of each lesson number, seconds, day, tallies, campaign, recipients, templates (3 bytes each).
 */
extern struct redis_script redis_domain_script;
/*
 * KEYS: template, its tokens, its recipients.
 * ARGV: node; then of each lesson number, seconds, message, token (both as bytes), recipients (8 bytes each), those again
 * as 3 bytes each, the token as 3 bytes.
 */
extern struct redis_script redis_template_script;
/* KEYS: window. ARGV: of each member milliseconds, the same and the message as 8 bytes each, text. */
extern struct redis_script redis_window_script;
/* KEYS: domain. ARGV: seconds, how many templates it got (0: only asks). Answers how many more it may have. */
extern struct redis_script redis_mint_script;
/* KEYS: the store. ARGV: node; then of each lesson number, milliseconds, 1 of old mail, 1 of what the surge counts. */
extern struct redis_script redis_age_script;

#endif
