/* What a process may do besides computing, by what its nodes declare. */
#ifndef PKDI_RIGHTS_H
#define PKDI_RIGHTS_H

#include <stdbool.h>

#include "run/run.h"

/* What the nodes of a process declare, together. */
struct pkdi_rights {
	bool everything; /* one of them declares nothing: it may touch what the user may */
	bool network, unix_sockets, display, settled;
	bool writes;                 /* to some files */
	bool executes, executes_any; /* some programs; all that are installed */
	bool devices;                /* all of them */
	bool no_processes;           /* the deploy says so, whatever the nodes declare */
};

struct pkdi_rights pkdi_rights_of(const struct pkdi_run *run, uint32_t index);

/* May it start processes? */
bool pkdi_rights_may_execute(const struct pkdi_rights *rights);

#endif
