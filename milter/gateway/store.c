#include "store.h"

#include <pixelward/base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_BYTES	((size_t)16 * 1024)

void
store_init(struct store *store)
{
	*store = (struct store){ .fd = -1 };
}

void
store_fini(struct store *store)
{
	if (store->mapping != NULL)
		munmap(store->mapping, store->flushed);
	if (store->fd >= 0)
		close(store->fd);
	free(store->buffer);
	store_init(store);
}

uint64_t
store_bytes(const struct store *store)
{
	return store->flushed + store->used;
}

static enum pw_err
file_write(struct store *store, struct span s)
{
	if (!file_write_at(store->fd, s, store->flushed))
		return errno == ENOMEM || errno == ENOSPC ? PW_ENOMEM : PW_ESYSTEM;
	store->flushed += s.len;
	return PW_OK;
}

static enum pw_err
stage_flush(struct store *store)
{
	enum pw_err err = file_write(store, (struct span){ store->buffer, store->used });

	store->used = 0;
	return err;
}

/* From the heap to a memory file; what was the message becomes the stage. */
static enum pw_err
store_spill(struct store *store)
{
	enum pw_err	 err;
	char		*stage;

	store->fd = memfd_create("pixelward-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (store->fd < 0)
		return PW_ESYSTEM;
	err = stage_flush(store);
	if (err != PW_OK)
		return err;
	stage = realloc(store->buffer, STORE_STAGE_BYTES);
	if (stage == NULL)
		return PW_ENOMEM;
	store->buffer = stage;
	store->capacity = STORE_STAGE_BYTES;
	return PW_OK;
}

static enum pw_err
heap_reserve(struct store *store, size_t more)
{
	size_t	 capacity = store->capacity > 0 ? store->capacity : FIRST_BYTES;
	char	*larger;

	if (more <= store->capacity - store->used)
		return PW_OK;
	while (capacity - store->used < more)
		capacity *= 2;
	larger = realloc(store->buffer, capacity);
	if (larger == NULL)
		return PW_ENOMEM;
	store->buffer = larger;
	store->capacity = capacity;
	return PW_OK;
}

enum pw_err
store_add(struct store *store, struct span s)
{
	enum pw_err err = PW_OK;

	if (s.len == 0)
		return PW_OK;
	if (store->fd < 0 && s.len > STORE_SMALL_BYTES - store->used)
		err = store_spill(store);
	else if (store->fd < 0)
		err = heap_reserve(store, s.len);
	if (err != PW_OK)
		return err;

	if (store->fd >= 0 && s.len > store->capacity - store->used) {
		err = stage_flush(store);
		if (err != PW_OK)
			return err;
		/* A body chunk is as large as the stage: copying it there would only cost. */
		if (s.len > store->capacity / 2)
			return file_write(store, s);
	}
	memcpy(store->buffer + store->used, s.at, s.len);
	store->used += s.len;
	return PW_OK;
}

enum pw_err
store_seal(struct store *store, struct span *whole)
{
	enum pw_err	err;
	void		*mapping;

	if (store->fd < 0) {
		*whole = (struct span){ store->buffer, store->used };
		return PW_OK;
	}
	err = stage_flush(store);
	if (err != PW_OK)
		return err;
	free(store->buffer);
	store->buffer = NULL;
	store->capacity = 0;
	if (fcntl(store->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
		return PW_ESYSTEM;
	/* Private: kernels before 6.7 refuse any shared mapping of a file that is sealed against writing. */
	mapping = mmap(NULL, store->flushed, PROT_READ, MAP_PRIVATE, store->fd, 0);
	if (mapping == MAP_FAILED)
		return errno == ENOMEM ? PW_ENOMEM : PW_ESYSTEM;
	store->mapping = mapping;
	*whole = (struct span){ mapping, store->flushed };
	return PW_OK;
}

int
store_file(const struct store *store)
{
	return store->mapping != NULL ? store->fd : -1;
}
