/* One line per event to syslog (facility mail) or standard error. Control characters never reach it. */
#ifndef PIXELWARD_BASE_LOG_H
#define PIXELWARD_BASE_LOG_H

#include <pixelward/span.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* program stands before every line. Call again after fork if the pid matters. */
void	log_open(const char *program, bool to_syslog);
/* Less than that is not written from now on. */
void	log_least(enum log_level);
void	log_at(enum log_level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...)	log_at(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...)	log_at(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...)	log_at(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...)	log_at(LOG_LEVEL_ERROR, __VA_ARGS__)

/*
 * A report of mistakes, "FILE:LINE:COLUMN: error CODE: WHAT" or with "warning" a line, as errors and warnings. Lines that
 * are indented show the place to who reads a terminal.
 */
void	log_report(struct span report);

#endif
