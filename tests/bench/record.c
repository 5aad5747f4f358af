/* What record.ring takes for a packet beside a plain write(2) of the same bytes into a file whose
 * space is taken, too, in turn in one run: microseconds a packet and MB/s, medians of some rounds.
 * Into the page cache, both: `sync` is a thread's.
 *
 * record DIRECTORY [ROUNDS] */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../stdlib/test/ring_run.h"

enum { N_PACKETS = 2000, MAX_ROUNDS = 99, KEY_BYTES = 60000, OTHER_BYTES = 18000 };

static struct recorder recorder;
static int plain;

static double now(void)
{
	return (double)pkd_now() / 1e3;
}

/* 25 frames a second at 4 Mbit/s. */
static void make(uint64_t n)
{
	struct video_Packet *packet = recorder.packet;

	packet->key = n % 25 == 1;
	packet->number = n;
	packet->dts = packet->pts = (int64_t)n * FRAME;
	packet->data.len = packet->key ? KEY_BYTES : OTHER_BYTES;
}

/* Microseconds a packet. */
static double record(void)
{
	struct record_ring_in in = {recorder.packet};
	struct record_ring_out out = {&recorder.held};
	double start = now();

	for (int i = 0; i < N_PACKETS; i++) {
		make(++recorder.n);
		if (record_ring_methods.step(recorder.self, &in, &out, &recorder.ctx) != PKD_OK)
			exit(1);
	}
	return (now() - start) / N_PACKETS;
}

static double write_plainly(uint64_t size)
{
	static uint64_t n;
	uint64_t at = 0;
	double start = now();

	for (int i = 0; i < N_PACKETS; i++) {
		uint32_t bytes;

		make(++n);
		bytes = recorder.packet->data.len;
		if (at + bytes > size)
			at = 0;
		if (pwrite(plain, recorder.packet->data.data, bytes, (off_t)at) != (ssize_t)bytes)
			exit(1);
		at += bytes;
	}
	return (now() - start) / N_PACKETS;
}

static int compare(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	       (*(const double *)a < *(const double *)b);
}

static void show(const char *name, double *values, int n, double bare)
{
	double bytes = (KEY_BYTES + 24 * (double)OTHER_BYTES) / 25;

	qsort(values, (size_t)n, sizeof(*values), compare);
	printf("| %s | %.1f (%.1f to %.1f) | %.0f | %.2f |\n", name, values[n / 2], values[0],
	       values[n - 1], bytes / values[n / 2], values[n / 2] / bare);
}

int main(int n_args, char **args)
{
	static double rings[MAX_ROUNDS], writes[MAX_ROUNDS];
	int n = n_args > 2 ? atoi(args[2]) : 9;
	char path[512];

	if (n_args < 2 || n < 1 || n > MAX_ROUNDS)
		return 2;
	snprintf(path, sizeof(path), "%s/", args[1]);
	recorder.params = (struct record_ring_params){.path = path,
	                                              .name = "bench",
	                                              .bytes = 256 * MIB,
	                                              .block = 16 * MIB,
	                                              .sync = SECOND};
	recorder.ctx.memories[0] = &recorder.run;
	recorder.packet = calloc(1, sizeof(*recorder.packet));
	recorder.self = fake_self(&record_ring_methods);
	memset(recorder.packet->data.data, 0x5a, sizeof(recorder.packet->data.data));
	if (record_ring_methods.init(recorder.self, &recorder.params, &recorder.ctx) != PKD_OK)
		return 1;
	plain = openat(AT_FDCWD, args[1], O_TMPFILE | O_RDWR, 0600);
	if (plain < 0 || posix_fallocate(plain, 0, 256 * MIB) != 0)
		return 1;
	for (int i = -1; i < n; i++) { /* the first round is for the pages */
		double ring = record(), bare = write_plainly(256 * MIB);

		if (i >= 0) {
			rings[i] = ring;
			writes[i] = bare;
		}
	}
	qsort(writes, (size_t)n, sizeof(*writes), compare);
	printf("| %d packets, median of %d | us a packet | MB/s | of the write |\n|---|---|---|---|\n",
	       N_PACKETS, n);
	show("write(2)", writes, n, writes[n / 2]);
	show("record.ring", rings, n, writes[n / 2]);
	record_ring_methods.finish(recorder.self);
	return 0;
}
