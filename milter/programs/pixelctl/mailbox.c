#include "mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pixelward/base/buf.h>

#define PIECE_BYTES	((size_t)64 << 10)
#define MOST_FROM_LINE	((size_t)1000)	/* longer lines part no messages */

/* --- one file --- */

/* A file being read line by line; a line longer than the piece comes in several. */
struct stream {
	struct mailbox	*mailbox;
	const char	*path;
	int		 fd;
	char		*piece;
	size_t		 from, to;	/* what is in it and was not taken */
	bool		 ended;
	int		 error;
	/* the message being gathered */
	struct buf	 message;
	size_t		 number;	/* of an mbox, from 1; 0: the file is one message */
	bool		 line_begins, after_blank;
};

static bool
fill(struct stream *stream)
{
	ssize_t got;

	if (stream->from > 0)
		memmove(stream->piece, stream->piece + stream->from, stream->to - stream->from);
	stream->to -= stream->from;
	stream->from = 0;
	do
		got = read(stream->fd, stream->piece + stream->to, PIECE_BYTES - stream->to);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		stream->error = errno;
	stream->ended = got <= 0;
	stream->to += got > 0 ? (size_t)got : 0;
	stream->mailbox->done += got > 0 ? (uint64_t)got : 0;
	return got > 0;
}

/* The next line with its end, or as much of it as the piece holds. False: there is none. */
static bool
next_line(struct stream *stream, struct span *line)
{
	for (;;) {
		struct span	held = { stream->piece + stream->from, stream->to - stream->from };
		size_t		end = span_find_char(held, '\n', 0);

		if (end < held.len || (held.len > 0 && (held.len == PIECE_BYTES || stream->ended))) {
			*line = span_cut(held, 0, end < held.len ? end + 1 : end);
			stream->from += line->len;
			return true;
		}
		if (stream->ended)
			return false;
		(void)fill(stream);
	}
}

static void
keep(struct stream *stream, struct span line)
{
	size_t room = (size_t)stream->mailbox->most_bytes + 1;

	room = stream->message.len < room ? room - stream->message.len : 0;
	buf_add(&stream->message, span_cut(line, 0, room));
}

/* The blank line in front of a separator belongs to the separator. */
static struct span
without_blank(struct span message)
{
	if (span_ends_nocase(message, SPAN("\n\r\n")))
		return span_cut(message, 0, message.len - 2);
	return span_ends_nocase(message, SPAN("\n\n")) ? span_cut(message, 0, message.len - 1) : message;
}

static void
give(struct stream *stream)
{
	struct mailbox	*mailbox = stream->mailbox;
	char		 name[4096 + 32];
	struct span	 message = stream->number > 0 ? without_blank(buf_span(&stream->message)) : buf_span(&stream->message);

	snprintf(name, sizeof(name), stream->number > 0 ? "%s:%zu" : "%s", stream->path, stream->number);
	mailbox->no_memory = mailbox->no_memory || buf_failed(&stream->message);
	if (!mailbox->no_memory) {
		mailbox->count++;
		mailbox->stopped = !mailbox->message(mailbox->context, name, message);
		progress_step(&mailbox->progress, mailbox->done, mailbox->count);
	}
	mailbox->stopped = mailbox->stopped || mailbox->no_memory;
	buf_reset(&stream->message);
}

/* "From ann@a.example Fri Jan  2 15:04:05 2026": a sender, and a time of day. Text that begins so has no such time. */
static bool
parts_messages(struct span line)
{
	if (line.len > MOST_FROM_LINE || !span_starts(line, SPAN("From ")))
		return false;
	for (size_t i = 5; i + 5 < line.len; i++)
		if (line.at[i] == ' ' && ascii_digit(line.at[i + 1]) && ascii_digit(line.at[i + 2]) && line.at[i + 3] == ':' &&
		    ascii_digit(line.at[i + 4]) && ascii_digit(line.at[i + 5]))
			return true;
	return false;
}

static bool
is_quoted_from(struct span line)
{
	size_t marks = 0;

	while (marks < line.len && line.at[marks] == '>')
		marks++;
	return marks > 0 && span_starts(span_from(line, marks), SPAN("From "));
}

static void
take_line(struct stream *stream, struct span line)
{
	bool begins = stream->line_begins;

	stream->line_begins = line.len > 0 && line.at[line.len - 1] == '\n';
	if (stream->number > 0 && begins && stream->after_blank && parts_messages(line)) {
		give(stream);
		stream->number++;
	} else
		keep(stream, stream->number > 0 && begins && is_quoted_from(line) ? span_from(line, 1) : line);
	stream->after_blank = begins && (span_eq(line, SPAN("\n")) || span_eq(line, SPAN("\r\n")));
}

