/* What a path means by its text alone. */
#include <pkd/path.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_address_begins_with_its_scheme(void **state)
{
	(void)state;
	assert_true(pkd_path_is_address("rtsp://camera/1"));
	assert_true(pkd_path_is_address("git+ssh2.x-y://host"));
	assert_true(pkd_path_is_address("A://"));
	assert_false(pkd_path_is_address(""));
	assert_false(pkd_path_is_address("://host"));
	assert_false(pkd_path_is_address("2x://host"));
	assert_false(pkd_path_is_address("rtsp:/camera"));
	assert_false(pkd_path_is_address("clips/rtsp://camera"));
	assert_false(pkd_path_is_address("./rtsp://camera"));
	assert_false(pkd_path_is_address("my clip://1"));
}

static void a_file_may_be_written_as_an_address(void **state)
{
	(void)state;
	assert_false(pkd_path_is_address("file:///tmp/x"));
	assert_false(pkd_path_is_address("file:http://x"));
	assert_string_equal(pkd_path_file("file:///tmp/x"), "///tmp/x");
	assert_string_equal(pkd_path_file("file:x"), "x");
	assert_string_equal(pkd_path_file("profile:x"), "profile:x");
	assert_string_equal(pkd_path_file("./file:x"), "./file:x");
	assert_string_equal(pkd_path_file("rtsp://camera"), "rtsp://camera");
}

static void a_descriptor_has_several_names(void **state)
{
	(void)state;
	assert_int_equal(pkd_path_given_fd("-", 0), 0);
	assert_int_equal(pkd_path_given_fd("-", 1), 1);
	assert_int_equal(pkd_path_given_fd("/dev/stdin", 1), 0);
	assert_int_equal(pkd_path_given_fd("/dev/stdout", 0), 1);
	assert_int_equal(pkd_path_given_fd("/dev/stderr", 0), 2);
	assert_int_equal(pkd_path_given_fd("/dev/fd/63", 0), 63);
	assert_int_equal(pkd_path_given_fd("/proc/self/fd/007", 0), 7);
}

static void what_only_looks_like_a_descriptor_is_a_file(void **state)
{
	static const char *const files[] = {
		"",
		"--",
		"./-",
		"file:-",
		"/dev/stdin2",
		"/dev/fd",
		"/dev/fd/",
		"/dev/fd/x",
		"/dev/fd/3x",
		"/dev/fd/ 3",
		"/dev/fd/+3",
		"/dev/fd/-1",
		"/dev/fd/3/x",
		"/dev/fd/2147483648",
		"/dev/fd/99999999999999999999",
		"/proc/1/fd/3",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (pkd_path_given_fd(files[i], 1) != -1)
			fail_msg("'%s' is taken for a descriptor", files[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_begins_with_its_scheme),
		cmocka_unit_test(a_file_may_be_written_as_an_address),
		cmocka_unit_test(a_descriptor_has_several_names),
		cmocka_unit_test(what_only_looks_like_a_descriptor_is_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
