/* The list of output files in the directory of --state, by which the next start finds them. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/store_parts.h"

/* The file has one after the other. */
struct noted {
	uint32_t node, right;
	uint64_t device, inode;
	char temporary[NAME_MAX + 1]; /* "" = none */
};

/* False: there is none, or the list was cut off there. */
static bool find_noted(const struct pkdi_store *store, uint32_t node, uint32_t right,
                       struct noted *ret_noted)
{
	off_t at = 0;

	while (pread(store->outputs, ret_noted, sizeof(*ret_noted), at) == sizeof(*ret_noted)) {
		ret_noted->temporary[NAME_MAX] = '\0';
		if (ret_noted->node == node && ret_noted->right == right)
			return true;
		at += (off_t)sizeof(*ret_noted);
	}
	return false;
}

int pkdi_store_find_output(const struct pkdi_run *run, uint32_t node, uint32_t right,
                           const char *path, struct pkdi_unnamed *ret_file)
{
	struct noted noted;
	int r;

	if (!run->store.resumes || !find_noted(&run->store, node, right, &noted))
		return 0;
	r = pkdi_unnamed_reopen(ret_file, path, noted.temporary, noted.device, noted.inode);
	if (r < 0)
		return pkdi_store_refuse(run, -r,
		                         "cannot resume the run there: its output '%s' %s; remove "
		                         "the directory to begin anew",
		                         path,
		                         r == -ENOENT   ? "is not there any more"
		                         : r == -ESTALE ? "was replaced by another file"
		                                        : strerror(-r));
	return 1;
}

int pkdi_store_note_output(const struct pkdi_run *run, uint32_t node, uint32_t right,
                           const struct pkdi_unnamed *file)
{
	struct noted noted = {.node = node, .right = right};
	struct stat status;
	ssize_t n = fstat(file->fd, &status) < 0 ? -1 : 0;

	if (n == 0) {
		noted.device = status.st_dev;
		noted.inode = status.st_ino;
		snprintf(noted.temporary, sizeof(noted.temporary), "%s",
		         file->temporary ? file->temporary : "");
		n = write(run->store.outputs, &noted, sizeof(noted));
	}
	if (n == sizeof(noted))
		return 0;
	return pkdi_store_refuse(run, n < 0 ? errno : ENOSPC, "cannot write there: %s",
	                         strerror(n < 0 ? errno : ENOSPC));
}
