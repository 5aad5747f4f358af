/* Requests that a node carries out between its firings: once or not at all, and without a trace in
 * its frames; each also after a death. */
#include <errno.h>

#include "runtime_driven.h"

#include "node/call.h"
#include "options/value.h"

enum { ADD, MISBEHAVE, OVERRUN, NO_COMMAND };

/* What happened, a letter each: 'f' the node has fired, 'c' it has carried out a request. */
static char happened[MAX_FIRED * 2];
static uint32_t n_called;
static bool dies; /* in the call */
static jmp_buf death;
static struct pkdi_request_words *requests;

static const struct pkd_type i64 = {PKD_I64,    .name = "i64", .size = 8,
                                    .align = 8, .plain = true, .flat = true};
static const struct pkd_type truth = {PKD_BOOL, .name = "bool", .size = 1, .align = 1,
                                      .flat = true};
static const struct pkd_field fields[] = {{"by", &i64, 0}, {"fails", &truth, 8}};
static const struct pkd_type args_type = {
	PKD_RECORD, .name = "node.add", .size = 16,      .align = 8,
	.n = 2,     .flat = true,       .fields = fields};

struct args {
	int64_t by;
	bool fails;
};

static int add(void *self, const void *given, void *answer, struct pkd_ctx *ctx)
{
	const struct args *args = given;
	struct state *own = pkd_state(ctx);

	(void)self;
	n_called++;
	strcat(happened, "c");
	own->n += (uint64_t)args->by;
	memcpy(answer, &own->n, sizeof(own->n));
	if (dies)
		longjmp(death, 1);
	return args->fails ? pkd_error(ctx, ENOENT, "no %d", 7) : PKD_OK;
}

static int misbehave(void *self, const void *given, void *answer, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	*(uint8_t *)answer = 2;
	return PKD_OK;
}

static int overrun(void *self, const void *given, void *answer, struct pkd_ctx *ctx)
{
	(void)self, (void)given, (void)ctx;
	memset(answer, 1, 4);
	return PKD_OK;
}

static const struct pkd_param arguments[] = {
	{.name = "by", .kind = PKD_I64, .has_range = true, .min.whole = -9, .max.whole = 9},
	{.name = "fails", .kind = PKD_BOOL, .offset = 8}};
static const struct pkd_command commands[] = {
	{"add", "", &args_type, arguments, NULL, &i64, add},
	{"misbehave", "", NULL, NULL, NULL, &truth, misbehave},
	{"overrun", "", NULL, NULL, NULL, &truth, overrun},
};

static int step(void *self, const void *in, void *out, struct pkd_ctx *ctx)
{
	strcat(happened, "f");
	return node_step(self, in, out, ctx);
}
static const struct pkd_methods methods = METHODS(1, node_init, step, any_finish);

/* To be called between set_inputs and start. */
static void declare(void)
{
	nodes[NODE].methods = &methods;
	nodes[NODE].commands = commands;
	nodes[NODE].n_commands = NO_COMMAND;
	nodes[NODE].state_size = sizeof(struct state);
	happened[0] = '\0';
	n_called = 0;
	dies = false;
}

/* In the place of the console's memory, which a node cannot write. */
static void start_with_mailbox(void)
{
	start();
	requests = aligned_alloc(PKDI_LINE, (pkdi_call_requests_size(&nodes[NODE]) + 63) / 64 * 64);
	memset(requests, 0, pkdi_call_requests_size(&nodes[NODE]));
	run.nodes[NODE].calls.requests = requests;
	run.nodes[NODE].calls.fits = pkdi_value_is_in_range;
}

static void begin(void)
{
	set_inputs(1, (struct pkd_input[]){QUEUE(A)});
	declare();
	start_with_mailbox();
}

static int end_with_mailbox(void **state)
{
	free(requests);
	return end(state);
}

static void post(uint32_t command, int64_t by, bool fails)
{
	uint64_t n = atomic_load(&requests->posted) + 1;
	struct pkdi_request_entry *entry = pkdi_request_of(&run.nodes[NODE].calls, n);
	struct args args = {by, fails};

	entry->command = command;
	memset(entry->args, 0, args_type.size);
	memcpy(entry->args, &args, sizeof(args));
	atomic_store(&requests->posted, n);
}

