/* The small nodes of `flow`, over numbers, strings and records. */
#include <errno.h>
#include <flow/batch.pkd.h>
#include <flow/checksum.pkd.h>
#include <flow/count.pkd.h>
#include <flow/fault.pkd.h>
#include <flow/gate.pkd.h>
#include <flow/merge.pkd.h>
#include <flow/split.pkd.h>
#include <flow/switch.pkd.h>
#include <flow/throttle.pkd.h>
#include <flow/turns.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../base/value.h"
#include "../test/fake_ctx.h"

extern const struct pkd_methods flow_batch_methods, flow_checksum_methods, flow_count_methods,
	flow_fault_methods, flow_gate_methods, flow_merge_methods, flow_split_methods,
	flow_switch_methods, flow_throttle_methods, flow_turns_methods;

enum { MS = 1000000 };

struct word {
	uint32_t len;
	char text[9];
};

struct words {
	uint32_t len;
	struct word items[3];
};

struct row {
	uint8_t small;
	int64_t large;
};

static const struct pkd_type type_u8 = {.kind = PKD_U8, .size = 1, .align = 1};
static const struct pkd_type type_i64 = {.kind = PKD_I64, .size = 8, .align = 8};
static const struct pkd_type type_word = {
	.kind = PKD_STRING, .size = sizeof(struct word), .align = 4, .n = 8};
static const struct pkd_type type_words = {.kind = PKD_LIST,
                                           .size = sizeof(struct words),
                                           .align = 4,
                                           .n = 3,
                                           .items_offset = 4,
                                           .item = &type_word};
static const struct pkd_field row_fields[] = {{"small", &type_u8, offsetof(struct row, small)},
                                              {"large", &type_i64, offsetof(struct row, large)}};
static const struct pkd_type type_row = {
	.kind = PKD_RECORD, .size = sizeof(struct row), .align = 8, .n = 2, .fields = row_fields};

static struct pkd_ctx ctx;

static void *begin(const struct pkd_methods *methods, const void *params)
{
	void *self = fake_self(methods);

	memset(&ctx, 0, sizeof(ctx));
	assert_int_equal(methods->init(self, params, &ctx), PKD_OK);
	return self;
}

static void end(const struct pkd_methods *methods, void *self)
{
	methods->finish(self);
	free(self);
}

static int fire(const struct pkd_methods *methods, void *self, const void *in, void *out)
{
	ctx.absent = 0;
	return fake_fire(methods, self, in, out, &ctx);
}

/* ---- Copies: base/value.h ---- */

static void a_copy_leaves_out_what_is_not_in_use(void **state)
{
	struct words from = {.len = 1, .items = {{2, "ab"}, {3, "old"}}}, to;

	(void)state;
	memset(&to, 7, sizeof(to));
	value_copy(&type_words, &to, &from);
	assert_int_equal(to.len, 1);
	assert_string_equal(to.items[0].text, "ab");
	assert_int_equal(to.items[1].len, 0x07070707);
	assert_int_equal(value_size(&type_word, &from.items[0]), 4 + 2 + 1);
	from.len = 900; /* by a faulty writer */
	assert_int_equal(value_size(&type_words, &from), sizeof(from));
	assert_int_equal(value_size(&type_row, &from), sizeof(struct row));
}

static void a_copy_of_an_image_has_its_rows(void **state)
{
	struct pkd_image *from = fake_image(PKD_BGR24, 8, 4);
	struct pkd_image *to = fake_slot((uint32_t)sizeof(*to) + 8 * 4 * 3);
	struct pkd_type type = {.kind = PKD_IMAGE, .size = (uint32_t)sizeof(*to) + 8 * 4 * 3};

	(void)state;
	pkd_image_set(from, PKD_BGR24, 8, 2);
	value_copy(&type, to, from);
	assert_memory_equal(to, from, sizeof(*to) + 8 * 2 * 3);
	assert_int_equal(pkd_pixels(to)[8 * 2 * 3], 0xa5);
	from->height = 1000000;
	assert_int_equal(value_size(&type, from), type.size);
	fake_slot_free(from);
	fake_slot_free(to);
}

