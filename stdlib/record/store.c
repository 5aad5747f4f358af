#define _GNU_SOURCE
#include "store.h"

#include "../base/below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const uint8_t zeroes[2 * RING_ALIGN];

/* ---- A new one ---- */

static int put(int fd, const struct iovec *parts, int n, uint64_t at)
{
	struct iovec left[4];
	int first = 0;

	memcpy(left, parts, (size_t)n * sizeof(*parts));
	while (first < n) {
		ssize_t done = pwritev(fd, left + first, n - first, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += (uint64_t)done;
		while (first < n && (size_t)done >= left[first].iov_len)
			done -= (ssize_t)left[first++].iov_len;
		if (first < n) {
			left[first].iov_base = (char *)left[first].iov_base + done;
			left[first].iov_len -= (size_t)done;
		}
	}
	return 0;
}

/* All its space is taken now, so that none is missing later. */
static int fill(int fd, const struct ring_layout *layout)
{
	struct ring_start start;
	off_t size = (off_t)ring_file_size(layout);
	int error;

	ring_start_make(layout, &start);
	if (fallocate(fd, 0, 0, size) < 0) {
		if (errno != EOPNOTSUPP)
			return -errno;
		error = posix_fallocate(fd, 0, size);
		if (error)
			return -error;
	}
	error = put(fd, &(struct iovec){&start, sizeof(start)}, 1, 0);
	return error ? error : fsync(fd) < 0 ? -errno : 0;
}

static int make_by_name(int folder, const char *file, const struct ring_layout *layout)
{
	char other[RING_NAME_SIZE + 8];
	int fd, error;

	snprintf(other, sizeof(other), ".%s.new", file);
	unlinkat(folder, other, 0); /* of a program that was killed */
	fd = openat(folder, other, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	error = fill(fd, layout);
	if (!error)
		error = below_rename_free(folder, other, file);
	if (!error)
		return fd;
	unlinkat(folder, other, 0);
	close(fd);
	return error;
}

/* It has its name once it is whole. A descriptor or a negative errno. */
static int make(int folder, const char *file, const struct ring_layout *layout)
{
	int fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666), error;
	char self[48];

	if (fd < 0)
		return make_by_name(folder, file, layout);
	error = fill(fd, layout);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (!error && linkat(AT_FDCWD, self, folder, file, AT_SYMLINK_FOLLOW) < 0)
		error = -errno;
	if (!error)
		return fd;
	close(fd);
	return error == -ENOENT || error == -EACCES || error == -EPERM || error == -EXDEV
	               ? make_by_name(folder, file, layout)
	               : error;
}

static int open_or_make(int folder, const char *file, const struct ring_layout *layout)
{
	int fd = -1;

	for (int i = 0; i < 2; i++) { /* another program may make it meanwhile */
		fd = below_open_short(folder, file, O_RDWR, 0, BELOW_NO_LINKS);
		if (fd != -ENOENT)
			return fd;
		fd = make(folder, file, layout);
		if (fd >= 0)
			below_sync(folder); /* some file systems cannot */
		if (fd != -EEXIST)
			return fd;
	}
	return fd;
}

int ring_store_open(struct ring_store *store, int folder, const char *file,
                    const struct ring_layout *layout, const char **ret_wrong)
{
	int error, fd = open_or_make(folder, file, layout);

	*ret_wrong = NULL;
	*store = (struct ring_store){.look.fd = fd};
	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret_wrong = ring_look_open(&store->look, fd, &error);
	if (*ret_wrong)
		return error ? error : -EBADMSG;
	if (store->look.layout.block_size != layout->block_size ||
	    store->look.layout.n_blocks != layout->n_blocks)
		return -EEXIST;
	store->blocks = calloc(store->look.layout.n_blocks, sizeof(*store->blocks));
	return store->blocks ? 0 : -ENOMEM;
}

void ring_store_close(struct ring_store *store)
{
	free(store->blocks);
	if (store->look.fd >= 0)
		close(store->look.fd);
	*store = (struct ring_store){.look.fd = -1};
}

/* ---- Where to go on ---- */

static struct ring_block *block_of(const struct ring_store *store, uint64_t sequence)
{
	return &store->blocks[(sequence - 1) % store->look.layout.n_blocks];
}

static uint64_t block_end(const struct ring_store *store, uint64_t sequence)
{
	return ring_block_at(&store->look.layout, sequence) + store->look.layout.block_size;
}

/* Behind the last entry whose body is whole, too, and that is not of this run: one that was written
 * by a firing that did not count. */
static int find_end(struct ring_store *store, uint64_t run)
{
	const struct ring_block *last = ring_block_last(&store->look.layout, store->blocks);
	struct video_Packet *packet;
	struct ring_entry entry;
	uint64_t at, end;
	int found = RING_FOUND;

	store->end = (struct ring_mark){.id = store->look.layout.id};
	if (!last)
		return 0;
	at = ring_block_at(&store->look.layout, last->sequence);
	end = block_end(store, last->sequence);
	store->end.sequence = last->sequence;
	store->end.at = at;
	store->end.number = last->number - 1;
	packet = calloc(1, sizeof(*packet));
	if (!packet)
		return -ENOMEM;
	while (found == RING_FOUND && end - at >= sizeof(entry)) {
		found = ring_look_head(&store->look, at, &entry);
		if (found == RING_FOUND && entry.sequence != last->sequence)
			break;
		if (found == RING_BAD)
			found = ring_look_behind(&store->look, last->sequence, at, &entry);
		if (found != RING_FOUND || entry.run == run)
			break;
		if (entry.at != at)
			store->n_damaged++;
		at = entry.at + ring_entry_size(entry.n_setup, entry.n_data);
		found = ring_look_body(&store->look, &entry, packet);
		if (found == RING_FOUND) {
			store->end.at = at;
			store->end.number = entry.number;
		}
		if (found == RING_BAD)
			found = RING_FOUND;
	}
	free(packet);
	return found < 0 ? found : 0;
}

/* What a firing that did not count has written is taken back. */
static int cut(struct ring_store *store)
{
	const struct ring_layout *layout = &store->look.layout;
	uint64_t end = block_end(store, store->end.sequence);
	struct iovec nothing = {(void *)(uintptr_t)zeroes, RING_ALIGN};
	int error = 0;

	if (end - store->end.at >= RING_ALIGN)
		error = put(store->look.fd, &nothing, 1, store->end.at);
	for (uint64_t i = 0; i < layout->n_blocks && !error; i++) {
		if (store->blocks[i].sequence <= store->end.sequence)
			continue;
		error = put(store->look.fd, &nothing, 1, RING_START + i * layout->block_size);
		store->blocks[i] = (struct ring_block){0};
	}
	return error;
}

/* A mark may be of a ring that was damaged since. */
static bool fits(const struct ring_store *store, const struct ring_mark *mark)
{
	const struct ring_layout *layout = &store->look.layout;

	return mark->id == layout->id && mark->sequence > 0 &&
	       mark->at >= ring_block_at(layout, mark->sequence) &&
	       mark->at <= block_end(store, mark->sequence);
}

int ring_store_resume(struct ring_store *store, const struct ring_mark *mark, uint64_t run)
{
	int error = ring_look_blocks(&store->look, store->blocks);

	store->run = run;
	store->has_setup = false;
	store->n_damaged = 0;
	for (uint64_t i = 0; i < store->look.layout.n_blocks; i++)
		store->n_damaged += store->blocks[i].is_damaged;
	if (error)
		return error;
	if (fits(store, mark))
		store->end = *mark;
	else
		error = find_end(store, run);
	return error || store->end.sequence == 0 ? error : cut(store);
}

/* ---- Adding ---- */

static bool is_other_setup(const struct ring_store *store, const struct video_Packet *packet)
{
	return !store->has_setup || packet->setup.len != store->n_setup ||
	       memcmp(packet->setup.data, store->setup, store->n_setup) != 0;
}

static void keep_setup(struct ring_store *store, const struct video_Packet *packet)
{
	store->has_setup = true;
	store->n_setup = pkd_length(&packet->setup.len, RING_SETUP_MAX);
	memcpy(store->setup, packet->setup.data, store->n_setup);
}

/* In one write: nobody else is to see a part, and a kill to leave one, more often than can be
 * helped. */
static int write_entry(const struct ring_store *store, const struct video_Packet *packet,
                       const struct ring_entry *entry)
{
	uint64_t n = sizeof(*entry) + entry->n_setup + entry->n_data;
	uint64_t size = ring_entry_size(entry->n_setup, entry->n_data);
	uint64_t behind = block_end(store, entry->sequence) - entry->at - size;
	struct iovec parts[4] = {
		{(void *)(uintptr_t)entry, sizeof(*entry)},
		{(void *)(uintptr_t)packet->setup.data, entry->n_setup},
		{(void *)(uintptr_t)packet->data.data, entry->n_data},
		{(void *)(uintptr_t)zeroes, size - n + (behind < RING_ALIGN ? behind : RING_ALIGN)},
	};

	return put(store->look.fd, parts, 4, entry->at);
}

int ring_store_add(struct ring_store *store, const struct video_Packet *packet, int64_t wall,
                   bool begins, bool *ret_is_new)
{
	struct ring_entry entry;
	struct ring_mark end = store->end;
	int error;

	ring_entry_make(&entry, packet, packet->key || is_other_setup(store, packet));
	*ret_is_new = end.sequence == 0 || begins ||
	              end.at + ring_entry_size(entry.n_setup, entry.n_data) >
	                      block_end(store, end.sequence);
	if (*ret_is_new) {
		end.sequence++;
		end.at = ring_block_at(&store->look.layout, end.sequence);
		ring_entry_make(&entry, packet, true);
	}
	if (ring_entry_size(entry.n_setup, entry.n_data) > store->look.layout.block_size)
		return -EMSGSIZE;
	entry.ring = end.id;
	entry.sequence = end.sequence;
	entry.at = end.at;
	entry.number = ++end.number;
	entry.wall = wall;
	entry.run = store->run;
	entry.body_sum = ring_body_sum(packet, entry.n_setup, entry.n_data);
	ring_entry_seal(&entry);
	error = write_entry(store, packet, &entry);
	if (error)
		return error;
	end.at += ring_entry_size(entry.n_setup, entry.n_data);
	store->end = end;
	if (*ret_is_new || entry.n_setup > 0 || !store->has_setup)
		keep_setup(store, packet);
	if (*ret_is_new)
		*block_of(store, end.sequence) = (struct ring_block){
			.sequence = end.sequence, .number = end.number, .wall = wall};
	return 0;
}

int ring_store_forget(struct ring_store *store, const struct ring_block *oldest)
{
	uint64_t at = ring_block_at(&store->look.layout, oldest->sequence);
	struct iovec nothing = {(void *)(uintptr_t)zeroes, RING_ALIGN};
	int error = put(store->look.fd, &nothing, 1, at);

	if (!error)
		*block_of(store, oldest->sequence) = (struct ring_block){0};
	return error;
}
