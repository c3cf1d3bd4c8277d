#include "spacer.h"

#include <stdlib.h>
#include <string.h>

#include "shape/asset.h"
#include "shape/plain.h"
#include "shape/spacer_name.h"
#include "shape/store.h"

/* A picture used that often in one document, in any size, holds the layout: a tracker needs one. */
#define LEAST_USES	2
/* A side of so many pixels is looked at, not measured with. */
#define LEAST_SEEN	16

/* One use of a picture. Sorted, not hashed: the sender chooses the URLs, and could choose collisions. */
struct use {
	struct span	url;
	uint32_t	document, tag;
};

struct spacers {
	const struct dissection	*d;
	struct arena		*arena;
	struct use		*uses;	/* by document, URL and tag; each once */
	size_t			 count;
	/* Of the pictures that are there to be seen; sorted. */
	struct span		*stores, *folders;
	size_t			 store_count, folder_count;
};

static bool
is_picture(const struct reference *reference)
{
	return reference->kind == REFERENCE_IMAGE || reference->kind == REFERENCE_BACKGROUND;
}

/* Tiny, and hidden by nothing else; it must take some room, or the layout has no use for it. */
static bool
is_tiny_picture(const struct reference *reference)
{
	return is_picture(reference) && reference->hidden == HIDDEN_SIZE && (reference->width != 0 || reference->height != 0);
}

/* Declared to be larger than any pixel, and hidden by nothing. */
static bool
is_seen(const struct reference *reference)
{
	return is_picture(reference) && reference->hidden == 0 &&
	    ((reference->width != REFERENCE_NO_SIZE && reference->width >= LEAST_SEEN) ||
	    (reference->height != REFERENCE_NO_SIZE && reference->height >= LEAST_SEEN));
}

/* It stands among text and pictures, with some of them before it and some behind. */
static bool
is_amid(const struct reference *reference)
{
	return (reference->flags & REFERENCE_IN_FLOW) != 0 && (reference->flags & (REFERENCE_FIRST | REFERENCE_LAST)) == 0;
}

static int
order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_pictures(const struct use *a, const struct use *b)
{
	int by = order(a->document, b->document);

	if (by == 0)
		by = (a->url.len > b->url.len) - (a->url.len < b->url.len);
	return by != 0 || a->url.len == 0 ? by : memcmp(a->url.at, b->url.at, a->url.len);
}

static int
compare_uses(const void *a, const void *b)
{
	const struct use	*left = a, *right = b;
	int			 by = compare_pictures(left, right);

	return by != 0 ? by : order(left->tag, right->tag);
}

static int
compare_texts(const void *a, const void *b)
{
	const struct span	*left = a, *right = b;
	int			 by = (left->len > right->len) - (left->len < right->len);

	return by != 0 || left->len == 0 ? by : memcmp(left->at, right->at, left->len);
}

static struct use
use_of(const struct dissection *d, const struct reference *reference)
{
	return (struct use){ .url = dissection_text(d, reference->url), .document = reference->document,
	    .tag = reference->tag.begin };
}

static bool
find_seen(struct spacers *spacers)
{
	const struct dissection	*d = spacers->d;
	const struct reference	*references = dissection_references(d);
	size_t			 seen = 0;

	for (uint32_t i = 0; i < d->references.count; i++)
		seen += is_seen(&references[i]);
	spacers->stores = arena_array(spacers->arena, seen, sizeof(*spacers->stores));
	spacers->folders = arena_array(spacers->arena, seen, sizeof(*spacers->folders));
	if (spacers->stores == NULL || spacers->folders == NULL)
		return false;
	for (uint32_t i = 0; i < d->references.count; i++) {
		if (!is_seen(&references[i]))
			continue;
		struct url_pieces	pieces = url_pieces_of(d, &references[i]);
		struct span		store = shape_store_of(&pieces, spacers->arena), folder = shape_folder_of(&pieces);

		if (store.len > 0)
			spacers->stores[spacers->store_count++] = store;
		if (folder.len > 0)
			spacers->folders[spacers->folder_count++] = folder;
	}
	qsort(spacers->stores, spacers->store_count, sizeof(*spacers->stores), compare_texts);
	qsort(spacers->folders, spacers->folder_count, sizeof(*spacers->folders), compare_texts);
	return true;
}

