/* The memory of traces: a ring for each process, and behind them one of the supervisor, which need
 * no memory until they are written to. */
#ifndef PKDI_TRACES_H
#define PKDI_TRACES_H

#include "run/run.h"

/* `starts`: a session begins with the program, and there must be room for it. Without, a program
 * that has no room for traces has none. 0 or -errno. The wishes are there. */
int pkdi_traces_create(struct pkdi_run *run, bool starts);

/* Of process number `process`; of the supervisor behind them. NULL: there are none. */
struct pkdi_trace_ring *pkdi_trace_ring(const struct pkdi_run *run, uint32_t process);

/* Begins a session, or ends it; nothing where that has been done. -errno: there is no room. */
int pkdi_traces_switch(const struct pkdi_run *run, bool on);

/* The number of the session that lasts, or was the last; 0 = there was none. */
uint32_t pkdi_traces_session(const struct pkdi_run *run);

/* An event of the supervisor's, if there is a session. */
void pkdi_traces_note(struct pkdi_run *run, const struct pkdi_trace_event *event);

#endif
