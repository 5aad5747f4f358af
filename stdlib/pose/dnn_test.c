/* pose.dnn: the maps of MoveNet made here; and, where `make models` has run, pose.onnx by both
 * engines on a person of the clip. */
#include <errno.h>
#include <math.h>
#include <pose/dnn.pkd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"
#include "../test/onnx_file.h"
#include "movenet.h"

extern const struct pkd_methods pose_dnn_methods;

enum { W = 120, H = 120, CELLS = 8 };

struct run {
	struct pkd_ctx ctx;
	struct pose_dnn_params params;
	void *self;
	struct pkd_image *frame;
	struct pose_dnn_people *people;
};

static int start(struct run *run, const char *folder, const char *runtime, uint32_t engine)
{
	run->params = (struct pose_dnn_params){.model = "pose",
	                                       .folder = folder,
	                                       .min_score = 0.3f,
	                                       .engine = engine,
	                                       .runtime = runtime,
	                                       .W = W,
	                                       .H = H};
	run->self = fake_self(&pose_dnn_methods);
	run->frame = fake_image(PKD_BGR24, W, H);
	run->people = fake_slot(sizeof(*run->people));
	return pose_dnn_methods.init(run->self, &run->params, &run->ctx);
}

static void step(struct run *run)
{
	struct pose_dnn_in in = {run->frame};
	struct pose_dnn_out out = {run->people};

	assert_int_equal(pose_dnn_methods.step(run->self, &in, &out, &run->ctx), PKD_OK);
}

static void release(struct run *run)
{
	free(run->self);
	fake_slot_free(run->frame);
	fake_slot_free(run->people);
}

static void end(struct run *run)
{
	pose_dnn_methods.finish(run->self);
	release(run);
}

/* ---- Tests ---- */

static float heat[17][CELLS][CELLS], centre[CELLS][CELLS], vectors[34][CELLS][CELLS],
	offsets[34][CELLS][CELLS];

/* Each point has two peaks: the higher one is far from where the middle of the body points. */
static void a_point_is_the_peak_near_where_the_body_points(void **state)
{
	static struct detect_sidecar sidecar = {.width = 32, .height = 64, .head = DETECT_MOVENET};
	const struct detect_tensor outputs[] = {{heat[0][0], {4, {1, 17, CELLS, CELLS}}},
	                                        {centre[0], {4, {1, 1, CELLS, CELLS}}},
	                                        {vectors[0][0], {4, {1, 34, CELLS, CELLS}}},
	                                        {offsets[0][0], {4, {1, 34, CELLS, CELLS}}}};
	struct pose_point points[POSE_N_POINTS];
	char wanted[DETECT_SHAPE_SIZE];
	uint32_t output;

	(void)state;
	sidecar.n_labels = 17;
	assert_true(detect_head_fits(&sidecar, outputs, 4, &output, wanted));
	centre[4][3] = 1;
	for (int i = 0; i < 17; i++) {
		vectors[2 * i][4][3] = -2;    /* row 2, … */
		vectors[2 * i + 1][4][3] = 1; /* … column 4 */
		heat[i][2][5] = 0.5f;
		heat[i][7][0] = 0.9f;
		offsets[2 * i][2][5] = 0.25f;
		offsets[2 * i + 1][2][5] = -0.5f;
	}
	pose_movenet(&sidecar, outputs, points);
	for (int i = 0; i < POSE_N_POINTS; i++) {
		assert_float_equal(points[i].x, (5 - 0.5f) * 4, 1e-5);
		assert_float_equal(points[i].y, (2 + 0.25f) * 8, 1e-5);
		assert_float_equal(points[i].score, 0.5f, 0);
	}
}

