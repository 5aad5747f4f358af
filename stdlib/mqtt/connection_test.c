/* mqtt.publish and mqtt.subscribe beside a broker of a few lines, which says what a test wants;
 * with true ones, and through kills, they are tested by tests/e2e/mqtt.sh. */
#include <arpa/inet.h>
#include <mqtt/publish.pkd.h>
#include <mqtt/subscribe.pkd.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods mqtt_publish_methods, mqtt_subscribe_methods;

enum { N = 16, WAITING = 4, TURNS = 2000, TURN_MS = 5 };

/* ---- The broker ---- */

static struct {
	int listener, client;
	uint16_t port;
	uint8_t said[4096]; /* by the client, and not read yet */
	size_t n;
} broker = {-1, -1, 0, {0}, 0};

static void broker_start(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	broker.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(broker.listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(broker.listener, 5), 0);
	assert_int_equal(getsockname(broker.listener, (struct sockaddr *)&address, &size), 0);
	broker.port = ntohs(address.sin_port);
}

static void broker_hang_up(void)
{
	if (broker.client >= 0)
		close(broker.client);
	broker.client = -1;
	broker.n = 0;
}

static void broker_end(void)
{
	broker_hang_up();
	close(broker.listener);
}

static void broker_say(const void *bytes, size_t n)
{
	assert_int_equal(send(broker.client, bytes, n, MSG_NOSIGNAL), n);
}
#define BROKER_SAY(TEXT) broker_say(TEXT, sizeof(TEXT) - 1)

/* The body of the next packet, all of which are short; its first byte in *ret_kind. */
static bool broker_hear(uint8_t *ret_kind, uint8_t *ret_body, size_t *ret_n)
{
	ssize_t got;

	if (broker.client < 0)
		broker.client = accept(broker.listener, NULL, NULL);
	if (broker.client < 0)
		return false;
	got = recv(broker.client, broker.said + broker.n, sizeof(broker.said) - broker.n,
	           MSG_DONTWAIT);
	broker.n += got > 0 ? (size_t)got : 0;
	if (broker.n < 2 || broker.n < 2U + broker.said[1])
		return false;
	assert_true(broker.said[1] < 128);
	*ret_kind = broker.said[0];
	*ret_n = broker.said[1];
	memcpy(ret_body, broker.said + 2, *ret_n);
	broker.n -= 2 + *ret_n;
	memmove(broker.said, broker.said + 2 + *ret_n, broker.n);
	return true;
}

/* ---- A node ---- */

struct node {
	const struct pkd_methods *methods;
	const void *params;
	struct pkd_ctx ctx;
	void *self;
	const void *in[1];
	void *out[4];
};

static int node_ready(struct node *node)
{
	int (*const ready)(void *, struct pkd_ctx *) = node->methods->ready;

	return ready(node->self, &node->ctx);
}

/* Lets the node and the broker do what there is until the latter hears a packet of this kind. */
static size_t node_until(struct node *node, uint8_t kind, uint8_t *ret_body)
{
	uint8_t heard;
	size_t n;

	for (int i = 0; i < TURNS; i++) {
		assert_int_equal(node_ready(node), PKD_OK);
		if (node->methods == &mqtt_subscribe_methods)
			fake_fire(node->methods, node->self, node->in, node->out, &node->ctx);
		while (broker_hear(&heard, ret_body, &n))
			if ((heard & 0xf0) == kind)
				return n;
		poll(NULL, 0, TURN_MS);
	}
	fail_msg("the node does not say %x: %s", kind, node->ctx.note);
	return 0;
}

/* ---- mqtt.subscribe ---- */

static struct mqtt_subscribe_params subscribe_params(void)
{
	return (struct mqtt_subscribe_params){.server = "127.0.0.1",
	                                      .port = broker.port,
	                                      .topic = "a/#",
	                                      .qos = 1,
	                                      .id = "",
	                                      .user = "",
	                                      .password = "",
	                                      .ca = "",
	                                      .status = "",
	                                      .keepalive = INT64_C(15000000000),
	                                      .connect = 300000000,
	                                      .retry_max = 100000000,
	                                      .N = N};
}

struct payload {
	uint32_t len;
	char text[N + 1];
};

