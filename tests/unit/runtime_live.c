/* Which version of live values a firing has, by the number of its frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "node/live.h"
#include "options/value.h"

/* An origin, two workers that share a parameter in one process, and an expression over the
 * pipeline's. */
enum { ORIGIN, FIRST, SECOND, EXPRESSION, N_NODES };

static struct {
	int64_t gain;
} options, params;

static const struct pkd_param gain = {
	.name = "gain",
	.doc = "",
	.kind = PKD_I64,
	.live = true,
	.has_range = true,
	.max = {.whole = 1000},
};

static struct pkdi_live_value values[2];
static struct pkdi_live_values all;
static struct pkdi_live nodes[N_NODES];
static struct pkdi_live_words words[N_NODES];
static const struct pkdi_live_words *words_of[N_NODES];
static uint64_t loaded[N_NODES];
static char scratch[64];

static void publish(uint64_t version, int64_t value, uint64_t at)
{
	struct pkdi_wish *wish = pkdi_wish_of(&all, version);

	memcpy(wish->bytes, &value, sizeof(value));
	memcpy(wish->bytes + sizeof(value), &value, sizeof(value));
	atomic_store(&wish->at, at);
	atomic_store(&wish->version, version);
	atomic_store(&all.wishes->newest, version);
}

static int set_up(void **state)
{
	(void)state;
	memset(words, 0, sizeof(words));
	memset(loaded, 0, sizeof(loaded));
	options.gain = params.gain = 0;
	values[0] = (struct pkdi_live_value){&gain, (char *)&options, 0, 0, 8};
	values[1] = (struct pkdi_live_value){&gain, (char *)&params, 1, 8, 8};
	all = (struct pkdi_live_values){.values = values,
	                                .n = 2,
	                                .n_options = 1,
	                                .size = 2 * PKDI_LINE,
	                                .words = words_of,
	                                .scratch = scratch,
	                                .fits = pkdi_value_is_in_range};
	all.wishes = aligned_alloc(PKDI_LINE, sizeof(*all.wishes) + PKDI_WISHES * all.size);
	memset(all.wishes, 0, sizeof(*all.wishes) + PKDI_WISHES * all.size);
	for (uint32_t i = 0; i < N_NODES; i++) {
		words_of[i] = &words[i];
		nodes[i] = (struct pkdi_live){.all = &all,
		                              .words = &words[i],
		                              .leads = i == ORIGIN,
		                              .reads = i != ORIGIN,
		                              .root = ORIGIN,
		                              .first = 1,
		                              .n = i == FIRST || i == SECOND,
		                              .loaded = &loaded[i == SECOND ? FIRST : i]};
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(all.wishes);
	return 0;
}

static int64_t gain_of(uint32_t node, uint64_t number)
{
	pkdi_live_apply(&nodes[node], number);
	return node == EXPRESSION ? options.gain : params.gain;
}

static void a_version_holds_from_the_frame_that_its_origin_says(void **state)
{
	(void)state;
	publish(1, 5, 0);
	assert_int_equal(gain_of(FIRST, 9), 0); /* the origin has not taken it */
	pkdi_live_take(&nodes[ORIGIN], 10);
	assert_int_equal(gain_of(FIRST, 9), 0);
	assert_int_equal(words[FIRST].applied, 0);
	assert_int_equal(gain_of(FIRST, 10), 5);
	assert_int_equal(words[FIRST].applied, 1);
	assert_int_equal(gain_of(EXPRESSION, 9), 0);
	assert_int_equal(gain_of(EXPRESSION, 10), 5);
}

static void workers_in_one_process_have_each_its_own(void **state)
{
	(void)state;
	publish(1, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 10);
	publish(2, 6, 0);
	pkdi_live_take(&nodes[ORIGIN], 12);
	assert_int_equal(gain_of(FIRST, 12), 6);
	assert_int_equal(gain_of(SECOND, 11), 5);
	assert_int_equal(gain_of(FIRST, 13), 6);
	assert_int_equal(gain_of(SECOND, 9), 0);
}

static void a_firing_that_is_done_again_has_what_it_had(void **state)
{
	(void)state;
	publish(1, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 10);
	pkdi_live_take(&nodes[ORIGIN], 10);
	publish(2, 6, 0);
	pkdi_live_take(&nodes[ORIGIN], 15);
	loaded[FIRST] = 0; /* a new process */
	params.gain = 0;
	assert_int_equal(gain_of(FIRST, 14), 5);
	assert_int_equal(gain_of(FIRST, 15), 6);
}

static void one_that_waits_gives_way_to_a_later_one(void **state)
{
	(void)state;
	publish(1, 5, 100);
	pkdi_live_take(&nodes[ORIGIN], 10);
	publish(2, 6, 0);
	pkdi_live_take(&nodes[ORIGIN], 12);
	assert_int_equal(gain_of(FIRST, 11), 0);
	assert_int_equal(gain_of(FIRST, 12), 6);
	assert_int_equal(gain_of(FIRST, 100), 6);
	publish(3, 7, 50);
	pkdi_live_take(&nodes[ORIGIN], 20);
	assert_int_equal(gain_of(FIRST, 49), 6);
	assert_int_equal(gain_of(FIRST, 50), 7);
}

static void what_is_out_of_range_is_not_taken(void **state)
{
	(void)state;
	publish(1, 1001, 0);
	pkdi_live_take(&nodes[ORIGIN], 1);
	assert_int_equal(gain_of(FIRST, 1), 0);
	publish(2, 1000, 0);
	pkdi_live_take(&nodes[ORIGIN], 2);
	assert_int_equal(gain_of(FIRST, 2), 1000);
}

static void what_is_being_overwritten_is_not_taken(void **state)
{
	(void)state;
	publish(1, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 1);
	atomic_store(&pkdi_wish_of(&all, 1)->version, 0);
	assert_int_equal(gain_of(FIRST, 1), 0);
	atomic_store(&pkdi_wish_of(&all, 1)->version, 1);
	assert_int_equal(gain_of(FIRST, 1), 5);
}

static bool is_told(uint32_t node, uint64_t number)
{
	bool changed;

	pkdi_live_apply(&nodes[node], number);
	changed = pkdi_live_has_changed(&nodes[node]);
	if (changed)
		pkdi_live_tell(&nodes[node]);
	return changed;
}

static void what_has_changed_is_told_once(void **state)
{
	(void)state;
	assert_false(is_told(FIRST, 1));
	publish(1, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 10);
	assert_false(is_told(FIRST, 9));
	assert_true(is_told(FIRST, 10));
	assert_false(is_told(FIRST, 10));
	publish(2, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 11);
	assert_false(is_told(FIRST, 11));
	publish(3, 6, 0);
	pkdi_live_take(&nodes[ORIGIN], 12);
	assert_true(is_told(FIRST, 12));
	/* What was told may be overwritten by now. */
	assert_true(is_told(SECOND, 12));
}

static void a_worker_is_told_when_its_own_values_are_in_place(void **state)
{
	(void)state;
	publish(1, 5, 0);
	pkdi_live_take(&nodes[ORIGIN], 10);
	publish(2, 6, 0);
	pkdi_live_take(&nodes[ORIGIN], 12);
	pkdi_live_apply(&nodes[FIRST], 11);
	pkdi_live_apply(&nodes[SECOND], 12);
	assert_true(pkdi_live_has_changed(&nodes[FIRST]));
	pkdi_live_tell(&nodes[FIRST]);
	assert_int_equal(params.gain, 5);
	assert_true(pkdi_live_has_changed(&nodes[SECOND]));
	pkdi_live_tell(&nodes[SECOND]);
	assert_int_equal(params.gain, 6);
}

static void a_text_has_its_end_within_its_capacity(void **state)
{
	struct {
		uint32_t len;
		char text[8];
	} place = {4, "lamp"};
	const struct pkd_param name = {.kind = PKD_STRING, .capacity = 7};
	char wanted[64];

	(void)state;
	assert_int_equal(pkdi_value_size(&name), sizeof(place));
	assert_true(pkdi_value_is_in_range(&name, &place));
	place.len = 3;
	assert_false(pkdi_value_is_in_range(&name, &place));
	memset(place.text, 'x', sizeof(place.text));
	for (place.len = 0; place.len < 10; place.len++)
		assert_false(pkdi_value_is_in_range(&name, &place));
	assert_true(pkdi_value_parse(&name, "eight by", &place, wanted, sizeof(wanted)) < 0);
	assert_string_equal(wanted, "a text of at most 7 bytes");
	assert_int_equal(pkdi_value_parse(&name, "seven b", &place, wanted, sizeof(wanted)), 0);
	assert_int_equal(place.len, 7);
	assert_string_equal(place.text, "seven b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_version_holds_from_the_frame_that_its_origin_says,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(workers_in_one_process_have_each_its_own, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_firing_that_is_done_again_has_what_it_had, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(one_that_waits_gives_way_to_a_later_one, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_is_out_of_range_is_not_taken, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_is_being_overwritten_is_not_taken, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(what_has_changed_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_worker_is_told_when_its_own_values_are_in_place,
	                                        set_up, tear_down),
		cmocka_unit_test(a_text_has_its_end_within_its_capacity),
	};

	return cmocka_run_group_tests_name("runtime_live", tests, NULL, NULL);
}