/* ---- merge, switch, gate, throttle, count ---- */

static void merge_gives_what_fired(void **state)
{
	struct flow_merge_params params = {&type_word, 2};
	void *self = begin(&flow_merge_methods, &params);
	struct word a = {1, "a"}, b = {2, "bb"}, out;
	const void *values[] = {&a, &b};
	struct flow_merge_in in = {values};
	struct flow_merge_out to = {&out};

	(void)state;
	ctx.fired = 1;
	assert_int_equal(fire(&flow_merge_methods, self, &in, &to), PKD_OK);
	assert_string_equal(out.text, "bb");
	ctx.fired = 0;
	values[1] = NULL;
	assert_int_equal(fire(&flow_merge_methods, self, &in, &to), PKD_OK);
	assert_string_equal(out.text, "a");
	end(&flow_merge_methods, self);
}

static bool switched(void *self, uint32_t fired, const int64_t *which, int64_t *ret_value)
{
	static const int64_t a = 10, b = 11;
	const void *values[] = {&a, &b};
	struct flow_switch_in in = {values, which};
	struct flow_switch_out out = {ret_value};

	ctx.fired = fired;
	assert_int_equal(fire(&flow_switch_methods, self, &in, &out), PKD_OK);
	return !ctx.absent;
}

static void switch_gives_one_of_them(void **state)
{
	struct flow_switch_params params = {1, &type_i64, 2};
	void *self = begin(&flow_switch_methods, &params);
	int64_t value, zero = 0, far = 7, below = -1;

	(void)state;
	assert_false(switched(self, 0, NULL, &value));
	assert_true(switched(self, 1, NULL, &value));
	assert_int_equal(value, 11);
	assert_true(switched(self, 0, &zero, &value));
	assert_int_equal(value, 10);
	assert_false(switched(self, 1, &zero, &value));
	assert_false(switched(self, 2, &zero, &value)); /* `which` itself has come */
	assert_false(switched(self, 0, &far, &value));
	assert_false(switched(self, 0, &below, &value));
	end(&flow_switch_methods, self);
}

static bool passes_gate(void *self, const uint8_t *open)
{
	int64_t value = 5, out = 0;
	struct flow_gate_in in = {&value, open};
	struct flow_gate_out to = {&out};

	assert_int_equal(fire(&flow_gate_methods, self, &in, &to), PKD_OK);
	assert_int_equal(out, ctx.absent ? 0 : 5);
	return !ctx.absent;
}

static void a_gate_does_as_its_input_says_or_its_parameter(void **state)
{
	struct flow_gate_params params = {false, &type_i64};
	void *self = begin(&flow_gate_methods, &params);
	uint8_t yes = 1, no = 0;

	(void)state;
	assert_false(passes_gate(self, NULL));
	assert_true(passes_gate(self, &yes));
	params.otherwise = true;
	assert_true(passes_gate(self, NULL));
	assert_false(passes_gate(self, &no));
	end(&flow_gate_methods, self);
}

static bool passes_throttle(void *self, int64_t time_ns)
{
	int64_t value = 5, out = 0;
	struct flow_throttle_in in = {&value};
	struct flow_throttle_out to = {&out};

	ctx.time_ns = time_ns;
	assert_int_equal(fire(&flow_throttle_methods, self, &in, &to), PKD_OK);
	return !ctx.absent;
}

static void a_throttle_keeps_its_distance(void **state)
{
	struct flow_throttle_params params = {100 * MS, &type_i64};
	void *self = begin(&flow_throttle_methods, &params);

	(void)state;
	assert_true(passes_throttle(self, 70 * MS));
	assert_false(passes_throttle(self, 100 * MS));
	assert_false(passes_throttle(self, 169 * MS));
	assert_true(passes_throttle(self, 170 * MS));
	assert_int_equal(fake_restart(&flow_throttle_methods, &self, &params, &ctx), PKD_OK);
	assert_false(passes_throttle(self, 200 * MS));
	assert_true(passes_throttle(self, 20 * MS)); /* back in time */
	assert_true(passes_throttle(self, INT64_MIN));
	assert_true(passes_throttle(self, INT64_MAX));
	params.period = 0;
	assert_true(passes_throttle(self, INT64_MAX));
	end(&flow_throttle_methods, self);
}

