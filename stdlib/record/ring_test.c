/* record.ring and record.read: what is recorded is read, also after kills, damage and power
 * cuts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../test/ring_run.h"
#include "look.h"

static uint64_t first_key(uint64_t oldest)
{
	return (oldest + GROUP - 2) / GROUP * GROUP + 1;
}

static off_t file_size(const char *name)
{
	struct stat now;

	assert_int_equal(stat(fake_path(name), &now), 0);
	return now.st_size;
}

static int open_ring(const char *name)
{
	int fd = open(fake_path(name), O_RDWR);

	assert_true(fd >= 0);
	return fd;
}

/* ---- What is in it ---- */

static void what_is_recorded_is_read(void **state)
{
	static struct recorder recorder;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "plain"), PKD_OK);
	recorder_add(&recorder, 57);
	assert_int_equal(recorder.held.n_packets, 57);
	assert_ring_holds("plain", 1, 57); /* beside the one that records */
	recorder_end(&recorder);
	assert_ring_holds("plain", 1, 57);
}

static void the_oldest_is_written_over_and_nothing_grows(void **state)
{
	static struct recorder recorder;
	off_t size;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "laps"), PKD_OK);
	size = file_size("laps.ring");
	for (int i = 0; i < 40; i++) {
		uint64_t oldest;

		recorder_add(&recorder, 23);
		oldest = recorder.n - recorder.held.n_packets + 1;
		assert_ring_holds("laps", first_key(oldest), recorder.n);
		assert_true(recorder.held.bytes <= 4 * MIB);
	}
	assert_true(recorder.held.n_packets > 80);
	assert_true(recorder.held.n_packets < recorder.n / 4);
	assert_int_equal(recorder.held.recorded, recorder.n);
	assert_int_equal(file_size("laps.ring"), size);
	recorder_end(&recorder);
}

/* ---- Killed ---- */

static void a_killed_node_loses_none_and_has_none_twice(void **state)
{
	static struct recorder recorder;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "killed"), PKD_OK);
	for (uint64_t i = 0; i < 30; i++) {
		recorder_kill(&recorder, i % 3 != 0);
		recorder_restart(&recorder);
		assert_int_equal(recorder.ctx.n_notes, 0);
		recorder_add(&recorder, i % 7);
		if (i % 4 == 0 && recorder.n > 0)
			assert_ring_holds("killed",
			                  first_key(recorder.n - recorder.held.n_packets + 1),
			                  recorder.n);
	}
	recorder_end(&recorder);
}

static void the_next_start_goes_on(void **state)
{
	static struct recorder recorder;
	static struct reader reader;
	uint64_t n = 0;

	(void)state;
	for (int run = 0; run < 3; run++) {
		recorder = (struct recorder){0};
		assert_int_equal(recorder_start(&recorder, "runs"), PKD_OK);
		recorder_add(&recorder, 15); /* ends within a group */
		recorder_end(&recorder);
	}
	reader = (struct reader){.params.follow = false};
	assert_int_equal(reader_start(&reader, "runs"), PKD_OK);
	while (reader_step(&reader) == PKD_OK) {
		packet_check(reader.packet, n % 15 + 1);
		assert_int_equal(reader.packet->session, n / 15);
		assert_int_equal(reader.packet->discontinuity, n == 15 || n == 30);
		n++;
		assert_int_equal(reader.packet->number, n);
		assert_true(n == 1 || reader.packet->dts > 0);
	}
	assert_int_equal(n, 45);
	reader_end(&reader);
}

static void a_killed_reader_goes_on(void **state)
{
	static struct recorder recorder;
	static struct reader reader;
	uint64_t n;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "again"), PKD_OK);
	recorder_add(&recorder, 80);
	reader = (struct reader){0};
	assert_int_equal(reader_start(&reader, "again"), PKD_OK);
	for (n = 1; reader_step(&reader) == PKD_OK; n++) {
		packet_check(reader.packet, n);
		assert_int_equal(reader.packet->number, n);
		assert_false(reader.packet->discontinuity);
		assert_int_equal(reader.packet->dts, (int64_t)(n - 1) * FRAME);
		if (n % 7 == 3)
			assert_int_equal(fake_restart(&record_read_methods, &reader.self,
			                              &reader.params, &reader.ctx),
			                 PKD_OK);
	}
	assert_int_equal(n, 81);
	reader_end(&reader);
	recorder_end(&recorder);
}

/* ---- Refused ---- */

