/* pixelctl rules docs: a page of the rules in force. */
#include <getopt.h>
#include <stdio.h>

#include <pixelward/judge/rules.h>

#include "commands.h"
#include "rules_source.h"

#define OUT_BYTES	((size_t)64 << 20)

int
rules_docs(int argc, char **argv)
{
	const char		*config = NULL;
	struct rules_source	 source;
	struct policy		*policy;
	struct buf		 out;
	int			 letter;

	while ((letter = getopt(argc, argv, "c:")) != -1) {
		if (letter != 'c')
			return RULES_USAGE;
		config = optarg;
	}
	int status = rules_source_take(&source, config, (const char *const *)argv + optind, (size_t)(argc - optind), &policy);
	if (status == RULES_GOOD) {
		buf_init(&out, OUT_BYTES);
		policy_print_page(policy, &out);
		printf("%.*s", SPAN_ARG(buf_span(&out)));
		status = buf_failed(&out) ? RULES_SOFTWARE : RULES_GOOD;
		buf_fini(&out);
	}
	policy_free(policy);
	rules_source_close(&source);
	return status;
}
