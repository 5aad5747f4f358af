/* Pictures are found in whatever pieces their bytes come, and whatever stands between them. */
#include "jpegs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 64 };

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* A header with a segment that holds what looks like an end, and a scan with what looks like
 * markers. */
#define HEADER "\xff\xd8\xff\xe0\0\x05\xff\xd9x\xff\xda\0\x02"
#define SCAN "ab\xff\0c\xff\xd0z"
#define PICTURE HEADER SCAN "\xff\xff\xd9"

struct found {
	size_t n, sizes[8];
	bool whole[8];
};

/* In pieces of so many bytes, of which none has a byte behind it. */
static struct found find(const uint8_t *bytes, size_t n, size_t piece)
{
	struct found found = {0};
	struct media_jpegs jpegs;

	assert_true(media_jpegs_init(&jpegs, MOST));
	for (size_t at = 0; at < n; at += piece) {
		size_t size = piece < n - at ? piece : n - at, done = 0;
		uint8_t *copy = malloc(size);

		memcpy(copy, bytes + at, size);
		while (done < size) {
			bool ends;

			done += media_jpegs_add(&jpegs, copy + done, size - done, &ends);
			if (!ends)
				continue;
			assert_true(found.n < 8);
			found.sizes[found.n] = jpegs.n;
			found.whole[found.n++] = jpegs.is_whole;
			assert_memory_equal(jpegs.data, "\xff\xd8\xff", 3);
			if (jpegs.n == sizeof(PICTURE) - 1)
				assert_memory_equal(jpegs.data, PICTURE, jpegs.n);
		}
		free(copy);
	}
	media_jpegs_finish(&jpegs);
	return found;
}

/* `wanted` has a letter for each that is found: w of one that is whole, c of one that was cut. */
static void check(const uint8_t *bytes, size_t n, const char *wanted)
{
	for (size_t piece = 1; piece <= n; piece++) {
		struct found found = find(bytes, n, piece);

		assert_int_equal(found.n, strlen(wanted));
		for (size_t i = 0; i < found.n; i++)
			assert_int_equal(found.whole[i], wanted[i] == 'w');
	}
}

static void a_picture_ends_with_its_own_end(void **state)
{
	struct found found = find(BYTES(PICTURE), 1000);

	(void)state;
	assert_int_equal(found.sizes[0], sizeof(PICTURE) - 1);
	check(BYTES(PICTURE), "w");
	check(BYTES(PICTURE PICTURE), "ww");
	check(BYTES("--frame\nContent-Length: 2\n\n" PICTURE "--frame--frame\xff\xd8--" PICTURE),
	      "ww");
	/* A second scan, as progressive ones have. */
	check(BYTES("\xff\xff\xd8\xff\xdb\0\x03x\xff\xda\0\x02"
	            "a\xff\xda\0\x03xb\xff\xd9"),
	      "w");
}

static void one_that_is_cut_off_is_told_by_the_next(void **state)
{
	(void)state;
	check(BYTES(HEADER SCAN "\r\n--frame\r\n\r\n" PICTURE), "cw");
	check(BYTES(HEADER HEADER PICTURE), "ccw");
	check(BYTES(PICTURE HEADER SCAN), "w");
	/* What is no marker, and a segment without room for its length. */
	check(BYTES("\xff\xd8\xff\xe0\0\x02"
	            "abc" PICTURE),
	      "cw");
	check(BYTES("\xff\xd8\xff\xe0\0\x01" PICTURE), "cw");
}

static void one_that_is_too_large_is_left_out(void **state)
{
	static const char a[MOST] = "";
	uint8_t text[sizeof(HEADER) - 1 + MOST + sizeof(PICTURE) - 1];

	(void)state;
	memcpy(text, HEADER, sizeof(HEADER) - 1);
	memcpy(text + sizeof(HEADER) - 1, a, MOST);
	memcpy(text + sizeof(HEADER) - 1 + MOST, PICTURE, sizeof(PICTURE) - 1);
	check(text, sizeof(text), "w");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_picture_ends_with_its_own_end),
		cmocka_unit_test(one_that_is_cut_off_is_told_by_the_next),
		cmocka_unit_test(one_that_is_too_large_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
