#define _GNU_SOURCE
#include "os/shm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010 /* Linux 5.1 */
#endif

size_t pkdi_page_round(size_t size)
{
	return (size + 4095) & ~(size_t)4095;
}

/* Frames are large, many, and private: a core dump of a node is about the node. */
static void keep_out_of_cores(void *address, size_t size)
{
	madvise(address, size, MADV_DONTDUMP);
}

/* The writable map of map->fd. */
static int map_writable(struct pkdi_map *map)
{
	void *address = NULL;
	int r = pkdi_reserve(map->size, &address);

	if (r < 0)
		return r;
	if (mmap(address, map->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, map->fd, 0) ==
	    MAP_FAILED) {
		r = -errno;
		pkdi_release(address, map->size);
		return r;
	}
	map->address = address;
	keep_out_of_cores(address, map->size);
	return 0;
}

static int create(struct pkdi_map *map, const char *name, size_t size, bool has_memory)
{
	int r;

	*map = (struct pkdi_map){.fd = -1, .size = pkdi_page_round(size)};
	map->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (map->fd < 0)
		return -errno;
	/* fallocate also sets the size. */
	if ((has_memory ? fallocate(map->fd, 0, 0, (off_t)map->size)
	                : ftruncate(map->fd, (off_t)map->size)) < 0)
		r = -errno;
	else
		r = map_writable(map);
	if (r < 0)
		pkdi_map_close(map);
	return r;
}

static int size_file(const struct pkdi_map *map, bool exists)
{
	const off_t size = (off_t)map->size;
	struct stat status;

	if (!exists)
		return fallocate(map->fd, 0, 0, size) < 0 ? -errno : 0;
	if (fstat(map->fd, &status) < 0)
		return -errno;
	return status.st_size == size && S_ISREG(status.st_mode) ? 0 : -ESTALE;
}

int pkdi_map_create_in(struct pkdi_map *map, int directory, const char *name, size_t size,
                       bool exists)
{
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (exists ? 0 : O_CREAT | O_EXCL), fd, r;

	*map = (struct pkdi_map){.fd = -1, .size = pkdi_page_round(size)};
	map->fd = openat(directory, name, flags, 0600);
	if (map->fd < 0)
		return -errno;
	r = size_file(map, exists);
	if (r == 0)
		r = map_writable(map);
	if (r < 0) {
		pkdi_map_close(map);
		return r;
	}
	/* In place of a seal: no writable map is made of this one. */
	fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	r = fd < 0 ? -errno : 0;
	close(map->fd);
	map->fd = fd;
	if (r < 0)
		pkdi_map_unmap(map);
	return r;
}

int pkdi_map_create(struct pkdi_map *map, const char *name, size_t size)
{
	return create(map, name, size, true);
}

int pkdi_map_create_empty(struct pkdi_map *map, const char *name, size_t size)
{
	int r = create(map, name, size, false);

	return r < 0 ? r : pkdi_map_seal(map);
}

int pkdi_map_populate(const struct pkdi_map *map)
{
#ifdef MADV_POPULATE_READ
	/* EINVAL: a kernel before 5.14. */
	if (madvise(map->address, map->size, MADV_POPULATE_READ) < 0 && errno != EINVAL)
		return -errno;
#endif
	return 0;
}

int pkdi_map_seal(const struct pkdi_map *map)
{
	int seals = F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

	return fcntl(map->fd, F_ADD_SEALS, seals) < 0 ? -errno : 0;
}

int pkdi_map_create_sealed(struct pkdi_map *map, const char *name, size_t size)
{
	int r = pkdi_map_create(map, name, size);

	return r < 0 ? r : pkdi_map_seal(map);
}

static int view(const struct pkdi_map *map, void *address, size_t offset, size_t size)
{
	if (size && mmap(address, size, PROT_READ, MAP_SHARED | MAP_FIXED, map->fd,
	                 (off_t)offset) == MAP_FAILED)
		return -errno;
	keep_out_of_cores(address, size);
	return 0;
}

int pkdi_map_view(const struct pkdi_map *map, void *address)
{
	return view(map, address, 0, map->size);
}

int pkdi_map_make_readonly(const struct pkdi_map *map, size_t offset, size_t size)
{
	return view(map, map->address + offset, offset, size);
}

int pkdi_map_set_inherited(const struct pkdi_map *map, bool inherited)
{
	if (!map->address)
		return 0;
	return madvise(map->address, map->size, inherited ? MADV_DOFORK : MADV_DONTFORK) < 0
	               ? -errno
	               : 0;
}

int pkdi_map_protect(void *address, size_t size, bool writable)
{
	return mprotect(address, size, PROT_READ | (writable ? PROT_WRITE : 0)) < 0 ? -errno : 0;
}

int pkdi_reserve(size_t size, void **ret_address)
{
	char *address = mmap(NULL, pkdi_page_round(size) + 2 * (size_t)PKDI_GUARD, PROT_NONE,
	                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (address == MAP_FAILED)
		return -errno;
	*ret_address = address + PKDI_GUARD;
	return 0;
}

int pkdi_private(size_t size, void **ret_address)
{
	int r = pkdi_reserve(size, ret_address);

	if (r < 0)
		return r;
	r = pkdi_map_protect(*ret_address, pkdi_page_round(size), true);
	if (r < 0)
		pkdi_release(*ret_address, size);
	return r;
}

void pkdi_release(void *address, size_t size)
{
	if (address)
		munmap((char *)address - PKDI_GUARD,
		       pkdi_page_round(size) + 2 * (size_t)PKDI_GUARD);
}

void pkdi_map_unmap(struct pkdi_map *map)
{
	pkdi_release(map->address, map->size);
	map->address = NULL;
}

void pkdi_map_close(struct pkdi_map *map)
{
	if (map->fd >= 0)
		close(map->fd);
	map->fd = -1;
}

void pkdi_map_finish(struct pkdi_map *map)
{
	pkdi_map_unmap(map);
	pkdi_map_close(map);
}