static void assert_refused(struct recorder *recorder, const char *name, int error, const char *text)
{
	assert_int_equal(recorder_start(recorder, name), -error);
	assert_int_equal(recorder->ctx.n_errors, 1);
	if (!strstr(recorder->ctx.error, text))
		fail_msg("'%s' does not say '%s'", recorder->ctx.error, text);
	free(recorder->self);
	fake_slot_free(recorder->packet);
	*recorder = (struct recorder){0};
}

static void who_may_not_record_harms_nothing(void **state)
{
	static struct recorder recorder, other;

	(void)state;
	recorder = other = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "mine"), PKD_OK);
	recorder_add(&recorder, 30);
	assert_refused(&other, "mine", EBUSY, "another program does");
	recorder_end(&recorder);
	recorder.n = 30;
	other.params.bytes = 8 * MIB;
	assert_refused(&other, "mine", EEXIST, "write bytes: 4194304, block: 1048576");
	assert_ring_holds("mine", 1, 30);
	fake_run("echo hello >%s/text.ring", fake_directory());
	assert_refused(&other, "text", EBADMSG, "it is no ring");
	assert_string_equal(fake_output("cat %s/text.ring", fake_directory()), "hello");
	fake_run("head -c 3000000 %s/mine.ring >%s/cut.ring", fake_directory(), fake_directory());
	assert_refused(&other, "cut", EBADMSG, "another size");
	fake_run("cp %s/mine.ring %s/bad.ring && printf x | dd of=%s/bad.ring bs=1 seek=40 "
	         "conv=notrunc status=none",
	         fake_directory(), fake_directory(), fake_directory());
	assert_refused(&other, "bad", EBADMSG, "start is damaged");
	assert_refused(&other, "../up", EINVAL, "a ring's name");
	assert_refused(&other, ".hidden", EINVAL, "a ring's name");
	other.params.block = 2 * MIB;
	assert_refused(&other, "few", EINVAL, "at least three blocks");
	fake_run("ln -s mine.ring %s/link.ring", fake_directory());
	assert_refused(&other, "link", ELOOP, "link.ring");
}

static void what_is_not_there_cannot_be_read(void **state)
{
	static const struct {
		const char *name, *from, *to, *text;
	} wrong[] = {
		{"none", "", "", "No such file"},
		{"empty", "", "", "is empty"},
		{"some", "soon", "", "`from` is 'soon'"},
		{"some", "+5s", "", "nothing that it is behind"},
		{"some", "", "2026-13-01T00:00:00Z", "`to` is"},
		{"some", "2100-01-01T00:00:00Z", "", "has nothing from 2100-01-01T00:00:00.000Z"},
		{"some", "", "1999-01-01T00:00:00Z", "has nothing up to 1999"},
		{"some", "-10ms", "-20s", "has nothing up to"},
	};
	static struct recorder recorder;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "empty"), PKD_OK);
	recorder_end(&recorder);
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "some"), PKD_OK);
	recorder_add(&recorder, 30);
	recorder_end(&recorder);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		static struct reader reader;

		reader = (struct reader){.params = {.from = wrong[i].from, .to = wrong[i].to}};
		assert_true(reader_start(&reader, wrong[i].name) < 0);
		if (!strstr(reader.ctx.error, wrong[i].text))
			fail_msg("'%s' does not say '%s'", reader.ctx.error, wrong[i].text);
		reader_release(&reader);
	}
}

/* ---- Times ---- */

static void it_begins_with_the_key_frame_before(void **state)
{
	static struct recorder recorder;
	static const int64_t noon = 1796040000 * (int64_t)1000000000; /* 2026-11-30T12:00:00Z */
	static const struct {
		const char *from, *to;
		uint64_t first, last;
	} ranges[] = {
		/* Packet n is recorded n * 40 ms after noon; 1, 11, 21 … are key frames. */
		{"", "", 1, 100},
		{"2026-11-30T12:00:01Z", "", 21, 100},     /* of packet 25 */
		{"2026-11-30T12:00:00.840Z", "", 21, 100}, /* of 21 itself */
		{"2026-11-30 12:00:00.839", "", 11, 100},
		{"2026-11-30T13:00:01+01:00", "+400ms", 21, 35},
		{"-1s", "", 71, 100},
		{"-1s", "-200ms", 71, 95},
		{"2000-01-01T00:00Z", "2026-11-30T12:00:02Z", 1, 50},
	};

	(void)state;
	recorder = (struct recorder){0};
	test_wall = noon;
	assert_int_equal(recorder_start(&recorder, "times"), PKD_OK);
	recorder_add(&recorder, 100);
	assert_int_equal(recorder.held.oldest, noon + FRAME);
	assert_int_equal(recorder.held.newest, noon + 100 * FRAME);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		static struct reader reader;
		uint64_t n = ranges[i].first;

		reader = (struct reader){.params = {.from = ranges[i].from, .to = ranges[i].to}};
		assert_int_equal(reader_start(&reader, "times"), PKD_OK);
		for (; reader_step(&reader) == PKD_OK; n++) {
			packet_check(reader.packet, n);
			assert_int_equal(reader.recorded, noon + (int64_t)n * FRAME);
		}
		assert_int_equal(n - 1, ranges[i].last);
		reader_end(&reader);
	}
	recorder_end(&recorder);
	test_wall = 0;
}

