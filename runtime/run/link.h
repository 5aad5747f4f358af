/* Sets the pointers between the parts of a run. */
#ifndef PKDI_LINK_H
#define PKDI_LINK_H

#include "run/run.h"

/* Requires that everything has been allocated at its final address. */
void pkdi_link(struct pkdi_run *run);

#endif
