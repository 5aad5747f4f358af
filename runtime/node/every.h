/* `every(n)` and `every(1s)`: which frames an input takes. The others it passes, as if the stream
 * did not have them. */
#ifndef PKDI_EVERY_H
#define PKDI_EVERY_H

#include "channel/channel.h"

/* Is the value, number input->cursor of its stream, one to take? The same answer however often it
 * is asked, also of the next incarnation, as long as the cursor stays. */
bool pkdi_every_takes(struct pkdi_input *input, const struct pkd_frame *frame);

#endif
