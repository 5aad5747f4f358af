/* What a run tells about itself: a progress line while it runs, a table when it has ended. Both
 * only read the words that nodes count in anyway. */
#ifndef PKDI_STATS_H
#define PKDI_STATS_H

#include "run/run.h"
#include "supervisor/lifecycle.h"

struct pkdi_progress {
	int64_t start_ns;
	int64_t last_ns;
	uint64_t last_number;
	double rate; /* frames a second, smoothed */
};

void pkdi_progress_init(struct pkdi_progress *progress, int64_t now_ns);
void pkdi_progress_show(struct pkdi_progress *progress, const struct pkdi_run *run, int64_t now_ns);
void pkdi_progress_clear(const struct pkdi_run *run);

/* With --quiet: a line for each node of which frames have failed. */
void pkdi_stats_failed(const struct pkdi_run *run);
void pkdi_stats_table(const struct pkdi_run *run, const struct pkdi_life *lives,
                      int64_t elapsed_ns);

#endif
