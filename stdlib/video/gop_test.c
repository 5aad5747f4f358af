/* video.gop: which packets pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <video/gop.pkd.h>
#include <video/packet.pkd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods video_gop_methods;

struct run {
	struct pkd_ctx ctx;
	struct video_gop_params params;
	void *self;
	struct video_Packet *in, *out;
};

static void start(struct run *run)
{
	run->self = fake_self(&video_gop_methods);
	run->in = fake_slot(sizeof(struct video_Packet));
	run->out = fake_slot(sizeof(struct video_Packet));
	memset(run->in, 0, sizeof(*run->in));
	assert_int_equal(video_gop_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	video_gop_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->in);
	fake_slot_free(run->out);
}

/* Whether the packet passes: "k" is a key frame, "p" none. */
static bool passes(struct run *run, uint64_t number, char kind)
{
	struct video_gop_in in = {run->in};
	struct video_gop_out out = {run->out};

	run->in->number = number;
	run->in->key = kind == 'k';
	run->in->setup.len = 3;
	run->in->data.len = (uint32_t)number;
	memset(run->in->data.data, (int)number, number);
	run->ctx.absent = 0;
	assert_int_equal(fake_fire(&video_gop_methods, run->self, &in, &out, &run->ctx), PKD_OK);
	if (run->ctx.absent)
		return false;
	assert_int_equal(run->out->number, number);
	assert_int_equal(run->out->setup.len, 3);
	assert_int_equal(run->out->data.len, number);
	assert_memory_equal(run->out->data.data, run->in->data.data, number);
	return true;
}

static void whole_groups_pass(void **state)
{
	static struct run run;

	(void)state;
	start(&run);
	assert_false(passes(&run, 4, 'p')); /* it begins in the middle */
	assert_true(passes(&run, 5, 'k'));
	assert_true(run.out->discontinuity);
	assert_true(passes(&run, 6, 'p'));
	assert_false(run.out->discontinuity);
	assert_false(passes(&run, 8, 'p')); /* 7 is missing */
	assert_false(passes(&run, 9, 'p'));
	assert_true(passes(&run, 10, 'k'));
	assert_true(run.out->discontinuity);
	assert_true(passes(&run, 11, 'p'));
	assert_true(passes(&run, 20, 'k')); /* needs nothing of what is missing */
	assert_true(run.out->discontinuity);
	assert_true(passes(&run, 21, 'k'));
	assert_false(run.out->discontinuity);
	end(&run);
}

static void a_whole_stream_is_as_it_was(void **state)
{
	static struct run run;

	(void)state;
	start(&run);
	for (uint64_t i = 1; i < 50; i++) {
		assert_true(passes(&run, i, i % 10 == 1 ? 'k' : 'p'));
		assert_false(run.out->discontinuity);
	}
	end(&run);
}

static void a_session_and_a_discontinuity_begin_anew(void **state)
{
	static struct run run;

	(void)state;
	start(&run);
	assert_true(passes(&run, 1, 'k'));
	run.in->session = 1;
	assert_false(passes(&run, 2, 'p'));
	assert_true(passes(&run, 3, 'k'));
	run.in->discontinuity = true;
	assert_false(passes(&run, 4, 'p'));
	run.in->discontinuity = false;
	assert_false(passes(&run, 5, 'p'));
	assert_true(passes(&run, 6, 'k'));
	end(&run);
}

static void a_restart_changes_nothing(void **state)
{
	static struct run run;

	(void)state;
	start(&run);
	assert_true(passes(&run, 1, 'k'));
	assert_int_equal(fake_restart(&video_gop_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_true(passes(&run, 2, 'p'));
	assert_false(run.out->discontinuity);
	assert_false(passes(&run, 4, 'p'));
	assert_int_equal(fake_restart(&video_gop_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	assert_false(passes(&run, 5, 'p'));
	assert_true(passes(&run, 6, 'k'));
	end(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_groups_pass),
		cmocka_unit_test(a_whole_stream_is_as_it_was),
		cmocka_unit_test(a_session_and_a_discontinuity_begin_anew),
		cmocka_unit_test(a_restart_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
