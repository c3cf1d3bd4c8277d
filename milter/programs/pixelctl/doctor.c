/* pixelctl doctor: what is not as it should be here, and what to do about it. It looks, and changes nothing. */
#include "doctor.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <pixelward/base/config.h>
#include <pixelward/base/log.h>

#include "commands.h"
#include "opened.h"

#define OUT_BYTES	((size_t)16 << 20)
#define ARENA_BYTES	((size_t)256 << 20)
#define LONGEST		2000	/* bytes of a finding */

enum doctor_status {
	DOCTOR_USAGE = 64,	/* EX_USAGE */
	DOCTOR_SOFTWARE = 70,	/* EX_SOFTWARE */
	DOCTOR_NOT_ALLOWED = 77,	/* EX_NOPERM */
};

static const struct check {
	const char	*name;
	void		(*look)(struct doctor *);
	bool		 ready;		/* also of --ready */
	bool		 sees;		/* of no use to who may not look into StateDir */
} checks[] = {
	{ "configuration", doctor_configuration, false, false },
	{ "daemon", doctor_daemon, true, false },
	{ "socket", doctor_socket, true, false },
	{ "generation", doctor_generation, false, true },
	{ "state", doctor_state, false, false },
	{ "journal", doctor_journal, false, true },
	{ "redis", doctor_redis, false, false },
	{ "history", doctor_history, true, false },
	{ "watched", doctor_watched, false, false },
	{ "postfix", doctor_postfix, false, false },
	{ "verifiers", doctor_verifiers, false, false },	/* by what the one before saw */
};

static const char *const finding_names[] = { [FINDING_OK] = "ok", [FINDING_WARN] = "warn", [FINDING_FAIL] = "fail" };

static void
add_json(struct doctor *doctor, enum finding finding, struct span seen, struct span remedy)
{
	struct buf *out = &doctor->out;

	buf_printf(out, "%s{\"check\":\"%s\",\"finding\":\"%s\",\"seen\":", doctor->first ? "" : ",", doctor->check,
	    finding_names[finding]);
	buf_add_json(out, seen);
	buf_add(out, SPAN(",\"do\":"));
	if (remedy.len > 0)
		buf_add_json(out, remedy);
	else
		buf_add(out, SPAN("null"));
	buf_add_char(out, '}');
	doctor->first = false;
}

void
doctor_say(struct doctor *doctor, enum finding finding, struct span remedy, const char *format, ...)
{
	char	seen[LONGEST];
	va_list	arguments;

	va_start(arguments, format);
	vsnprintf(seen, sizeof(seen), format, arguments);
	va_end(arguments);
	doctor->worst = finding > doctor->worst ? finding : doctor->worst;
	if (doctor->json) {
		add_json(doctor, finding, span_of(seen), remedy);
		return;
	}
	buf_printf(&doctor->out, "%-4s  %s: ", finding_names[finding], doctor->check);
	buf_add_plain(&doctor->out, span_of(seen));
	buf_add(&doctor->out, remedy.len > 0 ? SPAN(" -- do: ") : SPAN(""));
	buf_add_plain(&doctor->out, remedy);
	buf_add_char(&doctor->out, '\n');
}

/* --- what to type --- */

static bool
is_installed(const struct doctor *doctor)
{
	return strcmp(doctor->config, OPENED_CONFIG_FILE) == 0;
}

struct span
doctor_command_line(struct doctor *doctor, const char *command, const char *arguments)
{
	bool given = !is_installed(doctor);

	return arena_printf(doctor->arena, "%s%s%s%s%s", command, given ? " -c " : "", given ? doctor->config : "",
	    arguments[0] != '\0' ? " " : "", arguments);
}

struct span
doctor_start(struct doctor *doctor)
{
	static const char *const units[] = { "/etc/systemd/system/pixelward.service", "/run/systemd/system/pixelward.service",
		"/usr/local/lib/systemd/system/pixelward.service", "/usr/lib/systemd/system/pixelward.service",
		"/lib/systemd/system/pixelward.service", PIXELWARD_PREFIX "/lib/systemd/system/pixelward.service" };

	for (size_t i = 0; i < NITEMS(units) && is_installed(doctor); i++)
		if (access(units[i], F_OK) == 0)
			return SPAN("systemctl start pixelward");
	return doctor_command_line(doctor, "pixelward", "");
}

struct span
doctor_restart(struct doctor *doctor)
{
	struct span start = doctor_start(doctor);

	return span_starts(start, SPAN("systemctl")) ? SPAN("systemctl restart pixelward") :
	    arena_printf(doctor->arena, "kill %ld, then %.*s", (long)doctor->keeper.pid, SPAN_ARG(start));
}

struct span
doctor_mend(struct doctor *doctor)
{
	return arena_printf(doctor->arena, "mend %s as the check of state says, or see the log; it is tried again each second",
	    doctor->options->state_dir);
}

/* --- what is looked at --- */

