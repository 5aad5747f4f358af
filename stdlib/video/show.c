/* video.show: frames in an SDL window, which is looked after with each frame and, as there may be
 * none for long, by a timer. */
#include <SDL.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <video/show.pkd.h>

enum { LOOK_NS = 50000000 };

struct video_show {
	const struct video_show_params *params;
	SDL_Window *window;
	SDL_Renderer *renderer;
	SDL_Texture *texture;
	uint32_t width, height; /* of the texture … */
	SDL_Point shown;        /* … and of the picture that is made of it */
	uint8_t *no_colour;     /* U or V of a gray picture */
	bool has_failed;        /* said so, and shows nothing more */
	int timer;
};

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* With SDL_VIDEODRIVER, SDL's own variable, the user has chosen. */
static bool may_have_display(void)
{
	return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
}

static void destroy_window(struct video_show *self)
{
	if (self->texture)
		SDL_DestroyTexture(self->texture);
	if (self->renderer)
		SDL_DestroyRenderer(self->renderer);
	if (self->window)
		SDL_DestroyWindow(self->window);
	self->texture = NULL;
	self->renderer = NULL;
	self->window = NULL;
}

/* The size of an image on a screen, whose pixels are square: what is too narrow is made wider, what
 * is too wide is made higher. */
static SDL_Point shown_size(const struct pkd_image *image)
{
	uint64_t width = image->pixel_width, height = image->pixel_height;
	SDL_Point size = {(int)image->width, (int)image->height};

	if (width > height && height > 0)
		size.x = (int)(image->width * width / height);
	else if (height > width && width > 0)
		size.y = (int)(image->height * height / width);
	return size;
}

/* Without PRESENTVSYNC, so that showing a frame does not wait for the screen. */
static int create_window(struct video_show *self, SDL_Point size)
{
	self->window = SDL_CreateWindow(self->params->title, SDL_WINDOWPOS_UNDEFINED,
	                                SDL_WINDOWPOS_UNDEFINED, size.x, size.y,
	                                SDL_WINDOW_RESIZABLE);
	if (!self->window)
		return -1;
	self->renderer = SDL_CreateRenderer(self->window, -1, 0);
	return self->renderer ? 0 : -1;
}

static uint32_t texture_format(uint32_t format)
{
	switch (format) {
	case PKD_BGR24:
		return SDL_PIXELFORMAT_BGR24;
	case PKD_RGB24:
		return SDL_PIXELFORMAT_RGB24;
	case PKD_NV12:
		return SDL_PIXELFORMAT_NV12;
	case PKD_I420:
	case PKD_GRAY8: /* of which SDL has no texture */
		return SDL_PIXELFORMAT_IYUV;
	default:
		return SDL_PIXELFORMAT_UNKNOWN;
	}
}

/* What SDL takes YUV for, when a texture is made. It has no BT.709 in full range, and no
 * BT.2020. */
static void set_colours(const struct pkd_image *image)
{
	SDL_YUV_CONVERSION_MODE mode = pkd_image_matrix(image) == PKD_BT601
	                                       ? SDL_YUV_CONVERSION_BT601
	                                       : SDL_YUV_CONVERSION_BT709;

	if (pkd_image_is_full(image))
		mode = SDL_YUV_CONVERSION_JPEG;
	SDL_SetYUVConversionMode(mode);
}

static int update(struct video_show *self, const struct pkd_image *image)
{
	struct pkd_const_image_plane y = pkd_const_plane(image, 0), u = pkd_const_plane(image, 1),
				     v = pkd_const_plane(image, 2);

	switch (image->format) {
	case PKD_I420:
		return SDL_UpdateYUVTexture(self->texture, NULL, y.data, (int)y.stride, u.data,
		                            (int)u.stride, v.data, (int)v.stride);
	case PKD_NV12:
		return SDL_UpdateNVTexture(self->texture, NULL, y.data, (int)y.stride, u.data,
		                           (int)u.stride);
	case PKD_GRAY8:
		return SDL_UpdateYUVTexture(self->texture, NULL, y.data, (int)y.stride,
		                            self->no_colour, (int)(y.width + 1) / 2,
		                            self->no_colour, (int)(y.width + 1) / 2);
	default:
		return SDL_UpdateTexture(self->texture, NULL, y.data, (int)y.stride);
	}
}

