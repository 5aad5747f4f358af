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
	PKDI_PATH_STANDARD, /* a descriptor that the program was given */
	PKDI_PATH_THERE,    /* a file or a directory to be opened by the node */
	PKDI_PATH_STREAM,   /* an output that takes bytes for good: a pipe, a terminal, a device */
	PKDI_PATH_OUTPUT,   /* a regular file that is made, or continued */
};

struct pkdi_path {
	const struct pkd_right *right;
	bool holds;       /* its `when` is true, and nothing replaces it */
	const char *text; /* as the user gave it; NULL where the right has no path */
	enum pkdi_path_kind kind;
	int fd;       /* THERE, STREAM: of O_PATH. STANDARD: the one given. Else -1 */
	dev_t device; /* THERE: of what is there */
	ino_t inode;
	struct pkdi_unnamed output; /* OUTPUT */
};

static inline bool pkdi_right_is_output(const struct pkd_right *right)
{
	return right->kind == PKD_WRITES || right->kind == PKD_APPENDS;
}

/* Sets kind, fd, device and inode, where something is there: else `fd` is -1, with errno. */
void pkdi_path_look(struct pkdi_path *path, const char *text);

/* A descriptor for writing to it, for its node. 0 … or -errno; -EINTR when `stopping` says so while
 * a pipe has no reader. `wait` is called once, when that has lasted a second. */
int pkdi_path_open(const struct pkdi_path *path, bool (*stopping)(const void *context),
                   void (*wait)(const void *context), const void *context);

#endif
