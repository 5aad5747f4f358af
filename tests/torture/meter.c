#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shot.h"

/* A bucket holds the ages up to 2^(n/8) us: 9 % apart, up to 4295 s. */
enum { PER_OCTAVE = 8, N_BUCKETS = 32 * PER_OCTAVE };

struct nodes_meter {
	const struct nodes_meter_params *params;
	int fd;
	int64_t second;
	uint64_t n, counts[N_BUCKETS];
	int64_t longest_ns;
};

int nodes_meter_init(struct nodes_meter *self, const struct nodes_meter_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	self->fd = open(params->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	return self->fd < 0 ? pkd_error(ctx, errno, "cannot write '%s'", params->path) : PKD_OK;
}

static double bucket_us(uint32_t bucket)
{
	return exp2((double)bucket / PER_OCTAVE);
}

static uint32_t bucket_of(int64_t ns)
{
	double us = (double)ns / 1e3;
	double bucket = us <= 1 ? 0 : ceil(log2(us) * PER_OCTAVE);

	return bucket < N_BUCKETS ? (uint32_t)bucket : N_BUCKETS - 1;
}

static double quantile_us(const struct nodes_meter *self, double share)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < N_BUCKETS; i++) {
		sum += self->counts[i];
		if ((double)sum >= share * (double)self->n)
			return bucket_us(i);
	}
	return bucket_us(N_BUCKETS - 1);
}

/* A line: p50, p99, most, in microseconds, and how many. */
static void write_down(struct nodes_meter *self)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%.0f %.0f %.0f %" PRIu64 "\n", quantile_us(self, 0.5),
	                 quantile_us(self, 0.99), (double)self->longest_ns / 1e3, self->n);

	if (self->n && write(self->fd, line, (size_t)n) != n)
		return;
	memset(self->counts, 0, sizeof(self->counts));
	self->n = 0;
	self->longest_ns = 0;
}

int nodes_meter_step(struct nodes_meter *self, const struct nodes_meter_in *in,
                     struct nodes_meter_out *out, struct pkd_ctx *ctx)
{
	int64_t now_ns = pkd_now();
	const struct pkd_frame *frame = pkd_frame_of(in->shot);
	int64_t age_ns = now_ns - (self->params->whole ? frame->capture_ns : frame->publish_ns);

	(void)out, (void)ctx;
	if (now_ns / 1000000000 != self->second)
		write_down(self);
	self->second = now_ns / 1000000000;
	self->counts[bucket_of(age_ns)]++;
	self->n++;
	if (age_ns > self->longest_ns)
		self->longest_ns = age_ns;
	return PKD_OK;
}

void nodes_meter_finish(struct nodes_meter *self)
{
	close(self->fd);
}

PKD_NODE(nodes_meter);
