/* See heads.h. */
#include "heads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Shapes ---- */

/* 0 in `wanted` is any size. Ones in front do not count. */
static bool has_shape(const struct detect_shape *shape, const uint32_t *wanted, uint32_t n)
{
	uint32_t more = shape->n > n ? shape->n - n : 0;

	if (shape->n < n)
		return false;
	for (uint32_t i = 0; i < more; i++)
		if (shape->dims[i] != 1)
			return false;
	for (uint32_t i = 0; i < n; i++)
		if (wanted[i] && shape->dims[more + i] != wanted[i])
			return false;
	return true;
}

static bool is_map(const struct detect_shape *shape, uint32_t channels,
                   const struct detect_shape *like)
{
	const uint32_t wanted[] = {channels, like ? like->dims[like->n - 2] : 0,
	                           like ? like->dims[like->n - 1] : 0};

	return has_shape(shape, wanted, 3) && shape->dims[shape->n - 1] &&
	       shape->dims[shape->n - 2];
}

static uint32_t from_last(const struct detect_tensor *tensor, uint32_t n)
{
	return tensor->shape.dims[tensor->shape.n - 1 - n];
}

static bool wants(char *ret_wanted, const char *format, uint32_t n)
{
	snprintf(ret_wanted, DETECT_SHAPE_SIZE, format, n);
	return false;
}

static bool maps_fit(const struct detect_tensor *outputs, uint32_t n_outputs,
                     const uint32_t *channels, uint32_t n, uint32_t *ret_output, char *ret_wanted)
{
	for (uint32_t i = 0; i < n; i++) {
		*ret_output = i;
		if (i >= n_outputs ||
		    !is_map(&outputs[i].shape, channels[i], i ? &outputs[0].shape : NULL))
			return wants(ret_wanted, i ? "1x%uxHxW, as large as the first" : "1x%uxHxW",
			             channels[i]);
	}
	return true;
}

bool detect_head_fits(const struct detect_sidecar *sidecar, const struct detect_tensor *outputs,
                      uint32_t n_outputs, uint32_t *ret_output, char ret_wanted[DETECT_SHAPE_SIZE])
{
	const uint32_t C = sidecar->n_labels;
	const struct detect_shape *shape = &outputs[0].shape;

	*ret_output = 0;
	switch (sidecar->head) {
	case DETECT_CENTERNET:
		return maps_fit(outputs, n_outputs, (const uint32_t[]){C, 4}, 2, ret_output,
		                ret_wanted);
	case DETECT_MOVENET:
		return maps_fit(outputs, n_outputs, (const uint32_t[]){C, 1, 2 * C, 2 * C}, 4,
		                ret_output, ret_wanted);
	case DETECT_YOLOV5:
		return has_shape(shape, (const uint32_t[]){0, 5 + C}, 2) ||
		       wants(ret_wanted, "1xNx%u", 5 + C);
	case DETECT_YOLOV8:
		return has_shape(shape, (const uint32_t[]){4 + C, 0}, 2) ||
		       wants(ret_wanted, "1x%uxN", 4 + C);
	case DETECT_SSD:
		return has_shape(shape, (const uint32_t[]){0, 7}, 2) ||
		       wants(ret_wanted, "1x1xNx%u", 7);
	case DETECT_PLAIN:
		return (C == 1 && has_shape(shape, (const uint32_t[]){0, 5}, 2)) ||
		       has_shape(shape, (const uint32_t[]){0, 6}, 2) ||
		       wants(ret_wanted, "1xNx%u", 6);
	case DETECT_NO_HEAD:
		break;
	}
	return false;
}

/* ---- The surest ---- */

/* A heap with the least sure on top, so that it can give way to a surer one. Of equals the one that
 * came first stays: `found` is looked through in the order of the output. */
static void sift(struct detect_found *found, uint32_t n, uint32_t i)
{
	struct detect_found item = found[i];

	for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && found[child + 1].score < found[child].score)
			child++;
		if (found[child].score >= item.score)
			break;
		found[i] = found[child];
	}
	found[i] = item;
}

