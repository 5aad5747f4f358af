/* What a node puts into the trace of its process. Each is called only while node->trace->on. */
#ifndef PKDI_TRACED_H
#define PKDI_TRACED_H

#include "node/node.h"

static inline bool pkdi_is_traced(const struct pkdi_node *node)
{
	return __builtin_expect(node->trace->on, 0);
}

/* A session begins: what was before does not count. */
void pkdi_traced_begin(struct pkdi_node *node);

/* A step that has ended with a value, and whose firing has committed or has failed; `more`: the
 * input that it took stays for the next one. */
void pkdi_traced_firing(struct pkdi_node *node, int64_t start_ns, int64_t end_ns, bool committed,
                        bool more);

/* Another call of the node's code, which ends now; of a command its number. */
void pkdi_traced_call(struct pkdi_node *node, enum pkdi_call call, int64_t start_ns,
                      uint32_t command);

/* A frame of a live source goes nowhere, for the sake of that output; PKD_NONE: of none. */
void pkdi_traced_lost(struct pkdi_node *node, enum pkdi_trace_drop why, uint32_t output);

/* New values hold from this frame on. */
void pkdi_traced_version(struct pkdi_node *node, uint64_t version);

/* The frame was passed over. */
void pkdi_traced_failed(struct pkdi_node *node);

/* Adds what the node waits for to the wait that its process begins. */
void pkdi_traced_wait(struct pkdi_node *node, bool begun);

#endif
