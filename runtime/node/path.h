/* A path that a node's declaration names, as the supervisor has resolved it before the first fork.
 * Its descriptors outlive the node's process, so that no incarnation can be led astray by a link
 * that came later. */
#ifndef PKDI_PATH_H
#define PKDI_PATH_H

#include <pkd/program.h>

#include "os/unnamed.h"

/* Of a node's right in its word `opened`; rights beyond 63 share the last bit. */
#define PKDI_OPENED_BIT(right) (UINT64_C(1) << ((right) < 63 ? (right) : 63))

enum pkdi_path_kind {
	PKDI_PATH_NONE, /* the right does not hold, or nothing is there: the node will find out */
	PKDI_PATH_URL,  /* the network */
	PKDI_PATH_STANDARD, /* one of the descriptors 0, 1 and 2 */
	PKDI_PATH_THERE,    /* a file or a directory to be opened by the node */
	PKDI_PATH_STREAM,   /* an output that takes bytes for good: a pipe, a terminal, a device */
	PKDI_PATH_OUTPUT,   /* a regular file that is made, or continued */
};

struct pkdi_path {
	const struct pkd_right *right;
	bool holds;       /* its `when` is true, and nothing takes its place */
	const char *text; /* as the user gave it; NULL where the right has no path */
	enum pkdi_path_kind kind;
	int fd;       /* THERE, STREAM: of O_PATH. STANDARD: 0, 1 or 2. Else -1 */
	dev_t device; /* THERE: of what is there */
	ino_t inode;
	struct pkdi_unnamed output; /* OUTPUT */
};

/* A descriptor for writing to it, for its node. 0 … or -errno; -EINTR when `stopping` says so while
 * a pipe has no reader. `wait` is called once, when that has lasted a second. */
int pkdi_path_open(const struct pkdi_path *path, bool (*stopping)(const void *context),
                   void (*wait)(const void *context), const void *context);

#endif