/* False: no memory. What is wrong with the configuration is told by its check. */
static bool
open_all(struct doctor *doctor, bool ready)
{
	struct buf	silent;
	enum pw_err	err = PW_ENOMEM;

	doctor->arena = arena_new(ARENA_BYTES);
	doctor->options = options_new();
	buf_init(&silent, OUT_BYTES);
	if (doctor->arena != NULL && doctor->options != NULL)
		err = config_read(doctor->config, doctor->options, &silent);
	if (err == PW_ECONFIG) {
		options_free(doctor->options);
		doctor->options = NULL;
		err = PW_OK;
	}
	if (err == PW_OK && doctor->options != NULL) {
		doctor->redis_deadline_ms = doctor->options->redis_deadline_ms;
		opened_patiently(doctor->options);
		doctor->blind = access(doctor->options->state_dir, R_OK | X_OK) != 0 && errno == EACCES;
		if (redis_is_wanted(doctor->options) && redis_open(doctor->options, &doctor->redis) == PW_ENOMEM)
			err = PW_ENOMEM;
		doctor->reputation = opened_reputation(doctor->config, doctor->options);
		if (!keeper_status_read(doctor->options->state_dir, &doctor->keeper, NULL))
			doctor->keeper.pid = 0;
		if (!ready && !numbers_take(&doctor->numbers, doctor->options, NULL, NULL, doctor->arena))
			err = PW_ENOMEM;
	}
	buf_fini(&silent);
	return err == PW_OK;
}

static void
close_all(struct doctor *doctor)
{
	numbers_fini(&doctor->numbers);
	reputation_close(doctor->reputation);
	redis_close(doctor->redis);
	generation_drop(doctor->generation);
	options_free(doctor->options);
	arena_free(doctor->arena);
	buf_fini(&doctor->out);
}

/* --- the two forms --- */

static int
look(struct doctor *doctor, bool ready)
{
	/* What cannot be read has no Socket and no StateDir to look at; Postfix is compared with its options, too. */
	for (size_t i = 0; i < NITEMS(checks); i++)
		if ((!ready || checks[i].ready) && (doctor->options != NULL || i == 0) && !(doctor->blind && checks[i].sees)) {
			doctor->check = checks[i].name;
			checks[i].look(doctor);
		}
	return (int)doctor->worst;
}

static int
examine(struct doctor *doctor)
{
	int status;

	if (doctor->json)
		buf_add(&doctor->out, SPAN("{\"findings\":["));
	status = look(doctor, false);
	if (doctor->json)
		buf_printf(&doctor->out, "],\"worst\":\"%s\",\"judges\":%s}\n", finding_names[doctor->worst],
		    doctor->judges ? "true" : "false");
	return status;
}

/* For monitoring: is mail judged, and by a history? */
static int
ready(struct doctor *doctor)
{
	bool json = doctor->json, barred;

	doctor->json = false;
	if (doctor->options != NULL)
		look(doctor, true);
	barred = doctor->blind || doctor->kept_out;
	buf_reset(&doctor->out);
	if (json) {
		buf_printf(&doctor->out, "{\"judges\":%s,\"season\":", doctor->judges ? "true" : "false");
		buf_add_json(&doctor->out, doctor->season);
		buf_add(&doctor->out, SPAN("}\n"));
	} else {
		if (!doctor->judges)
			buf_printf(&doctor->out, "not ready: %s; pixelctl doctor -c %s says why\n", barred ?
			    "this user may not look" : "mail is not judged", doctor->config);
		if (doctor->judges || (!barred && doctor->season.len > 0))
			buf_printf(&doctor->out, "%.*s\n", SPAN_ARG(doctor->season));
	}
	return doctor->judges ? FINDING_OK : barred ? DOCTOR_NOT_ALLOWED : FINDING_FAIL;
}

int
doctor_command(int argc, char **argv)
{
	static const struct option longs[] = { { "json", no_argument, NULL, 'j' }, { "ready", no_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 } };
	static struct doctor	doctor;
	bool			only_ready = false;
	int			letter, status = DOCTOR_SOFTWARE;

	doctor = (struct doctor){ .config = OPENED_CONFIG_FILE, .first = true };
	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1)
		switch (letter) {
		case 'c': doctor.config = optarg; break;
		case 'j': doctor.json = true; break;
		case 'r': only_ready = true; break;
		default: return DOCTOR_USAGE;
		}
	if (optind < argc) {
		fprintf(stderr, "pixelctl: doctor takes no '%s'\n", argv[optind]);
		return DOCTOR_USAGE;
	}
	buf_init(&doctor.out, OUT_BYTES);
	/* What Redis answers to a question that is refused on purpose is a finding, or none. */
	log_least(LOG_LEVEL_ERROR);
	if (open_all(&doctor, only_ready))
		status = (only_ready ? ready : examine)(&doctor);
	else
		fprintf(stderr, "pixelctl: out of memory\n");
	printf("%.*s", SPAN_ARG(buf_span(&doctor.out)));
	close_all(&doctor);
	return fflush(stdout) == 0 ? status : DOCTOR_SOFTWARE;
}
