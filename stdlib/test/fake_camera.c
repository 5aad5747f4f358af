/* See fake_camera.h. */
#include "fake_camera.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct fake_camera fake_camera = {.fd = -1};

static const struct fake_camera usual = {
	.fd = -1,
	.buffer_flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE,
	.formats =
		{
			{V4L2_PIX_FMT_YUYV, {{320, 240, 30}, {640, 480, 30}, {1280, 720, 10}}},
			{V4L2_PIX_FMT_MJPEG, {{320, 240, 60}, {640, 480, 60}, {1280, 720, 30}}},
		},
	.controls =
		{
			{V4L2_CID_BRIGHTNESS,
                         V4L2_CTRL_TYPE_INTEGER,
                         "Brightness",
                         -64,
                         64,
                         1,
                         0,
                         0,
                         {NULL}},
			{V4L2_CID_AUTO_WHITE_BALANCE,
                         V4L2_CTRL_TYPE_BOOLEAN,
                         "White Balance, Automatic",
                         0,
                         1,
                         1,
                         1,
                         0,
                         {NULL}},
			{V4L2_CID_GAIN, V4L2_CTRL_TYPE_INTEGER, "Gain", 0, 100, 10, 0, 0, {NULL}},
			{V4L2_CID_EXPOSURE_AUTO,
                         V4L2_CTRL_TYPE_MENU,
                         "Auto Exposure",
                         0,
                         3,
                         1,
                         3,
                         0,
                         {NULL, "Manual Mode", NULL, "Aperture Priority Mode"}},
			{V4L2_CID_EXPOSURE_ABSOLUTE,
                         V4L2_CTRL_TYPE_INTEGER,
                         "Exposure Time, Absolute",
                         3,
                         2047,
                         1,
                         250,
                         V4L2_CTRL_FLAG_INACTIVE,
                         {NULL}},
			{V4L2_CID_EXPOSURE_AUTO_PRIORITY,
                         V4L2_CTRL_TYPE_BOOLEAN,
                         "Exposure, Dynamic Framerate",
                         0,
                         1,
                         1,
                         1,
                         0,
                         {NULL}},
			{V4L2_CID_PRIVACY,
                         V4L2_CTRL_TYPE_BOOLEAN,
                         "Privacy",
                         0,
                         1,
                         1,
                         0,
                         V4L2_CTRL_FLAG_READ_ONLY,
                         {NULL}},
		},
};

static void free_buffers(void)
{
	for (uint32_t i = 0; i < fake_camera.n_buffers; i++) {
		free(fake_camera.memory[i]);
		fake_camera.memory[i] = NULL;
		fake_camera.is_queued[i] = false;
	}
	fake_camera.n_buffers = fake_camera.n_full = 0;
	fake_camera.is_streaming = false;
}

void fake_camera_reset(void)
{
	free_buffers();
	if (fake_camera.fd >= 0)
		close(fake_camera.fd);
	fake_camera = usual;
}

/* ---- Opening ---- */

int fake_camera_open(void)
{
	if (fake_camera.is_away)
		return -ENOENT;
	if (fake_camera.open_error)
		return -fake_camera.open_error;
	if (fake_camera.n_open)
		return -EBUSY; /* a test has but one program */
	fake_camera.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fake_camera.n_open++;
	fake_camera.n_opened++;
	return fake_camera.fd;
}

void fake_camera_close(void)
{
	free_buffers();
	close(fake_camera.fd);
	fake_camera.fd = -1;
	fake_camera.n_open--;
	fake_camera.has_poll_error = false;
}

/* ---- What it has ---- */

static const struct fake_format *format_of(uint32_t fourcc)
{
	for (uint32_t i = 0; i < FAKE_FORMATS && fake_camera.formats[i].fourcc; i++) {
		if (fake_camera.formats[i].fourcc == fourcc)
			return &fake_camera.formats[i];
	}
	return NULL;
}

