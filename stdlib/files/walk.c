/* files.walk: the entries of a tree, and where it is through a restart.
 *
 * The place is the path of the last entry. Firing n writes it at n % 2 in persistent memory, where
 * the one of firing n - 2 was: what the committed state tells of is never touched. Likewise, the
 * directory at a depth has two numbers, of which the valid one is the larger that was given. */
#define _GNU_SOURCE
#include "../base/below.h"
#include "item.h"
#include "tree.h"

#include <errno.h>
#include <files/walk.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PATH_OUT = 0, /* output numbers, in the order of walk.pkd */
	ENTRY_OUT,
	ERROR_OUT,
	LOOKED_AT_ONCE = 512, /* entries of one step that are not given */
	PLACE_ROOM = 1032,    /* as in walk.pkd */
};

struct place {
	uint32_t length;
	char path[];
};

struct files_walk {
	const struct files_walk_params *params;
	struct tree tree;
	char *places;
	size_t place_size;
	uint64_t *numbers;
	bool is_breadth;
	/* Breadth first, after a restart: the way to the place, and what was given on it. */
	bool is_behind;
	uint64_t counted, counted_hash;
	bool is_unsure; /* these are others than those that were given */
};

/* What a number has that was counted on the way. */
#define COUNTED (UINT64_C(1) << 63)

/* ---- The place ---- */

static struct place *place_of(const struct files_walk *self, uint64_t order)
{
	return (struct place *)(void *)(self->places + order % 2 * self->place_size);
}

static void set_place(const struct files_walk *self, uint64_t order, const struct tree_entry *entry)
{
	struct place *place = place_of(self, order);

	place->length = (uint32_t)entry->length;
	memcpy(place->path, entry->path, entry->length);
	if (self->is_breadth && entry->is_late && entry->depth == 0)
		place->length = 0;
	else if (self->is_breadth && entry->is_late)
		place->path[place->length++] = '/';
}

/* Breadth first: where an entry is, seen from the place. What comes late comes before what would
 * be in it. */
static int compare_place(struct files_walk *self, const struct tree_entry *entry, uint64_t given)
{
	const struct place *place = place_of(self, given);
	char *path = self->tree.path;
	int order;

	if (!entry->is_late)
		return files_tree_compare(entry->path, entry->length, place->path, place->length);
	if (entry->depth == 0)
		return files_tree_compare("", 0, place->path, place->length);
	path[entry->length] = '/';
	order = files_tree_compare(path, entry->length + 1, place->path, place->length);
	path[entry->length] = '\0';
	return order;
}

/* Of the two numbers at a depth, the one that counts. */
static uint64_t *number_at(const struct files_walk *self, uint64_t given, uint32_t depth)
{
	uint64_t *two = self->numbers + (size_t)2 * depth;

	if (two[0] > given)
		return &two[1];
	return two[1] > given || two[0] >= two[1] ? &two[0] : &two[1];
}

static void set_number(const struct files_walk *self, uint64_t order, uint32_t depth)
{
	uint64_t *two = self->numbers + (size_t)2 * depth;

	two[number_at(self, order - 1, depth) == &two[0]] = order;
}

static uint32_t depth_limit(const struct files_walk *self)
{
	return (self->params->PATH + 4) / 2;
}

