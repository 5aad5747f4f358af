/* What video.camera asks of the system, and nothing else: the tests have cameras of their own in
 * place of v4l2.c. */
#ifndef PKD_VIDEO_V4L2_H
#define PKD_VIDEO_V4L2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A descriptor that does not block, or -errno. */
int camera_os_open(const char *path);
void camera_os_close(int fd);

/* 0 or -errno, and never -EINTR. */
int camera_os_ioctl(int fd, unsigned long request, void *argument);

/* NULL when it cannot be mapped. */
void *camera_os_map(int fd, size_t size, uint32_t offset);
void camera_os_unmap(void *data, size_t size);

/* What poll(2) says at once; 0 for nothing. */
short camera_os_poll(int fd);

/* The path of camera number `index` of this machine, from 0; false when there are not so many. */
bool camera_os_list(uint32_t index, size_t size, char *ret_path);

#endif
