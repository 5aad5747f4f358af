/* Shared memory without a name: a memfd, sealed once its writable map exists. */
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

/* Inaccessible bytes before and after each map: an overrun faults there, and does not reach the
 * next map. */
enum { PKDI_GUARD = 64 * 1024 };

size_t pkdi_page_round(size_t size);

/* Creates `size` bytes, zeroed, backed by memory (-ENOMEM or -ENOSPC here and not SIGBUS later),
 * and maps them writable. */
int pkdi_map_create(struct pkdi_map *map, const char *name, size_t size);

/* From here on no further writable map is possible: not by mapping again, by mprotect, or
 * through /proc. Existing maps stay writable, and a fork inherits them. */
int pkdi_map_seal(const struct pkdi_map *map);

/* Both at once. */
int pkdi_map_create_sealed(struct pkdi_map *map, const char *name, size_t size);

/* A file in that directory, for what must outlive this program: `exists` = as it is there, else new
 * and zeroed. Its descriptor is read-only. -ESTALE: what is there has another size. */
int pkdi_map_create_in(struct pkdi_map *map, int directory, const char *name, size_t size,
                       bool exists);

/* The same without memory, which pages get when they are first used; or all of them here, in the
 * memory of all who map it: 0 or -errno. */
int pkdi_map_create_empty(struct pkdi_map *map, const char *name, size_t size);
int pkdi_map_populate(const struct pkdi_map *map);

/* Makes whole pages of a map writable or read-only. */
int pkdi_map_protect(void *address, size_t size, bool writable);

/* Maps the memory read-only at `address`, replacing what is there. */
int pkdi_map_view(const struct pkdi_map *map, void *address);

/* Makes a part of the writable map read-only for good, by a read-only map in its place. */
int pkdi_map_make_readonly(const struct pkdi_map *map, size_t offset, size_t size);

/* Reserves `size` bytes of inaccessible addresses between guards, for a later pkdi_map_view. */
int pkdi_reserve(size_t size, void **ret_address);

/* Private memory between guards, zeroed, whose pages are allocated when they are written. */
int pkdi_private(size_t size, void **ret_address);

/* Frees what either has returned; nothing for NULL. */
void pkdi_release(void *address, size_t size);

/* Keeps a map out of the processes forked from here on, or lets them inherit it. */
int pkdi_map_set_inherited(const struct pkdi_map *map, bool inherited);

/* Frees the writable map, the descriptor, or both. */
void pkdi_map_unmap(struct pkdi_map *map);
void pkdi_map_close(struct pkdi_map *map);
void pkdi_map_finish(struct pkdi_map *map);

#endif
