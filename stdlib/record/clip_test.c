/* record.clip: what is in a clip, and when; killed at any firing; names and limits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../test/packet_run.h"
#include <record/clip.pkd.h>

extern const struct pkd_methods record_clip_methods;

enum { FRAME_MS = 40, GROUP = 10, BYTES = 4 << 20 };

static const int64_t MS = 1000000;

/* One second of H.264 with a key frame every 10, again and again. */
static struct packets source;

struct run {
	struct pkd_ctx ctx;
	struct record_clip_params params;
	void *self;
	struct video_Packet *packet;
	struct record_Clip *clip;
	uint64_t run;
	uint8_t *buffer;
	uint64_t n; /* packets given */
	uint32_t n_clips;
	struct record_Clip last;
};

static const char *folder(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/clips/", fake_directory());
	fake_run("rm -rf '%s' && mkdir '%s'", path, path);
	return path;
}

static int start(struct run *run)
{
	if (!run->params.path)
		run->params.path = folder();
	run->params.name = run->params.name ? run->params.name : "clip";
	run->params.BYTES = run->params.BYTES ? run->params.BYTES : BYTES;
	run->params.before = run->params.before ? run->params.before : 800 * MS;
	run->params.after = run->params.after ? run->params.after : 400 * MS;
	run->params.max = run->params.max ? run->params.max : 3600 * 1000 * MS;
	run->buffer = calloc(1, run->params.BYTES);
	run->ctx.memories[0] = &run->run;
	run->ctx.memories[1] = run->buffer;
	run->self = fake_self(&record_clip_methods);
	run->packet = fake_slot(sizeof(struct video_Packet));
	run->clip = fake_slot(sizeof(struct record_Clip));
	return record_clip_methods.init(run->self, &run->params, &run->ctx);
}

static void release(struct run *run)
{
	free(run->self);
	free(run->buffer);
	fake_slot_free(run->packet);
	fake_slot_free(run->clip);
}

static int fire(struct run *run, const struct video_Packet *packet, const uint8_t *event)
{
	struct record_clip_in in = {packet, event};
	struct record_clip_out out = {run->clip};
	int result;

	run->ctx.fired = packet ? 0 : 1;
	run->ctx.absent = 0;
	result = fake_fire(&record_clip_methods, run->self, &in, &out, &run->ctx);
	if (result == PKD_OK && !run->ctx.absent) {
		run->n_clips++;
		run->last = *run->clip;
	}
	return result;
}

static void make_next(struct run *run)
{
	const struct video_Packet *from = run->packet;

	from = source.kept[run->n % source.n];
	memcpy(run->packet, from, packet_size(from));
	run->packet->number = ++run->n;
	run->packet->dts = (int64_t)run->n * FRAME_MS * MS;
	run->packet->pts = run->packet->dts;
}

static void give(struct run *run, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		make_next(run);
		assert_int_equal(fire(run, run->packet, NULL), PKD_OK);
	}
}

static void event(struct run *run, bool is_on)
{
	uint8_t value = is_on;

	assert_int_equal(fire(run, NULL, &value), PKD_OK);
}

static int flush(struct run *run)
{
	struct record_clip_in in = {0};
	struct record_clip_out out = {run->clip};
	int result;

	run->ctx.fired = UINT32_MAX;
	result = fake_fire(&record_clip_methods, run->self, &in, &out, &run->ctx);
	if (result == PKD_END) {
		run->n_clips++;
		run->last = *run->clip;
	}
	return result;
}

static void end(struct run *run)
{
	record_clip_methods.finish(run->self);
	release(run);
}

static int files(const char *what)
{
	return atoi(fake_output("find '%s/clips' -name '%s' | wc -l", fake_directory(), what));
}

static void assert_plays(const char *path, uint64_t n_frames)
{
	assert_int_equal(strtoul(fake_output("ffprobe -v error -count_frames -show_entries "
	                                     "stream=nb_read_frames -of csv=p=0 '%s'",
	                                     path),
	                         NULL, 10),
	                 n_frames);
	assert_string_equal(
		fake_output("ffmpeg -v error -xerror -i '%s' -f null - 2>&1 | wc -l", path), "0");
}

/* ---- What is in a clip ---- */

static void it_has_what_was_before_and_after(void **state)
{
	static struct run run;

	(void)state;
	run = (struct run){0};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 55);
	event(&run, false);
	event(&run, true);
	assert_int_equal(files("clip-*.mp4"), 0);
	/* 20 before it are packet 35: the key frame is 31. 10 after it are 65, and 20 later it is sure. */
	give(&run, 30);
	assert_int_equal(run.n_clips, 0);
	give(&run, 1);
	assert_int_equal(run.n_clips, 1);
	assert_int_equal(run.last.n_packets, 65 - 31 + 1);
	assert_int_equal(run.last.n_events, 1);
	assert_true(run.last.from <= run.last.to);
	assert_plays(run.last.path.text, 35);
	assert_int_equal(files("*.part"), 0);
	give(&run, 100);
	assert_int_equal(run.n_clips, 1);
	assert_int_equal(flush(&run), PKD_SKIP);
	end(&run);
}

