/* A trace of a program in the Trace Event Format, as Perfetto and Chrome read it: each process is
 * one there, each node a thread of it, and another thread has the waits of the process. A flow
 * leads from the firing that published a value to each firing that took it, where both are. */
#ifndef PKDI_CHROME_H
#define PKDI_CHROME_H

#include "console/out.h"
#include "run/run.h"

/* A copy of all that the rings have, and what follows from it. The program may go on meanwhile. */
struct pkdi_chrome;

/* NULL: there is not enough memory. */
struct pkdi_chrome *pkdi_chrome_create(const struct pkdi_run *run);
void pkdi_chrome_destroy(struct pkdi_chrome *chrome);

/* How many items there are to be written; and one of them: an object of the array "traceEvents", or
 * nothing. No item takes more than PKDI_CHROME_ITEM bytes. Flows are the last. */
#define PKDI_CHROME_ITEM 4000
uint64_t pkdi_chrome_count(const struct pkdi_chrome *chrome);
void pkdi_chrome_write(const struct pkdi_chrome *chrome, uint64_t item, struct pkdi_out *out);

/* The members of "otherData": how much of the session was overwritten, and from when on all is
 * there. */
void pkdi_chrome_write_other(const struct pkdi_chrome *chrome, struct pkdi_out *out);

#endif
