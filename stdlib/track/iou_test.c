/* track.iou: its rules one by one, then clips whose truth is known, scored beside a matcher that
 * gives each box the id of the nearest one before. */
#include "assign.h"
#include "estimate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../test/fake_ctx.h"

extern const struct pkd_methods track_iou_methods;

enum { N = 32 };

static const int64_t SECOND = 1000000000;

struct run {
	struct pkd_ctx ctx;
	struct track_iou_params params;
	void *self;
	struct track_iou_objects *objects;
	struct track_iou_tracks *tracks;
};

static void start(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->params = (struct track_iou_params){SECOND, 3, 0.3f, N};
	run->self = fake_self(&track_iou_methods);
	run->objects =
		fake_slot((uint32_t)(sizeof(*run->objects) + N * sizeof(struct detect_Object)));
	run->tracks = fake_slot(sizeof(*run->tracks));
	run->objects->len = 0;
	run->ctx.time_ns = 100 * SECOND;
	assert_int_equal(track_iou_methods.init(run->self, &run->params, &run->ctx), PKD_OK);
}

static void end(struct run *run)
{
	track_iou_methods.finish(run->self);
	free(run->self);
	fake_slot_free(run->objects);
	fake_slot_free(run->tracks);
}

static void add(struct run *run, struct detect_Box box, const char *label)
{
	struct detect_Object *object = &run->objects->items[run->objects->len++];

	assert_true(run->objects->len <= N);
	memset(object, 0, sizeof(*object));
	object->box = box;
	object->score = 0.5f;
	object->id = 77;
	pkd_string_set(&object->label, label);
}

/* The frame `ms` later, with what was added since the one before. */
static void step(struct run *run, int64_t ms)
{
	struct track_iou_in in = {run->objects};
	struct track_iou_out out = {run->tracks};

	run->ctx.number++;
	run->ctx.time_ns += ms * 1000000;
	run->tracks->len = 0;
	assert_int_equal(fake_fire(&track_iou_methods, run->self, &in, &out, &run->ctx), PKD_OK);
	assert_in_range(run->tracks->len, 0, 128);
	run->objects->len = 0;
}

static struct detect_Box at(float x, float y)
{
	return (struct detect_Box){x - 0.05f, y - 0.1f, 0.1f, 0.2f};
}

/* A walker at 0.3 of the frame in a second, `n` frames of 100 ms, from `x` on; returns where. */
static float walk(struct run *run, float x, int n)
{
	for (int i = 0; i < n; i++, x += 0.03f) {
		add(run, at(x, 0.5f), "person");
		step(run, 100);
	}
	return x;
}

/* ---- Rules ---- */

static void a_track_has_its_id_once_it_was_found_often_enough(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (uint32_t i = 1; i <= 5; i++) {
		add(&run, at(0.5f, 0.5f), "person");
		step(&run, 100);
		assert_int_equal(run.tracks->len, 1);
		assert_int_equal(run.tracks->items[0].state,
		                 i < 3 ? track_State_new : track_State_seen);
		assert_int_equal(run.tracks->items[0].object.id, i < 3 ? 0 : 1);
		assert_int_equal(run.tracks->items[0].age, (i - 1) * SECOND / 10);
	}
	end(&run);
}

static void a_lost_one_is_predicted_by_the_time_that_has_passed(void **state)
{
	static const int64_t steps_ms[][4] = {
		{400, 0, 0, 0}, {100, 100, 100, 100}, {10, 20, 70, 300}};
	struct run run;
	float x;

	(void)state;
	for (int i = 0; i < 3; i++) {
		start(&run);
		x = walk(&run, 0.2f, 10) - 0.03f;
		for (int k = 0; k < 4; k++)
			step(&run, steps_ms[i][k]);
		assert_int_equal(run.tracks->len, 1);
		assert_int_equal(run.tracks->items[0].state, track_State_lost);
		assert_true(fabsf(run.tracks->items[0].velocity.x - 0.3f) < 0.02f);
		assert_true(fabsf(run.tracks->items[0].velocity.y) < 0.01f);
		assert_true(fabsf(run.tracks->items[0].object.box.x + 0.05f - x - 0.12f) < 0.01f);
		end(&run);
	}
}

