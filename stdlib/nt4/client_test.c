/* The client, without a network. */
#include "client.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct nt4_client client;
static int64_t got_us;
static int n_values, n_announced;

static void take_value(void *owner, uint32_t k, int code, int64_t time_us, const char *value,
                       size_t n)
{
	(void)owner, (void)k, (void)code, (void)value, (void)n;
	n_values++;
	got_us = time_us;
}

static void take_announcement(void *owner, uint32_t k, const char *type, bool is_there)
{
	(void)owner, (void)k, (void)type;
	n_announced += is_there ? 1 : -1;
}

/* "T" and "B" for each frame; the last one is in `last`. */
static struct nt4_buffer last;
static const char *frames(void)
{
	static char kinds[64];
	struct nt4_buffer frame = {0};
	bool is_text;
	size_t n = 0;

	while (nt4_client_frame(&client, &frame, &is_text)) {
		kinds[n++] = is_text ? 'T' : 'B';
		nt4_buffer_free(&last);
		last = frame;
		frame = (struct nt4_buffer){0};
	}
	kinds[n] = '\0';
	return kinds;
}

static void answer(int64_t sent_us, int64_t server_us, int64_t now_us)
{
	struct nt4_buffer own = {0}, frame = {0};

	nt4_put_int(&own, sent_us);
	nt4_update_put(&frame, NT4_RTT_ID, server_us, NT4_INT, own.data, own.n);
	assert_true(nt4_client_binary(&client, frame.data, frame.n, now_us));
	nt4_buffer_free(&own);
	nt4_buffer_free(&frame);
}

static int set_up(void **state)
{
	(void)state;
	client = (struct nt4_client){.value = take_value, .announced = take_announcement};
	n_values = n_announced = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nt4_client_free(&client);
	nt4_buffer_free(&last);
	return 0;
}

static void the_time_comes_before_all(void **state)
{
	const char *at;
	struct nt4_update update;

	(void)state;
	nt4_client_add_published(&client, "/a", "int");
	nt4_client_put(&client, 0, 900, "\x05", 1);
	nt4_client_open(&client, 1000);
	assert_string_equal(frames(), "B");
	at = last.data;
	assert_int_equal(nt4_update_read(&at, at + last.n, &update), 1);
	assert_true(update.id == -1 && update.time_us == 0);
	answer(999, 50000, 1100); /* to what was not asked */
	assert_string_equal(frames(), "");
	answer(1000, 50000, 1100);
	assert_string_equal(frames(), "TB"); /* no announcement is waited for */
	at = last.data;
	assert_int_equal(nt4_update_read(&at, at + last.n, &update), 1);
	assert_int_equal(update.time_us, 900 + 50000 + 50 - 1100);
}

static void times_that_cannot_be_are_none(void **state)
{
	struct nt4_buffer frame = {0};
	static const char announced[] =
		"[{\"method\":\"announce\",\"params\":{\"name\":\"/b\",\"id\":7,\"type\":\"int\"}}]";

	(void)state;
	nt4_client_add_published(&client, "/a", "int");
	nt4_client_add_subscribed(&client, "/b");
	nt4_client_put(&client, 0, INT64_MAX, "\x05", 1);
	nt4_client_open(&client, 1000);
	answer(1000, INT64_MAX, 1100);
	assert_false(client.is_ready);
	answer(1000, INT64_MIN, 1100);
	assert_false(client.is_ready);
	answer(1000, INT64_C(1) << 61, 1100);
	assert_true(client.is_ready);
	assert_string_equal(frames(), "BTB");
	assert_true(nt4_client_text(&client, announced, strlen(announced)));
	nt4_update_put(&frame, 7, INT64_MIN, NT4_INT, "\x05", 1);
	nt4_update_put(&frame, 7, INT64_MAX, NT4_INT, "\x05", 1);
	assert_true(nt4_client_binary(&client, frame.data, frame.n, 1200));
	assert_int_equal(n_values, 0);
	nt4_buffer_free(&frame);
}

