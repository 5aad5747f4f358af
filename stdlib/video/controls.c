/* See controls.h. */
#include "controls.h"

#include "v4l2.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, MAX_CONTROLS = 512, MAX_MENU = 64, MAX_PARTS = 64 };

/* What kernels before 5.15 call a control; pages and scripts still do. */
static const struct old_name {
	uint32_t id;
	const char *name;
} old_names[] = {
	{V4L2_CID_EXPOSURE_AUTO, "exposure_auto"},
	{V4L2_CID_EXPOSURE_AUTO, "auto_exposure"},
	{V4L2_CID_EXPOSURE_ABSOLUTE, "exposure_absolute"},
	{V4L2_CID_EXPOSURE_ABSOLUTE, "exposure_time_absolute"},
	{V4L2_CID_EXPOSURE_AUTO_PRIORITY, "exposure_auto_priority"},
	{V4L2_CID_EXPOSURE_AUTO_PRIORITY, "exposure_dynamic_framerate"},
	{V4L2_CID_AUTO_WHITE_BALANCE, "white_balance_temperature_auto"},
	{V4L2_CID_AUTO_WHITE_BALANCE, "white_balance_automatic"},
	{V4L2_CID_FOCUS_AUTO, "focus_auto"},
	{V4L2_CID_FOCUS_AUTO, "focus_automatic_continuous"},
};

/* One "NAME=NUMBER" of the text. */
struct part {
	char name[NAME_SIZE];
	int64_t value;
};

/* ---- Text ---- */

int camera_fail(struct camera_failure *failure, int error, const char *format, ...)
{
	va_list args;

	failure->error = error;
	va_start(args, format);
	vsnprintf(failure->text, sizeof(failure->text), format, args);
	va_end(args);
	return -error;
}

void camera_append(char text[static CAMERA_TEXT_SIZE], const char *format, ...)
{
	size_t size = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + size, CAMERA_TEXT_SIZE - size, format, args);
	va_end(args);
}

/* The next part, `*text` behind it: 1, 0 at the end, or -EINVAL for what is no part. */
static int next_part(const char **text, struct part *ret_part)
{
	const char *start = *text + strspn(*text, " ,");
	const char *equals = start + strcspn(start, "=,");
	size_t size = (size_t)(equals - start);
	char *end;

	if (*start == '\0')
		return 0;
	while (size > 0 && start[size - 1] == ' ')
		size--;
	if (*equals != '=' || size == 0 || size >= NAME_SIZE)
		return -EINVAL;
	memcpy(ret_part->name, start, size);
	ret_part->name[size] = '\0';
	errno = 0;
	ret_part->value = strtoll(equals + 1, &end, 0);
	if (end == equals + 1 || errno)
		return -EINVAL;
	end += strspn(end, " ");
	*text = end;
	return *end == ',' || *end == '\0' ? 1 : -EINVAL;
}

int camera_controls_check(const char *text, struct camera_failure *ret_failure)
{
	struct part part;
	int r = 1;

	for (int n = 0; r == 1 && n <= MAX_PARTS; n++) {
		const char *start = text + strspn(text, " ,");

		r = next_part(&text, &part);
		if (r < 0)
			return camera_fail(ret_failure, EINVAL,
			                   "controls: '%.*s' is not NAME=NUMBER, as in "
			                   "\"brightness=10,gain=4\"",
			                   (int)strcspn(start, ","), start);
	}
	return r == 0 ? 0 : camera_fail(ret_failure, E2BIG, "more than %d controls", MAX_PARTS);
}

/* ---- What the camera has ---- */

/* "White Balance, Automatic" is white_balance_automatic. */
static void name_of(const struct v4l2_query_ext_ctrl *control, char name[static NAME_SIZE])
{
	size_t n = 0;
	bool is_apart = false;

	for (size_t i = 0; i < sizeof(control->name) && control->name[i]; i++) {
		unsigned char c = (unsigned char)control->name[i];

		if (!isalnum(c)) {
			is_apart = n > 0;
			continue;
		}
		if (is_apart && n + 2 < NAME_SIZE)
			name[n++] = '_';
		is_apart = false;
		if (n + 1 < NAME_SIZE)
			name[n++] = (char)tolower(c);
	}
	name[n] = '\0';
}

