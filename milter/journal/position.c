#include "position.h"

#include <pixelward/base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "checksum.h"

/* Two of them, written in turns, each in a sector of its own. */
struct slot {
	uint64_t	writes, number;
	uint32_t	sum, unused;
};
#define SLOT_BYTES	512u

static uint32_t
sum_of(const struct slot *slot)
{
	return checksum(0, (struct span){ (const char *)slot, offsetof(struct slot, sum) });
}

static bool
slots_read(struct position *position)
{
	for (uint64_t i = 0; i < 2 && position->fd >= 0; i++) {
		struct slot slot;

		if (file_read_at(position->fd, (char *)&slot, sizeof(slot), i * SLOT_BYTES) && slot.sum == sum_of(&slot) &&
		    slot.writes > position->writes) {
			position->writes = slot.writes;
			position->number = slot.number;
		}
	}
	return position->fd >= 0;
}

bool
position_open(struct position *position, const char *path)
{
	*position = (struct position){ .fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) };
	return slots_read(position);
}

bool
position_look(const char *path, struct position *position)
{
	*position = (struct position){ .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) };
	bool there = slots_read(position);
	position_close(position);
	return there;
}

void
position_close(struct position *position)
{
	if (position->fd >= 0)
		close(position->fd);
	position->fd = -1;
}

bool
position_save(struct position *position, uint64_t number)
{
	struct slot slot = { .writes = position->writes + 1, .number = number };

	if (position->fd < 0) {
		errno = EBADF;
		return false;
	}
	slot.sum = sum_of(&slot);
	if (!file_write_at(position->fd, (struct span){ (const char *)&slot, sizeof(slot) }, slot.writes % 2 * SLOT_BYTES) ||
	    fdatasync(position->fd) != 0)
		return false;
	position->writes = slot.writes;
	position->number = number;
	return true;
}
