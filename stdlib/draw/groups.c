/* draw.groups: the frame with a box around each group of objects. */
#include "tag.h"
#include "view.h"

#include <draw/groups.pkd.h>
#include <pkd/text.h>
#include <stdlib.h>

struct group {
	uint32_t n;
	struct paint_area area;
};

struct draw_groups {
	const struct draw_groups_params *params;
	struct letters *letters; /* NULL without a font */
	struct group *groups;    /* N of them, by their numbers from 1 */
};

int draw_groups_init(struct draw_groups *self, const struct draw_groups_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	self->groups = calloc(params->N + (size_t)1, sizeof(*self->groups));
	if (!self->groups)
		return pkd_error(ctx, ENOMEM, "there is no memory for %u groups", params->N);
	self->letters = letters_create(ctx, "groups are drawn without numbers");
	return PKD_OK;
}

static struct paint_area around(struct paint_area a, struct paint_area b)
{
	return (struct paint_area){a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y,
	                           a.x_end > b.x_end ? a.x_end : b.x_end,
	                           a.y_end > b.y_end ? a.y_end : b.y_end};
}

/* Who has no area, or is outside of the frame, is not seen. */
static void gather(const struct draw_groups *self, const struct draw_groups_in *in)
{
	uint32_t n = pkd_length(&in->objects->len, self->params->N);
	uint32_t n_numbers = pkd_length(&in->groups->len, self->params->N);

	memset(self->groups, 0, self->params->N * sizeof(*self->groups));
	for (uint32_t i = 0; i < n && i < n_numbers; i++) {
		uint32_t number = in->groups->items[i];
		struct paint_area area;
		struct group *group;

		if (number < 1 || number > self->params->N ||
		    !paint_area_of(&in->objects->items[i].box, in->frame, &area))
			continue;
		group = &self->groups[number - 1];
		group->area = group->n ? around(group->area, area) : area;
		group->n++;
	}
}

static void draw_group(const struct draw_groups *self, struct pkd_image *view, struct tags *others,
                       uint32_t number)
{
	const struct group *group = &self->groups[number - 1];
	struct colour colour = paint_colour_of_number(number);
	struct {
		uint32_t len;
		char text[128];
	} words = {0};

	paint_box(view, group->area, paint_line_width(view, self->params->thickness), colour);
	if (!self->letters)
		return;
	pkd_string_add_word(&words, self->params->name);
	pkd_string_add_u64(&words, group->n);
	tag_draw_above(self->letters, view, others, group->area, colour, words.text, words.len);
}

int draw_groups_step(struct draw_groups *self, const struct draw_groups_in *in,
                     struct draw_groups_out *out, struct pkd_ctx *ctx)
{
	struct tags tags = {0};

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (!in->objects || !in->groups)
		return PKD_OK;
	gather(self, in);
	for (uint32_t number = 1; number <= self->params->N; number++) {
		const struct group *group = &self->groups[number - 1];

		if (group->n > 0 && group->n > self->params->more_than)
			draw_group(self, out->view, &tags, number);
	}
	return PKD_OK;
}

void draw_groups_finish(struct draw_groups *self)
{
	letters_destroy(self->letters);
	free(self->groups);
}

PKD_NODE(draw_groups);
