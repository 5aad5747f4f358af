/* The server of --serve, over connections of this machine: who is answered and who is not, what
 * takes too long, and the text of /metrics. Time is what the tests say it is. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/web.h"

enum { MAX_NODES = 2000, MAX_CLIENTS = 20, TEXT_SIZE = 16 << 20 };

#define START_NS INT64_C(1000000000)

/* ---- A program that does nothing ---- */

static struct pkd_node decls[MAX_NODES];
static char names[MAX_NODES][16];
static struct pkdi_node nodes[MAX_NODES];
static struct pkdi_node_words words[MAX_NODES];
static _Atomic uint64_t ledgers[MAX_NODES][2 * (PKDI_LOST_ABSENT + 1)];
static struct pkdi_orders orders[MAX_NODES];
static _Atomic uint32_t held[MAX_NODES];
static struct pkdi_program_words program_words;
static struct pkd_program program;
static struct pkdi_run run;

static struct pkdi_serve serve;
static struct pkdi_web *web;
static const struct pkdi_web_part part;
static const struct pkdi_web_parts parts = {&part, NULL};
static int64_t now_ns;
static char *text; /* what a client has received last */
static int clients[MAX_CLIENTS];

static void make_program(const char *name, uint32_t n_nodes)
{
	memset(words, 0, sizeof(words));
	for (uint32_t i = 0; i < n_nodes; i++) {
		snprintf(names[i], sizeof(names[i]), "node%u", (unsigned)i);
		decls[i] = (struct pkd_node){.name = names[i]};
		nodes[i].decl = &decls[i];
		nodes[i].words = &words[i];
		nodes[i].ledger = (struct pkdi_ledger){ledgers[i], PKDI_LOST_ABSENT};
	}
	program = (struct pkd_program){
		.name = name, .source = "t.pkd", .nodes = decls, .n_nodes = n_nodes};
	run = (struct pkdi_run){.program = &program,
	                        .nodes = nodes,
	                        .orders = orders,
	                        .held = held,
	                        .program_words = &program_words};
}

static int set_up(void **state)
{
	char why[256];
	struct pkdi_address address;

	(void)state;
	make_program("test", 1);
	atomic_store(&program_words.phase, PKDI_PHASE_RUN);
	now_ns = START_NS;
	for (int i = 0; i < MAX_CLIENTS; i++)
		clients[i] = -1;
	text = malloc(TEXT_SIZE);
	assert_non_null(text);
	assert_true(pkdi_address_parse("0", &address));
	assert_int_equal(pkdi_serve_open(&serve, &address, NULL, why, sizeof(why)), 0);
	web = pkdi_web_create(&run, &serve, parts);
	assert_non_null(web);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < MAX_CLIENTS; i++)
		if (clients[i] >= 0)
			close(clients[i]);
	pkdi_web_destroy(web);
	pkdi_serve_close(&serve);
	free(text);
	return 0;
}

/* ---- Clients ---- */

/* Lets the server do what there is to do now. */
static void look(void)
{
	struct pollfd fds[PKDI_WEB_FDS];

	do {
		pkdi_web_watch(web, fds);
		assert_true(poll(fds, PKDI_WEB_FDS, 0) >= 0);
		pkdi_web_look(web, fds, now_ns);
		pkdi_web_watch(web, fds);
	} while (poll(fds, PKDI_WEB_FDS, 1) > 0);
}