static void who_comes_back_in_time_keeps_the_id(void **state)
{
	struct run run;
	float x;

	(void)state;
	start(&run);
	x = walk(&run, 0.1f, 10);
	step(&run, 900);
	walk(&run, x + 0.27f, 1);
	assert_int_equal(run.tracks->len, 1);
	assert_int_equal(run.tracks->items[0].object.id, 1);
	assert_int_equal(run.tracks->items[0].state, track_State_seen);
	step(&run, 1001);
	assert_int_equal(run.tracks->len, 0);
	walk(&run, 0.4f, 3);
	assert_int_equal(run.tracks->items[0].object.id, 2);
	end(&run);
}

/* Greedy pairs would give the left box the right track's id, for it overlaps that one most. */
static void pairs_are_the_best_of_all(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	for (int i = 0; i < 5; i++) {
		add(&run, at(0.30f, 0.5f), "person");
		add(&run, at(0.36f, 0.5f), "person");
		step(&run, 100);
	}
	run.params.min_iou = 0.05f;
	add(&run, at(0.34f, 0.5f), "person");
	add(&run, at(0.42f, 0.5f), "person");
	step(&run, 1);
	assert_int_equal(run.tracks->len, 2);
	assert_true(run.tracks->items[0].object.box.x < run.tracks->items[1].object.box.x);
	assert_int_equal(run.tracks->items[0].object.id, 1);
	assert_int_equal(run.tracks->items[1].object.id, 2);
	assert_int_equal(run.tracks->items[0].state, track_State_seen);
	assert_int_equal(run.tracks->items[1].state, track_State_seen);
	end(&run);
}

static void another_label_is_another_object(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	walk(&run, 0.5f, 4);
	add(&run, at(0.62f, 0.5f), "car");
	step(&run, 100);
	assert_int_equal(run.tracks->len, 2);
	assert_int_equal(run.tracks->items[0].state, track_State_lost);
	assert_string_equal(run.tracks->items[0].object.label.text, "person");
	assert_int_equal(run.tracks->items[1].state, track_State_new);
	assert_string_equal(run.tracks->items[1].object.label.text, "car");
	end(&run);
}

static void who_leaves_the_frame_is_not_kept(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	walk(&run, 0.75f, 8); /* the last at 0.96 */
	assert_int_equal(run.tracks->len, 1);
	step(&run, 200);
	assert_int_equal(run.tracks->len, 0);
	end(&run);
}

static void boxes_without_an_area_are_left_out(void **state)
{
	static const struct detect_Box bad[] = {
		{NAN, 0, 1, 1},      {0, INFINITY, 1, 1},  {0.5f, 0.5f, 0, 1},
		{0.5f, 0.5f, 1, -1}, {0.5f, 0.5f, NAN, 1}, {0.5f, 0.5f, 1e-30f, 1e-30f},
	};
	struct run run;

	(void)state;
	start(&run);
	walk(&run, 0.3f, 4);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		add(&run, bad[i], "person");
	add(&run, at(0.42f, 0.5f), "person");
	step(&run, 100);
	assert_int_equal(run.tracks->len, 1);
	assert_int_equal(run.tracks->items[0].state, track_State_seen);
	end(&run);
}

