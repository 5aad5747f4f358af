/* See capture.h. */
#include "capture.h"

#include "v4l2.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum {
	MAX_LIST = 64,   /* formats, sizes or rates of a camera that are looked at */
	PATH_SIZE = 128, /* of a camera's name in a message */
	MAX_TAKEN = 2 * CAMERA_BUFFERS,
	MAX_LOST = 1 << 20, /* a longer gap is a count that began anew */
};

/* What can be read, the cheapest first. */
static const struct pixels {
	uint32_t fourcc;
	enum AVPixelFormat pixels; /* NONE: JPEG */
	uint32_t row, frame;       /* bytes in a row of the first plane, and of all, for 2 pixels */
} readable[] = {
	{V4L2_PIX_FMT_YUYV, AV_PIX_FMT_YUYV422, 4, 4},
	{V4L2_PIX_FMT_UYVY, AV_PIX_FMT_UYVY422, 4, 4},
	{V4L2_PIX_FMT_NV12, AV_PIX_FMT_NV12, 2, 3},
	{V4L2_PIX_FMT_YUV420, AV_PIX_FMT_YUV420P, 2, 3},
	{V4L2_PIX_FMT_BGR24, AV_PIX_FMT_BGR24, 6, 6},
	{V4L2_PIX_FMT_RGB24, AV_PIX_FMT_RGB24, 6, 6},
	{V4L2_PIX_FMT_MJPEG, AV_PIX_FMT_NONE, 0, 0},
	{V4L2_PIX_FMT_JPEG, AV_PIX_FMT_NONE, 0, 0},
	{V4L2_PIX_FMT_GREY, AV_PIX_FMT_GRAY8, 2, 2},
};

/* A format that the camera has, and what it would give in it. */
struct candidate {
	const struct pixels *pixels;
	uint32_t width, height;
	bool fits, keeps_rate;
};

struct candidates {
	struct candidate items[sizeof(readable) / sizeof(readable[0])];
	uint32_t n;
};

/* ---- What there is ---- */

static void append_cameras(const struct camera_wish *wish, struct camera_failure *failure)
{
	char path[PATH_SIZE];
	uint32_t n = 0;

	if (!wish->sees_others)
		return;
	while (n < MAX_LIST && camera_os_list(n, sizeof(path), path))
		camera_append(failure->text, "%s%s", n++ ? ", " : "; there are ", path);
	if (n == 0)
		camera_append(failure->text, "; no camera is connected");
}

static int fail_open(const struct camera_wish *wish, int error, struct camera_failure *failure)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		camera_fail(failure, ENODEV, "there is no camera '%s'", wish->device);
		append_cameras(wish, failure);
		return -ENODEV;
	case EACCES:
	case EPERM: /* EACCES would be taken for what the node has not declared */
		return camera_fail(failure, EPERM,
		                   "'%s' may not be opened: cameras belong to the group video "
		                   "(sudo adduser $USER video, then log in again)",
		                   wish->device);
	default:
		return camera_fail(failure, error, "cannot open '%s': %s", wish->device,
		                   strerror(error));
	}
}

static int fail_busy(const struct camera_wish *wish, struct camera_failure *failure)
{
	return camera_fail(failure, EBUSY,
	                   "another program has the camera '%s' (fuser -v %s says which)",
	                   wish->device, wish->device);
}

static int check_kind(int fd, const struct camera_wish *wish, struct camera_failure *failure)
{
	struct v4l2_capability capability = {0};
	uint32_t has;
	int r = camera_os_ioctl(fd, VIDIOC_QUERYCAP, &capability);

	if (r == -ENODEV)
		return fail_open(wish, ENODEV, failure);
	if (r < 0)
		return camera_fail(failure, EINVAL, "'%s' is no camera: it does not know V4L2",
		                   wish->device);
	has = capability.capabilities & V4L2_CAP_DEVICE_CAPS ? capability.device_caps
	                                                     : capability.capabilities;
	if (!(has & V4L2_CAP_VIDEO_CAPTURE)) {
		camera_fail(failure, EINVAL, "'%s' gives no pictures that pkd can read (%s)",
		            wish->device,
		            has & V4L2_CAP_META_CAPTURE ? "it is a camera's second device, with "
		                                          "facts about the pictures"
		            : has & V4L2_CAP_VIDEO_CAPTURE_MPLANE
		                    ? "it gives them in several planes, for libcamera"
		                    : "it is no camera");
		append_cameras(wish, failure);
		return -EINVAL;
	}
	if (!(has & V4L2_CAP_STREAMING))
		return camera_fail(failure, ENOTSUP, "the driver of '%s' cannot stream",
		                   wish->device);
	return 0;
}

