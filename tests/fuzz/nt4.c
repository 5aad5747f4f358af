/* Frames of NetworkTables, as a server and a client read them, and the file of persistent topics.
 * The input is frames: a byte that says whose and which, two with the length, and what it has. With
 * -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once each. */
#include <string.h>

#include "input.h"
#include "nt4/client.h"
#include "nt4/hub.h"

enum { MAX_FRAMES = 1000 };

/* What is sent can be read. */
static void check_frame(const struct nt4_buffer *frame, bool is_text)
{
	const char *at = frame->data, *end = at + frame->n;
	struct nt4_update update;
	int got = 1;

	if (is_text) {
		expect(nt4_json_is_good(frame->data, frame->n), "a text frame is no JSON");
		return;
	}
	while (got > 0)
		got = nt4_update_read(&at, end, &update);
	expect(got == 0, "a binary frame is damaged");
}

static void drain(struct nt4_session *session, int64_t now_us)
{
	struct nt4_buffer frame = {0};
	bool is_text;

	for (int i = 0; i < MAX_FRAMES && nt4_hub_frame(session, now_us, &frame, &is_text); i++) {
		check_frame(&frame, is_text);
		frame.n = 0;
	}
	nt4_buffer_free(&frame);
}

static void drain_client(struct nt4_client *client)
{
	struct nt4_buffer frame = {0};
	bool is_text;

	while (nt4_client_frame(client, &frame, &is_text)) {
		check_frame(&frame, is_text);
		frame.n = 0;
	}
	nt4_buffer_free(&frame);
}

/* What is saved can be read, and is the same again. */
static void check_saved(const struct nt4_hub *hub)
{
	struct nt4_buffer before = {0};
	struct nt4_hub *again = malloc(sizeof(*again));

	nt4_hub_init(again);
	nt4_hub_save(hub, &before, SIZE_MAX);
	if (!nt4_hub_load(again, before.data, before.n)) {
		fwrite(before.data, 1, before.n, stderr);
		expect(false, "what was saved is not read");
	}
	nt4_buffer_free(&before);
	nt4_hub_free(again);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct nt4_hub hub;
	const uint8_t *at = data, *end = data + size;
	struct nt4_session *sessions[2];
	struct nt4_client client = {.period_us = 10000};
	int64_t now_us = 1000000;
	const char *why;

	nt4_hub_init(&hub);
	sessions[0] = nt4_hub_join(&hub, "a", "x", false);
	sessions[1] = nt4_hub_join(&hub, "a", "x", false);
	nt4_client_add_published(&client, "/a", "int");
	nt4_client_add_subscribed(&client, "/a");
	nt4_client_put(&client, 0, 5, "\x05", 1);
	nt4_client_open(&client, now_us);
	while (end - at >= 3) {
		unsigned kind = at[0];
		size_t n = (size_t)at[1] << 8 | at[2];
		char *copy;

		at += 3;
		n = n < (size_t)(end - at) ? n : (size_t)(end - at);
		copy = malloc(n ? n : 1); /* with no byte behind it */
		memcpy(copy, at, n);
		at += n;
		now_us += 50000;
		if (kind & 2)
			(kind & 4 ? (void)nt4_client_text(&client, copy, n)
			          : (void)nt4_client_binary(&client, copy, n, now_us));
		else if (kind & 8)
			nt4_hub_load(&hub, copy, n);
		else if (kind & 4)
			nt4_hub_text(sessions[kind & 1], copy, n, now_us, &why);
		else
			nt4_hub_binary(sessions[kind & 1], copy, n, now_us, &why);
		free(copy);
		nt4_hub_tell_meta(&hub, now_us);
		drain(sessions[0], now_us);
		drain(sessions[1], now_us);
		drain_client(&client);
	}
	check_saved(&hub);
	nt4_hub_leave(sessions[0], now_us);
	nt4_hub_leave(sessions[1], now_us);
	nt4_hub_free(&hub);
	nt4_client_free(&client);
	return 0;
}
