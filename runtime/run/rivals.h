/* Paths of nodes that lead to one file: what one of them writes, no other may read or write; nor
 * does anything take the place of what the program itself has read. */
#ifndef PKDI_RIVALS_H
#define PKDI_RIVALS_H

#include <sys/stat.h>

#include "run/run.h"

/* What an output will take the place of. */
struct pkdi_target {
	const char *name; /* in its directory */
	struct stat directory, old;
	bool has_old;
};

/* A path of another node that leads to the same. */
struct pkdi_rival {
	const struct pkdi_node *node; /* NULL: there is none */
	const struct pkdi_path *path;
};

/* Of the paths that have been resolved so far. */
struct pkdi_rival pkdi_rival_of_target(const struct pkdi_run *run,
                                       const struct pkdi_target *target);

/* What of the program itself has read that file; NULL: nothing. */
const char *pkdi_target_reader(const struct pkdi_run *run, const struct pkdi_target *target);

/* Whether that output has the same place. */
bool pkdi_target_is_of(const struct pkdi_target *target, const struct pkdi_unnamed *output);

/* Whoever reads or writes what that descriptor is of, if it is a file or a pipe; of others, such
 * as a terminal, two may write to one, but not by the same number. */
struct pkdi_rival pkdi_rival_of_descriptor(const struct pkdi_run *run,
                                           const struct pkdi_path *path);

#endif
