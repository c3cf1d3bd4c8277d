/* pixelctl doctor: do configuration, rules and lists load, and do they say whose mail matters and whom to believe? */
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include <pixelward/dissect/dissect.h>

#include "doctor.h"
#include "opened.h"

#define REPORT_BYTES	((size_t)4 << 20)
#define MOST_LINES	20u	/* of a report; `pixelward -t` has all */
#define LONGEST_LINE	1500

/* "FILE:LINE:COLUMN: what is wrong; what to do", see log_report(). */
static void
say_line(struct doctor *doctor, struct span line)
{
	bool		warning = span_find(line, SPAN(": warning"), 0) < line.len;
	size_t		cut = span_find(line, SPAN("; "), 0);
	struct span	remedy = cut < line.len ? span_from(line, cut + 2) :
			    doctor_command_line(doctor, "pixelward -t", "");

	doctor_say(doctor, warning ? FINDING_WARN : FINDING_FAIL, remedy, "%.*s",
	    SPAN_ARG(span_cut(line, 0, cut < LONGEST_LINE ? cut : LONGEST_LINE)));
}

static size_t
say_report(struct doctor *doctor, struct span report)
{
	size_t count = 0;

	while (report.len > 0) {
		size_t		end = span_find_char(report, '\n', 0);
		struct span	line = span_cut(report, 0, end);

		report = span_from(report, end + 1);
		if (span_starts(line, SPAN("    ")))
			continue;
		if (count++ < MOST_LINES)
			say_line(doctor, line);
	}
	if (count > MOST_LINES)
		doctor_say(doctor, FINDING_WARN, doctor_command_line(doctor, "pixelward -t", ""),
		    "%zu lines more", count - MOST_LINES);
	return count;
}

void
doctor_configuration(struct doctor *doctor)
{
	struct buf	report;
	enum pw_err	err;

	dissect_prepare();
	buf_init(&report, REPORT_BYTES);
	err = generation_load(doctor->config, dissect, &report, &doctor->generation);
	size_t lines = say_report(doctor, buf_span(&report));
	buf_fini(&report);
	if (err == PW_OK)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "%s, rules and lists load, and the tests in the rules pass", doctor->config);
	else if (lines == 0)
		doctor_say(doctor, FINDING_FAIL, doctor_command_line(doctor, "pixelward -t", ""), "%s: %s",
		    doctor->config, pw_strerror(err));
}

/* --- whose mail matters --- */

static const struct option_file *
group_find(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->groups.count; i++)
		if (strcasecmp(options->groups.at[i].name, name) == 0)
			return &options->groups.at[i];
	return NULL;
}

/* Lines that are no comments. */
static size_t
members_count(struct span text)
{
	size_t count = 0;

	while (text.len > 0) {
		size_t		end = span_find_char(text, '\n', 0);
		struct span	line = span_trim(span_cut(text, 0, end));

		count += line.len > 0 && line.at[0] != '#';
		text = span_from(text, end + 1);
	}
	return count;
}

static void
watched_file(struct doctor *doctor, const struct option_file *group)
{
	struct span	add = arena_printf(doctor->arena, "echo '@parl.example' >> %s", group->path);
	struct buf	text;

	buf_init(&text, (size_t)256 << 20);
	if (!opened_read(group->path, &text))
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "ls -l %s", group->path), "group %s: %s: %s",
		    group->name, group->path, strerror(errno));
	else if (members_count(buf_span(&text)) == 0)
		doctor_say(doctor, FINDING_WARN, add, "group %s: %s is empty: nobody is watched", group->name, group->path);
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "group %s: %zu addresses and domains", group->name,
		    members_count(buf_span(&text)));
	buf_fini(&text);
}

void
doctor_watched(struct doctor *doctor)
{
	const struct options	*options = doctor->options;
	size_t			 found = 0;

	for (size_t i = 0; i < options->watch_groups.count; i++) {
		const struct option_file *group = group_find(options, options->watch_groups.at[i]);

		if (group != NULL)
			watched_file(doctor, group);
		found += group != NULL;
	}
	if (found == 0)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "Group %s /etc/pixelward/watch.txt",
		    options->watch_groups.count > 0 ? options->watch_groups.at[0] : "watch"),
		    "no group of WatchGroups is defined: nobody's mail is held, and campaigns are named later");
}

/* --- whom to believe --- */

#define IN_FRONT	"opendkim and opendmarc before pixelward in smtpd_milters"

/* Every name is of SPF alone, which policy services tell of, too; and whether one does, smtpd_milters does not say. */
static bool
only_spf(const struct option_list *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		if (!span_ends_nocase(span_of(ids->at[i]), SPAN("/spf")))
			return false;
	return ids->count > 0;
}

static void
say_believed(struct doctor *doctor, const struct option_list *ids)
{
	const char *others = ids->count > 1 ? " and others" : "";

	if (doctor->front != FRONT_NOBODY)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "Authentication-Results of %s%s are believed", ids->at[0], others);
	else
		doctor_say(doctor, only_spf(ids) ? FINDING_WARN : FINDING_FAIL,
		    SPAN("TrustedAuthservIDs \"\", until there are " IN_FRONT " (docs/operating.md)"),
		    "Authentication-Results of %s%s are believed, and no verifier stands before pixelward to take out %s", ids->at[0],
		    others, only_spf(ids) ? "forged ones, unless a policy service writes its own above them" :
		    "what senders write in that name: anybody's forged fields are believed");
}

void
doctor_verifiers(struct doctor *doctor)
{
	const struct option_list	*ids = &doctor->options->trusted_authserv_ids;
	const char			*ours = doctor->options->authserv_id;
	char				 host[256] = "mx.example.org";

	(void)gethostname(host, sizeof(host) - 1);
	if (ids->count > 0)
		say_believed(doctor, ids);
	else if (doctor->front == FRONT_NOBODY)
		doctor_say(doctor, FINDING_WARN, SPAN(IN_FRONT " first; TrustedAuthservIDs stays empty until then (docs/operating.md)"),
		    "no verifier stands before pixelward: no DKIM, SPF or DMARC result can be believed, and no mail that comes in "
		    "vouches for a host");
	else
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "TrustedAuthservIDs %s, if a verifier of that name takes "
		    "out what others wrote in it (docs/operating.md)", ours[0] != '\0' ? ours : host),
		    "TrustedAuthservIDs is empty: no DKIM, SPF or DMARC result is believed, and no mail that comes in vouches for a "
		    "host");
}
