/* Which frame fires next: the join of a node's firing inputs.
 *
 * Each stream is ordered by frame number, and its watermark says which numbers will not come any
 * more, so for a number `a` an input holds it, is past it, or cannot say yet. */
#ifndef PKDI_FIRING_H
#define PKDI_FIRING_H

#include "channel/channel.h"

enum pkdi_choice {
	PKDI_CHOICE_FIRE,    /* frame `number`; input->fires says who takes part */
	PKDI_CHOICE_SKIPPED, /* `number` cannot fire: the inputs have been advanced past it */
	PKDI_CHOICE_WAIT,
	PKDI_CHOICE_DRAINED, /* the node can never fire again */
};

struct pkdi_firing {
	uint64_t number;
	int64_t capture_ns;
	uint32_t origin;
	uint32_t fired; /* input that fired a node that `fires any`; PKD_NONE: none, it flushes */
	uint64_t part;  /* firings of the same input before */
	bool woken;     /* … nor does it flush: the node has asked for it by pkd_wake */
	/* The node's outputs may be settled up to here, whatever the choice was. */
	uint64_t settled;
	bool moved; /* inputs were advanced, whatever the choice was */
};

/* skip_watermarks: does not read them again while every ring is empty, since writers that publish
 * store to their cache lines all the time. */
enum pkdi_choice pkdi_firing_choose(struct pkdi_input *inputs, uint32_t n_inputs,
                                    bool skip_watermarks, struct pkdi_firing *ret_firing);

/* The same for a node that `fires any`: the new value that was published first, whatever its
 * number. Never PKDI_CHOICE_SKIPPED. The caller supplies number and origin. */
enum pkdi_choice pkdi_firing_choose_any(struct pkdi_input *inputs, uint32_t n_inputs,
                                        bool skip_watermarks, struct pkdi_firing *ret_firing);

/* The same value once more: the front of `input`, which nothing has moved since. The caller also
 * supplies `part`. False without a front, which a corrupted stream alone does not have. */
bool pkdi_firing_go_on(struct pkdi_input *inputs, uint32_t n_inputs, uint32_t input,
                       struct pkdi_firing *ret_firing);

/* No value: the firing of a node at the end of its inputs. */
void pkdi_firing_flush(struct pkdi_input *inputs, uint32_t n_inputs,
                       struct pkdi_firing *ret_firing);

#endif
