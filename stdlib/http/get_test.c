/* http.get against a server of the test: the order, what is in flight, and what fails. */
#include <errno.h>
#include <http/get.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_server.h"

extern const struct pkd_methods http_get_methods;

enum { URL = 100, N = 50, ROOM = 4 };

struct url {
	uint32_t len;
	char text[URL + 1];
};
struct body {
	uint32_t len;
	uint8_t data[N];
};
struct error {
	uint32_t len;
	char text[201];
};

static struct run {
	struct pkd_ctx ctx;
	struct http_get_params params;
	void *self;
	struct url *urls[8];
	struct body *body;
	struct http_Answer *answer;
	struct error *error;
} run;

static void set_params(void)
{
	run.params = (struct http_get_params){.at_once = 8,
	                                      .retries = 3,
	                                      .retry_first = 1000000,
	                                      .retry_max = 1000000000,
	                                      .secret_header = "",
	                                      .patience = INT64_C(5000000000),
	                                      .connect = INT64_C(5000000000),
	                                      .stall = INT64_C(5000000000),
	                                      .timeout = INT64_C(5000000000),
	                                      .redirects = 2,
	                                      .base = "",
	                                      .header = "",
	                                      .token = "",
	                                      .user = "",
	                                      .password = "",
	                                      .ca = "",
	                                      .proxy = "",
	                                      .URL = URL,
	                                      .N = N};
}

/* Of the paths, the first is in hand, and ROOM more may be looked at. */
static void begin_with(const char *const *paths, unsigned n, uint32_t at_once)
{
	memset(&run, 0, sizeof(run));
	set_params();
	run.params.at_once = at_once;
	run.ctx.ahead_room = ROOM;
	run.self = fake_self(&http_get_methods);
	for (unsigned i = 0; i < n; i++) {
		char text[URL + 1];

		snprintf(text, sizeof(text), "http://127.0.0.1:%u%s", test_server.port, paths[i]);
		run.urls[i] = fake_slot(sizeof(struct url));
		fake_header(run.urls[i])->seq = i + 1;
		pkd_string_set(run.urls[i], text);
	}
	run.body = fake_slot(sizeof(struct body));
	run.answer = fake_slot(sizeof(struct http_Answer));
	run.error = fake_slot(sizeof(struct error));
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), PKD_OK);
}

static void begin(const char *const *paths, unsigned n)
{
	begin_with(paths, n, 8);
}

static void end(void)
{
	http_get_methods.finish(run.self);
	for (unsigned i = 0; i < 8; i++)
		if (run.urls[i])
			fake_slot_free(run.urls[i]);
	fake_slot_free(run.body);
	fake_slot_free(run.answer);
	fake_slot_free(run.error);
	free(run.self);
}

static int step(unsigned i)
{
	struct http_get_in in = {(const void *)run.urls[i]};
	struct http_get_out out = {(void *)run.body, run.answer, (void *)run.error};

	run.ctx.n_ahead = 0;
	for (unsigned k = 1; k <= ROOM && i + k < 8 && run.urls[i + k]; k++)
		run.ctx.ahead[run.ctx.n_ahead++] = run.urls[i + k];
	run.ctx.absent = 0;
	memset(run.body, 0, sizeof(*run.body));
	memset(run.error, 0, sizeof(*run.error));
	return fake_fire(&http_get_methods, run.self, &in, &out, &run.ctx);
}

/* Until it has an answer. */
static int fire(unsigned i)
{
	const struct timespec ms = {0, 1000000};
	int result;

	for (int n = 0; n < 20000; n++) {
		result = step(i);
		if (result != PKD_LATER)
			return result;
		nanosleep(&ms, NULL);
		assert_int_equal(http_get_methods.ready(run.self, &run.ctx), PKD_OK);
	}
	fail_msg("no answer");
	return -1;
}

static void assert_body(const char *text)
{
	assert_int_equal(run.ctx.absent, 1U << 2);
	assert_int_equal(run.body->len, strlen(text));
	assert_memory_equal(run.body->data, text, strlen(text));
}

static void assert_error(const char *why, uint32_t status)
{
	assert_int_equal(run.ctx.absent, status ? 1U : 3U);
	if (status)
		assert_int_equal(run.answer->status, status);
	if (!strstr(run.error->text, why))
		fail_msg("'%s' is not in '%s'", why, run.error->text);
}

/* ---- What is answered ---- */

