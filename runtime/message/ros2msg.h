/* Schemas in the format of ROS 2's .msg files, made from the declared types.
 *
 * What a stream publishes is a message of its own: `uint64 frame`, `uint64 seq`, the capture time
 * `builtin_interfaces/Time stamp`, and `value`, which is not there in a stream without values. A
 * record is a message; an enum is uint32, with its names as constants before it; a time is int64,
 * in nanoseconds; bytes are uint8[]; a list in a list or in an array, and an array in one, is a
 * message with the member `items`; an image has its width, height and format, and no pixels. */
#ifndef PKDI_ROS2MSG_H
#define PKDI_ROS2MSG_H

#include <pkd/frame.h>
#include <stdbool.h>
#include <stddef.h>

/* As many messages as one schema may have. */
enum { PKDI_ROS2MSG_PARTS = 64 };

/* Writes the schema of what a stream publishes, with a NUL behind, and returns its length; more
 * than `size` - 1 where it did not fit. 0: it has too many parts. `type` NULL: no value. */
size_t pkdi_ros2msg_stream(const struct pkd_type *type, char *ret_text, size_t size);

/* The same of what a command takes, the members of a record, and of what it answers, a `value`; of
 * nothing it is empty. */
size_t pkdi_ros2msg_request(const struct pkd_type *args, char *ret_text, size_t size);
size_t pkdi_ros2msg_response(const struct pkd_type *answer, char *ret_text, size_t size);

/* The name of a stream's message: "pkd/msg/Found_objects" for found.objects. */
void pkdi_ros2msg_name(const char *stream, char *ret_name, size_t size);

#endif