/* 5 rows of 32: the first three are tracks, the fourth is new, and has no room for all. */
static void a_full_list_drops_who_was_lost_for_longest(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	run.params.lost = 60 * SECOND;
	for (int row = 0; row < 5; row++) {
		for (int again = 0; again < (row == 1 ? 1 : 3); again++) {
			for (int i = 0; i < N; i++)
				add(&run,
				    (struct detect_Box){(float)i / N, (float)row / 5, 0.02f, 0.1f},
				    "person");
			step(&run, 10);
		}
	}
	/* Row 1, which stayed new, gave way to row 4, although row 0 was lost earlier. */
	assert_int_equal(run.tracks->len, 128);
	for (uint32_t i = 0; i < 128; i++) {
		assert_int_equal(run.tracks->items[i].object.id, i + 1);
		assert_int_equal(run.tracks->items[i].state,
		                 i < 96 ? track_State_lost : track_State_seen);
	}
	for (int i = 0; i < N; i++)
		add(&run, (struct detect_Box){(float)i / N, 0.2f, 0.02f, 0.1f}, "person");
	step(&run, 10);
	assert_int_equal(run.tracks->len, 128);
	assert_int_equal(run.tracks->items[0].object.id, 33); /* row 0 */
	end(&run);
}

static void a_restart_forgets_nobody(void **state)
{
	struct run run;
	float x;

	(void)state;
	start(&run);
	x = walk(&run, 0.2f, 6);
	assert_int_equal(fake_restart(&track_iou_methods, &run.self, &run.params, &run.ctx),
	                 PKD_OK);
	walk(&run, x, 1);
	assert_int_equal(run.tracks->len, 1);
	assert_int_equal(run.tracks->items[0].object.id, 1);
	assert_true(fabsf(run.tracks->items[0].velocity.x - 0.3f) < 0.03f);
	end(&run);
}

/* A clock that stands, or goes back, predicts nothing and breaks nothing. */
static void a_time_that_does_not_pass_is_no_harm(void **state)
{
	struct run run;

	(void)state;
	start(&run);
	walk(&run, 0.2f, 5);
	for (int i = 0; i < 3; i++) {
		add(&run, at(0.33f, 0.5f), "person");
		step(&run, i - 1);
		assert_int_equal(run.tracks->len, 1);
		assert_true(isfinite(run.tracks->items[0].object.box.x));
		assert_int_equal(run.tracks->items[0].object.id, 1);
	}
	end(&run);
}

/* As by a camera whose clock is set: who is seen goes on, with an age that is none of before; who
 * is not seen does not stay for as long as the clock went back. */
static void a_clock_that_is_put_back_keeps_no_ghosts(void **state)
{
	static const int64_t times[] = {INT64_MIN, INT64_MAX, INT64_MIN + 1, -5, INT64_MAX};
	struct run run;
	float x;

	(void)state;
	start(&run);
	x = walk(&run, 0.2f, 6);
	run.ctx.time_ns -= 3600 * SECOND;
	for (int i = 0; i < 4; i++) {
		add(&run, at(x, 0.5f), "person");
		step(&run, 40);
		assert_int_equal(run.tracks->len, 1);
		assert_int_equal(run.tracks->items[0].object.id, 1);
		assert_in_range(run.tracks->items[0].age, 0, SECOND);
	}
	run.ctx.time_ns -= 3600 * SECOND;
	step(&run, 40);
	assert_int_equal(run.tracks->len, 0);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		run.ctx.time_ns = times[i];
		add(&run, at(x, 0.5f), "person");
		step(&run, 0);
		assert_in_range(run.tracks->len, 0, 1);
	}
	end(&run);
}

/* ---- Clips with truth ---- */

enum { MAX_PEOPLE = 24, MAX_IDS = 1024, MAX_BOXES = 256 };

static uint32_t seed;

static float uniform(void)
{
	seed ^= seed << 13; /* xorshift32 (G. Marsaglia, 2003) */
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (float)(seed >> 8) / 16777216;
}

static float normal(void)
{
	return sqrtf(-2 * logf(1 - uniform())) * cosf(6.2831853f * uniform());
}

struct walker {
	float x, y, w, h, vx, vy;
	int from, until; /* frames */
};

struct boxes {
	uint32_t n;
	struct detect_Box boxes[MAX_BOXES];
	uint32_t ids[MAX_BOXES];
};

/* CLEAR MOT (K. Bernardin and R. Stiefelhagen, 2008) and IDF1 (E. Ristani et al., 2016). */
struct score {
	uint32_t n_truth, n_given, n_missed, n_false, n_switches;
	uint32_t last_id;
	uint32_t id_of[MAX_PEOPLE];           /* the last one of each person */
	uint32_t frames[MAX_PEOPLE][MAX_IDS]; /* in which the person and the id lie together */
};

