#include "unjudged.h"

/* OnLimit; a message that is accepted unseen is delivered as it is. */
static const enum action on_limit[] = {
	[ON_HOLD]	= ACTION_HOLD,
	[ON_TEMPFAIL]	= ACTION_TEMPFAIL,
	[ON_ACCEPT]	= ACTION_DELIVER,
};

bool
unjudged(const struct mail *mail, struct outcome *outcome)
{
	struct span	*reason;
	enum action	 action = ACTION_TEMPFAIL;
	struct span	 text;

	if (mail->limit != LIMIT_NONE) {
		action = on_limit[generation_options(mail->generation)->on_limit];
		text = arena_printf(mail->arena, "more than %s allows", limit_name(mail->limit));
	} else if (mail->overload)
		text = SPAN("more mail in flight than MaxMemory allows");
	else if (mail->failure != PW_OK)
		text = span_of(pw_strerror(mail->failure));
	else
		return false;

	*outcome = (struct outcome){ .verdict.action = action };
	reason = arena_array(mail->arena, 1, sizeof(*reason));
	if (reason != NULL && text.at != NULL) {
		*reason = text;
		outcome->verdict.reasons = reason;
		outcome->verdict.reason_count = 1;
	}
	return true;
}