static int query_capability(struct v4l2_capability *capability)
{
	uint32_t camera = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;

	capability->capabilities = V4L2_CAP_DEVICE_CAPS | camera | V4L2_CAP_META_CAPTURE;
	capability->device_caps = fake_camera.capabilities ? fake_camera.capabilities : camera;
	return 0;
}

static int enum_format(struct v4l2_fmtdesc *item)
{
	if (item->index >= FAKE_FORMATS || !fake_camera.formats[item->index].fourcc)
		return -EINVAL;
	item->pixelformat = fake_camera.formats[item->index].fourcc;
	return 0;
}

static int enum_size(struct v4l2_frmsizeenum *item)
{
	const struct fake_format *format = format_of(item->pixel_format);

	if (!format || item->index >= FAKE_SIZES || !format->sizes[item->index].width)
		return -EINVAL;
	item->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	item->discrete.width = format->sizes[item->index].width;
	item->discrete.height = format->sizes[item->index].height;
	return 0;
}

static int enum_interval(struct v4l2_frmivalenum *item)
{
	const struct fake_format *format = format_of(item->pixel_format);

	for (uint32_t i = 0; format && item->index == 0 && i < FAKE_SIZES; i++) {
		const struct fake_size *size = &format->sizes[i];

		if (size->width != item->width || size->height != item->height || !size->rate)
			continue;
		item->type = V4L2_FRMIVAL_TYPE_DISCRETE;
		item->discrete = (struct v4l2_fract){1, size->rate};
		return 0;
	}
	return -EINVAL;
}

/* The nearest size by its width, as a driver does. */
static int try_format(struct v4l2_format *wish)
{
	struct v4l2_pix_format *pix = &wish->fmt.pix;
	const struct fake_format *format = format_of(pix->pixelformat);
	const struct fake_size *best;

	if (!format)
		format = &fake_camera.formats[0];
	best = &format->sizes[0];
	for (uint32_t i = 1; i < FAKE_SIZES && format->sizes[i].width; i++) {
		int64_t off = (int64_t)format->sizes[i].width - pix->width;
		int64_t best_off = (int64_t)best->width - pix->width;

		if (!fake_camera.keeps_size && llabs(off) < llabs(best_off))
			best = &format->sizes[i];
	}
	*pix = (struct v4l2_pix_format){
		.width = best->width,
		.height = best->height,
		.pixelformat = format->fourcc,
		.field = V4L2_FIELD_NONE,
		.colorspace = V4L2_COLORSPACE_SRGB,
		.bytesperline = best->width * 2 + fake_camera.padding,
	};
	if (format->fourcc == V4L2_PIX_FMT_MJPEG)
		pix->bytesperline = 0;
	else if (format->fourcc == V4L2_PIX_FMT_GREY || format->fourcc == V4L2_PIX_FMT_NV12 ||
	         format->fourcc == V4L2_PIX_FMT_YUV420)
		pix->bytesperline = best->width + fake_camera.padding;
	else if (format->fourcc == V4L2_PIX_FMT_BGR24 || format->fourcc == V4L2_PIX_FMT_RGB24)
		pix->bytesperline = best->width * 3 + fake_camera.padding;
	pix->sizeimage = (best->width + fake_camera.padding) * best->height * 3;
	return 0;
}

static int set_format(struct v4l2_format *wish)
{
	if (fake_camera.n_buffers)
		return -EBUSY;
	try_format(wish);
	fake_camera.format = wish->fmt.pix;
	return 0;
}

static int get_rate(struct v4l2_streamparm *param)
{
	param->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	param->parm.capture.timeperframe = (struct v4l2_fract){1, 30};
	return 0;
}

static int set_rate(struct v4l2_streamparm *param)
{
	if (fake_camera.ignores_rate)
		param->parm.capture.timeperframe = (struct v4l2_fract){1, 15};
	fake_camera.period = param->parm.capture.timeperframe;
	return 0;
}

/* ---- Controls ---- */