/* The most frames in a second at that size; 0 where the camera does not say. */
static double best_rate(int fd, uint32_t fourcc, uint32_t width, uint32_t height)
{
	double best = 0;

	for (uint32_t i = 0; i < MAX_LIST; i++) {
		struct v4l2_frmivalenum item = {
			.index = i, .pixel_format = fourcc, .width = width, .height = height};
		struct v4l2_fract period;

		if (camera_os_ioctl(fd, VIDIOC_ENUM_FRAMEINTERVALS, &item) < 0)
			break;
		period = item.type == V4L2_FRMIVAL_TYPE_DISCRETE ? item.discrete
		                                                 : item.stepwise.min;
		if (period.numerator > 0 && (double)period.denominator / period.numerator > best)
			best = (double)period.denominator / period.numerator;
		if (item.type != V4L2_FRMIVAL_TYPE_DISCRETE)
			break;
	}
	return best;
}

/* "; it has 640x480, 1280x720". */
static void append_sizes(int fd, uint32_t fourcc, char text[static CAMERA_TEXT_SIZE])
{
	for (uint32_t i = 0; i < MAX_LIST; i++) {
		struct v4l2_frmsizeenum item = {.index = i, .pixel_format = fourcc};

		if (camera_os_ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &item) < 0)
			return;
		if (item.type != V4L2_FRMSIZE_TYPE_DISCRETE) {
			camera_append(text, "; it has all from %ux%u to %ux%u",
			              item.stepwise.min_width, item.stepwise.min_height,
			              item.stepwise.max_width, item.stepwise.max_height);
			return;
		}
		camera_append(text, "%s%ux%u", i ? ", " : "; it has ", item.discrete.width,
		              item.discrete.height);
	}
}

/* ---- Which format ---- */

static const struct pixels *readable_of(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
		if (readable[i].fourcc == fourcc)
			return &readable[i];
	}
	return NULL;
}

static bool is_jpeg(const struct pixels *pixels)
{
	return pixels->pixels == AV_PIX_FMT_NONE;
}

static struct v4l2_format format_of(const struct camera_wish *wish, uint32_t fourcc)
{
	struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};

	format.fmt.pix.width = wish->width;
	format.fmt.pix.height = wish->height;
	format.fmt.pix.pixelformat = fourcc;
	format.fmt.pix.field = V4L2_FIELD_ANY;
	return format;
}

/* Whether a is to be tried before b. */
static bool is_better(const struct candidate *a, const struct candidate *b)
{
	uint64_t a_size = (uint64_t)a->width * a->height, b_size = (uint64_t)b->width * b->height;

	if (a->fits != b->fits)
		return a->fits;
	if (a_size != b_size)
		return a->fits ? a_size > b_size : a_size < b_size;
	if (a->keeps_rate != b->keeps_rate)
		return a->keeps_rate;
	return a->pixels < b->pixels;
}

