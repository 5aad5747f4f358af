/* video.stream_packets where it cannot begin. What it does with a camera: tests/e2e. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <video/stream_packets.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods video_stream_packets_methods;

static void without_a_descriptor_left_it_says_so(void **state)
{
	static struct pkd_ctx ctx;
	const struct video_stream_packets_params params = {
		.source = "rtsp://127.0.0.1:1/cam", .user = "", .password = "", .ca = ""};
	void *self = fake_self(&video_stream_packets_methods);
	struct rlimit all, few;
	int lowest = dup(STDERR_FILENO), result;

	(void)state;
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = (struct rlimit){(rlim_t)lowest, all.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	result = video_stream_packets_methods.init(self, &params, &ctx);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	assert_true(result < 0);
	assert_non_null(strstr(ctx.error, strerror(EMFILE)));
	free(self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_descriptor_left_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
