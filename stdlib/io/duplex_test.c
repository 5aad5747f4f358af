/* A connection that comes and goes, over a pair of sockets and with the test's own clock. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "duplex.h"

enum { N = 16, MS = 1000000 };

struct run {
	struct pkd_ctx ctx;
	struct io_duplex duplex;
	struct io_Kept kept;
	int far;      /* the other end; -1: nobody is there */
	bool is_slow; /* no attempt comes to an end */
	uint32_t n_opened, n_given_up;
	char line[N + 1];
	uint32_t line_len;
	uint8_t data[N];
	uint32_t data_len;
	struct io_Link link;
};

/* ---- A peer ---- */

static int open_pair(void *self, struct io_opening *opening)
{
	struct run *run = self;
	int ends[2];

	run->n_opened++;
	if (run->is_slow)
		return 0;
	if (run->far == -1) {
		strcpy(opening->reason, "nobody is there");
		return -ECONNREFUSED;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	opening->fd = ends[0];
	run->far = ends[1];
	return 1;
}

static void give_up(void *self)
{
	struct run *run = self;

	run->n_given_up++;
}

static const struct io_peer peer = {.open = open_pair, .give_up = give_up, .is_socket = true};

/* ---- Steps ---- */

static const struct io_duplex_options plain = {
	.framing = {io_Frame_lines, io_Ending_lf, text_Longer_cut, N},
	.reconnect = true,
	.connect_ns = 1000 * MS,
	.retry_max_ns = 400 * MS,
	.name = "it",
};

enum { THERE = 0, NOBODY = -1 };

static void start(struct run *run, const struct io_duplex_options *options, int far)
{
	*run = (struct run){.far = far, .ctx = {.unread = 2}};
	fake_now_ns = 1000LL * MS;
	assert_int_equal(io_duplex_init(&run->duplex, options, &peer, run, &run->ctx), 0);
}

static void finish(struct run *run)
{
	io_duplex_finish(&run->duplex);
	if (run->far > 0)
		close(run->far);
	fake_now_ns = 0;
}

static int step(struct run *run, const char *send)
{
	const struct io_received out = {run->line, &run->line_len, run->data, &run->data_len,
	                                &run->link};
	const struct io_value value = {send, send ? (uint32_t)strlen(send) : 0, true};

	run->ctx.absent = 0;
	run->line_len = 0;
	run->line[0] = '\0';
	return io_duplex_step(&run->duplex, &value, &out, &run->kept, &run->ctx);
}

static void is_state(struct run *run, enum io_LinkState state, uint32_t n_reconnects)
{
	assert_int_equal(step(run, NULL), PKD_OK);
	assert_int_equal(run->ctx.absent, 3);
	assert_int_equal(run->link.state, state);
	assert_int_equal(run->link.n_reconnects, n_reconnects);
}

static void is_line(struct run *run, const char *line)
{
	assert_int_equal(step(run, NULL), PKD_OK);
	assert_int_equal(run->ctx.absent, 2);
	assert_string_equal(run->line, line);
}

static void is_nothing(struct run *run)
{
	assert_int_equal(step(run, NULL), PKD_LATER);
}

static void go_online(struct run *run)
{
	is_state(run, io_LinkState_connecting, 0);
	is_state(run, io_LinkState_online, 0);
	is_nothing(run);
}

static void say(struct run *run, const char *text)
{
	assert_int_equal(write(run->far, text, strlen(text)), strlen(text));
}

static void far_has(struct run *run, const char *text)
{
	char got[64] = "";

	assert_int_equal(read(run->far, got, sizeof(got) - 1), strlen(text));
	assert_string_equal(got, text);
}

static void go_away(struct run *run)
{
	close(run->far);
	run->far = NOBODY;
}

/* ---- Tests ---- */

static void values_go_both_ways(void **state)
{
	struct run run;

	(void)state;
	start(&run, &plain, THERE);
	go_online(&run);
	say(&run, "a\nb\nc");
	is_line(&run, "a");
	is_line(&run, "b");
	is_nothing(&run);
	assert_int_equal(step(&run, "x"), PKD_OK);
	far_has(&run, "x\n");
	finish(&run);
}

/* What comes while a value waits to be sent does not wait for that. */
static void a_peer_that_does_not_read_may_still_speak(void **state)
{
	struct run run;
	char big[4097];
	int n = 0;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	start(&run, &plain, THERE);
	go_online(&run);
	while (step(&run, big) == PKD_OK)
		n++;
	assert_true(n > 1);
	assert_true(run.duplex.is_blocked);
	say(&run, "still here\n");
	assert_int_equal(io_duplex_ready(&run.duplex, &run.ctx), PKD_OK);
	assert_int_equal(step(&run, big), PKD_MORE);
	assert_string_equal(run.line, "still here");
	assert_int_equal(step(&run, big), PKD_LATER);
	for (char got[4096]; read(run.far, got, sizeof(got)) > 0;)
		continue;
	assert_int_equal(step(&run, big), PKD_OK);
	finish(&run);
}

static void what_came_before_the_end_is_given_before_it(void **state)
{
	struct run run;

	(void)state;
	start(&run, &plain, THERE);
	go_online(&run);
	say(&run, "a\nb\nhalf");
	go_away(&run);
	is_line(&run, "a");
	is_line(&run, "b");
	is_state(&run, io_LinkState_offline, 0);
	assert_non_null(strstr(run.ctx.note, "4 bytes were no whole line"));
	is_nothing(&run);
	/* It is tried again, and told as little as nothing has changed. */
	for (int i = 0; i < 20; i++) {
		fake_now_ns = run.ctx.due_ns;
		is_nothing(&run);
	}
	run.far = THERE;
	fake_now_ns = run.ctx.due_ns;
	is_state(&run, io_LinkState_online, 1);
	finish(&run);
}

static void pauses_grow_to_their_limit(void **state)
{
	static const int wanted[] = {100, 200, 400, 400, 400};
	struct run run;

	(void)state;
	start(&run, &plain, NOBODY);
	is_state(&run, io_LinkState_connecting, 0);
	is_state(&run, io_LinkState_offline, 0);
	is_nothing(&run);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int64_t pause = run.ctx.due_ns - fake_now_ns;

		assert_true(pause >= wanted[i] * 3LL * MS / 4 && pause <= wanted[i] * 5LL * MS / 4);
		fake_now_ns = run.ctx.due_ns;
		is_nothing(&run);
	}
	assert_int_equal(run.n_opened, 6);
	assert_int_equal(run.n_given_up, 6);
	finish(&run);
}

