#define _GNU_SOURCE
#include "web/encoder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "message/cdr.h"
#include "web/clock.h"

enum { QUALITY = 75, MAX_RATE = 1000, MAX_SIDE = 16384 };

enum {
	NICE = 10,
	LOOK_NS = 1000000,  /* between two looks for an image that is due … */
	REST_NS = 20000000, /* … and at most where none is */
	MAX_WAITING = 8,    /* messages that were not handed on: then the oldest is lost */
	KEY_NS = 500000000, /* between two key frames that are asked for, but for newcomers */
};

struct pkdw_encoder {
	struct pkdw_encoder *next;
	struct pkdw_web *web;
	struct pkdw_wish wish;
	struct pkdi_web_look *look;
	struct pkd_frame *copy;
	struct pkdw_picture *picture;
	struct pkdw_viewer *viewers;
	pthread_t thread;
	atomic_bool ends, wants, wants_key;
	atomic_bool has_ended; /* its thread will not take long any more */
	atomic_bool again;     /* the newest is wanted also if it was made already */
	int64_t key_ns;        /* when one was asked for last; of the thread of the WebSockets */

	pthread_mutex_t lock;
	struct pkdw_message *made; /* not handed on yet, the oldest first; under the lock */
	unsigned n_made;
};

/* ---- Messages ---- */

/* A foxglove_msgs/CompressedImage or CompressedVideo, which have the same members. Returns where
 * the picture lies in it. */
static size_t write_picture(const struct pkdw_encoder *encoder, const uint8_t *data, size_t n,
                            struct pkdi_cdr *cdr)
{
	const struct pkd_program *program = encoder->web->host->program;
	const char *name = program->streams[encoder->wish.stream].name;
	const char *format = encoder->wish.picture.codec == PKDW_JPEG ? "jpeg" : "h264";
	size_t at;

	pkdi_cdr_begin(cdr);
	pkdi_cdr_time(cdr, pkdw_stamp(program, encoder->copy));
	pkdi_cdr_string(cdr, name, strlen(name));
	pkdi_cdr_bytes(cdr, data, n);
	at = cdr->n - n;
	pkdi_cdr_string(cdr, format, strlen(format));
	pkdi_cdr_u64(cdr, encoder->copy->number);
	return at;
}

static struct pkdw_message *make_message(const struct pkdw_encoder *encoder, const uint8_t *data,
                                         size_t n)
{
	struct pkdi_cdr cdr = {.data = NULL};
	struct pkdw_message *message;

	write_picture(encoder, data, n, &cdr);
	message = pkdw_message_create(cdr.n);
	if (!message)
		return NULL;
	cdr = (struct pkdi_cdr){.data = message->data, .size = message->n};
	message->picture_at = write_picture(encoder, data, n, &cdr);
	message->n_picture = n;
	return message;
}

/* ---- The thread ---- */

static void hand_out(struct pkdw_encoder *encoder, struct pkdw_message *message)
{
	struct pkdw_message **end = &encoder->made, *lost = NULL;

	pthread_mutex_lock(&encoder->lock);
	while (*end)
		end = &(*end)->next;
	*end = message;
	if (++encoder->n_made > MAX_WAITING) {
		lost = encoder->made;
		encoder->made = lost->next;
		encoder->n_made--;
		/* What follows a lost picture cannot be shown. */
		atomic_store(&encoder->wants_key, true);
	}
	pthread_mutex_unlock(&encoder->lock);
	pkdw_message_let_go(lost);
	lws_cancel_service(encoder->web->context);
}

static bool is_valid(const struct pkdw_encoder *encoder)
{
	const struct pkd_stream *stream =
		&encoder->web->host->program->streams[encoder->wish.stream];
	const struct pkd_image *image = (const struct pkd_image *)(encoder->copy + 1);
	uint64_t room = stream->value_size - sizeof(*image);

	return image->width && image->height && pkd_pixel_size(image->format) &&
	       image->width <= image->stride / pkd_pixel_size(image->format) &&
	       pkd_image_bytes(image->format, image->stride, image->height) <= room;
}

static void encode(struct pkdw_encoder *encoder, uint64_t seq)
{
	const struct pkd_image *image = (const struct pkd_image *)(encoder->copy + 1);
	bool wants_key = atomic_exchange(&encoder->wants_key, false), is_key;
	struct pkdw_message *message = NULL;
	const uint8_t *data;
	size_t n;

	if (is_valid(encoder) &&
	    pkdw_picture_encode(encoder->picture, image, wants_key, &data, &n, &is_key))
		message = make_message(encoder, data, n);
	if (!message) {
		atomic_store(&encoder->wants_key, true);
		return;
	}
	message->seq = seq;
	message->is_key = is_key;
	message->log_ns = pkdw_epoch(encoder->copy->publish_ns);
	atomic_store(&encoder->wants, false);
	hand_out(encoder, message);
}

