/* What is said of values that may not be published. All return a negative errno, after a line on
 * stderr, but for one case. */
#ifndef PKDI_MADE_H
#define PKDI_MADE_H

#include "node/node.h"

/* The step has written beyond the output. */
__attribute__((cold)) int pkdi_made_beyond(struct pkdi_node *node,
                                           const struct pkdi_output *output);
/* The plan has found something. A number that happens to be the mark is one that was not written,
 * and 0, where the rest of the value was. */
__attribute__((cold)) int pkdi_made_wrong(struct pkdi_node *node, const struct pkdi_output *output,
                                          const struct pkdi_plan *plan);
/* The system refuses, with r, to change the protection of an output. */
__attribute__((cold)) int pkdi_made_unprotected(struct pkdi_node *node, int r);

#endif
