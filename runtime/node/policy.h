/* The policy of an edge on the reading side. */
#ifndef PKDI_POLICY_H
#define PKDI_POLICY_H

#include "channel/channel.h"

enum pkdi_role pkdi_policy_role(const struct pkd_input *decl);

/* How many values an input pins. Those of a queue are in its window, except where its node
 * `fires any`: there it also shows its newest value when another input fires. */
uint32_t pkdi_policy_pins(const struct pkd_input *decl, bool fires_any);

/* The credits of a queue, counted from its cursor. A history's cursor is at the oldest value
 * looked back at, that of a firing input after those. */
uint64_t pkdi_policy_window(const struct pkd_input *decl);

/* Does the input fire its node? */
static inline bool pkdi_policy_fires(const struct pkdi_input *input)
{
	return input->role == PKDI_ROLE_FIRING;
}

/* Initialises from what the last incarnation left, as far as it is valid. */
void pkdi_policy_start(struct pkdi_input *input);

/* Reads the ring and sets input->front if there is something to set: a firing input keeps a
 * front until it is advanced past it, a sampled one moves to the newest value. */
void pkdi_policy_look(struct pkdi_input *input);

/* A firing input that takes no part in the firing of a node that `fires any`: pins the newest
 * value and its history. NULL if nothing has been published. */
const struct pkd_frame *pkdi_policy_show(struct pkdi_input *input);

#endif
