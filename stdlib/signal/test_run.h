/* What the tests of signal share: the figures of tests/signal, and a node over f64 that is killed
 * now and then in the midst of a firing, before that counts. */
#ifndef PKD_SIGNAL_TEST_RUN_H
#define PKD_SIGNAL_TEST_RUN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

enum { MAX_ROWS = 256, MAX_COLUMNS = 8, MEMORY_SIZE = 1 << 16, KILL_EVERY = 60 };

static const struct pkd_type __attribute__((unused))
f64_type = {.kind = PKD_F64, .name = "f64", .size = 8, .align = 8};

/* ---- Figures ---- */

struct figures {
	char name[32];
	int n_columns, n_rows;
	double params[MAX_COLUMNS][4];
	double rows[MAX_ROWS][MAX_COLUMNS];
};

static inline const struct figures *read_figures(const char *name)
{
	static struct figures all[8];
	struct figures *figures = all;
	const char *root = getenv("ROOT");
	char path[512];
	FILE *file;

	while (figures->n_rows && strcmp(figures->name, name) != 0)
		assert_true(++figures < all + 8);
	if (figures->n_rows)
		return figures;
	snprintf(figures->name, sizeof(figures->name), "%s", name);
	snprintf(path, sizeof(path), "%s/tests/signal/%s.txt", root ? root : ".", name);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%d", &figures->n_columns) != 1)
		fail_msg("cannot read %s", path);
	for (int i = 0; i < figures->n_columns; i++)
		for (int k = 0; k < 4; k++)
			assert_int_equal(fscanf(file, "%lf", &figures->params[i][k]), 1);
	while (fscanf(file, "%lf", &figures->rows[figures->n_rows][0]) == 1) {
		for (int i = 1; i < figures->n_columns; i++)
			assert_int_equal(fscanf(file, "%lf", &figures->rows[figures->n_rows][i]),
			                 1);
		figures->n_rows++;
	}
	fclose(file);
	assert_true(figures->n_rows > 0);
	return figures;
}

/* Row `i` of input.txt. */
static inline int64_t input_time(const struct figures *input, int i)
{
	return (int64_t)llround(input->rows[i][0] * 1e9);
}

static inline void assert_near(double is, double wanted, double tolerance, int row)
{
	if (!(fabs(is - wanted) <= tolerance * fmax(1, fabs(wanted))) &&
	    !(isnan(is) && isnan(wanted)))
		fail_msg("row %d: %.15g, and not %.15g", row, is, wanted);
}

/* ---- A node ---- */

struct run {
	const struct pkd_methods *methods;
	const void *params;
	struct pkd_ctx ctx;
	void *self;
	void *in, *out[2]; /* room for values */
	int n_given;
};

static inline void run_start(struct run *run, const struct pkd_methods *methods, const void *params,
                             uint32_t size, uint32_t out_size)
{
	memset(run, 0, sizeof(*run));
	run->methods = methods;
	run->params = params;
	run->in = fake_slot(size);
	run->out[0] = fake_slot(out_size);
	run->out[1] = fake_slot(64);
	for (int i = 0; i < 2; i++) {
		run->ctx.memories[i] = calloc(1, MEMORY_SIZE);
		assert_non_null(run->ctx.memories[i]);
	}
	run->self = fake_self(methods);
	if (methods->init(run->self, params, &run->ctx) != PKD_OK)
		fail_msg("%s", run->ctx.error);
}

static inline void run_end(struct run *run)
{
	run->methods->finish(run->self);
	free(run->self);
	fake_slot_free(run->in);
	fake_slot_free(run->out[0]);
	fake_slot_free(run->out[1]);
	free(run->ctx.memories[0]);
	free(run->ctx.memories[1]);
}

static inline int fire(struct run *run, bool flushes)
{
	const void *in[] = {flushes ? NULL : run->in};

	run->ctx.absent = 0;
	run->ctx.fired = flushes ? UINT32_MAX : 0;
	return fake_fire(run->methods, run->self, in, run->out, &run->ctx);
}

/* The firing is lost with the node, which is started again and does it once more. */
static inline void kill_in_firing(struct run *run, bool flushes)
{
	static uint8_t committed[FAKE_STATE_SIZE];

	memcpy(committed, run->ctx.committed_state, sizeof(committed));
	fire(run, flushes);
	memcpy(run->ctx.committed_state, committed, sizeof(committed));
	assert_int_equal(fake_restart(run->methods, &run->self, run->params, &run->ctx), PKD_OK);
}

/* One firing for what is in `in`, or of the end. */
static inline int run_fire(struct run *run, int64_t time_ns, bool flushes)
{
	run->ctx.time_ns = time_ns;
	if (++run->n_given % KILL_EVERY == 0)
		kill_in_firing(run, flushes);
	return fire(run, flushes);
}

static inline double run_number(struct run *run, int64_t time_ns, double number)
{
	double out;

	memcpy(run->in, &number, sizeof(number));
	if (run_fire(run, time_ns, false) != PKD_OK)
		fail_msg("%s", run->ctx.error);
	memcpy(&out, run->out[0], sizeof(out));
	return run->ctx.absent & 1 ? INFINITY : out;
}

/* All of input.txt through a node over f64; the outputs are a column of the figures. INFINITY
 * stands for what is absent, and a column has 0 there. */
static inline void assert_column(struct run *run, const struct figures *wanted, int column,
                                 double tolerance)
{
	const struct figures *input = read_figures("input");

	for (int i = 0; i < input->n_rows; i++) {
		double is = run_number(run, input_time(input, i), input->rows[i][1]);

		if (isinf(is))
			is = 0;
		assert_near(is, wanted->rows[i][column], tolerance, i);
	}
}

#endif
