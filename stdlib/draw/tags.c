/* draw.tags: the frame with a text on each object. */
#include "tag.h"
#include "view.h"

#include <draw/tags.pkd.h>
#include <pkd/text.h>

struct draw_tags {
	const struct draw_tags_params *params;
	struct colour colour;
	bool one_colour;
	struct letters *letters; /* NULL without a font */
};

struct words {
	uint32_t len;
	char text[PKD_NUMBER_SIZE];
};

/* The i-th of a list<string<capacity>, M>, whose items lie behind the length. */
static const uint32_t *text_at(const void *texts, uint32_t i, uint32_t capacity)
{
	return (const uint32_t *)texts + 1 + (size_t)i * ((capacity + 5 + 3) / 4);
}

/* Its id, or its label. */
static void make_words(const struct detect_Object *object, struct words *ret_words)
{
	ret_words->len = 0;
	if (object->id)
		pkd_string_add_u64(ret_words, object->id);
	else
		pkd_string_add(ret_words, object->label.text,
		               pkd_length(&object->label.len, sizeof(object->label.text) - 1));
}

static struct colour colour_of(const struct draw_tags *self, const struct detect_Object *object)
{
	uint32_t n = pkd_length(&object->label.len, sizeof(object->label.text) - 1);

	if (self->one_colour)
		return self->colour;
	return object->id ? paint_colour_of_number(object->id)
	                  : paint_colour_of_text(object->label.text, n);
}

/* `below` is inside where there is no room; `above` is seen to by tag_draw_above. */
static int32_t upper_edge(enum draw_Anchor at, struct paint_area box, int32_t height,
                          const struct pkd_image *view)
{
	switch (at) {
	case draw_Anchor_below:
		return box.y_end + height > (int32_t)view->height ? box.y_end - height : box.y_end;
	case draw_Anchor_top:
		return box.y;
	case draw_Anchor_middle:
		return (box.y + box.y_end - height) / 2;
	case draw_Anchor_bottom:
	case draw_Anchor_above:
	default:
		return box.y_end - height;
	}
}

static void draw_words(const struct draw_tags *self, struct pkd_image *view, struct tags *others,
                       const struct detect_Object *object, const char *text, uint32_t n)
{
	enum draw_Anchor at = (enum draw_Anchor)self->params->at;
	int32_t width, height;
	struct paint_area box;

	if (n == 0 || !paint_area_of(&object->box, view, &box))
		return;
	if (at == draw_Anchor_above) {
		tag_draw_above(self->letters, view, others, box, colour_of(self, object), text, n);
		return;
	}
	tag_size(self->letters, view, text, n, &width, &height);
	tag_draw(self->letters, view, box.x + (box.x_end - box.x - width) / 2,
	         upper_edge(at, box, height, view), colour_of(self, object), text, n);
}

int draw_tags_init(struct draw_tags *self, const struct draw_tags_params *params,
                   struct pkd_ctx *ctx)
{
	self->params = params;
	if (paint_read_colour(params->colour, ctx, &self->colour, &self->one_colour) != PKD_OK)
		return -EINVAL;
	self->letters = letters_create(ctx, "there are no tags");
	return PKD_OK;
}

int draw_tags_step(struct draw_tags *self, const struct draw_tags_in *in, struct draw_tags_out *out,
                   struct pkd_ctx *ctx)
{
	uint32_t n = in->objects ? pkd_length(&in->objects->len, self->params->N) : 0;
	struct tags tags = {0};
	uint32_t n_texts = in->texts ? pkd_length(in->texts, self->params->M) : 0;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	for (uint32_t i = n;
	     self->letters && in->objects && (i = tag_next(in->objects->items, n, i)) < n;) {
		const struct detect_Object *object = &in->objects->items[i];
		const uint32_t *text;
		struct words words;

		if (!in->texts) {
			make_words(object, &words);
			draw_words(self, out->view, &tags, object, words.text, words.len);
		} else if (i < n_texts) {
			text = text_at(in->texts, i, self->params->L);
			draw_words(self, out->view, &tags, object, (const char *)(text + 1),
			           pkd_length(text, self->params->L));
		}
	}
	return PKD_OK;
}

void draw_tags_finish(struct draw_tags *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_tags);
