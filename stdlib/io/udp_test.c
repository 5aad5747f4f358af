/* io.udp at a socket that overflows; all else of it is tested in a whole program. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <io/udp.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods io_udp_methods;

enum { N = 1000, MANY = 8000 };

/* At a port that nobody has. */
static int sender(struct sockaddr_in *ret_to)
{
	socklen_t size = sizeof(*ret_to);
	int other = socket(AF_INET, SOCK_DGRAM, 0);

	*ret_to = (struct sockaddr_in){.sin_family = AF_INET,
	                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(other, (struct sockaddr *)ret_to, size), 0);
	assert_int_equal(getsockname(other, (struct sockaddr *)ret_to, &size), 0);
	close(other);
	return socket(AF_INET, SOCK_DGRAM, 0);
}

static void send_many(int fd, const struct sockaddr_in *to, int n)
{
	static const char bytes[N];

	for (int i = 0; i < n; i++)
		assert_int_equal(sendto(fd, bytes, N, 0, (const struct sockaddr *)to, sizeof(*to)),
		                 N);
}

static int receive_all(struct pkd_ctx *ctx, void *self)
{
	struct io_udp_in in = {0};
	struct io_udp_out out = {fake_slot(sizeof(*out.line) + N + 1),
	                         fake_slot(sizeof(*out.data) + N), fake_slot(sizeof(*out.from))};
	int n = 0;

	while (fake_fire(&io_udp_methods, self, &in, &out, ctx) == PKD_OK)
		n++;
	fake_slot_free(out.line);
	fake_slot_free(out.data);
	fake_slot_free(out.from);
	return n;
}

static void each_loss_is_counted_once(void **state)
{
	struct pkd_ctx ctx = {0};
	struct sockaddr_in to;
	int fd = sender(&to), n = 0;
	char listen[32];
	struct io_udp_params params = {
		.listen = listen, .to = "", .group = "", .interface = "", .hops = 1, .N = N};
	void *self = fake_self(&io_udp_methods);

	(void)state;
	snprintf(listen, sizeof(listen), "127.0.0.1:%d", ntohs(to.sin_port));
	assert_int_equal(io_udp_methods.init(self, &params, &ctx), PKD_OK);
	for (int i = 0; i < 3; i++) {
		send_many(fd, &to, MANY);
		n += receive_all(&ctx, self);
	}
	assert_true(n < 3 * MANY);
	assert_int_equal(n + (int)io_udp_get_state(&ctx)->n_left_out, 3 * MANY);
	io_udp_methods.finish(self);
	free(self);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_loss_is_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
