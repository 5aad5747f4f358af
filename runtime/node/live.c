#include "node/live.h"

#include <string.h>

static uint64_t newest_of(const struct pkdi_live_words *words)
{
	return atomic_load_explicit(&words->newest, memory_order_acquire);
}

void pkdi_live_take(struct pkdi_live *live, uint64_t next)
{
	uint64_t newest, taken;

	newest = atomic_load_explicit(&live->all->wishes->newest, memory_order_acquire);
	taken = atomic_load_explicit(&live->words->newest, memory_order_relaxed);
	if (newest <= taken)
		return;
	/* Those in between never counted. */
	if (newest - taken > PKDI_WISHES)
		taken = newest - PKDI_WISHES;
	for (uint64_t v = taken + 1; v <= newest; v++) {
		uint64_t at = pkdi_read(&pkdi_wish_of(live->all, v)->at);

		atomic_store_explicit(&live->words->from[v % PKDI_WISHES], at > next ? at : next,
		                      memory_order_relaxed);
	}
	atomic_store_explicit(&live->words->newest, newest, memory_order_release);
}

/* The version for a frame: the newest that does not begin behind it. */
static uint64_t version_for(const struct pkdi_live_words *root, uint64_t number)
{
	uint64_t newest = newest_of(root), v = newest;

	while (v > 0 && v + PKDI_WISHES > newest &&
	       pkdi_read(&root->from[v % PKDI_WISHES]) > number)
		v--;
	return v;
}

/* False where the version is not there: it was overwritten, or never written. */
static bool load(const struct pkdi_live_values *all, uint32_t first, uint32_t n, uint64_t version)
{
	const struct pkdi_wish *wish = pkdi_wish_of(all, version);

	if (atomic_load_explicit(&wish->version, memory_order_acquire) != version)
		return false;
	for (uint32_t i = first; i < first + n; i++) {
		const struct pkdi_live_value *value = &all->values[i];
		struct pkd_param one = *value->param;

		/* The console has looked, too; nobody has to trust it. */
		memcpy(all->scratch, wish->bytes + value->at, value->size);
		one.offset = 0;
		if (all->fits(&one, all->scratch))
			memcpy(value->params + value->param->offset, all->scratch, value->size);
	}
	return true;
}

static bool hold(struct pkdi_live *live, uint64_t version)
{
	if (*live->loaded != version &&
	    (!live->n || load(live->all, live->first, live->n, version)))
		*live->loaded = version;
	return *live->loaded == version;
}

/* Where the older one may be overwritten already, they count as different. */
static bool differ(const struct pkdi_live *live, uint64_t old, uint64_t new)
{
	const struct pkdi_live_values *all = live->all;
	const struct pkdi_wish *one = pkdi_wish_of(all, old), *other = pkdi_wish_of(all, new);
	bool same = true;

	for (uint32_t i = live->first; i < live->first + live->n && same; i++) {
		const struct pkdi_live_value *value = &all->values[i];

		same = memcmp(one->bytes + value->at, other->bytes + value->at, value->size) == 0;
	}
	atomic_thread_fence(memory_order_acquire);
	/* The console may be writing the version behind the newest. */
	return !same || pkdi_read(&all->wishes->newest) + 1 >= old + PKDI_WISHES;
}

bool pkdi_live_has_changed(struct pkdi_live *live)
{
	if (live->held == live->told)
		return false;
	if (differ(live, live->told, live->held))
		return true;
	pkdi_live_have_told(live);
	return false;
}

void pkdi_live_tell(struct pkdi_live *live)
{
	hold(live, live->held);
	live->told = live->held;
}

void pkdi_live_have_told(struct pkdi_live *live)
{
	live->told = live->held;
	atomic_store_explicit(&live->words->told, live->held, memory_order_release);
}

void pkdi_live_apply(struct pkdi_live *live, uint64_t number)
{
	struct pkdi_live_values *all = live->all;
	uint64_t version = version_for(all->words[live->root], number);

	if (hold(live, version))
		live->held = version;
	if (!live->n && all->loaded != version && load(all, 0, all->n_options, version))
		all->loaded = version;
	if (version > pkdi_read(&live->words->applied))
		atomic_store_explicit(&live->words->applied, version, memory_order_release);
}