static void add_candidate(struct candidates *all, int fd, const struct pixels *pixels,
                          const struct camera_wish *wish)
{
	struct v4l2_format format = format_of(wish, pixels->fourcc);
	struct candidate new = {.pixels = pixels, .width = wish->width, .height = wish->height};
	uint32_t at = all->n;
	double rate;

	for (uint32_t i = 0; i < all->n; i++) {
		if (all->items[i].pixels == pixels)
			return;
	}
	if (camera_os_ioctl(fd, VIDIOC_TRY_FMT, &format) == 0) {
		new.width = format.fmt.pix.width;
		new.height = format.fmt.pix.height;
	}
	new.fits = new.width <= wish->width &&new.height <= wish->height;
	rate = best_rate(fd, pixels->fourcc, new.width, new.height);
	new.keeps_rate = rate == 0 || rate >= wish->rate * 0.99;
	for (; at > 0 && is_better(&new, &all->items[at - 1]); at--)
		all->items[at] = all->items[at - 1];
	all->items[at] = new;
	all->n++;
}

/* Those that the wish allows, the best one first. */
static int find_candidates(int fd, const struct camera_wish *wish, struct candidates *ret_all,
                           struct camera_failure *failure)
{
	char has[CAMERA_TEXT_SIZE] = "";

	*ret_all = (struct candidates){0};
	for (uint32_t i = 0; i < MAX_LIST; i++) {
		struct v4l2_fmtdesc item = {.index = i, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
		const struct pixels *pixels;

		if (camera_os_ioctl(fd, VIDIOC_ENUM_FMT, &item) < 0)
			break;
		camera_append(has, "%s%.4s", i ? ", " : "", (const char *)&item.pixelformat);
		pixels = readable_of(item.pixelformat);
		if (pixels && (is_jpeg(pixels) ? wish->takes_jpeg : wish->takes_raw))
			add_candidate(ret_all, fd, pixels, wish);
	}
	if (ret_all->n)
		return 0;
	return camera_fail(failure, ENOTSUP,
	                   "'%s' has none of the formats that are asked for; it has %s",
	                   wish->device, *has ? has : "none at all");
}

/* ---- Asking for it ---- */

static int check_size(int fd, const struct camera_wish *wish, const struct v4l2_pix_format *got,
                      struct camera_failure *failure)
{
	if (got->width == 0 || got->height == 0)
		return camera_fail(failure, EIO, "'%s' gives pictures without a size",
		                   wish->device);
	if (got->width <= wish->width && got->height <= wish->height)
		return 0;
	camera_fail(failure, EMSGSIZE,
	            "the pictures of '%s' are %ux%u, more than %ux%u: write W: %u, H: %u",
	            wish->device, got->width, got->height, wish->width, wish->height, got->width,
	            got->height);
	append_sizes(fd, got->pixelformat, failure->text);
	return -EMSGSIZE;
}

static enum AVColorSpace matrix_of(const struct v4l2_pix_format *format)
{
	uint32_t encoding = format->ycbcr_enc;

	if (encoding == V4L2_YCBCR_ENC_DEFAULT)
		encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(format->colorspace);
	switch (encoding) {
	case V4L2_YCBCR_ENC_709:
	case V4L2_YCBCR_ENC_XV709:
		return AVCOL_SPC_BT709;
	case V4L2_YCBCR_ENC_BT2020:
	case V4L2_YCBCR_ENC_BT2020_CONST_LUM:
		return AVCOL_SPC_BT2020_NCL;
	case V4L2_YCBCR_ENC_SMPTE240M:
		return AVCOL_SPC_SMPTE240M;
	default:
		return AVCOL_SPC_BT470BG;
	}
}

static enum AVColorRange range_of(const struct v4l2_pix_format *format)
{
	bool is_full = format->quantization == V4L2_QUANTIZATION_FULL_RANGE ||
	               format->pixelformat == V4L2_PIX_FMT_GREY;

