/* Fragmented MP4 (ISO/IEC 14496-12) with one video track and one frame in each fragment, so that a
 * file is whole after each. libavformat makes what comes before the first fragment; its muxer would
 * keep a frame back until it has seen the next one. Needs default-base-is-moof in that header. */
#ifndef PKD_VIDEO_MP4_H
#define PKD_VIDEO_MP4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MP4_HEAD_SIZE = 112,  /* of a fragment: all but the frame's bytes */
	MP4_DURATION_AT = 48, /* in it: the frame's duration, 4 bytes */
};

struct mp4_frame {
	uint32_t number; /* of the fragment, from 1 */
	uint64_t time;   /* when it is decoded, in ticks of the track, … */
	int32_t shift;   /* … and so much later it is shown */
	uint64_t duration;
	uint32_t size; /* bytes that follow the head: NAL units, each after its length */
	bool is_key;
};

void mp4_put_head(uint8_t to[static MP4_HEAD_SIZE], const struct mp4_frame *frame);

/* As it stands in the file; one that does not fit in 32 bits is cut, and costs nothing but the
 * length of a last frame: each fragment says its own time. */
void mp4_put_duration(uint8_t to[static 4], uint64_t duration);

/* Where the key frames are: the index behind the last fragment, by which players seek. */
struct mp4_key {
	uint64_t time, offset; /* `offset`: of the fragment in the file */
};

struct mp4_index {
	struct mp4_key *keys;
	size_t n, capacity;
};

/* 0 or -ENOMEM. */
int mp4_index_add(struct mp4_index *index, struct mp4_key key);

/* Adds the key frames of what was written so far, up to `end`. 0 or a negative errno. */
int mp4_index_scan(struct mp4_index *index, int fd, uint64_t end);

/* Where the last whole fragment of a file ends that may have been cut anywhere; 0: it has none. */
uint64_t mp4_whole(int fd);

/* The box as it goes into the file, from malloc, its size in *ret_size; NULL without memory. */
uint8_t *mp4_index_box(const struct mp4_index *index, size_t *ret_size);

void mp4_index_release(struct mp4_index *index);

#endif
