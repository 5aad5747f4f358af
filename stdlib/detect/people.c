/* detect.people: standing people by histograms of oriented gradients (N. Dalal and B. Triggs,
 * "Histograms of Oriented Gradients for Human Detection", CVPR 2005). No tracking: `id` counts
 * the people of one frame, the surest first, and says nothing about other frames. */
#include "hog.h"

#include "../base/fraction.h"

#include <detect/people.pkd.h>
#include <errno.h>
#include <math.h>
#include <string.h>

enum { MAX_WINDOWS = 4096, MAX_PEOPLE = 64 };

/* The score of a window is the logistic function of its weight,
 *   1 / (1 + exp(-SLOPE (weight - MIDDLE))),
 * with constants chosen on vtest.avi: from weight 0.3 on almost every window has a person in it
 * (0.5), at 1 the detector is rarely wrong (0.8). Windows below weight 0 (0.35) are not made. */
static const float SLOPE = 2, MIDDLE = 0.3f;

/* Two windows show the same person when they share so much of their union, or of the smaller. */
static const float SAME_OF_UNION = 0.35f, SAME_OF_SMALLER = 0.65f;

/* Of these, the ones that share so much are about the same place. */
static const float CLOSE_OF_UNION = 0.55f;

struct detect_people {
	const struct detect_people_params *params; /* min_score may change between steps */
	struct detect_hog *hog;
	struct detect_hog_window windows[MAX_WINDOWS], kept[MAX_PEOPLE];
};

static float score_of(float weight)
{
	return 1 / (1 + expf(-SLOPE * (weight - MIDDLE)));
}

static int32_t overlap(int32_t a, int32_t a_size, int32_t b, int32_t b_size)
{
	int32_t start = a > b ? a : b;
	int32_t end = a + a_size < b + b_size ? a + a_size : b + b_size;

	return end > start ? end - start : 0;
}

struct shares {
	float of_union, of_smaller;
};

static struct shares shares_of(const struct detect_hog_window *a, const struct detect_hog_window *b)
{
	float shared = (float)overlap(a->x, a->width, b->x, b->width) *
	               (float)overlap(a->y, a->height, b->y, b->height);
	float a_area = (float)a->width * (float)a->height;
	float b_area = (float)b->width * (float)b->height;

	return (struct shares){shared / (a_area + b_area - shared),
	                       shared / (a_area < b_area ? a_area : b_area)};
}

static bool same_person(const struct detect_hog_window *a, const struct detect_hog_window *b)
{
	struct shares shares = shares_of(a, b);

	return shares.of_union > SAME_OF_UNION || shares.of_smaller > SAME_OF_SMALLER;
}

/* Keeps of each group the heaviest window: they come in order of weight, so that one is dropped
 * when it overlaps one that was kept. Returns how many there are. */
static uint32_t suppress(const struct detect_hog_window *windows, uint32_t n,
                         struct detect_hog_window *kept)
{
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < n && n_kept < MAX_PEOPLE; i++) {
		bool is_kept = true;

		for (uint32_t k = 0; k < n_kept && is_kept; k++)
			is_kept = !same_person(&windows[i], &kept[k]);
		if (is_kept)
			kept[n_kept++] = windows[i];
	}
	return n_kept;
}

/* Windows lie in a grid, a person does not: where the heaviest one jumps from frame to frame, the
 * mean of those around it, by weight, stays with who is in them. */
static struct detect_hog_window mean_about(const struct detect_hog_window *heaviest,
                                           const struct detect_hog_window *windows, uint32_t n)
{
	float sum = 0, x = 0, y = 0, width = 0, height = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct detect_hog_window *window = &windows[i];
		float weight = window->weight;

		if (weight <= 0 || shares_of(window, heaviest).of_union < CLOSE_OF_UNION)
			continue;
		sum += weight;
		x += weight * (float)window->x;
		y += weight * (float)window->y;
		width += weight * (float)window->width;
		height += weight * (float)window->height;
	}
	if (sum <= 0)
		return *heaviest;
	return (struct detect_hog_window){(int32_t)lrintf(x / sum), (int32_t)lrintf(y / sum),
	                                  (int32_t)lrintf(width / sum),
	                                  (int32_t)lrintf(height / sum), heaviest->weight};
}

/* Without the window's margins, see hog.h. */
static struct detect_Box box_of(const struct detect_hog_window *window,
                                const struct pkd_image *frame)
{
	float W = (float)frame->width, H = (float)frame->height;
	float width = (float)window->width, height = (float)window->height;
	float left = fraction_clamp(((float)window->x + width / 5) / W);
	float right = fraction_clamp(((float)window->x + width * 4 / 5) / W);
	float top = fraction_clamp(((float)window->y + height / 8) / H);
	float bottom = fraction_clamp(((float)window->y + height * 7 / 8) / H);

	return (struct detect_Box){left, top, right - left, bottom - top};
}

static void fill(struct detect_people_objects *objects, const struct detect_hog_window *windows,
                 uint32_t n, const struct pkd_image *frame, float min_score)
{
	objects->len = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct detect_Object *object = &objects->items[objects->len];
		float score = score_of(windows[i].weight);

		if (score < min_score)
			break;
		memset(object, 0, sizeof(*object));
		object->box = box_of(&windows[i], frame);
		pkd_string_set(&object->label, "person");
		object->score = score;
		object->id = ++objects->len;
	}
}

int detect_people_init(struct detect_people *self, const struct detect_people_params *params,
                       struct pkd_ctx *ctx)
{
	self->params = params;
	self->hog = detect_hog_create();
	if (!self->hog)
		return pkd_error(ctx, ENOMEM, "OpenCV's people detector cannot be made");
	return PKD_OK;
}

int detect_people_step(struct detect_people *self, const struct detect_people_in *in,
                       struct detect_people_out *out, struct pkd_ctx *ctx)
{
	const struct pkd_image *frame = in->frame;
	_Static_assert(sizeof(out->objects->items) / sizeof(out->objects->items[0]) == MAX_PEOPLE,
	               "as many as the list has room for");
	uint32_t n, n_kept;
	int error;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	error = detect_hog_find(self->hog, pkd_const_pixels(frame), frame->width, frame->height,
	                        frame->stride, self->params->stride, 0, MAX_WINDOWS, self->windows,
	                        &n);
	if (error)
		return pkd_error(ctx, -error, "OpenCV's people detector failed");
	n_kept = suppress(self->windows, n, self->kept);
	for (uint32_t i = 0; i < n_kept; i++)
		self->kept[i] = mean_about(&self->kept[i], self->windows, n);
	fill(out->objects, self->kept, n_kept, frame, self->params->min_score);
	return PKD_OK;
}

void detect_people_finish(struct detect_people *self)
{
	detect_hog_destroy(self->hog);
}

PKD_NODE(detect_people);
