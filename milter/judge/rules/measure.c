#include <pixelward/judge/measure.h>

#include <pixelward/base/clock.h>

#include <stdlib.h>

#include "../policy.h"

#include "rule_set.h"

struct rule_cost *
policy_costs_new(const struct policy *policy, size_t *count)
{
	const struct rule_set	*set = policy->rules;
	struct rule_cost	*costs = calloc(set->count + 1, sizeof(*costs));

	*count = 0;
	for (size_t i = 0; costs != NULL && i < set->count; i++)
		if (rule_is_asked(&set->rules[i]))
			costs[(*count)++] = (struct rule_cost){ .name = set->rules[i].name,
			    .status = rule_status_names[set->rules[i].status] };
	return costs;
}

enum pw_err
policy_measure(const struct policy *policy, const struct message *message, const struct dissection *d,
    struct arena *arena, struct rule_cost *costs)
{
	const struct rule_set	*set = policy->rules;
	struct evidence		 evidence;
	struct ruling		 ruling;

	evidence_init(&evidence, message, d, &policy->groups, policy->watched, arena);
	for (size_t i = 0; i < set->count; i++) {
		uint64_t lines = evidence.lines_asked, begun;

		if (!rule_is_asked(&set->rules[i]))
			continue;
		begun = clock_thread_ns();
		if (!rule_judge(&set->rules[i], &policy->lists, &evidence, &ruling))
			return PW_ENOMEM;
		costs->ns += clock_thread_ns() - begun;
		costs->lines += evidence.lines_asked - lines;
		costs->messages++;
		costs->hits += ruling.met != NULL && ruling.met->matched;
		costs->failures += ruling.met != NULL && ruling.met->failure != NULL;
		costs++;
	}
	return PW_OK;
}
