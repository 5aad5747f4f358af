/* A file without a name, which is linked into its directory when its first content is complete:
 * until then an old file of that name is unchanged. The writer holds a lock on it (flock), and
 * on the file that it will replace, so two programs never write one file. */
#ifndef PKDI_UNNAMED_H
#define PKDI_UNNAMED_H

#include <stdbool.h>
#include <sys/types.h>

struct pkdi_unnamed {
	int fd;           /* for reading and writing; -1 = none */
	int directory_fd; /* where it will be … */
	char *name;       /* … and as what, without a slash */
	char *temporary;  /* its name until then, where the file system has no unnamed files */
	int old_fd;       /* the existing file, locked; -1 = none */
	dev_t old_device;
	ino_t old_inode;
	bool named;
};

/* Where `path` leads if its last parts are links, even dangling ones: a file would be created
 * there. Returns allocated memory, or NULL with errno. */
char *pkdi_follow_links(const char *path);

/* Opens the directory, locks the old file, creates the new one. The links of `path` have been
 * followed. With `as_it_is` an old file is opened instead, and already has its name. 0, or
 * -errno: -EWOULDBLOCK if another program writes the file, -EBUSY if something is mounted there.
 * On failure nothing is held. */
int pkdi_unnamed_create(struct pkdi_unnamed *file, const char *path, bool as_it_is);

/* For a file that this program's next start must find again: gives it a temporary name, if it has
 * no name yet. */
int pkdi_unnamed_keep(struct pkdi_unnamed *file);

/* Opens it as it was left: under its name, or under that temporary one ("" = it had none).
 * -ENOENT if it is not there, -ESTALE if another file is. */
int pkdi_unnamed_reopen(struct pkdi_unnamed *file, const char *path, const char *temporary,
                        dev_t device, ino_t inode);

/* It stays where it is when it is finished. */
void pkdi_unnamed_leave(struct pkdi_unnamed *file);

/* Gives it its name. 0, or -errno: -EEXIST if another file has appeared there in the meantime. */
int pkdi_unnamed_name(struct pkdi_unnamed *file);

/* 0 while its name leads to it; -ENOENT if it was removed, -ESTALE if it was replaced; -EXDEV if
 * it only has another name. */
int pkdi_unnamed_check(const struct pkdi_unnamed *file);

void pkdi_unnamed_finish(struct pkdi_unnamed *file);

#endif
