/* What --serve needs before anything is forked: the socket that listens, and the token without
 * which nothing is answered. Loopback is no safety: other users reach it, and so do pages in a
 * browser. */
#ifndef PKDI_SERVE_H
#define PKDI_SERVE_H

#include <stddef.h>

#include "options/options.h"
#include "os/address.h"

/* Characters of a token: of one made here (128 bits), and of one in a file. */
enum { PKDI_TOKEN_MADE = 32, PKDI_TOKEN_LEAST = 16, PKDI_TOKEN_MOST = 128 };

struct pkdi_serve {
	int socket; /* listens, without blocking; -1: nothing is served */
	struct pkdi_address address;
	char token[PKDI_TOKEN_MOST + 1];
	char view_token[PKDI_TOKEN_MOST + 1]; /* of who may only look; "": there is none */
	/* Of pages that may ask besides, with commas. A copy: the words of the command line become the
	 * title of a process. */
	char origins[PKDI_ORIGINS_SIZE];
};

/* Listens, and reads the token from a file, or makes one where that is NULL. Returns 0, or a
 * negative errno; then ret_why is the whole message, and nothing is left. */
int pkdi_serve_open(struct pkdi_serve *serve, const struct pkdi_address *address,
                    const char *token_file, char *ret_why, size_t size);

/* Reads the other token. Returns 0, or a negative errno; then ret_why is the whole message. */
int pkdi_serve_read_view_token(struct pkdi_serve *serve, const char *path, char *ret_why,
                               size_t size);

/* Closes the socket, and forgets the tokens. */
void pkdi_serve_close(struct pkdi_serve *serve);

#endif