static int resume_depth(struct files_walk *self, const struct files_walk_state *state)
{
	const struct place *place = place_of(self, state->given);
	uint32_t n = depth_limit(self);
	uint64_t *numbers = malloc(n * sizeof(*numbers));
	int error;

	if (!numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		numbers[i] = *number_at(self, state->given, i);
	error = files_tree_resume(&self->tree, place->path, place->length, state->entered, numbers);
	free(numbers);
	return error;
}

/* ---- What is given ---- */

static bool is_wanted(const struct files_walk *self, const struct tree_entry *entry)
{
	const struct files_walk_params *params = self->params;

	if (entry->error)
		return true;
	if (entry->kind != TREE_DIRECTORY && *params->names &&
	    !files_tree_matches(params->names, entry->name))
		return false;
	if (params->only == files_Only_files)
		return entry->kind == TREE_FILE;
	return params->only == files_Only_all || entry->kind == TREE_DIRECTORY;
}

static void fill_entry(struct files_Entry *to, const struct tree_entry *entry, uint64_t order)
{
	static const uint32_t kinds[] = {
		[TREE_FILE] = files_Kind_file,
		[TREE_DIRECTORY] = files_Kind_directory,
		[TREE_LINK] = files_Kind_link,
		[TREE_OTHER] = files_Kind_other,
	};

	pkd_string_set(&to->name, entry->name);
	to->kind = kinds[entry->kind];
	to->depth = entry->depth;
	to->order = order;
	to->parent = entry->parent;
	if (!entry->has_stat)
		return;
	to->size = entry->kind == TREE_FILE ? (uint64_t)entry->stat.st_size : 0;
	to->modified = (int64_t)entry->stat.st_mtim.tv_sec * 1000000000 +
	               entry->stat.st_mtim.tv_nsec;
}

static int fill_error(struct files_walk *self, struct pkd_ctx *ctx, const struct tree_entry *entry,
                      struct files_walk_out *out)
{
	const char *why = files_item_reason(entry->error);
	char too_long[96];

	if (entry->error == ENAMETOOLONG && entry->length > self->params->PATH) {
		snprintf(too_long, sizeof(too_long),
		         "it has %zu bytes, more than PATH = %" PRIu32 ": write PATH: %zu",
		         entry->length, self->params->PATH, entry->length);
		why = too_long;
	} else if (entry->error == ELOOP && entry->has_link) {
		why = "this link leads to itself, or to a directory that it is in";
	}
	return files_item_failed(ctx, ERROR_OUT, &out->error->len, out->error->text, entry->error,
	                         entry->verb, entry->path, entry->length, why);
}

/* A path at the end of a list of paths: FNV-1a, and what ends each. */
static uint64_t add_to_hash(uint64_t hash, const struct tree_entry *entry)
{
	for (size_t i = 0; i <= entry->length; i++)
		hash = (hash ^ (i < entry->length ? (unsigned char)entry->path[i] : 0)) *
		       UINT64_C(1099511628211);
	return hash + 1;
}

static int give(struct files_walk *self, struct pkd_ctx *ctx, const struct tree_entry *entry,
                struct files_walk_out *out)
{
	struct files_walk_state *state = files_walk_get_state(ctx);
	uint64_t order = state->given + 1;
	int error = PKD_OK;

	if (entry->error)
		error = fill_error(self, ctx, entry, out);
	else
		files_walk_absent_error(ctx);
	if (error)
		return error;
	if (entry->error) {
		files_walk_absent_path(ctx);
	} else {
		memcpy(out->path->text, entry->path, entry->length + 1);
		out->path->len = (uint32_t)entry->length;
	}
	if (pkd_wanted(ctx, ENTRY_OUT))
		fill_entry(out->entry, entry, order);
	if (entry->is_entered)
		set_number(self, order, entry->depth);
	set_place(self, order, entry);
	files_tree_number(&self->tree, order);
	state->given = order;
	if (self->is_breadth)
		state->hash = add_to_hash(state->hash, entry);
	state->entered = entry->is_entered;
	return PKD_OK;
}

/* ---- The way to the place, breadth first ---- */

static bool is_passed(struct files_walk *self, struct pkd_ctx *ctx, const struct tree_entry *entry)
{
	const struct files_walk_state *state = files_walk_get_state(ctx);

	self->is_behind = compare_place(self, entry, state->given) <= 0;
	if (self->is_behind && is_wanted(self, entry)) {
		files_tree_number(&self->tree, ++self->counted | COUNTED);
		self->counted_hash = add_to_hash(self->counted_hash, entry);
	}
	if (self->is_behind)
		return true;
	self->is_unsure = self->counted != state->given || self->counted_hash != state->hash;
	if (self->is_unsure)
		pkd_note(ctx,
		         "'%s' has changed while this node was restarted: `parent` is 0 for what "
		         "is in directories given before",
		         self->params->root);
	return false;
}

/* ---- The node ---- */

static struct tree_rules rules_of(const struct files_walk_params *params, struct pkd_ctx *ctx)
{
	static const enum tree_links links[] = {
		[files_Links_give] = TREE_LINKS_GIVE,
		[files_Links_follow] = TREE_LINKS_FOLLOW,
		[files_Links_skip] = TREE_LINKS_SKIP,
	};
	static const enum tree_mounts mounts[] = {
		[files_Mounts_enter] = TREE_MOUNTS_ENTER,
		[files_Mounts_give] = TREE_MOUNTS_GIVE,
		[files_Mounts_skip] = TREE_MOUNTS_SKIP,
	};

	return (struct tree_rules){
		.hidden = params->hidden,
		.skip = params->skip,
		.links = links[params->links],
		.mounts = mounts[params->mounts],
		.stop_level = params->stop_level,
		.longest = params->PATH,
		.stats = pkd_wanted(ctx, ENTRY_OUT),
		.ahead = params->ahead,
	};
}

int files_walk_init(struct files_walk *self, const struct files_walk_params *params,
                    struct pkd_ctx *ctx)
{
	const struct files_walk_state *state = files_walk_get_state(ctx);
	struct tree_rules rules = rules_of(params, ctx);
	int error, root = below_open_root(ctx, params->root);

	if (root < 0)
		return root;
	self->params = params;
	self->is_breadth = params->order == files_Order_breadth;
	self->places = files_walk_get_places(ctx);
	self->place_size = sizeof(uint32_t) + ((size_t)params->PATH + PLACE_ROOM + 1 + 3) / 4 * 4;
	self->numbers = files_walk_get_numbers(ctx);
	error = files_tree_init(&self->tree, root, &rules, self->is_breadth);
#ifndef PKD_TEST_NO_RESUME
	self->is_behind = self->is_breadth && state->given > 0;
	if (!error && !self->is_breadth && state->given > 0)
		error = resume_depth(self, state);
#else
	(void)state;
#endif
	if (error)
		return pkd_error(ctx, -error, "cannot walk through '%s'", params->root);
	return PKD_OK;
}

int files_walk_step(struct files_walk *self, const struct files_walk_in *in,
                    struct files_walk_out *out, struct pkd_ctx *ctx)
{
	struct tree_entry entry;

	(void)in;
	for (int n = 0; n < LOOKED_AT_ONCE && !pkd_stopping(ctx); n++) {
		int result = files_tree_next(&self->tree, &entry);

		if (result < 0)
			return pkd_error(ctx, -result, "cannot walk through '%s'",
			                 self->params->root);
		if (result == 0)
			return PKD_SKIP;
		if (self->is_behind && is_passed(self, ctx, &entry))
			continue;
		if (entry.parent & COUNTED)
			entry.parent = self->is_unsure ? 0 : entry.parent & ~COUNTED;
		if (is_wanted(self, &entry))
			return give(self, ctx, &entry, out);
	}
	return pkd_later(ctx, pkd_now());
}

void files_walk_finish(struct files_walk *self)
{
	files_tree_finish(&self->tree);
}

PKD_NODE(files_walk);
