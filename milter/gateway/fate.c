#include "fate.h"

#include <string.h>

enum action
fate_action(enum on_failure choice)
{
	static const enum action actions[] = {
		[ON_HOLD] = ACTION_HOLD, [ON_TEMPFAIL] = ACTION_TEMPFAIL, [ON_ACCEPT] = ACTION_DELIVER,
	};

	return actions[choice];
}

void
fate_add_rule(struct verdict *verdict, const char *rule, struct arena *arena)
{
	struct span *rules = arena_array(arena, 1, sizeof(*rules));

	if (rules == NULL || verdict->rule_count > 0)
		return;
	*rules = span_of(rule);
	verdict->rules = rules;
	verdict->rule_count = 1;
}

void
fate_add_reason(struct verdict *verdict, struct span reason, struct arena *arena)
{
	struct span *larger = arena_array(arena, verdict->reason_count + 1, sizeof(*larger));

	if (larger == NULL || reason.at == NULL)
		return;
	larger[0] = reason;
	if (verdict->reason_count > 0)
		memcpy(larger + 1, verdict->reasons, verdict->reason_count * sizeof(*larger));
	verdict->reasons = larger;
	verdict->reason_count++;
}
