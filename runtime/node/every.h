/* `every(n)` and `every(1s)`: which frames an input takes. It skips the others as if the stream
 * did not have them. */
#ifndef PKDI_EVERY_H
#define PKDI_EVERY_H

#include "channel/channel.h"

/* Is the value at input->cursor one to take? The answer stays the same, also for the next
 * incarnation, as long as the cursor does. */
bool pkdi_every_takes(struct pkdi_input *input, const struct pkd_frame *frame);

#endif
