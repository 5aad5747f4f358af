/* Where a program is found: a Unix socket of its own in a directory of its user. */
#ifndef PKDI_PLACE_H
#define PKDI_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { PKDI_PLACE_PATH = 256, PKDI_PLACE_NAME = 32 };

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
	char paths[3][PKDI_PLACE_PATH];
};
struct pkdi_candidates pkdi_place_candidates(void);

/* Opens a directory if it can be trusted: no link, of this user, closed to all others. With
 * `creates` it is made where it is missing. Returns the descriptor, or a negative errno;
 * *ret_why is what is wrong, as the end of a sentence. */
int pkdi_place_directory(const char *path, bool creates, const char **ret_why);

/* Makes the socket of this process, and removes those that programs have left which were
 * killed. Returns 0, or a negative errno; then ret_why says what is wrong, and nothing is
 * left. */
int pkdi_place_open(struct pkdi_rendezvous *place, char *ret_why, size_t size);

/* Removes the socket, where it is still the one that was made. */
void pkdi_place_remove(struct pkdi_rendezvous *place);

/* Only closes the descriptors, as a child does that is not the console. */
void pkdi_place_close(struct pkdi_rendezvous *place);

/* Connects to a socket of that name in the directory; the descriptor, or a negative errno. */
int pkdi_place_connect(int directory, const char *name);

#endif
