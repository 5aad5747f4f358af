#include "pkd/picture.h"

#include <pkd/node.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/talk.h"

enum { MAX_SIDE = 65536 };
#define MAX_PIXELS UINT64_C(1073741824)

static uint32_t format_of(const char *name)
{
	static const char *const names[] = {
		[PKD_GRAY8] = "gray8",     [PKD_BGR24] = "bgr24",   [PKD_RGB24] = "rgb24",
		[PKD_BGRA32] = "bgra32",   [PKD_RGBA32] = "rgba32", [PKD_GRAY16] = "gray16",
		[PKD_GRAYF32] = "grayf32", [PKD_I420] = "i420",     [PKD_NV12] = "nv12",
	};

	for (uint32_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return i;
	return 0;
}

static uint64_t number_of(const struct pkdi_json *json, uint32_t object, const char *name)
{
	uint64_t number = 0;

	pkdi_json_unsigned(json, pkdi_json_member(json, object, name), &number);
	return number;
}

static uint32_t side_of(const struct pkdi_json *json, uint32_t object, const char *name)
{
	uint64_t side = number_of(json, object, name);

	return side <= MAX_SIDE ? (uint32_t)side : 0;
}

/* An image as the compiler lays it out. */
static bool is_sound(const struct picture *picture)
{
	const struct pkd_image *image = &picture->image;

	return image->format && image->width && image->height && picture->n_bytes <= MAX_PIXELS &&
	       (uint64_t)image->width * pkd_pixel_size(image->format) <= image->stride &&
	       pkd_image_bytes(image->format, image->stride, image->height) == picture->n_bytes;
}

static bool begin(struct picture *picture, const struct pkdi_json *json, uint32_t object)
{
	uint32_t value = pkdi_json_member(json, object, "value");
	char format[16] = "";

	pkdi_json_string(json, pkdi_json_member(json, value, "format"), format, sizeof(format));
	picture->image = (struct pkd_image){
		.width = side_of(json, value, "width"),
		.height = side_of(json, value, "height"),
		.stride = (uint32_t)number_of(json, object, "stride"),
		.format = format_of(format),
	};
	picture->frame = number_of(json, object, "frame");
	picture->n_bytes = number_of(json, object, "bytes");
	picture->n_have = 0;
	if (!is_sound(picture))
		return false;
	picture->pixels = realloc(picture->pixels, (size_t)picture->n_bytes);
	if (!picture->pixels)
		abort();
	return true;
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Adds base64; false where it is none, or more than there can be. */
static bool add(struct picture *picture, const char *text)
{
	uint32_t bits = 0, n_bits = 0;

	for (; *text && *text != '='; text++) {
		int value = digit(*text);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		if (picture->n_have == picture->n_bytes)
			return false;
		picture->pixels[picture->n_have++] = (uint8_t)(bits >> n_bits);
	}
	return true;
}

bool picture_take(struct picture *picture, const struct pkdi_json *json, uint32_t object)
{
	static char text[TALK_LINE];
	uint32_t pixels = pkdi_json_member(json, object, "pixels");

	if (pixels == PKDI_JSON_NONE)
		return begin(picture, json, object);
	return picture->n_bytes && pkdi_json_string(json, pixels, text, sizeof(text)) &&
	       add(picture, text);
}

bool picture_is_whole(const struct picture *picture)
{
	return picture->n_bytes > 0 && picture->n_have == picture->n_bytes;
}

void picture_finish(struct picture *picture)
{
	free(picture->pixels);
	picture->pixels = NULL;
}