static void subscribe_start(struct node *node, const struct mqtt_subscribe_params *params)
{
	memset(node, 0, sizeof(*node));
	node->methods = &mqtt_subscribe_methods;
	node->params = params;
	node->out[0] = fake_slot(sizeof(struct payload));
	node->out[1] = fake_slot(sizeof(struct payload));
	node->out[2] = fake_slot(sizeof(struct mqtt_Message));
	node->out[3] = fake_slot(sizeof(struct io_Link));
	node->self = fake_self(node->methods);
	if (node->methods->init(node->self, params, &node->ctx) != PKD_OK)
		fail_msg("%s", node->ctx.error);
}

static void node_end(struct node *node)
{
	node->methods->finish(node->self);
	free(node->self);
	for (int i = 0; i < 4; i++)
		if (node->out[i])
			fake_slot_free(node->out[i]);
}

/* Until it is in this state, or (-1) until there is a message. */
static void subscribe_until(struct node *node, int state)
{
	uint8_t kind, body[256];
	size_t n;

	for (int i = 0; i < TURNS; i++) {
		int result;

		node->ctx.absent = 0;
		result = fake_fire(node->methods, node->self, node->in, node->out, &node->ctx);
		if (result == PKD_OK && state < 0 && !node->ctx.absent)
			return;
		if (result == PKD_OK && (int)((struct io_Link *)node->out[3])->state == state)
			return;
		assert_true(result == PKD_OK || result == PKD_LATER);
		if (result == PKD_LATER) {
			while (broker_hear(&kind, body, &n))
				continue;
			poll(NULL, 0, TURN_MS);
		}
	}
	fail_msg("it does not come: %s", node->ctx.note);
}

static void accept_it(struct node *node)
{
	uint8_t body[256];

	node_until(node, 0x10, body);
	BROKER_SAY("\x20\x02\0\0");
}

static void messages_come_as_they_are(void **state)
{
	struct mqtt_subscribe_params params;
	struct node node;
	uint8_t body[256];
	size_t n;

	(void)state;
	broker_start();
	params = subscribe_params();
	subscribe_start(&node, &params);
	accept_it(&node);
	n = node_until(&node, 0x80, body);
	assert_int_equal(n, 8);
	assert_memory_equal(body + 2,
	                    "\0\x03"
	                    "a/#\x01",
	                    6);
	broker_say((uint8_t[]){0x90, 3, body[0], body[1], 1}, 5);
	BROKER_SAY("\x33\x0c\0\x03"
	           "a/b\0\x07x\xff\0\xc3\xa9");
	subscribe_until(&node, -1);
	assert_int_equal(((struct payload *)node.out[0])->len, 5);
	assert_memory_equal(((struct payload *)node.out[0])->text, "x\xff\0\xc3\xa9", 5);
	assert_string_equal(((struct payload *)node.out[1])->text,
	                    "x\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9");
	assert_string_equal(((struct mqtt_Message *)node.out[2])->topic.text, "a/b");
	assert_true(((struct mqtt_Message *)node.out[2])->retained);
	BROKER_SAY("\x30\x16\0\x03"
	           "a/c12345678901234567" /* 17 bytes, and N is 16 */
	           "\x30\x05\0\x03"
	           "a/d");
	subscribe_until(&node, -1);
	assert_string_equal(((struct mqtt_Message *)node.out[2])->topic.text, "a/d");
	assert_int_equal(((struct payload *)node.out[0])->len, 0);
	assert_non_null(strstr(node.ctx.note, "a message of 17 bytes of 'a/c' has no room"));
	node_end(&node);
	broker_end();
}

