#include <pixelward/keeper/account.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A decimal id; false if the text is none. (uid_t)-1 means "unchanged" to the system calls, so it is none. */
static bool
id_read(const char *text, unsigned *id)
{
	char		*end;
	unsigned long	 value;

	if (!ascii_digit(text[0]))
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	*id = (unsigned)value;
	return errno == 0 && *end == '\0' && value < UINT32_MAX;
}

static bool
group_find(const char *text, struct account *account, struct buf *why)
{
	struct group *group = getgrnam(text);

	if (group != NULL)
		account->gid = group->gr_gid;
	else if (!id_read(text, &account->gid)) {
		buf_printf(why, "UserID: there is no group \"%s\"", text);
		return false;
	}
	return true;
}

static bool
user_find(const char *text, struct account *account, struct buf *why)
{
	struct passwd	*user = getpwnam(text);
	uid_t		 uid;

	if (user == NULL && id_read(text, &uid))
		user = getpwuid(uid);
	if (user == NULL) {
		buf_printf(why, "UserID: there is no user \"%s\"", text);
		return false;
	}
	account->uid = user->pw_uid;
	account->gid = user->pw_gid;
	account->name = strdup(user->pw_name);
	if (account->name == NULL)
		buf_printf(why, "out of memory");
	return account->name != NULL;
}

bool
account_find(const char *text, struct account *account, struct buf *why)
{
	char	*copy = strdup(text);
	bool	 found;

	*account = (struct account){ 0 };
	if (copy == NULL) {
		buf_printf(why, "out of memory");
		return false;
	}
	char *colon = strchr(copy, ':');
	if (colon != NULL)
		*colon++ = '\0';
	found = user_find(copy, account, why) && (colon == NULL || group_find(colon, account, why));
	free(copy);
	return found;
}

void
account_fini(struct account *account)
{
	free(account->name);
	*account = (struct account){ 0 };
}

bool
account_become(const struct account *account, struct buf *why)
{
	if (geteuid() != 0) {
		if (geteuid() == account->uid && getuid() == account->uid)
			return true;
		buf_printf(why, "UserID: only root can become \"%s\"; start as root or as that user", account->name);
		return false;
	}
	if (initgroups(account->name, account->gid) != 0 ||
	    setresgid(account->gid, account->gid, account->gid) != 0 ||
	    setresuid(account->uid, account->uid, account->uid) != 0) {
		buf_printf(why, "UserID: cannot become \"%s\": %s", account->name, strerror(errno));
		return false;
	}
	if (account->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0)) {
		buf_printf(why, "UserID: could become root again after becoming \"%s\"", account->name);
		return false;
	}
	return true;
}