static bool
has_text(const struct span *texts, size_t count, struct span text)
{
	return text.len > 0 && bsearch(&text, texts, count, sizeof(text), compare_texts) != NULL;
}

struct spacers *
spacers_new(const struct dissection *d, struct arena *arena)
{
	const struct reference	*references = dissection_references(d);
	struct spacers		*spacers = arena_alloc(arena, sizeof(*spacers));
	size_t			 tiny = 0, pictures = 0, kept = 0;

	if (spacers == NULL)
		return NULL;
	for (uint32_t i = 0; i < d->references.count; i++) {
		tiny += is_tiny_picture(&references[i]);
		pictures += is_picture(&references[i]);
	}
	spacers->d = d;
	spacers->arena = arena;
	if (tiny == 0)
		return spacers;
	spacers->uses = arena_array(arena, pictures, sizeof(*spacers->uses));
	if (spacers->uses == NULL || !find_seen(spacers))
		return NULL;
	for (uint32_t i = 0; i < d->references.count; i++)
		if (is_picture(&references[i]))
			spacers->uses[spacers->count++] = use_of(d, &references[i]);
	qsort(spacers->uses, spacers->count, sizeof(*spacers->uses), compare_uses);
	/* srcset names a picture several times in one tag: that is one use. */
	for (size_t i = 0; i < spacers->count; i++)
		if (kept == 0 || compare_uses(&spacers->uses[kept - 1], &spacers->uses[i]) != 0)
			spacers->uses[kept++] = spacers->uses[i];
	spacers->count = kept;
	return spacers;
}

/* Is the picture used in several places of its document? */
static bool
is_used_often(const struct spacers *spacers, const struct reference *reference)
{
	struct use	wanted = use_of(spacers->d, reference);
	size_t		low = 0, high = spacers->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare_pictures(&spacers->uses[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return spacers->count - low >= LEAST_USES &&
	    compare_pictures(&spacers->uses[low + LEAST_USES - 1], &wanted) == 0;
}

/*
 * Whoever could tell readers apart by a file of this store could do it by the picture that they see; who does not is
 * spared a broken layout.
 */
static bool
is_from_store(const struct spacers *spacers, const struct url_pieces *pieces)
{
	return has_text(spacers->stores, spacers->store_count, shape_store_of(pieces, spacers->arena));
}

/*
 * In the middle of what is read, where counters do not stand, and the same for every reader: all of its URL is plain and
 * speaks of a place for pictures, or its name is plain and its folder is that of a picture that is seen.
 */
static bool
is_amid_assets(const struct spacers *spacers, const struct url_pieces *pieces, const struct reference *reference)
{
	return is_amid(reference) && !shape_counts(pieces) &&
	    ((shape_is_static_picture(pieces) && shape_is_asset_place(pieces)) || (shape_is_plain_picture(pieces) &&
	    has_text(spacers->folders, spacers->folder_count, shape_folder_of(pieces))));
}

struct span
spacer_reason(const struct spacers *spacers, const struct reference *reference)
{
	struct url_pieces pieces;

	if (!is_tiny_picture(reference))
		return SPAN_NONE;
	pieces = url_pieces_of(spacers->d, reference);
	if (shape_is_named_spacer(&pieces))
		return SPAN("a spacer by its name, the same for every reader");
	if (shape_is_static_picture(&pieces) && is_used_often(spacers, reference))
		return SPAN("a spacer, used more than once and the same for every reader");
	if (is_from_store(spacers, &pieces))
		return SPAN("a spacer from the store of the pictures that are seen");
	if (is_amid_assets(spacers, &pieces, reference))
		return SPAN("a spacer amid what is read, the same for every reader");
	return SPAN_NONE;
}
