/* The digest of one file after another, by libcrypto. One for each thread. */
#ifndef PKD_FILES_HASHER_H
#define PKD_FILES_HASHER_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

enum { HASHER_SLICE = 64 }; /* reads at once, of 256 KiB */

struct hasher_result {
	unsigned n;
	uint8_t digest[EVP_MAX_MD_SIZE];
	int error;
	const char *why; /* NULL: `error` says it */
};

struct hasher {
	int root, fd; /* fd -1: no file is at hand */
	bool links;
	const EVP_MD *type;
	EVP_MD_CTX *digest;
	uint64_t size, n_read; /* of the file */
	uint8_t *buffer;
};

/* Borrows `root` and `type`. 0 or a negative errno. */
int files_hasher_init(struct hasher *hasher, int root, bool links, const EVP_MD *type);
void files_hasher_finish(struct hasher *hasher);

/* Begins with a file, or goes on. True: the result is there; false: there is more to read. */
bool files_hasher_work(struct hasher *hasher, const char *path, uint32_t length,
                       struct hasher_result *result);

#endif
