#include "run/traces.h"

#include <errno.h>

struct pkdi_trace_ring *pkdi_trace_ring(const struct pkdi_run *run, uint32_t process)
{
	char *at = run->traces_map.address;

	return at ? (struct pkdi_trace_ring *)(void *)(at + process * PKDI_TRACE_SIZE) : NULL;
}

int pkdi_traces_create(struct pkdi_run *run, bool starts)
{
	int r = pkdi_map_create_empty(&run->traces_map, "pkd-traces",
	                              (run->n_processes + 1) * PKDI_TRACE_SIZE);

	if (r == 0 && starts)
		r = pkdi_traces_switch(run, true);
	if (r < 0) {
		pkdi_map_finish(&run->traces_map);
		return starts ? r : 0;
	}
	for (uint32_t i = 0; i < run->n_processes; i++)
		run->processes[i].trace.ring = pkdi_trace_ring(run, i);
	run->trace.ring = pkdi_trace_ring(run, run->n_processes);
	return 0;
}

int pkdi_traces_switch(const struct pkdi_run *run, bool on)
{
	_Atomic uint32_t *tracing = &run->live.wishes->tracing;
	uint32_t session = atomic_load(tracing);
	int r;

	if (session % 2 == on)
		return 0;
	if (!run->traces_map.address)
		return -ENOMEM;
	r = on ? pkdi_map_populate(&run->traces_map) : 0;
	if (r == 0)
		atomic_store(tracing, session + 1);
	return r;
}

uint32_t pkdi_traces_session(const struct pkdi_run *run)
{
	uint32_t session = atomic_load(&run->live.wishes->tracing);

	return session ? session - (session % 2 == 0) : 0;
}

void pkdi_traces_note(struct pkdi_run *run, const struct pkdi_trace_event *event)
{
	pkdi_trace_look(&run->trace, atomic_load(&run->live.wishes->tracing));
	if (run->trace.on)
		pkdi_trace_write(&run->trace, event);
}
