/* The limits that stop a message before it is dissected, for whoever has all of it at once. */
#ifndef PIXELWARD_GATEWAY_SIZE_H
#define PIXELWARD_GATEWAY_SIZE_H

#include <pixelward/gateway/pipeline.h>
#include <pixelward/limits.h>

/*
 * MaxMessageSize, MaxHeaderBytes or MaxHeaderLines, as a session counts them while a message arrives: every line
 * end as CRLF, folded lines of the header each as a line. LIMIT_NONE if the message is within all of them.
 */
enum limit	size_limit(struct span message, const struct limits *);

/* The outcome of a message over a limit, not looked at: OnLimit, with the limit's name in its reason. */
void		size_outcome(enum limit, const struct options *, struct arena *, struct outcome *);

#endif
