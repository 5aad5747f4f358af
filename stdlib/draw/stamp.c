/* draw.stamp: the frame with its number and time. */
#include "panel.h"
#include "view.h"

#include <draw/stamp.pkd.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { WORDS_SIZE = 96 /* bytes */ };

struct draw_stamp {
	const struct draw_stamp_params *params;
	struct letters *letters; /* NULL without a font */
	struct panel panel;
	char words[WORDS_SIZE];
};

/* As 0:00:32.480. Before time 0 with a minus. */
static int write_time(char *to, size_t room, int64_t ns)
{
	uint64_t ms = (ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns) / 1000000;

	return snprintf(to, room, "%s%" PRIu64 ":%02" PRIu64 ":%02" PRIu64 ".%03" PRIu64,
	                ns < 0 ? "-" : "", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
	                ms % 1000);
}

static int write_wall_clock(char *to, size_t room)
{
	struct timespec now;
	struct tm date;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &date);
	return (int)strftime(to, room, "%Y-%m-%d %H:%M:%S UTC", &date);
}

static uint32_t write_words(const struct draw_stamp_params *params, char words[WORDS_SIZE],
                            struct pkd_ctx *ctx)
{
	static const char gap[] = "  ";
	int n = 0;

	if (params->number)
		n += snprintf(words, WORDS_SIZE, "#%" PRIu64, pkd_number(ctx));
	if (params->time) {
		n += snprintf(words + n, (size_t)(WORDS_SIZE - n), "%s", n ? gap : "");
		n += write_time(words + n, (size_t)(WORDS_SIZE - n), pkd_time(ctx));
	}
	if (params->wall_clock) {
		n += snprintf(words + n, (size_t)(WORDS_SIZE - n), "%s", n ? gap : "");
		n += write_wall_clock(words + n, (size_t)(WORDS_SIZE - n));
	}
	return (uint32_t)n;
}

int draw_stamp_init(struct draw_stamp *self, const struct draw_stamp_params *params,
                    struct pkd_ctx *ctx)
{
	self->params = params;
	self->panel.colour = (struct colour){255, 255, 255};
	self->letters = letters_create(ctx, "there is no stamp");
	return PKD_OK;
}

int draw_stamp_step(struct draw_stamp *self, const struct draw_stamp_in *in,
                    struct draw_stamp_out *out, struct pkd_ctx *ctx)
{
	uint32_t n;

	if (!pkd_wanted(ctx, 0))
		return PKD_OK;
	draw_view_copy(out->view, in->frame);
	if (!draw_view_letters(self->letters, out->view, self->params->text_size, ctx))
		return -ENOMEM;
	n = write_words(self->params, self->words, ctx);
	if (!self->letters || n == 0)
		return PKD_OK;
	self->panel.ground = self->params->ground;
	self->panel.n_lines = 0;
	panel_add(&self->panel, (struct panel_line){.name = self->words, .n_name = n});
	panel_draw_in(&self->panel, self->letters, out->view,
	              (enum draw_Corner)self->params->corner);
	return PKD_OK;
}

void draw_stamp_finish(struct draw_stamp *self)
{
	letters_destroy(self->letters);
}

PKD_NODE(draw_stamp);
