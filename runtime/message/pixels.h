/* What formats of pixels are called in texts. */
#ifndef PKDI_PIXELS_H
#define PKDI_PIXELS_H

#include <stdint.h>

/* "bgr24"; "?" for what is none. */
const char *pkdi_format_name(uint32_t format);

#endif
