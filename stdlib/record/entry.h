/* The file of a ring, and an entry in it: one packet.
 *
 * The file begins with RING_START bytes that say how it is laid out and never change. Then come
 * `n_blocks` blocks of `block_size` bytes. Block number `sequence`, counted from 1 for good, lies
 * at place (sequence - 1) % n_blocks. In a block entries follow each other, each at a multiple of
 * RING_ALIGN: a head, the setup where it is another one or the packet is a key frame, the data.
 * Behind the last one are RING_ALIGN zeroes, unless the block is full. An entry bears the ring's
 * id, its block's sequence, its own place and number, and sums of its head and its body, so one of
 * an earlier lap, or a damaged or half written one, is never taken for another. Numbers are those
 * of a little-endian machine. */
#ifndef PKD_RECORD_ENTRY_H
#define PKD_RECORD_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <video/packet.pkd.h>

enum {
	RING_START = 4096,
	RING_ALIGN = 64,
	RING_VERSION = 1,
	RING_BLOCK_MIN = 4096,
	RING_BLOCKS_MAX = 65536,
	RING_SETUP_MAX = sizeof(((struct video_Packet *)0)->setup.data),
	RING_NAME_SIZE = 96,
	RING_DATA_MAX = sizeof(((struct video_Packet *)0)->data.data),
};

#define RING_ENTRY_MAGIC UINT64_C(0x676e69722d646b70) /* "pkd-ring" */

/* At the start of the file. */
struct ring_start {
	char magic[16];
	uint32_t version;
	uint32_t order; /* 0x01020304 */
	uint64_t id;    /* tells this ring from all others */
	uint64_t block_size, n_blocks;
	int64_t made; /* when, since 1970 */
	uint64_t sum; /* of all before it */
};

/* What makes a head: as it lies in the file. */
struct ring_entry {
	uint64_t magic;
	uint64_t sum; /* of all behind it */
	uint64_t body_sum;
	uint64_t ring;
	uint64_t sequence; /* of the block */
	uint64_t at;       /* in the file */
	uint64_t number;   /* of the entry, from 1, without gaps */
	int64_t wall;      /* when it was recorded, since 1970 */
	uint64_t run;      /* of the program that has recorded it */
	uint32_t n_setup, n_data;
	uint32_t codec, key, discontinuity;
	uint32_t reserved; /* 0 */
	uint64_t packet;   /* its number */
	int64_t pts, dts, duration;
	uint32_t session, width, height, pixel_width, pixel_height, matrix, range;
	int32_t turn[9];
};

_Static_assert(sizeof(struct ring_start) == 64, "as it lies in the file");
_Static_assert(sizeof(struct ring_entry) == 192, "as it lies in the file");

struct ring_layout {
	uint64_t id, block_size, n_blocks;
	int64_t made;
};

/* Bytes from the start of an entry to that of the next one. */
static inline uint64_t ring_entry_size(uint32_t n_setup, uint32_t n_data)
{
	uint64_t n = sizeof(struct ring_entry) + (uint64_t)n_setup + n_data;

	return (n + RING_ALIGN - 1) / RING_ALIGN * RING_ALIGN;
}

static inline uint64_t ring_block_at(const struct ring_layout *layout, uint64_t sequence)
{
	return RING_START + (sequence - 1) % layout->n_blocks * layout->block_size;
}

static inline uint64_t ring_file_size(const struct ring_layout *layout)
{
	return RING_START + layout->n_blocks * layout->block_size;
}

/* The file of the ring of that name, "NAME.ring"; false: no ring has such a name. */
bool ring_name(const char *name, char ret_file[static RING_NAME_SIZE]);

void ring_start_make(const struct ring_layout *layout, struct ring_start *ret_start);

/* NULL, or what is wrong with it. */
const char *ring_start_read(const struct ring_start *start, struct ring_layout *ret_layout);

/* The head of an entry with this packet's setup or without; the caller sets what is about its place
 * and time, and then ring_entry_seal. */
void ring_entry_make(struct ring_entry *entry, const struct video_Packet *packet, bool has_setup);

/* Of setup and data as they lie in the packet. */
uint64_t ring_body_sum(const struct video_Packet *packet, uint32_t n_setup, uint32_t n_data);

void ring_entry_seal(struct ring_entry *entry);

/* Whether it is a whole head that belongs at this place of this ring. */
bool ring_entry_is_valid(const struct ring_entry *entry, const struct ring_layout *layout,
                         uint64_t at);

/* All of the packet but setup and data. */
void ring_entry_to_packet(const struct ring_entry *entry, struct video_Packet *packet);

#endif
