/* A V4L2 device that streams: which format and size it is asked for, its buffers, its time
 * stamps. */
#ifndef PKD_VIDEO_CAPTURE_H
#define PKD_VIDEO_CAPTURE_H

#include "controls.h"

#include <libavutil/pixfmt.h>
#include <stdbool.h>
#include <stdint.h>

enum { CAMERA_BUFFERS = 4 };

struct camera_wish {
	const char *device;
	uint32_t width, height; /* at most */
	double rate;            /* frames in a second */
	bool takes_jpeg, takes_raw;
	const char *controls; /* checked */
	bool sees_others;     /* it may look below /dev */
	bool is_again;        /* it has been there before: controls that it lacks are only noted */
};

/* How its pictures lie in its buffers. */
struct camera_layout {
	uint32_t width, height, stride; /* bytes in a row of the first plane; 0 for JPEG */
	uint32_t size;                  /* bytes of a picture; of JPEG, the most */
	bool is_jpeg;
	enum AVPixelFormat pixels; /* of what is no JPEG, … */
	enum AVColorSpace matrix;
	enum AVColorRange range;
};

struct camera_buffer {
	void *data;
	size_t size;
};

struct camera {
	int fd; /* -1: closed */
	struct camera_layout layout;
	struct camera_buffer buffers[CAMERA_BUFFERS];
	uint32_t n_buffers;
	bool is_streaming;
	double rate;       /* that it says it keeps; 0 where it does not say */
	bool has_sequence; /* of the last buffer: */
	uint32_t sequence;
	uint64_t n_lost;    /* pictures that the driver had no buffer for, by its own count */
	uint64_t n_damaged; /* that it has marked as such, or that are not whole */
	uint64_t n_passed;  /* that were not looked at, for there was a newer one */
	char said[CAMERA_TEXT_SIZE]; /* by camera_open: what there is to note; "" for nothing */
};

/* The newest picture. Its memory is the camera's until camera_give_back. */
struct camera_shot {
	uint32_t index;
	const uint8_t *data;
	uint32_t size;
	int64_t stamp_ns; /* CLOCK_MONOTONIC; INT64_MIN where the camera has none */
	bool is_at_start; /* of the exposure; else when the picture was complete */
};

/* Opens it and has it stream. 0, or -errno with *ret_failure and nothing to close. */
int camera_open(struct camera *self, const struct camera_wish *wish,
                struct camera_failure *ret_failure);
void camera_close(struct camera *self);

/* 1 with *ret_shot, 0 when there is none yet, -errno when the device has gone. */
int camera_take(struct camera *self, struct camera_shot *ret_shot);
/* 0, or -errno as above. */
int camera_give_back(struct camera *self, const struct camera_shot *shot);

#endif
