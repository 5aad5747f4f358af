/* http.get_unordered: answers that come before their turn, and a restart among them. */
#include <http/get_unordered.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "test_server.h"

extern const struct pkd_methods http_get_unordered_methods;

enum { URL = 100, N = 50, N_URLS = 130, ROOM = 200 };

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
	struct http_get_unordered_params params;
	void *self;
	struct url *urls[N_URLS];
	struct body *body;
	struct http_Answer *answer;
	struct url *request;
	uint64_t *index;
	struct error *error;
} run;

static pthread_mutex_t slow = PTHREAD_MUTEX_INITIALIZER;

static bool answer(const char *path, unsigned n, FILE *to)
{
	(void)n;
	if (strcmp(path, "/0") == 0) {
		pthread_mutex_lock(&slow);
		pthread_mutex_unlock(&slow);
	}
	return test_server_text(to, path);
}

static void begin(void)
{
	memset(&run, 0, sizeof(run));
	run.params = (struct http_get_unordered_params){.at_once = 4,
	                                                .retries = 3,
	                                                .retry_first = 1000000,
	                                                .retry_max = 1000000000,
	                                                .secret_header = "",
	                                                .patience = INT64_C(5000000000),
	                                                .connect = INT64_C(5000000000),
	                                                .stall = INT64_C(30000000000),
	                                                .timeout = INT64_C(30000000000),
	                                                .base = "",
	                                                .header = "",
	                                                .token = "",
	                                                .user = "",
	                                                .password = "",
	                                                .ca = "",
	                                                .proxy = "",
	                                                .URL = URL,
	                                                .N = N};
	run.ctx.ahead_room = ROOM;
	run.self = fake_self(&http_get_unordered_methods);
	for (unsigned i = 0; i < N_URLS; i++) {
		char text[URL + 1];

		snprintf(text, sizeof(text), "http://127.0.0.1:%u/%u", test_server.port, i);
		run.urls[i] = fake_slot(sizeof(struct url));
		fake_header(run.urls[i])->seq = i + 1;
		pkd_string_set(run.urls[i], text);
	}
	run.body = fake_slot(sizeof(struct body));
	run.answer = fake_slot(sizeof(struct http_Answer));
	run.request = fake_slot(sizeof(struct url));
	run.index = fake_slot(sizeof(uint64_t));
	run.error = fake_slot(sizeof(struct error));
	assert_int_equal(http_get_unordered_methods.init(run.self, &run.params, &run.ctx), PKD_OK);
}

static void end(void)
{
	http_get_unordered_methods.finish(run.self);
	for (unsigned i = 0; i < N_URLS; i++)
		fake_slot_free(run.urls[i]);
	fake_slot_free(run.body);
	fake_slot_free(run.answer);
	fake_slot_free(run.request);
	fake_slot_free(run.index);
	fake_slot_free(run.error);
	free(run.self);
}

static int step(unsigned i)
{
	struct http_get_unordered_in in = {(const void *)run.urls[i]};
	struct http_get_unordered_out out = {(void *)run.body, run.answer, (void *)run.request,
	                                     run.index, (void *)run.error};

	run.ctx.n_ahead = 0;
	for (unsigned k = 1; k <= FAKE_MAX_AHEAD && i + k < N_URLS; k++)
		run.ctx.ahead[run.ctx.n_ahead++] = run.urls[i + k];
	run.ctx.absent = 0;
	return fake_fire(&http_get_unordered_methods, run.self, &in, &out, &run.ctx);
}

static int fire(unsigned i)
{
	const struct timespec ms = {0, 1000000};

	for (int n = 0; n < 20000; n++) {
		int result = step(i);

		if (result != PKD_LATER)
			return result;
		nanosleep(&ms, NULL);
		assert_int_equal(http_get_unordered_methods.ready(run.self, &run.ctx), PKD_OK);
	}
	fail_msg("no answer");
	return -1;
}

static void what_was_given_is_not_asked_for_again(void **state)
{
	static bool given[N_URLS];
	unsigned n = 0;

	(void)state;
	pthread_mutex_lock(&slow);
	test_server_start(answer);
	begin();
	for (n = 0; n < FAKE_MAX_AHEAD; n++) {
		char path[20];

		if (n % 5 == 3)
			assert_int_equal(fake_restart(&http_get_unordered_methods, &run.self,
			                              &run.params, &run.ctx),
			                 PKD_OK);
		assert_int_equal(fire(0), PKD_MORE);
		assert_int_equal(run.ctx.absent, 1U << 4);
		assert_true(*run.index > 0 && *run.index < N_URLS && !given[*run.index]);
		given[*run.index] = true;
		assert_string_equal(run.request->text, run.urls[*run.index]->text);
		snprintf(path, sizeof(path), "/%u", (unsigned)*run.index);
		assert_memory_equal(run.body->data, path, strlen(path));
	}
	pthread_mutex_unlock(&slow);
	assert_int_equal(fire(0), PKD_OK);
	assert_int_equal(*run.index, 0);
	/* Those that were given have nothing in their turns. */
	for (unsigned i = 1; i <= FAKE_MAX_AHEAD; i++) {
		int result = fire(i);

		while (result == PKD_MORE) {
			assert_false(given[*run.index]);
			given[*run.index] = true;
			result = fire(i);
		}
		assert_int_equal(result, PKD_OK);
		assert_true(given[i] && run.ctx.absent == 31);
	}
	end();
	test_server_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_given_is_not_asked_for_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
