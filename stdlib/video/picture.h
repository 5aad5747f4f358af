/* Decoded frames as bgr24 images, the way up that a person sees them. */
#ifndef PKD_VIDEO_PICTURE_H
#define PKD_VIDEO_PICTURE_H

#include <libavcodec/codec_id.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <video/open.pkd.h>

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
	int width, height, pixels, matrix, scaled_width, scaled_height;
	bool is_full; /* 0 to 255, not 16 to 235 */
};

struct media_picture {
	struct SwsContext *scaler;
	struct media_format format; /* of the scaler */
	uint8_t *buffer;            /* a picture that cannot be made in the image itself */
	size_t buffer_size;
};

/* `matrix` is FFmpeg's display matrix, or NULL; `pixel` the shape of a pixel, 0:1 = unknown. */
struct media_view media_view_of(const struct video_open_params *params, int width, int height,
                                AVRational pixel, const int32_t *matrix);

/* The image is large enough for the view, and of the node's own size. */
int media_picture_convert(struct media_picture *self, const AVFrame *frame, enum AVCodecID codec,
                          const struct media_view *view, struct pkd_image *image,
                          struct pkd_ctx *ctx);
void media_picture_free(struct media_picture *self);

#endif
