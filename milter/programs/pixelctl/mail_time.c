#include "mail_time.h"

#include <time.h>

#include "mail_field.h"

#define LONGEST_HEADER	((size_t)256 << 10)	/* no date stands behind so much of it */
#define MOST_WORDS	8

/* --- a date --- */

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static const struct {
	const char	*name;
	int		 minutes;
} zones[] = {
	{ "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 }, { "MDT", -360 }, { "PST", -480 },
	{ "PDT", -420 }, { "CET", 60 }, { "CEST", 120 }, { "BST", 60 }, { "EET", 120 }, { "EEST", 180 },
};

static bool
read_number(struct span word, int most, int *number)
{
	*number = 0;
	for (size_t i = 0; i < word.len; i++) {
		if (!ascii_digit(word.at[i]) || i >= 4)
			return false;
		*number = *number * 10 + (word.at[i] - '0');
	}
	return word.len > 0 && *number <= most;
}

/* "02:42:36", "2:42". */
static bool
read_clock(struct span word, struct tm *tm)
{
	size_t	first = span_find_char(word, ':', 0), second = span_find_char(word, ':', first + 1);

	tm->tm_sec = 0;
	return first < word.len && read_number(span_cut(word, 0, first), 23, &tm->tm_hour) &&
	    read_number(span_cut(word, first + 1, second), 59, &tm->tm_min) &&
	    (second >= word.len || read_number(span_from(word, second + 1), 60, &tm->tm_sec));
}

static bool
read_month(struct span word, struct tm *tm)
{
	for (size_t i = 0; i < NITEMS(months); i++)
		if (span_eq_nocase(span_cut(word, 0, 3), span_of(months[i]))) {
			tm->tm_mon = (int)i;
			return true;
		}
	return false;
}

static bool
read_year(struct span word, struct tm *tm)
{
	int year;

	if (!read_number(word, 9999, &year) || word.len < 2)
		return false;
	if (year < 1000)
		year += year < 50 && word.len == 2 ? 2000 : 1900;
	tm->tm_year = year - 1900;
	return year >= 1970;
}

/* Minutes east of Greenwich; what is unknown counts as there. */
static int
zone_of(struct span word)
{
	int number;

	if (word.len == 5 && (word.at[0] == '+' || word.at[0] == '-') && read_number(span_from(word, 1), 9999, &number))
		return (number / 100 * 60 + number % 100) * (word.at[0] == '-' ? -1 : 1);
	for (size_t i = 0; i < NITEMS(zones); i++)
		if (span_is(word, zones[i].name))
			return zones[i].minutes;
	return 0;
}

bool
mail_time_parse(struct span text, int64_t *time_ms)
{
	struct span	words[MOST_WORDS] = { SPAN_NONE };
	size_t		count = 0, first = 0;
	struct tm	tm = { .tm_isdst = 0 };

	for (size_t at = 0; at < text.len && count < MOST_WORDS;) {
		size_t end = at;

		while (end < text.len && !ascii_space(text.at[end]) && text.at[end] != ',' && text.at[end] != '(')
			end++;
		if (end > at)
			words[count++] = span_cut(text, at, end);
		if (end < text.len && text.at[end] == '(')
			break;
		at = end + 1;
	}
	if (count > 0 && ascii_alpha(words[0].at[0]))
		first = 1;
	if (count < first + 4 || !read_number(words[first], 31, &tm.tm_mday) || !read_month(words[first + 1], &tm) ||
	    !read_year(words[first + 2], &tm) || !read_clock(words[first + 3], &tm))
		return false;
	*time_ms = ((int64_t)timegm(&tm) - (count > first + 4 ? zone_of(words[first + 4]) : 0) * 60) * 1000;
	return *time_ms > 0;
}

/* --- a header --- */

/* The first field of that name with a date in it. */
static bool
find_date(struct span raw, struct span wanted, int64_t *time_ms)
{
	struct span rest = span_cut(raw, 0, LONGEST_HEADER), name, value;

	while (rest.len > 0 && mail_field_next(&rest, &name, &value)) {
		size_t semicolon = value.len;

		if (!span_eq_nocase(name, wanted))
			continue;
		while (semicolon > 0 && value.at[semicolon - 1] != ';')
			semicolon--;
		if (mail_time_parse(span_from(value, semicolon), time_ms))
			return true;
	}
	return false;
}

bool
mail_time_sent(struct span raw, int64_t *time_ms)
{
	return find_date(raw, SPAN("Date"), time_ms);
}

bool
mail_time_arrived(struct span raw, int64_t *time_ms)
{
	return find_date(raw, SPAN("Received"), time_ms) || mail_time_sent(raw, time_ms);
}
