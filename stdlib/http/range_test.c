/* Content-Range, as servers write it and as they do not. */
#include "range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ranges(void **state)
{
	static const char *const bad[] = {
		"",
		"bytes",
		"bytes 5-9",
		"bytes 5-9/",
		"bytes 5-9/10 ",
		"bytes -9/10",
		"bytes 5-/10",
		"bytes 9-5/10",
		"bytes 5-9/9",
		"items 5-9/10",
		"bytes */10",
		"bytes +5-9/10",
		"bytes 5-9/99999999999999999999",
	};
	uint64_t first, last, total;

	(void)state;
	assert_true(http_range_read("bytes 5-9/10", &first, &last, &total));
	assert_true(first == 5 && last == 9 && total == 10);
	assert_true(http_range_read("Bytes 0-0/*", &first, &last, &total));
	assert_true(first == 0 && last == 0 && total == HTTP_RANGE_UNKNOWN);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(http_range_read(bad[i], &first, &last, &total));
}

static void nothing_there(void **state)
{
	uint64_t total;

	(void)state;
	assert_true(http_range_none("bytes */10", &total));
	assert_int_equal(total, 10);
	assert_false(http_range_none("bytes */10x", &total));
	assert_false(http_range_none("bytes */*", &total));
	assert_false(http_range_none("bytes 5-9/10", &total));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(nothing_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
