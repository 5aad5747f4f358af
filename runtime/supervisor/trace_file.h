/* The file that --trace names. */
#ifndef PKDI_TRACE_FILE_H
#define PKDI_TRACE_FILE_H

#include "supervisor/report_file.h"

/* Writes what the rings have, and gives the file its name. 0, or -errno after one line. */
int pkdi_trace_file_write(struct pkdi_report_file *file, const struct pkdi_run *run);

#endif