static void what_is_no_mqtt_is_a_connection_lost(void **state)
{
	struct mqtt_subscribe_params params;
	const struct io_Link *link;
	struct node node;
	uint8_t body[256];

	(void)state;
	broker_start();
	params = subscribe_params();
	subscribe_start(&node, &params);
	subscribe_until(&node, io_LinkState_connecting);
	link = node.out[3];
	node_until(&node, 0x10, body);
	BROKER_SAY("HTTP/1.1 400 Bad Request\r\n\r\n");
	subscribe_until(&node, io_LinkState_offline);
	broker_hang_up();
	node_until(&node, 0x10, body);
	BROKER_SAY("\x20\x02\0\x04");
	for (int i = 0; i < TURNS && !strstr(node.ctx.note, "refuses the connection"); i++)
		fake_fire(node.methods, node.self, node.in, node.out, &node.ctx);
	assert_non_null(strstr(node.ctx.note, "offline: '127.0.0.1' refuses the connection"));
	broker_hang_up();
	node_until(&node, 0x10, body); /* and no answer: connect is 300 ms */
	for (int i = 0; i < TURNS && !strstr(node.ctx.note, "does not answer"); i++) {
		fake_fire(node.methods, node.self, node.in, node.out, &node.ctx);
		poll(NULL, 0, TURN_MS);
	}
	broker_hang_up();
	accept_it(&node);
	subscribe_until(&node, io_LinkState_online);
	assert_int_equal(link->n_reconnects, 0);
	broker_hang_up();
	subscribe_until(&node, io_LinkState_offline);
	accept_it(&node);
	subscribe_until(&node, io_LinkState_online);
	assert_int_equal(link->n_reconnects, 1);
	assert_int_equal(fake_restart(node.methods, &node.self, &params, &node.ctx), PKD_OK);
	broker_hang_up();
	accept_it(&node);
	subscribe_until(&node, io_LinkState_online);
	assert_int_equal(link->n_reconnects, 2);
	node_end(&node);
	broker_end();
}

/* The descriptor that a node watches. A restart leaves the one before, as a kill would, so there is
 * to be none of another test. */
static int watched(void)
{
	char path[32], link[32] = "";

	for (int fd = 0; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		if (strcmp(link, "anon_inode:[eventpoll]") == 0)
			return fd;
	}
	fail_msg("nothing is watched");
	return -1;
}

/* Whatever a broker does to a connection that was given up, the pause before the next is quiet. */
static void a_pause_is_quiet(void **state)
{
	struct mqtt_subscribe_params params;
	struct pollfd fd = {.events = POLLIN};
	struct node node;
	uint8_t body[256];
	int n_turns = 0;

	(void)state;
	broker_start();
	params = subscribe_params();
	subscribe_start(&node, &params);
	node_until(&node, 0x10, body); /* and no answer: connect is 300 ms */
	for (int i = 0; i < TURNS && !strstr(node.ctx.note, "does not answer"); i++) {
		node_ready(&node);
		fake_fire(node.methods, node.self, node.in, node.out, &node.ctx);
		poll(NULL, 0, TURN_MS);
	}
	send(broker.client, "\x20\x02\0\0", 4, MSG_NOSIGNAL);
	fd.fd = watched();
	for (int64_t end_ns = pkd_now() + 60000000; pkd_now() < end_ns; n_turns++) {
		if (poll(&fd, 1, 10) > 0) {
			node_ready(&node);
			fake_fire(node.methods, node.self, node.in, node.out, &node.ctx);
		}
	}
	assert_true(n_turns < 20);
	broker_hang_up();
	accept_it(&node);
	subscribe_until(&node, io_LinkState_online);
	node_end(&node);
	broker_end();
}

static void a_refused_subscription_fails_the_node(void **state)
{
	struct mqtt_subscribe_params params;
	struct node node;
	uint8_t body[256];
	int result = PKD_OK;

	(void)state;
	broker_start();
	params = subscribe_params();
	subscribe_start(&node, &params);
	accept_it(&node);
	node_until(&node, 0x80, body);
	broker_say((uint8_t[]){0x90, 3, body[0], body[1], 0x80}, 5);
	for (int i = 0; i < TURNS && result >= 0; i++) {
		result = fake_fire(node.methods, node.self, node.in, node.out, &node.ctx);
		poll(NULL, 0, TURN_MS);
	}
	assert_true(result < 0);
	assert_non_null(strstr(node.ctx.error, "the broker refuses to give 'a/#'"));
	node_end(&node);
	broker_end();
}

static void assert_refused(const struct mqtt_subscribe_params *params, const char *why)
{
	struct pkd_ctx ctx = {0};
	void *self = fake_self(&mqtt_subscribe_methods);

	assert_true(mqtt_subscribe_methods.init(self, params, &ctx) < 0);
	if (!strstr(ctx.error, why))
		fail_msg("'%s' is not in '%s'", why, ctx.error);
	free(self);
}

