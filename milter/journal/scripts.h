/*
 * What Redis is told of a node's counters. Each script works on the keys of one hash tag: the key that is read by others,
 * K, and companions in pw:b:{K} that hold what each node said. A key of the wrong type is in the way, and goes.
 */
#ifndef JOURNAL_SCRIPTS_H
#define JOURNAL_SCRIPTS_H

#include <pixelward/base/redis.h>

/* K (a hash), pw:b:{K}; who, "@NUMBER name=value …". K is the sum of all nodes. Answers what who said before, or "". */
extern struct redis_script	script_sum;
/*
 * K (a stream), pw:b:{K}, pw:n:{K}; who, the bucket before which who is done, milliseconds of a bucket, most entries, how
 * many closed buckets may still be told of, names; then bucket and values, in the order of the names, for each.
 * A bucket is closed (becomes an entry) when all nodes that spoke within three minutes are done with it; what comes
 * later is added to the next one.
 */
extern struct redis_script	script_roll;
/* K (a sorted set), pw:b:{K}; who, seconds to live, most names; then name and number for each. */
extern struct redis_script	script_top;
/*
 * K (a stream), pw:b:{K}; who, the number that who told of before, milliseconds to keep, how many words of fields an event
 * has; then of each event number, time, fields. Once for each number of who. Answers what number of who it had; nothing is
 * done if that is less than who thinks.
 */
extern struct redis_script	script_event;
/* K (a sorted set); time, member, milliseconds to keep, the rank below which the oldest go. */
extern struct redis_script	script_index;
/*
 * K (a stream); time, most entries; fields. Once for each time. Answers 1 if that entry is there now, and 0 if there is
 * another one, of that time or later.
 */
extern struct redis_script	script_health;

#endif
