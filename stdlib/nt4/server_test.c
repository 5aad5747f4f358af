/* A value from nt4.publish through nt4.server to nt4.subscribe, and what becomes of it when it is
 * old, or when one of them ends; with real clients and robots, and through kills, all this is tested
 * by tests/e2e/nt4.sh. */
#include <arpa/inet.h>
#include <errno.h>
#include <nt4/publish.pkd.h>
#include <nt4/server.pkd.h>
#include <nt4/subscribe.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods nt4_server_methods, nt4_publish_methods, nt4_subscribe_methods;

static const struct pkd_type f64_type = {
	.kind = PKD_F64, .name = "f64", .size = 8, .align = 8, .plain = true, .flat = true};
static const int64_t SECOND_NS = 1000000000;

static struct {
	struct pkd_ctx server_ctx, publish_ctx, subscribe_ctx;
	void *server, *publish, *subscribe;
	struct nt4_server_params server_params;
	struct nt4_publish_params publish_params;
	struct nt4_subscribe_params subscribe_params;
	struct nt4_Served served; /* as the nodes have told it last */
	enum nt4_State state;
	double value;
	int64_t time_ns;
	int n_values;
} t;

static uint32_t free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void start_server(void)
{
	t.server = fake_self(&nt4_server_methods);
	assert_int_equal(nt4_server_methods.init(t.server, &t.server_params, &t.server_ctx),
	                 PKD_OK);
}

static int set_up(void **state)
{
	uint32_t port = free_port();

	(void)state;
	memset(&t, 0, sizeof(t));
	t.server_params = (struct nt4_server_params){
		.host = "127.0.0.1", .port = port, .max_clients = 4, .persist = ""};
	t.publish_params = (struct nt4_publish_params){.T = &f64_type,
	                                               .server = "127.0.0.1",
	                                               .port = port,
	                                               .id = "eyes",
	                                               .table = "a/b",
	                                               .max_age = SECOND_NS / 2,
	                                               .connect = 5 * SECOND_NS,
	                                               .retry_max = SECOND_NS / 10};
	t.subscribe_params = (struct nt4_subscribe_params){.T = &f64_type,
	                                                   .server = "127.0.0.1",
	                                                   .port = port,
	                                                   .id = "ears",
	                                                   .table = "a/b",
	                                                   .period = 1000000,
	                                                   .connect = 5 * SECOND_NS,
	                                                   .retry_max = SECOND_NS / 10};
	start_server();
	t.publish = fake_self(&nt4_publish_methods);
	t.subscribe = fake_self(&nt4_subscribe_methods);
	assert_int_equal(nt4_publish_methods.init(t.publish, &t.publish_params, &t.publish_ctx),
	                 PKD_OK);
	assert_int_equal(
		nt4_subscribe_methods.init(t.subscribe, &t.subscribe_params, &t.subscribe_ctx),
		PKD_OK);
	return 0;
}

static void end(const struct pkd_methods *methods, void **self)
{
	if (*self)
		methods->finish(*self);
	free(*self);
	*self = NULL;
}

static int tear_down(void **state)
{
	(void)state;
	end(&nt4_publish_methods, &t.publish);
	end(&nt4_subscribe_methods, &t.subscribe);
	end(&nt4_server_methods, &t.server);
	return 0;
}

static void turn_server(void)
{
	struct nt4_server_in in = {0};
	struct nt4_Served served = {0};
	struct nt4_server_out out = {&served};

	if (!t.server)
		return;
	assert_int_equal(nt4_server_methods.ready(t.server, &t.server_ctx), PKD_OK);
	if (fake_fire(&nt4_server_methods, t.server, &in, &out, &t.server_ctx) == PKD_OK)
		t.served = served;
}

static void turn_subscribe(void)
{
	struct nt4_subscribe_in in = {0};
	struct io_Link link = {0};
	double value = 0;
	uint32_t told = 0;
	struct nt4_subscribe_out out = {&value, &link, &told};

	assert_int_equal(nt4_subscribe_methods.ready(t.subscribe, &t.subscribe_ctx), PKD_OK);
	t.subscribe_ctx.absent = 0;
	if (fake_fire(&nt4_subscribe_methods, t.subscribe, &in, &out, &t.subscribe_ctx) != PKD_OK)
		return;
	t.state = (enum nt4_State)told;
	if (t.subscribe_ctx.absent & 1)
		return;
	t.value = value;
	t.time_ns = t.subscribe_ctx.set_time_ns;
	t.n_values++;
}