/* `paired` has MAX_BOXES for who is not paired yet; `taken` are given boxes that are. */
static void pair_rest(const struct boxes *truth, const struct boxes *given, uint32_t *paired,
                      bool *taken)
{
	static double cost[MAX_BOXES * MAX_BOXES];
	static uint32_t columns[MAX_BOXES];
	uint32_t n = truth->n > given->n ? truth->n : given->n;
	struct track_assign assign;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < n; k++) {
			float overlap = i < truth->n && k < given->n && paired[i] == MAX_BOXES &&
			                                !taken[k]
			                        ? track_overlap(&truth->boxes[i], &given->boxes[k])
			                        : 0;

			cost[i * n + k] = overlap >= 0.5f ? 1 - (double)overlap : 1;
		}
	}
	assert_int_equal(track_assign_init(&assign, n), 0);
	track_assign(&assign, cost, n, columns);
	track_assign_finish(&assign);
	for (uint32_t i = 0; i < truth->n; i++) {
		if (paired[i] == MAX_BOXES && cost[i * n + columns[i]] < 1)
			paired[i] = columns[i];
	}
}

static void score_frame(struct score *score, const struct boxes *truth, const struct boxes *given)
{
	uint32_t paired[MAX_BOXES], n_paired = 0;
	bool taken[MAX_BOXES] = {false};

	for (uint32_t i = 0; i < truth->n; i++) {
		paired[i] = MAX_BOXES;
		for (uint32_t k = 0; k < given->n; k++) {
			uint32_t id = given->ids[k];

			assert_in_range(id, 1, MAX_IDS - 1);
			score->last_id = id > score->last_id ? id : score->last_id;
			if (track_overlap(&truth->boxes[i], &given->boxes[k]) < 0.5f)
				continue;
			score->frames[truth->ids[i]][id]++;
			if (id == score->id_of[truth->ids[i]]) {
				paired[i] = k;
				taken[k] = true;
			}
		}
	}
	pair_rest(truth, given, paired, taken);
	for (uint32_t i = 0; i < truth->n; i++) {
		uint32_t *last = &score->id_of[truth->ids[i]], id;

		if (paired[i] == MAX_BOXES)
			continue;
		n_paired++;
		id = given->ids[paired[i]];
		score->n_switches += *last && *last != id;
		*last = id;
	}
	score->n_truth += truth->n;
	score->n_given += given->n;
	score->n_missed += truth->n - n_paired;
	score->n_false += given->n - n_paired;
}

static float mota(const struct score *score)
{
	return 1 - (float)(score->n_missed + score->n_false + score->n_switches) /
	                   (float)score->n_truth;
}

/* Each person has the one id that suits best over the whole clip. */
static float idf1(const struct score *score)
{
	uint32_t n = score->last_id + MAX_PEOPLE, n_right = 0;
	double *cost = calloc((size_t)n * n, sizeof(double));
	uint32_t *columns = calloc(n, sizeof(uint32_t));
	struct track_assign assign;

	assert_non_null(cost);
	assert_non_null(columns);
	for (size_t i = 0; i < MAX_PEOPLE; i++) {
		for (size_t id = 0; id <= score->last_id; id++)
			cost[i * n + id] = -(double)score->frames[i][id];
	}
	assert_int_equal(track_assign_init(&assign, n), 0);
	track_assign(&assign, cost, n, columns);
	track_assign_finish(&assign);
	for (size_t i = 0; i < MAX_PEOPLE; i++)
		n_right += columns[i] <= score->last_id ? score->frames[i][columns[i]] : 0;
	free(cost);
	free(columns);
	return 2 * (float)n_right / (float)(score->n_truth + score->n_given);
}

/* The other matcher: the id of the box that overlaps most, of those of the last second, wherever
 * they were; what overlaps none is new. */