static void what_is_older_than_keep_is_not_kept(void **state)
{
	static struct recorder recorder;

	(void)state;
	recorder = (struct recorder){.params = {.bytes = 32 * MIB, .keep = 10 * SECOND}};
	test_wall = 1796040000 * SECOND;
	assert_int_equal(recorder_start(&recorder, "keep"), PKD_OK);
	for (int i = 0; i < 40; i++) {
		recorder_add(&recorder, 50);
		assert_true(recorder.held.newest - recorder.held.oldest <= 12 * SECOND);
		if (i > 8)
			assert_true(recorder.held.newest - recorder.held.oldest >= 9 * SECOND);
	}
	recorder_end(&recorder);
	test_wall = 0;
}

/* ---- Beside each other ---- */

static void a_reader_follows(void **state)
{
	static struct recorder recorder;
	static struct reader reader;
	uint64_t n = 0;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "follow"), PKD_OK);
	reader = (struct reader){.params.follow = true};
	assert_int_equal(reader_start(&reader, "follow"), PKD_OK);
	for (int i = 0; i < 100; i++) {
		recorder_add(&recorder, (uint64_t)i % 5);
		while (reader_step(&reader) == PKD_OK)
			packet_check(reader.packet, ++n);
		assert_int_equal(n, recorder.n);
	}
	reader.ctx.stopping = true;
	assert_int_equal(reader_step(&reader), PKD_SKIP);
	reader_end(&reader);
	recorder_end(&recorder);
}

static void a_reader_that_is_overtaken_goes_on_with_a_key_frame(void **state)
{
	static struct recorder recorder;
	static struct reader reader;
	uint64_t n = 0, number;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "over"), PKD_OK);
	recorder_add(&recorder, 60);
	reader = (struct reader){.params.follow = true};
	assert_int_equal(reader_start(&reader, "over"), PKD_OK);
	while (n < 20 && reader_step(&reader) == PKD_OK)
		packet_check(reader.packet, ++n);
	recorder_add(&recorder, 500);
	assert_int_equal(reader_step(&reader), PKD_OK);
	number = packet_number(reader.packet, recorder.n);
	assert_true(number > 400 && number % GROUP == 1);
	packet_check(reader.packet, number);
	assert_true(reader.packet->discontinuity);
	assert_non_null(strstr(reader.ctx.note, "written over"));
	while (number < recorder.n) {
		assert_int_equal(reader_step(&reader), PKD_OK);
		packet_check(reader.packet, ++number);
	}
	reader_end(&reader);
	recorder_end(&recorder);
}

/* ---- Damage ---- */

/* What is read are recorded packets in their order, that begin with a key frame behind a gap.
 * Returns how many. */
static uint64_t read_damaged(const char *name, uint64_t most)
{
	static struct reader reader;
	uint64_t last = 0, n = 0;
	int result;

	reader = (struct reader){0};
	result = reader_start(&reader, name);
	if (result != PKD_OK) {
		reader_release(&reader);
		return 0;
	}
	while ((result = reader_step(&reader)) == PKD_OK) {
		uint64_t number = packet_number(reader.packet, most);

		packet_check(reader.packet, number);
		assert_true(number > last);
		assert_true(number == last + 1 || reader.packet->key);
		assert_true(n == 0 || reader.packet->discontinuity == (number != last + 1));
		last = number;
		n++;
	}
	assert_int_equal(result, PKD_SKIP);
	reader_end(&reader);
	return n;
}

static void a_bit_that_is_flipped_costs_a_group(void **state)
{
	static struct recorder recorder;
	uint64_t seed = 1;
	int fd;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "bits"), PKD_OK);
	recorder_add(&recorder, 110); /* within the first lap */
	recorder_end(&recorder);
	fd = open_ring("bits.ring");
	for (int i = 0; i < 300; i++) {
		uint8_t byte;
		off_t at;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		at = RING_START + (off_t)((seed >> 20) % (3 * MIB));
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= (uint8_t)(1 << (seed >> 60 & 7));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_true(read_damaged("bits", 110) >= 110 - GROUP);
		byte ^= (uint8_t)(1 << (seed >> 60 & 7));
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
	assert_ring_holds("bits", 1, 110);
}

