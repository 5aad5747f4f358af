/* Between I420, NV12 and the other formats by libswscale, for C++. */
#ifndef PKD_IMAGE_YUV_H
#define PKD_IMAGE_YUV_H

#include <pkd/node.h>

#ifdef __cplusplus
extern "C" {
#endif

struct image_yuv;

struct image_yuv *image_yuv_create(void); /* NULL: no memory */
void image_yuv_destroy(struct image_yuv *self);

/* Whether images of a format can be converted. */
bool image_yuv_takes(uint32_t format);

/* Fills `to`, which has been made: its size is that of `from`, its matrix and range are those to
 * convert to. 0 or -errno. */
int image_yuv_convert(struct image_yuv *self, const struct pkd_image *from, struct pkd_image *to);

#ifdef __cplusplus
}
#endif

#endif