struct nearest {
	uint32_t n, n_ids;
	struct detect_Box boxes[MAX_BOXES];
	uint32_t ids[MAX_BOXES];
	int64_t last[MAX_BOXES];
};

static void match_nearest(struct nearest *nearest, const struct run *run, int64_t now,
                          struct boxes *ret)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < nearest->n; i++) {
		if (now - nearest->last[i] > SECOND)
			continue;
		nearest->boxes[n] = nearest->boxes[i];
		nearest->ids[n] = nearest->ids[i];
		nearest->last[n++] = nearest->last[i];
	}
	nearest->n = n;
	ret->n = run->objects->len;
	for (uint32_t k = 0; k < ret->n; k++) {
		const struct detect_Box *box = &run->objects->items[k].box;
		uint32_t best = MAX_BOXES;
		float most = 0.3f;

		for (uint32_t i = 0; i < nearest->n; i++) {
			float overlap = track_overlap(&nearest->boxes[i], box);

			if (nearest->last[i] == now || overlap < most)
				continue;
			most = overlap;
			best = i;
		}
		if (best == MAX_BOXES) {
			best = nearest->n++;
			assert_true(nearest->n <= MAX_BOXES);
			nearest->ids[best] = ++nearest->n_ids;
		}
		nearest->boxes[best] = ret->boxes[k] = *box;
		nearest->last[best] = now;
		ret->ids[k] = nearest->ids[best];
	}
}

static struct walker enter(int n_frames, float fps)
{
	bool left = uniform() < 0.5f;
	float h = 0.12f + 0.15f * uniform(), speed = 0.04f + 0.1f * uniform();
	int from = (int)(uniform() * 0.7f * (float)n_frames);

	return (struct walker){left ? 0.0f : 1.0f,
	                       0.15f + 0.7f * uniform(),
	                       h * (0.25f + 0.15f * uniform()),
	                       h,
	                       left ? speed : -speed,
	                       0.04f * normal(),
	                       from,
	                       from + (int)((8 + 10 * uniform()) * fps)};
}

/* People stroll; speeds wander a little. */
static void stroll(struct walker *walker, float fps)
{
	walker->vx += 0.02f * normal() / sqrtf(fps);
	walker->vy += 0.02f * normal() / sqrtf(fps);
	walker->x += walker->vx / fps;
	walker->y += walker->vy / fps;
}

static bool inside(const struct walker *walker, int frame)
{
	return frame >= walker->from && frame < walker->until && walker->x >= 0 && walker->x <= 1 &&
	       walker->y >= 0 && walker->y <= 1;
}

/* The detector: 15 % are missed, 0.3 boxes a frame are of nothing, sides stray by 5 %. */
static void detect(struct run *run, const struct walker *walkers, int frame)
{
	for (int i = 0; i < MAX_PEOPLE; i++) {
		const struct walker *p = &walkers[i];
		float w = p->w * (1 + 0.05f * normal()), h = p->h * (1 + 0.05f * normal());
		float x = p->x + 0.05f * p->w * normal(), y = p->y + 0.05f * p->h * normal();

		if (inside(p, frame) && uniform() >= 0.15f)
			add(run, (struct detect_Box){x - w / 2, y - h / 2, w, h}, "person");
	}
	if (uniform() < 0.3f)
		add(run, (struct detect_Box){uniform(), uniform(), 0.05f, 0.15f}, "person");
}

static void given_by_tracks(const struct run *run, struct boxes *ret)
{
	ret->n = 0;
	for (uint32_t i = 0; i < run->tracks->len; i++) {
		const struct track_Track *track = &run->tracks->items[i];

		if (track->state == track_State_new)
			continue;
		ret->ids[ret->n] = track->object.id;
		ret->boxes[ret->n++] = track->object.box;
	}
}

struct result {
	float mota, idf1;
	uint32_t n_switches;
};

static void play(uint32_t clip_seed, float fps, struct result *ret_tracks,
                 struct result *ret_nearest)
{
	static struct score score, nearest_score;
	static struct nearest nearest;
	static struct boxes truth, given;
	struct walker walkers[MAX_PEOPLE];
	int n_frames = (int)(40 * fps);
	struct run run;

