/* Decoded frames as images of a format of pkd, the way up that a person sees them. */
#ifndef PKD_VIDEO_PICTURE_H
#define PKD_VIDEO_PICTURE_H

#include "source.h"

#include <libavcodec/codec_id.h>
#include <libavutil/frame.h>

#include "scaler.h"

/* How a picture is turned: first mirrored at its diagonal, then flipped. */
struct media_turn {
	bool is_transposed, is_flipped_x, is_flipped_y;
};

/* What is made of a picture. */
struct media_view {
	int width, height;               /* of the image */
	int scaled_width, scaled_height; /* of the picture, before it is turned */
	AVRational pixel; /* shape of the image's pixels; 0:1 where they are square */
	struct media_turn turn;
	bool is_askew; /* to be turned by an angle that is not done */
};

/* What a converter was made for; another picture needs another one. */
struct media_format {
	struct media_side from, to; /* `to` before it is turned */
};

struct media_picture {
	struct SwsContext *scaler;
	struct media_format format; /* of the scaler */
	uint8_t *buffer;            /* a picture that cannot be made in the image itself */
	size_t buffer_size;
};

/* `matrix` is FFmpeg's display matrix, or NULL; `pixel` the shape of a pixel, 0:1 = unknown. */
struct media_view media_view_of(const struct media_options *options, int width, int height,
                                AVRational pixel, const int32_t *matrix);

/* Whether pictures can be had in a format of enum pkd_format; else an error of that node. */
int media_picture_check(uint32_t format, const char *node, struct pkd_ctx *ctx);

/* The image, which becomes one of `format`, has room for the view. I420 and NV12 keep the picture's
 * matrix and range, GRAY8 is its luma in full range. */
int media_picture_convert(struct media_picture *self, const AVFrame *frame, enum AVCodecID codec,
                          const struct media_view *view, uint32_t format, struct pkd_image *image,
                          struct pkd_ctx *ctx);

/* The last step of it: an image that has been made, from planes and between sides that are known.
 * 0 or -errno. */
int media_picture_fill(struct media_picture *self, const AVFrame *frame,
                       const struct media_format *format, const struct media_view *view,
                       struct pkd_image *image);
void media_picture_free(struct media_picture *self);

#endif
