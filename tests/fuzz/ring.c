/* The file of a ring, as stdlib/record/look.c reads it: whatever it holds, a walk through it ends,
 * and what is found lies in the file. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs
 * the files it is given, once each. Half of the inputs get sums that are right, so that what lies
 * behind them is reached. */
#define _GNU_SOURCE
#include "input.h"

#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

#include "record/look.h"
#include "record/moment.h"

enum { MOST_STEPS = 4096 };

static struct video_Packet packet;

/* The sums of the start and of all that looks like a head. */
static void mend(uint8_t *data, size_t size)
{
	struct ring_start start;
	struct ring_entry entry;

	memcpy(&start, data, sizeof(start));
	start.sum = XXH3_64bits(&start, offsetof(struct ring_start, sum));
	memcpy(data, &start, sizeof(start));
	for (size_t at = RING_START; at + sizeof(entry) <= size; at += RING_ALIGN) {
		memcpy(&entry, data + at, sizeof(entry));
		if (entry.magic != RING_ENTRY_MAGIC)
			continue;
		entry.at = at;
		entry.ring = start.id;
		ring_entry_seal(&entry);
		memcpy(data + at, &entry, sizeof(entry));
	}
}

static void look_at(const struct ring_look *look, const struct ring_entry *entry, size_t size)
{
	uint64_t end = entry->at + ring_entry_size(entry->n_setup, entry->n_data);

	expect(entry->at >= RING_START && end <= size, "an entry is outside of the file");
	expect(entry->key <= 1 && entry->codec <= video_Codec_mpeg4, "a value that none has");
	ring_look_body(look, entry, &packet);
	expect(packet.setup.len <= RING_SETUP_MAX && packet.data.len <= RING_DATA_MAX,
	       "a length that none has");
}

static void walk_all(const struct ring_look *look, struct ring_block *blocks, int64_t from,
                     size_t size)
{
	struct ring_walk walk;
	struct ring_entry entry;
	int found = ring_walk_seek(&walk, look, blocks, from);

	for (int i = 0; i < MOST_STEPS && found == RING_FOUND; i++) {
		uint64_t sequence = walk.sequence, at = walk.at;

		found = ring_walk_next(&walk, look, &entry);
		if (found == RING_BAD)
			found = ring_walk_skip(&walk, look, &entry);
		if (found == RING_FOUND)
			look_at(look, &entry, size);
		if (found == RING_OVER)
			found = ring_walk_catch_up(&walk, look, blocks);
		expect(found != RING_FOUND || walk.sequence > sequence ||
		               (walk.sequence == sequence && walk.at > at),
		       "a walk does not go on");
	}
}

static void read_ring(int fd, size_t size)
{
	struct ring_look look;
	struct ring_block *blocks;
	struct ring_entry last;
	int error;

	if (ring_look_open(&look, fd, &error))
		return;
	blocks = calloc(look.layout.n_blocks, sizeof(*blocks));
	if (blocks && ring_look_blocks(&look, blocks) == 0) {
		walk_all(&look, blocks, INT64_MIN, size);
		if (ring_walk_last(&look, blocks, &last) == RING_FOUND) {
			look_at(&look, &last, size);
			walk_all(&look, blocks, last.wall, size);
		}
	}
	free(blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[64] = "";
	uint8_t *copy;
	int fd;

	memcpy(text, data, size < sizeof(text) - 1 ? size : sizeof(text) - 1);
	moment_read(text);
	if (size < RING_START || size > INPUT_MAX)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	if (copy[size - 1] & 1)
		mend(copy, size);
	fd = memfd_create("ring", 0);
	expect(fd >= 0 && write(fd, copy, size) == (ssize_t)size, "no file");
	read_ring(fd, size);
	close(fd);
	free(copy);
	return 0;
}
