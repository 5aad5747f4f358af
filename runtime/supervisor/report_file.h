/* A file that tells of a whole run, --trace or --account: it is made before anything starts, and
 * gets its name when it is whole, after all processes have ended. */
#ifndef PKDI_REPORT_FILE_H
#define PKDI_REPORT_FILE_H

#include "os/unnamed.h"
#include "run/run.h"

struct pkdi_report_file {
	const char *option; /* for messages */
	const char *path;   /* NULL: there is none */
	struct pkdi_unnamed file;
};

/* 0, or -errno after one line: then nothing was changed. `other` is one that was opened before, or
 * NULL: both cannot have one name. */
int pkdi_report_file_open(struct pkdi_report_file *file, const struct pkdi_run *run,
                          const struct pkdi_report_file *other, const char *option,
                          const char *path);

/* Gives it its name, unless writing it has failed with `r`. 0, or -errno after one line. */
int pkdi_report_file_name(struct pkdi_report_file *file, const struct pkdi_run *run, int r);

void pkdi_report_file_finish(struct pkdi_report_file *file);

#endif
