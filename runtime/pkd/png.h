/* Images as PNG files. */
#ifndef PKD_PNG_H
#define PKD_PNG_H

#include <pkd/frame.h>
#include <stdbool.h>

/* Why an image of that format cannot be written, as the end of a sentence; NULL: it can. */
const char *png_refuses(uint32_t format);

/* Writes the image, whose pixels are those of its planes one behind the other, as they lie in a
 * pkd_image; gray of 8 and 16 bits as gray, the others as RGB or RGBA, YUV by BT.601 with 16 to
 * 235. The file gets its name once it is whole, in place of an old one. 0 or -errno. */
int png_write(const char *path, const struct pkd_image *image, const uint8_t *pixels);

#endif
