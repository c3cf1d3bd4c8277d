#include <pixelward/span.h>

#include <string.h>

int
ascii_hex(char c)
{
	if (ascii_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && ascii_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && ascii_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool
span_eq_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

bool
span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_eq(span_cut(s, 0, prefix.len), prefix);
}

bool
span_starts_nocase(struct span s, struct span prefix)
{
	return s.len >= prefix.len && span_eq_nocase(span_cut(s, 0, prefix.len), prefix);
}

bool
span_ends_nocase(struct span s, struct span suffix)
{
	return s.len >= suffix.len && span_eq_nocase(span_from(s, s.len - suffix.len), suffix);
}

size_t
span_find(struct span s, struct span needle, size_t from)
{
	if (from >= s.len || needle.len == 0 || needle.len > s.len - from)
		return s.len;
	const char *hit = memmem(s.at + from, s.len - from, needle.at, needle.len);
	return hit != NULL ? (size_t)(hit - s.at) : s.len;
}

size_t
span_find_nocase(struct span s, struct span needle, size_t from)
{
	if (needle.len == 0 || needle.len > s.len)
		return s.len;
	for (size_t i = from; i + needle.len <= s.len; i++)
		if (span_eq_nocase(span_cut(s, i, i + needle.len), needle))
			return i;
	return s.len;
}

int
span_order(const void *a, const void *b)
{
	const struct span	*left = a, *right = b;
	size_t			 len = left->len < right->len ? left->len : right->len;
	int			 order = len > 0 ? memcmp(left->at, right->at, len) : 0;

	return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

size_t
span_lower_bound(const struct span *sorted, size_t count, struct span s)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_order(&sorted[middle], &s) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
span_is_within_domain(struct span name, struct span domain)
{
	if (domain.len == 0 || !span_ends_nocase(name, domain))
		return false;
	return name.len == domain.len || name.at[name.len - domain.len - 1] == '.';
}