static void what_cannot_be_is_told_at_the_start(void **state)
{
	struct mqtt_subscribe_params params = subscribe_params();

	(void)state;
	params.topic = "a/#/b";
	assert_refused(&params, "topic 'a/#/b' cannot be subscribed to");
	params = subscribe_params();
	params.server = "mqtt://broker";
	assert_refused(&params, "server 'mqtt://broker' is no name or address");
	params = subscribe_params();
	params.session = true;
	assert_refused(&params, "a broker keeps a session for a name");
	params = subscribe_params();
	params.password = "x";
	assert_refused(&params, "there is a password, but no user");
	params = subscribe_params();
	params.ca = "ca.pem";
	assert_refused(&params, "write tls: true");
	params = subscribe_params();
	params.status = "a/+";
	assert_refused(&params, "status 'a/+' is no topic");
}

/* ---- mqtt.publish ---- */

static const struct pkd_type i64_type = {.kind = PKD_I64, .name = "i64", .size = 8, .align = 8};

static void publish_start(struct node *node, struct mqtt_publish_params *params)
{
	*params = (struct mqtt_publish_params){.server = "127.0.0.1",
	                                       .topic = "t",
	                                       .qos = 1,
	                                       .port = broker.port,
	                                       .id = "",
	                                       .user = "",
	                                       .password = "",
	                                       .ca = "",
	                                       .status = "",
	                                       .keepalive = INT64_C(15000000000),
	                                       .connect = 300000000,
	                                       .retry_max = 100000000,
	                                       .T = &i64_type,
	                                       .WAITING = WAITING};
	memset(node, 0, sizeof(*node));
	node->methods = &mqtt_publish_methods;
	node->params = params;
	node->ctx.memories[0] = calloc(WAITING + 1, 8);
	node->self = fake_self(node->methods);
	if (node->methods->init(node->self, params, &node->ctx) != PKD_OK)
		fail_msg("%s", node->ctx.error);
}

static int publish(struct node *node, int64_t value)
{
	node->in[0] = &value;
	return fake_fire(node->methods, node->self, node->in, node->out, &node->ctx);
}

/* The next PUBLISH is of this value; acknowledged, if it is. */
static void assert_publishes(struct node *node, const char *text, bool acknowledge)
{
	uint8_t body[256];
	size_t n = node_until(node, 0x30, body);

	assert_int_equal(n, 5 + strlen(text));
	assert_memory_equal(body + 5, text, strlen(text));
	if (acknowledge)
		broker_say((uint8_t[]){0x40, 2, body[3], body[4]}, 4);
}

static void values_wait_until_they_are_taken(void **state)
{
	struct mqtt_publish_params params;
	struct node node;

	(void)state;
	broker_start();
	publish_start(&node, &params);
	for (int i = 1; i <= WAITING; i++)
		assert_int_equal(publish(&node, i), PKD_OK);
	assert_int_equal(publish(&node, 5), PKD_LATER);
	accept_it(&node);
	assert_publishes(&node, "1", true);
	assert_publishes(&node, "2", false);
	for (int i = 0; i < TURNS && publish(&node, 5) == PKD_LATER; i++)
		node_ready(&node);
	assert_publishes(&node, "3", false);
	assert_publishes(&node, "4", false);
	assert_publishes(&node, "5", false);
	assert_int_equal(publish(&node, 6), PKD_LATER);
	/* A kill in the midst of a firing: what was not taken comes again, in order. */
	assert_int_equal(fake_restart(node.methods, &node.self, &params, &node.ctx), PKD_OK);
	broker_hang_up();
	accept_it(&node);
	assert_publishes(&node, "2", true);
	assert_publishes(&node, "3", true);
	assert_publishes(&node, "4", true);
	assert_publishes(&node, "5", true);
	for (int i = 0; i < TURNS && publish(&node, 6) == PKD_LATER; i++)
		node_ready(&node);
	assert_publishes(&node, "6", false);
	node_end(&node);
	assert_non_null(strstr(node.ctx.note, "the broker has not taken the last 1 value"));
	free(node.ctx.memories[0]);
	broker_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_is_quiet), /* the first: see watched */
		cmocka_unit_test(messages_come_as_they_are),
		cmocka_unit_test(what_is_no_mqtt_is_a_connection_lost),
		cmocka_unit_test(a_refused_subscription_fails_the_node),
		cmocka_unit_test(what_cannot_be_is_told_at_the_start),
		cmocka_unit_test(values_wait_until_they_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