static void an_attempt_has_its_time(void **state)
{
	struct run run;

	(void)state;
	start(&run, &plain, NOBODY);
	run.is_slow = true;
	is_state(&run, io_LinkState_connecting, 0);
	is_nothing(&run);
	assert_int_equal(run.ctx.due_ns, fake_now_ns + 1000LL * MS);
	fake_now_ns = run.ctx.due_ns;
	is_state(&run, io_LinkState_offline, 0);
	assert_non_null(strstr(run.ctx.note, "no answer for 1 s"));
	finish(&run);
}

static void values_wait_for_a_connection_or_are_dropped(void **state)
{
	struct io_duplex_options drops = plain;
	struct run run;

	(void)state;
	drops.offline = io_Offline_drop;
	start(&run, &plain, NOBODY);
	assert_int_equal(step(&run, "x"), PKD_MORE);
	assert_int_equal(step(&run, "x"), PKD_MORE);
	assert_int_equal(step(&run, "x"), PKD_LATER);
	run.far = THERE;
	fake_now_ns = run.ctx.due_ns;
	assert_int_equal(step(&run, "x"), PKD_OK);
	far_has(&run, "x\n");
	finish(&run);
	start(&run, &drops, NOBODY);
	is_state(&run, io_LinkState_connecting, 0);
	is_state(&run, io_LinkState_offline, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(step(&run, "x"), PKD_OK);
	assert_int_equal(run.kept.n_dropped, 3);
	is_nothing(&run);
	run.far = THERE;
	fake_now_ns = run.ctx.due_ns;
	is_state(&run, io_LinkState_online, 0);
	assert_string_equal(run.ctx.note, "3 values were not sent while 'it' was offline");
	finish(&run);
}

static void silence_ends_a_connection_where_it_is_limited(void **state)
{
	struct io_duplex_options limited = plain;
	struct run run;

	(void)state;
	limited.stall_ns = 50 * MS;
	start(&run, &limited, THERE);
	go_online(&run);
	fake_now_ns += 40 * MS;
	say(&run, "a\n");
	is_line(&run, "a");
	is_nothing(&run);
	assert_int_equal(run.ctx.due_ns, fake_now_ns + 50 * MS);
	fake_now_ns = run.ctx.due_ns;
	is_state(&run, io_LinkState_offline, 0);
	assert_non_null(strstr(run.ctx.note, "nothing came for 0.05 s"));
	finish(&run);
}

static void a_stop_waits_for_no_peer(void **state)
{
	struct run run;

	(void)state;
	start(&run, &plain, NOBODY);
	is_state(&run, io_LinkState_connecting, 0);
	is_state(&run, io_LinkState_offline, 0);
	run.ctx.stopping = true;
	assert_int_equal(step(&run, "x"), PKD_LATER);
	fake_now_ns += 300 * MS;
	assert_int_equal(step(&run, "x"), PKD_OK);
	assert_int_equal(step(&run, "y"), PKD_OK);
	run.ctx.fired = UINT32_MAX;
	assert_int_equal(step(&run, NULL), PKD_SKIP);
	assert_string_equal(run.ctx.note, "2 values were not sent to 'it'");
	finish(&run);
}

static void after_the_last_value_there_is_time_for_answers(void **state)
{
	struct io_duplex_options graced = plain;
	struct run run;

	(void)state;
	graced.grace_ns = 100 * MS;
	start(&run, &graced, THERE);
	go_online(&run);
	run.ctx.fired = UINT32_MAX;
	assert_int_equal(step(&run, NULL), PKD_LATER);
	say(&run, "answer\n");
	is_line(&run, "answer");
	assert_int_equal(step(&run, NULL), PKD_LATER);
	fake_now_ns += 100 * MS;
	assert_int_equal(step(&run, NULL), PKD_SKIP);
	finish(&run);
	/* The other end may end it before. */
	start(&run, &graced, THERE);
	go_online(&run);
	run.ctx.fired = UINT32_MAX;
	assert_int_equal(step(&run, NULL), PKD_LATER);
	say(&run, "answer\n");
	go_away(&run);
	is_line(&run, "answer");
	is_state(&run, io_LinkState_offline, 0);
	assert_int_equal(step(&run, NULL), PKD_SKIP);
	finish(&run);
}

static void one_connection_may_be_all(void **state)
{
	struct io_duplex_options once = plain;
	struct run run;

	(void)state;
	once.reconnect = false;
	start(&run, &once, THERE);
	go_online(&run);
	say(&run, "a\n");
	go_away(&run);
	is_line(&run, "a");
	assert_int_equal(step(&run, NULL), PKD_END);
	assert_int_equal(run.link.state, io_LinkState_offline);
	finish(&run);
}

static void the_output_that_nobody_gets_is_told(void **state)
{
	struct run run = {.ctx = {.unread = 1}};

	(void)state;
	assert_true(io_duplex_init(&run.duplex, &plain, &peer, &run, &run.ctx) < 0);
	assert_string_equal(run.ctx.error, "data is read, and frame: lines gives only `line`: "
	                                   "write frame: chunks, or frame: sized");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_go_both_ways),
		cmocka_unit_test(a_peer_that_does_not_read_may_still_speak),
		cmocka_unit_test(what_came_before_the_end_is_given_before_it),
		cmocka_unit_test(pauses_grow_to_their_limit),
		cmocka_unit_test(an_attempt_has_its_time),
		cmocka_unit_test(values_wait_for_a_connection_or_are_dropped),
		cmocka_unit_test(silence_ends_a_connection_where_it_is_limited),
		cmocka_unit_test(a_stop_waits_for_no_peer),
		cmocka_unit_test(after_the_last_value_there_is_time_for_answers),
		cmocka_unit_test(one_connection_may_be_all),
		cmocka_unit_test(the_output_that_nobody_gets_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