static void events_that_are_close_make_one_clip(void **state)
{
	static struct run run;

	(void)state;
	run = (struct run){0};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 55);
	event(&run, true);
	give(&run, 28); /* behind the end of it, but before `before` is over */
	event(&run, true);
	give(&run, 31);
	assert_int_equal(run.n_clips, 1);
	assert_int_equal(run.last.n_packets, 55 + 28 + 10 - 31 + 1);
	assert_int_equal(run.last.n_events, 2);
	assert_plays(run.last.path.text, 63);
	event(&run, true); /* and those that are not, two */
	give(&run, 3);
	assert_int_equal(flush(&run), PKD_END);
	assert_int_equal(run.n_clips, 2);
	assert_int_equal(files("clip-*.mp4"), 2);
	end(&run);
}

static void a_long_one_goes_on_in_another_file(void **state)
{
	static struct run run;
	uint64_t n_packets = 0;

	(void)state;
	run = (struct run){.params.max = 2000 * MS};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 25);
	for (int i = 0; i < 200; i++) {
		uint32_t before = run.n_clips;

		event(&run, true);
		give(&run, 1);
		if (run.n_clips > before) {
			n_packets += run.last.n_packets;
			assert_true(run.last.n_packets >= 50 && run.last.n_packets <= 60);
			assert_plays(run.last.path.text, run.last.n_packets);
		}
	}
	assert_true(run.n_clips >= 3);
	assert_int_equal(flush(&run), PKD_END);
	n_packets += run.last.n_packets;
	assert_int_equal(n_packets, 225); /* each once */
	end(&run);
}

static void it_ends_when_no_more_packets_come(void **state)
{
	static struct run run;
	struct record_clip_in in = {0};

	(void)state;
	run = (struct run){0};
	fake_now_ns = 1000 * 1000 * MS;
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 55);
	event(&run, true);
	give(&run, 2);
	run.ctx.woken = true;
	run.ctx.fired = 0;
	fake_now_ns += 1000 * MS;
	assert_int_equal(fake_fire(&record_clip_methods, run.self, &in,
	                           &(struct record_clip_out){run.clip}, &run.ctx),
	                 PKD_OK);
	assert_true(run.ctx.absent);
	fake_now_ns = run.ctx.wake_ns;
	run.ctx.absent = 0;
	assert_int_equal(fake_fire(&record_clip_methods, run.self, &in,
	                           &(struct record_clip_out){run.clip}, &run.ctx),
	                 PKD_OK);
	assert_false(run.ctx.absent);
	assert_plays(run.clip->path.text, 57 - 31 + 1);
	run.ctx.woken = false;
	end(&run);
	fake_now_ns = 0;
}

static void too_little_memory_is_told(void **state)
{
	static struct run run;

	(void)state;
	run = (struct run){.params = {.before = 3600 * 1000 * MS}};
	assert_int_equal(start(&run), PKD_OK);
	for (int i = 0; i < 100; i++) {
		make_next(&run);
		memset(run.packet->data.data + run.packet->data.len, 0, 100000);
		run.packet->data.len += 100000;
		assert_int_equal(fire(&run, run.packet, NULL), PKD_OK);
	}
	assert_non_null(strstr(run.ctx.note, "write BYTES: 8388608"));
	event(&run, true);
	give(&run, 5);
	assert_int_equal(flush(&run), PKD_END);
	assert_true(run.last.n_packets >= 20);
	assert_plays(run.last.path.text, run.last.n_packets);
	end(&run);
}

static void another_size_is_another_clip(void **state)
{
	static struct run run;

	(void)state;
	run = (struct run){0};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 25);
	event(&run, true);
	give(&run, 5);
	for (int i = 0; i < 3; i++) {
		make_next(&run);
		run.packet->key = i == 0;
		run.packet->width = 32;
		assert_int_equal(fire(&run, run.packet, NULL), PKD_OK);
	}
	assert_int_equal(run.n_clips, 1);
	assert_int_equal(run.last.n_packets, 30);
	assert_int_equal(flush(&run), PKD_END);
	assert_int_equal(run.last.n_packets, 3);
	end(&run);
}

/* ---- Killed ---- */

