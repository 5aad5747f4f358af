/* Shared memory without a name: memfd, sealed once its writable map exists. */
#ifndef PKDI_SHM_H
#define PKDI_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_map {
	int fd;
	char *address; /* the writable map, NULL before and after */
	size_t size;   /* bytes, a multiple of the page */
};

/* Bytes before and behind each map that nobody can touch: whoever runs beyond one is stopped there,
 * and does not reach the next. */
enum { PKDI_GUARD = 64 * 1024 };

size_t pkdi_page_round(size_t size);

/* Creates `size` bytes, zeroed, backed by memory (-ENOMEM or -ENOSPC here and not SIGBUS later),
 * and maps them writable. */
int pkdi_map_create(struct pkdi_map *map, const char *name, size_t size);

/* From here on nobody can get a writable map of it any more: not by mapping again, not by
 * mprotect, not through /proc. Maps that exist stay writable, and a fork inherits them. */
int pkdi_map_seal(const struct pkdi_map *map);

/* Both at once. */
int pkdi_map_create_sealed(struct pkdi_map *map, const char *name, size_t size);

/* Makes a part of a map, whole pages of it, writable or read-only. */
int pkdi_map_protect(void *address, size_t size, bool writable);

/* Maps the memory read-only over whatever is at `address`. */
int pkdi_map_view(const struct pkdi_map *map, void *address);

/* Makes a part of the writable map read-only for good, by a map that stands in its place. */
int pkdi_map_make_readonly(const struct pkdi_map *map, size_t offset, size_t size);

/* Reserves `size` bytes of addresses between guards, inaccessible, for a later pkdi_map_view. */
int pkdi_reserve(size_t size, void **ret_address);

/* Private memory between guards, zeroed, which takes up nothing until it is written. */
int pkdi_private(size_t size, void **ret_address);

/* Gives up what either has returned; nothing for NULL. */
void pkdi_release(void *address, size_t size);

/* Whether the processes that are forked from here on inherit the map. */
int pkdi_map_set_inherited(const struct pkdi_map *map, bool inherited);

/* Gives up the writable map, respectively the descriptor, respectively both. */
void pkdi_map_unmap(struct pkdi_map *map);
void pkdi_map_close(struct pkdi_map *map);
void pkdi_map_finish(struct pkdi_map *map);

#endif
