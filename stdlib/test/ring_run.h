/* A record.ring and a record.read in a test, with packets that are known. Included after
 * cmocka.h. */
#ifndef PKD_TEST_RING_RUN_H
#define PKD_TEST_RING_RUN_H

#include <dirent.h>
#include <fcntl.h>
#include <record/read.pkd.h>
#include <record/ring.pkd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fake_ctx.h"

extern const struct pkd_methods record_ring_methods, record_read_methods;

enum { GROUP = 10, MIB = 1 << 20 };

static const int64_t SECOND = 1000000000;
static const int64_t FRAME = 40000000;

/* What the clock on the wall says; 0: the true time. */
static int64_t test_wall;

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (clock != CLOCK_REALTIME || test_wall == 0)
		return (int)syscall(SYS_clock_gettime, clock, ret_time);
	*ret_time = (struct timespec){test_wall / SECOND, test_wall % SECOND};
	return 0;
}

/* ---- Packets: all that is in number n follows from it ---- */

static inline uint32_t packet_bytes(uint64_t n)
{
	return (uint32_t)(1 + n * 7919 % 40000 + (n % GROUP == 1 ? 60000 : 0));
}

static inline void packet_make(struct video_Packet *packet, uint64_t n)
{
	memset(packet, 0, offsetof(struct video_Packet, setup));
	packet->codec = video_Codec_h264;
	packet->key = n % GROUP == 1;
	packet->number = n;
	packet->dts = (int64_t)n * FRAME;
	packet->pts = packet->dts + (int64_t)(n % 3) * FRAME;
	packet->width = 640;
	packet->height = 360;
	packet->setup.len = 40;
	memset(packet->setup.data, 's', 40);
	packet->data.len = packet_bytes(n);
	for (uint32_t i = 0; i < packet->data.len; i++)
		packet->data.data[i] = (uint8_t)(n * 31 + i * 7 + i / 256);
}

static inline void packet_check(const struct video_Packet *packet, uint64_t n)
{
	static struct video_Packet expected;

	packet_make(&expected, n);
	assert_int_equal(packet->key, expected.key);
	assert_int_equal(packet->pts - packet->dts, expected.pts - expected.dts);
	assert_int_equal(packet->width, 640);
	assert_int_equal(packet->setup.len, 40);
	assert_memory_equal(packet->setup.data, expected.setup.data, 40);
	assert_int_equal(packet->data.len, expected.data.len);
	assert_memory_equal(packet->data.data, expected.data.data, expected.data.len);
}

/* The number of a packet, by its data: bytes 0, 1 and the length say it. */
static inline uint64_t packet_number(const struct video_Packet *packet, uint64_t most)
{
	for (uint64_t n = 1; n <= most; n++)
		if (packet->data.len == packet_bytes(n) &&
		    packet->data.data[0] == (uint8_t)(n * 31) && packet->key == (n % GROUP == 1))
			return n;
	fail_msg("a packet of %u bytes was never recorded", packet->data.len);
	return 0;
}

/* ---- record.ring ---- */

struct recorder {
	struct pkd_ctx ctx;
	struct record_ring_params params;
	void *self;
	struct video_Packet *packet;
	struct record_Held held;
	uint64_t run;
	uint64_t n; /* packets recorded */
};

static inline int recorder_start(struct recorder *recorder, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/", fake_directory());
	recorder->params.path = path;
	recorder->params.name = name;
	if (!recorder->params.bytes)
		recorder->params.bytes = 4 * MIB;
	if (!recorder->params.block)
		recorder->params.block = MIB;
	recorder->ctx.memories[0] = &recorder->run;
	recorder->self = fake_self(&record_ring_methods);
	if (!recorder->packet)
		recorder->packet = fake_slot(sizeof(struct video_Packet));
	return record_ring_methods.init(recorder->self, &recorder->params, &recorder->ctx);
}

static inline void recorder_add(struct recorder *recorder, uint64_t n_packets)
{
	for (uint64_t i = 0; i < n_packets; i++) {
		struct record_ring_in in = {recorder->packet};
		struct record_ring_out out = {&recorder->held};

		packet_make(recorder->packet, ++recorder->n);
		if (test_wall)
			test_wall += FRAME;
		assert_int_equal(
			fake_fire(&record_ring_methods, recorder->self, &in, &out, &recorder->ctx),
			PKD_OK);
	}
}

