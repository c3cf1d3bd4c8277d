/* What a policy holds, for the room's own files. */
#ifndef JUDGE_POLICY_H
#define JUDGE_POLICY_H

#include <pixelward/judge/judge.h>

#include "group.h"
#include "image_proxy.h"
#include "list.h"

struct rule_set;

struct policy {
	struct list_set		lists;
	struct group_set	groups;		/* in the order of the configuration */
	struct image_proxy	proxy;
	groups			watched;	/* those of WatchGroups */
	struct rule_set		*rules;
	char			generation[13];	/* twelve hex digits and a NUL */
};

#endif