static pthread_barrier_t all_asked;

/* Nobody gets an answer before all have asked. */
static bool answer_together(const char *path, unsigned n, FILE *to)
{
	(void)n;
	pthread_barrier_wait(&all_asked);
	return test_server_text(to, path);
}

static pthread_mutex_t slow = PTHREAD_MUTEX_INITIALIZER;

static bool answer_first_late(const char *path, unsigned n, FILE *to)
{
	(void)n;
	if (strcmp(path, "/a") == 0) {
		pthread_mutex_lock(&slow);
		pthread_mutex_unlock(&slow);
	}
	return test_server_text(to, path);
}

static bool answer_badly(const char *path, unsigned n, FILE *to)
{
	if (strcmp(path, "/twice") == 0 && n < 3)
		return fprintf(to, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n") > 0;
	if (strcmp(path, "/lost") == 0 && n < 2)
		return false;
	if (strcmp(path, "/gone") == 0)
		return false;
	if (strcmp(path, "/part") == 0)
		return fprintf(to, "HTTP/1.1 206 A\r\nContent-Range: bytes 0-2/9\r\n"
		                   "Content-Length: 3\r\n\r\nabc") > 0;
	if (strcmp(path, "/lengths") == 0)
		return fprintf(to, "HTTP/1.1 200 A\r\nContent-Length: 3\r\n"
		                   "Content-Length: 4\r\n\r\nabcd") < 0;
	if (strcmp(path, "/same") == 0)
		return fprintf(to, "HTTP/1.1 200 A\r\nContent-Length: 5\r\n"
		                   "Content-Length: 5\r\n\r\n/same") > 0;
	if (strcmp(path, "/line") == 0)
		return fprintf(to, "HTTP/1.1 200 A\r\nX: %0200000d", 0) < 0;
	if (strcmp(path, "/none") == 0)
		return fprintf(to, "HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nnot") > 0;
	if (strcmp(path, "/cut") == 0)
		return fprintf(to, "HTTP/1.1 200 OK\r\nContent-Le") < 0;
	if (strcmp(path, "/moved") == 0)
		return fprintf(to,
		               "HTTP/1.1 302 There\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
		               n < 2 ? "/moved" : "/here") > 0;
	if (strcmp(path, "/trailer") == 0)
		return fprintf(to, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		                   "3\r\nabc\r\n0\r\nX-More: yes\r\n\r\n") > 0;
	if (strcmp(path, "/long") == 0)
		return test_server_text(to, "123456789012345678901234567890123456789012345678901");
	return test_server_text(to, path);
}

/* ---- Tests ---- */

static void addresses_that_wait_are_asked_too(void **state)
{
	static const char *const paths[] = {"/a", "/b", "/c", "/d", "/e"};

	(void)state;
	pthread_barrier_init(&all_asked, NULL, ROOM + 1);
	test_server_start(answer_together);
	begin(paths, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(fire(i), PKD_OK);
		assert_body(paths[i]);
		assert_int_equal(run.answer->status, 200);
		assert_string_equal(run.answer->type.text, "text/plain");
	}
	assert_int_equal(test_server.n_asked, 5);
	end();
	test_server_end();
	pthread_barrier_destroy(&all_asked);
}

static void what_is_done_is_not_in_flight(void **state)
{
	static const char *const paths[] = {"/a", "/b", "/c", "/d", "/e"};
	const struct timespec ms = {0, 1000000};

	(void)state;
	pthread_mutex_lock(&slow);
	test_server_start(answer_first_late);
	begin_with(paths, 5, 2);
	for (int i = 0; i < 20000 && !test_server_count("/e"); i++) {
		assert_int_equal(step(0), PKD_LATER);
		nanosleep(&ms, NULL);
		assert_int_equal(http_get_methods.ready(run.self, &run.ctx), PKD_OK);
	}
	assert_int_equal(test_server.n_asked, 5);
	pthread_mutex_unlock(&slow);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(fire(i), PKD_OK);
		assert_body(paths[i]);
	}
	assert_int_equal(test_server.n_asked, 5);
	end();
	test_server_end();
}

