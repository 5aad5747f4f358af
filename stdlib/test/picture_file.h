/* Pictures for tests: from OpenCV's documentation, which lie beside PKD_TEST_CLIP, and others that
 * ffmpeg reads. Included after cmocka.h and fake_ctx.h. */
#ifndef PKD_TEST_PICTURE_FILE_H
#define PKD_TEST_PICTURE_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Static storage. Skips the test where it is not there. */
static inline const char *picture_path(const char *name)
{
	static char path[1024];
	const char *clip = getenv("PKD_TEST_CLIP"), *slash = clip ? strrchr(clip, '/') : NULL;

	snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - clip + 1) : 0,
	         slash ? clip : "", name);
	if (access(path, R_OK) != 0) {
		print_message("no '%s': tests/setup.sh --media\n", path);
		skip();
	}
	return path;
}

/* The picture at `path`, through a filter of ffmpeg's, as width x height pixels of the image's
 * room. */
static inline void picture_load(struct pkd_image *image, const char *path, const char *filter,
                                uint32_t format, uint32_t width, uint32_t height)
{
	static const char *const names[] = {
		[PKD_GRAY8] = "gray",  [PKD_BGR24] = "bgr24", [PKD_RGB24] = "rgb24",
		[PKD_BGRA32] = "bgra", [PKD_RGBA32] = "rgba", [PKD_I420] = "yuv420p",
		[PKD_NV12] = "nv12",
	};
	char command[2048];
	size_t n, size;
	FILE *pipe;

	pkd_image_set(image, format, width, height);
	size = pkd_image_bytes(format, image->stride, height);
	/* Gray is the brightness of full range, as OpenCV makes it. */
	snprintf(command, sizeof(command),
	         "ffmpeg -v error -i '%s' -vf '%s,scale=%u:%u:out_range=full' -frames:v 1 "
	         "-pix_fmt %s -f rawvideo -",
	         path, filter, width, height, names[format]);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(pkd_pixels(image), 1, size, pipe);
	assert_int_equal(pclose(pipe), 0);
	assert_int_equal(n, size);
}

#endif