	if (format->quantization == V4L2_QUANTIZATION_DEFAULT)
		is_full |= format->colorspace == V4L2_COLORSPACE_JPEG;
	return is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

static int set_layout(struct camera *self, const struct v4l2_pix_format *got,
                      const struct camera_wish *wish, struct camera_failure *failure)
{
	const struct pixels *pixels = readable_of(got->pixelformat);
	struct camera_layout *layout = &self->layout;
	uint64_t row, size;

	if (!pixels)
		return camera_fail(failure, EIO, "'%s' changes to the format %.4s", wish->device,
		                   (const char *)&got->pixelformat);
	*layout = (struct camera_layout){
		.width = got->width,
		.height = got->height,
		.size = got->sizeimage,
		.is_jpeg = is_jpeg(pixels),
		.pixels = pixels->pixels,
		.matrix = matrix_of(got),
		.range = range_of(got),
	};
	if (layout->is_jpeg)
		return 0;
	row = ((uint64_t)got->width + 1) / 2 * pixels->row;
	row = got->bytesperline > row ? got->bytesperline : row;
	size = row * got->height + row * got->height * (pixels->frame - pixels->row) / pixels->row;
	if (size > INT32_MAX)
		return camera_fail(failure, EMSGSIZE, "the pictures of '%s' are too large",
		                   wish->device);
	layout->stride = (uint32_t)row;
	layout->size = (uint32_t)size;
	if (pixels->row != pixels->frame && (layout->height % 2 || layout->stride % 2))
		return camera_fail(failure, ENOTSUP,
		                   "'%s' gives %.4s of an odd size: write an even W and H",
		                   wish->device, (const char *)&got->pixelformat);
	return 0;
}

static void say_size(struct camera *self, const struct camera_wish *wish,
                     const struct v4l2_pix_format *got)
{
	if (got->width == wish->width && got->height == wish->height)
		return;
	camera_append(self->said, "the camera gives %ux%u, not %ux%u", got->width, got->height,
	              wish->width, wish->height);
	append_sizes(self->fd, got->pixelformat, self->said);
}

/* Not all cameras let themselves be told. */
static void set_rate(struct camera *self, const struct camera_wish *wish)
{
	struct v4l2_streamparm param = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
	struct v4l2_fract *period = &param.parm.capture.timeperframe;

	self->rate = 0;
	if (camera_os_ioctl(self->fd, VIDIOC_G_PARM, &param) < 0)
		return;
	if (param.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) {
		*period = (struct v4l2_fract){1000, (uint32_t)(wish->rate * 1000 + 0.5)};
		if (camera_os_ioctl(self->fd, VIDIOC_S_PARM, &param) < 0)
			return;
	}
	if (period->numerator == 0 || period->denominator == 0)
		return;
	self->rate = (double)period->denominator / period->numerator;
	if (self->rate < wish->rate * 0.99 || self->rate > wish->rate * 1.01)
		camera_append(self->said, "%sthe camera gives %.4g frames in a second, not %.4g",
		              *self->said ? "; " : "", self->rate, wish->rate);
}

/* ---- Buffers ---- */

static int map_buffers(struct camera *self, const struct camera_wish *wish,
                       struct camera_failure *failure)
{
	struct v4l2_requestbuffers request = {.count = CAMERA_BUFFERS,
	                                      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	                                      .memory = V4L2_MEMORY_MMAP};
	int r = camera_os_ioctl(self->fd, VIDIOC_REQBUFS, &request);

	if (r == -EBUSY)
		return fail_busy(wish, failure);
	if (r < 0 || request.count == 0)
		return camera_fail(failure, r < 0 ? -r : ENOMEM, "'%s' has no buffers: %s",
		                   wish->device, strerror(r < 0 ? -r : ENOMEM));
	/* A driver may make more than were asked for: these are not used. */
	while (self->n_buffers < CAMERA_BUFFERS && self->n_buffers < request.count) {
		struct v4l2_buffer buffer = {.index = self->n_buffers,
		                             .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		                             .memory = V4L2_MEMORY_MMAP};
		void *data;

		r = camera_os_ioctl(self->fd, VIDIOC_QUERYBUF, &buffer);
		data = r < 0 ? NULL : camera_os_map(self->fd, buffer.length, buffer.m.offset);
		if (data)
			self->buffers[self->n_buffers++] = (struct camera_buffer){data,
			                                                          buffer.length};
		if (data)
			r = camera_os_ioctl(self->fd, VIDIOC_QBUF, &buffer);
		if (!data || r < 0)
			return camera_fail(failure, r < 0 ? -r : ENOMEM,
			                   "a buffer of '%s' cannot be had: %s", wish->device,
			                   strerror(r < 0 ? -r : ENOMEM));
	}
	return 0;
}

static void unmap_buffers(struct camera *self)
{
	struct v4l2_requestbuffers none = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	                                   .memory = V4L2_MEMORY_MMAP};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;

