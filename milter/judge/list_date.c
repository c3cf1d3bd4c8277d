/* Durations and dates as lists write them. */
#include "list_read.h"

#include <time.h>

static const struct {
	const char	*words[3];
	int64_t		 seconds;
} units[] = {
	{ { "h", "hour", "hours" }, 3600 },
	{ { "d", "day", "days" }, 86400 },
	{ { "w", "week", "weeks" }, 7 * 86400 },
};

/* At most that many digits; *at moves behind them. False: there is none. */
static bool
number_read(struct span text, size_t *at, size_t most, int64_t *number)
{
	size_t begin = *at;

	*number = 0;
	while (*at < text.len && *at - begin < most && ascii_digit(text.at[*at]))
		*number = *number * 10 + (text.at[(*at)++] - '0');
	return *at > begin;
}

static bool
sign_read(struct span text, size_t *at, char sign)
{
	if (*at >= text.len || text.at[*at] != sign)
		return false;
	++*at;
	return true;
}

int64_t
list_duration(struct span text)
{
	int64_t	number;
	size_t	at = 0, end;

	if (!number_read(text, &at, 5, &number))
		return 0;
	while (at < text.len && ascii_space(text.at[at]))
		at++;
	for (end = at; end < text.len && ascii_alpha(text.at[end]);)
		end++;
	struct span rest = span_trim(span_from(text, end));
	if (rest.len > 0 && rest.at[0] != '(')
		return 0;
	for (size_t i = 0; i < NITEMS(units); i++)
		for (size_t k = 0; k < NITEMS(units[i].words); k++)
			if (span_is(span_cut(text, at, end), units[i].words[k]))
				return number * units[i].seconds;
	return 0;
}

static const char *const months[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
};

static bool
month_read(struct span text, size_t *at, int64_t *month)
{
	for (size_t i = 0; i < NITEMS(months); i++)
		if (span_starts_nocase(span_from(text, *at), span_of(months[i]))) {
			while (*at < text.len && ascii_alpha(text.at[*at]))
				++*at;
			*month = (int64_t)i + 1;
			return true;
		}
	return false;
}

/* Zones are not read: lists age by days. */
int64_t
list_date(struct span text)
{
	struct tm	when = { .tm_isdst = 0 };
	int64_t		year, month, day, hour = 0, minute = 0;
	size_t		at = 0;

	if (!number_read(text, &at, 4, &year))
		return 0;
	if (sign_read(text, &at, ' ')) {
		day = year;
		if (!month_read(text, &at, &month) || !sign_read(text, &at, ' ') || !number_read(text, &at, 4, &year))
			return 0;
	} else if (!sign_read(text, &at, '-') || !number_read(text, &at, 2, &month) || !sign_read(text, &at, '-') ||
	    !number_read(text, &at, 2, &day))
		return 0;
	if ((sign_read(text, &at, 'T') || sign_read(text, &at, ' ')) && number_read(text, &at, 2, &hour) &&
	    sign_read(text, &at, ':'))
		(void)number_read(text, &at, 2, &minute);
	if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59)
		return 0;
	when.tm_year = (int)(year - 1900);
	when.tm_mon = (int)(month - 1);
	when.tm_mday = (int)day;
	when.tm_hour = (int)hour;
	when.tm_min = (int)minute;
	return (int64_t)timegm(&when);
}
