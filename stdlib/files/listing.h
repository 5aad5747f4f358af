/* The names in a directory, sorted bytewise. Its memory is kept for the next directory. */
#ifndef PKD_FILES_LISTING_H
#define PKD_FILES_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LISTING_NAME = 1024 }; /* bytes: some file systems have longer names than NAME_MAX */

struct listing_item {
	uint64_t head; /* the first bytes of the name, as a number that sorts as they do */
	uint32_t at;   /* in `names` */
	uint16_t length;
	uint8_t type; /* as in struct dirent */
	bool is_cut;  /* the name has more than LISTING_NAME bytes */
};

struct listing {
	struct listing_item *items;
	uint32_t n, room;
	char *names; /* each with its NUL */
	size_t used, size;
};

/* What is left out; NULL: nothing is. */
typedef bool listing_filter(const void *rules, const char *name);

/* Reads what is in the directory `fd`, which nobody has read yet. 0 or a negative errno; then
 * there is nothing in the listing. */
int files_listing_read(struct listing *listing, int fd, listing_filter *leaves_out,
                       const void *rules);

static inline const char *files_listing_name(const struct listing *listing, uint32_t i)
{
	return listing->names + listing->items[i].at;
}

/* The first item behind this name. */
uint32_t files_listing_behind(const struct listing *listing, const char *name, size_t length);

/* Bytes that it holds. */
size_t files_listing_size(const struct listing *listing);

void files_listing_free(struct listing *listing);

#endif