static void a_count_survives(void **state)
{
	struct flow_count_params params = {0};
	void *self = begin(&flow_count_methods, &params);
	uint64_t n;
	struct flow_count_in in = {&n};
	struct flow_count_out out = {&n};

	(void)state;
	assert_int_equal(fire(&flow_count_methods, self, &in, &out), PKD_OK);
	assert_int_equal(fake_restart(&flow_count_methods, &self, &params, &ctx), PKD_OK);
	assert_int_equal(fire(&flow_count_methods, self, &in, &out), PKD_OK);
	assert_int_equal(n, 2);
	end(&flow_count_methods, self);
}

/* ---- turns ---- */

enum { STREAMS = 4 };

/* Slots with their headers, whose newest values are `numbers`; 0: there is none yet. */
struct streams {
	int64_t *values[STREAMS];
	uint64_t numbers[STREAMS], served[STREAMS], turns[STREAMS];
	void *self;
	uint32_t n_times; /* firings that had a time of their own */
	struct flow_turns_params params;
};

static void streams_begin(struct streams *streams)
{
	*streams = (struct streams){.params = {&type_i64, STREAMS}};
	for (uint32_t i = 0; i < STREAMS; i++)
		streams->values[i] = fake_slot(sizeof(int64_t));
	streams->self = begin(&flow_turns_methods, &streams->params);
	ctx.memories[0] = streams->served;
	ctx.memories[1] = streams->turns;
}

static void streams_end(struct streams *streams)
{
	end(&flow_turns_methods, streams->self);
	for (uint32_t i = 0; i < STREAMS; i++)
		fake_slot_free(streams->values[i]);
}

/* The stream whose turn it is; -1: nobody's. */
static int take_turn(struct streams *streams, bool dies)
{
	const void *values[STREAMS];
	struct flow_turns_in in = {values};
	int64_t value = 0;
	struct flow_Turn turn = {0};
	struct flow_turns_out out = {&value, &turn};

	for (uint32_t i = 0; i < STREAMS; i++) {
		values[i] = streams->numbers[i] ? streams->values[i] : NULL;
		fake_header(streams->values[i])->number = streams->numbers[i];
		fake_header(streams->values[i])->capture_ns = (int64_t)(streams->numbers[i] * MS);
		*streams->values[i] = (int64_t)(100 * i + streams->numbers[i]);
	}
	ctx.absent = 0;
	if (dies) {
		flow_turns_methods.step(streams->self, &in, &out, &ctx);
		assert_int_equal(
			fake_restart(&flow_turns_methods, &streams->self, &streams->params, &ctx),
			PKD_OK);
	}
	assert_int_equal(fire(&flow_turns_methods, streams->self, &in, &out), PKD_OK);
	if (ctx.absent) {
		assert_int_equal(ctx.absent, 3);
		if (ctx.n_set_times > 0) /* from then on it is the node's in each firing */
			assert_int_equal(ctx.n_set_times, ++streams->n_times);
		else
			assert_int_equal(streams->n_times, 0);
		return -1;
	}
	streams->n_times = ctx.n_set_times;
	assert_true(turn.which < STREAMS);
	assert_int_equal(turn.number, streams->numbers[turn.which]);
	assert_int_equal(turn.at, turn.number * MS);
	assert_int_equal(value, 100 * turn.which + turn.number);
	return (int)turn.which;
}

static void who_waits_longest_has_the_next_turn(void **state)
{
	struct streams streams;
	int64_t time = 0;

	(void)state;
	streams_begin(&streams);
	assert_int_equal(take_turn(&streams, false), -1);
	streams.numbers[2] = 5;
	assert_int_equal(take_turn(&streams, false), 2);
	assert_int_equal(take_turn(&streams, false), -1); /* it has had that one */
	/* However fast stream 2 is, the others come between. */
	for (uint32_t i = 0; i < STREAMS; i++)
		streams.numbers[i] = 10 + i;
	for (int round = 0; round < 5; round++) {
		static const int order[STREAMS] = {0, 1, 3, 2};

		for (uint32_t i = 0; i < STREAMS; i++) {
			streams.numbers[2] += 3;
			assert_int_equal(take_turn(&streams, round % 2), order[i]);
			assert_true(ctx.set_time_ns >= time);
			time = ctx.set_time_ns;
			streams.numbers[order[i]]++;
		}
	}
	streams_end(&streams);
}