static const struct pkdi_answer_entry *answer(uint64_t n)
{
	assert_true(n <= pkdi_read(&run.nodes[NODE].calls.answers->answered));
	return pkdi_answer_of(&run.nodes[NODE].calls, n);
}

/* Of what was added; each firing has counted itself. */
static uint64_t sum(void)
{
	uint64_t committed = pkdi_read(&run.nodes[NODE].words->record.committed);

	return ((const struct state *)run.nodes[NODE].states[committed % 2])->n - n_fired;
}

/* ---- Without a death ---- */

static void a_request_leaves_no_trace_in_the_frames(void **state)
{
	(void)state;
	begin();
	post(ADD, 5, false);
	drive(NODE);
	assert_int_equal(answer(1)->error, 0);
	assert_memory_equal(answer(1)->answer, (&(int64_t){5}), 8);
	assert_int_equal(sum(), 5);
	assert_int_equal(n_fired, 0);
	assert_int_equal(settled(), 0);
	play(A, "x");
	drive(NODE);
	post(ADD, 2, false);
	drive(NODE);
	play(A, "xx");
	drive(NODE);
	assert_int_equal(n_fired, 2);
	ASSERT_FIRED(0, 1, 1);
	ASSERT_FIRED(1, 2, 2);
	assert_int_equal(published(), 2);
	assert_string_equal(happened, "cfcf");
}

static void requests_and_firings_take_turns(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 4; i++)
		post(ADD, 1, false);
	play(A, "xxx");
	drive(NODE);
	assert_string_equal(happened, "cfcfcfc");
	assert_int_equal(pkdi_read(&run.nodes[NODE].calls.answers->answered), 4);
}

static void a_failure_is_answered_and_undone(void **state)
{
	(void)state;
	begin();
	post(ADD, 5, false);
	post(ADD, 3, true);
	post(ADD, 1, false);
	drive(NODE);
	assert_int_equal(answer(2)->error, ENOENT);
	assert_string_equal(answer(2)->text, "no 7");
	assert_int_equal(answer(3)->error, 0);
	assert_int_equal(sum(), 6);
}

static void what_is_not_valid_is_not_answered(void **state)
{
	(void)state;
	begin();
	post(MISBEHAVE, 0, false);
	post(NO_COMMAND, 0, false);
	post(ADD, 0, false);
	((char *)pkdi_request_of(&run.nodes[NODE].calls, 3)->args)[8] = 7; /* no bool */
	drive(NODE);
	assert_int_equal(answer(1)->error, PKDI_CALL_INVALID);
	assert_string_equal(answer(1)->text, "its answer is 2, but a bool must be 0 or 1");
	assert_int_equal(answer(2)->error, PKDI_CALL_INVALID);
	assert_int_equal(answer(3)->error, PKDI_CALL_INVALID);
	assert_int_equal(n_called, 0);
}

/* The console, which has looked before, may be damaged. */
static void what_is_out_of_its_range_is_not_carried_out(void **state)
{
	(void)state;
	begin();
	post(ADD, 10, false);
	post(ADD, INT64_MIN, false);
	post(ADD, 9, false);
	drive(NODE);
	assert_int_equal(answer(1)->error, PKDI_CALL_INVALID);
	assert_int_equal(answer(2)->error, PKDI_CALL_INVALID);
	assert_int_equal(answer(3)->error, 0);
	assert_int_equal(n_called, 1);
	assert_int_equal(sum(), 9);
}

static void who_writes_beyond_its_answer_fails(void **state)
{
	(void)state;
	begin();
	post(OVERRUN, 0, false);
	assert_int_equal(pkdi_node_poll(&run.nodes[NODE], true), PKDI_POLL_READY);
	assert_int_equal(pkdi_node_fire(&run.nodes[NODE]), -EOVERFLOW);
	assert_int_equal(*run.nodes[NODE].calling, NODE + 1);
	restart();
	assert_int_equal(answer(1)->error, PKDI_CALL_DIED);
}