static void rest(int64_t ns)
{
	const struct timespec time = {ns / 1000000000, ns % 1000000000};

	nanosleep(&time, NULL);
}

/* How long no image can be due: most come as regularly as the last ones. Of one that is late, the
 * less is expected the later it is. */
static int64_t rest_before(int64_t published_ns, int64_t period_ns, int64_t now_ns)
{
	int64_t early_ns = published_ns + period_ns * 3 / 4 - now_ns;
	int64_t late_ns = -early_ns - period_ns,
		ns = early_ns > late_ns / 16 ? early_ns : late_ns / 16;

	if (ns < LOOK_NS)
		return LOOK_NS;
	return ns < REST_NS ? ns : REST_NS;
}

static void *work(void *argument)
{
	struct pkdw_encoder *encoder = argument;
	const struct pkdi_web_host *host = encoder->web->host;
	int64_t published_ns = 0, period_ns = 0, due_ns = 0;
	int64_t every_ns = encoder->wish.rate ? 1000000000 / encoder->wish.rate : 0;
	uint64_t seen = 0;

	setpriority(PRIO_PROCESS, 0, NICE); /* of the thread: frames come first */
	while (!atomic_load(&encoder->ends)) {
		int64_t now_ns = pkdw_clock(CLOCK_MONOTONIC);
		uint64_t newest = host->newest(encoder->look);
		bool is_wanted = encoder->wish.picture.codec == PKDW_H264 ||
		                 atomic_load(&encoder->wants);

		if (!newest || (newest == seen && !atomic_load(&encoder->again)) ||
		    now_ns < due_ns || !is_wanted) {
			rest(rest_before(published_ns, period_ns, now_ns));
			continue;
		}
		if (!host->copy(encoder->look, newest, encoder->copy)) {
			rest(LOOK_NS / 4); /* it was overwritten meanwhile: there is a newer one */
			continue;
		}
		atomic_store(&encoder->again, false);
		if (published_ns && newest > seen)
			period_ns = (encoder->copy->publish_ns - published_ns) /
			            (int64_t)(newest - seen);
		published_ns = encoder->copy->publish_ns;
		seen = newest;
		/* As regularly as it can be, not after the last one. */
		due_ns = due_ns + every_ns > now_ns ? due_ns + every_ns : now_ns + every_ns / 2;
		encode(encoder, newest);
	}
	atomic_store(&encoder->has_ended, true);
	lws_cancel_service(encoder->web->context);
	return NULL;
}

/* ---- For the WebSockets ---- */

static uint32_t at_most(uint32_t wanted, uint32_t most)
{
	return wanted < most ? wanted : most;
}

struct pkdw_wish pkdw_wish_make(uint32_t stream, enum pkdw_codec codec,
                                const struct pkdi_web_limits *limits)
{
	return (struct pkdw_wish){
		.stream = stream,
		.picture = {.codec = codec,
	                    .width = at_most(limits->width, MAX_SIDE),
	                    .height = at_most(limits->height, MAX_SIDE),
	                    .quality = limits->quality ? at_most(limits->quality, 100) : QUALITY},
		.rate = at_most(limits->rate, MAX_RATE),
	};
}

static void destroy(struct pkdw_encoder *encoder)
{
	struct pkdw_message *next;

	for (; encoder->made; encoder->made = next) {
		next = encoder->made->next;
		pkdw_message_let_go(encoder->made);
	}
	pkdw_picture_destroy(encoder->picture);
	encoder->web->host->unlook(encoder->look);
	pthread_mutex_destroy(&encoder->lock);
	free(encoder->copy);
	free(encoder);
}

static struct pkdw_encoder *create(struct pkdw_web *web, const struct pkdw_wish *wish)
{
	struct pkdw_encoder *encoder = calloc(1, sizeof(*encoder));

	if (!encoder)
		return NULL;
	encoder->web = web;
	encoder->wish = *wish;
	pthread_mutex_init(&encoder->lock, NULL);
	encoder->look = web->host->look(web->host->console, wish->stream);
	encoder->copy = encoder->look ? malloc(web->host->copy_size(encoder->look)) : NULL;
	encoder->picture = pkdw_picture_create(&wish->picture);
	if (encoder->copy && encoder->picture &&
	    pthread_create(&encoder->thread, NULL, work, encoder) == 0)
		return encoder;
	destroy(encoder);
	return NULL;
}

