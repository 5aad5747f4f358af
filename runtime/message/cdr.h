/* Values as CDR, as ROS 2 has it on the wire (XCDR1, little endian): numbers at multiples of their
 * size, counted from behind the four bytes of the encapsulation; a string with its length and a
 * NUL; a sequence with its length. ros2msg.h has the schemas. */
#ifndef PKDI_CDR_H
#define PKDI_CDR_H

#include <pkd/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pkdi_cdr {
	uint8_t *data; /* `size` bytes; NULL: nothing is written, only counted */
	size_t n, size;
	bool is_full; /* something did not fit */
};

/* The encapsulation, which comes first. */
void pkdi_cdr_begin(struct pkdi_cdr *cdr);

void pkdi_cdr_u8(struct pkdi_cdr *cdr, uint8_t number);
void pkdi_cdr_u32(struct pkdi_cdr *cdr, uint32_t number);
void pkdi_cdr_u64(struct pkdi_cdr *cdr, uint64_t number);
/* builtin_interfaces/Time. */
void pkdi_cdr_time(struct pkdi_cdr *cdr, int64_t ns);
void pkdi_cdr_string(struct pkdi_cdr *cdr, const char *text, size_t n);
/* A sequence of bytes. */
void pkdi_cdr_bytes(struct pkdi_cdr *cdr, const void *bytes, size_t n);

/* A value of that type. Lengths beyond their capacity count as that, so that a value of a faulty
 * writer does no harm. Of an image, what ros2msg.h says. */
void pkdi_cdr_value(struct pkdi_cdr *cdr, const struct pkd_type *type, const void *value);

/* What a stream publishes: its header, and the value unless `type` is NULL. `stamp_ns` is the
 * capture time, since 1970. */
void pkdi_cdr_message(struct pkdi_cdr *cdr, const struct pkd_type *type,
                      const struct pkd_frame *frame, int64_t stamp_ns);

#endif
