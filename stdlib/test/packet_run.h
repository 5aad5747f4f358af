/* A video.packets in a test. Included after cmocka.h, and after video_run.h where that is. */
#ifndef PKD_TEST_PACKET_RUN_H
#define PKD_TEST_PACKET_RUN_H

#include <stdlib.h>
#include <string.h>
#include <video/packet.pkd.h>
#include <video/packets.pkd.h>

#include "fake_ctx.h"

extern const struct pkd_methods video_packets_methods;

enum { MAX_PACKETS = 1000 };

/* All packets of a file; each has room for its data and no more. */
struct packets {
	struct pkd_ctx ctx;
	struct video_packets_params params;
	void *self;
	struct video_Packet *slot;
	struct video_Packet *kept[MAX_PACKETS];
	uint32_t n;
};

static inline size_t packet_size(const struct video_Packet *packet)
{
	return offsetof(struct video_Packet, data.data) + packet->data.len;
}

static inline struct video_Packet *packet_kept(const struct video_Packet *packet)
{
	struct video_Packet *kept = malloc(packet_size(packet));

	assert_non_null(kept);
	memcpy(kept, packet, packet_size(packet));
	return kept;
}

static inline int packets_start(struct packets *run, const char *source)
{
	run->params.source = source;
	run->params.folder = "./";
	run->self = fake_self(&video_packets_methods);
	run->slot = fake_slot(sizeof(struct video_Packet));
	return video_packets_methods.init(run->self, &run->params, &run->ctx);
}

/* One that is PKD_OK is kept. The slot is as the runtime leaves it: empty. */
static inline int packets_step(struct packets *run)
{
	struct video_packets_in in = {0};
	struct video_packets_out out = {run->slot};
	int result;

	memset(run->slot, 0, offsetof(struct video_Packet, setup));
	run->slot->setup.len = run->slot->data.len = 0;
	do {
		result = fake_fire(&video_packets_methods, run->self, &in, &out, &run->ctx);
	} while (result == PKD_LATER && run->params.speed == 0);
	if (result == PKD_OK) {
		assert_true(run->n < MAX_PACKETS);
		assert_int_equal(run->ctx.set_time_ns, run->slot->dts);
		run->kept[run->n++] = packet_kept(run->slot);
	}
	return result;
}

static inline void packets_release(struct packets *run)
{
	for (uint32_t i = 0; i < run->n; i++)
		free(run->kept[i]);
	run->n = 0;
	free(run->self);
	fake_slot_free(run->slot);
}

static inline void packets_end(struct packets *run)
{
	video_packets_methods.finish(run->self);
	packets_release(run);
}

/* All of them; fails the test where that does not end well. */
static inline void packets_read(struct packets *run, const char *source)
{
	int result = packets_start(run, source);

	while (result == PKD_OK)
		result = packets_step(run);
	if (result != PKD_SKIP)
		fail_msg("%s: %s", source, run->ctx.error);
}

#endif