static bool is_wish(const struct pkdw_encoder *encoder, const struct pkdw_wish *wish)
{
	const struct pkdw_wish *own = &encoder->wish;

	return own->stream == wish->stream && own->rate == wish->rate &&
	       own->picture.codec == wish->picture.codec &&
	       own->picture.width == wish->picture.width &&
	       own->picture.height == wish->picture.height &&
	       own->picture.quality == wish->picture.quality;
}

bool pkdw_encoder_join(struct pkdw_web *web, const struct pkdw_wish *wish,
                       struct pkdw_viewer *viewer)
{
	struct pkdw_encoder *encoder = web->encoders;
	unsigned n = 0;

	for (; encoder && !is_wish(encoder, wish); encoder = encoder->next)
		n++;
	if (!encoder) {
		encoder = n < PKDW_MAX_ENCODERS ? create(web, wish) : NULL;
		if (!encoder)
			return false;
		encoder->next = web->encoders;
		web->encoders = encoder;
	}
	viewer->encoder = encoder;
	viewer->next = encoder->viewers;
	encoder->viewers = viewer;
	atomic_store(&encoder->wants_key, true);
	atomic_store(&encoder->wants, true);
	atomic_store(&encoder->again, true);
	return true;
}

static void end(struct pkdw_encoder *encoder)
{
	atomic_store(&encoder->ends, true);
	pthread_join(encoder->thread, NULL);
	destroy(encoder);
}

/* A large picture takes it long: nobody else waits for that, unless too many are in theirs. */
static void end_later(struct pkdw_encoder *encoder)
{
	struct pkdw_encoder **last = &encoder->web->left;
	unsigned n = 0;

	atomic_store(&encoder->ends, true);
	for (; *last; last = &(*last)->next)
		n++;
	encoder->next = NULL;
	*last = encoder;
	if (n >= PKDW_MAX_ENCODERS) {
		encoder = encoder->web->left;
		encoder->web->left = encoder->next;
		end(encoder);
	}
}

static void forget_ended(struct pkdw_web *web)
{
	struct pkdw_encoder **at = &web->left, *encoder;

	while ((encoder = *at)) {
		if (!atomic_load(&encoder->has_ended)) {
			at = &encoder->next;
			continue;
		}
		*at = encoder->next;
		end(encoder);
	}
}

void pkdw_encoder_leave(struct pkdw_viewer *viewer)
{
	struct pkdw_encoder *encoder = viewer->encoder, **at;
	struct pkdw_viewer **place;

	if (!encoder)
		return;
	for (place = &encoder->viewers; *place != viewer;)
		place = &(*place)->next;
	*place = viewer->next;
	viewer->encoder = NULL;
	if (encoder->viewers)
		return;
	for (at = &encoder->web->encoders; *at != encoder;)
		at = &(*at)->next;
	*at = encoder->next;
	end_later(encoder);
}

void pkdw_encoder_want_key(struct pkdw_encoder *encoder)
{
	int64_t now_ns = pkdw_clock(CLOCK_MONOTONIC);

	if (now_ns - encoder->key_ns < KEY_NS)
		return;
	encoder->key_ns = now_ns;
	atomic_store(&encoder->wants_key, true);
}

void pkdw_encoder_want(struct pkdw_encoder *encoder)
{
	atomic_store(&encoder->wants, true);
}

/* Nobody leaves in `take`. */
static void hand_on(struct pkdw_encoder *encoder)
{
	struct pkdw_message *message, *next;

	pthread_mutex_lock(&encoder->lock);
	message = encoder->made;
	encoder->made = NULL;
	encoder->n_made = 0;
	pthread_mutex_unlock(&encoder->lock);
	for (; message; message = next) {
		next = message->next;
		message->next = NULL;
		for (struct pkdw_viewer *viewer = encoder->viewers; viewer; viewer = viewer->next)
			viewer->take(viewer, message);
		pkdw_message_let_go(message);
	}
}

void pkdw_encoders_take(struct pkdw_web *web)
{
	for (struct pkdw_encoder *encoder = web->encoders; encoder; encoder = encoder->next)
		hand_on(encoder);
	forget_ended(web);
}

void pkdw_encoders_end(struct pkdw_web *web)
{
	struct pkdw_encoder *encoder, *next;

	for (encoder = web->encoders; encoder; encoder = next) {
		next = encoder->next;
		for (struct pkdw_viewer *viewer = encoder->viewers; viewer; viewer = viewer->next)
			viewer->encoder = NULL;
		end(encoder);
	}
	web->encoders = NULL;
	for (encoder = web->left; encoder; encoder = next) {
		next = encoder->next;
		end(encoder);
	}
	web->left = NULL;
}
