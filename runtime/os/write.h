/* Writing all of a text, however little of it a call takes. */
#ifndef PKDI_WRITE_H
#define PKDI_WRITE_H

#include <stddef.h>

/* 0, or -errno: how much was written is unknown. */
int pkdi_write_all(int fd, const char *text, size_t n);

#endif
