/* What node.c and step.c have for the table of calls, and for each other. */
#ifndef PKD_EMBED_NODE_H
#define PKD_EMBED_NODE_H

#include "embed.h"

int node_init(struct pkdi_python_node **ret_node, const struct pkd_node *decl,
              const struct pkd_python *python, const void *params, bool is_alone,
              struct pkd_ctx *ctx);
int node_step(struct pkdi_python_node *n, const void *const *in, void *const *out,
              struct pkd_ctx *ctx);
void node_finish(struct pkdi_python_node *n);
int node_ready(struct pkdi_python_node *n, struct pkd_ctx *ctx);
int node_changed(struct pkdi_python_node *n, const void *params, struct pkd_ctx *ctx);
int node_command(struct pkdi_python_node *n, uint32_t command, const void *args, void *data,
                 struct pkd_ctx *ctx);

/* Whether views of the node's state are gone, as the call is over: 0, or -1 after an exception. */
int check_state(struct node *node);
/* After a call that has failed: who has kept a view sees nothing any more. */
void cut_state(struct node *node);

#endif
