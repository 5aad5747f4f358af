/* Where a program is found: a Unix socket of its own in a directory of its user. Only that user can
 * connect, or a group besides, which may also read the directory; only that user writes it. */
#ifndef PKDI_PLACE_H
#define PKDI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { PKDI_PLACE_PATH = 256, PKDI_PLACE_NAME = 32 };

/* No group. */
#define PKDI_NO_GROUP ((gid_t)-1)

struct pkdi_rendezvous {
	int directory;              /* -1: there is no place */
	int socket;                 /* listens, without blocking */
	char path[PKDI_PLACE_PATH]; /* of the directory */
	char name[PKDI_PLACE_NAME]; /* of the socket in it: "1234.sock" */
	ino_t inode;                /* of the socket */
};

/* The directories in which programs of this user are looked for; the first that can be used
 * counts: $PKD_DIR alone where it is set; else $XDG_RUNTIME_DIR/pkd, /run/pkd, /tmp/pkd-UID. A
 * path that is too long is none of them. */
struct pkdi_candidates {
	unsigned n;
	unsigned n_private; /* of them, the first: no other user gets that far */
	bool is_told;       /* by $PKD_DIR */
	char paths[3][PKDI_PLACE_PATH];
};
struct pkdi_candidates pkdi_place_candidates(void);

/* What a directory is opened for: to listen in, then it is made where it is missing; to look for
 * programs of this user; to look where the user has said, which may be another user's. */
enum pkdi_place_use { PKDI_PLACE_LISTEN, PKDI_PLACE_LOOK, PKDI_PLACE_LOOK_AS_TOLD };

/* Opens a directory if it can be trusted: no link, of this user unless that was told otherwise,
 * written by its owner alone; of this user also closed to all but a group. Returns the descriptor,
 * or a negative errno; *ret_why is what is wrong, as the end of a sentence. */
int pkdi_place_directory(const char *path, enum pkdi_place_use use, const char **ret_why);

/* Makes the socket of this process, open to a group unless that is PKDI_NO_GROUP, and removes those
 * that programs have left which were killed. Returns 0, or a negative errno; then ret_why says what
 * is wrong, and nothing is left. */
int pkdi_place_open(struct pkdi_rendezvous *place, gid_t group, char *ret_why, size_t size);

/* Removes the socket, where it is still the one that was made. */
void pkdi_place_remove(struct pkdi_rendezvous *place);

/* Only closes the descriptors, as a child does that is not the console. */
void pkdi_place_close(struct pkdi_rendezvous *place);

/* Connects to a socket of that name in the directory; the descriptor, or a negative errno. */
int pkdi_place_connect(int directory, const char *name);

#endif
