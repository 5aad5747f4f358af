/* What the policy of an edge does on the reading side. */
#ifndef PKDI_POLICY_H
#define PKDI_POLICY_H

#include "channel.h"

/* Does the input fire its node? (Not one that is connected to nothing.) */
bool pkdi_policy_fires(const struct pkdi_input *input);

/* Looks at the ring and sets input->front where there is something to set: an input that fires
 * keeps a front until it is advanced past it, a sampled one moves to the newest value. */
void pkdi_policy_look(struct pkdi_input *input);

#endif
