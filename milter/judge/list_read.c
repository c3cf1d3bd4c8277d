/* The grammar of a list's file. */
#include "list.h"

#include "lines.h"

#include <stdlib.h>
#include <string.h>

/* What people paste instead of a domain. True: it was told. */
static bool
is_something_else(struct lines *lines, size_t at, struct span word)
{
	size_t		scheme = span_find(word, SPAN("://"), 0);
	struct span	rest = scheme < word.len ? span_from(word, scheme + 3) : word;
	size_t		path = span_find_char(rest, '/', 0), mail = span_find_char(word, '@', 0);

	if (scheme < word.len || path < rest.len)
		lines_mistake(lines, at, "'%.*s' is a URL; write its host alone: %.*s", SHOWN(word),
		    SHOWN(span_cut(rest, 0, path)));
	else if (mail < word.len)
		lines_mistake(lines, at, "'%.*s' is an address; write its domain alone: %.*s", SHOWN(word),
		    SHOWN(span_from(word, mail + 1)));
	else if (span_starts(word, SPAN("*.")) || word.at[0] == '.')
		lines_mistake(lines, at, "'%.*s' needs no sign for subdomains, they are meant by themselves; write %.*s",
		    SHOWN(word), SHOWN(span_from(word, word.at[0] == '*' ? 2 : 1)));
	else if (span_find(word, SPAN("[.]"), 0) < word.len)
		lines_mistake(lines, at, "'%.*s' is defanged; write it with plain dots", SHOWN(word));
	else
		return false;
	return true;
}

static enum pw_err
domain_add(struct list_set *set, struct lines *lines, const struct line_word *word)
{
	char		lower[DOMAIN_BYTES + 1];
	struct span	domain;

	if (is_something_else(lines, word->at, word->text))
		return PW_OK;
	domain = lines_domain(lines, word->at, word->text, lower);
	if (domain.at == NULL)
		return PW_OK;
	if (memchr(domain.at, '.', domain.len) == NULL) {
		lines_mistake(lines, word->at, "'%.*s' would match a whole top-level domain; write a domain with a dot",
		    SHOWN(word->text));
		return PW_OK;
	}
	return list_set_add(set, domain);
}

static const struct {
	const char		*word;
	enum list_action	 action;
} actions[] = {
	{ "hold", LIST_HOLD },
	{ "strip", LIST_STRIP },
};

/* What follows "#!". */
static void
directive(struct list *list, struct lines *lines, const struct line_word *word)
{
	size_t		colon = span_find_char(word->text, ':', 0);
	struct span	value = span_trim(span_from(word->text, colon + 1));

	if (!span_eq_nocase(span_trim(span_cut(word->text, 0, colon)), SPAN("action"))) {
		lines_mistake(lines, word->at, "unknown directive; write '#! action: hold' or '#! action: strip', and "
		    "comments without the !");
		return;
	}
	if (list->line > 0) {
		lines_mistake(lines, word->at, "the action stands already at line %zu; keep one of them", list->line);
		return;
	}
	list->line = lines->line;
	for (size_t i = 0; i < NITEMS(actions); i++)
		if (span_eq_nocase(value, span_of(actions[i].word))) {
			list->action = actions[i].action;
			return;
		}
	lines_mistake(lines, word->at, "'%.*s' is no action; write hold or strip", SHOWN(value));
}

static enum pw_err
list_begin(struct list_set *set, struct span name)
{
	struct list *lists = reallocarray(set->lists, set->list_count + 1, sizeof(*lists));

	if (lists == NULL)
		return PW_ENOMEM;
	set->lists = lists;
	lists[set->list_count] = (struct list){ .name = strndup(name.at, name.len), .action = LIST_STRIP };
	if (lists[set->list_count].name == NULL)
		return PW_ENOMEM;
	set->list_count++;
	return PW_OK;
}

enum pw_err
list_set_read(struct list_set *set, const char *file, struct span name, struct span text, struct buf *report)
{
	enum pw_err		err = list_begin(set, name);
	struct line_word	word;
	struct lines		lines;

	lines_init(&lines, file, "domain", text, report);
	while (err == PW_OK && lines_next(&lines, &word)) {
		if (word.directive)
			directive(&set->lists[set->list_count - 1], &lines, &word);
		else
			err = domain_add(set, &lines, &word);
	}
	return err != PW_OK ? err : lines_end(&lines);
}