static bool is_number(const struct v4l2_query_ext_ctrl *control)
{
	switch (control->type) {
	case V4L2_CTRL_TYPE_INTEGER:
	case V4L2_CTRL_TYPE_BOOLEAN:
	case V4L2_CTRL_TYPE_MENU:
	case V4L2_CTRL_TYPE_INTEGER_MENU:
	case V4L2_CTRL_TYPE_BITMASK:
	case V4L2_CTRL_TYPE_BUTTON:
		return !(control->flags & V4L2_CTRL_FLAG_DISABLED);
	default:
		return false;
	}
}

/* The control behind the one with `id`: false at the end. */
static bool next_control(int fd, uint32_t id, struct v4l2_query_ext_ctrl *ret_control)
{
	*ret_control = (struct v4l2_query_ext_ctrl){.id = id | V4L2_CTRL_FLAG_NEXT_CTRL};
	return camera_os_ioctl(fd, VIDIOC_QUERY_EXT_CTRL, ret_control) == 0 && ret_control->id > id;
}

static bool is_called(const struct v4l2_query_ext_ctrl *control, const char *name)
{
	char own[NAME_SIZE];

	name_of(control, own);
	if (!strcmp(own, name))
		return true;
	for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]); i++) {
		if (old_names[i].id == control->id && !strcmp(old_names[i].name, name))
			return true;
	}
	return false;
}

static bool find_control(int fd, const char *name, struct v4l2_query_ext_ctrl *ret_control)
{
	uint32_t id = 0;

	for (int n = 0; n < MAX_CONTROLS && next_control(fd, id, ret_control); n++) {
		if (is_number(ret_control) && is_called(ret_control, name))
			return true;
		id = ret_control->id;
	}
	return false;
}

static int fail_unknown(int fd, const char *name, struct camera_failure *failure)
{
	struct v4l2_query_ext_ctrl control;
	uint32_t id = 0, n_found = 0;

	camera_fail(failure, EINVAL, "controls: this camera has no %s", name);
	for (int n = 0; n < MAX_CONTROLS && next_control(fd, id, &control); n++) {
		char own[NAME_SIZE];

		id = control.id;
		if (!is_number(&control))
			continue;
		name_of(&control, own);
		camera_append(failure->text, "%s%s", n_found++ ? ", " : "; it has ", own);
	}
	return -EINVAL;
}

/* ---- Ranges ---- */

static bool in_menu(int fd, const struct v4l2_query_ext_ctrl *control, int64_t value)
{
	struct v4l2_querymenu item = {.id = control->id, .index = (uint32_t)value};

	return camera_os_ioctl(fd, VIDIOC_QUERYMENU, &item) == 0;
}