static struct fake_control *control_of(uint32_t id)
{
	for (uint32_t i = 0; i < FAKE_CONTROLS && fake_camera.controls[i].id; i++) {
		if (fake_camera.controls[i].id == id)
			return &fake_camera.controls[i];
	}
	return NULL;
}

const struct fake_control *fake_camera_control(const char *name)
{
	for (uint32_t i = 0; i < FAKE_CONTROLS && fake_camera.controls[i].id; i++) {
		if (!strcmp(fake_camera.controls[i].name, name))
			return &fake_camera.controls[i];
	}
	abort();
}

static struct fake_control *control_behind(uint32_t id)
{
	for (uint32_t i = 0; i < FAKE_CONTROLS && fake_camera.controls[i].id; i++) {
		if (fake_camera.controls[i].id > id)
			return &fake_camera.controls[i];
	}
	return NULL;
}

static int query_control(struct v4l2_query_ext_ctrl *query)
{
	uint32_t id = query->id & ~(V4L2_CTRL_FLAG_NEXT_CTRL | V4L2_CTRL_FLAG_NEXT_COMPOUND);
	const struct fake_control *control = query->id & V4L2_CTRL_FLAG_NEXT_CTRL
	                                             ? control_behind(id)
	                                             : control_of(id);

	if (!control)
		return -EINVAL;
	*query = (struct v4l2_query_ext_ctrl){
		.id = control->id,
		.type = control->type,
		.minimum = control->minimum,
		.maximum = control->maximum,
		.step = (uint64_t)control->step,
		.default_value = control->minimum,
		.flags = control->flags,
	};
	strncpy(query->name, control->name, sizeof(query->name) - 1);
	return 0;
}

static int query_menu(struct v4l2_querymenu *item)
{
	const struct fake_control *control = control_of(item->id);

	if (!control || item->index >= FAKE_MENU || !control->menu[item->index])
		return -EINVAL;
	strncpy((char *)item->name, control->menu[item->index], sizeof(item->name) - 1);
	return 0;
}

static int get_control(struct v4l2_control *value)
{
	const struct fake_control *control = control_of(value->id);

	if (!control)
		return -EINVAL;
	value->value = (int32_t)control->value;
	return 0;
}

/* Without the automatic, the exposure counts. */
static int set_control(const struct v4l2_control *value)
{
	struct fake_control *control = control_of(value->id);

	if (!control || value->value < control->minimum || value->value > control->maximum)
		return control ? -ERANGE : -EINVAL;
	control->value = value->value;
	if (fake_camera.n_set < FAKE_ORDER)
		fake_camera.set_order[fake_camera.n_set++] = value->id;
	if (value->id == V4L2_CID_EXPOSURE_AUTO && value->value == V4L2_EXPOSURE_MANUAL)
		control_of(V4L2_CID_EXPOSURE_ABSOLUTE)->flags = 0;
	return 0;
}

/* ---- Buffers ---- */

static int request_buffers(struct v4l2_requestbuffers *request)
{
	free_buffers();
	if (request->count > FAKE_BUFFERS)
		request->count = FAKE_BUFFERS;
	for (uint32_t i = 0; i < request->count; i++)
		fake_camera.memory[i] = calloc(1, fake_camera.format.sizeimage);
	fake_camera.n_buffers = request->count;
	return 0;
}

static int query_buffer(struct v4l2_buffer *buffer)
{
	if (buffer->index >= fake_camera.n_buffers)
		return -EINVAL;
	buffer->length = fake_camera.format.sizeimage;
	buffer->m.offset = buffer->index * 4096;
	return 0;
}

static int queue_buffer(const struct v4l2_buffer *buffer)
{
	if (buffer->index >= fake_camera.n_buffers || fake_camera.is_queued[buffer->index])
		return -EINVAL;
	fake_camera.is_queued[buffer->index] = true;
	return 0;
}

