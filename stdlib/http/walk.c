/* http.walk: a hierarchy behind a JSON API. hierarchy.c has the order, lists.c the requests; here
 * is what is given, and the place that a restart goes on from.
 *
 * The place is the way of ids down to the container that was given last. Its memory is not undone
 * with a firing that does not count, so it is written to the half that the state does not name. */
#include "../table/extra.h"
#include "lists.h"

#include <errno.h>
#include <http/walk.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS_AHEAD = 4 /* times as many as are fetched at once */ };

struct http_walk {
	const struct http_walk_params *params;
	struct pkd_ctx *ctx;
	struct http_lists lists;
	struct table_extra extra;
	uint64_t to_skip; /* events that were before a restart */
};

/* ---- The way ---- */

static size_t id_stride(const struct http_walk *self)
{
	return (sizeof(uint32_t) + self->params->ID + 1 + 3) / 4 * 4;
}

static char *way_at(struct http_walk *self, uint32_t half, uint32_t depth)
{
	char *way = http_walk_get_way(self->ctx);

	return way + (half * (HIERARCHY_MAX_DEPTH + 1) + depth) * id_stride(self);
}

static const char *read_way(void *to, uint32_t depth, size_t *ret_n)
{
	struct http_walk *self = to;
	const char *id = way_at(self, http_walk_get_state(self->ctx)->half & 1, depth);

	*ret_n = pkd_length((const uint32_t *)(const void *)id, self->params->ID);
	return id + sizeof(uint32_t);
}

static void put_id(const struct http_container *node, char *to)
{
	uint32_t n = node ? (uint32_t)node->id_n : 0;

	memcpy(to, &n, sizeof(n));
	if (node)
		memcpy(to + sizeof(n), node->id, n);
	to[sizeof(n) + n] = '\0';
}

static void keep_way(struct http_walk *self, const struct http_container *node)
{
	struct http_walk_state *state = http_walk_get_state(self->ctx);
	uint32_t half = !(state->half & 1);

	for (const struct http_container *up = node; up; up = up->parent)
		put_id(up, way_at(self, half, up->depth));
	state->half = half;
	state->depth = node->depth;
	state->has_way = true;
}

/* ---- Start ---- */

static void prepare_hierarchy(struct http_walk *self)
{
	const struct http_walk_params *params = self->params;
	const struct http_walk_state *state = http_walk_get_state(self->ctx);
	struct http_hierarchy *hierarchy = &self->lists.hierarchy;
	uint32_t n_levels = self->lists.n_templates == 1 ? HIERARCHY_MAX_DEPTH + 1
	                                                 : self->lists.n_templates;

	hierarchy->is_breadth = params->order == http_Order_breadth;
	hierarchy->is_sorted = params->sort;
	hierarchy->has_one_kind = self->lists.n_templates == 1;
	hierarchy->id = params->member;
	hierarchy->id_size = params->ID;
	hierarchy->n_levels = params->stop_level > 0 && params->stop_level < n_levels
	                              ? params->stop_level
	                              : n_levels;
	hierarchy->max_ahead = LISTS_AHEAD * params->at_once;
	hierarchy->way = read_way;
	hierarchy->to = self;
	if (hierarchy->is_breadth) {
		self->to_skip = state->n_events;
		return;
	}
	hierarchy->has_way = state->has_way;
	hierarchy->way_depth = state->depth < HIERARCHY_MAX_DEPTH ? state->depth
	                                                          : HIERARCHY_MAX_DEPTH;
	hierarchy->way_is_told = state->is_told;
}

int http_walk_init(struct http_walk *self, const struct http_walk_params *params,
                   struct pkd_ctx *ctx)
{
	const struct http_options options = HTTP_OPTIONS(params, params->root);
	struct http_lists *lists = &self->lists;
	int error;

	self->params = params;
	self->ctx = ctx;
	self->extra.type = params->T->name;
	self->extra.known = params->member;
	if (!parse_is_possible(&lists->parse, params->T))
		return pkd_error(ctx, EINVAL, "cannot read a %s: %s", params->T->name,
		                 lists->parse.why);
	lists->root = params->root;
	lists->children = params->children;
	lists->largest = params->largest;
	lists->pages = params->pages;
	error = http_lists_open(lists, &options, ctx);
	if (!error)
		prepare_hierarchy(self);
	return error;
}

/* ---- What is given ---- */

static void put_place(struct http_walk *self, const struct http_container *node,
                      struct http_walk_out *out)
{
	struct http_walk_state *state = http_walk_get_state(self->ctx);

	put_id(node, (char *)out->id);
	put_id(node->parent, (char *)out->parent);
	*out->place = (struct http_Place){.depth = node->depth, .order = state->order};
}

/* The item that has failed, which is `node`, or the root where that is NULL. */
static int give_error(struct http_walk *self, const struct http_container *node, const char *why,
                      struct http_walk_out *out)
{
	struct pkd_ctx *ctx = self->ctx;

