/* Postfix's configuration, as its own `postconf` tells it (MAIL_CONFIG chooses which). Texts live in an arena. */
#ifndef PIXELCTL_POSTCONF_H
#define PIXELCTL_POSTCONF_H

#include <pixelward/base/arena.h>
#include <pixelward/span.h>

#define POSTCONF_MOST_SERVICES	64u

/* Lines "NAME = VALUE", of services "NAME/TYPE/FIELD = VALUE". */
struct postconf {
	struct span	main, services, overrides;
};

/* False: there is no Postfix here, or it cannot be asked; why says what it said, or is empty. */
bool		postconf_read(struct postconf *, struct arena *, struct span *why) PW_MUST_CHECK;

/* The services that take mail by SMTP, as "smtp/inet". */
size_t		postconf_smtpds(const struct postconf *, struct span services[POSTCONF_MOST_SERVICES]);
/* A parameter as that service has it: an -o of master.cf, else main.cf. service may be empty. */
struct span	postconf_value(const struct postconf *, struct span service, const char *parameter);
/* Does the service see no more than queue_directory? */
bool		postconf_chroot(const struct postconf *, struct span service);

/* One of a list of milters. */
struct postconf_milter {
	struct span	address;	/* unix:PATH, inet:HOST:PORT */
	struct span	settings;	/* "default_action=accept, content_timeout=60s" */
};

/* False: that was the last one. */
bool		postconf_milter_next(struct span *list, struct postconf_milter *);
/* The milter's own setting of that name, else the service's milter_NAME. */
struct span	postconf_milter_value(const struct postconf *, struct span service, const struct postconf_milter *,
		    const char *name);
/* "300s", "5m"; a number alone is of seconds. */
int64_t		postconf_ms(struct span);
int64_t		postconf_number(struct span);

#endif
