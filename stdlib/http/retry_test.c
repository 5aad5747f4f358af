/* What is tried again, and when. */
#include "retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void a_refusal_is_not_tried_again(void **state)
{
	(void)state;
	assert_true(http_retry_status(429) && http_retry_status(500) && http_retry_status(503));
	assert_false(http_retry_status(400) || http_retry_status(404) || http_retry_status(200));
	assert_true(http_retry_error(CURLE_COULDNT_CONNECT) &&
	            http_retry_error(CURLE_OPERATION_TIMEDOUT));
	assert_false(http_retry_error(CURLE_PEER_FAILED_VERIFICATION) ||
	             http_retry_error(CURLE_WRITE_ERROR) || http_retry_error(CURLE_OK));
}

static void a_server_says_when(void **state)
{
	(void)state;
	assert_int_equal(http_retry_after("0", 0), 0);
	assert_int_equal(http_retry_after("120", 0), 120 * SECOND);
	assert_int_equal(http_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 30),
	                 30 * SECOND);
	assert_int_equal(http_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", 784111777 + 30), 0);
	assert_int_equal(http_retry_after("soon", 0), 0);
	assert_int_equal(http_retry_after("", 0), 0);
	assert_int_equal(http_retry_after("-5", 0), 0);
	assert_int_equal(http_retry_after("99999999999999999999999999", 0), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_not_tried_again),
		cmocka_unit_test(a_server_says_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
