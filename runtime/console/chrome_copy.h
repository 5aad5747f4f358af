/* A copy of a trace, and its flows: what chrome.c makes and chrome_event.c writes. */
#ifndef PKDI_CHROME_COPY_H
#define PKDI_CHROME_COPY_H

#include "console/chrome.h"
#include "node/trace.h"

/* A firing that published a value. */
struct pkdi_chrome_source {
	uint64_t stream, seq; /* 0 = none */
	const struct pkdi_trace_event *event;
};

/* What a process has of the session. */
struct pkdi_chrome_part {
	struct pkdi_trace_copy copy;
	uint64_t first; /* number of its first event among those of all */
};

struct pkdi_chrome_flow {
	const struct pkdi_trace_event *from, *to;
	uint32_t stream;
};

struct pkdi_chrome {
	const struct pkdi_run *run;
	struct pkdi_chrome_part *parts; /* of each process, and of the supervisor */
	uint32_t n_parts;
	uint64_t n_meta, n_events, n_flows;
	struct pkdi_chrome_flow *flows;
	struct pkdi_chrome_source
		*sources; /* a hash table with open addresses, of a power of two */
	uint64_t n_sources;
};

/* Whether an event means anything: what is in a ring may be anything. `part`: of which ring. */
bool pkdi_chrome_is_valid(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                          uint32_t part);

/* The stream of a value of a node's firing; PKD_NONE: there is none. */
uint32_t pkdi_chrome_stream(const struct pkdi_chrome *chrome, uint32_t node, uint64_t link);

#endif
