/* The account: in which column each value of a stream is for each of its readers, and each firing
 * for each stream of its node. docs/runtime.md says what the columns mean. What is not counted here
 * is delivered, published, or in flight: those follow from positions.
 *
 * An input's counts are committed by its position, a node's by the number of its firings, see
 * channel/ledger.h. */
#ifndef PKDI_ACCOUNT_H
#define PKDI_ACCOUNT_H

#include "channel/channel.h"

struct pkdi_node;

/* The counts of a firing input. */
enum pkdi_fate {
	PKDI_FATE_DROPPED,      /* passed over by `latest` */
	PKDI_FATE_THINNED,      /* not taken by `every` */
	PKDI_FATE_OTHER_WORKER, /* taken by another worker of the pool */
	PKDI_FATE_FAILED,       /* the node has died of it twice */
	PKDI_FATE_RESTED,       /* the node was at rest */
	PKDI_FATE_FRAME,        /* no count: the frame that was last unjoined */
	PKDI_FATE_UNJOINED,     /* not joined: from here on by the input that lacked it */
};

/* Those that lacked a frame are told apart up to here; the last one stands for all behind it. */
enum { PKDI_LACKERS = 16 };

/* Why a firing has made nothing. */
enum pkdi_lost {
	PKDI_LOST_NOT,
	PKDI_LOST_FAILED,   /* the node has died of the frame twice */
	PKDI_LOST_REFUSED,  /* a live source, and a reader without room */
	PKDI_LOST_PAUSED,   /* a live source that is paused */
	PKDI_LOST_RESTED,   /* the node was at rest */
	PKDI_LOST_NO_FRAME, /* it was the end, without a frame */
	PKDI_LOST_ABSENT, /* by output: it was marked absent. Behind those, by reader: it had no room */
};

/* What pkdi_spans remember of inputs, and of nodes: the column; with the input that lacked the
 * frame, or the reader that had no room. */
static inline uint64_t pkdi_why(uint32_t column, uint32_t by)
{
	return column | (uint64_t)by << 8;
}

/* Whether `every` says by the number of a frame alone that the input does not take it. */
static inline bool pkdi_is_thinned(const struct pkd_input *input, uint64_t number)
{
	return input->every_n > 1 && !input->pool &&
	       (number - 1) % input->every_n != input->every_from;
}

/* How many counts they have. */
uint32_t pkdi_account_of_input(const struct pkd_node *decl, const struct pkd_input *input);
uint32_t pkdi_account_of_node(uint32_t n_outputs, uint32_t n_readers);

/* ---- Counting: by the node's own process ---- */

/* The values from the input's cursor up to `to`, which the caller stores next as its position. */
void pkdi_account_pass(struct pkdi_input *input, uint64_t to, enum pkdi_fate fate);

/* Of those up to `to`, the ones from `from` on were looked at and not taken by `every`; the ones
 * before were not looked at. */
void pkdi_account_choose(struct pkdi_input *input, uint64_t to, uint64_t from);

/* The fronts of frame `number`, which `fires` in these inputs, cannot be joined. */
void pkdi_account_unjoined(struct pkdi_input *inputs, uint32_t n_inputs, uint64_t number);

/* Of a sampled input, in the firing numbered `committed` + 1. */
void pkdi_account_look(struct pkdi_input *input, uint64_t committed);

/* The firing numbered `committed` + 1 does not publish all outputs: `publishes` those that are not
 * absent, or none. */
void pkdi_account_unmade(struct pkdi_node *node, uint64_t committed, bool publishes);

/* A new incarnation, once its record has been applied. */
void pkdi_account_recover(struct pkdi_node *node);

/* ---- Reading: by any process ---- */

struct pkdi_edge_account {
	uint64_t published, delivered, dropped, thinned, other_worker, unjoined, failed, rested;
	uint64_t left;      /* published after the reader had left or was given up */
	uint64_t in_flight; /* may still be delivered */
	uint64_t to_drop;   /* of `dropped`: not counted yet, but `latest` will pass them over */
	uint64_t n_looks, n_absent, age_sum_ns,
		age_max_ns;            /* sampled and history: of its firings */
	uint64_t lacked[PKDI_LACKERS]; /* the unjoined, by the input that lacked them */
};

void pkdi_account_edge(const struct pkdi_node *node, uint32_t input,
                       struct pkdi_edge_account *ret_account);

/* Of a stream: in which column the firings of its node are, of which there is one a frame. A firing
 * that has been committed and not been applied is in none. */
struct pkdi_stream_account {
	uint64_t firings, published, absent, failed, refused, paused, rested;
};

void pkdi_account_stream(const struct pkdi_node *node, uint32_t output,
                         struct pkdi_stream_account *ret_account);

struct pkdi_node_account {
	uint64_t firings; /* committed, other than those that failed, rested or had no frame */
	uint64_t failed, refused, paused, rested;
};

void pkdi_account_node(const struct pkdi_node *node, struct pkdi_node_account *ret_account);

/* Frames of a live source that were refused because this reader of its stream had no room. */
uint64_t pkdi_account_refused_for(const struct pkdi_node *node, uint32_t output, uint32_t reader);

#endif