static int dequeue_buffer(struct v4l2_buffer *buffer)
{
	uint64_t count;

	if (!fake_camera.is_streaming)
		return -EINVAL;
	if (fake_camera.n_full == 0 || fake_camera.has_poll_error)
		return -EAGAIN;
	*buffer = fake_camera.full[0];
	fake_camera.n_full--;
	memmove(&fake_camera.full[0], &fake_camera.full[1],
	        fake_camera.n_full * sizeof(fake_camera.full[0]));
	if (fake_camera.n_full == 0 && read(fake_camera.fd, &count, sizeof(count)) < 0)
		return -EIO;
	return 0;
}

static int stream_on(void)
{
	if (fake_camera.format.pixelformat == fake_camera.no_room_for)
		return -ENOSPC;
	fake_camera.is_streaming = true;
	return 0;
}

bool fake_camera_give(const void *data, size_t size, uint32_t flags, uint32_t sequence,
                      int64_t stamp_ns)
{
	const uint64_t one = 1;
	uint32_t i = 0;

	while (i < fake_camera.n_buffers && !fake_camera.is_queued[i])
		i++;
	if (i == fake_camera.n_buffers || !fake_camera.is_streaming ||
	    size > fake_camera.format.sizeimage)
		return false;
	memcpy(fake_camera.memory[i], data, size);
	fake_camera.is_queued[i] = false;
	fake_camera.full[fake_camera.n_full++] = (struct v4l2_buffer){
		.index = i,
		.bytesused = (uint32_t)size,
		.flags = fake_camera.buffer_flags | flags,
		.sequence = sequence,
		.timestamp = {stamp_ns / 1000000000, stamp_ns % 1000000000 / 1000},
		.length = fake_camera.format.sizeimage,
	};
	return write(fake_camera.fd, &one, sizeof(one)) == sizeof(one);
}

void *fake_camera_map(size_t size, uint32_t offset)
{
	uint32_t i = offset / 4096;

	if (i >= fake_camera.n_buffers || size != fake_camera.format.sizeimage)
		return NULL;
	fake_camera.n_mapped++;
	return fake_camera.memory[i];
}

void fake_camera_unmap(void)
{
	fake_camera.n_mapped--;
}

short fake_camera_poll(void)
{
	if (fake_camera.is_away || fake_camera.has_poll_error)
		return POLLERR | POLLHUP;
	return fake_camera.n_full ? POLLIN : 0;
}

/* ---- All of it ---- */

int fake_camera_ioctl(unsigned long request, void *argument)
{
	if (fake_camera.is_away)
		return -ENODEV;
	if (request == fake_camera.refused && fake_camera.refused_error)
		return -fake_camera.refused_error;
	switch (request) {
	case VIDIOC_QUERYCAP:
		return query_capability(argument);
	case VIDIOC_ENUM_FMT:
		return enum_format(argument);
	case VIDIOC_ENUM_FRAMESIZES:
		return enum_size(argument);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return enum_interval(argument);
	case VIDIOC_TRY_FMT:
		return try_format(argument);
	case VIDIOC_S_FMT:
		return set_format(argument);
	case VIDIOC_G_PARM:
		return get_rate(argument);
	case VIDIOC_S_PARM:
		return set_rate(argument);
	case VIDIOC_QUERY_EXT_CTRL:
		return query_control(argument);
	case VIDIOC_QUERYMENU:
		return query_menu(argument);
	case VIDIOC_G_CTRL:
		return get_control(argument);
	case VIDIOC_S_CTRL:
		return set_control(argument);
	case VIDIOC_REQBUFS:
		return request_buffers(argument);
	case VIDIOC_QUERYBUF:
		return query_buffer(argument);
	case VIDIOC_QBUF:
		return queue_buffer(argument);
	case VIDIOC_DQBUF:
		return dequeue_buffer(argument);
	case VIDIOC_STREAMON:
		return stream_on();
	case VIDIOC_STREAMOFF:
		fake_camera.is_streaming = false;
		return 0;
	default:
		return -ENOTTY;
	}
}
