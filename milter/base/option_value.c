/* How the value of each type of option is read, bounded, stored and printed. */
#include "option.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields of an enum type are written as what gcc and clang make of an enum without negative values. */
_Static_assert(sizeof(enum mode) == sizeof(unsigned) && sizeof(enum remote_content) == sizeof(unsigned) &&
    sizeof(enum on_failure) == sizeof(unsigned) && sizeof(enum on_signed_live) == sizeof(unsigned) &&
    sizeof(enum read_receipts) == sizeof(unsigned),
    "option words are stored as unsigned");

struct unit {
	const char	*name;
	uint64_t	 worth;
};

static const struct unit byte_units[] = {	/* printed with the first that divides; "" always does */
	{ "T", (uint64_t)1 << 40 }, { "G", (uint64_t)1 << 30 }, { "M", (uint64_t)1 << 20 }, { "K", (uint64_t)1 << 10 },
	{ "", 1 }, { "TiB", (uint64_t)1 << 40 }, { "GiB", (uint64_t)1 << 30 }, { "MiB", (uint64_t)1 << 20 },
	{ "KiB", (uint64_t)1 << 10 }, { "TB", 1000000000000 }, { "GB", 1000000000 }, { "MB", 1000000 },
	{ "KB", 1000 }, { "B", 1 }, { NULL, 0 },
};

static const struct unit time_units[] = {	/* "7210s" is clearer than what hours would make of it */
	{ "d", 86400000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "min", 60000 }, { "h", 3600000 },
	{ NULL, 0 },
};

static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };

static const struct {
	const char		*name;
	const struct unit	*units;
	const char		*example;	/* of a right value */
} types[] = {
	[OPTION_WORD] = { "word", NULL, NULL },
	[OPTION_BOOL] = { "boolean", NULL, NULL },
	[OPTION_COUNT] = { "number", no_units, "a whole number without unit" },
	[OPTION_BYTES] = { "size", byte_units, "a whole number and K, M, G or KiB, MiB, GiB (MB is 1000000 bytes)" },
	[OPTION_TIME] = { "time", time_units, "a whole number and ms, s, m, h or d" },
	[OPTION_OCTAL] = { "octal", NULL, "an octal number such as 007" },
	[OPTION_TEXT] = { "text", NULL, NULL },
	[OPTION_LIST] = { "list", NULL, NULL },
	[OPTION_FILES] = { "files", NULL, NULL },
};

static const struct {
	const char	*name;
	bool		 value;
} booleans[] = {
	{ "yes", true }, { "no", false }, { "true", true }, { "false", false },
	{ "on", true }, { "off", false }, { "1", true }, { "0", false },
};

const char *
option_type_name(enum option_type type)
{
	return types[type].name;
}

void
complain(struct buf *report, struct place place, const char *format, ...)
{
	char	text[1024];
	va_list	arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (place.line > 0)
		buf_printf(report, "%s:%zu:%zu: %s\n", place.file, place.line, place.column, text);
	else
		buf_printf(report, "%s: %s\n", place.file, text);
}

/* Enough of a value to recognise it. */
static struct span
shown(struct span s)
{
	return span_cut(s, 0, 60);
}

static void *
field(const struct option *option, struct options *options)
{
	return (char *)options + option->at;
}

static const void *
field_const(const struct option *option, const struct options *options)
{
	return (const char *)options + option->at;
}

/* Digits and a unit. False: no such number; *huge: it is one, but past 64 bits. */
static bool
number_parse(struct span text, const struct unit *units, uint64_t *number, bool *huge)
{
	uint64_t	value = 0;
	size_t		i = 0;

	*huge = false;
	for (; i < text.len && ascii_digit(text.at[i]); i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text.at[i] - '0'), &value))
			*huge = true;
	if (i == 0)
		return false;
	struct span unit = span_trim(span_from(text, i));
	for (; units->name != NULL; units++)
		if (span_is(unit, units->name)) {
			if (__builtin_mul_overflow(value, units->worth, number))
				*huge = true;
			return true;
		}
	/* Nothing lasts no time in any unit. */
	*number = 0;
	return unit.len == 0 && value == 0 && !*huge;
}

static void
number_print(uint64_t number, const struct unit *units, struct buf *out)
{
	const struct unit *unit = units;

	while (unit->name[0] != '\0' && (number == 0 || number % unit->worth != 0) && unit[1].name != NULL)
		unit++;
	buf_printf(out, "%" PRIu64 "%s", number / unit->worth, unit->name);
}

