/* ZeroMQ: a PAIR over ipc. Each message goes through a socket and an I/O thread on each side. */
#define _GNU_SOURCE
#include <zmq.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

struct side {
	void *context, *socket;
	int flags;
	size_t size;
	char *out;
};

static char address[64];

static void prepare(const struct bench *bench)
{
	(void)bench;
	snprintf(address, sizeof(address), "ipc:///tmp/pkd-bench-zmq-%d", (int)getpid());
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];
	struct side *side = &sides[i];

	*side = (struct side){
		.context = zmq_ctx_new(),
		.flags = bench->polls ? ZMQ_DONTWAIT : 0,
		.size = bench->size,
		.out = calloc(1, bench->size),
	};
	bench_check(side->context && side->out, "memory");
	side->socket = zmq_socket(side->context, ZMQ_PAIR);
	bench_check(side->socket != NULL, "zmq_socket");
	bench_check((i == 0 ? zmq_bind(side->socket, address)
	                    : zmq_connect(side->socket, address)) == 0,
	            "zmq_bind or zmq_connect");
	return side;
}

static bool must_wait(int r)
{
	if (r < 0 && zmq_errno() != EAGAIN && zmq_errno() != EINTR)
		bench_fail("zmq", zmq_errno());
	if (r < 0)
		bench_relax();
	return r < 0;
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;

	*(uint64_t *)(void *)side->out = stamp;
	while (must_wait(zmq_send(side->socket, side->out, side->size, side->flags)))
		;
}

/* The message is read where the library has put it. */
static uint64_t receive(void *argument)
{
	struct side *side = argument;
	zmq_msg_t message;
	uint64_t stamp;

	zmq_msg_init(&message);
	while (must_wait(zmq_msg_recv(&message, side->socket, side->flags)))
		;
	stamp = *(uint64_t *)zmq_msg_data(&message);
	zmq_msg_close(&message);
	return stamp;
}

/* Waits until what was sent has left. */
static void close_side(void *argument)
{
	struct side *side = argument;

	zmq_close(side->socket);
	zmq_ctx_term(side->context);
	unlink(address + sizeof("ipc://") - 1);
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = "zeromq",
		.prepare = prepare,
		.open = open_side,
		.send = send,
		.receive = receive,
		.close = close_side,
	};

	return bench_main(&peer, argc, argv);
}
