/* One vocabulary of failure: a name, a text for log and operator, and what becomes of the mail. */
#ifndef PIXELWARD_ERROR_H
#define PIXELWARD_ERROR_H

enum mail_fate {
	MAIL_GOES_ON,	/* judged with what is known */
	MAIL_HELD,	/* the MTA's quarantine (OnLimit may say otherwise) */
	MAIL_DEFERRED,	/* the sender is asked to try again */
};

#define PW_ERRORS(X)	/* name, text, fate of the mail */ \
	X(PW_OK,		"no error",					MAIL_GOES_ON) \
	X(PW_ENOMEM,		"out of memory",				MAIL_DEFERRED) \
	X(PW_ESYSTEM,		"a system call failed",				MAIL_DEFERRED) \
	X(PW_ELIMIT,		"a configured limit was exceeded",		MAIL_HELD) \
	X(PW_EPARSER,		"the HTML parser gave up",			MAIL_HELD) \
	X(PW_EPOISON,		"the process that read it died",		MAIL_HELD) \
	X(PW_ETIMEOUT,		"it took longer than DissectTimeout to read",	MAIL_HELD) \
	X(PW_EBUSY,		"no dissector was free within QueueTimeout",	MAIL_DEFERRED) \
	X(PW_ESYNTAX,		"not well-formed",				MAIL_GOES_ON) \
	X(PW_ENOTFOUND,		"not found",					MAIL_GOES_ON) \
	X(PW_EAWAY,		"a store or a disk is away for now",		MAIL_GOES_ON) \
	X(PW_ECONFIG,		"a configuration or rule file has mistakes",	MAIL_GOES_ON) \
	X(PW_EBLOCK,		"a dissection block contradicts itself",	MAIL_HELD) \
	X(PW_ENOTINERT,		"the rewritten mail could not be shown to be inert", MAIL_HELD)

enum pw_err {
#define X(name, text, fate) name,
	PW_ERRORS(X)
#undef X
	PW_ERROR_COUNT
};

const char	*pw_strerror(enum pw_err);
enum mail_fate	 pw_fate(enum pw_err);

#endif
