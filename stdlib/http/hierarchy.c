/* See hierarchy.h. */
#include "hierarchy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LOOK = 1024 }; /* containers that are looked at for one whose list is wanted */

static bool no_memory(struct parse *parse)
{
	snprintf(parse->why, sizeof(parse->why), "out of memory");
	return false;
}

/* ---- Containers ---- */

static void leave_text(struct http_page *text)
{
	if (!text || --text->n_uses > 0)
		return;
	free(text->text);
	free(text);
}

/* One use less, of it and so of those above it. */
static void leave(struct http_container *node)
{
	while (node && --node->n_uses == 0) {
		struct http_container *parent = node->parent, *child = node->first;

		while (child) {
			struct http_container *next = child->next;

			leave_text(child->page);
			free(child->why);
			free(child);
			child = next;
		}
		leave_text(node->page);
		free(node->why);
		free(node);
		node = parent;
	}
}

static bool set_why(struct http_container *node, const char *why)
{
	node->why = strdup(why);
	return node->why != NULL;
}

static bool is_own_ancestor(const struct http_container *node)
{
	for (const struct http_container *up = node->parent; up; up = up->parent)
		if (up->id_n == node->id_n && memcmp(up->id, node->id, node->id_n) == 0)
			return true;
	return false;
}

/* What is wrong with a container that has an id is not descended into, either. */
static bool judge(struct http_hierarchy *hierarchy, struct http_container *node)
{
	const char *why = NULL;

	if (hierarchy->has_one_kind && is_own_ancestor(node))
		why = "it is among its own parents";
	else if (node->depth >= HIERARCHY_MAX_DEPTH)
		why = "it is more than 64 deep";
	node->state = !why && node->depth < hierarchy->n_levels ? HIERARCHY_WANTED : HIERARCHY_LEAF;
	return !why || set_why(node, why);
}

/* NULL: no memory. One without an id says why. */
static struct http_container *make(struct http_hierarchy *hierarchy, struct http_container *parent,
                                   struct http_page *page, const char *text, size_t n)
{
	const char *id = "";
	size_t id_n = 0;
	bool has_id = parse_json_member(hierarchy->parse, text, n, hierarchy->id, &id, &id_n);
	struct http_container *node;

	if (has_id && (id_n == 0 || id_n > hierarchy->id_size)) {
		has_id = false;
		snprintf(hierarchy->parse->why, sizeof(hierarchy->parse->why),
		         id_n == 0 ? "its id is empty"
		                   : "its id has %zu bytes, more than ID = %zu: write a larger ID",
		         id_n, hierarchy->id_size);
	}
	id_n = has_id ? id_n : 0;
	node = calloc(1, sizeof(*node) + id_n + 1);
	if (!node)
		return NULL;
	memcpy(node->id, id, id_n);
	node->id_n = id_n;
	node->text = text;
	node->n = n;
	node->depth = parent ? parent->depth + 1 : 0;
	node->parent = parent;
	node->page = page;
	page->n_uses++;
	if (has_id ? judge(hierarchy, node) : set_why(node, hierarchy->parse->why))
		return node;
	leave_text(page);
	free(node);
	return NULL;
}

static struct http_page *make_text(struct http_hierarchy *hierarchy, char *text)
{
	struct http_page *page = calloc(1, sizeof(*page));

	if (!page) {
		free(text);
		no_memory(hierarchy->parse);
		return NULL;
	}
	page->text = text;
	page->n_uses = 1;
	return page;
}

/* ---- Lists ---- */

static bool add_items(struct http_hierarchy *hierarchy, struct http_container *node,
                      struct http_page *page, size_t n)
{
	struct parse_items items = {page->text, page->text + n, false};
	enum parse_item found;
	const char *text;
	size_t length;

	while ((found = parse_next_item(hierarchy->parse, &items, &text, &length)) == PARSE_ITEM) {
		struct http_container *child = make(hierarchy, node, page, text, length);

		if (!child)
			return no_memory(hierarchy->parse);
		if (node->last)
			node->last->next = child;
		else
			node->first = child;
		node->last = child;
		node->n_children++;
	}
	return found == PARSE_END;
}