static int connect_client(int i)
{
	struct sockaddr_in place = {.sin_family = AF_INET,
	                            .sin_port = htons(serve.address.port),
	                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int small = 4096;

	clients[i] = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(clients[i] >= 0);
	setsockopt(clients[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(connect(clients[i], (struct sockaddr *)&place, sizeof(place)), 0);
	look();
	return clients[i];
}

static void say(int i, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(int i, const char *format, ...)
{
	char request[12000];
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(request, sizeof(request), format, arguments);
	va_end(arguments);
	assert_int_equal(send(clients[i], request, (size_t)n, MSG_NOSIGNAL), n);
}

/* Takes what comes, until nothing more does; false: the connection is closed. */
static bool hear(int i)
{
	size_t n = 0;
	ssize_t more;

	do {
		look();
		more = recv(clients[i], text + n, TEXT_SIZE - 1 - n, MSG_DONTWAIT);
		n += more > 0 ? (size_t)more : 0;
	} while (more > 0);
	text[n] = '\0';
	return more < 0 && errno == EAGAIN;
}

/* Asks with these lines of the head, from a new connection: returns the status. */
static int ask(const char *first_line, const char *lines)
{
	connect_client(0);
	say(0, "%s HTTP/1.1\r\n%s\r\n", first_line, lines);
	hear(0);
	close(clients[0]);
	clients[0] = -1;
	return strncmp(text, "HTTP/1.1 ", 9) == 0 ? atoi(text + 9) : -1;
}

static const char *line(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *line(const char *format, ...)
{
	static char lines[16][400];
	static int i;
	va_list arguments;

	i = (i + 1) % 16;
	va_start(arguments, format);
	vsnprintf(lines[i], sizeof(lines[i]), format, arguments);
	va_end(arguments);
	return lines[i];
}

static const char *host(void)
{
	return line("Host: 127.0.0.1:%u\r\n", (unsigned)serve.address.port);
}

static const char *get(const char *path)
{
	return line("GET %s?token=%s", path, serve.token);
}

/* What is asked with the token, and the right host. */
static const char *whole(const char *path)
{
	return line("%s HTTP/1.1\r\n%s\r\n", get(path), host());
}

/* ---- Who is answered ---- */

static void who_has_the_token_is_answered(void **state)
{
	(void)state;
	assert_int_equal(ask(get("/healthz"), host()), 200);
	assert_non_null(strstr(text, "\r\n\r\nok\n"));
	assert_int_equal(
		ask("GET /healthz", line("%sAuthorization: Bearer %s\r\n", host(), serve.token)),
		200);
	assert_int_equal(ask(line("GET /healthz?a=b&token=%s", serve.token), host()), 200);
}

static void nobody_else_is(void **state)
{
	static const char *const paths[] = {"/metrics", "/healthz", "/", "/none"};
	char other[PKDI_TOKEN_MOST + 1];
	int n = PKDI_TOKEN_MADE - 1;

	(void)state;
	snprintf(other, sizeof(other), "%s", serve.token);
	other[n] = other[n] == '0' ? '1' : '0';
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *path = paths[i];

		assert_int_equal(ask(line("GET %s", path), host()), 401);
		assert_null(strstr(text, "pkd"));
		assert_null(strstr(text, "metrics"));
		assert_int_equal(ask(line("GET %s?token=", path), host()), 401);
		assert_int_equal(ask(line("GET %s?token=%s", path, other), host()), 401);
		assert_int_equal(ask(line("GET %s?token=%.*s", path, n, serve.token), host()), 401);
		assert_int_equal(ask(line("GET %s?token=%s0", path, serve.token), host()), 401);
		assert_int_equal(ask(line("GET %s?tokens=%s", path, serve.token), host()), 401);
		assert_int_equal(ask(line("POST %s", path), host()), 401);
		assert_int_equal(ask(line("GET %s", path),
		                     line("%sAuthorization: Bearer %s\r\n", host(), other)),
		                 401);
	}
}

static void the_host_must_be_the_address(void **state)
{
	unsigned port = serve.address.port;

	(void)state;
	assert_int_equal(ask(get("/healthz"), line("Host: localhost:%u\r\n", port)), 200);
	assert_int_equal(ask(get("/healthz"), line("Host: LocalHost:%u\r\n", port)), 200);
	assert_int_equal(ask(get("/healthz"), line("Host: rebound.example:%u\r\n", port)), 421);
	assert_int_equal(ask(get("/healthz"), line("Host: 127.0.0.2:%u\r\n", port)), 421);
	assert_int_equal(ask(get("/healthz"), line("Host: 127.0.0.1:%u\r\n", port ^ 1)), 421);
	assert_int_equal(ask(get("/healthz"), "Host: 127.0.0.1\r\n"), 421);
	assert_int_equal(ask(get("/healthz"), "Host: localhost\r\n"), 421);
	assert_int_equal(ask(get("/healthz"), ""), 400);
	assert_int_equal(
		ask(line("GET http://rebound.example/healthz?token=%s", serve.token), host()), 421);
}

static void pages_of_others_are_refused(void **state)
{
	unsigned port = serve.address.port;

	(void)state;
	assert_int_equal(
		ask(get("/healthz"), line("%sOrigin: http://127.0.0.1:%u\r\n", host(), port)), 200);
	assert_int_equal(ask(get("/healthz"), line("%sOrigin: null\r\n", host())), 403);
	assert_int_equal(ask(get("/healthz"), line("%sOrigin: http://other.example\r\n", host())),
	                 403);
	assert_int_equal(
		ask(get("/healthz"), line("%sOrigin: https://127.0.0.1:%u\r\n", host(), port)),
		403);
	assert_int_equal(
		ask(get("/healthz"), line("%sOrigin: http://127.0.0.1:%u0\r\n", host(), port)),
		403);
	/* An image or a link has no Origin. */
	assert_int_equal(ask(get("/healthz"), line("%sSec-Fetch-Site: cross-site\r\n", host())),
	                 403);
	assert_int_equal(ask(get("/healthz"), line("%sSec-Fetch-Site: same-site\r\n", host())),
	                 403);
	assert_int_equal(ask(get("/healthz"), line("%sSec-Fetch-Site: none\r\n", host())), 200);
	assert_int_equal(
		ask(get("/healthz"), line("%sReferer: http://other.example/page\r\n", host())),
		403);
	assert_int_equal(
		ask(get("/healthz"), line("%sReferer: http://127.0.0.1:%u0/\r\n", host(), port)),
		403);
	assert_int_equal(ask(get("/healthz"),
	                     line("%sReferer: http://127.0.0.1:%u/metrics\r\n", host(), port)),
	                 200);
}

static void nothing_can_be_sent(void **state)
{
	(void)state;
	assert_int_equal(ask(line("POST /healthz?token=%s", serve.token), host()), 405);
	assert_non_null(strstr(text, "\r\nAllow: GET, HEAD\r\n"));
	assert_int_equal(ask(line("DELETE /none?token=%s", serve.token), host()), 405);
	assert_int_equal(ask(get("/healthz"), line("%sContent-Length: 1\r\n", host())), 413);
	assert_int_equal(ask(get("/healthz"), line("%sTransfer-Encoding: chunked\r\n", host())),
	                 413);
	assert_int_equal(ask(get("/none"), host()), 404);
	assert_non_null(strstr(text, "there are /metrics, /healthz\n"));
	connect_client(0);
	say(0, "GET /%.*d HTTP/1.1\r\n", 8200, 0);
	assert_false(hear(0));
	assert_memory_equal(text, "HTTP/1.1 431 ", 13);
}

static void a_head_has_no_body(void **state)
{
	(void)state;
	assert_int_equal(ask(line("HEAD /healthz?token=%s", serve.token), host()), 200);
	assert_non_null(strstr(text, "\r\nContent-Length: 3\r\n"));
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
	assert_int_equal(ask(line("HEAD /metrics?token=%s", serve.token), host()), 200);
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
	assert_int_equal(ask("HEAD /metrics", host()), 401);
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}

static void requests_are_answered_in_their_order(void **state)
{
	const char *second;

	(void)state;
	connect_client(0);
	say(0, "%s%s%s", whole("/none"), whole("/metrics"), whole("/healthz"));
	assert_true(hear(0));
	assert_memory_equal(text, "HTTP/1.1 404 ", 13);
	second = strstr(text + 1, "HTTP/1.1 ");
	assert_memory_equal(second, "HTTP/1.1 200 ", 13);
	assert_string_equal(strstr(second + 1, "HTTP/1.1 200 ") ? text + strlen(text) - 3 : "",
	                    "ok\n");
}

/* ---- What takes too long ---- */

static void half_a_request_is_not_waited_for(void **state)
{
	(void)state;
	connect_client(0);
	connect_client(1);
	say(0, "GET /healthz HTTP/1.1\r\n");
	look();
	for (int i = 0; i < 9; i++) {
		now_ns += PKDI_WEB_REQUEST_NS / 10;
		say(0, "A");
		assert_true(hear(0));
		assert_true(hear(1));
	}
	now_ns = START_NS + PKDI_WEB_REQUEST_NS;
	assert_false(hear(0));
	assert_false(hear(1));
}

static void a_connection_is_kept_for_a_while(void **state)
{
	(void)state;
	connect_client(0);
	for (int i = 0; i < 3; i++) {
		say(0, "%s", whole("/healthz"));
		assert_true(hear(0));
		assert_memory_equal(text, "HTTP/1.1 200 ", 13);
		now_ns += PKDI_WEB_IDLE_NS - 1;
	}
	assert_true(hear(0));
	now_ns++;
	assert_false(hear(0));
}

static void who_does_not_read_holds_up_nobody(void **state)
{
	size_t n;

	(void)state;
	make_program("test", MAX_NODES);
	connect_client(1);
	say(1, "%s", whole("/metrics"));
	look();
	assert_int_equal(ask(get("/healthz"), host()), 200);
	now_ns += PKDI_WEB_ANSWER_NS - 1;
	look();
	/* It has all of it when it reads, though. */
	assert_true(hear(1));
	n = strlen(text);
	assert_true(n > 3 << 20);
	assert_string_equal(text + n - 5, "0\r\n\r\n");
	assert_non_null(strstr(text, "pkd_step_seconds_count{node=\"node1999\"} 0\n"));
	say(1, "%s", whole("/metrics"));
	look();
	now_ns += PKDI_WEB_ANSWER_NS;
	assert_false(hear(1));
	assert_true(strlen(text) < n);
}

static void the_one_that_is_quiet_for_longest_makes_room(void **state)
{
	(void)state;
	for (int i = 0; i < PKDI_WEB_CLIENTS; i++) {
		connect_client(i);
		now_ns++;
	}
	say(0, "G");
	look();
	now_ns++;
	connect_client(PKDI_WEB_CLIENTS);
	assert_true(hear(0));
	assert_false(hear(1));
	assert_true(hear(2));
	assert_true(hear(PKDI_WEB_CLIENTS));
}

/* ---- What is there before ---- */

static void assert_token(const char *content, mode_t mode, const char *words_of_fault)
{
	char path[] = "/tmp/pkd-token.XXXXXX", why[400] = "";
	int fd = mkstemp(path), r;
	struct pkdi_serve other;
	struct pkdi_address address = {.bytes = {127, 0, 0, 1}};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	r = pkdi_serve_open(&other, &address, path, why, sizeof(why));
	unlink(path);
	if (!words_of_fault) {
		assert_int_equal(r, 0);
		assert_int_equal(strlen(other.token), strcspn(content, "\n"));
		assert_memory_equal(other.token, content, strlen(other.token));
		pkdi_serve_close(&other);
		return;
	}
	assert_true(r < 0);
	assert_int_equal(other.socket, -1);
	if (!strstr(why, words_of_fault))
		print_error("%s\n", why);
	assert_non_null(strstr(why, words_of_fault));
	assert_non_null(strstr(why, "--serve-token-file"));
}

static void a_token_in_a_file_is_its_users_alone(void **state)
{
	char large[300];

	(void)state;
	memset(large, 'a', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	assert_token("0123456789abcdef", 0600, NULL);
	assert_token("0123456789abc-._~XYZ\n", 0400, NULL);
	assert_token("0123456789abcdef", 0640, "others may read it");
	assert_token("0123456789abcdef", 0604, "others may read it");
	assert_token("0123456789abcde\n", 0600, "16 to 128 characters");
	assert_token("", 0600, "16 to 128 characters");
	assert_token(large, 0600, "16 to 128 characters");
	assert_token("0123456789abcdef\nmore\n", 0600, "a token is one line");
	assert_token("0123456789 abcdef", 0600, "a token is one line");
	assert_token("0123456789abcd&f", 0600, "a token is one line");
}

static void a_token_is_another_one_each_time(void **state)
{
	struct pkdi_address address = {.bytes = {127, 0, 0, 1}};
	struct pkdi_serve other;
	char why[400];

	(void)state;
	assert_int_equal(pkdi_serve_open(&other, &address, NULL, why, sizeof(why)), 0);
	assert_int_equal(strlen(other.token), PKDI_TOKEN_MADE);
	assert_string_not_equal(other.token, serve.token);
	assert_int_not_equal(other.address.port, serve.address.port);
	pkdi_serve_close(&other);
	assert_string_equal(other.token, "");
}

static void a_port_in_use_is_refused(void **state)
{
	char why[400], wanted[400];
	struct pkdi_serve other;

	(void)state;
	assert_int_equal(pkdi_serve_open(&other, &serve.address, NULL, why, sizeof(why)),
	                 -EADDRINUSE);
	snprintf(wanted, sizeof(wanted),
	         "--serve: cannot listen on 127.0.0.1:%u: Address already in use; port 0 takes any "
	         "that is free",
	         (unsigned)serve.address.port);
	assert_string_equal(why, wanted);
}

static void addresses_are_numbers(void **state)
{
	static const char *const good[][2] = {
		{"80", "127.0.0.1:80"},
		{"0.0.0.0:9464", "0.0.0.0:9464"},
		{"[::1]:9464", "[::1]:9464"},
		{"[0:0::1]:0", "[::1]:0"},
		{"10.0.0.1:65535", "10.0.0.1:65535"},
	};
	static const char *const bad[] = {
		"",      ":",          ":80",      "a",       "localhost:80",
		"65536", "-1",         "+1",       "1.1.1.1", "1.1.1.1:",
		"::1:8", "[::1]",      "[]:80",    "[:80",    "[1.1.1.1]:80",
		" 80",   "1.1.1.1:8 ", "1.1.1:80", "0x50"};
	char shown[PKDI_ADDRESS_SIZE];
	struct pkdi_address address;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(pkdi_address_parse(good[i][0], &address));
		pkdi_address_show(&address, shown);
		assert_string_equal(shown, good[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (pkdi_address_parse(bad[i], &address))
			print_error("%s\n", bad[i]);
		assert_false(pkdi_address_parse(bad[i], &address));
	}
}

/* ---- What is said ---- */

static void labels_are_escaped(void **state)
{
	(void)state;
	make_program("a\"b\\c\nd", 0);
	program.source = "\xff.pkd";
	assert_int_equal(ask(get("/metrics"), host()), 200);
	assert_non_null(strstr(text, "\npkd_info{program=\"a\\\"b\\\\c\\nd\",source=\"?\","));
}

static void steps_are_counted_in_buckets(void **state)
{
	(void)state;
	atomic_store(&words[0].steps[0], 2);
	atomic_store(&words[0].busy_ns, 1500000000);
	atomic_store(&words[0].steps[1], 1); /* below 2^8.5 ns */
	atomic_store(&words[0].steps[2], 2); /* below 2^9 ns */
	atomic_store(&words[0].steps[PKDI_STEP_BUCKETS - 1], 1);
	assert_int_equal(ask(get("/metrics"), host()), 200);
	assert_non_null(strstr(text, "_bucket{node=\"node0\",le=\"2.56e-07\"} 2\n"));
	assert_non_null(strstr(text, "_bucket{node=\"node0\",le=\"5.12e-07\"} 5\n"));
	assert_non_null(strstr(text, "_bucket{node=\"node0\",le=\"549.755813888\"} 5\n"));
	assert_non_null(strstr(text, "_bucket{node=\"node0\",le=\"+Inf\"} 6\n"
	                             "pkd_step_seconds_sum{node=\"node0\"} 1.500000000\n"
	                             "pkd_step_seconds_count{node=\"node0\"} 6\n"));
}

static void a_program_that_ends_is_not_well(void **state)
{
	(void)state;
	atomic_store(&program_words.phase, PKDI_PHASE_DRAIN);
	assert_int_equal(ask(get("/healthz"), host()), 503);
	assert_non_null(strstr(text, "\r\n\r\nthe program is ending\n"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_has_the_token_is_answered),
		TEST(nobody_else_is),
		TEST(the_host_must_be_the_address),
		TEST(pages_of_others_are_refused),
		TEST(nothing_can_be_sent),
		TEST(a_head_has_no_body),
		TEST(requests_are_answered_in_their_order),
		TEST(half_a_request_is_not_waited_for),
		TEST(a_connection_is_kept_for_a_while),
		TEST(who_does_not_read_holds_up_nobody),
		TEST(the_one_that_is_quiet_for_longest_makes_room),
		TEST(a_token_in_a_file_is_its_users_alone),
		TEST(a_token_is_another_one_each_time),
		TEST(a_port_in_use_is_refused),
		TEST(addresses_are_numbers),
		TEST(labels_are_escaped),
		TEST(steps_are_counted_in_buckets),
		TEST(a_program_that_ends_is_not_well),
	};

	return cmocka_run_group_tests_name("runtime_web", tests, NULL, NULL);
}
