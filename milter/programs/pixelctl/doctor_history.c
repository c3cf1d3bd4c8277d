/* pixelctl doctor: is there a history to judge by (RemoteContent unvouched), and if not, since when and why? */
#include <pixelward/base/clock.h>

#include "doctor.h"
#include "history.h"

static void
say_seasoned(struct doctor *doctor, const struct reputation_age *age)
{
	doctor->season = SPAN("seasoned");
	if (age->learned > 0)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "seasoned: by %llu old mails (pixelctl learn)",
		    (unsigned long long)age->learned);
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "seasoned: by %lld days of mail, and a verifier that is believed",
		    history_days(age));
}

static void
say_unseasoned(struct doctor *doctor, struct span remedy, struct span why)
{
	bool	wanted = doctor->options->remote_content == REMOTE_UNVOUCHED;

	doctor->season = wanted ? arena_printf(doctor->arena, "not seasoned: acts as RemoteContent trackers, %.*s", SPAN_ARG(why)) :
	    arena_printf(doctor->arena, "not seasoned: %.*s; this RemoteContent needs no history", SPAN_ARG(why));
	doctor_say(doctor, wanted ? FINDING_WARN : FINDING_OK, wanted ? remedy : SPAN_NONE, "%.*s", SPAN_ARG(doctor->season));
}

void
doctor_history(struct doctor *doctor)
{
	struct reputation_age	age;
	enum pw_err		err = PW_EAWAY;
	struct span		remedy = doctor_command_line(doctor, "pixelctl learn", "/var/mail/archive");

	if (!redis_is_wanted(doctor->options) && doctor_runs_without(doctor, "reputation/lock")) {
		say_unseasoned(doctor, doctor_mend(doctor), arena_printf(doctor->arena, "process %ld runs without %s/reputation",
		    (long)doctor->keeper.pid, doctor->options->state_dir));
		return;
	}
	/* What may not be read looks empty. */
	if (doctor->reputation != NULL && !doctor_is_denied(doctor) && !(doctor->blind && doctor->redis == NULL))
		err = reputation_age(doctor->reputation, doctor->options, clock_unix_ms(), &age);
	if (err == PW_OK && age.seasoned) {
		say_seasoned(doctor, &age);
		return;
	}
	if (err == PW_OK)
		say_unseasoned(doctor, remedy, history_unseasoned(doctor->options, &age, doctor->arena));
	else if (redis_is_wanted(doctor->options))
		say_unseasoned(doctor, SPAN_NONE, SPAN("and whether there is a history cannot be told while Redis cannot be asked"));
	else
		say_unseasoned(doctor, doctor->blind ? doctor_command_line(doctor, "sudo pixelctl doctor", "") : SPAN_NONE,
		    SPAN("the reputation cannot be asked"));
}
