/* Limits of the system that a program may run into, for messages. */
#ifndef PKDI_LIMITS_H
#define PKDI_LIMITS_H

#include <stddef.h>
#include <stdint.h>

enum { PKDI_BYTES_SIZE = 32, PKDI_LIMIT_SIZE = 128 };

/* "1.5 GiB", "200 MiB", "12 bytes". Returns ret_text. */
char *pkdi_bytes_show(uint64_t bytes, char ret_text[PKDI_BYTES_SIZE]);

/* The meaning of an allocation error: strerror, or the limit behind it, with how to change it:
 * "the file size limit of 64 KiB (ulimit -f) also applies to shared memory". Returns ret_text. */
char *pkdi_limit_explain(int error, char ret_text[PKDI_LIMIT_SIZE]);

#endif