static void push(struct detect_finder *finder, struct detect_found item)
{
	/* Not so are what is no number, too. */
	if (!(item.right > item.left && item.bottom > item.top) || !isfinite(item.left) ||
	    !isfinite(item.right) || !isfinite(item.top) || !isfinite(item.bottom))
		return;
	if (finder->n < DETECT_MAX_FOUND) {
		finder->found[finder->n++] = item;
		if (finder->n == DETECT_MAX_FOUND)
			for (uint32_t i = finder->n / 2; i-- > 0;)
				sift(finder->found, finder->n, i);
	} else if (item.score > finder->found[0].score) {
		finder->found[0] = item;
		sift(finder->found, finder->n, 0);
	}
}

static void sort(struct detect_found *found, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sift(found, n, i);
	while (n > 1) {
		struct detect_found last = found[--n];

		found[n] = found[0];
		found[0] = last;
		sift(found, n, 0);
	}
}

static bool same(const struct detect_found *a, const struct detect_found *b, float overlap)
{
	float width = fminf(a->right, b->right) - fmaxf(a->left, b->left);
	float height = fminf(a->bottom, b->bottom) - fmaxf(a->top, b->top);
	float shared = width > 0 && height > 0 ? width * height : 0;
	float both = (a->right - a->left) * (a->bottom - a->top) +
	             (b->right - b->left) * (b->bottom - b->top);

	return a->label == b->label && shared > overlap * (both - shared);
}

/* They are sorted: each is compared with those that stay. */
static uint32_t suppress(struct detect_found *found, uint32_t n, float overlap, uint32_t capacity)
{
	uint32_t n_kept = 0;

	for (uint32_t i = 0; i < n && n_kept < capacity; i++) {
		bool kept = true;

		for (uint32_t k = 0; k < n_kept && kept; k++)
			kept = !same(&found[i], &found[k], overlap);
		if (kept)
			found[n_kept++] = found[i];
	}
	return n_kept;
}

/* ---- The heads ---- */

/* Whether no cell around it is hotter. */
static bool is_peak(const float *heat, uint32_t W, uint32_t H, uint32_t x, uint32_t y)
{
	float value = heat[y * W + x];

	for (uint32_t v = y ? y - 1 : 0; v <= y + 1 && v < H; v++)
		for (uint32_t u = x ? x - 1 : 0; u <= x + 1 && u < W; u++)
			if (heat[v * W + u] > value)
				return false;
	return true;
}

static void centernet(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                      const struct detect_tensor *outputs, float min_score)
{
	const uint32_t W = from_last(&outputs[0], 0), H = from_last(&outputs[0], 1), n = W * H;
	const float across = (float)sidecar->width / (float)W,
		    down = (float)sidecar->height / (float)H;
	const float *edges = outputs[1].data;

	for (uint32_t label = 0; label < sidecar->n_labels; label++) {
		const float *heat = outputs[0].data + (size_t)label * n;

		for (uint32_t i = 0; i < n; i++) {
			float left, top;

			/* Most cells end here. */
			if (!(heat[i] >= min_score) || !is_peak(heat, W, H, i % W, i / W))
				continue;
			left = (float)(i % W) * across;
			top = (float)(i / W) * down;
			push(finder, (struct detect_found){left - edges[i], top - edges[n + i],
			                                   left + edges[2 * n + i],
			                                   top + edges[3 * n + i], heat[i], label});
		}
	}
}

static void push_middle(struct detect_finder *finder, float x, float y, float width, float height,
                        float score, uint32_t label)
{
	push(finder, (struct detect_found){x - width / 2, y - height / 2, x + width / 2,
	                                   y + height / 2, score, label});
}

static void yolov5(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                   const struct detect_tensor *output, float min_score)
{
	const uint32_t n = from_last(output, 1), C = sidecar->n_labels;
	const float *row = output->data;

	for (uint32_t i = 0; i < n; i++, row += 5 + C) {
		uint32_t label = 0;
		float score;

		/* No class adds to it: most rows end here. */
		if (!(row[4] >= min_score))
			continue;
		for (uint32_t c = 1; c < C; c++)
			if (row[5 + c] > row[5 + label])
				label = c;
		score = row[4] * row[5 + label];
		if (score >= min_score)
			push_middle(finder, row[0], row[1], row[2], row[3], score, label);
	}
}

