#include "surge.h"

#define MOST_COUNT	UINT32_MAX

void
surge_add(struct surge *surge, int64_t day, uint64_t mails)
{
	if (surge->since == 0 || day < surge->day - SURGE_DAYS)
		*surge = (struct surge){ .since = day, .day = day };
	if (day < surge->since)
		surge->since = day;
	if (day > surge->day) {
		int64_t ahead = day - surge->day;

		for (int64_t i = SURGE_DAYS; i >= 0; i--)
			surge->counts[i] = i >= ahead ? surge->counts[i - ahead] : 0;
		surge->day = day;
	}
	surge->counts[surge->day - day] += mails;
}

void
surge_merge(struct surge *surge, const struct surge *from)
{
	if (from->since == 0)
		return;
	if (surge->since == 0) {
		*surge = *from;
		return;
	}
	for (int64_t i = 0; i <= SURGE_DAYS; i++)
		if (from->counts[i] > 0 && from->day - i >= surge->day - SURGE_DAYS)
			surge_add(surge, from->day - i, from->counts[i]);
	if (from->since < surge->since)
		surge->since = from->since;
}

void
surge_read(struct surge *surge, struct span text)
{
	uint64_t	numbers[2 + NITEMS(surge->counts)];
	size_t		count = 0;

	*surge = (struct surge){ .since = 0 };
	while (text.len > 0 && count < NITEMS(numbers)) {
		size_t		end = span_find_char(text, ' ', 0);
		uint64_t	number = 0;

		for (size_t i = 0; i < end && number < MOST_COUNT; i++)
			number = ascii_digit(text.at[i]) ? number * 10 + (uint64_t)(text.at[i] - '0') : MOST_COUNT;
		numbers[count++] = number < MOST_COUNT ? number : MOST_COUNT;
		text = span_from(text, end + 1);
	}
	if (count != NITEMS(numbers) || text.len > 0)
		return;
	surge->since = (int64_t)numbers[0];
	surge->day = (int64_t)numbers[1];
	for (size_t i = 0; i < NITEMS(surge->counts); i++)
		surge->counts[i] = numbers[2 + i];
}

static uint64_t
count_of(const struct surge *surge, int64_t day)
{
	return day <= surge->day && day >= surge->day - SURGE_DAYS ? surge->counts[surge->day - day] : 0;
}

int64_t
surge_times(const struct surge *surge, int64_t today, uint64_t more)
{
	int64_t		days = surge->since == 0 ? 0 : today - surge->since;
	uint64_t	mails = count_of(surge, today) + more, before = 0;

	if (days > SURGE_DAYS)
		days = SURGE_DAYS;
	if (days < SURGE_LEAST_DAYS)
		return -1;
	if (mails < SURGE_LEAST_MAILS)
		return 0;
	for (int64_t i = 1; i <= days; i++)
		before += count_of(surge, today - i);
	return (int64_t)(mails * (uint64_t)days / (before > 0 ? before : 1));
}
