/* nng: a pair over ipc. Each message goes through a socket and the library's threads. */
#define _GNU_SOURCE
#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

enum { MAX_SIZE = 64 << 20, QUEUE = 128 };

struct side {
	nng_socket socket;
	int flags;
	size_t size;
	char *out;
};

static char address[64];

static void prepare(const struct bench *bench)
{
	(void)bench;
	snprintf(address, sizeof(address), "ipc:///tmp/pkd-bench-nng-%d", (int)getpid());
}

static void check(int r, const char *what)
{
	if (r) {
		fprintf(stderr, "%s: %s\n", what, nng_strerror(r));
		bench_fail("nng", 0);
	}
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];
	struct side *side = &sides[i];
	int r;

	side->flags = bench->polls ? (int)NNG_FLAG_NONBLOCK : 0;
	side->size = bench->size;
	side->out = calloc(1, bench->size);
	bench_check(side->out != NULL, "memory");
	check(nng_pair0_open(&side->socket), "nng_pair0_open");
	check(nng_socket_set_size(side->socket, NNG_OPT_RECVMAXSZ, MAX_SIZE), "size");
	check(nng_socket_set_int(side->socket, NNG_OPT_SENDBUF, QUEUE), "queue");
	check(nng_socket_set_int(side->socket, NNG_OPT_RECVBUF, QUEUE), "queue");
	if (i == 0) {
		check(nng_listen(side->socket, address, NULL, 0), "nng_listen");
		return side;
	}
	while ((r = nng_dial(side->socket, address, NULL, 0)) == NNG_ECONNREFUSED ||
	       r == NNG_ENOENT)
		usleep(1000);
	check(r, "nng_dial");
	return side;
}

static bool must_wait(int r)
{
	if (r && r != NNG_EAGAIN)
		check(r, "message");
	if (r)
		bench_relax();
	return r;
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;

	*(uint64_t *)(void *)side->out = stamp;
	while (must_wait(nng_send(side->socket, side->out, side->size, side->flags)))
		;
}

/* The message is read where the library has put it. */
static uint64_t receive(void *argument)
{
	struct side *side = argument;
	void *message;
	uint64_t stamp;
	size_t size;

	while (must_wait(
		nng_recv(side->socket, &message, &size, side->flags | (int)NNG_FLAG_ALLOC)))
		;
	stamp = *(uint64_t *)message;
	nng_free(message, size);
	return stamp;
}

static void close_side(void *argument)
{
	struct side *side = argument;

	usleep(50000); /* it drops what has not left yet */
	nng_close(side->socket);
	unlink(address + sizeof("ipc://") - 1);
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = "nng",
		.prepare = prepare,
		.open = open_side,
		.send = send,
		.receive = receive,
		.close = close_side,
	};

	return bench_main(&peer, argc, argv);
}
