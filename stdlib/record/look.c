#include "look.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 }; /* bytes that are looked through at once */

/* As much as there is: bytes, or a negative errno. */
static ssize_t read_at(int fd, void *to, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

const char *ring_look_open(struct ring_look *look, int fd, int *ret_error)
{
	struct ring_start start = {0};
	const char *wrong = NULL;
	struct stat now;
	ssize_t n = read_at(fd, &start, sizeof(start), 0);

	*ret_error = n < 0 ? (int)n : fstat(fd, &now) < 0 ? -errno : 0;
	if (*ret_error)
		return "it cannot be read";
	look->fd = fd;
	wrong = ring_start_read(&start, &look->layout);
	if (!wrong && (uint64_t)now.st_size != ring_file_size(&look->layout))
		wrong = "it has another size than its start says";
	return wrong;
}

/* ---- Entries ---- */

static bool is_empty(const struct ring_entry *entry)
{
	static const uint8_t zeroes[RING_ALIGN];

	return memcmp(entry, zeroes, sizeof(zeroes)) == 0;
}

int ring_look_head(const struct ring_look *look, uint64_t at, struct ring_entry *ret_entry)
{
	ssize_t n = read_at(look->fd, ret_entry, sizeof(*ret_entry), at);

	if (n < 0)
		return (int)n;
	if (n < RING_ALIGN)
		return RING_NONE;
	memset((char *)ret_entry + n, 0, sizeof(*ret_entry) - (size_t)n);
	if (is_empty(ret_entry))
		return RING_NONE;
	return ring_entry_is_valid(ret_entry, &look->layout, at) ? RING_FOUND : RING_BAD;
}

int ring_look_body(const struct ring_look *look, const struct ring_entry *entry,
                   struct video_Packet *packet)
{
	uint64_t at = entry->at + sizeof(*entry);
	ssize_t n = 0;

	if (entry->n_setup > 0)
		n = read_at(look->fd, packet->setup.data, entry->n_setup, at);
	if (n == (ssize_t)entry->n_setup)
		n = read_at(look->fd, packet->data.data, entry->n_data, at + entry->n_setup);
	if (n < 0)
		return (int)n;
	if (n != (ssize_t)entry->n_data ||
	    ring_body_sum(packet, entry->n_setup, entry->n_data) != entry->body_sum)
		return RING_BAD;
	if (entry->n_setup > 0)
		packet->setup.len = entry->n_setup;
	packet->data.len = entry->n_data;
	ring_entry_to_packet(entry, packet);
	return RING_FOUND;
}

static uint64_t block_end(const struct ring_look *look, uint64_t sequence)
{
	return ring_block_at(&look->layout, sequence) + look->layout.block_size;
}

/* The first whole head within [at, end), of block `sequence`; 0: of any. */
static int scan(const struct ring_look *look, uint64_t sequence, uint64_t at, uint64_t end,
                struct ring_entry *ret_entry)
{
	uint64_t words[CHUNK / sizeof(uint64_t)];

	for (; at + sizeof(*ret_entry) <= end; at += CHUNK) {
		ssize_t n = read_at(look->fd, words, end - at < CHUNK ? end - at : CHUNK, at);

		if (n <= 0)
			return n < 0 ? (int)n : RING_NONE;
		for (ssize_t i = 0; i + RING_ALIGN <= n; i += RING_ALIGN) {
			int found;

			if (words[(size_t)i / sizeof(*words)] != RING_ENTRY_MAGIC)
				continue;
			found = ring_look_head(look, at + (uint64_t)i, ret_entry);
			if (found < 0 ||
			    (found == RING_FOUND && (!sequence || ret_entry->sequence == sequence)))
				return found;
		}
	}
	return RING_NONE;
}

int ring_look_behind(const struct ring_look *look, uint64_t sequence, uint64_t at,
                     struct ring_entry *ret_entry)
{
	return scan(look, sequence, at, block_end(look, sequence), ret_entry);
}

/* ---- Blocks ---- */

/* The first entry that the place of a block has, whatever its lap. */
static int first_at(const struct ring_look *look, uint64_t place, struct ring_block *ret_block)
{
	uint64_t at = RING_START + place * look->layout.block_size;
	struct ring_entry entry;
	int found = ring_look_head(look, at, &entry);

	*ret_block = (struct ring_block){.is_damaged = found == RING_BAD};
	/* Of which lap it is the other entries know. */
	if (found == RING_BAD)
		found = scan(look, 0, at, at + look->layout.block_size, &entry);
	if (found != RING_FOUND)
		return found < 0 ? found : 0;
	ret_block->sequence = entry.sequence;
	ret_block->number = entry.number;
	ret_block->wall = entry.wall;
	return 0;
}

int ring_look_blocks(const struct ring_look *look, struct ring_block *blocks)
{
	for (uint64_t i = 0; i < look->layout.n_blocks; i++) {
		int error = first_at(look, i, &blocks[i]);

		if (error)
			return error;
	}
	return 0;
}

const struct ring_block *ring_block_above(const struct ring_layout *layout,
                                          const struct ring_block *blocks, uint64_t sequence)
{
	const struct ring_block *lowest = NULL;

	for (uint64_t i = 0; i < layout->n_blocks; i++)
		if (blocks[i].sequence > sequence &&
		    (!lowest || blocks[i].sequence < lowest->sequence))
			lowest = &blocks[i];
	return lowest;
}

const struct ring_block *ring_block_last(const struct ring_layout *layout,
                                         const struct ring_block *blocks)
{
	const struct ring_block *last = NULL;

	for (uint64_t i = 0; i < layout->n_blocks; i++)
		if (blocks[i].sequence > 0 && (!last || blocks[i].sequence > last->sequence))
			last = &blocks[i];
	return last;
}

/* ---- Walking ---- */

static void go_to(struct ring_walk *walk, const struct ring_look *look, uint64_t sequence)
{
	walk->sequence = sequence;
	walk->at = ring_block_at(&look->layout, sequence);
}

static int take(struct ring_walk *walk, const struct ring_entry *entry)
{
	walk->sequence = entry->sequence;
	walk->at = entry->at + ring_entry_size(entry->n_setup, entry->n_data);
	return RING_FOUND;
}

/* What is in the place of the next block, where this one has no more. */
static int next_block(struct ring_walk *walk, const struct ring_look *look,
                      struct ring_entry *ret_entry)
{
	uint64_t next = walk->sequence + 1;
	int found = ring_look_head(look, ring_block_at(&look->layout, next), ret_entry);

	if (found == RING_FOUND && ret_entry->sequence == next)
		return take(walk, ret_entry);
	if (found == RING_FOUND)
		return ret_entry->sequence > next ? RING_OVER : RING_NONE;
	return found;
}

/* Whether another lap has come to the block of the walk. */
static bool is_over(const struct ring_walk *walk, const struct ring_look *look)
{
	struct ring_entry first;

	return ring_look_head(look, ring_block_at(&look->layout, walk->sequence), &first) ==
	               RING_FOUND &&
	       first.sequence > walk->sequence;
}

int ring_walk_next(struct ring_walk *walk, const struct ring_look *look,
                   struct ring_entry *ret_entry)
{
	uint64_t end = block_end(look, walk->sequence);
	int found = RING_NONE;

	if (end - walk->at >= sizeof(*ret_entry))
		found = ring_look_head(look, walk->at, ret_entry);
	if (found < 0)
		return found;
	if (found == RING_FOUND && ret_entry->sequence == walk->sequence)
		return take(walk, ret_entry);
	if (is_over(walk, look))
		return RING_OVER;
	/* One of a lap before: the writer has not come so far. */
	return found == RING_BAD ? RING_BAD : next_block(walk, look, ret_entry);
}

int ring_walk_skip(struct ring_walk *walk, const struct ring_look *look,
                   struct ring_entry *ret_entry)
{
	int found = ring_look_behind(look, walk->sequence, walk->at, ret_entry);

	if (found == RING_FOUND)
		return take(walk, ret_entry);
	if (found < 0)
		return found;
	if (is_over(walk, look))
		return RING_OVER;
	found = next_block(walk, look, ret_entry);
	if (found != RING_BAD)
		return found;
	found = ring_look_behind(look, walk->sequence + 1,
	                         ring_block_at(&look->layout, walk->sequence + 1), ret_entry);
	return found == RING_FOUND ? take(walk, ret_entry) : found;
}

int ring_walk_catch_up(struct ring_walk *walk, const struct ring_look *look,
                       struct ring_block *blocks)
{
	const struct ring_block *next;
	int error = ring_look_blocks(look, blocks);

	if (error)
		return error;
	next = ring_block_above(&look->layout, blocks, walk->sequence);
	if (!next)
		return RING_NONE;
	go_to(walk, look, next->sequence);
	return RING_FOUND;
}

/* An entry of this block and no other; what is damaged is passed over. */
static int next_within(struct ring_walk *walk, const struct ring_look *look,
                       struct ring_entry *ret_entry)
{
	struct ring_walk ahead = *walk;
	int found = ring_walk_next(&ahead, look, ret_entry);

	if (found == RING_BAD)
		found = ring_walk_skip(&ahead, look, ret_entry);
	if (found < 0)
		return found;
	if (found != RING_FOUND || ahead.sequence != walk->sequence)
		return RING_NONE;
	*walk = ahead;
	return RING_FOUND;
}

/* The last key frame of the block that is not after `wall`; RING_NONE: it has none. */
static int find_key(const struct ring_look *look, uint64_t sequence, int64_t wall,
                    struct ring_walk *ret_walk)
{
	struct ring_walk walk;
	struct ring_entry entry;
	bool has_key = false;
	int found;

	go_to(&walk, look, sequence);
	while ((found = next_within(&walk, look, &entry)) == RING_FOUND && entry.wall <= wall) {
		if (!entry.key)
			continue;
		has_key = true;
		*ret_walk = (struct ring_walk){sequence, entry.at};
	}
	return found < 0 ? found : has_key ? RING_FOUND : RING_NONE;
}

/* A clock that was set back has been at a time twice: the last one counts. */
static const struct ring_block *block_of(const struct ring_look *look,
                                         const struct ring_block *blocks, int64_t wall,
                                         uint64_t below)
{
	const struct ring_block *last = NULL;

	for (uint64_t i = 0; i < look->layout.n_blocks; i++)
		if (blocks[i].sequence > 0 && blocks[i].sequence < below &&
		    blocks[i].wall <= wall && (!last || blocks[i].sequence > last->sequence))
			last = &blocks[i];
	return last;
}

int ring_walk_seek(struct ring_walk *walk, const struct ring_look *look,
                   const struct ring_block *blocks, int64_t wall)
{
	const struct ring_block *first = ring_block_above(&look->layout, blocks, 0);
	const struct ring_block *block = block_of(look, blocks, wall, UINT64_MAX);

	if (!first)
		return RING_NONE;
	for (; block; block = block_of(look, blocks, wall, block->sequence)) {
		int found = find_key(look, block->sequence, wall, walk);

		if (found != RING_NONE)
			return found;
	}
	go_to(walk, look, first->sequence);
	return RING_FOUND;
}

int ring_walk_last(const struct ring_look *look, const struct ring_block *blocks,
                   struct ring_entry *ret_entry)
{
	const struct ring_block *last = ring_block_last(&look->layout, blocks);
	struct ring_walk walk;
	struct ring_entry entry;
	bool has_one = false;
	int found = RING_NONE;

	if (!last)
		return RING_NONE;
	go_to(&walk, look, last->sequence);
	while ((found = next_within(&walk, look, &entry)) == RING_FOUND) {
		has_one = true;
		*ret_entry = entry;
	}
	return found < 0 ? found : has_one ? RING_FOUND : RING_NONE;
}