/* Between two values of one input, too: the next is the one that is due. */
static void many_values_go_on_behind_it(void **state)
{
	(void)state;
	set_inputs(1, (struct pkd_input[]){showing(QUEUE(A))});
	nodes[NODE].fires_any = true;
	nodes[NODE].origin = PKD_PACED;
	declare();
	start_with_mailbox();
	n_parts = 3;
	post(ADD, 1, false);
	post(ADD, 1, false);
	post(ADD, 1, false);
	play(A, "x");
	drive(NODE);
	assert_string_equal(happened, "cfcfcf");
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(fired[i].part, i);
	assert_int_equal(sum(), 3);
}

/* It keeps its turn, and those beside it their own. */
static void who_is_cancelled_is_not_carried_out(void **state)
{
	(void)state;
	begin();
	for (int i = 1; i <= 3; i++)
		post(ADD, i, false);
	atomic_store(&pkdi_request_of(&run.nodes[NODE].calls, 2)->cancelled, 1);
	play(A, "x");
	drive(NODE);
	assert_string_equal(happened, "cfc");
	assert_int_equal(answer(1)->error, 0);
	assert_int_equal(answer(2)->error, PKDI_CALL_CANCELLED);
	assert_int_equal(answer(3)->error, 0);
	assert_int_equal(sum(), 4);
	ASSERT_FIRED(0, 1, 1);
}

/* ---- With one ---- */

static void who_dies_in_it_does_not_try_again(void **state)
{
	(void)state;
	begin();
	post(ADD, 5, false);
	drive(NODE);
	post(ADD, 3, false);
	post(ADD, 2, false);
	dies = true;
	if (!setjmp(death)) {
		drive(NODE);
		fail();
	}
	dies = false;
	run.nodes[NODE].calls.chosen = false;
	restart();
	assert_int_equal(answer(2)->error, PKDI_CALL_DIED);
	assert_int_equal(sum(), 5);
	assert_int_equal(n_called, 2);
	drive(NODE);
	assert_int_equal(answer(3)->error, 0);
	assert_int_equal(sum(), 7);
	play(A, "x");
	drive(NODE);
	ASSERT_FIRED(0, 1, 1);
}

static void a_death_in_it_is_no_fault_of_the_frame(void **state)
{
	(void)state;
	begin();
	play(A, "x");
	drive(NODE);
	post(ADD, 3, false);
	dies = true;
	if (!setjmp(death)) {
		drive(NODE);
		fail();
	}
	assert_int_equal(pkdi_read(&run.nodes[NODE].words->in_hand), 0);
	assert_int_equal(*run.nodes[NODE].call, PKDI_CALL_COMMAND);
}

static void one_that_was_committed_is_answered_by_the_next(void **state)
{
	(void)state;
	begin();
	post(ADD, 5, false);
	drive(NODE);
	/* As if it had died right behind the commit. */
	atomic_store(&run.nodes[NODE].calls.answers->answered, 0);
	atomic_store(&run.nodes[NODE].words->record.applied, 0);
	restart();
	assert_int_equal(answer(1)->error, 0);
	drive(NODE);
	assert_int_equal(n_called, 1);
	assert_int_equal(sum(), 5);
}

#define CALL_TEST(name) cmocka_unit_test_teardown(name, end_with_mailbox)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_TEST(a_request_leaves_no_trace_in_the_frames),
		CALL_TEST(requests_and_firings_take_turns),
		CALL_TEST(a_failure_is_answered_and_undone),
		CALL_TEST(what_is_not_valid_is_not_answered),
		CALL_TEST(what_is_out_of_its_range_is_not_carried_out),
		CALL_TEST(who_writes_beyond_its_answer_fails),
		CALL_TEST(many_values_go_on_behind_it),
		CALL_TEST(who_is_cancelled_is_not_carried_out),
		CALL_TEST(who_dies_in_it_does_not_try_again),
		CALL_TEST(a_death_in_it_is_no_fault_of_the_frame),
		CALL_TEST(one_that_was_committed_is_answered_by_the_next),
	};

	return RUN_IN_ALL_PLACES(tests);
}
