/* A reader's validation of a stream. A faulty node can make its process write anything into the
 * ring, the slots and the words of the stream; a writer killed at any instruction leaves nothing
 * that is rejected here. A rejected value reaches no node, is reported once for each incarnation
 * of the writer, and is reported to the supervisor (struct pkdi_input_words), which ends the
 * writer by its policy. */
#ifndef PKDI_BELIEVE_H
#define PKDI_BELIEVE_H

#include "channel/channel.h"
#include "os/log.h"

/* The node that reads, as far as is needed to report what it refuses. */
struct pkdi_reporter {
	const struct pkdi_log *log;
	const struct pkd_node *decl;  /* of the node … */
	const struct pkd_node *nodes; /* … and all of them */
	int supervisor_fd;            /* eventfd: has the supervisor look */
};

/* Does the header say what value `seq` must: its place, its stream, its size; is its number behind
 * those of the values before it, and has its writer committed it? Then it is input->number. */
bool pkdi_believe(struct pkdi_input *input, const struct pkd_frame *frame, uint64_t seq);

/* To be called for an input without a front whose watermark was read before its ring: no value up
 * to it may come any more. If a value was rejected, a later one may be accepted and fire a
 * frame up to it; the watermark is then only what the values themselves have shown. */
void pkdi_believe_watermark(struct pkdi_input *input);

/* Before a sleep, which might not end: is what the writer says it has published there? */
void pkdi_believe_ring(struct pkdi_input *input);

#endif
