/* A number as a QR code of the smallest size, which reads even where a third of it is spoilt
 * (ISO/IEC 18004: version 1, level H, numeric). */
#ifndef PKD_VIDEO_QR_H
#define PKD_VIDEO_QR_H

#include <stdbool.h>
#include <stdint.h>

enum { QR_SIZE = 21, QR_QUIET = 4 }; /* modules; the white ones around it that readers need */

/* Of the number its last 17 digits. True is dark; the first index is the row, from the top. */
void qr_number(uint64_t number, bool ret_modules[static QR_SIZE][QR_SIZE]);

#endif
