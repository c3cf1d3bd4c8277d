/*
 * The option table: one row for each keyword, and how a row's value is read, bounded, stored and printed.
 * Nothing else in the house knows the keywords.
 */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>

enum option_type {
	OPTION_WORD,	/* one of words[], stored as its index in an enum */
	OPTION_BOOL,	/* yes/no, true/false, on/off, 1/0 */
	OPTION_COUNT,	/* a plain number */
	OPTION_BYTES,	/* with a unit: K, M, G, T and KiB ... are powers of 1024, KB ... of 1000 */
	OPTION_TIME,	/* with a unit: ms, s, m, h, d; stored as milliseconds */
	OPTION_OCTAL,
	OPTION_TEXT,	/* one text; may be "" where least is 0 */
	OPTION_LIST,	/* texts separated by commas */
	OPTION_FILES,	/* NAME FILE, on a line for each; check is of the file */
};

/* A mistake or a warning: where it is, in a file's bytes and lines from 1. line 0: file says all. */
struct place {
	const char	*file;
	size_t		 line, column;
};

/*
 * The grammar of a text (or of one item of a list). Good: true. Bad: false, and why gets "what is wrong;
 * what to write". *normal may be changed to what is stored instead, note to a warning.
 */
typedef bool	option_check(struct span text, struct buf *normal, struct buf *note, struct buf *why);

struct option {
	const char		*keyword;
	enum option_type	 type;
	size_t			 at;		/* of the field in struct options */
	const char		*fallback;	/* the default as in a file; NULL: limits_default has it */
	uint64_t		 least, most;	/* numbers; of texts: bytes */
	const char *const	*words;		/* ends in NULL */
	option_check		*check;		/* or NULL: any text without control characters */
	const char		*meaning;
};

extern const struct option	options_table[];
extern const size_t		options_count;

/* By keyword, whatever its case. NULL: there is none. */
const struct option	*option_find(struct span keyword);
/* The nearest keyword, or what other milters' word for it is called here; NULL: nothing is near. */
const char		*option_suggest(struct span keyword);

/* One piece of a value, quotes undone, and the column at which it was written. */
struct word {
	struct span	text;
	size_t		column;
};

/*
 * Store a value: exactly one word unless the row is a list, or files (one or two). append: lists and files keep what
 * they have.
 *	PW_ECONFIG	the mistakes are in report, a line each; the field is as before
 *	PW_ENOMEM
 */
enum pw_err	option_set(const struct option *, struct options *, const struct word *, size_t count, bool append,
		    struct place, struct buf *report) PW_MUST_CHECK;
/* The value in the file's grammar; of files all but the first are whole lines. */
void		option_print(const struct option *, const struct options *, struct buf *out);
/* What may stand there, for people: "enforce, tag or shadow", "1K to 1G", "an absolute path". */
void		option_print_bounds(const struct option *, struct buf *out);
const char	*option_type_name(enum option_type);
void		option_clear(const struct option *, struct options *);	/* frees what the field owns */

/* "file:line:column: " and the text, a line. */
void		complain(struct buf *report, struct place, const char *format, ...)
		    __attribute__((format(printf, 3, 4)));

option_check	check_socket, check_path, check_user, check_redis, check_password_file, check_cidr, check_authserv_id, check_verifier,
		check_group_name, check_dissectors, check_image_proxy, check_node_name, check_notice;

/* A slot's number is a byte where the gateway speaks with the keeper. */
#define DISSECTORS_MOST	256

/* How a line of the printed configuration begins. */
#define KEYWORD_COLUMN	"%-18s "

#endif