/* What the process of a killed node leaves of its files: nothing. */
static inline void close_file(const char *path)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	struct stat file, open;

	assert_non_null(folder);
	assert_int_equal(stat(path, &file), 0);
	while ((entry = readdir(folder))) {
		int fd = atoi(entry->d_name);

		if (fstat(fd, &open) == 0 && open.st_dev == file.st_dev &&
		    open.st_ino == file.st_ino)
			close(fd);
	}
	closedir(folder);
}

/* A thread of the dead node may still be in a call with it. */
static inline void await_unlocked(const char *path)
{
	int fd = open(path, O_RDWR), result;

	assert_true(fd >= 0);
	for (int i = 0; (result = flock(fd, LOCK_EX | LOCK_NB)) < 0 && i < 10000; i++)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	assert_int_equal(result, 0);
	close(fd);
}

/* Killed; `is_undone`: after its next firing has written, and before that counts. */
static inline void recorder_kill(struct recorder *recorder, bool is_undone)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s.ring", recorder->params.path, recorder->params.name);
	if (is_undone) {
		struct record_ring_in in = {recorder->packet};
		struct record_ring_out out = {&recorder->held};

		memcpy(recorder->ctx.state, recorder->ctx.committed_state,
		       sizeof(recorder->ctx.state));
		packet_make(recorder->packet, recorder->n + 1);
		assert_int_equal(
			record_ring_methods.step(recorder->self, &in, &out, &recorder->ctx),
			PKD_OK);
	}
	close_file(path);
	await_unlocked(path);
}

static inline void recorder_restart(struct recorder *recorder)
{
	assert_int_equal(fake_restart(&record_ring_methods, &recorder->self, &recorder->params,
	                              &recorder->ctx),
	                 PKD_OK);
}

static inline void recorder_end(struct recorder *recorder)
{
	record_ring_methods.finish(recorder->self);
	free(recorder->self);
	fake_slot_free(recorder->packet);
	recorder->self = recorder->packet = NULL;
}

/* ---- record.read ---- */

struct reader {
	struct pkd_ctx ctx;
	struct record_read_params params;
	void *self;
	struct video_Packet *packet;
	int64_t recorded;
};

static inline int reader_start(struct reader *reader, const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/", fake_directory());
	reader->params.path = path;
	reader->params.name = name;
	reader->params.gaps = true;
	if (!reader->params.from)
		reader->params.from = "";
	if (!reader->params.to)
		reader->params.to = "";
	reader->self = fake_self(&record_read_methods);
	reader->packet = fake_slot(sizeof(struct video_Packet));
	return record_read_methods.init(reader->self, &reader->params, &reader->ctx);
}

static inline int reader_step(struct reader *reader)
{
	struct record_read_in in = {0};
	struct record_read_out out = {reader->packet, &reader->recorded};
	int result;

	do {
		reader->packet->setup.len = reader->packet->data.len = 0;
		result = fake_fire(&record_read_methods, reader->self, &in, &out, &reader->ctx);
	} while (result == PKD_LATER && !reader->params.follow);
	return result;
}

static inline void reader_release(struct reader *reader)
{
	free(reader->self);
	fake_slot_free(reader->packet);
}

static inline void reader_end(struct reader *reader)
{
	record_read_methods.finish(reader->self);
	reader_release(reader);
}

/* All of a ring is the packets from `first` to `last`, each once. */
static inline void assert_ring_holds(const char *name, uint64_t first, uint64_t last)
{
	static struct reader reader;
	uint64_t n = first;

	reader = (struct reader){0};
	if (reader_start(&reader, name) != PKD_OK)
		fail_msg("%s", reader.ctx.error);
	for (; reader_step(&reader) == PKD_OK; n++) {
		packet_check(reader.packet, n);
		assert_int_equal(reader.packet->number, n - first + 1);
		assert_false(reader.packet->discontinuity);
		assert_int_equal(reader.packet->dts, (int64_t)(n - first) * FRAME);
	}
	assert_int_equal(n - 1, last);
	assert_int_equal(reader.ctx.n_errors, 0);
	reader_end(&reader);
}

#endif
