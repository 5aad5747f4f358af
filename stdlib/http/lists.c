/* See lists.h. */
#define _GNU_SOURCE
#include "lists.h"

#include "link.h"
#include "url.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Start and end ---- */

static int split_templates(struct http_lists *lists, struct pkd_ctx *ctx)
{
	const char *at = lists->children;

	for (at += strspn(at, " \n"); *at; at += strspn(at, " \n")) {
		if (lists->n_templates == LISTS_MAX_LEVELS)
			return pkd_error(ctx, EINVAL, "'children' has more than %d addresses",
			                 LISTS_MAX_LEVELS);
		lists->template_n[lists->n_templates] = strcspn(at, " \n");
		lists->templates[lists->n_templates++] = at;
		at += lists->template_n[lists->n_templates - 1];
	}
	for (uint32_t i = 0; i < lists->n_templates; i++)
		if (!memmem(lists->templates[i], lists->template_n[i], "{id}", 4))
			return pkd_error(
				ctx, EINVAL,
				"'children' has an address without {id}, so that all lists "
				"would be one: \"/containers/{id}/children\"");
	return PKD_OK;
}

int http_lists_open(struct http_lists *lists, const struct http_options *options,
                    struct pkd_ctx *ctx)
{
	int error = split_templates(lists, ctx);

	if (error)
		return error;
	lists->parse.scratch_size = (size_t)lists->largest + 8;
	lists->parse.scratch = malloc(lists->parse.scratch_size);
	lists->fetches = calloc(options->at_once, sizeof(*lists->fetches));
	lists->hierarchy.parse = &lists->parse;
	if (!lists->parse.scratch || !lists->fetches)
		error = pkd_error(ctx, ENOMEM, "out of memory");
	else
		error = http_client_open(&lists->client, options, ctx);
	if (error) {
		free(lists->parse.scratch);
		free(lists->fetches);
	}
	return error;
}

void http_lists_close(struct http_lists *lists)
{
	http_hierarchy_free(&lists->hierarchy);
	http_client_close(&lists->client);
	free(lists->fetches);
	free(lists->parse.scratch);
}

/* ---- Fetching ---- */

static void start(struct http_lists *lists, struct http_fetch *fetch, const char *url)
{
	const struct http_request request = {
		.method = "GET",
		.url = url,
		.url_n = strlen(url),
		.limit = lists->largest,
		.limit_name = "largest",
	};

	fetch->n_pages++;
	http_slot_start(fetch->slot, &request);
}

static bool fail_list(struct http_fetch *fetch, const char *why)
{
	return http_hierarchy_failed(fetch->node, why);
}

/* "cannot read 'URL': " and why. */
static bool fail_read(struct http_lists *lists, struct http_fetch *fetch, const char *url)
{
	char why[2 * HTTP_WHY_SIZE], shown[HTTP_SHOWN_SIZE];

	http_url_show(url, shown);
	snprintf(why, sizeof(why), "cannot read '%s': %s", shown, lists->parse.why);
	why[HTTP_WHY_SIZE - 1] = '\0';
	return fail_list(fetch, why);
}

static bool ask(struct http_lists *lists, struct http_container *node, struct http_fetch *fetch)
{
	uint32_t level = lists->n_templates == 1 ? 0 : node->depth;
	char *url = http_url_fill(lists->templates[level], lists->template_n[level], node->id,
	                          node->id_n);

	if (!url)
		return false;
	*fetch = (struct http_fetch){http_client_slot(&lists->client), node, 0};
	start(lists, fetch, url);
	free(url);
	return true;
}

/* The address of its next page, to be freed, NULL: there is none. False: `why` of the
 * parse says why it is none that may be asked. */
static bool next_page(struct http_lists *lists, const struct http_fetch *fetch, char **ret_url)
{
	const char *link = http_slot_header(fetch->slot, "Link"), *why;
	char *next = link ? http_link_next(link) : NULL;

	*ret_url = next ? http_url_join(fetch->slot->url, next, &why) : NULL;
	if (next && !*ret_url)
		snprintf(lists->parse.why, sizeof(lists->parse.why),
		         "the address of its next page: %s", why);
	free(next);
	return *ret_url || !next;
}

static bool too_many_pages(struct http_lists *lists, struct http_fetch *fetch)
{
	char why[HTTP_WHY_SIZE];

	snprintf(why, sizeof(why),
	         "children of '%.60s': more than pages = %" PRIu32 " of them: write a larger one",
	         fetch->node->id, lists->pages);
	return fail_list(fetch, why);
}

/* False: it cannot go on, as `why` says. */
static bool take_list(struct http_lists *lists, struct http_fetch *fetch)
{
	struct http_slot *slot = fetch->slot;
	size_t n = slot->size;
	char *body = http_slot_take_body(slot), *next;
	bool is_well;

	is_well = http_hierarchy_add(&lists->hierarchy, fetch->node, body, body ? n : 0);
	if (!next_page(lists, fetch, &next) || !is_well)
		is_well = fail_read(lists, fetch, slot->url);
	else if (next && fetch->n_pages == lists->pages)
		is_well = too_many_pages(lists, fetch);
	else if (next) {
		http_slot_leave(slot);
		start(lists, fetch, next);
	} else {
		is_well = http_hierarchy_fetched(&lists->hierarchy, fetch->node);
	}
	free(next);
	return is_well;
}

static bool take_root(struct http_lists *lists, struct http_fetch *fetch)
{
	struct http_slot *slot = fetch->slot;
	char shown[HTTP_SHOWN_SIZE];
	char *body;

	if (slot->is_failed) {
		snprintf(lists->why, sizeof(lists->why), "%s", slot->why);
		lists->has_failed = true;
		return true;
	}
	lists->has_root = true;
	http_url_show(slot->url, shown);
	body = http_slot_take_body(slot);
	if (http_hierarchy_begin(&lists->hierarchy, body, body ? slot->size : 0))
		return true;
	return false;
}

static bool take_answer(struct http_lists *lists, struct http_fetch *fetch)
{
	struct http_slot *slot = fetch->slot;
	bool is_well;

	if (!fetch->node)
		is_well = take_root(lists, fetch);
	else if (slot->is_failed)
		is_well = fail_list(fetch, slot->why);
	else
		is_well = take_list(lists, fetch);
	if (http_slot_is_done(slot)) {
		http_slot_leave(slot);
		fetch->slot = NULL;
	}
	return is_well;
}

/* What is done is taken, and what is wanted begun. *ret_any: something was. False: it cannot go
 * on. */
static bool go_on(struct http_lists *lists, bool *ret_any)
{
	*ret_any = false;
	for (uint32_t i = 0; i < lists->client.n_slots; i++) {
		struct http_fetch *fetch = &lists->fetches[i];
		struct http_container *node = NULL;

		if (fetch->slot && http_slot_is_done(fetch->slot)) {
			*ret_any = true;
			if (!take_answer(lists, fetch))
				return false;
		}
		if (!fetch->slot && lists->has_root)
			node = http_hierarchy_want(&lists->hierarchy);
		*ret_any |= node != NULL;
		if (node && !ask(lists, node, fetch))
			return false;
	}
	return true;
}

bool http_lists_fetch(struct http_lists *lists)
{
	bool any = true;

	if (!lists->has_asked) {
		lists->has_asked = true;
		lists->fetches[0].slot = http_client_slot(&lists->client);
		start(lists, &lists->fetches[0], lists->root);
		http_client_begin(&lists->client);
	}
	while (any) {
		if (!go_on(lists, &any))
			return false;
		if (any)
			http_client_begin(&lists->client);
	}
	return true;
}
