/* What a user may have meant by a name that is no node's and no stream's: an expression's, or a
 * bank's. */
#ifndef PKDI_NAMES_H
#define PKDI_NAMES_H

#include "console/method.h"

/* The stream of that name, by the expression it has become; PKD_NONE: none. */
uint32_t pkdi_names_stream(const struct pkd_program *program, const char *name);

/* Of an expression: its stream, or the node that computes it. NULL: none is called so. */
const char *pkdi_names_where(const struct pkd_program *program, const char *name);

/* False, with why there is no such stream, or no such node. */
bool pkdi_names_refuse_stream(const struct pkd_program *program, const char *name,
                              struct pkdi_fault *fault);
bool pkdi_names_refuse_node(const struct pkd_program *program, const char *name,
                            struct pkdi_fault *fault);

/* What the node that orders a pool's values makes of this output of its first worker, in the order
 * of frames; of another stream, that one. */
uint32_t pkdi_names_ordered(const struct pkd_program *program, uint32_t stream);

#endif