/* ---- batch, split ---- */

static int batch(void *self, const char *word, struct words *out)
{
	struct word value = {(uint32_t)strlen(word), ""};
	struct flow_batch_in in = {&value};
	struct flow_batch_out to = {out};

	memcpy(value.text, word, value.len);
	out->len = 0;
	return fire(&flow_batch_methods, self, &in, &to);
}

static int flush(void *self, struct words *out)
{
	struct flow_batch_in in = {NULL};
	struct flow_batch_out to = {out};

	ctx.fired = UINT32_MAX;
	return fire(&flow_batch_methods, self, &in, &to);
}

/* Killed between any two values, and in the step, whose writing stays. */
static void what_waits_in_a_batch_survives_a_restart(void **state)
{
	struct flow_batch_params params = {&type_word, 3};
	void *self = begin(&flow_batch_methods, &params);
	struct word waiting[3], lost = {4, "lost"};
	struct flow_batch_in in = {&lost};
	struct words out;
	struct flow_batch_out to = {&out};

	(void)state;
	ctx.memories[0] = waiting;
	for (int round = 0; round < 2; round++) {
		batch(self, "one", &out);
		flow_batch_methods.step(self, &in, &to, &ctx);
		assert_int_equal(fake_restart(&flow_batch_methods, &self, &params, &ctx), PKD_OK);
		batch(self, "two", &out);
		assert_int_equal(fake_restart(&flow_batch_methods, &self, &params, &ctx), PKD_OK);
		assert_int_equal(batch(self, "three", &out), PKD_OK);
		assert_false(ctx.absent);
		assert_int_equal(out.len, 3);
		assert_string_equal(out.items[0].text, "one");
		assert_string_equal(out.items[1].text, "two");
		assert_string_equal(out.items[2].text, "three");
		assert_int_equal(fake_restart(&flow_batch_methods, &self, &params, &ctx), PKD_OK);
	}
	end(&flow_batch_methods, self);
}

static void a_batch_is_full_or_the_rest(void **state)
{
	struct flow_batch_params params = {&type_word, 3};
	void *self = begin(&flow_batch_methods, &params);
	struct word waiting[3];
	struct words out;

	(void)state;
	ctx.memories[0] = waiting;
	for (int round = 0; round < 2; round++) {
		assert_int_equal(batch(self, "one", &out), PKD_OK);
		assert_true(ctx.absent);
		batch(self, "two", &out);
		assert_true(ctx.absent);
		assert_int_equal(batch(self, "three", &out), PKD_OK);
		assert_false(ctx.absent);
		assert_int_equal(out.len, 3);
		assert_string_equal(out.items[0].text, "one");
		assert_string_equal(out.items[2].text, "three");
	}
	batch(self, "four", &out);
	assert_int_equal(flush(self, &out), PKD_END);
	assert_int_equal(out.len, 1);
	assert_string_equal(out.items[0].text, "four");
	assert_int_equal(flush(self, &out), PKD_SKIP);
	end(&flow_batch_methods, self);
}

static int split(void *self, const struct words *values, uint64_t part, struct word *out)
{
	struct flow_split_in in = {values};
	struct flow_split_out to = {out};

	ctx.part = part;
	return fire(&flow_split_methods, self, &in, &to);
}

