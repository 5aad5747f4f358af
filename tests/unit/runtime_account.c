/* The account of an edge, read while its writer and its reader go on at full speed: it adds up at
 * any moment, what is in flight fits into the window, and each value is counted once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "node/node.h"
#include "runtime_trap.h"

enum { WINDOW = 4, LOOKS = 100000, DECISIONS = 1000000 };

static struct pkdi_input_words words;
static struct pkdi_stream_words stream, *seen;
static struct pkdi_node_words node_words;
static struct pkdi_orders orders;
static _Atomic uint64_t counts[2 * (PKDI_FATE_UNJOINED + 3)];
static const struct pkd_input decl = {.name = "in", .policy = PKD_QUEUE, .window = WINDOW};
static struct pkdi_input input;
static struct pkdi_node node;
static _Atomic bool ends;

static void begin(void)
{
	memset(&words, 0, sizeof(words));
	memset((void *)counts, 0, sizeof(counts));
	atomic_store(&stream.head, 0);
	atomic_store(&words.cursor, 1);
	atomic_store(&ends, false);
	input = (struct pkdi_input){.decl = &decl,
	                            .role = PKDI_ROLE_FIRING,
	                            .words = &words,
	                            .cursor = 1,
	                            .window = WINDOW,
	                            .ring.words = &stream,
	                            .ledger = {counts, PKDI_FATE_UNJOINED}};
	node = (struct pkdi_node){.inputs = &input, .words = &node_words, .orders = &orders};
}

/* The reader takes every third value, drops one and thins one. */
static void decide(void)
{
	if (input.cursor % 3 == 0)
		pkdi_account_choose(&input, input.cursor + 1, input.cursor + 1);
	else if (input.cursor % 3 == 1)
		pkdi_account_pass(&input, input.cursor + 1, PKDI_FATE_THINNED);
	pkdi_input_advance(&input, input.cursor + 1);
}

/* Both ends: the writer publishes what there is room for, then the reader makes room for more. */
static void *run_edge(void *context)
{
	while (!atomic_load_explicit(&ends, memory_order_relaxed)) {
		uint64_t next = pkdi_read(&stream.head) + 1;

		if (next < input.cursor + WINDOW)
			atomic_store_explicit(&stream.head, next, memory_order_release);
		else
			decide();
	}
	return context;
}

static void go_on(void)
{
	decide();
	atomic_store(&seen->head, WINDOW + 1);
}

/* Both ends go on between two looks of the one that reads the account. */
static void an_account_is_of_one_moment(void **state)
{
	struct pkdi_edge_account account;

	(void)state;
	begin();
	seen = (struct pkdi_stream_words *)(void *)trap_page();
	input.ring.words = seen;
	atomic_store(&seen->head, WINDOW);
	trap_set(0, (char *)seen, PROT_NONE, go_on);
	pkdi_account_edge(&node, 0, &account);
	assert_true(trap_was_touched(0));
	assert_int_equal(account.published, WINDOW + 1);
	assert_int_equal(account.thinned, 1);
	assert_int_equal(account.in_flight, WINDOW);
	munmap((void *)seen, TRAP_PAGE);
}

static uint64_t sum(const struct pkdi_edge_account *account)
{
	return account->delivered + account->dropped + account->thinned + account->other_worker +
	       account->unjoined + account->failed + account->left + account->in_flight;
}

static void an_account_adds_up_at_any_moment(void **state)
{
	struct pkdi_edge_account account;
	uint64_t before = 0;
	pthread_t thread;

	(void)state;
	begin();
	assert_int_equal(pthread_create(&thread, NULL, run_edge, NULL), 0);
	for (uint32_t i = 0; i < LOOKS || before < DECISIONS; i++) {
		uint64_t decided;

		pkdi_account_edge(&node, 0, &account);
		decided = account.delivered + account.dropped + account.thinned;
		assert_int_equal(sum(&account), account.published);
		assert_true(account.in_flight <= WINDOW);
		assert_true(decided >= before);
		before = decided;
		assert_int_equal(account.thinned, (decided + 2) / 3);
		assert_int_equal(account.delivered, (decided + 1) / 3);
		assert_int_equal(account.dropped, decided / 3);
	}
	atomic_store(&ends, true);
	pthread_join(thread, NULL);
}

static void what_comes_after_the_reader_is_left(void **state)
{
	struct pkdi_edge_account account;

	(void)state;
	begin();
	atomic_store(&stream.head, 4);
	decide();
	decide();
	pkdi_input_leave(&input);
	pkdi_input_leave(&input);
	atomic_store(&stream.head, 9);
	pkdi_account_edge(&node, 0, &account);
	assert_int_equal(account.published, 9);
	assert_int_equal(account.thinned, 1);
	assert_int_equal(account.delivered, 1);
	assert_int_equal(account.left, 7);
	assert_int_equal(account.in_flight, 0);
}

/* Its writer has died between the entry and `head`. */
static void a_value_that_was_taken_has_been_published(void **state)
{
	struct pkdi_edge_account account;

	(void)state;
	begin();
	decide();
	decide();
	atomic_store(&stream.head, 1);
	pkdi_account_edge(&node, 0, &account);
	assert_int_equal(account.published, 2);
	assert_int_equal(account.in_flight, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_of_one_moment),
		cmocka_unit_test(an_account_adds_up_at_any_moment),
		cmocka_unit_test(what_comes_after_the_reader_is_left),
		cmocka_unit_test(a_value_that_was_taken_has_been_published),
	};

	return cmocka_run_group_tests_name("runtime_account", tests, NULL, NULL);
}