static void a_network_that_gives_boxes_is_refused(void **state)
{
	const uint32_t picture[] = {1, 3, 4, 6}, rows[] = {1, 12, 6};
	struct bytes graph = {0}, model;
	struct run run = {0};
	char folder[256];

	(void)state;
	put_node(&graph, "Reshape", "picture", "sizes", "rows");
	put_sizes(&graph, "sizes", (const int64_t[]){1, 12, 6}, 3);
	put_port(&graph, 11, "picture", 1, picture, 4);
	put_port(&graph, 12, "rows", 1, rows, 3);
	make_model(&graph, &model);
	write_bytes(fake_path("pose.onnx"), model.at, model.n);
	write_bytes(fake_path("pose.txt"), "input 6 4\nhead plain\nlabels a\n", 30);
	snprintf(folder, sizeof(folder), "%s/", fake_directory());
	assert_int_equal(start(&run, folder, "", detect_Engine_opencv), -EINVAL);
	assert_non_null(strstr(run.ctx.error, "has head plain, which is for detect.dnn"));
	release(&run);
}

static const char *clip(void)
{
	return getenv("PKD_TEST_CLIP");
}

static void both_engines_see_a_walker_upright(void **state)
{
	struct pose_dnn_people *seen[2];
	struct run runs[2] = {0};
	char folder[1024] = "", library[1100];
	char command[1200];

	(void)state;
	if (clip() && strrchr(clip(), '/'))
		snprintf(folder, sizeof(folder), "%.*s/../models/",
		         (int)(strrchr(clip(), '/') - clip()), clip());
	snprintf(library, sizeof(library), "%sonnxruntime/libonnxruntime.so.1", folder);
	if (access(library, R_OK) < 0) {
		print_message("`make models` has not run\n");
		skip();
	}
	snprintf(command, sizeof(command),
	         "ffmpeg -v error -i '%s' -vf 'select=eq(n\\,420),crop=%d:%d:250:190' -frames:v 1 "
	         "-pix_fmt bgr24 -f rawvideo -",
	         clip(), W, H);
	for (int i = 0; i < 2; i++) {
		FILE *pipe;

		if (start(&runs[i], folder, i ? library : "",
		          i ? detect_Engine_onnxruntime : detect_Engine_opencv))
			fail_msg("%s", runs[i].ctx.error);
		pipe = popen(command, "r");
		assert_non_null(pipe);
		assert_int_equal(fread(pkd_pixels(runs[i].frame), 1, W * H * 3, pipe), W * H * 3);
		assert_int_equal(pclose(pipe), 0);
		step(&runs[i]);
		seen[i] = runs[i].people;
		assert_int_equal(seen[i]->len, 1);
	}
	for (int i = 0; i < POSE_N_POINTS; i++) {
		const struct pose_Keypoint *a = &seen[0]->items[0].points[i],
					   *b = &seen[1]->items[0].points[i];

		assert_float_equal(a->x, b->x, 0.002);
		assert_float_equal(a->y, b->y, 0.002);
		assert_float_equal(a->score, b->score, 0.01);
	}
	/* Shoulders above hips above ankles. */
	for (int side = 0; side < 2; side++) {
		const struct pose_Keypoint *points = seen[0]->items[0].points + side;

		assert_true(points[5].y < points[11].y && points[11].y < points[15].y);
	}
	print_message("score %.2f, box %.2f %.2f %.2f %.2f\n", (double)seen[0]->items[0].score,
	              (double)seen[0]->items[0].box.x, (double)seen[0]->items[0].box.y,
	              (double)seen[0]->items[0].box.w, (double)seen[0]->items[0].box.h);
	runs[0].params.min_score = 1; /* live */
	step(&runs[0]);
	assert_int_equal(seen[0]->len, 0);
	end(&runs[0]);
	end(&runs[1]);
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
		cmocka_unit_test(a_point_is_the_peak_near_where_the_body_points),
		cmocka_unit_test(a_network_that_gives_boxes_is_refused),
		cmocka_unit_test(both_engines_see_a_walker_upright),
	};

	return cmocka_run_group_tests(tests, NULL, remove_directory);
}
