/* The file that --trace names: it is made before anything starts, and gets its name when it is
 * whole, after all processes have ended. */
#ifndef PKDI_TRACE_FILE_H
#define PKDI_TRACE_FILE_H

#include "os/unnamed.h"
#include "run/run.h"

struct pkdi_trace_file {
	const char *path; /* NULL: there is none */
	struct pkdi_unnamed file;
};

/* 0, or -errno after one line: then nothing was changed. */
int pkdi_trace_file_open(struct pkdi_trace_file *trace, const struct pkdi_run *run,
                         const char *path);

/* Writes what the rings have, and gives the file its name. 0, or -errno after one line. */
int pkdi_trace_file_write(struct pkdi_trace_file *trace, const struct pkdi_run *run);

void pkdi_trace_file_finish(struct pkdi_trace_file *trace);

#endif
