/* Keeps a process from system calls that none of its nodes may make, by a filter; what such a
 * call is told to be. */
#ifndef PKDI_CONFINE_CALLS_H
#define PKDI_CONFINE_CALLS_H

#include "process/rights.h"

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

/* The name of a refused call, NULL = of none that is refused. */
const char *pkdi_refused_call_name(int call);

/* What is wrong with it and what to write, as the end of a sentence. */
const char *pkdi_refusal_reason(enum pkdi_refusal refusal);

/* For good, the calling thread and all that it starts. 0 or -errno. */
int pkdi_confine_calls(const struct pkdi_run *run, const struct pkdi_rights *rights);

/* What nodes need no more that are `settled after init`, of all threads. 0 or -errno. */
int pkdi_confine_settled(void);

#endif