static void
read_stream(struct stream *stream)
{
	struct span line;

	stream->line_begins = true;
	/* The first line alone says what the file is: a message cannot begin with it. */
	if (next_line(stream, &line)) {
		if (span_starts(line, SPAN("From ")))
			stream->number = 1;
		else
			take_line(stream, line);
	}
	while (!stream->mailbox->stopped && stream->error == 0 && next_line(stream, &line))
		take_line(stream, line);
	if (!stream->mailbox->stopped && stream->error == 0 && (stream->message.len > 0 || stream->number > 0))
		give(stream);
}

static void
tell(struct mailbox *mailbox, const char *path, int error)
{
	progress_clear(&mailbox->progress);
	fprintf(stderr, "pixelctl: %s: %s\n", path, strerror(error));
	mailbox->unreadable++;
}

static void
read_file(struct mailbox *mailbox, const char *path)
{
	struct stream stream = { .mailbox = mailbox, .path = path, .piece = malloc(PIECE_BYTES),
	    .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) };

	if (stream.fd < 0)
		tell(mailbox, path, errno);
	else if (stream.piece == NULL)
		mailbox->no_memory = mailbox->stopped = true;
	else {
		buf_init(&stream.message, (size_t)mailbox->most_bytes + 2);
		read_stream(&stream);
		buf_fini(&stream.message);
		if (stream.error != 0)
			tell(mailbox, path, stream.error);
	}
	if (stream.fd >= 0)
		close(stream.fd);
	free(stream.piece);
}

/* --- folders --- */

static bool
is_directory_in(const char *folder, const char *name)
{
	char		path[4096];
	struct stat	about;

	return (size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) < sizeof(path) && stat(path, &about) == 0 &&
	    S_ISDIR(about.st_mode);
}

static bool
is_maildir(const char *folder)
{
	return is_directory_in(folder, "cur") && is_directory_in(folder, "new");
}

/* Of a Maildir: messages in cur and new, subfolders that are Maildirs; what the server keeps beside them is no mail. */
static bool
is_wanted(const FTSENT *entry)
{
	const FTSENT	*parent = entry->fts_parent;
	bool		 in_maildir = entry->fts_level > FTS_ROOTLEVEL && parent->fts_number == 1;

	if (entry->fts_level == FTS_ROOTLEVEL)
		return true;
	if (in_maildir && entry->fts_info == FTS_D)
		return strcmp(entry->fts_name, "cur") == 0 || strcmp(entry->fts_name, "new") == 0 || entry->fts_number == 1;
	return !in_maildir && entry->fts_name[0] != '.';
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Each file of the paths; NULL: only count their bytes. */
static uint64_t
walk(struct mailbox *mailbox, char *const *paths, void (*each)(struct mailbox *, const char *path))
{
	FTS		*tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	uint64_t	 bytes = 0;
	FTSENT		*entry;

	while (tree != NULL && !mailbox->stopped && (entry = fts_read(tree)) != NULL) {
		switch (entry->fts_info) {
		case FTS_D:
			entry->fts_number = is_maildir(entry->fts_accpath);
			if (!is_wanted(entry))
				fts_set(tree, entry, FTS_SKIP);
			break;
		case FTS_F:
			if (is_wanted(entry)) {
				bytes += (uint64_t)entry->fts_statp->st_size;
				if (each != NULL)
					each(mailbox, entry->fts_path);
			}
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
		case FTS_SLNONE:
			if (each != NULL)
				tell(mailbox, entry->fts_path, entry->fts_info == FTS_SLNONE ? ENOENT : entry->fts_errno);
			break;
		case FTS_DC:
			if (each != NULL)
				tell(mailbox, entry->fts_path, ELOOP);
			break;
		case FTS_DEFAULT:
			/* A pipe or a terminal that was named is read; one in a folder is no mail. */
			if (each != NULL && entry->fts_level == FTS_ROOTLEVEL)
				each(mailbox, entry->fts_path);
			break;
		}
	}
	if (tree != NULL)
		fts_close(tree);
	return bytes;
}

void
mailbox_read(struct mailbox *mailbox, const char *const *paths, size_t count)
{
	char **list = calloc(count + 1, sizeof(*list));

	mailbox->no_memory = mailbox->stopped = list == NULL;
	for (size_t i = 0; list != NULL && i < count; i++)
		list[i] = (char *)(uintptr_t)(strcmp(paths[i], "-") == 0 ? "/dev/stdin" : paths[i]);	/* fts(3) changes none */
	if (list != NULL && count > 0) {
		bool asked = isatty(STDERR_FILENO) == 1;

		progress_begin(&mailbox->progress, mailbox->what, asked ? walk(mailbox, list, NULL) : 0);
		(void)walk(mailbox, list, read_file);
		progress_clear(&mailbox->progress);
	}
	free(list);
}
