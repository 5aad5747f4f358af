/* Parameters that change while the program runs. The console publishes whole versions of all their
 * values, 1, 2, 3 …, in a ring of four; version 0 is what the program began with.
 *
 * A version takes effect by frame. An origin that finds a new one stores with it the number of its
 * next frame, before it publishes that; every node that fires with a frame of this origin takes
 * the newest version of which that number is not larger than its frame's. One that was to begin
 * later than one set after it never counts. So all nodes of a clock,
 * and all workers of a pool, have the same values for the same frame, and a firing that is done
 * again has those that it had before; but for an origin, whose frame nobody has seen then. The
 * console overwrites a version once nobody needs one that is older than the three behind it. The
 * model tests/model/live.pml shows it. */
#ifndef PKDI_LIVE_H
#define PKDI_LIVE_H

#include <pkd/program.h>
#include <stdbool.h>
#include <stddef.h>

#include "channel/words.h"

struct pkdi_node;

/* One value: where it is in this process, and where in each version. */
struct pkdi_live_value {
	const struct pkd_param *param;
	char *params;    /* the struct that contains it */
	uint32_t target; /* the number of the parameter, see options/param.h */
	uint32_t at, size;
};

/* Those of the program: of the pipeline first, which expressions read, then node by node. */
struct pkdi_live_values {
	struct pkdi_live_value *values;
	uint32_t n, n_options;
	bool *is_set; /* by parameter, n_params: it has a value of its own, and bind does not count */
	uint32_t n_params;
	struct pkdi_wishes *wishes; /* written by the console only */
	size_t size;                /* bytes of a version */
	char *scratch;              /* for the largest value: a copy, which nobody changes */
	uint32_t flags_at;          /* in it, is_set */
	uint64_t loaded;            /* the version that this process has of the pipeline's */
	const struct pkdi_live_words **words; /* by node */
	/* Whether the value at params + param->offset is in its range. */
	bool (*fits)(const struct pkd_param *param, const void *params);
};

/* Of one node. */
struct pkdi_live {
	struct pkdi_live_values *all;  /* NULL: the program has no such value */
	struct pkdi_live_words *words; /* own */
	uint32_t first, n;             /* its values; of a pool's worker those of the first */
	bool reads;                    /* it has some, or is an expression over the pipeline's */
	bool leads;                    /* others bear the numbers of its frames */
	uint32_t root;                 /* the node that leads it */
	uint64_t *loaded;              /* the version that its params are in this process */
	uint64_t held, told;           /* the version that it has, and that its code was told of */
};

static inline struct pkdi_wish *pkdi_wish_of(const struct pkdi_live_values *all, uint64_t version)
{
	return (struct pkdi_wish *)(void *)((char *)all->wishes + sizeof(*all->wishes) +
	                                    version % PKDI_WISHES * all->size);
}

/* An origin takes the newest version, to hold from frame `next` on. */
void pkdi_live_take(struct pkdi_live *live, uint64_t next);

/* Whether its values are others than those that its code was told of. */
bool pkdi_live_has_changed(struct pkdi_live *live);

/* Puts the values that it has in place, of which its code is to be told. */
void pkdi_live_tell(struct pkdi_live *live);

/* Its code knows of them now. */
void pkdi_live_have_told(struct pkdi_live *live);

/* Puts the values in place with which the node fires with frame `number` of the origin that leads
 * it. */
void pkdi_live_apply(struct pkdi_live *live, uint64_t number);

#endif