static void a_damaged_ring_is_told_and_recorded_to(void **state)
{
	static struct recorder recorder;
	static uint8_t noise[5000];
	int fd;

	(void)state;
	recorder = (struct recorder){0};
	assert_int_equal(recorder_start(&recorder, "hurt"), PKD_OK);
	recorder_add(&recorder, 100);
	recorder_end(&recorder);
	fd = open_ring("hurt.ring");
	memset(noise, 0x5a, sizeof(noise));
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(pwrite(fd, noise, sizeof(noise), (off_t)(RING_START + i * MIB)),
		                 sizeof(noise));
	close(fd);
	assert_true(read_damaged("hurt", 100) >= 50);
	recorder.run = 0;
	memset(&recorder.ctx, 0, sizeof(recorder.ctx));
	recorder.n = 100;
	assert_int_equal(recorder_start(&recorder, "hurt"), PKD_OK);
	assert_int_equal(recorder.ctx.n_errors, 0);
	assert_non_null(strstr(recorder.ctx.note, "is damaged"));
	recorder_add(&recorder, 200);
	assert_ring_holds("hurt", first_key(recorder.n - recorder.held.n_packets + 1), recorder.n);
	recorder_end(&recorder);
}

/* Of the pages written since the last time that the disk had all, each is there or not. */
static void a_power_cut_costs_what_was_not_on_the_disk(void **state)
{
	static struct recorder recorder;
	static uint8_t before[RING_START + 4 * MIB], after[sizeof(before)];
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 12; i++) {
		uint64_t synced, n;
		int fd;

		recorder = (struct recorder){0};
		fake_run("rm -f %s/power.ring", fake_directory());
		assert_int_equal(recorder_start(&recorder, "power"), PKD_OK);
		recorder_add(&recorder, 60 + (uint64_t)i * 13);
		synced = recorder.n;
		fd = open_ring("power.ring");
		assert_int_equal(pread(fd, before, sizeof(before), 0), sizeof(before));
		recorder_add(&recorder, 1 + (uint64_t)i * 2);
		recorder_end(&recorder);
		assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
		for (size_t at = 0; at < sizeof(after); at += 4096) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			if (seed >> 63)
				memcpy(after + at, before + at, 4096);
		}
		assert_int_equal(pwrite(fd, after, sizeof(after), 0), sizeof(after));
		close(fd);
		n = recorder.n;
		read_damaged("power", n);
		recorder = (struct recorder){.n = n + GROUP - n % GROUP};
		assert_int_equal(recorder_start(&recorder, "power"), PKD_OK);
		assert_int_equal(recorder.ctx.n_errors, 0);
		recorder_add(&recorder, 5);
		recorder_end(&recorder);
		{
			static struct reader reader;
			uint64_t last = 0, number;
			bool has_synced = false;

			reader = (struct reader){0};
			assert_int_equal(reader_start(&reader, "power"), PKD_OK);
			while (reader_step(&reader) == PKD_OK) {
				number = packet_number(reader.packet, recorder.n);
				assert_true(number > last);
				assert_true(number > synced || last == 0 || number == last + 1);
				has_synced |= number == synced;
				last = number;
			}
			assert_true(has_synced);
			assert_int_equal(last, recorder.n);
			reader_end(&reader);
		}
	}
}

static int remove_directory(void **state)
{
	(void)state;
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_recorded_is_read),
		cmocka_unit_test(the_oldest_is_written_over_and_nothing_grows),
		cmocka_unit_test(a_killed_node_loses_none_and_has_none_twice),
		cmocka_unit_test(the_next_start_goes_on),
		cmocka_unit_test(a_killed_reader_goes_on),
		cmocka_unit_test(who_may_not_record_harms_nothing),
		cmocka_unit_test(what_is_not_there_cannot_be_read),
		cmocka_unit_test(it_begins_with_the_key_frame_before),
		cmocka_unit_test(what_is_older_than_keep_is_not_kept),
		cmocka_unit_test(a_reader_follows),
		cmocka_unit_test(a_reader_that_is_overtaken_goes_on_with_a_key_frame),
		cmocka_unit_test(a_bit_that_is_flipped_costs_a_group),
		cmocka_unit_test(a_damaged_ring_is_told_and_recorded_to),
		cmocka_unit_test(a_power_cut_costs_what_was_not_on_the_disk),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
