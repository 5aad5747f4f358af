/* The order in which the containers of a hierarchy are given, and fetched: `walk` without its
 * network. A container is known with the list that it is in; the list of its own children comes
 * later, those of several at a time, in any order.
 *
 * The containers that are known and not done with are a list. Depth first, it is in the order of
 * the walk: children are put behind their parent as soon as their list is there. Breadth first
 * they are appended when the turn of their parent has come. */
#ifndef PKD_HTTP_HIERARCHY_H
#define PKD_HTTP_HIERARCHY_H

#include "../table/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HIERARCHY_MAX_DEPTH = 64 };

enum http_container_state {
	HIERARCHY_LEAF, /* its children are not wanted */
	HIERARCHY_WANTED,
	HIERARCHY_FETCHING,
	HIERARCHY_FETCHED,
	HIERARCHY_FAILED, /* `why` says why there is no list of its children */
};

/* A text with some containers, each of which holds it. */
struct http_page {
	uint32_t n_uses;
	char *text; /* of malloc */
};

struct http_container {
	struct http_container *next; /* in the list, or among its siblings before it is in there */
	struct http_container *parent;
	struct http_container *first, *last; /* its children, until they are in the list */
	struct http_page *page;
	const char *text; /* in the page */
	size_t n;
	uint32_t n_uses; /* by the list and by children */
	uint32_t n_children;
	uint32_t depth;
	enum http_container_state state;
	bool is_given, is_told, is_ahead, is_on_way;
	char *why;   /* what is wrong with it: it is given as an error, once */
	size_t id_n; /* 0: it has none */
	char id[];
};

struct http_hierarchy {
	/* What does not change. */
	bool is_breadth, is_sorted;
	bool has_one_kind; /* of ids: a container among its own ancestors is a mistake */
	const char *id;    /* the member that is one */
	size_t id_size;    /* bytes that an id may have */
	uint32_t n_levels; /* that have children */
	uint32_t max_ahead;
	struct parse *parse; /* its scratch is as long as a page */

	struct http_container *first, *last;
	struct http_container
		*at;      /* that is given next; depth first: or whose children come next */
	uint32_t n_ahead; /* whose lists were asked for before they are done with */

	/* Where a walk goes on: the ids down to the container that was given last. */
	const char *(*way)(void *to, uint32_t depth, size_t *ret_n);
	void *to;
	uint32_t way_depth;
	bool has_way, way_is_told; /* is_told: that its children cannot be had */
};

enum http_hierarchy_event {
	HIERARCHY_GIVE,  /* the container is next */
	HIERARCHY_ERROR, /* `why` of the container is: it is none, or its children cannot be had */
	HIERARCHY_WAIT,  /* for a list */
	HIERARCHY_END,
};

/* The root, and its text, which the hierarchy frees. False: `why` of the parse says why it is
 * none. */
bool http_hierarchy_begin(struct http_hierarchy *hierarchy, char *text, size_t n);

enum http_hierarchy_event http_hierarchy_give(struct http_hierarchy *hierarchy,
                                              struct http_container **ret_node);

/* A container whose list is to be asked for now, of state HIERARCHY_FETCHING then; NULL: there is
 * none. */
struct http_container *http_hierarchy_want(struct http_hierarchy *hierarchy);

/* A page of its list, which the hierarchy frees. False: as above. */
bool http_hierarchy_add(struct http_hierarchy *hierarchy, struct http_container *node, char *text,
                        size_t n);

/* The list is whole. False: the way does not go on in it, as `why` of the parse says. */
bool http_hierarchy_fetched(struct http_hierarchy *hierarchy, struct http_container *node);

/* There is no list: false where there is no memory for that. */
bool http_hierarchy_failed(struct http_container *node, const char *why);

void http_hierarchy_free(struct http_hierarchy *hierarchy);

#endif