/* The window keeps the size that the user gave it; the picture is scaled into it. */
static int fit(struct video_show *self, const struct pkd_image *image)
{
	uint32_t width = image->width, height = image->height;
	SDL_Point shown = shown_size(image);

	if (!self->window && create_window(self, shown) < 0)
		return -1;
	if (self->texture && width == self->width && height == self->height &&
	    shown.x == self->shown.x && shown.y == self->shown.y)
		return 0;
	if (self->texture)
		SDL_DestroyTexture(self->texture);
	self->texture = SDL_CreateTexture(self->renderer, texture_format(image->format),
	                                  SDL_TEXTUREACCESS_STREAMING, (int)width, (int)height);
	self->width = width;
	self->height = height;
	if (!self->texture)
		return -1;
	self->shown = shown;
	return SDL_RenderSetLogicalSize(self->renderer, shown.x, shown.y);
}

static int present(struct video_show *self)
{
	if (SDL_RenderClear(self->renderer) < 0)
		return -1;
	if (SDL_RenderCopy(self->renderer, self->texture, NULL, NULL) < 0)
		return -1;
	SDL_RenderPresent(self->renderer);
	return 0;
}

static int show(struct video_show *self, const struct pkd_image *image)
{
	set_colours(image);
	if (fit(self, image) < 0)
		return -1;
	if (update(self, image) < 0)
		return -1;
	return present(self);
}

static void fail(struct video_show *self, struct pkd_ctx *ctx)
{
	self->has_failed = true;
	pkd_note(ctx, "the window failed, nothing more is shown: %s", SDL_GetError());
	destroy_window(self);
}

/* A window's close button comes as SDL_QUIT too, but only for the last window of the process. */
static bool asks_to_stop(const SDL_Event *event)
{
	if (event->type == SDL_QUIT)
		return true;
	if (event->type == SDL_WINDOWEVENT)
		return event->window.event == SDL_WINDOWEVENT_CLOSE;
	if (event->type == SDL_KEYDOWN)
		return event->key.keysym.sym == SDLK_q || event->key.keysym.sym == SDLK_ESCAPE;
	return false;
}

static void handle_events(struct video_show *self, struct pkd_ctx *ctx)
{
	SDL_Event event;

	while (SDL_PollEvent(&event)) {
		if (asks_to_stop(&event))
			pkd_stop(ctx);
		else if (event.type == SDL_WINDOWEVENT &&
		         event.window.event == SDL_WINDOWEVENT_EXPOSED && self->texture &&
		         present(self) < 0)
			fail(self, ctx);
	}
}

static int start_timer(struct video_show *self, struct pkd_ctx *ctx)
{
	const struct itimerspec period = {{0, LOOK_NS}, {0, LOOK_NS}};

	self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (self->timer < 0 || timerfd_settime(self->timer, 0, &period, NULL) < 0)
		return pkd_error(ctx, errno, "no timer");
	return pkd_watch(ctx, self->timer, POLLIN);
}

int video_show_init(struct video_show *self, const struct video_show_params *params,
                    struct pkd_ctx *ctx)
{
	size_t half = ((size_t)params->W + 1) / 2 * (((size_t)params->H + 1) / 2);

	self->params = params;
	self->timer = -1;
	if (texture_format(params->FORMAT) == SDL_PIXELFORMAT_UNKNOWN)
		return pkd_error(
			ctx, EINVAL,
			"video.show takes no such pixels: they may be bgr24, rgb24, gray8, "
			"i420 or nv12");
	if (!may_have_display()) {
		pkd_note(ctx, "no display: nothing is shown");
		return PKD_END;
	}
	SDL_SetMainReady();
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	/* Else SDL would fall back to drivers that show nothing. The environment wins over this. */
	SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11,wayland");
	SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
	if (SDL_InitSubSystem(SDL_INIT_VIDEO) < 0) {
		pkd_note(ctx, "no display: nothing is shown (%s)", SDL_GetError());
		return PKD_END;
	}
	if (params->FORMAT == PKD_GRAY8) {
		self->no_colour = malloc(half);
		if (!self->no_colour)
			return pkd_error(ctx, ENOMEM, "out of memory");
		memset(self->no_colour, 128, half);
	}
	return start_timer(self, ctx);
}

int video_show_ready(struct video_show *self, struct pkd_ctx *ctx)
{
	uint64_t n_periods;

	if (read(self->timer, &n_periods, sizeof(n_periods)) > 0)
		handle_events(self, ctx);
	return PKD_OK;
}

int video_show_step(struct video_show *self, const struct video_show_in *in,
                    struct video_show_out *out, struct pkd_ctx *ctx)
{
	(void)out;
	if (self->has_failed)
		return PKD_OK;
	if (show(self, in->frame) < 0)
		fail(self, ctx);
	else
		handle_events(self, ctx);
	return PKD_OK;
}

/* The subsystem counts its users: another window of the process stays. */
void video_show_finish(struct video_show *self)
{
	if (self->timer >= 0)
		close(self->timer);
	destroy_window(self);
	free(self->no_colour);
	SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

PKD_WATCHING_NODE(video_show);
