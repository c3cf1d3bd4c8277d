#include "segment.h"

#include <pixelward/base/file.h>

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "checksum.h"
#include "record.h"

static const char	file_magic[8] = { 'p', 'w', 'j', 'r', 'n', 'l', '1', '\n' };
static const char	record_magic[4] = { '\xf5', 'P', 'W', 'r' };

/* Offsets in a record's head. */
enum { AT_BYTES = 4, AT_NUMBER = 8, AT_BODY_SUM = 16, AT_HEAD_SUM = 20 };
/* And in the file's. */
enum { AT_FIRST = 8, AT_SALT = 16, AT_FILE_SUM = 20 };

static void
put32(char *to, uint32_t number)
{
	number = htole32(number);
	memcpy(to, &number, sizeof(number));
}

static void
put64(char *to, uint64_t number)
{
	number = htole64(number);
	memcpy(to, &number, sizeof(number));
}

static uint32_t
get32(const char *from)
{
	uint32_t number;

	memcpy(&number, from, sizeof(number));
	return le32toh(number);
}

static uint64_t
get64(const char *from)
{
	uint64_t number;

	memcpy(&number, from, sizeof(number));
	return le64toh(number);
}

void
segment_head_write(const struct segment_head *head, char to[SEGMENT_HEAD])
{
	memcpy(to, file_magic, sizeof(file_magic));
	put64(to + AT_FIRST, head->first);
	put32(to + AT_SALT, head->salt);
	put32(to + AT_FILE_SUM, checksum(0, (struct span){ to, AT_FILE_SUM }));
}

bool
segment_head_read(int fd, struct segment_head *head)
{
	char bytes[SEGMENT_HEAD];

	if (!file_read_at(fd, bytes, sizeof(bytes), 0) || memcmp(bytes, file_magic, sizeof(file_magic)) != 0 ||
	    get32(bytes + AT_FILE_SUM) != checksum(0, (struct span){ bytes, AT_FILE_SUM }))
		return false;
	*head = (struct segment_head){ .first = get64(bytes + AT_FIRST), .salt = get32(bytes + AT_SALT) };
	return true;
}

void
segment_record_frame(uint32_t salt, uint64_t number, char *framed, size_t bytes)
{
	struct span body = { framed + SEGMENT_RECORD_HEAD, bytes - SEGMENT_RECORD_HEAD };

	memcpy(framed, record_magic, sizeof(record_magic));
	put32(framed + AT_BYTES, (uint32_t)body.len);
	put64(framed + AT_NUMBER, number);
	put32(framed + AT_BODY_SUM, checksum(salt, body));
	put32(framed + AT_HEAD_SUM, checksum(salt, (struct span){ framed, AT_HEAD_SUM }));
}

void
walk_init(struct walk *walk, int fd, uint32_t salt, uint64_t end)
{
	*walk = (struct walk){ .fd = fd, .salt = salt, .at = SEGMENT_HEAD, .end = end };
}

void
walk_fini(struct walk *walk)
{
	free(walk->bytes);
	walk->bytes = NULL;
	walk->capacity = 0;
}

static bool
reserve(struct walk *walk, size_t bytes)
{
	if (bytes <= walk->capacity)
		return true;
	char *larger = realloc(walk->bytes, bytes + bytes / 2);

	if (larger == NULL)
		return false;
	walk->bytes = larger;
	walk->capacity = bytes + bytes / 2;
	return true;
}

/* Is there a record at this offset? Then the walk stands behind it. */
static enum walked
record_at(struct walk *walk, uint64_t at, struct span *body)
{
	char head[SEGMENT_RECORD_HEAD];

	if (walk->end - at < sizeof(head))
		return WALK_END;
	if (!file_read_at(walk->fd, head, sizeof(head), at))
		return WALK_FAILED;
	uint64_t bytes = get32(head + AT_BYTES), number = get64(head + AT_NUMBER);
	if (memcmp(head, record_magic, sizeof(record_magic)) != 0 ||
	    get32(head + AT_HEAD_SUM) != checksum(walk->salt, (struct span){ head, AT_HEAD_SUM }) ||
	    bytes > RECORD_MOST_BYTES || bytes > walk->end - at - sizeof(head) || number <= walk->number)
		return WALK_END;
	if (!reserve(walk, (size_t)bytes + 1) || !file_read_at(walk->fd, walk->bytes, bytes, at + sizeof(head)))
		return WALK_FAILED;
	*body = (struct span){ walk->bytes, (size_t)bytes };
	if (get32(head + AT_BODY_SUM) != checksum(walk->salt, *body))
		return WALK_END;
	walk->number = number;
	walk->skipped += at - walk->at;
	walk->at = at + sizeof(head) + bytes;
	return WALK_RECORD;
}

/* The next place at or behind from that looks like a record's, or end. */
static bool
magic_find(const struct walk *walk, uint64_t from, uint64_t *found)
{
	char chunk[4096];

	while (walk->end - from >= sizeof(record_magic)) {
		size_t		 len = walk->end - from < sizeof(chunk) ? (size_t)(walk->end - from) : sizeof(chunk);
		const char	*at;

		if (!file_read_at(walk->fd, chunk, len, from))
			return false;
		at = memmem(chunk, len, record_magic, sizeof(record_magic));
		if (at != NULL) {
			*found = from + (uint64_t)(at - chunk);
			return true;
		}
		from += len - (sizeof(record_magic) - 1);
	}
	*found = walk->end;
	return true;
}

enum walked
walk_next(struct walk *walk, struct span *body)
{
	uint64_t at = walk->at;

	while (at < walk->end) {
		enum walked walked = record_at(walk, at, body);

		if (walked != WALK_END)
			return walked;
		if (!magic_find(walk, at + 1, &at))
			return WALK_FAILED;
	}
	return WALK_END;
}
