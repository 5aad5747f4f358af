/* What the policy of an edge does on the reading side. */
#ifndef PKDI_POLICY_H
#define PKDI_POLICY_H

#include "channel/channel.h"

enum pkdi_role pkdi_policy_role(const struct pkd_input *decl);

/* How many values an input holds in hand by pins of its own. A queue's are in its window; where its
 * node `fires any`, it also shows its newest value when another input fires. */
uint32_t pkdi_policy_pins(const struct pkd_input *decl, bool fires_any);

/* For how many frames from its cursor on the writer of a queue has room. A history's cursor stands
 * at the oldest value looked back at, that of a firing input behind those. */
uint64_t pkdi_policy_window(const struct pkd_input *decl);

/* Does the input fire its node? */
static inline bool pkdi_policy_fires(const struct pkdi_input *input)
{
	return input->role == PKDI_ROLE_FIRING;
}

/* Takes over what the last incarnation left, as far as it can be believed. */
void pkdi_policy_start(struct pkdi_input *input);

/* Looks at the ring and sets input->front where there is something to set: an input that fires
 * keeps a front until it is advanced past it, a sampled one moves to the newest value. */
void pkdi_policy_look(struct pkdi_input *input);

/* A firing input that does not take part in the firing of a node that fires any: pins the newest
 * value and what is looked back at. NULL where nothing has been published. */
const struct pkd_frame *pkdi_policy_show(struct pkdi_input *input);

#endif
