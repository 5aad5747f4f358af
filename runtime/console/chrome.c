#include "console/chrome.h"

#include <stdlib.h>

#include "console/chrome_copy.h"
#include "run/traces.h"

/* ---- What is there ---- */

bool pkdi_chrome_is_valid(const struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                          uint32_t part)
{
	const struct pkdi_run *run = chrome->run;
	bool is_own = event->kind < PKDI_TRACE_DIED && event->kind != PKDI_TRACE_WAIT;

	if (event->kind == PKDI_TRACE_NONE || event->kind >= PKDI_TRACE_KINDS ||
	    event->n_links > PKDI_TRACE_LINKS || event->duration_ns < 0)
		return false;
	if (event->kind >= PKDI_TRACE_DIED && event->kind < PKDI_TRACE_MORE)
		return part == run->n_processes && event->links[0] < run->n_processes &&
		       (event->node == PKD_NONE || event->node < run->program->n_nodes);
	return !is_own ||
	       (event->node < run->program->n_nodes && run->process_of[event->node] == part);
}

uint32_t pkdi_chrome_stream(const struct pkdi_chrome *chrome, uint32_t node, uint64_t link)
{
	const struct pkd_node *decl = &chrome->run->program->nodes[node];
	uint32_t port = pkdi_trace_port(link);

	if (pkdi_trace_is_output(link))
		return port < decl->n_outputs ? decl->outputs[port].stream : PKD_NONE;
	return port < decl->n_inputs ? decl->inputs[port].stream : PKD_NONE;
}

/* ---- Flows ---- */

static struct pkdi_chrome_source *find_source(const struct pkdi_chrome *chrome, uint64_t stream,
                                              uint64_t seq)
{
	uint64_t hash = (seq * 0x9e3779b97f4a7c15u) ^ (stream * 0xc2b2ae3d27d4eb4fu);
	uint64_t at = (hash ^ hash >> 32) & (chrome->n_sources - 1);

	while (chrome->sources[at].seq &&
	       (chrome->sources[at].seq != seq || chrome->sources[at].stream != stream))
		at = (at + 1) & (chrome->n_sources - 1);
	return &chrome->sources[at];
}

/* Calls `take` for each value of each firing, with the event that is the firing's first. */
static void for_values(struct pkdi_chrome *chrome,
                       void (*take)(struct pkdi_chrome *chrome,
                                    const struct pkdi_trace_event *event, uint64_t link))
{
	for (uint32_t p = 0; p < chrome->run->n_processes; p++) {
		const struct pkdi_trace_copy *copy = &chrome->parts[p].copy;
		const struct pkdi_trace_event *firing = NULL;

		for (uint32_t i = 0; i < copy->n; i++) {
			const struct pkdi_trace_event *event = &copy->events[i];

			if (!pkdi_chrome_is_valid(chrome, event, p))
				continue;
			if (event->kind == PKDI_TRACE_FIRING)
				firing = event;
			if (event->kind != PKDI_TRACE_FIRING && event->kind != PKDI_TRACE_MORE)
				continue;
			/* The first of its events may be overwritten. */
			if (!firing || firing->node != event->node || firing->frame != event->frame)
				continue;
			for (uint32_t k = 0; k < event->n_links; k++)
				take(chrome, firing, event->links[k]);
		}
	}
}

static void add_source(struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                       uint64_t link)
{
	uint32_t stream = pkdi_chrome_stream(chrome, event->node, link);

	if (pkdi_trace_is_output(link) && stream != PKD_NONE && pkdi_trace_seq(link))
		*find_source(chrome, stream, pkdi_trace_seq(link)) =
			(struct pkdi_chrome_source){stream, pkdi_trace_seq(link), event};
}

static void add_flow(struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                     uint64_t link)
{
	uint32_t stream = pkdi_chrome_stream(chrome, event->node, link);
	const struct pkdi_chrome_source *source;

	if (pkdi_trace_is_output(link) || stream == PKD_NONE || !pkdi_trace_seq(link))
		return;
	source = find_source(chrome, stream, pkdi_trace_seq(link));
	/* It ends after that was published. */
	if (source->seq && event->start_ns + event->duration_ns >= source->event->start_ns)
		chrome->flows[chrome->n_flows++] = (struct pkdi_chrome_flow){source->event, event,
		                                                             stream};
}

static void count_value(struct pkdi_chrome *chrome, const struct pkdi_trace_event *event,
                        uint64_t link)
{
	(void)event;
	if (pkdi_trace_is_output(link))
		chrome->n_sources++;
	else
		chrome->n_flows++;
}

static bool find_flows(struct pkdi_chrome *chrome)
{
	uint64_t size = 16;

	for_values(chrome, count_value);
	while (size < 2 * chrome->n_sources)
		size *= 2;
	chrome->n_sources = size;
	chrome->sources = calloc(size, sizeof(*chrome->sources));
	chrome->flows = calloc(chrome->n_flows + 1, sizeof(*chrome->flows));
	chrome->n_flows = 0;
	if (!chrome->sources || !chrome->flows)
		return false;
	for_values(chrome, add_source);
	for_values(chrome, add_flow);
	free(chrome->sources);
	chrome->sources = NULL;
	return true;
}

/* ---- All of it ---- */

struct pkdi_chrome *pkdi_chrome_create(const struct pkdi_run *run)
{
	struct pkdi_chrome *chrome = calloc(1, sizeof(*chrome));
	uint32_t session = pkdi_traces_session(run);
	int r = 0;

	if (!chrome)
		return NULL;
	chrome->run = run;
	chrome->n_parts = run->n_processes + 1;
	chrome->parts = calloc(chrome->n_parts, sizeof(*chrome->parts));
	if (!chrome->parts)
		r = -1;
	for (uint32_t i = 0; i < chrome->n_parts && r == 0; i++) {
		const struct pkdi_trace_ring *ring = pkdi_trace_ring(run, i);

		chrome->parts[i].first = chrome->n_events;
		if (ring && session)
			r = pkdi_trace_copy(ring, session, &chrome->parts[i].copy);
		chrome->n_events += chrome->parts[i].copy.n;
	}
	/* Name and order, of each. */
	chrome->n_meta = 2 * (uint64_t)chrome->n_parts + run->n_processes +
	                 2 * run->program->n_nodes;
	if (r == 0 && find_flows(chrome))
		return chrome;
	pkdi_chrome_destroy(chrome);
	return NULL;
}

void pkdi_chrome_destroy(struct pkdi_chrome *chrome)
{
	if (!chrome)
		return;
	for (uint32_t i = 0; chrome->parts && i < chrome->n_parts; i++)
		free(chrome->parts[i].copy.events);
	free(chrome->parts);
	free(chrome->flows);
	free(chrome->sources);
	free(chrome);
}

uint64_t pkdi_chrome_count(const struct pkdi_chrome *chrome)
{
	return chrome->n_meta + chrome->n_events + 2 * chrome->n_flows;
}