static void split_gives_each_item(void **state)
{
	struct flow_split_params params = {&type_word, 3};
	void *self = begin(&flow_split_methods, &params);
	struct words values = {.len = 2, .items = {{1, "a"}, {1, "b"}, {1, "c"}}};
	struct word out;

	(void)state;
	assert_int_equal(split(self, &values, 0, &out), PKD_MORE);
	assert_string_equal(out.text, "a");
	assert_int_equal(split(self, &values, 1, &out), PKD_OK);
	assert_string_equal(out.text, "b");
	assert_false(ctx.absent);
	values.len = 0;
	assert_int_equal(split(self, &values, 0, &out), PKD_OK);
	assert_true(ctx.absent);
	end(&flow_split_methods, self);
}

/* ---- checksum ---- */

static uint64_t sum(const struct pkd_type *type, const void *value)
{
	struct flow_checksum_params params = {type};
	void *self = begin(&flow_checksum_methods, &params);
	struct flow_checksum_in in = {value};
	uint64_t result = 0;
	struct flow_checksum_out out = {&result};

	assert_int_equal(fire(&flow_checksum_methods, self, &in, &out), PKD_OK);
	end(&flow_checksum_methods, self);
	return result;
}

/* The first is of the draft's test vectors: FNV-1a of "a". */
static void a_checksum_is_of_what_a_value_says(void **state)
{
	struct words one = {.len = 1, .items = {{2, "ab"}, {1, "x"}}}, same = one, other = one;
	struct row row, alike;
	uint8_t a = 'a';

	(void)state;
	assert_int_equal(sum(&type_u8, &a), 0xaf63dc4c8601ec8c);
	memcpy(same.items[0].text + 3, "rest", 4);
	same.items[1].len = 7;
	assert_int_equal(sum(&type_words, &one), sum(&type_words, &same));
	other.items[0].text[1] = 'c';
	assert_int_not_equal(sum(&type_words, &one), sum(&type_words, &other));
	memset(&row, 1, sizeof(row));
	memset(&alike, 2, sizeof(alike));
	row.small = alike.small = 3;
	row.large = alike.large = 4;
	assert_int_equal(sum(&type_row, &row), sum(&type_row, &alike));
	alike.large = 5;
	assert_int_not_equal(sum(&type_row, &row), sum(&type_row, &alike));
}

/* ---- fault ---- */

static int fault(void *self, uint64_t number)
{
	int64_t value = 5, out = 0;
	struct flow_fault_in in = {&value};
	struct flow_fault_out to = {&out};

	ctx.number = number;
	return fire(&flow_fault_methods, self, &in, &to);
}

static void faults_come_by_frame_number(void **state)
{
	struct flow_fault_params params = {flow_Fault_drop, 3, 0, MS, &type_i64};
	void *self = begin(&flow_fault_methods, &params);

	(void)state;
	for (uint64_t number = 1; number < 10; number++) {
		assert_int_equal(fault(self, number), PKD_OK);
		assert_int_equal(ctx.absent, number == 3);
	}
	params.each = 2;
	for (uint64_t number = 1; number < 10; number++) {
		fault(self, number);
		assert_int_equal(ctx.absent, number >= 3 && number % 2 == 1);
	}
	params.kind = flow_Fault_fail;
	assert_int_equal(fault(self, 5), -EIO);
	assert_non_null(strstr(ctx.error, "fails at frame 5"));
	params.kind = flow_Fault_slow;
	assert_int_equal(fault(self, 5), PKD_OK);
	assert_false(ctx.absent);
	end(&flow_fault_methods, self);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_leaves_out_what_is_not_in_use),
		cmocka_unit_test(a_copy_of_an_image_has_its_rows),
		cmocka_unit_test(merge_gives_what_fired),
		cmocka_unit_test(switch_gives_one_of_them),
		cmocka_unit_test(a_gate_does_as_its_input_says_or_its_parameter),
		cmocka_unit_test(a_throttle_keeps_its_distance),
		cmocka_unit_test(a_count_survives),
		cmocka_unit_test(who_waits_longest_has_the_next_turn),
		cmocka_unit_test(what_waits_in_a_batch_survives_a_restart),
		cmocka_unit_test(a_batch_is_full_or_the_rest),
		cmocka_unit_test(split_gives_each_item),
		cmocka_unit_test(a_checksum_is_of_what_a_value_says),
		cmocka_unit_test(faults_come_by_frame_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