static void
bounds_print(const struct option *option, struct buf *out)
{
	if (option->type == OPTION_OCTAL) {
		buf_printf(out, "%03" PRIo64 " to %03" PRIo64, option->least, option->most);
		return;
	}
	number_print(option->least, types[option->type].units, out);
	buf_add(out, SPAN(" to "));
	number_print(option->most, types[option->type].units, out);
}

static void
words_print(const char *const *words, struct buf *out)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (i > 0)
			buf_add(out, words[i + 1] != NULL ? SPAN(", ") : SPAN(" or "));
		buf_add(out, span_of(words[i]));
	}
}

void
option_print_bounds(const struct option *option, struct buf *out)
{
	switch (option->type) {
	case OPTION_WORD:
		words_print(option->words, out);
		break;
	case OPTION_BOOL:
		buf_add(out, SPAN("yes or no"));
		break;
	case OPTION_COUNT:
	case OPTION_BYTES:
	case OPTION_TIME:
	case OPTION_OCTAL:
		bounds_print(option, out);
		break;
	case OPTION_TEXT:
		buf_printf(out, "at most %" PRIu64 " bytes", option->most);
		break;
	case OPTION_LIST:
		buf_printf(out, "items of at most %" PRIu64 " bytes", option->most);
		break;
	case OPTION_FILES:
		buf_printf(out, "NAME FILE, at most %d times", MOST_FILES_OF_OPTION);
		break;
	}
}

static enum pw_err
wrong_word(const struct option *option, struct span text, struct place place, struct buf *report)
{
	struct buf allowed;

	buf_init(&allowed, 256);
	option_print_bounds(option, &allowed);
	complain(report, place, "'%.*s' is no value of %s; write %.*s", SPAN_ARG(shown(text)), option->keyword,
	    SPAN_ARG(buf_span(&allowed)));
	buf_fini(&allowed);
	return PW_ECONFIG;
}

static enum pw_err
set_word(const struct option *option, struct options *options, struct span text, struct place place,
    struct buf *report)
{
	for (unsigned i = 0; option->words[i] != NULL; i++)
		if (span_is(text, option->words[i])) {
			memcpy(field(option, options), &i, sizeof(i));
			return PW_OK;
		}
	return wrong_word(option, text, place, report);
}

static enum pw_err
set_bool(const struct option *option, struct options *options, struct span text, struct place place,
    struct buf *report)
{
	for (size_t i = 0; i < NITEMS(booleans); i++)
		if (span_is(text, booleans[i].name)) {
			memcpy(field(option, options), &booleans[i].value, sizeof(bool));
			return PW_OK;
		}
	return wrong_word(option, text, place, report);
}

static bool
octal_parse(struct span text, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '7')
			return false;
		if (*number <= UINT32_MAX)	/* past all bounds anyway */
			*number = *number * 8 + (uint64_t)(text.at[i] - '0');
	}
	return text.len > 0;
}

static enum pw_err
set_number(const struct option *option, struct options *options, struct span text, struct place place,
    struct buf *report)
{
	uint64_t	number = 0;
	bool		huge = false;

	if (option->type == OPTION_OCTAL ? !octal_parse(text, &number) :
	    !number_parse(text, types[option->type].units, &number, &huge)) {
		complain(report, place, "'%.*s' is no %s; write %s", SPAN_ARG(shown(text)),
		    types[option->type].name, types[option->type].example);
		return PW_ECONFIG;
	}
	if (huge || number < option->least || number > option->most) {
		struct buf allowed;

		buf_init(&allowed, 256);
		bounds_print(option, &allowed);
		complain(report, place, "%s %.*s is out of bounds; write a value from %.*s", option->keyword,
		    SPAN_ARG(shown(text)), SPAN_ARG(buf_span(&allowed)));
		buf_fini(&allowed);
		return PW_ECONFIG;
	}
	memcpy(field(option, options), &number, sizeof(number));
	return PW_OK;
}

