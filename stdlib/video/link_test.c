/* What a link is called at which moment. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "link.h"

#include <cmocka.h>

static const int64_t MS = 1000000;
static const struct media_limits limits = {500000000, 1000000000};

static struct media_link at(const struct media_news *news, int64_t now_ms)
{
	return media_link_of(news, &limits, now_ms * MS);
}

static void there_is_no_link_before_a_frame(void **state)
{
	struct media_news news = {.phase = MEDIA_CONNECTING, .since_ns = 100 * MS};

	(void)state;
	assert_int_equal(at(&news, 9000).state, video_LinkState_connecting);
	assert_int_equal(at(&news, 9000).since_ns, 100 * MS);
	assert_int_equal(at(&news, 9000).until_ns, INT64_MAX);
	news.phase = MEDIA_LOST;
	news.since_ns = 200 * MS;
	assert_int_equal(at(&news, 9000).state, video_LinkState_offline);
	assert_int_equal(at(&news, 9000).since_ns, 200 * MS);
}

static void it_is_stalled_by_the_clock(void **state)
{
	struct media_news news = {MEDIA_CONNECTED, .arrived_ns = 3000 * MS,
	                          .changed_ns = 3000 * MS};

	(void)state;
	assert_int_equal(at(&news, 3499).state, video_LinkState_online);
	assert_int_equal(at(&news, 3499).since_ns, 3000 * MS);
	assert_int_equal(at(&news, 3499).until_ns, 3500 * MS);
	assert_int_equal(at(&news, 3500).state, video_LinkState_stalled);
	assert_int_equal(at(&news, 9000).since_ns, 3500 * MS);
}

static void it_is_frozen_by_a_frame(void **state)
{
	struct media_news news = {MEDIA_CONNECTED, .arrived_ns = 3999 * MS,
	                          .changed_ns = 3000 * MS};

	(void)state;
	assert_int_equal(at(&news, 4300).state, video_LinkState_online);
	news.arrived_ns = 4000 * MS;
	assert_int_equal(at(&news, 4300).state, video_LinkState_frozen);
	assert_int_equal(at(&news, 4300).since_ns, 4000 * MS);
	assert_int_equal(at(&news, 4300).until_ns, 4500 * MS);
	assert_int_equal(at(&news, 4500).state, video_LinkState_stalled);
}

static void it_is_never_frozen_where_that_is_off(void **state)
{
	const struct media_news news = {MEDIA_CONNECTED, .arrived_ns = 9000 * MS,
	                                .changed_ns = 1000 * MS};
	const struct media_limits off = {.stalled_after_ns = 500 * MS};

	(void)state;
	assert_int_equal(media_link_of(&news, &off, 9100 * MS).state, video_LinkState_online);
}

static void an_errno_is_a_reason(void **state)
{
	(void)state;
	assert_int_equal(media_link_reason(ECONNREFUSED), video_LinkReason_refused);
	assert_int_equal(media_link_reason(ETIMEDOUT), video_LinkReason_silent);
	assert_int_equal(media_link_reason(ENODEV), video_LinkReason_unplugged);
	assert_int_equal(media_link_reason(ENOMEM), video_LinkReason_failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_no_link_before_a_frame),
		cmocka_unit_test(it_is_stalled_by_the_clock),
		cmocka_unit_test(it_is_frozen_by_a_frame),
		cmocka_unit_test(it_is_never_frozen_where_that_is_off),
		cmocka_unit_test(an_errno_is_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
