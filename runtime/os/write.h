/* Writing all of a text, however little of it a call takes. */
#ifndef PKDI_WRITE_H
#define PKDI_WRITE_H

#include <stddef.h>

/* 0, or -errno: how much was written is unknown. */
int pkdi_write_all(int fd, const char *text, size_t n);

/* Has the C library write what it keeps for all streams. 0, or -errno where something that went to
 * standard output was lost, now or before (then -EIO). */
int pkdi_write_flush(void);

#endif
