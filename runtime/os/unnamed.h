/* A file without a name, which takes its place in a directory when its first content stands: until
 * then what was there before is as it was. Whoever writes it holds a lock on it (flock), and on
 * what it is to replace, so that two programs never write one file. */
#ifndef PKDI_UNNAMED_H
#define PKDI_UNNAMED_H

#include <stdbool.h>
#include <sys/types.h>

struct pkdi_unnamed {
	int fd;           /* for reading and writing; -1 = none */
	int directory_fd; /* where it will be … */
	char *name;       /* … and as what, without a slash */
	char *temporary;  /* its name until then, where the file system has no unnamed files */
	int old_fd;       /* what is there now, locked; -1 = nothing */
	dev_t old_device;
	ino_t old_inode;
	bool named;
};

/* Where `path` leads when its last parts are links, even to nothing: a file would be made there.
 * Returns allocated memory, or NULL with errno. */
char *pkdi_follow_links(const char *path);

/* Opens the directory, locks the old file, makes the new one. `path` has been followed. With
 * `as_it_is` an old file is opened instead, and has its name already. 0, or -errno: -EWOULDBLOCK
 * when another program writes the file, -EBUSY when something is mounted there. Nothing is held on
 * failure. */
int pkdi_unnamed_create(struct pkdi_unnamed *file, const char *path, bool as_it_is);

/* Gives it its name. 0, or -errno: -EEXIST when another file has come to be there meanwhile. */
int pkdi_unnamed_name(struct pkdi_unnamed *file);

/* 0 while its name leads to it; -ENOENT when it was removed, -ESTALE when it was replaced; -EXDEV
 * when it is there by another name only. */
int pkdi_unnamed_check(const struct pkdi_unnamed *file);

void pkdi_unnamed_finish(struct pkdi_unnamed *file);

#endif
