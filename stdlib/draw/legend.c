/* draw.legend: the frame with the fields of a record, a line each. */
#include "panel.h"
#include "view.h"

#include <draw/legend.pkd.h>
#include <math.h>
#include <pkd/text.h>

enum { PART_SIZE = 96 /* bytes of a name or a value */ };

struct part {
	uint32_t len;
	char text[PART_SIZE];
};

struct draw_legend {
	const struct draw_legend_params *params;
	struct letters *letters; /* NULL without a font */
	struct panel panel;
	struct part names[PANEL_MOST_LINES], values[PANEL_MOST_LINES];
};

static void put(struct draw_legend *self, const struct part *name, const struct pkd_type *type,
                const void *value);

static void add(struct draw_legend *self, const struct part *name, const struct part *value)
{
	uint32_t i = self->panel.n_lines;

	if (i == PANEL_MOST_LINES)
		return;
	self->names[i] = *name;
	self->values[i] = *value;
	panel_add(&self->panel, (struct panel_line){self->names[i].text, self->values[i].text,
	                                            self->names[i].len, self->values[i].len});
}

/* `name`, and behind it the word. */
static struct part joined(const struct part *name, const char *word)
{
	struct part all = *name;

	if (all.len)
		pkd_string_add_word(&all, " ");
	pkd_string_add_word(&all, word);
	return all;
}

static void put_fraction(const struct draw_legend *self, double number, struct part *to)
{
	if (isnan(number))
		pkd_string_add_word(to, "–");
	else
		pkd_string_add_fixed(to, number, self->params->decimals);
}

/* Of anything but a record, a list or an array. */
static void put_scalar(const struct draw_legend *self, const struct pkd_type *type,
                       const void *value, struct part *to)
{
	const struct pkd_image *image = value;
	uint32_t number;

	switch ((int)type->kind) {
	case PKD_BOOL:
		pkd_string_add_word(to, *(const uint8_t *)value ? "yes" : "no");
		break;
	case PKD_I8:
		pkd_string_add_i64(to, *(const int8_t *)value);
		break;
	case PKD_I16:
		pkd_string_add_i64(to, *(const int16_t *)value);
		break;
	case PKD_I32:
		pkd_string_add_i64(to, *(const int32_t *)value);
		break;
	case PKD_I64:
		pkd_string_add_i64(to, *(const int64_t *)value);
		break;
	case PKD_U8:
		pkd_string_add_u64(to, *(const uint8_t *)value);
		break;
	case PKD_U16:
		pkd_string_add_u64(to, *(const uint16_t *)value);
		break;
	case PKD_U32:
		pkd_string_add_u64(to, *(const uint32_t *)value);
		break;
	case PKD_U64:
		pkd_string_add_u64(to, *(const uint64_t *)value);
		break;
	case PKD_F32:
		put_fraction(self, (double)*(const float *)value, to);
		break;
	case PKD_F64:
		put_fraction(self, *(const double *)value, to);
		break;
	case PKD_TIME:
		put_fraction(self, (double)*(const int64_t *)value / 1e9, to);
		pkd_string_add_word(to, " s");
		break;
	case PKD_ENUM:
		number = *(const uint32_t *)value;
		pkd_string_add_word(to, number < type->n ? type->names[number] : "–");
		break;
	case PKD_STRING:
		pkd_string_add(to, (const char *)value + sizeof(uint32_t),
		               pkd_length((const uint32_t *)value, type->n));
		break;
	case PKD_BYTES:
		pkd_string_add_u64(to, pkd_length((const uint32_t *)value, type->n));
		pkd_string_add_word(to, " bytes");
		break;
	case PKD_IMAGE:
		pkd_string_add_u64(to, image->width);
		pkd_string_add_word(to, "×");
		pkd_string_add_u64(to, image->height);
		break;
	default:
		break;
	}
}

/* A record of a text and something else is a line that is called by the text, as a zone and its
 * number are. */
static bool names_itself(const struct pkd_type *item)
{
	return item->kind == PKD_RECORD && item->n == 2 && item->fields[0].type->kind == PKD_STRING;
}

static void put_items(struct draw_legend *self, const struct part *name,
                      const struct pkd_type *item, const char *items, uint32_t n)
{
	for (uint32_t i = 0; i < n && self->panel.n_lines < PANEL_MOST_LINES; i++) {
		const char *value = items + (size_t)i * item->size;
		struct part full = *name;

		if (names_itself(item)) {
			full.len = 0;
			put_scalar(self, item->fields[0].type, value + item->fields[0].offset,
			           &full);
			put(self, &full, item->fields[1].type, value + item->fields[1].offset);
			continue;
		}
		if (full.len)
			pkd_string_add_word(&full, " ");
		pkd_string_add_u64(&full, i + 1);
		put(self, &full, item, value);
	}
}

static void put(struct draw_legend *self, const struct part *name, const struct pkd_type *type,
                const void *value)
{
	struct part text = {0};

	if (type->kind == PKD_RECORD) {
		for (uint32_t i = 0; i < type->n; i++) {
			const struct pkd_field *field = &type->fields[i];
			struct part full = joined(name, field->name);

			put(self, &full, field->type,
			    value ? (const char *)value + field->offset : NULL);
		}
	} else if (!value) {
		pkd_string_add_word(&text, "–");
		add(self, name, &text);
	} else if (type->kind == PKD_LIST) {
		put_items(self, name, type->item, (const char *)value + type->items_offset,
		          pkd_length((const uint32_t *)value, type->n));
	} else if (type->kind == PKD_ARRAY) {
		put_items(self, name, type->item, value, type->n);
	} else {
		put_scalar(self, type, value, &text);
		add(self, name, &text);
	}
}

int draw_legend_init(struct draw_legend *self, const struct draw_legend_params *params,
                     struct pkd_ctx *ctx)
{
	self->params = params;
	self->panel.colour = (struct colour){255, 255, 255};
	self->letters = letters_create(ctx, "there is no legend");
	return PKD_OK;
}

int draw_legend_step(struct draw_legend *self, const struct draw_legend_in *in,
                     struct draw_legend_out *out, struct pkd_ctx *ctx)
{
	const struct part none = {0};
	const char *title = self->params->title;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	if (!self->letters)
		return PKD_OK;
	self->panel.n_lines = 0;
	self->panel.ground = self->params->ground;
	if (title[0])
		panel_add(&self->panel,
		          (struct panel_line){.name = title, .n_name = (uint32_t)strlen(title)});
	put(self, &none, self->params->T, in->values);
	panel_draw_in(&self->panel, self->letters, out->view,
	              (enum draw_Corner)self->params->corner);
	return PKD_OK;
}

void draw_legend_finish(struct draw_legend *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_legend);
