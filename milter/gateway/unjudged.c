#include "unjudged.h"

#include <pixelward/gateway/size.h>

bool
unjudged(const struct mail *mail, struct outcome *outcome)
{
	struct span *reason;

	if (mail->limit != LIMIT_NONE) {
		size_outcome(mail->limit, generation_options(mail->generation), mail->arena, outcome);
		return true;
	}
	if (mail->overload == NULL && mail->failure == PW_OK)
		return false;

	*outcome = (struct outcome){ .verdict.action = ACTION_TEMPFAIL };
	reason = arena_array(mail->arena, 1, sizeof(*reason));
	if (reason == NULL)
		return true;
	*reason = span_of(mail->overload != NULL ? mail->overload : pw_strerror(mail->failure));
	outcome->verdict.reasons = reason;
	outcome->verdict.reason_count = 1;
	return true;
}
