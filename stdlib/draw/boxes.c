/* draw.boxes: the frame with a box, a label and a score for each object. Lines lie inside the
 * box. */
#include "tag.h"
#include "view.h"

#include <draw/boxes.pkd.h>
#include <math.h>
#include <pkd/text.h>

struct draw_boxes {
	const struct draw_boxes_params *params;
	struct colour colour;
	bool one_colour;
	struct letters *letters; /* NULL without a font */
};

struct label {
	uint32_t len;
	char text[64];
};

/* "person 0.87", or one of the two */
static void make_label(const struct draw_boxes *self, const struct detect_Object *object,
                       struct label *ret_label)
{
	ret_label->len = 0;
	if (self->params->labels)
		pkd_string_add(ret_label, object->label.text,
		               pkd_length(&object->label.len, sizeof(object->label.text) - 1));
	if (!self->params->scores || isnan(object->score) || fabsf(object->score) > 1e6f)
		return;
	if (ret_label->len)
		pkd_string_add_word(ret_label, " ");
	pkd_string_add_fixed(ret_label, (double)object->score, 2);
}

static struct colour colour_of(const struct draw_boxes *self, const struct detect_Object *object)
{
	uint32_t n = pkd_length(&object->label.len, sizeof(object->label.text) - 1);

	return self->one_colour ? self->colour : paint_colour_of_text(object->label.text, n);
}

static void draw_label(const struct draw_boxes *self, struct pkd_image *view, struct tags *others,
                       const struct detect_Object *object)
{
	struct paint_area area;
	struct label label;

	make_label(self, object, &label);
	if (label.len && paint_area_of(&object->box, view, &area))
		tag_draw_above(self->letters, view, others, area, colour_of(self, object),
		               label.text, label.len);
}

/* Labels lie above all boxes. */
static void draw_all(const struct draw_boxes *self, struct pkd_image *view,
                     const struct detect_Object *objects, uint32_t n)
{
	int32_t thickness = paint_line_width(view, self->params->thickness);
	struct tags tags = {0};
	struct paint_area area;

	for (uint32_t i = 0; i < n; i++) {
		if (paint_area_of(&objects[i].box, view, &area))
			paint_box(view, area, thickness, colour_of(self, &objects[i]));
	}
	for (uint32_t i = n; self->letters && (i = tag_next(objects, n, i)) < n;)
		draw_label(self, view, &tags, &objects[i]);
}

int draw_boxes_init(struct draw_boxes *self, const struct draw_boxes_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->colour, &self->one_colour) != PKD_OK)
		return -EINVAL;
	self->letters = letters_create(ctx, "boxes are drawn without labels");
	return PKD_OK;
}

int draw_boxes_step(struct draw_boxes *self, const struct draw_boxes_in *in,
                    struct draw_boxes_out *out, struct pkd_ctx *ctx)
{
	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (in->objects)
		draw_all(self, out->view, in->objects->items,
		         pkd_length(&in->objects->len, self->params->N));
	return PKD_OK;
}

void draw_boxes_finish(struct draw_boxes *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_boxes);
