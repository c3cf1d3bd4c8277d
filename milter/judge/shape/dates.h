/* Digits that are a date: many URLs have one, and it is the same for all readers. */
#ifndef JUDGE_SHAPE_DATES_H
#define JUDGE_SHAPE_DATES_H

#include <pixelward/span.h>

/* 20240321 */
bool	digits_are_day(struct span);
/* A day, or a Unix time of the years 2001 to 2033: what build systems write. */
bool	digits_are_date(struct span);
/* 1990 to 2049 */
bool	digits_are_year(struct span);

#endif