bool http_hierarchy_add(struct http_hierarchy *hierarchy, struct http_container *node, char *text,
                        size_t n)
{
	struct http_page *page = make_text(hierarchy, text);
	bool is_well;

	if (!page)
		return false;
	is_well = add_items(hierarchy, node, page, n);
	leave_text(page);
	return is_well;
}

static int compare(const void *a, const void *b)
{
	const struct http_container *x = *(struct http_container *const *)a;
	const struct http_container *y = *(struct http_container *const *)b;
	int order = memcmp(x->id, y->id, x->id_n < y->id_n ? x->id_n : y->id_n);

	return order ? order : (x->id_n > y->id_n) - (x->id_n < y->id_n);
}

static bool sort(struct http_hierarchy *hierarchy, struct http_container *node)
{
	struct http_container **children = calloc(node->n_children + 1,
	                                          sizeof(struct http_container *));
	uint32_t n = 0;

	if (!children)
		return no_memory(hierarchy->parse);
	for (struct http_container *child = node->first; child; child = child->next)
		children[n++] = child;
	qsort(children, n, sizeof(struct http_container *), compare);
	for (uint32_t i = 0; i < n; i++)
		children[i]->next = i + 1 < n ? children[i + 1] : NULL;
	node->first = n > 0 ? children[0] : NULL;
	node->last = n > 0 ? children[n - 1] : NULL;
	free(children);
	return true;
}

static void drop_first(struct http_container *node)
{
	struct http_container *child = node->first;

	node->first = child->next;
	if (!node->first)
		node->last = NULL;
	leave_text(child->page);
	free(child->why);
	free(child);
}

static void put_on_way(const struct http_hierarchy *hierarchy, struct http_container *node)
{
	node->is_given = node->is_on_way = true;
	if (node->depth == hierarchy->way_depth && hierarchy->way_is_told)
		node->state = HIERARCHY_LEAF;
}

/* Children before the one on the way were given with all that is below them. */
static bool go_way(struct http_hierarchy *hierarchy, struct http_container *node)
{
	size_t n;
	const char *id = hierarchy->way(hierarchy->to, node->depth + 1, &n);

	while (node->first && (node->first->id_n != n || memcmp(node->first->id, id, n) != 0))
		drop_first(node);
	if (!node->first) {
		snprintf(hierarchy->parse->why, sizeof(hierarchy->parse->why),
		         "'%.60s' was given before, and is no longer among the children of '%.60s'",
		         id, node->id);
		return false;
	}
	put_on_way(hierarchy, node->first);
	return true;
}

/* Its children become part of the list: behind it, or at the end. */
static void grow(struct http_hierarchy *hierarchy, struct http_container *node)
{
	struct http_container *behind = hierarchy->is_breadth ? hierarchy->last : node;

	if (!node->first)
		return;
	for (struct http_container *child = node->first; child; child = child->next) {
		child->n_uses = 1;
		node->n_uses++;
	}
	node->last->next = behind->next;
	behind->next = node->first;
	if (hierarchy->last == behind)
		hierarchy->last = node->last;
	if (hierarchy->is_breadth && !hierarchy->at)
		hierarchy->at = node->first;
	node->first = node->last = NULL;
}

bool http_hierarchy_fetched(struct http_hierarchy *hierarchy, struct http_container *node)
{
	node->state = HIERARCHY_FETCHED;
	if (hierarchy->is_sorted && !sort(hierarchy, node))
		return false;
	if (node->is_on_way && node->depth < hierarchy->way_depth && !go_way(hierarchy, node))
		return false;
	if (!hierarchy->is_breadth)
		grow(hierarchy, node);
	return true;
}

bool http_hierarchy_failed(struct http_container *node, const char *why)
{
	while (node->first)
		drop_first(node);
	node->state = HIERARCHY_FAILED;
	return set_why(node, why);
}

/* ---- The walk ---- */

