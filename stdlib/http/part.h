/* A file that is fetched below a directory, and what there is of it before it is whole. Beside
 * the file NAME lie `.NAME.part`, what has come, and `.NAME.tag`, from where that is and by what
 * its server tells that it is the same. The tag is older than the part, so what the part has is
 * what the tag says.
 *
 * Who writes a part has locked it (flock), and holds the lock until the file has its name or the
 * part is closed: two that store one file do so one after the other. */
#ifndef PKD_HTTP_PART_H
#define PKD_HTTP_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_PART_NAME_SIZE = 256, HTTP_PART_VALIDATOR_SIZE = 256, HTTP_PART_WHY_SIZE = 160 };

struct http_part {
	int folder, fd; /* -1: none */
	char name[HTTP_PART_NAME_SIZE];
	char part_name[HTTP_PART_NAME_SIZE], tag_name[HTTP_PART_NAME_SIZE];
	uint64_t have;                            /* bytes */
	char validator[HTTP_PART_VALIDATOR_SIZE]; /* "": it cannot be gone on with */
	uint64_t n_sent_on;                       /* of those the disk has been told to write */
	bool is_own;                              /* the part has its name, and is locked */
	bool is_kept; /* the file was there already, and stays as it is */
	char why[HTTP_PART_WHY_SIZE];
};

enum http_part_rule { HTTP_PART_REPLACE, HTTP_PART_KEEP, HTTP_PART_FAIL };

enum http_part_opened {
	HTTP_PART_OPEN,
	HTTP_PART_THERE,  /* the file is_kept */
	HTTP_PART_BUSY,   /* someone else writes it: close it, and try again later */
	HTTP_PART_FAILED, /* as `why` says */
};

/* With folder and fd -1. Makes the directories of `path` (n bytes), of which none may be a link,
 * and opens what there is of it, for this address. */
enum http_part_opened http_part_open(struct http_part *part, int root, const char *path, size_t n,
                                     const char *url, enum http_part_rule rule);

/* It begins anew, with what its server tells it by. */
bool http_part_begin(struct http_part *part, const char *url, const char *validator);

bool http_part_add(struct http_part *part, const char *bytes, size_t n);

/* It is whole, and on the disk. By KEEP and FAIL it does not replace what was put there meanwhile.
 * By FAIL its tag stays until http_part_settle: to who is killed in between, that says
 * that the file is its own. */
bool http_part_store(struct http_part *part, enum http_part_rule rule);

void http_part_settle(struct http_part *part);

/* A part of which nothing has come is removed. */
void http_part_close(struct http_part *part);

#endif
