/* The pointers between the parts of a run. */
#ifndef PKDI_LINK_H
#define PKDI_LINK_H

#include "run/run.h"

/* Everything has been allocated, and lies where it will stay. */
void pkdi_link(struct pkdi_run *run);

#endif
