/* Unix sockets: a pair, SOCK_STREAM, or with -DSEQPACKET one that keeps messages apart. The kernel
 * copies each message in and out. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "harness.h"

#ifdef SEQPACKET
#define TYPE SOCK_SEQPACKET
#define NAME "unix-seqpacket"
#else
#define TYPE SOCK_STREAM
#define NAME "unix-stream"
#endif

struct side {
	int fd, flags;
	size_t size;
	char *out, *in;
};

static int ends[2];

static void prepare(const struct bench *bench)
{
	int size = 8 << 20;

	(void)bench;
	bench_check(socketpair(AF_UNIX, TYPE, 0, ends) == 0, "socketpair");
	/* As large as the system lets them be. */
	for (int i = 0; i < 2; i++)
		if (setsockopt(ends[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
			setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void *open_side(const struct bench *bench, int i)
{
	static struct side sides[2];

	sides[i] = (struct side){
		.fd = ends[i],
		.flags = bench->polls ? MSG_DONTWAIT : 0,
		.size = bench->size,
		.out = malloc(bench->size),
		.in = malloc(bench->size),
	};
	bench_check(sides[i].out && sides[i].in, "memory");
	__builtin_memset(sides[i].out, 1, bench->size);
	return &sides[i];
}

/* Did the call only say that it would have to wait? */
static bool must_wait(ssize_t r)
{
	if (r < 0 && (errno == EMSGSIZE || errno == ENOBUFS))
		bench_cannot("the message is too long for a packet");
	if (r == 0 || (r < 0 && errno != EAGAIN && errno != EINTR))
		bench_fail("socket", errno);
	if (r < 0)
		bench_relax();
	return r < 0;
}

static void send_message(void *argument, uint64_t stamp)
{
	struct side *side = argument;
	size_t done = 0;

	*(uint64_t *)(void *)side->out = stamp;
	while (done < side->size) {
		ssize_t r = send(side->fd, side->out + done, side->size - done, side->flags);

		if (!must_wait(r))
			done += (size_t)r;
	}
}

static uint64_t receive_message(void *argument)
{
	struct side *side = argument;
	size_t done = 0;

	while (done < side->size) {
		ssize_t r = recv(side->fd, side->in + done, side->size - done, side->flags);

		if (!must_wait(r))
			done += (size_t)r;
	}
	return *(uint64_t *)(void *)side->in;
}

int main(int argc, char **argv)
{
	static const struct peer peer = {
		.name = NAME,
		.prepare = prepare,
		.open = open_side,
		.send = send_message,
		.receive = receive_message,
	};

	return bench_main(&peer, argc, argv);
}
