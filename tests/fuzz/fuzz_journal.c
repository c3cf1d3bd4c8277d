/*
 * The journal's files: whatever is in one, a walk ends, gives records in rising numbers from within it, and what is read of
 * one is written and read again as the same. A snapshot of the counters is read, or it is none.
 *
 * The input's first byte chooses: a record's body, a segment of pieces, a segment's bytes, or a snapshot's lines.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <pixelward/base/file.h>

#include "fuzz.h"
#include "journal/checksum.h"
#include "journal/record.h"
#include "journal/segment.h"
#include "journal/snapshot.h"

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static void
check_record(struct span body, struct arena *arena)
{
	struct sighting	sighting, again;
	struct buf	first, second;

	if (record_read(body, arena, &sighting) != PW_OK)
		return;
	INVARIANT(fuzz_is_within(sighting.helo, body));
	buf_init(&first, RECORD_MOST_BYTES);
	buf_init(&second, RECORD_MOST_BYTES);
	record_write(&sighting, &first);
	INVARIANT(!buf_failed(&first) && record_read(buf_span(&first), arena, &again) == PW_OK);
	record_write(&again, &second);
	INVARIANT(span_eq(buf_span(&first), buf_span(&second)));
	struct counters *counters = counters_new();
	sighting.number = 1;
	counters_count(counters, &sighting);
	INVARIANT(counters_total(counters, COUNTER_messages) == 1);
	counters_free(counters);
	buf_fini(&first);
	buf_fini(&second);
}

static void
check_file(struct span bytes, uint32_t salt, struct arena *arena)
{
	struct walk	walk;
	struct span	body;
	uint64_t	last = 0;
	int		fd = memfd_create("segment", MFD_CLOEXEC);

	INVARIANT(fd >= 0 && file_write_at(fd, bytes, 0));
	walk_init(&walk, fd, salt, bytes.len);
	while (walk_next(&walk, &body) == WALK_RECORD) {
		INVARIANT(walk.number > last && walk.at <= bytes.len);
		last = walk.number;
		check_record(body, arena);
		arena_reset(arena);
	}
	INVARIANT(walk.at <= bytes.len || bytes.len < SEGMENT_HEAD);
	walk_fini(&walk);
	close(fd);
}

/* Pieces: two bytes of length, the highest bit of which says that it is framed as a record; then so many bytes. */
static void
check_pieces(struct span input, struct arena *arena)
{
	static const char	head[SEGMENT_HEAD], room[SEGMENT_RECORD_HEAD];
	struct buf		file;
	uint64_t		number = 0;

	buf_init(&file, 1 << 24);
	buf_add(&file, (struct span){ head, sizeof(head) });
	while (input.len >= 2) {
		size_t		len = (size_t)((unsigned char)input.at[0] & 0x7f) << 8 | (unsigned char)input.at[1];
		bool		framed = ((unsigned char)input.at[0] & 0x80) != 0;
		struct span	piece = span_cut(input, 2, 2 + len);
		size_t		at = file.len;

		if (framed)
			buf_add(&file, (struct span){ room, sizeof(room) });
		buf_add(&file, piece);
		if (framed)
			segment_record_frame(5, ++number, file.at + at, file.len - at);
		input = span_from(input, 2 + len);
	}
	check_file(buf_span(&file), 5, arena);
	buf_fini(&file);
}

static void
check_snapshot(struct span lines)
{
	struct buf text, again;

	buf_init(&text, 1 << 24);
	buf_init(&again, 1 << 24);
	buf_add(&text, SPAN("pixelward-counters 1 "));
	buf_add(&text, lines);
	buf_printf(&text, "end %08x\n", checksum(0, buf_span(&text)));
	struct counters *counters = snapshot_parse(buf_span(&text));
	if (counters != NULL) {
		snapshot_print(counters, &again);
		struct counters *second = snapshot_parse(buf_span(&again));
		INVARIANT(!buf_failed(&again) && second != NULL && second->number == counters->number &&
		    second->rules.count == counters->rules.count);
		counters_free(second);
	}
	counters_free(counters);
	INVARIANT(snapshot_parse(lines) == NULL || lines.len > 20);
	buf_fini(&text);
	buf_fini(&again);
}

static void
check(struct span input, struct arena *arena)
{
	struct span rest = span_from(input, 1);

	switch (input.len > 0 ? (unsigned char)input.at[0] % 4 : 0) {
	case 0:
		check_record(rest, arena);
		break;
	case 1:
		check_pieces(rest, arena);
		break;
	case 2:
		check_file(rest, 0, arena);
		break;
	case 3:
		check_snapshot(rest);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}
