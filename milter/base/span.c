#include <pixelward/span.h>

#include <string.h>

struct span
span_trim_end(struct span s)
{
	while (s.len > 0 && ascii_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && ascii_space(s.at[0])) {
		s.at++;
		s.len--;
	}
	return span_trim_end(s);
}

bool
span_is_any(struct span s, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_is(s, words[i]))
			return true;
	return false;
}

bool
span_is_made_of(struct span s, const char *more)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alpha(s.at[i]) && !ascii_digit(s.at[i]) && (s.at[i] == '\0' || strchr(more, s.at[i]) == NULL))
			return false;
	return s.len > 0;
}

bool
span_same_letters(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	/* What is the same is mostly written the same: eight letters at once. */
	for (uint64_t x, y; len - i >= sizeof(x); i += sizeof(x)) {
		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		if (x != y)
			break;
	}
	for (; i < len; i++)
		if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
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
