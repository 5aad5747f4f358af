/* The same command on another machine. */
#ifndef PKD_REMOTE_H
#define PKD_REMOTE_H

#include "pkd/command.h"

/* Becomes `ssh HOST pkd ...`, whose exit status is that of pkd there. Returns a status only where
 * that fails, after a message. */
int remote_run(const struct call *call);

#endif
