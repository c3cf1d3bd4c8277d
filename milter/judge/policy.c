/* Loads the rules and the lists of the rules directory, and the groups of recipients. */
#include "policy.h"

#include <pixelward/judge/rules.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rules/rule_set.h"

#define MOST_FILE_BYTES	((off_t)64 << 20)
#define MOST_LISTS	4096
#define REPORT_BYTES	((size_t)1 << 20)	/* of one list */
#define MOST_RULE_FILES	4096

/* What lists are published under. */
static const char *const suffixes[] = { ".txt", ".csv", ".hosts", ".list" };

struct loading {
	struct policy	*policy;
	GChecksum	*checksum;	/* over the names and contents of all files, in the order of the names */
	enum pw_err	 err;
};

/* A finding with the one line of the file that it is about, so that the file need not be kept. */
static void
tell(struct loading *loading, const char *path, size_t line, size_t column, struct span text, enum finding_code code,
    struct span what)
{
	struct findings	*findings = &loading->policy->rules->findings;
	struct source	*source = arena_alloc(findings->arena, sizeof(*source));
	struct span	 name = arena_copy(findings->arena, span_of(path)), shown = arena_copy(findings->arena, text);

	if (source == NULL || name.at == NULL || shown.at == NULL) {
		loading->err = PW_ENOMEM;
		return;
	}
	*source = (struct source){ .path = name.at, .text = shown, .lines_before = line - 1 };
	finding_add(findings, &(struct place){ source, line, column }, code, "%.*s", SPAN_ARG(what));
	if (!finding_is_warning(code) && loading->err == PW_OK)
		loading->err = PW_ECONFIG;
}

static void	mistake(struct loading *, const char *path, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));

static void
mistake(struct loading *loading, const char *path, const char *format, ...)
{
	char	text[512];
	va_list	arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	tell(loading, path, 1, 1, SPAN(""), FINDING_LISTED, span_of(text));
}

static size_t
read_number(struct span *text)
{
	size_t number = 0, at = 0;

	for (; at < text->len && ascii_digit(text->at[at]); at++)
		number = number * 10 + (size_t)(text->at[at] - '0');
	*text = span_from(*text, at + 1);
	return number > 0 ? number : 1;
}

/* Long lines are cut where they are shown. */
#define MOST_KEPT	((size_t)1024)

/* What the readers of lists and groups report, "PATH:LINE:COLUMN: [warning: ]WHAT" a line, in the order of the lines. */
static void
tell_report(struct loading *loading, const char *path, struct span text, const struct buf *report)
{
	struct span	rest = buf_span(report), head = span_of(path);
	size_t		line = 1, at = 0;

	while (rest.len > 0) {
		struct span	one = span_cut(rest, 0, span_find_char(rest, '\n', 0));
		size_t		wanted, column;

		rest = span_from(rest, one.len + 1);
		one = span_from(one, head.len + 1);
		wanted = read_number(&one);
		column = read_number(&one);
		if (wanted < line)
			line = 1, at = 0;
		for (; line < wanted && at < text.len; line++)
			at = span_find_char(text, '\n', at) + 1;
		struct span what = span_trim(one), shown = span_cut(text, at, span_find_char(text, '\n', at));
		bool warning = span_starts(what, SPAN("warning: "));
		tell(loading, path, wanted, column, span_cut(shown, 0, MOST_KEPT), warning ? FINDING_LIST_DOUBT : FINDING_LISTED,
		    warning ? span_from(what, 9) : what);
	}
}

/* The list's name stands in log lines and headers as a rule's name. */
static bool
is_list_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alpha(name.at[i]) && !ascii_digit(name.at[i]) && strchr("-_.", name.at[i]) == NULL)
			return false;
	return name.len > 0;
}

/* The file's name without its suffix; empty: it is no list. */
static struct span
list_name(struct span file)
{
	for (size_t i = 0; i < NITEMS(suffixes) && file.at[0] != '.'; i++) {
		struct span suffix = span_of(suffixes[i]);

		if (file.len > suffix.len && span_eq(span_from(file, file.len - suffix.len), suffix))
			return span_cut(file, 0, file.len - suffix.len);
	}
	return SPAN_NONE;
}

