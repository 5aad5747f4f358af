/* A V4L2 camera that a test plays: what it has, what it answers, what goes wrong. There is one. */
#ifndef PKD_TEST_FAKE_CAMERA_H
#define PKD_TEST_FAKE_CAMERA_H

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FAKE_FORMATS = 4,
	FAKE_SIZES = 4,
	FAKE_CONTROLS = 8,
	FAKE_MENU = 4,
	FAKE_BUFFERS = 4,
	FAKE_ORDER = 16
};

struct fake_size {
	uint32_t width, height, rate; /* the most frames in a second; 0: it does not say */
};

struct fake_format {
	uint32_t fourcc; /* 0 behind the last */
	struct fake_size sizes[FAKE_SIZES];
};

struct fake_control {
	uint32_t id; /* 0 behind the last; ascending */
	uint32_t type;
	const char *name;
	int64_t minimum, maximum, step, value;
	uint32_t flags;
	const char *menu[FAKE_MENU]; /* from 0; NULL where there is no such item */
};

/* The upper part is what the test sets, the lower what the camera does. */
struct fake_camera {
	bool is_away;          /* no such device; what is open answers ENODEV */
	bool has_poll_error;   /* nothing but POLLERR and EAGAIN */
	int open_error;        /* of open, positive; 0: none */
	unsigned long refused; /* this request … */
	int refused_error;     /* … fails so */
	uint32_t no_room_for;  /* STREAMON of this fourcc: ENOSPC */
	uint32_t capabilities; /* 0: those of a camera */
	uint32_t padding;      /* bytes behind each row */
	uint32_t keeps_size;   /* S_FMT gives the first size, whatever is asked for, … */
	bool ignores_rate;     /* … and S_PARM the rate of 15 */
	uint32_t buffer_flags; /* of each buffer */
	struct fake_format formats[FAKE_FORMATS];
	struct fake_control controls[FAKE_CONTROLS];

	uint32_t n_open, n_opened, n_mapped;
	int fd; /* an eventfd: can be read while a buffer is full */
	bool is_streaming;
	struct v4l2_pix_format format;
	struct v4l2_fract period;
	uint32_t n_buffers;
	uint8_t *memory[FAKE_BUFFERS];
	bool is_queued[FAKE_BUFFERS]; /* empty, in the camera's hands */
	struct v4l2_buffer full[FAKE_BUFFERS];
	uint32_t n_full;
	uint32_t set_order[FAKE_ORDER]; /* the controls as they were set */
	uint32_t n_set;
};

extern struct fake_camera fake_camera;

/* A camera of YUYV and MJPG in three sizes, with the usual controls; ends the one before. */
void fake_camera_reset(void);

/* A picture into the next empty buffer; false when there is none: it is lost. `stamp_ns` by
 * CLOCK_MONOTONIC. */
bool fake_camera_give(const void *data, size_t size, uint32_t flags, uint32_t sequence,
                      int64_t stamp_ns);

/* As the system's calls; 0 or above, or -errno. */
int fake_camera_open(void);
void fake_camera_close(void);
int fake_camera_ioctl(unsigned long request, void *argument);
void *fake_camera_map(size_t size, uint32_t offset);
void fake_camera_unmap(void);
short fake_camera_poll(void);

const struct fake_control *fake_camera_control(const char *name);

#endif