	if (!pkd_wanted(ctx, 4))
		return pkd_error(ctx, EIO, "%s", why);
	http_walk_absent_container(ctx);
	if (node) {
		put_place(self, node, out);
	} else {
		http_walk_absent_id(ctx);
		http_walk_absent_parent(ctx);
		http_walk_absent_place(ctx);
	}
	pkd_string_set(out->error, why);
	return PKD_OK;
}

/* "container 'ID': " and why. */
static int give_bad(struct http_walk *self, const struct http_container *node, const char *what,
                    const char *why, struct http_walk_out *out)
{
	const struct http_container *named = node->id_n > 0 ? node : node->parent;
	char text[2 * HTTP_WHY_SIZE];

	if (named)
		snprintf(text, sizeof(text), "%s '%.60s': %s",
		         named == node ? what : "one of the children of", named->id, why);
	else
		snprintf(text, sizeof(text), "the root: %s", why);
	text[HTTP_WHY_SIZE - 1] = '\0';
	return give_error(self, node, text, out);
}

static int give(struct http_walk *self, const struct http_container *node,
                struct http_walk_out *out)
{
	struct http_walk_state *state = http_walk_get_state(self->ctx);
	struct parse_members members = {table_extra_tell, &self->extra, "", 0, false};

	if (parse_json_row(&self->lists.parse, self->params->T, node->text, node->n, out->container,
	                   &members)) {
		put_place(self, node, out);
		http_walk_absent_error(self->ctx);
		state->order++;
		return PKD_OK;
	}
	memset(out->container, 0, self->params->T->size);
	return give_bad(self, node, "container", self->lists.parse.why, out);
}

static int give_event(struct http_walk *self, enum http_hierarchy_event event,
                      struct http_container *node, struct http_walk_out *out)
{
	struct http_walk_state *state = http_walk_get_state(self->ctx);
	bool is_below = event == HIERARCHY_ERROR && node->state == HIERARCHY_FAILED;
	int result;

	state->n_events++;
	if (node->id_n > 0) {
		keep_way(self, node);
		state->is_told = is_below;
	}
	if (event == HIERARCHY_GIVE)
		result = give(self, node, out);
	else if (is_below)
		result = give_bad(self, node, "children of", node->why, out);
	else
		result = give_bad(self, node, "container", node->why, out);
	return result;
}

/* Events that were before a restart, of which the last was for the container on the way. False: it
 * was for another one. */
static bool skip(struct http_walk *self, const struct http_container *node)
{
	const struct http_walk_state *state = http_walk_get_state(self->ctx);
	const char *id;
	size_t n;

	if (--self->to_skip > 0 || !state->has_way || node->id_n == 0)
		return true;
	id = read_way(self, state->depth, &n);
	if (n == node->id_n && memcmp(id, node->id, n) == 0)
		return true;
	snprintf(self->lists.parse.why, sizeof(self->lists.parse.why),
	         "'%.60s' was given last, and now '%.60s' is in its place", id, node->id);
	return false;
}

static int cannot_go_on(struct http_walk *self)
{
	return pkd_error(self->ctx, EIO, "the walk cannot go on: %s", self->lists.parse.why);
}

int http_walk_step(struct http_walk *self, const struct http_walk_in *in, struct http_walk_out *out,
                   struct pkd_ctx *ctx)
{
	struct http_container *node = NULL;
	enum http_hierarchy_event event;

	(void)in;
	self->ctx = self->extra.ctx = ctx;
	self->lists.client.rate = self->params->rate;
	if (pkd_stopping(ctx))
		return PKD_SKIP;
	do {
		if (!http_lists_fetch(&self->lists))
			return cannot_go_on(self);
		if (self->lists.has_failed && *self->lists.why) {
			int result = give_error(self, NULL, self->lists.why, out);

			self->lists.why[0] = '\0';
			return result ? result : PKD_END;
		}
		if (!self->lists.has_root)
			return PKD_LATER;
		event = http_hierarchy_give(&self->lists.hierarchy, &node);
		if (event == HIERARCHY_WAIT &&
		    (self->lists.hierarchy.first->state != HIERARCHY_WANTED ||
		     !http_client_slot(&self->lists.client)))
			return PKD_LATER;
		if (event == HIERARCHY_END)
			return PKD_SKIP;
		if (event == HIERARCHY_WAIT || self->to_skip == 0)
			continue;
		if (!skip(self, node))
			return cannot_go_on(self);
		event = HIERARCHY_WAIT;
	} while (event == HIERARCHY_WAIT);
	return give_event(self, event, node, out);
}

int http_walk_ready(struct http_walk *self, struct pkd_ctx *ctx)
{
	(void)ctx;
	http_client_drive(&self->lists.client);
	return PKD_OK;
}

void http_walk_finish(struct http_walk *self)
{
	http_lists_close(&self->lists);
}

PKD_WATCHING_NODE(http_walk);