static void what_is_lost_is_asked_for_again(void **state)
{
	static const char *const paths[] = {"/twice", "/lost", "/moved", "/trailer"};

	(void)state;
	test_server_start(answer_badly);
	begin(paths, 4);
	assert_int_equal(fire(0), PKD_OK);
	assert_body("/twice");
	assert_int_equal(run.answer->tries, 3);
	assert_int_equal(fire(1), PKD_OK);
	assert_body("/lost");
	assert_int_equal(fire(2), PKD_OK);
	assert_body("/here");
	assert_non_null(strstr(run.answer->url.text, "/here"));
	assert_int_equal(run.answer->tries, 1);
	assert_int_equal(fire(3), PKD_OK);
	assert_body("abc");
	end();
	test_server_end();
}

static void what_fails_is_an_item(void **state)
{
	static const char *const paths[] = {"/none", "/cut", "/long", "/ok"};

	(void)state;
	test_server_start(answer_badly);
	begin(paths, 4);
	assert_int_equal(fire(0), PKD_OK);
	assert_error("/none': the server answers 404", 404);
	assert_int_equal(fire(1), PKD_OK);
	assert_error("the connection was closed in the header, after 4 tries", 200);
	assert_int_equal(fire(2), PKD_OK);
	assert_error("the answer has more than N = 50 bytes: raise it", 200);
	assert_int_equal(fire(3), PKD_OK);
	assert_body("/ok");
	/* Where nobody reads the error. */
	run.ctx.unread = 1U << 2;
	assert_int_equal(fire(0), -EIO);
	assert_non_null(strstr(run.ctx.error, "/none': the server answers 404"));
	end();
	test_server_end();
}

static void answers_that_are_none_are_errors(void **state)
{
	static const char *const paths[] = {"/part", "/lengths", "/line", "/same"};

	(void)state;
	test_server_start(answer_badly);
	begin(paths, 4);
	assert_int_equal(fire(0), PKD_OK);
	assert_error("a part of it (206), which nobody asked for", 206);
	assert_int_equal(fire(1), PKD_OK);
	assert_error("two different Content-Length", 200);
	assert_int_equal(fire(2), PKD_OK);
	assert_error("a line of its header is too long", 200);
	assert_int_equal(fire(3), PKD_OK);
	assert_body("/same");
	end();
	test_server_end();
}

static void each_try_is_one_request(void **state)
{
	static const char *const paths[] = {"/ok", "/gone"};

	(void)state;
	test_server_start(answer_badly);
	begin_with(paths, 2, 1);
	assert_int_equal(fire(0), PKD_OK);
	assert_body("/ok");
	assert_int_equal(fire(1), PKD_OK);
	assert_error("after 4 tries", 0);
	assert_int_equal(test_server_count("/gone"), 4);
	end();
	test_server_end();
}

static void frames_that_are_passed_by_are_left(void **state)
{
	static const char *const paths[] = {"/a", "/b", "/c", "/d", "/e"};

	(void)state;
	test_server_start(answer_badly);
	begin(paths, 5);
	assert_int_equal(fire(0), PKD_OK);
	assert_int_equal(fire(3), PKD_OK);
	assert_body("/d");
	assert_int_equal(fire(4), PKD_OK);
	assert_body("/e");
	end();
	test_server_end();
}

static void a_secret_needs_a_host(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	set_params();
	run.params.token = "geheim";
	run.self = fake_self(&http_get_methods);
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "write base:"));
	assert_null(strstr(run.ctx.error, "geheim"));
	run.params.base = "http://a";
	run.params.token = "geheim\r\nX-More: yes";
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "token has a control character"));
	assert_null(strstr(run.ctx.error, "geheim"));
	run.params.token = "geheim";
	run.params.header = "X-More: a\r\ncontent-length : 4";
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "header has a line 'Content-Length:'"));
	run.params.header = "X-More: a\x01";
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "header has a control character"));
	run.params.header = "";
	run.params.base = "ftp://a";
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	run.params.token = "";
	run.params.base = "";
	run.params.password = "geheim";
	assert_int_equal(http_get_methods.init(run.self, &run.params, &run.ctx), -EINVAL);
	free(run.self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_that_wait_are_asked_too),
		cmocka_unit_test(what_is_done_is_not_in_flight),
		cmocka_unit_test(what_is_lost_is_asked_for_again),
		cmocka_unit_test(what_fails_is_an_item),
		cmocka_unit_test(answers_that_are_none_are_errors),
		cmocka_unit_test(each_try_is_one_request),
		cmocka_unit_test(frames_that_are_passed_by_are_left),
		cmocka_unit_test(a_secret_needs_a_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
