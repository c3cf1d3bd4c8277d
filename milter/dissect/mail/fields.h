/* Header fields of an entity, one after the other, and the parameters of the structured ones. */
#ifndef DISSECT_MAIL_FIELDS_H
#define DISSECT_MAIL_FIELDS_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct field {
	struct span	name;		/* without blanks before the colon */
	struct span	value;		/* as written, folds included, without the line end */
	size_t		begin, end;	/* in the text: the whole field with its line end */
	bool		odd;		/* clients differ: blank before the colon, NUL or bare CR inside, an empty fold */
};

struct field_reader {
	struct span	text;
	size_t		at;
	bool		at_body;	/* the blank line was passed: at is the body's first byte */
	bool		no_blank_line;	/* a line that is no field stands where the blank line should: the body begins with it */
};

void	field_reader_init(struct field_reader *, struct span text);
/* false at the end of the header: then at is where the body begins. */
bool	field_next(struct field_reader *, struct field *);

/* Offset behind the line end at or behind from; text.len if there is none. LF, CRLF and bare CR end lines. */
size_t	line_next(struct span text, size_t from);
/* Without its line end. */
struct span	line_trim(struct span line);

/* Folding undone (line ends removed), trimmed; in the arena only where there is a fold. */
struct span	field_unfold(struct span value, struct arena *);

/* Content-Type and Content-Disposition: "type/subtype; name=value" as leniently as clients read it. */
struct parameters {
	struct span	head;		/* lower case, without comments: "text/html", "attachment" */
	struct parameter {
		struct span	name;	/* lower case, without the * of RFC 2231 */
		struct span	value;	/* unquoted, RFC 2231 continuations joined and percent-decoded */
	}		*at;
	size_t		 count, capacity;
	bool		 repeated;	/* a name is given twice with different values */
	bool		 odd;		/* not the plain grammar of RFC 2045: clients may read it differently */
};

/* At most so many are read; the rest is ignored by clients as well. */
#define MOST_PARAMETERS	64

enum pw_err	parameters_parse(struct span value, struct arena *, struct parameters *) PW_MUST_CHECK;
/* The first of that name, or an empty span. nth counts from 0. */
struct span	parameter_get(const struct parameters *, struct span name, size_t nth);

#endif
