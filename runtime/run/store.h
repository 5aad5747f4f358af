/* Where the memory of a run lies that outlives its processes: without a name, or with --state in
 * files of a directory, so that a program whose processes were all killed goes on where it was, as
 * after a restart of each of them. The files are the maps themselves, and are never written to
 * otherwise: what a process has stored is there, whatever happens to it. They say nothing once the
 * machine has been started anew, since not all that was stored has reached a disk, and times are
 * those of its clock. */
#ifndef PKDI_STORE_H
#define PKDI_STORE_H

#include "options/options.h"
#include "os/shm.h"
#include "os/unnamed.h"

struct pkdi_run;

struct pkdi_store {
	int directory; /* -1 = there is none */
	int lock;      /* a file in it; every process of the program holds it */
	const char *path;
	bool resumes; /* goes on with what is there */
	bool is_made; /* by this run, so that it is removed with it */
	int outputs;  /* the list of output files, appended to; -1 = none */
};

/* With --state opens the directory, and finds out what is there. 0, or -errno after one line. */
int pkdi_store_open(struct pkdi_run *run, const struct pkdi_options *options);

/* Memory of `size` bytes, with the writable map: new and zeroed, or as it was left. Sealed. 0 or
 * -errno. */
int pkdi_store_map(const struct pkdi_run *run, struct pkdi_map *map, const char *name,
                   uint32_t index, size_t size);

/* An output file as it was left, if it was there: 1; 0 = it is to be created, and noted then; or
 * -errno after one line. */
int pkdi_store_find_output(const struct pkdi_run *run, uint32_t node, uint32_t right,
                           const char *path, struct pkdi_unnamed *ret_file);
int pkdi_store_note_output(const struct pkdi_run *run, uint32_t node, uint32_t right,
                           const struct pkdi_unnamed *file);

/* All memory is there: what belongs to the processes of the last time is cleared. 0, or -errno
 * after one line. */
int pkdi_store_begin(struct pkdi_run *run, const struct pkdi_options *options);

/* Whether every node has ended: then the files are removed; otherwise they are kept, and a line
 * says how to go on. */
void pkdi_store_end(struct pkdi_run *run);

void pkdi_store_finish(struct pkdi_store *store);

#endif
