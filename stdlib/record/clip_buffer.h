/* Packets in a ring of bytes, which may be that of a dead incarnation: nothing between tail and
 * head is ever written. Positions grow for good; a byte lies at its position modulo the size. */
#ifndef PKD_RECORD_CLIP_BUFFER_H
#define PKD_RECORD_CLIP_BUFFER_H

#include <stdbool.h>
#include <stdint.h>
#include <video/packet.pkd.h>

struct clip_buffer {
	uint8_t *bytes;
	uint64_t size;
};

/* What comes before a packet's setup and data. */
struct clip_item {
	uint64_t size; /* of all, to the next one */
	int64_t time, wall;
	uint32_t n_setup, n_data;
	bool is_key;
};

/* The most that one packet takes. */
uint64_t clip_item_max(void);

/* Writes the packet at `head`, which has room; returns the position behind it. */
uint64_t clip_buffer_put(const struct clip_buffer *buffer, uint64_t head,
                         const struct video_Packet *packet, int64_t time, int64_t wall);

/* The item at `at`; false: none can lie there before `head`. */
bool clip_buffer_item(const struct clip_buffer *buffer, uint64_t at, uint64_t head,
                      struct clip_item *ret_item);

void clip_buffer_get(const struct clip_buffer *buffer, uint64_t at, const struct clip_item *item,
                     struct video_Packet *packet);

/* The first key frame behind the item at `tail`; `head` where there is none. */
uint64_t clip_buffer_next_key(const struct clip_buffer *buffer, uint64_t tail, uint64_t head,
                              int64_t *ret_time);

#endif