/* The text as it is stored, on the heap; NULL and a complaint, or NULL alone: no memory. */
static enum pw_err
text_make(const struct option *option, struct span text, struct place place, struct buf *report, char **made)
{
	struct buf	normal, note, why;
	enum pw_err	err = PW_ECONFIG;

	buf_init(&normal, 8192);
	buf_init(&note, 1024);
	buf_init(&why, 1024);
	*made = NULL;
	if (text.len < option->least)
		complain(report, place, "%s is empty; write a value", option->keyword);
	else if (text.len > option->most)
		complain(report, place, "%s is too long; write at most %" PRIu64 " bytes", option->keyword,
		    option->most);
	else if (option->check != NULL && text.len > 0 && !option->check(text, &normal, &note, &why))
		complain(report, place, "%s: %.*s", option->keyword, SPAN_ARG(buf_span(&why)));
	else {
		if (note.len > 0)
			complain(report, place, "warning: %s: %.*s", option->keyword, SPAN_ARG(buf_span(&note)));
		if (normal.len > 0)
			text = buf_span(&normal);
		*made = strndup(text.at != NULL ? text.at : "", text.len);
		err = *made != NULL ? PW_OK : PW_ENOMEM;
	}
	buf_fini(&normal);
	buf_fini(&note);
	buf_fini(&why);
	return err;
}

static void
list_free(struct option_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct option_list){ NULL, 0 };
}

/* Items are all made before the old ones go, so that a mistake leaves the field as it was. */
static enum pw_err
set_list(const struct option *option, struct options *options, const struct word *words, size_t count, bool append,
    struct place place, struct buf *report)
{
	struct option_list	*list = field(option, options), fresh = { NULL, 0 };
	enum pw_err		 err = PW_OK;
	size_t			 kept = append ? list->count : 0;

	/* A lone "" is the list of nothing. */
	if (count == 1 && words[0].text.len == 0)
		count = 0;
	fresh.at = calloc(kept + count + 1, sizeof(*fresh.at));
	if (fresh.at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < count && err != PW_ENOMEM; i++) {
		enum pw_err bad = PW_ECONFIG;

		place.column = words[i].column;
		if (words[i].text.len == 0)
			complain(report, place, "an item of %s is empty; write a value between the commas",
			    option->keyword);
		else
			bad = text_make(option, words[i].text, place, report, &fresh.at[fresh.count]);
		if (bad == PW_OK)
			fresh.count++;
		else
			err = bad;
	}
	if (err != PW_OK) {
		list_free(&fresh);
		return err;
	}
	if (kept > 0) {
		memmove(fresh.at + kept, fresh.at, fresh.count * sizeof(*fresh.at));
		memcpy(fresh.at, list->at, kept * sizeof(*fresh.at));
		fresh.count += kept;
		list->count = 0;
	}
	list_free(list);
	*list = fresh;
	return PW_OK;
}

static void
files_free(struct option_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->at[i].name);
		free(files->at[i].path);
	}
	free(files->at);
	*files = (struct option_files){ NULL, 0 };
}

/* A right name, and a new one? */
static bool
name_is_good(const struct option *option, const struct option_files *files, struct span name, struct place place,
    struct buf *report)
{
	struct buf	why;
	bool		good = false;

	buf_init(&why, 1024);
	if (name.len == 0 || name.len > 64)
		complain(report, place, "%s: the name has %zu bytes; write 1 to 64", option->keyword, name.len);
	else if (!check_group_name(name, NULL, NULL, &why))
		complain(report, place, "%s: %.*s", option->keyword, SPAN_ARG(buf_span(&why)));
	else
		good = true;
	buf_fini(&why);
	for (size_t i = 0; good && i < files->count; i++)
		if (span_is(name, files->at[i].name)) {
			complain(report, place, "%s %.*s stands already, with %s; write another name, or one file for "
			    "both", option->keyword, SPAN_ARG(name), files->at[i].path);
			return false;
		}
	return good;
}

static enum pw_err
set_file(const struct option *option, struct options *options, const struct word *words, size_t count, bool append,
    struct place place, struct buf *report)
{
	static const struct option_files	 none = { NULL, 0 };
	struct option_files			*files = field(option, options);
	const struct option_files		*kept = append ? files : &none;
	struct option_file			 file = { NULL, NULL }, *at = NULL;
	enum pw_err				 err = PW_ECONFIG;

	/* A lone "" stands for no file at all. */
	if (count == 1 && words[0].text.len == 0 && !append) {
		files_free(files);
		return PW_OK;
	}
	if (count != 2)
		complain(report, place, "%s has a name alone; write %s NAME FILE", option->keyword, option->keyword);
	else if (kept->count == MOST_FILES_OF_OPTION)
		complain(report, place, "%s is one too many; write at most %d", option->keyword, MOST_FILES_OF_OPTION);
	else if (name_is_good(option, kept, words[0].text, place, report)) {
		place.column = words[1].column;
		err = text_make(option, words[1].text, place, report, &file.path);
	}
	if (err != PW_OK)
		return err;
	if (!append)
		files_free(files);
	file.name = strndup(words[0].text.at, words[0].text.len);
	if (file.name != NULL)
		at = reallocarray(files->at, files->count + 1, sizeof(*at));
	if (at == NULL) {
		free(file.name);
		free(file.path);
		return PW_ENOMEM;
	}
	files->at = at;
	files->at[files->count++] = file;
	return PW_OK;
}

