/* Where the rules are when the configuration does not say it. */
#ifndef PIXELWARD_GATEWAY_RULES_DIR_H
#define PIXELWARD_GATEWAY_RULES_DIR_H

#include <pixelward/error.h>
#include <pixelward/options.h>

/*
 * If no file named RulesDir and the default directory is missing, point options->rules_dir at the rules that
 * were installed with the programs (PREFIX/share/pixelward/rules) or, in an uninstalled tree, at ../rules
 * beside the running program's own directory. If none of them exists the default stays, for policy_load to
 * complain about.
 *	PW_ENOMEM	options->rules_dir is as it was
 */
enum pw_err	rules_dir_find(struct options *) PW_MUST_CHECK;

#endif