	if (self->is_streaming)
		camera_os_ioctl(self->fd, VIDIOC_STREAMOFF, &type);
	for (uint32_t i = 0; i < self->n_buffers; i++)
		camera_os_unmap(self->buffers[i].data, self->buffers[i].size);
	if (self->n_buffers)
		camera_os_ioctl(self->fd, VIDIOC_REQBUFS, &none);
	self->n_buffers = 0;
	self->is_streaming = false;
}

static int start(struct camera *self, const struct camera_wish *wish,
                 struct camera_failure *failure)
{
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	int r = camera_os_ioctl(self->fd, VIDIOC_STREAMON, &type);

	self->is_streaming = r == 0;
	if (r == -ENOSPC)
		return camera_fail(
			failure, ENOSPC,
			"the USB bus has no room for '%s' beside its other cameras: write "
			"format: mjpg, a smaller W and H or a lower "
			"rate, or plug it in at another hub",
			wish->device);
	if (r == -EBUSY)
		return fail_busy(wish, failure);
	if (r < 0)
		return camera_fail(failure, -r, "'%s' does not begin to stream: %s", wish->device,
		                   strerror(-r));
	return 0;
}

/* ---- Opening and closing ---- */

/* In this format. A size that does not fit, or a bus without room, may be better in another one. */
static int try_format(struct camera *self, const struct camera_wish *wish, uint32_t fourcc,
                      struct camera_failure *failure)
{
	struct v4l2_format format = format_of(wish, fourcc);
	int r = camera_os_ioctl(self->fd, VIDIOC_S_FMT, &format);

	self->said[0] = '\0';
	if (r == -EBUSY)
		return fail_busy(wish, failure);
	if (r < 0)
		return camera_fail(failure, -r, "'%s' refuses the format %.4s: %s", wish->device,
		                   (const char *)&fourcc, strerror(-r));
	r = check_size(self->fd, wish, &format.fmt.pix, failure);
	if (r == 0)
		r = set_layout(self, &format.fmt.pix, wish, failure);
	if (r < 0)
		return r;
	say_size(self, wish, &format.fmt.pix);
	set_rate(self, wish);
	r = map_buffers(self, wish, failure);
	if (r == 0)
		r = start(self, wish, failure);
	if (r < 0)
		unmap_buffers(self);
	return r;
}

static int negotiate(struct camera *self, const struct camera_wish *wish,
                     struct camera_failure *failure)
{
	struct camera_failure later;
	struct candidates all;
	int r = find_candidates(self->fd, wish, &all, failure);

	if (r < 0)
		return r;
	r = try_format(self, wish, all.items[0].pixels->fourcc, failure);
	for (uint32_t i = 1; i < all.n && (r == -ENOSPC || r == -EMSGSIZE); i++) {
		if (try_format(self, wish, all.items[i].pixels->fourcc, &later) < 0)
			continue;
		if (r == -ENOSPC)
			camera_append(self->said,
			              "%sthe USB bus has room for this camera as %.4s only",
			              *self->said ? "; " : "",
			              (const char *)&all.items[i].pixels->fourcc);
		return 0;
	}
	return r;
}

static int set_controls(int fd, const struct camera_wish *wish, struct camera_failure *failure,
                        char said[static CAMERA_TEXT_SIZE])
{
	int r = camera_controls_set(fd, wish->controls, failure, said);

	if (r == 0 || !wish->is_again)
		return r;
	camera_append(said, "%s%s", *said ? "; " : "", failure->text);
	return 0;
}

int camera_open(struct camera *self, const struct camera_wish *wish,
                struct camera_failure *ret_failure)
{
	char said[CAMERA_TEXT_SIZE];
	int r;

