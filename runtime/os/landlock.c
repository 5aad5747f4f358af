#define _GNU_SOURCE
#include "os/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same numbers on all architectures; older headers do not have them. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, VERSION = 1, PATH_BENEATH = 1 };

/* For each ABI, the number of file rights, and whether it has scopes. */
static const int n_rights[] = {0, 13, 14, 15, 15, 16};
enum { N_ABIS = sizeof(n_rights) / sizeof(n_rights[0]), SCOPES_ABI = 6 };

struct attr {
	uint64_t access_fs, access_net, scoped;
};

struct path_beneath {
	uint64_t access;
	int32_t fd;
} __attribute__((packed));

/* Rights that a rule for a file may have; the others are for directories. */
#define OF_FILES (PKDI_FS_EXECUTE | PKDI_FS_WRITE | PKDI_FS_READ_FILE | PKDI_FS_IOCTL_DEV)

int pkdi_landlock_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, VERSION);

#ifdef PKD_TEST_LANDLOCK_ABI /* as an older kernel would be */
	if (abi > PKD_TEST_LANDLOCK_ABI)
		abi = PKD_TEST_LANDLOCK_ABI;
#endif
	return abi > 0 ? (int)abi : 0;
}

int pkdi_landlock_init(struct pkdi_landlock *ruleset, int abi, uint64_t access, uint64_t scopes)
{
	int n = n_rights[abi < N_ABIS ? abi : N_ABIS - 1];
	struct attr attr = {
		.access_fs = access & ((UINT64_C(1) << n) - 1),
		.scoped = abi >= SCOPES_ABI ? scopes : 0,
	};

	*ruleset = (struct pkdi_landlock){-1, abi, attr.access_fs};
	ruleset->fd = (int)syscall(CREATE_RULESET, &attr,
	                           abi >= SCOPES_ABI ? sizeof(attr) : sizeof(attr.access_fs), 0);
	return ruleset->fd < 0 ? -errno : 0;
}

int pkdi_landlock_allow(const struct pkdi_landlock *ruleset, int fd, uint64_t access)
{
	struct path_beneath rule = {access & ruleset->access, fd};
	struct stat file;

	if (fstat(fd, &file) < 0)
		return -errno;
	if (!S_ISDIR(file.st_mode))
		rule.access &= OF_FILES;
	if (!rule.access)
		return 0;
	return syscall(ADD_RULE, ruleset->fd, PATH_BENEATH, &rule, 0) < 0 ? -errno : 0;
}

int pkdi_landlock_allow_path(const struct pkdi_landlock *ruleset, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = pkdi_landlock_allow(ruleset, fd, access);
	close(fd);
	return r;
}

int pkdi_landlock_enforce(const struct pkdi_landlock *ruleset)
{
	return syscall(RESTRICT_SELF, ruleset->fd, 0) < 0 ? -errno : 0;
}

void pkdi_landlock_finish(struct pkdi_landlock *ruleset)
{
	if (ruleset->fd >= 0)
		close(ruleset->fd);
	ruleset->fd = -1;
}
