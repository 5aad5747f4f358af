/* JPEGs in a stream of bytes, as stdlib/video/jpegs.c finds them: the same ones in whatever pieces
 * the bytes come. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is
 * given, once each. */
#include <string.h>

#include "input.h"
#include "video/jpegs.h"

enum { MOST = 512 };

/* A number that depends on all that is found. */
static uint64_t find(const uint8_t *data, size_t size, size_t piece)
{
	struct media_jpegs jpegs;
	uint64_t sum = 1469598103934665603u;

	if (!media_jpegs_init(&jpegs, MOST))
		return 0;
	for (size_t at = 0; at < size; at += piece) {
		size_t n = piece < size - at ? piece : size - at, done = 0;
		/* No byte behind it, so that what reads on is seen by a sanitizer. */
		uint8_t *copy = malloc(n);

		memcpy(copy, data + at, n);
		while (done < n) {
			int width, height;
			bool ends;
			size_t taken = media_jpegs_add(&jpegs, copy + done, n - done, &ends);

			expect(taken > 0 && taken <= n - done, "nothing is taken");
			done += taken;
			if (!ends)
				continue;
			expect(jpegs.n >= 2 && jpegs.n <= MOST && jpegs.data[1] == 0xd8,
			       "what is found is no picture");
			expect(!jpegs.is_whole || jpegs.data[jpegs.n - 1] == 0xd9,
			       "a whole picture has no end");
			sum = (sum ^ jpegs.is_whole) * 1099511628211u;
			expect(!media_jpeg_size(jpegs.data, jpegs.n, &width, &height) ||
			               (width >= 0 && width < 65536 && height >= 0 &&
			                height < 65536),
			       "a size that cannot be said");
			for (size_t i = 0; i < jpegs.n; i++)
				sum = (sum ^ jpegs.data[i]) * 1099511628211u;
		}
		free(copy);
	}
	media_jpegs_finish(&jpegs);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of pictures that fit: of those that do not, the pieces decide what is left out. */
	if (size == 0 || size > INPUT_MAX)
		return 0;
	if (size > MOST) {
		find(data, size, 1 + size / 3);
		return 0;
	}
	expect(find(data, size, size) == find(data, size, 1), "pieces make a difference");
	expect(find(data, size, size) == find(data, size, 7), "pieces make a difference");
	return 0;
}
