#include <pixelward/error.h>
#include <pixelward/span.h>

static const struct {
	const char	*text;
	enum mail_fate	 fate;
} errors[] = {
#define X(name, text, fate) [name] = { text, fate },
	PW_ERRORS(X)
#undef X
};

const char *
pw_strerror(enum pw_err err)
{
	return (size_t)err < NITEMS(errors) ? errors[err].text : "unknown error";
}

enum mail_fate
pw_fate(enum pw_err err)
{
	return (size_t)err < NITEMS(errors) ? errors[err].fate : MAIL_DEFERRED;
}