static bool is_menu(const struct v4l2_query_ext_ctrl *control)
{
	return control->type == V4L2_CTRL_TYPE_MENU || control->type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

static bool in_range(int fd, const struct v4l2_query_ext_ctrl *control, int64_t value)
{
	if (control->type == V4L2_CTRL_TYPE_BUTTON)
		return true;
	if (control->type == V4L2_CTRL_TYPE_BITMASK) /* its minimum is 0, its maximum all bits */
		return value >= 0 && (value & ~control->maximum) == 0;
	if (value < control->minimum || value > control->maximum)
		return false;
	if (is_menu(control))
		return in_menu(fd, control, value);
	return control->step < 2 || (uint64_t)(value - control->minimum) % control->step == 0;
}

static void append_menu(int fd, const struct v4l2_query_ext_ctrl *control,
                        struct camera_failure *failure)
{
	int64_t end = control->maximum < MAX_MENU ? control->maximum : MAX_MENU;
	const char *between = "";

	for (int64_t i = control->minimum < 0 ? 0 : control->minimum; i <= end; i++) {
		struct v4l2_querymenu item = {.id = control->id, .index = (uint32_t)i};

		if (camera_os_ioctl(fd, VIDIOC_QUERYMENU, &item) < 0)
			continue;
		if (control->type == V4L2_CTRL_TYPE_MENU)
			camera_append(failure->text, "%s%" PRId64 " (%.*s)", between, i,
			              (int)sizeof(item.name), (const char *)item.name);
		else
			camera_append(failure->text, "%s%" PRId64 " (%lld)", between, i,
			              (long long)item.value);
		between = ", ";
	}
}

static int fail_range(int fd, const struct v4l2_query_ext_ctrl *control, const struct part *part,
                      struct camera_failure *failure)
{
	camera_fail(failure, ERANGE, "controls: %s=%" PRId64 " is not one of ", part->name,
	            part->value);
	if (is_menu(control)) {
		append_menu(fd, control, failure);
		return -ERANGE;
	}
	camera_append(failure->text, "%lld to %lld", (long long)control->minimum,
	              (long long)control->maximum);
	if (control->step > 1)
		camera_append(failure->text, " in steps of %llu",
		              (unsigned long long)control->step);
	camera_append(failure->text, "; it is %lld when nobody sets it",
	              (long long)control->default_value);
	return -ERANGE;
}

/* ---- Setting ---- */

static int set(int fd, const struct part *part, struct camera_failure *failure)
{
	struct v4l2_query_ext_ctrl control;
	struct v4l2_control value = {.value = (int32_t)part->value};
	int r;

	if (!find_control(fd, part->name, &control))
		return fail_unknown(fd, part->name, failure);
	if (control.flags & V4L2_CTRL_FLAG_READ_ONLY)
		return camera_fail(failure, EPERM, "controls: %s can only be read", part->name);
	if (!in_range(fd, &control, part->value))
		return fail_range(fd, &control, part, failure);
	value.id = control.id;
	r = camera_os_ioctl(fd, VIDIOC_S_CTRL, &value);
	if (r < 0)
		return camera_fail(failure, -r, "controls: the camera refuses %s=%" PRId64 ": %s",
		                   part->name, part->value, strerror(-r));
	return 0;
}

/* What is set while the camera decides that itself, such as an exposure beside an automatic one. */
static void say_inactive(int fd, const char *text, char said[static CAMERA_TEXT_SIZE])
{
	struct v4l2_query_ext_ctrl control;
	struct part part;

	for (int n = 0; n < MAX_PARTS && next_part(&text, &part) == 1; n++) {
		if (find_control(fd, part.name, &control) &&
		    control.flags & V4L2_CTRL_FLAG_INACTIVE)
			camera_append(said,
			              "%s%s has no effect while the camera chooses it itself "
			              "(v4l2-ctl -L shows what else is to be set)",
			              *said ? "; " : "", part.name);
	}
}

/* In the dark a camera would expose for longer than a frame's period. */
static void keep_rate(int fd, const char *text, char said[static CAMERA_TEXT_SIZE])
{
	struct v4l2_query_ext_ctrl control = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
	struct v4l2_control value = {.id = V4L2_CID_EXPOSURE_AUTO_PRIORITY};
	struct part part;
	char own[NAME_SIZE];

	if (camera_os_ioctl(fd, VIDIOC_QUERY_EXT_CTRL, &control) < 0 || !is_number(&control))
		return;
	for (int n = 0; n < MAX_PARTS && next_part(&text, &part) == 1; n++) {
		if (is_called(&control, part.name))
			return;
	}
	if (camera_os_ioctl(fd, VIDIOC_G_CTRL, &value) < 0 || value.value == 0)
		return;
	value.value = 0;
	name_of(&control, own);
	if (camera_os_ioctl(fd, VIDIOC_S_CTRL, &value) == 0)
		camera_append(said, "%s%s is set to 0, so that the rate stays in the dark",
		              *said ? "; " : "", own);
}

int camera_controls_set(int fd, const char *text, struct camera_failure *ret_failure,
                        char ret_said[static CAMERA_TEXT_SIZE])
{
	const char *rest = text;
	struct part part;
	int first = 0;

	ret_said[0] = '\0';
	for (int n = 0; n < MAX_PARTS && next_part(&rest, &part) == 1; n++) {
		struct camera_failure failure;
		int r = set(fd, &part, &failure);

		if (r < 0 && !first) {
			first = r;
			*ret_failure = failure;
		}
	}
	say_inactive(fd, text, ret_said);
	keep_rate(fd, text, ret_said);
	return first;
}