static int
is_list_file(const struct dirent *entry)
{
	return list_name(span_of(entry->d_name)).len > 0;
}

int
rules_are_in(const struct dirent *entry)
{
	struct span name = span_of(entry->d_name);

	return name.at[0] != '.' && name.len > 5 && span_eq(span_from(name, name.len - 5), SPAN(".yaml"));
}

static bool
is_taken(const struct list_set *lists, struct span name)
{
	for (size_t i = 0; i < lists->list_count; i++)
		if (span_eq(span_of(lists->lists[i].name), name))
			return true;
	return false;
}

/* By bytes: the generation must not depend on the locale. */
static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* All of a file on the heap; NULL and errno, EFBIG also for a file that grew past its size. */
static char *
file_text(int fd, size_t bytes, size_t *len)
{
	char	*text = malloc(bytes + 1);
	ssize_t	 got = 1;

	for (*len = 0; text != NULL && got != 0 && *len <= bytes;) {
		got = read(fd, text + *len, bytes + 1 - *len);
		if (got < 0 && errno != EINTR) {
			free(text);
			return NULL;
		}
		*len += got > 0 ? (size_t)got : 0;
	}
	if (text != NULL && *len > bytes) {
		free(text);
		text = NULL;
		errno = EFBIG;
	}
	return text;
}

/* The length stands before the contents: two files must not pass for one. */
static void
checksum_add(struct loading *loading, const char *name, struct span text)
{
	char head[512];

	snprintf(head, sizeof(head), "%s %zu ", name, text.len);
	g_checksum_update(loading->checksum, (const guchar *)head, -1);
	g_checksum_update(loading->checksum, (const guchar *)text.at, (gssize)text.len);
}

/* A kind of file, and what to do where it cannot be read, or is a directory or the like. */
struct source_kind {
	const char	*noun, *cure, *cure_of_kind;
};

