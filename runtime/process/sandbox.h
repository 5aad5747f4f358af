/* What a process may do besides computing: what its nodes declare, and for every node nothing to other
 * processes. Enforced by landlock, as far as the kernel has it, and by a filter of system calls.
 *
 * A node that is subverted by what it reads can then harm neither its siblings nor the supervisor nor
 * files that are not its own. A node that was written to attack is not contained: all nodes are in one
 * executable, and what they run at its start runs before any of this. */
#ifndef PKDI_SANDBOX_H
#define PKDI_SANDBOX_H

#include <stdbool.h>

#include "run/run.h"

/* What a refused call was; SIGSYS comes with it as si_errno, plus 1. */
enum pkdi_refusal {
	PKDI_REFUSED_OTHERS,     /* to reach into other processes: nobody may */
	PKDI_REFUSED_PRIVILEGES, /* to change what the process is allowed to do: nobody may */
	PKDI_REFUSED_SYSTEM,     /* to change the system: nobody may */
	PKDI_REFUSED_FILES,      /* to change what a file is to others: no declared node may */
	PKDI_REFUSED_IPC,        /* what has a name outside of files: no declared node may */
	PKDI_REFUSED_PROGRAMS,   /* to start one, without `executes` */
	PKDI_REFUSED_LIMIT,      /* to start one, where the deploy forbids it */
	PKDI_REFUSED_NETWORK,    /* a socket, without `network` */
	PKDI_REFUSED_SETTLED,    /* to open something, after `settled after init` */
};

/* What the nodes of a process declare, together. */
struct pkdi_rights {
	bool everything; /* one of them declares nothing: it may touch what the user may */
	bool network, unix_sockets, display, settled;
	bool executes, executes_any; /* some programs; all that are installed */
	bool devices;                /* all of them */
	bool no_processes;           /* the deploy says so, whatever the nodes declare */
};

struct pkdi_rights pkdi_sandbox_rights(const struct pkdi_run *run, uint32_t index);

/* Says, before the first fork, what is not enforced: by the user's wish, or as this kernel cannot. */
void pkdi_sandbox_report(const struct pkdi_run *run, bool quiet);

/* Confines the calling process, which is process `index`: last before the nodes' own code runs. 0 or
 * -errno. */
int pkdi_sandbox_enter(struct pkdi_run *run, uint32_t index);

/* Takes away what nodes that are `settled after init` need no more, from all threads. 0 or -errno. */
int pkdi_sandbox_settle(const struct pkdi_run *run, uint32_t index);

/* The name of a refused call, NULL = of none that is refused. */
const char *pkdi_sandbox_call_name(int call);

/* What is wrong with it and what to write, as the end of a sentence. */
const char *pkdi_sandbox_reason(enum pkdi_refusal refusal);

#endif
