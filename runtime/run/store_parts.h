/* What the files of store.c share. */
#ifndef PKDI_STORE_PARTS_H
#define PKDI_STORE_PARTS_H

#include "run/run.h"

/* Every file in the directory has a name that begins so. */
#define PKDI_STORE_PREFIX "pkd-"
#define PKDI_STORE_RUN PKDI_STORE_PREFIX "run"
#define PKDI_STORE_NEW_RUN PKDI_STORE_PREFIX "run.new"
#define PKDI_STORE_OUTPUTS PKDI_STORE_PREFIX "outputs"
#define PKDI_STORE_LOCK PKDI_STORE_PREFIX "lock"

/* "--state DIR: …" as an error. Returns -error. */
int pkdi_store_refuse(const struct pkdi_run *run, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* Which run it is. */
int pkdi_store_write_identity(struct pkdi_run *run, const struct pkdi_options *options);

/* Whether the run that is there is this one: 1; 0 = there is none, as it was begun and not
 * finished; or -errno after one line. Whether the run has made the directory is read, too. */
int pkdi_store_compare(struct pkdi_run *run, const struct pkdi_options *options);

#endif
