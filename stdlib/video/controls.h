/* The controls of a camera, such as exposure and brightness, by the names that `v4l2-ctl -l`
 * prints. */
#ifndef PKD_VIDEO_CONTROLS_H
#define PKD_VIDEO_CONTROLS_H

#include <stddef.h>

enum { CAMERA_TEXT_SIZE = 700 };

/* Why something cannot be done; `error` > 0. */
struct camera_failure {
	int error;
	char text[CAMERA_TEXT_SIZE];
};

/* Whether "NAME=NUMBER,…" is written as it should be. Returns 0 or -errno, with *ret_failure. */
int camera_controls_check(const char *text, struct camera_failure *ret_failure);

/* Sets those of `text`, which has been checked, in its order. The first that this camera has not,
 * or not in that range, is -errno with *ret_failure; those after it are set all the same. Where the
 * text does not name it, the control that lets the camera lower its rate in the dark is set to 0.
 * `ret_said` is what there is to note of it, "" for nothing. */
int camera_controls_set(int fd, const char *text, struct camera_failure *ret_failure,
                        char ret_said[static CAMERA_TEXT_SIZE]);

/* *failure = the text; returns -error. */
int camera_fail(struct camera_failure *failure, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Appends, as far as there is room. */
void camera_append(char text[static CAMERA_TEXT_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