bool http_hierarchy_begin(struct http_hierarchy *hierarchy, char *text, size_t n)
{
	struct http_page *page = make_text(hierarchy, text);
	struct http_container *root = page ? make(hierarchy, NULL, page, page->text, n) : NULL;
	const char *id;
	size_t id_n;

	leave_text(page);
	if (!root)
		return page ? no_memory(hierarchy->parse) : false;
	root->n_uses = 1;
	hierarchy->first = hierarchy->last = hierarchy->at = root;
	if (!hierarchy->has_way)
		return true;
	id = hierarchy->way(hierarchy->to, 0, &id_n);
	put_on_way(hierarchy, root);
	if (root->id_n == id_n && memcmp(root->id, id, id_n) == 0)
		return true;
	snprintf(hierarchy->parse->why, sizeof(hierarchy->parse->why),
	         "it is '%.60s', and was '%.60s'", root->id, id);
	return false;
}

/* Of the list, whose first it is. */
static void remove_first(struct http_hierarchy *hierarchy)
{
	struct http_container *node = hierarchy->first;

	hierarchy->first = node->next;
	if (!hierarchy->first)
		hierarchy->last = NULL;
	hierarchy->n_ahead -= node->is_ahead;
	leave(node);
}

static enum http_hierarchy_event give(struct http_container *node, struct http_container **ret_node)
{
	*ret_node = node;
	node->is_given = true;
	return node->why && node->state == HIERARCHY_LEAF ? HIERARCHY_ERROR : HIERARCHY_GIVE;
}

/* Its children come next: HIERARCHY_GIVE where they may. */
static enum http_hierarchy_event look_below(struct http_container *node,
                                            struct http_container **ret_node)
{
	if (node->state == HIERARCHY_WANTED || node->state == HIERARCHY_FETCHING)
		return HIERARCHY_WAIT;
	if (node->state != HIERARCHY_FAILED || node->is_told)
		return HIERARCHY_GIVE;
	node->is_told = true;
	*ret_node = node;
	return HIERARCHY_ERROR;
}

static enum http_hierarchy_event next_deep(struct http_hierarchy *hierarchy,
                                           struct http_container **ret_node)
{
	while (hierarchy->at) {
		struct http_container *node = hierarchy->at;
		enum http_hierarchy_event event;

		if (!node->is_given)
			return give(node, ret_node);
		event = look_below(node, ret_node);
		if (event != HIERARCHY_GIVE)
			return event;
		hierarchy->at = node->next;
		remove_first(hierarchy);
	}
	return HIERARCHY_END;
}

static enum http_hierarchy_event next_broad(struct http_hierarchy *hierarchy,
                                            struct http_container **ret_node)
{
	while (hierarchy->first) {
		struct http_container *node = hierarchy->at;
		enum http_hierarchy_event event;

		if (node) {
			hierarchy->at = node->next;
			return give(node, ret_node);
		}
		event = look_below(hierarchy->first, ret_node);
		if (event != HIERARCHY_GIVE)
			return event;
		grow(hierarchy, hierarchy->first);
		remove_first(hierarchy);
	}
	return HIERARCHY_END;
}

enum http_hierarchy_event http_hierarchy_give(struct http_hierarchy *hierarchy,
                                              struct http_container **ret_node)
{
	return hierarchy->is_breadth ? next_broad(hierarchy, ret_node)
	                             : next_deep(hierarchy, ret_node);
}

struct http_container *http_hierarchy_want(struct http_hierarchy *hierarchy)
{
	struct http_container *node = hierarchy->first;

	for (int i = 0; i < MAX_LOOK && node; i++, node = node->next) {
		if (node->state != HIERARCHY_WANTED)
			continue;
		if (hierarchy->n_ahead >= hierarchy->max_ahead && node != hierarchy->first)
			return NULL;
		node->state = HIERARCHY_FETCHING;
		node->is_ahead = true;
		hierarchy->n_ahead++;
		return node;
	}
	return NULL;
}

void http_hierarchy_free(struct http_hierarchy *hierarchy)
{
	while (hierarchy->first)
		remove_first(hierarchy);
	hierarchy->at = NULL;
}