/* All of a file on the heap, summed under its name, and when it was last changed; NULL: a mistake was told. */
static char *
source_read(struct loading *loading, const struct source_kind *source, const char *path, const char *name, size_t *len,
    int64_t *modified)
{
	struct stat	 status;
	char		*text = NULL;
	int		 fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 || fstat(fd, &status) != 0)
		mistake(loading, path, "the %s cannot be read (%s); %s", source->noun, strerror(errno), source->cure);
	else if (!S_ISREG(status.st_mode))
		mistake(loading, path, "the %s is no file; %s", source->noun, source->cure_of_kind);
	else if (status.st_size > MOST_FILE_BYTES)
		mistake(loading, path, "the %s is larger than %lld bytes; split it", source->noun,
		    (long long)MOST_FILE_BYTES);
	else if ((text = file_text(fd, (size_t)status.st_size, len)) == NULL)
		mistake(loading, path, "the %s cannot be read (%s); %s", source->noun, strerror(errno), source->cure);
	else {
		checksum_add(loading, name, (struct span){ text, *len });
		*modified = (int64_t)status.st_mtime;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static void
note_failure(struct loading *loading, enum pw_err err)
{
	if (err != PW_OK && loading->err != PW_ENOMEM)
		loading->err = err;
}

static void
list_load(struct loading *loading, const char *directory, const char *file)
{
	static const struct source_kind	 source = { "list", "allow reading it, or take it out", "take it out" };
	struct span			 name = list_name(span_of(file));
	char				 path[4096 + 512], *text;
	size_t				 len;
	int64_t				 modified;
	struct buf			 report;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	if (!is_list_name(name)) {
		mistake(loading, path, "the list's name is no name for a rule; write letters, digits, - _ and . only");
		return;
	}
	if (is_taken(&loading->policy->lists, name)) {
		mistake(loading, path, "another file gives the list %.*s already; rename one of them", SPAN_ARG(name));
		return;
	}
	text = source_read(loading, &source, path, file, &len, &modified);
	buf_init(&report, REPORT_BYTES);
	if (text != NULL) {
		note_failure(loading, list_set_read(&loading->policy->lists, &(struct list_file){ .path = path, .name = name,
		    .text = { text, len }, .modified = modified, .now = (int64_t)time(NULL) }, &report));
		tell_report(loading, path, (struct span){ text, len }, &report);
	}
	buf_fini(&report);
	free(text);
}

static void
groups_load(struct loading *loading, const struct options *options)
{
	static const struct source_kind	 source = { "group", "let Group name a file that can be read",
					    "let Group name one" };
	struct policy			*policy = loading->policy;

	for (size_t i = 0; i < options->groups.count && loading->err != PW_ENOMEM; i++) {
		const struct option_file	*file = &options->groups.at[i];
		char				 name[128], *text;
		size_t				 len;
		int64_t				 modified;
		struct buf			 report;

		snprintf(name, sizeof(name), "group %s", file->name);	/* the blank is in no list's name */
		text = source_read(loading, &source, file->path, name, &len, &modified);
		buf_init(&report, REPORT_BYTES);
		if (text != NULL) {
			note_failure(loading, group_set_read(&policy->groups, file->path, file->name,
			    (struct span){ text, len }, &report));
			tell_report(loading, file->path, (struct span){ text, len }, &report);
		}
		buf_fini(&report);
		free(text);
	}
	for (size_t i = 0; i < options->watch_groups.count; i++)
		policy->watched |= group_set_named(&policy->groups, options->watch_groups.at[i]);
}

/* The key is no part of the generation, which is printed. */
static void
proxy_load(struct loading *loading, const struct options *options)
{
	struct buf	why;
	struct span	base = span_of(options->image_proxy);

	buf_init(&why, 1024);
	note_failure(loading, image_proxy_load(&loading->policy->proxy, options, &why));
	if (why.len > 0)
		mistake(loading, options->image_proxy_key_file[0] != '\0' ? options->image_proxy_key_file : "ImageProxy", "%.*s",
		    SPAN_ARG(buf_span(&why)));
	buf_fini(&why);
	if (base.len > 0)
		checksum_add(loading, "ImageProxy", base);
	loading->policy->rules->can_proxy = base.len > 0;
}

static void
lists_load(struct loading *loading, const char *directory, bool must_exist)
{
	struct dirent	**files = NULL;
	int		  count = scandir(directory, &files, is_list_file, compare_names);

	if (count < 0 && (errno != ENOENT || must_exist))
		mistake(loading, directory, "the directory of the lists cannot be read (%s); create it, or let RulesDir "
		    "name the directory above it", strerror(errno));
	else if (count < 0)
		tell(loading, directory, 1, 1, SPAN(""), FINDING_LIST_DOUBT, SPAN("there is no such directory, so no lists are in "
		    "force; create it, or let RulesDir name the directory above it"));
	else if (count > MOST_LISTS)
		mistake(loading, directory, "the directory holds %d lists; write at most %d", count, MOST_LISTS);
	for (int i = 0; i < count; i++) {
		if (count <= MOST_LISTS && loading->err != PW_ENOMEM)
			list_load(loading, directory, files[i]->d_name);
		free(files[i]);
	}
	free(files);
}

static void
rule_file_load(struct loading *loading, const char *path)
{
	static const struct source_kind	 kind = { "rule file", "allow reading it, or take it out", "take it out" };
	const char			*slash = strrchr(path, '/');
	char				*text;
	size_t				 len;
	int64_t				 modified;

	text = source_read(loading, &kind, path, slash != NULL ? slash + 1 : path, &len, &modified);
	if (text != NULL)
		rule_set_read(loading->policy->rules, &loading->policy->lists, path, (struct span){ text, len });
	free(text);
}

/* A directory that is missing was told of by who looked for its lists. */
static void
rules_load(struct loading *loading, const char *directory)
{
	struct dirent	**files = NULL;
	int		  count = scandir(directory, &files, rules_are_in, compare_names);
	char		  path[4096 + 512];

	if (count < 0 && errno != ENOENT)
		mistake(loading, directory, "the directory of the rules cannot be read (%s)", strerror(errno));
	else if (count > MOST_RULE_FILES)
		mistake(loading, directory, "the directory holds %d rule files; write at most %d", count, MOST_RULE_FILES);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]->d_name);
		if (count <= MOST_RULE_FILES)
			rule_file_load(loading, path);
		free(files[i]);
	}
	free(files);
}

