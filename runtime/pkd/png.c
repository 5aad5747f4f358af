/* By the PNG specification (W3C, third edition); zlib compresses, quickly rather than well. */
#define _GNU_SOURCE
#include "pkd/png.h"

#include <errno.h>
#include <pkd/node.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef PKD_ZLIB
#include <zlib.h>
#endif

/* The colour types of PNG. */
enum { GRAY = 0, RGB = 2, RGBA = 6 };

const char *png_refuses(uint32_t format)
{
#ifndef PKD_ZLIB
	(void)format;
	return "this pkd was built without zlib; with zlib1g-dev, `make` builds it in";
#else
	return format == PKD_GRAYF32 ? "PNG has no floating-point pixels" : NULL;
#endif
}

#ifdef PKD_ZLIB

static void put_u32(uint8_t *to, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void put_chunk(FILE *file, const char *type, const uint8_t *data, size_t n)
{
	uint8_t word[4];
	uLong sum = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);

	put_u32(word, (uint32_t)n);
	fwrite(word, 1, 4, file);
	fwrite(type, 1, 4, file);
	if (n) {
		fwrite(data, 1, n, file);
		sum = crc32_z(sum, data, n);
	}
	put_u32(word, (uint32_t)sum);
	fwrite(word, 1, 4, file);
}

/* ---- Pixels as PNG has them ---- */

static uint8_t colour_of(uint32_t format)
{
	if (format == PKD_GRAY8 || format == PKD_GRAY16)
		return GRAY;
	return format == PKD_BGRA32 || format == PKD_RGBA32 ? RGBA : RGB;
}

static uint32_t bytes_of(uint32_t format)
{
	uint8_t colour = colour_of(format);

	return colour == RGB ? 3 : colour == RGBA ? 4 : format == PKD_GRAY16 ? 2 : 1;
}

static uint8_t clamp(int32_t value)
{
	value = (value + 32768) >> 16;
	return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void convert_yuv(const struct pkd_const_image_plane planes[3], uint32_t format, uint32_t y,
                        uint32_t width, uint8_t *to)
{
	const uint8_t *luma = planes[0].data + (size_t)y * planes[0].stride;
	const uint8_t *u = planes[1].data + (size_t)(y / 2) * planes[1].stride;
	const uint8_t *v = format == PKD_NV12 ? u + 1
	                                      : planes[2].data + (size_t)(y / 2) * planes[2].stride;
	uint32_t step = format == PKD_NV12 ? 2 : 1;

	for (uint32_t x = 0; x < width; x++, to += 3) {
		int32_t l = 76309 * (luma[x] - 16), a = u[x / 2 * step] - 128,
			b = v[x / 2 * step] - 128;

		to[0] = clamp(l + 104597 * b);
		to[1] = clamp(l - 25675 * a - 53279 * b);
		to[2] = clamp(l + 132201 * a);
	}
}

static void convert_row(const struct pkd_image *image, const uint8_t *from, uint8_t *to)
{
	uint32_t n = bytes_of(image->format);
	bool swaps = image->format == PKD_BGR24 || image->format == PKD_BGRA32;

	/* Of GRAY16 the higher byte comes first. */
	if (image->format == PKD_GRAY16) {
		for (uint32_t x = 0; x < image->width; x++, to += 2) {
			uint16_t sample;

			memcpy(&sample, from + 2 * (size_t)x, sizeof(sample));
			to[0] = (uint8_t)(sample >> 8);
			to[1] = (uint8_t)sample;
		}
		return;
	}
	memcpy(to, from, (size_t)image->width * n);
	for (uint32_t x = 0; swaps && x < image->width; x++, to += n) {
		uint8_t blue = to[0];

		to[0] = to[2];
		to[2] = blue;
	}
}

/* All rows, each with its filter (Sub: the difference to the pixel on the left) in front. */
static uint8_t *make_rows(const struct pkd_image *image, const uint8_t *pixels, size_t *ret_size)
{
	size_t n = bytes_of(image->format), row = image->width * n;
	struct pkd_const_image_plane planes[3];
	uint8_t *rows = malloc((row + 1) * image->height + 1);

	for (uint32_t i = 0; i < 3; i++)
		planes[i] = pkd_const_plane(image, i);
	/* The planes lie behind the pixels given, not behind that header. */
	for (uint32_t i = 0; i < 3; i++)
		if (planes[i].data)
			planes[i].data = pixels + (planes[i].data - pkd_const_pixels(image));
	*ret_size = (row + 1) * image->height;
	for (uint32_t y = 0; rows && y < image->height; y++) {
		uint8_t *to = rows + y * (row + 1);

		*to++ = 1;
		if (pkd_planes(image->format) > 1)
			convert_yuv(planes, image->format, y, image->width, to);
		else
			convert_row(image, pixels + (size_t)y * image->stride, to);
		for (size_t i = row; i-- > n;)
			to[i] = (uint8_t)(to[i] - to[i - n]);
	}
	return rows;
}

static int write_file(FILE *file, const struct pkd_image *image, const uint8_t *pixels)
{
	static const uint8_t signature[8] = {137, 'P', 'N', 'G', 13, 10, 26, 10};
	uint8_t head[13] = {0};
	size_t n_rows;
	uint8_t *rows = make_rows(image, pixels, &n_rows), *data = NULL;
	uLongf size = compressBound((uLong)n_rows);
	int r = -ENOMEM;

	if (rows)
		data = malloc(size);
	if (data && compress2(data, &size, rows, (uLong)n_rows, Z_BEST_SPEED) == Z_OK) {
		fwrite(signature, 1, sizeof(signature), file);
		put_u32(head, image->width);
		put_u32(head + 4, image->height);
		head[8] = image->format == PKD_GRAY16 ? 16 : 8;
		head[9] = colour_of(image->format);
		put_chunk(file, "IHDR", head, sizeof(head));
		put_chunk(file, "IDAT", data, size);
		put_chunk(file, "IEND", NULL, 0);
		r = fflush(file) == 0 && !ferror(file) ? 0 : -errno;
	}
	free(data);
	free(rows);
	return r;
}

int png_write(const char *path, const struct pkd_image *image, const uint8_t *pixels)
{
	char *part;
	FILE *file;
	int r;

	if (asprintf(&part, "%s.part", path) < 0)
		return -ENOMEM;
	file = fopen(part, "we");
	r = file ? write_file(file, image, pixels) : -errno;
	if (file && fclose(file) != 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(part, path) < 0)
		r = -errno;
	if (r < 0 && file)
		unlink(part);
	free(part);
	return r;
}

#else

int png_write(const char *path, const struct pkd_image *image, const uint8_t *pixels)
{
	(void)path;
	(void)image;
	(void)pixels;
	return -ENOSYS;
}

#endif