static void the_newest_only_waits_for_a_connection(void **state)
{
	const char *at;
	struct nt4_update update;

	(void)state;
	nt4_client_add_published(&client, "/a", "int");
	for (char i = 0; i < 50; i++)
		nt4_client_put(&client, 0, i, &i, 1);
	nt4_client_open(&client, 1000);
	answer(1000, 50000, 1000);
	assert_string_equal(frames(), "BTB");
	at = last.data;
	assert_int_equal(nt4_update_read(&at, last.data + last.n, &update), 1);
	assert_int_equal(*update.value, 49);
	assert_ptr_equal(at, last.data + last.n);
	/* All is said again. */
	nt4_client_close(&client);
	nt4_client_put(&client, 0, 2000, "\x01", 1);
	assert_string_equal(frames(), "");
	nt4_client_open(&client, 3000);
	answer(3000, 10, 3000);
	assert_string_equal(frames(), "BTB");
	at = last.data;
	assert_int_equal(nt4_update_read(&at, last.data + last.n, &update), 1);
	assert_int_equal(update.time_us, 1); /* before the server's time began: it is no default */
	nt4_client_withdraw(&client, 0);
	assert_string_equal(frames(), "T");
	nt4_client_withdraw(&client, 0);
	assert_string_equal(frames(), "");
}

static void the_shortest_round_trip_counts(void **state)
{
	(void)state;
	nt4_client_open(&client, 1000);
	answer(1000, 500, 3000); /* 1000 of 2000 µs */
	assert_int_equal(client.offset_us, 500 + 1000 - 3000);
	nt4_client_measure(&client, 4000);
	answer(4000, 9000, 9000); /* longer */
	assert_int_equal(client.offset_us, -1500);
	nt4_client_measure(&client, 10000);
	answer(10000, 8550, 10100);
	assert_int_equal(client.offset_us, 8550 + 50 - 10100);
}

static void values_come_by_what_was_announced(void **state)
{
	static const char announced[] =
		"[{\"method\":\"announce\",\"params\":{\"name\":\"/a\",\"id\":7,"
		"\"type\":\"double\",\"properties\":{}}}]";
	static const char gone[] =
		"[{\"method\":\"unannounce\",\"params\":{\"name\":\"/a\",\"id\":7}}]";
	static const char frame[] = "\x94\x07\xcd\x10\x00\x01\x05";

	(void)state;
	nt4_client_add_subscribed(&client, "/a");
	nt4_client_open(&client, 1000);
	assert_true(nt4_client_text(&client, announced, sizeof(announced) - 1));
	assert_true(nt4_client_binary(&client, frame, sizeof(frame) - 1, 1000));
	assert_int_equal(n_values, 0); /* the time is not known */
	answer(1000, 3000, 1000);
	assert_true(nt4_client_binary(&client, frame, sizeof(frame) - 1, 1000));
	assert_int_equal(n_values, 1);
	assert_int_equal(got_us, 4096 - 2000);
	assert_true(
		nt4_client_binary(&client, "\x94\x08\x01\x01\x05", 5, 1000)); /* another topic */
	assert_true(
		nt4_client_binary(&client, "\x94\x07\x01\x04\xa1x", 6, 1000)); /* another type */
	assert_int_equal(n_values, 1);
	assert_true(nt4_client_text(&client, gone, sizeof(gone) - 1));
	assert_int_equal(n_announced, 0);
	assert_true(nt4_client_binary(&client, frame, sizeof(frame) - 1, 1000));
	assert_int_equal(n_values, 1);
	assert_false(nt4_client_text(&client, "{}", 2));
	assert_false(nt4_client_text(&client, "", 0));
	assert_false(nt4_client_binary(&client, "\xc1", 1, 1000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_time_comes_before_all),
		TEST(times_that_cannot_be_are_none),
		TEST(the_newest_only_waits_for_a_connection),
		TEST(the_shortest_round_trip_counts),
		TEST(values_come_by_what_was_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
