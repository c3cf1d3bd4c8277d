/* pixelctl doctor: is there a history to judge by (RemoteContent unvouched), and if not, since when and why? */
#include <pixelward/base/clock.h>

#include "doctor.h"
#include "history.h"

#define ARCHIVE	SPAN("pixelctl learn /var/mail/archive")

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
say_unseasoned(struct doctor *doctor, struct span why)
{
	bool	wanted = doctor->options->remote_content == REMOTE_UNVOUCHED;

	doctor->season = wanted ? arena_printf(doctor->arena, "not seasoned: acts as RemoteContent trackers, %.*s", SPAN_ARG(why)) :
	    arena_printf(doctor->arena, "not seasoned: %.*s; this RemoteContent needs no history", SPAN_ARG(why));
	doctor_say(doctor, wanted ? FINDING_WARN : FINDING_OK, wanted ? ARCHIVE : SPAN_NONE, "%.*s", SPAN_ARG(doctor->season));
}

void
doctor_history(struct doctor *doctor)
{
	struct reputation_age	age;
	enum pw_err		err = PW_EAWAY;
	struct span		why = SPAN("the reputation cannot be asked");

	/* What may not be read looks empty. */
	if (doctor->reputation != NULL && !(doctor->blind && doctor->redis == NULL))
		err = reputation_age(doctor->reputation, doctor->options, clock_unix_ms(), &age);
	if (err == PW_OK && age.seasoned) {
		say_seasoned(doctor, &age);
		return;
	}
	if (err == PW_OK)
		why = history_unseasoned(doctor->options, &age, doctor->arena);
	say_unseasoned(doctor, why);
}
