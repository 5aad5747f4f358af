/* What a program counts, in the text format of Prometheus, version 0.0.4. */
#ifndef PKDI_METRICS_H
#define PKDI_METRICS_H

#include "console/page.h"

/* As `write` of struct pkdi_page. What belongs together (the lines of one node in one family) is
 * written together, of one moment. */
bool pkdi_metrics_write(const struct pkdi_run *run, struct pkdi_page_cursor *cursor,
                        struct pkdi_out *out);

#endif
