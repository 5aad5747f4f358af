/* The floor: a word that two processes share, on one cache line. Whoever polls looks at it; whoever
 * sleeps waits on a futex in the same line, and is always woken. No size, no queue. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

struct line {
	_Alignas(128) _Atomic uint32_t n;
	_Atomic uint64_t stamp;
};

struct side {
	struct line *out, *in;
	uint32_t n_out, n_in;
	bool polls;
};

static struct line *lines;

static void prepare(const struct bench *bench)
{
	(void)bench;
	lines = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lines == MAP_FAILED)
		bench_fail("mmap", errno);
}

static void *open_side(const struct bench *bench, int side)
{
	static struct side sides[2];

	sides[side] =
		(struct side){.out = &lines[side], .in = &lines[1 - side], .polls = bench->polls};
	return &sides[side];
}

static void send(void *argument, uint64_t stamp)
{
	struct side *side = argument;

	atomic_store_explicit(&side->out->stamp, stamp, memory_order_relaxed);
	atomic_store_explicit(&side->out->n, ++side->n_out, memory_order_release);
	if (!side->polls)
		syscall(SYS_futex, &side->out->n, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint64_t receive(void *argument)
{
	struct side *side = argument;

	while (atomic_load_explicit(&side->in->n, memory_order_acquire) == side->n_in) {
		if (side->polls)
			bench_relax();
		else
			syscall(SYS_futex, &side->in->n, FUTEX_WAIT, side->n_in, NULL, NULL, 0);
	}
	side->n_in++;
	return atomic_load_explicit(&side->in->stamp, memory_order_relaxed);
}

int main(int argc, char **argv)
{
	static const struct peer peer = {.name = "floor",
	                                 .prepare = prepare,
	                                 .open = open_side,
	                                 .send = send,
	                                 .receive = receive};

	return bench_main(&peer, argc, argv);
}