/* A firing that does all and does not count. */
static void kill_undone(struct run *run)
{
	struct record_clip_in in = {run->packet, NULL};
	struct record_clip_out out = {run->clip};

	make_next(run);
	memcpy(run->ctx.state, run->ctx.committed_state, sizeof(run->ctx.state));
	run->ctx.fired = 0;
	assert_int_equal(record_clip_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
	run->n--;
	assert_int_equal(fake_restart(&record_clip_methods, &run->self, &run->params, &run->ctx),
	                 PKD_OK);
	assert_int_equal(run->ctx.n_notes, 0);
}

/* As a run without a kill. */
static void a_killed_node_goes_on(void **state)
{
	static struct run run;

	(void)state;
	for (uint64_t at = 50; at < 92; at++) {
		run = (struct run){0};
		assert_int_equal(start(&run), PKD_OK);
		while (run.n < 92) {
			if (run.n == 55)
				event(&run, true);
			if (run.n == at)
				kill_undone(&run);
			give(&run, 1);
		}
		assert_int_equal(run.n_clips, 1);
		assert_int_equal(run.last.n_packets, 35);
		assert_int_equal(files("clip-*.mp4"), 1);
		assert_int_equal(files("*.part"), 0);
		if (at % 8 == 0)
			assert_plays(run.last.path.text, 35);
		end(&run);
	}
}

static void what_a_killed_program_has_left_gets_its_name(void **state)
{
	static struct run run, next;
	const char *path;
	char clip[512];

	(void)state;
	run = next = (struct run){0};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 55);
	event(&run, true);
	give(&run, 7);
	path = run.params.path;
	assert_int_equal(files("*.part"), 1);
	/* A second one beside it leaves what is being written alone. */
	next.params.path = path;
	assert_int_equal(start(&next), PKD_OK);
	assert_int_equal(next.ctx.n_notes, 0);
	end(&next);
	end(&run);
	fake_run("printf 'the half of a fragment' >>\"$(ls '%s'/.clip*.part)\"", path);
	next = (struct run){.params.path = path};
	assert_int_equal(start(&next), PKD_OK);
	assert_int_equal(next.ctx.n_notes, 1);
	assert_int_equal(files("*.part"), 0);
	assert_int_equal(files("clip-*.mp4"), 1);
	snprintf(clip, sizeof(clip), "%s", fake_output("ls '%s'/clip-*.mp4", path));
	assert_plays(clip, 62 - 31 + 1);
	end(&next);
}

/* ---- Refused ---- */

static void no_file_is_replaced(void **state)
{
	static struct run run;
	char base[256];

	(void)state;
	run = (struct run){0};
	assert_int_equal(start(&run), PKD_OK);
	give(&run, 55);
	event(&run, true);
	snprintf(base, sizeof(base), "%s",
	         fake_output("ls -A '%s' | sed 's/^.\\(.*\\)\\.[^.]*\\.part$/\\1/'",
	                     run.params.path));
	fake_run("echo mine >'%s%s.mp4'", run.params.path, base);
	give(&run, 31);
	assert_int_equal(run.n_clips, 1);
	assert_non_null(strstr(run.last.path.text, "Z-2.mp4"));
	assert_string_equal(fake_output("cat '%s%s.mp4'", run.params.path, base), "mine");
	end(&run);
}

static void wrong_parameters_are_told(void **state)
{
	static const struct {
		struct record_clip_params params;
		const char *text;
	} wrong[] = {
		{{.name = "../out"}, "names of clips"},
		{{.name = ".hidden"}, "names of clips"},
		{{.BYTES = 1 << 20}, "write BYTES: 4MiB"},
		{{.path = "/tmp"}, "that ends with '/'"},
		{{.path = "/nowhere/clips/"}, "cannot open the directory"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		static struct run run;

		run = (struct run){.params = wrong[i].params};
		assert_true(start(&run) < 0);
		if (!strstr(run.ctx.error, wrong[i].text))
			fail_msg("'%s' does not say '%s'", run.ctx.error, wrong[i].text);
		release(&run);
	}
}

static int read_source(void **state)
{
	static char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/source.mp4", fake_directory());
	fake_run("ffmpeg -v error -y -f lavfi -i testsrc=s=64x48:r=25:d=4 -c:v libx264 -bf 0 -g 10 "
	         "-x264-params scenecut=0 -pix_fmt yuv420p '%s'",
	         path);
	packets_read(&source, path);
	return source.n == 100 && source.n % GROUP == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	packets_end(&source);
	fake_directory_remove();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_what_was_before_and_after),
		cmocka_unit_test(events_that_are_close_make_one_clip),
		cmocka_unit_test(a_long_one_goes_on_in_another_file),
		cmocka_unit_test(it_ends_when_no_more_packets_come),
		cmocka_unit_test(too_little_memory_is_told),
		cmocka_unit_test(another_size_is_another_clip),
		cmocka_unit_test(a_killed_node_goes_on),
		cmocka_unit_test(what_a_killed_program_has_left_gets_its_name),
		cmocka_unit_test(no_file_is_replaced),
		cmocka_unit_test(wrong_parameters_are_told),
	};

	return cmocka_run_group_tests(tests, read_source, remove_directory);
}