	*self = (struct camera){.fd = camera_os_open(wish->device)};
	if (self->fd < 0)
		return fail_open(wish, -self->fd, ret_failure);
	r = check_kind(self->fd, wish, ret_failure);
	if (r == 0)
		r = set_controls(self->fd, wish, ret_failure, said);
	if (r == 0)
		r = negotiate(self, wish, ret_failure);
	if (r < 0)
		camera_close(self);
	else if (*said)
		camera_append(self->said, "%s%s", *self->said ? "; " : "", said);
	return r;
}

void camera_close(struct camera *self)
{
	if (self->fd < 0)
		return;
	unmap_buffers(self);
	camera_os_close(self->fd);
	self->fd = -1;
}

/* ---- Pictures ---- */

static int queue(struct camera *self, uint32_t index)
{
	struct v4l2_buffer buffer = {
		.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};

	return camera_os_ioctl(self->fd, VIDIOC_QBUF, &buffer);
}

int camera_give_back(struct camera *self, const struct camera_shot *shot)
{
	return queue(self, shot->index);
}

static void count_gap(struct camera *self, uint32_t sequence)
{
	uint32_t gap = sequence - self->sequence - 1;

	if (self->has_sequence && gap < MAX_LOST)
		self->n_lost += gap;
	self->has_sequence = true;
	self->sequence = sequence;
}

static bool is_damaged(const struct camera *self, const struct v4l2_buffer *buffer)
{
	const struct camera_layout *layout = &self->layout;

	return buffer->flags & V4L2_BUF_FLAG_ERROR || buffer->bytesused == 0 ||
	       buffer->bytesused > self->buffers[buffer->index].size ||
	       (!layout->is_jpeg && buffer->bytesused < layout->size);
}

static struct camera_shot shot_of(const struct camera *self, const struct v4l2_buffer *buffer)
{
	uint32_t clock = buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK;
	uint32_t place = buffer->flags & V4L2_BUF_FLAG_TSTAMP_SRC_MASK;
	struct camera_shot shot = {
		.index = buffer->index,
		.data = self->buffers[buffer->index].data,
		.size = buffer->bytesused,
		.stamp_ns = INT64_MIN,
		.is_at_start = place == V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
	};

	if (clock == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
		shot.stamp_ns = (int64_t)buffer->timestamp.tv_sec * 1000000000 +
		                (int64_t)buffer->timestamp.tv_usec * 1000;
	return shot;
}

/* One buffer: 1 where it is a picture, 0 where it is none and has been given back, -EAGAIN when
 * there is no more. */
static int dequeue(struct camera *self, struct camera_shot *ret_shot)
{
	struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
	                             .memory = V4L2_MEMORY_MMAP};
	int r = camera_os_ioctl(self->fd, VIDIOC_DQBUF, &buffer);

	if (r == -EIO) /* a picture was lost, and no buffer is there for it */
		self->n_damaged++;
	if (r < 0)
		return r == -EIO ? 0 : r;
	if (buffer.index >= self->n_buffers)
		return -EIO;
	count_gap(self, buffer.sequence);
	if (is_damaged(self, &buffer)) {
		self->n_damaged++;
		return queue(self, buffer.index);
	}
	*ret_shot = shot_of(self, &buffer);
	return 1;
}

int camera_take(struct camera *self, struct camera_shot *ret_shot)
{
	struct camera_shot shot;
	bool has_shot = false;
	int r = 0;

	for (int n = 0; n < MAX_TAKEN && r >= 0; n++) {
		r = dequeue(self, &shot);
		if (r != 1)
			continue;
		if (has_shot) {
			self->n_passed++;
			r = queue(self, ret_shot->index);
			if (r < 0)
				break;
		}
		*ret_shot = shot;
		has_shot = true;
	}
	if (r < 0 && r != -EAGAIN)
		return r;
	if (!has_shot && camera_os_poll(self->fd) & (POLLERR | POLLHUP | POLLNVAL))
		return -ENODEV;
	return has_shot;
}
