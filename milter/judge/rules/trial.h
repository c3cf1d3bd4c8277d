/* The tests inside of rules: mails in few words, each with what its rule must make of it. */
#ifndef JUDGE_RULES_TRIAL_H
#define JUDGE_RULES_TRIAL_H

#include <pixelward/judge/judge.h>

#include "ruling.h"

/*
 * Read the tests of a rule and, if dissect is not NULL, run them. What does not read or does not hold goes to findings.
 * The number of tests.
 */
size_t	trial_run(struct reading_rules *, const struct rule *, dissect_function *);

#endif
