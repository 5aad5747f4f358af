/* One way to measure them all. A peer says how two sides exchange messages; harness.c starts the
 * other side, pins both, warms up, measures in batches and prints a line of key=value for each
 * quantity, for bench.py to read:
 *
 *   PEER poll|sleep CPU CPU SIZE MILLISECONDS latency|throughput|hop
 *
 * The CPUs are those of side 0 and of side 1. A message has SIZE bytes, of which the first eight
 * are a stamp. A peer in which a value can be made in place writes only those; one that copies
 * pays for the copy, because its users do. */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define BENCH_NORETURN [[noreturn]]
extern "C" {
#else
#define BENCH_NORETURN _Noreturn
#endif

struct bench {
	size_t size;
	bool polls;    /* looks again and again for a message, instead of sleeping until it comes */
	bool together; /* both sides are in one thread */
};

struct peer {
	const char *name;
	bool in_threads; /* side 1 is a thread of the same process */
	/* Before the other side is started; may be NULL. */
	void (*prepare)(const struct bench *bench);
	/* Connects one side; returns when both can send. */
	void *(*open)(const struct bench *bench, int side);
	/* Waits for room where there is none. */
	void (*send)(void *side, uint64_t stamp);
	/* Waits for the next message; returns its stamp. */
	uint64_t (*receive)(void *side);
	void (*close)(void *side); /* may be NULL */
};

int bench_main(const struct peer *peer, int argc, char **argv);

int64_t bench_now(void);
void bench_relax(void);

/* Ends the process, and the measurement with it. A peer that cannot do what is asked, such as a
 * message that is too long, is not at fault: the reason is printed and the row stays empty. */
BENCH_NORETURN void bench_fail(const char *what, int error);
BENCH_NORETURN void bench_cannot(const char *reason);

/* Fails unless `holds`. */
void bench_check(bool holds, const char *what);

#ifdef __cplusplus
}
#endif

#endif
