/* Landlock (landlock(7)), as far as this kernel supports it: what a thread and all that it
 * starts may do with files, and which processes it may reach. */
#ifndef PKDI_LANDLOCK_H
#define PKDI_LANDLOCK_H

#include <stdint.h>

/* Rights to files, as in <linux/landlock.h>, whose Debian 12 version lacks the later ones. */
#define PKDI_FS_EXECUTE (UINT64_C(1) << 0)
#define PKDI_FS_WRITE_FILE (UINT64_C(1) << 1)
#define PKDI_FS_READ_FILE (UINT64_C(1) << 2)
#define PKDI_FS_REFER (UINT64_C(1) << 13)     /* ABI 2 */
#define PKDI_FS_IOCTL_DEV (UINT64_C(1) << 15) /* ABI 5 */

/* Sets of them. */
#define PKDI_FS_READ (UINT64_C(3) << 2)                        /* files and directories */
#define PKDI_FS_WRITE (PKDI_FS_WRITE_FILE | UINT64_C(1) << 14) /* and truncate, ABI 3 */
#define PKDI_FS_MAKE (PKDI_FS_WRITE | UINT64_C(0x1b) << 4 | PKDI_FS_REFER) /* files, directories */
#define PKDI_FS_ALL (PKDI_FS_IOCTL_DEV * 2 - 1)

/* Processes outside its own domain may be reached by … */
#define PKDI_SCOPE_ABSTRACT_UNIX (UINT64_C(1) << 0) /* ABI 6 */
#define PKDI_SCOPE_SIGNAL (UINT64_C(1) << 1)        /* ABI 6 */

struct pkdi_landlock {
	int fd, abi;
	uint64_t access; /* what the ruleset refuses unless allowed */
};

/* The ABI of this kernel; 0 = landlock is missing or off. */
int pkdi_landlock_abi(void);

/* Begins a ruleset that refuses `access` to files and what crosses `scopes`, each as far as
 * `abi` supports it. A process that enforces it can also not trace other domains, nor read their
 * memory through /proc. 0 or -errno. */
int pkdi_landlock_init(struct pkdi_landlock *ruleset, int abi, uint64_t access, uint64_t scopes);

/* Allows `access` to the file, or to everything below the directory, that `fd` refers to (O_PATH
 * suffices). 0 or -errno. */
int pkdi_landlock_allow(const struct pkdi_landlock *ruleset, int fd, uint64_t access);

/* The same by path. -ENOENT for a path that does not exist, which needs no rule. */
int pkdi_landlock_allow_path(const struct pkdi_landlock *ruleset, const char *path,
                             uint64_t access);

/* Enforces it from here on for the calling thread and all that it starts. Requires no_new_privs. */
int pkdi_landlock_enforce(const struct pkdi_landlock *ruleset);

void pkdi_landlock_finish(struct pkdi_landlock *ruleset);

#endif