static void turn(void)
{
	turn_server();
	assert_int_equal(nt4_publish_methods.ready(t.publish, &t.publish_ctx), PKD_OK);
	turn_subscribe();
	usleep(500);
}

static void publish(double value, int64_t time_ns)
{
	double *slot = fake_slot(sizeof(*slot));
	struct nt4_publish_in in = {slot};

	*slot = value;
	fake_header(slot)->publish_ns = pkd_now();
	t.publish_ctx.time_ns = time_ns;
	assert_int_equal(fake_fire(&nt4_publish_methods, t.publish, &in, NULL, &t.publish_ctx),
	                 PKD_OK);
	fake_slot_free(slot);
}

#define WAIT(condition)                                        \
	do {                                                   \
		int64_t until_ns = pkd_now() + 30 * SECOND_NS; \
		while (!(condition)) {                         \
			turn();                                \
			assert_true(pkd_now() < until_ns);     \
		}                                              \
	} while (0)

static void a_value_arrives_with_its_time(void **state)
{
	int64_t captured_ns = pkd_now();

	(void)state;
	WAIT(t.served.clients == 2);
	publish(1.5, captured_ns);
	WAIT(t.n_values == 1);
	assert_true(t.value == 1.5 && t.state == nt4_State_fresh);
	/* As far as the server's time is known: half of a round trip, each way. */
	assert_true(t.time_ns > captured_ns - SECOND_NS && t.time_ns <= pkd_now());
	assert_int_equal(t.served.topics, 2); /* and the heartbeat */
}

static void an_old_value_is_taken_away(void **state)
{
	(void)state;
	WAIT(t.served.clients == 2);
	publish(2, pkd_now());
	WAIT(t.n_values == 1);
	WAIT(t.state == nt4_State_none);
	assert_int_equal(t.n_values, 1);
	WAIT(t.served.topics == 0);
}

static void a_value_is_not_published_when_it_is_old_already(void **state)
{
	int64_t now_ns;

	(void)state;
	WAIT(t.served.clients == 2);
	usleep(600000);
	now_ns = pkd_now();
	publish(2, now_ns - SECOND_NS / 2);
	while (pkd_now() < now_ns + SECOND_NS / 5)
		turn();
	assert_int_equal(t.served.topics, 0);
	assert_int_equal(t.n_values, 0);
}

static void all_is_said_again_to_another_server(void **state)
{
	(void)state;
	WAIT(t.served.clients == 2);
	publish(3, pkd_now());
	WAIT(t.n_values == 1);
	end(&nt4_server_methods, &t.server);
	WAIT(t.state == nt4_State_none);
	publish(4, pkd_now());
	publish(5, pkd_now()); /* the newest one alone waits */
	memset(&t.server_ctx, 0, sizeof(t.server_ctx));
	start_server();
	while (t.n_values < 2) {
		turn();
		publish(5, pkd_now());
	}
	assert_true(t.value == 5);
}

static void what_cannot_be_is_told(void **state)
{
	void *self = fake_self(&nt4_publish_methods);
	struct pkd_ctx ctx = {0};

	(void)state;
	t.publish_params.team = 1518;
	assert_int_equal(nt4_publish_methods.init(self, &t.publish_params, &ctx), -EINVAL);
	assert_non_null(strstr(ctx.error, "where is the server?"));
	free(self);
	self = fake_self(&nt4_server_methods);
	assert_int_equal(nt4_server_methods.init(self, &t.server_params, &ctx), -EADDRINUSE);
	assert_non_null(strstr(ctx.error, "cannot listen at '127.0.0.1'"));
	free(self);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_value_arrives_with_its_time),
		TEST(an_old_value_is_taken_away),
		TEST(a_value_is_not_published_when_it_is_old_already),
		TEST(all_is_said_again_to_another_server),
		TEST(what_cannot_be_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
