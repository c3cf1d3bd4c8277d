#include "dates.h"

static unsigned
number(struct span digits)
{
	unsigned value = 0;

	for (size_t i = 0; i < digits.len && i < 9; i++)
		value = value * 10 + (unsigned)(digits.at[i] - '0');
	return value;
}

bool
digits_are_day(struct span digits)
{
	unsigned month = number(span_cut(digits, 4, 6)), day = number(span_cut(digits, 6, 8));

	return digits.len == 8 && (digits.at[0] == '1' || digits.at[0] == '2') && month >= 1 && month <= 12 && day >= 1 &&
	    day <= 31;
}

bool
digits_are_date(struct span digits)
{
	return digits_are_day(digits) || (digits.len == 10 && digits.at[0] == '1');
}

bool
digits_are_year(struct span digits)
{
	return digits.len == 4 && number(digits) >= 1990 && number(digits) < 2050;
}