	memset(&score, 0, sizeof(score));
	memset(&nearest_score, 0, sizeof(nearest_score));
	memset(&nearest, 0, sizeof(nearest));
	seed = clip_seed;
	start(&run);
	for (int i = 0; i < MAX_PEOPLE; i++)
		walkers[i] = enter(n_frames, fps);
	for (int frame = 0; frame < n_frames; frame++) {
		truth.n = 0;
		for (uint32_t i = 0; i < MAX_PEOPLE; i++) {
			struct walker *p = &walkers[i];

			if (!inside(p, frame))
				continue;
			truth.ids[truth.n] = i;
			truth.boxes[truth.n++] = (struct detect_Box){p->x - p->w / 2,
			                                             p->y - p->h / 2, p->w, p->h};
		}
		detect(&run, walkers, frame);
		match_nearest(&nearest, &run, run.ctx.time_ns, &given);
		score_frame(&nearest_score, &truth, &given);
		step(&run, (int64_t)(1000 / fps));
		given_by_tracks(&run, &given);
		score_frame(&score, &truth, &given);
		for (int i = 0; i < MAX_PEOPLE; i++) {
			if (frame >= walkers[i].from)
				stroll(&walkers[i], fps);
		}
	}
	end(&run);
	*ret_tracks = (struct result){mota(&score), idf1(&score), score.n_switches};
	*ret_nearest = (struct result){mota(&nearest_score), idf1(&nearest_score),
	                               nearest_score.n_switches};
}

static void keeps_people_apart_on_clips_with_truth(void **state)
{
	static const float rates[] = {10, 15, 30};
	struct result sums[2] = {{0}}, worst = {1, 1, 0};
	int n = 0;

	(void)state;
	print_message(
		"               tracks: MOTA IDF1 switches    nearest IoU: MOTA IDF1 switches\n");
	for (uint32_t clip_seed = 1; clip_seed <= 3; clip_seed++) {
		for (int i = 0; i < 3; i++, n++) {
			struct result tracks, nearest;

			play(clip_seed, rates[i], &tracks, &nearest);
			print_message("seed %u, %2.0f fps       %.3f %.3f %3u                      "
			              "%.3f %.3f %3u\n",
			              clip_seed, (double)rates[i], (double)tracks.mota,
			              (double)tracks.idf1, tracks.n_switches, (double)nearest.mota,
			              (double)nearest.idf1, nearest.n_switches);
			worst.mota = fminf(worst.mota, tracks.mota);
			worst.idf1 = fminf(worst.idf1, tracks.idf1);
			sums[0].idf1 += tracks.idf1;
			sums[1].idf1 += nearest.idf1;
			sums[0].n_switches += tracks.n_switches;
			sums[1].n_switches += nearest.n_switches;
		}
	}
	assert_true(worst.mota >= 0.80f);
	assert_true(worst.idf1 >= 0.80f);
	assert_true(sums[0].idf1 > sums[1].idf1);
	assert_true(sums[0].n_switches * 2 < sums[1].n_switches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_track_has_its_id_once_it_was_found_often_enough),
		cmocka_unit_test(a_lost_one_is_predicted_by_the_time_that_has_passed),
		cmocka_unit_test(who_comes_back_in_time_keeps_the_id),
		cmocka_unit_test(pairs_are_the_best_of_all),
		cmocka_unit_test(another_label_is_another_object),
		cmocka_unit_test(who_leaves_the_frame_is_not_kept),
		cmocka_unit_test(boxes_without_an_area_are_left_out),
		cmocka_unit_test(a_full_list_drops_who_was_lost_for_longest),
		cmocka_unit_test(a_restart_forgets_nobody),
		cmocka_unit_test(a_time_that_does_not_pass_is_no_harm),
		cmocka_unit_test(a_clock_that_is_put_back_keeps_no_ghosts),
		cmocka_unit_test(keeps_people_apart_on_clips_with_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
