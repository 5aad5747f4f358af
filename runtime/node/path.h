/* A path that a node declares, as the supervisor has resolved it before the first fork. Its
 * descriptors outlive the node's process, so a link that is created later cannot redirect an
 * incarnation. */
#ifndef PKDI_PATH_H
#define PKDI_PATH_H

#include <pkd/program.h>

#include "os/unnamed.h"

/* The bit of a right in its node's word `opened`; rights beyond 63 share the last bit. */
#define PKDI_OPENED_BIT(right) (UINT64_C(1) << ((right) < 63 ? (right) : 63))

enum pkdi_path_kind {
	PKDI_PATH_NONE, /* the right does not apply, or nothing is there: the node will find out */
	PKDI_PATH_URL,  /* the network */
	PKDI_PATH_STANDARD, /* one of the descriptors 0, 1 and 2 */
	PKDI_PATH_THERE,    /* an existing file or directory, which the node opens */
	PKDI_PATH_STREAM,   /* an output that cannot be taken back: a pipe, a terminal, a device */
	PKDI_PATH_OUTPUT,   /* a regular file that is created or continued */
};

struct pkdi_path {
	const struct pkd_right *right;
	bool holds;       /* its `when` is true, and nothing replaces it */
	const char *text; /* as the user gave it; NULL where the right has no path */
	enum pkdi_path_kind kind;
	int fd;       /* THERE, STREAM: of O_PATH. STANDARD: 0, 1 or 2. Else -1 */
	dev_t device; /* THERE: of what is there */
	ino_t inode;
	struct pkdi_unnamed output; /* OUTPUT */
};

/* A descriptor for writing to it, for its node. 0 … or -errno; -EINTR if `stopping` returns true
 * while a pipe has no reader. `wait` is called once, after a second of that. */
int pkdi_path_open(const struct pkdi_path *path, bool (*stopping)(const void *context),
                   void (*wait)(const void *context), const void *context);

#endif
