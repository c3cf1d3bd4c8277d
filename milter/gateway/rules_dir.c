#include <pixelward/gateway/rules_dir.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* ../rules beside the program's directory; false if it cannot be named. */
static bool
beside_program(char *path, size_t size)
{
	char	program[PATH_MAX];
	ssize_t	len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len <= 0)
		return false;
	program[len] = '\0';
	char *slash = strrchr(program, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	int need = snprintf(path, size, "%s/../rules", program);
	return need > 0 && (size_t)need < size;
}

enum pw_err
rules_dir_find(struct options *options)
{
	const char	*found = NULL;
	char		 uninstalled[PATH_MAX];

	if (options->rules_dir_given || is_directory(options->rules_dir))
		return PW_OK;
	if (is_directory(PIXELWARD_PREFIX "/share/pixelward/rules"))
		found = PIXELWARD_PREFIX "/share/pixelward/rules";
	else if (beside_program(uninstalled, sizeof(uninstalled)) && is_directory(uninstalled))
		found = uninstalled;
	if (found == NULL)
		return PW_OK;

	char *copy = strdup(found);
	if (copy == NULL)
		return PW_ENOMEM;
	free(options->rules_dir);
	options->rules_dir = copy;
	return PW_OK;
}