static void yolov8(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                   const struct detect_tensor *output, float min_score)
{
	const uint32_t n = from_last(output, 0);
	const float *data = output->data, *scores = data + (size_t)4 * n;

	/* By rows, as they lie in memory. */
	memcpy(finder->best, scores, n * sizeof(*scores));
	memset(finder->which, 0, n * sizeof(*finder->which));
	for (uint32_t c = 1; c < sidecar->n_labels; c++) {
		scores += n;
		for (uint32_t i = 0; i < n; i++) {
			bool more = scores[i] > finder->best[i];

			finder->best[i] = more ? scores[i] : finder->best[i];
			finder->which[i] = more ? c : finder->which[i];
		}
	}
	for (uint32_t i = 0; i < n; i++)
		if (finder->best[i] >= min_score)
			push_middle(finder, data[i], data[n + i], data[2 * n + i], data[3 * n + i],
			            finder->best[i], finder->which[i]);
}

/* A class as a number of the network. */
static bool is_label(float value, uint32_t n_labels, uint32_t *ret_label)
{
	if (!(value >= 0 && value < (float)n_labels))
		return false;
	*ret_label = (uint32_t)value;
	return true;
}

static void ssd(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                const struct detect_tensor *output, float min_score)
{
	const float W = (float)sidecar->width, H = (float)sidecar->height;
	const float *row = output->data;
	uint32_t label;

	for (uint32_t i = 0; i < from_last(output, 1); i++, row += 7)
		/* Rows that hold nothing are of picture -1. */
		if (row[0] >= 0 && row[2] >= min_score &&
		    is_label(row[1], sidecar->n_labels, &label))
			push(finder, (struct detect_found){row[3] * W, row[4] * H, row[5] * W,
			                                   row[6] * H, row[2], label});
}

static void plain(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                  const struct detect_tensor *output, float min_score)
{
	const uint32_t columns = from_last(output, 0);
	const float *row = output->data;
	uint32_t label;

	for (uint32_t i = 0; i < from_last(output, 1); i++, row += columns)
		if (row[4] >= min_score &&
		    is_label(columns == 6 ? row[5] : 0, sidecar->n_labels, &label))
			push(finder,
			     (struct detect_found){row[0], row[1], row[2], row[3], row[4], label});
}

/* ---- All of it ---- */

/* For yolov8, whose candidates are in columns. */
static bool make_room(struct detect_finder *finder, uint32_t n_columns)
{
	void *best = realloc(finder->best, (n_columns + (size_t)1) * sizeof(*finder->best));
	void *which;

	if (!best)
		return false;
	finder->best = best;
	which = realloc(finder->which, (n_columns + (size_t)1) * sizeof(*finder->which));
	if (!which)
		return false;
	finder->which = which;
	finder->n_columns = n_columns;
	return true;
}

struct detect_finder *detect_finder_create(const struct detect_sidecar *sidecar,
                                           const struct detect_tensor *outputs)
{
	struct detect_finder *finder = calloc(1, sizeof(*finder));

	if (finder && sidecar->head == DETECT_YOLOV8 &&
	    !make_room(finder, from_last(&outputs[0], 0))) {
		detect_finder_destroy(finder);
		return NULL;
	}
	return finder;
}

void detect_finder_destroy(struct detect_finder *finder)
{
	if (!finder)
		return;
	free(finder->best);
	free(finder->which);
	free(finder);
}

bool detect_find(struct detect_finder *finder, const struct detect_sidecar *sidecar,
                 const struct detect_tensor *outputs, float min_score, uint32_t capacity)
{
	finder->n = 0;
	switch (sidecar->head) {
	case DETECT_CENTERNET:
		centernet(finder, sidecar, outputs, min_score);
		break;
	case DETECT_YOLOV5:
		yolov5(finder, sidecar, outputs, min_score);
		break;
	case DETECT_YOLOV8:
		/* A network may have more of them for this frame than for the first. */
		if (from_last(&outputs[0], 0) > finder->n_columns &&
		    !make_room(finder, from_last(&outputs[0], 0)))
			return false;
		yolov8(finder, sidecar, outputs, min_score);
		break;
	case DETECT_SSD:
		ssd(finder, sidecar, outputs, min_score);
		break;
	case DETECT_PLAIN:
		plain(finder, sidecar, outputs, min_score);
		break;
	case DETECT_MOVENET:
	case DETECT_NO_HEAD:
		break;
	}
	sort(finder->found, finder->n);
	finder->n = suppress(finder->found, finder->n, sidecar->overlap, capacity);
	return true;
}