/* Lists, then rules, which ask for lists: of the files named, or of the whole directory. */
static void
read_all(struct loading *loading, const struct options *options, const char *const *files, size_t file_count,
    dissect_function *dissect)
{
	struct policy	*policy = loading->policy;
	char		 directory[4096];

	snprintf(directory, sizeof(directory), "%s/lists.d", options->rules_dir);
	lists_load(loading, directory, options->rules_dir_given);
	groups_load(loading, options);
	proxy_load(loading, options);
	if (loading->err != PW_ENOMEM)
		note_failure(loading, list_set_index(&policy->lists));
	if (loading->err == PW_ENOMEM)
		return;
	if (file_count == 0)
		rules_load(loading, options->rules_dir);
	for (size_t i = 0; i < file_count; i++)
		rule_file_load(loading, files[i]);
	note_failure(loading, rule_set_finish(policy->rules, &policy->lists, dissect));
}

static enum pw_err
loading_init(struct loading *loading)
{
	*loading = (struct loading){ .policy = calloc(1, sizeof(*loading->policy)) };
	if (loading->policy == NULL)
		return PW_ENOMEM;
	list_set_init(&loading->policy->lists);
	group_set_init(&loading->policy->groups);
	loading->policy->rules = rule_set_new();
	if (loading->policy->rules == NULL) {
		policy_free(loading->policy);
		return PW_ENOMEM;
	}
	loading->checksum = g_checksum_new(G_CHECKSUM_SHA256);
	return PW_OK;
}

enum pw_err
policy_load_files(const struct options *options, const char *const *files, size_t file_count, dissect_function *dissect,
    struct buf *report, struct policy **policy)
{
	struct loading	loading;
	enum pw_err	err = loading_init(&loading);

	*policy = NULL;
	if (err != PW_OK)
		return err;
	read_all(&loading, options, files, file_count, dissect);
	findings_print_text(&loading.policy->rules->findings, report);
	snprintf(loading.policy->generation, sizeof(loading.policy->generation), "%s",
	    g_checksum_get_string(loading.checksum));
	g_checksum_free(loading.checksum);
	if (loading.err != PW_OK) {
		policy_free(loading.policy);
		return loading.err;
	}
	*policy = loading.policy;
	return PW_OK;
}

enum pw_err
policy_load(const struct options *options, dissect_function *dissect, struct buf *report, struct policy **policy)
{
	return policy_load_files(options, NULL, 0, dissect, report, policy);
}

enum pw_err
rules_check(const struct options *options, bool of_site, const char *const *files, size_t file_count,
    dissect_function *dissect, bool json, struct buf *out, struct rules_summary *summary)
{
	struct loading	loading;
	enum pw_err	err = loading_init(&loading);

	*summary = (struct rules_summary){ 0 };
	if (err != PW_OK)
		return err;
	loading.policy->rules->unverified = of_site && options->trusted_authserv_ids.count == 0;
	read_all(&loading, options, files, file_count, dissect);
	const struct rule_set *rules = loading.policy->rules;
	(json ? findings_print_json : findings_print_text)(&rules->findings, out);
	*summary = (struct rules_summary){ rules->files, rules->count, rules->tests, rules->findings.errors,
	    rules->findings.warnings };
	g_checksum_free(loading.checksum);
	policy_free(loading.policy);
	return loading.err;
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	rule_set_free(policy->rules);
	list_set_fini(&policy->lists);
	group_set_fini(&policy->groups);
	free(policy);
}

const char *
policy_generation(const struct policy *policy)
{
	return policy->generation;
}

void
policy_report(const struct policy *policy, struct buf *report)
{
	tally_print(policy->rules->tally, policy->rules->rules, policy->rules->count, report);
}