enum pw_err
option_set(const struct option *option, struct options *options, const struct word *words, size_t count, bool append,
    struct place place, struct buf *report)
{
	char		*text;
	enum pw_err	 err = PW_OK;

	if (option->type == OPTION_LIST)
		return set_list(option, options, words, count, append, place, report);
	place.column = words[0].column;
	if (option->type == OPTION_FILES)
		return set_file(option, options, words, count, append, place, report);
	switch (option->type) {
	case OPTION_WORD:
		return set_word(option, options, words[0].text, place, report);
	case OPTION_BOOL:
		return set_bool(option, options, words[0].text, place, report);
	case OPTION_COUNT:
	case OPTION_BYTES:
	case OPTION_TIME:
	case OPTION_OCTAL:
		return set_number(option, options, words[0].text, place, report);
	case OPTION_TEXT:
	case OPTION_LIST:
	case OPTION_FILES:
		err = text_make(option, words[0].text, place, report, &text);
		break;
	}
	if (err == PW_OK) {
		option_clear(option, options);
		memcpy(field(option, options), &text, sizeof(text));
		if (option->at == offsetof(struct options, rules_dir))
			options->rules_dir_given = true;
	}
	return err;
}

void
option_clear(const struct option *option, struct options *options)
{
	char *text;

	if (option->type == OPTION_LIST)
		list_free(field(option, options));
	if (option->type == OPTION_FILES)
		files_free(field(option, options));
	if (option->type != OPTION_TEXT)
		return;
	memcpy(&text, field(option, options), sizeof(text));
	free(text);
	text = NULL;
	memcpy(field(option, options), &text, sizeof(text));
}

/* Quoted where the grammar needs it. */
static void
text_print(const char *text, bool in_list, struct buf *out)
{
	bool bare = text[0] != '\0' && text[0] != '#';

	for (const char *c = text; *c != '\0'; c++)
		bare = bare && !ascii_space(*c) && *c != '"' && *c != '\\' && !(in_list && *c == ',');
	if (bare) {
		buf_add(out, span_of(text));
		return;
	}
	buf_add_char(out, '"');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *c);
	}
	buf_add_char(out, '"');
}

void
option_print(const struct option *option, const struct options *options, struct buf *out)
{
	const void			*slot = field_const(option, options);
	const struct option_list	*list = slot;
	const struct option_files	*files = slot;
	uint64_t			 number;
	unsigned			 word;
	char				*text;
	bool				 boolean;

	switch (option->type) {
	case OPTION_WORD:
		memcpy(&word, slot, sizeof(word));
		buf_add(out, span_of(option->words[word]));
		break;
	case OPTION_BOOL:
		memcpy(&boolean, slot, sizeof(boolean));
		buf_add(out, boolean ? SPAN("yes") : SPAN("no"));
		break;
	case OPTION_COUNT:
	case OPTION_BYTES:
	case OPTION_TIME:
		memcpy(&number, slot, sizeof(number));
		number_print(number, types[option->type].units, out);
		break;
	case OPTION_OCTAL:
		memcpy(&number, slot, sizeof(number));
		buf_printf(out, "%03" PRIo64, number);
		break;
	case OPTION_TEXT:
		memcpy(&text, slot, sizeof(text));
		text_print(text, false, out);
		break;
	case OPTION_LIST:
		for (size_t i = 0; i < list->count; i++) {
			if (i > 0)
				buf_add(out, SPAN(", "));
			text_print(list->at[i], true, out);
		}
		if (list->count == 0)
			buf_add(out, SPAN("\"\""));
		break;
	case OPTION_FILES:
		for (size_t i = 0; i < files->count; i++) {
			if (i > 0)
				buf_printf(out, "\n" KEYWORD_COLUMN, option->keyword);
			buf_printf(out, "%s ", files->at[i].name);
			text_print(files->at[i].path, false, out);
		}
		if (files->count == 0)
			buf_add(out, SPAN("\"\""));
		break;
	}
}
