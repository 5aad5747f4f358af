/* The root and the lists of containers that a walk asks for: its hierarchy.h over transfer.h. */
#ifndef PKD_HTTP_LISTS_H
#define PKD_HTTP_LISTS_H

#include "hierarchy.h"
#include "transfer.h"

enum { LISTS_MAX_LEVELS = 64 };

/* A list that a slot fetches. */
struct http_fetch {
	struct http_slot *slot;      /* NULL: none */
	struct http_container *node; /* NULL: the root */
	uint32_t n_pages;
};

struct http_lists {
	/* What does not change; the strings live as long as the node. */
	const char *root,
		*children; /* addresses; of the children with {id}, one or one for each depth */
	uint32_t largest, pages;

	struct http_client client;
	struct parse parse; /* `why` says why it cannot go on */
	struct http_hierarchy hierarchy;
	struct http_fetch *fetches; /* for each slot */
	uint32_t n_templates;
	const char *templates[LISTS_MAX_LEVELS];
	size_t template_n[LISTS_MAX_LEVELS];
	bool has_asked, has_root;
	bool has_failed; /* there is no root, as `why` says */
	char why[HTTP_WHY_SIZE];
};

/* PKD_OK or what pkd_error says. The hierarchy is the caller's to fill in then, but for its
 * parse. */
int http_lists_open(struct http_lists *lists, const struct http_options *options,
                    struct pkd_ctx *ctx);
void http_lists_close(struct http_lists *lists);

/* Takes what has come, and asks for what the hierarchy wants. False: the walk cannot go on. */
bool http_lists_fetch(struct http_lists *lists);

#endif
