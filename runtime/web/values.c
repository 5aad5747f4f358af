#include "web/values.h"

#include <stdlib.h>

#include "message/cdr.h"
#include "node/typed.h"
#include "web/annotations.h"
#include "web/clock.h"
#include "web/video.h"

enum {
	LOOK_US = 2000, /* between two looks at all streams */
	MAX_LOOK = 64,  /* values of one stream at a look; what is beyond is passed over */
};

struct pkdw_value {
	struct pkdw_value *next;
	const struct pkdw_channel *channel;
	const struct pkd_type *type;
	struct pkdw_extent extent; /* of annotations */
	bool needs_key;            /* of video: one before has not been seen */
	struct pkdi_web_look *look;
	uint64_t seen;
	struct pkdw_message *last; /* for who comes later */
	struct pkdw_reader *readers;
	struct pkd_frame copy[]; /* the header, and the value */
};

/* False: it has nothing for this channel. */
static bool write_message(const struct pkdw_web *web, const struct pkdw_value *value,
                          int64_t stamp_ns, struct pkdi_cdr *cdr, bool *ret_is_key)
{
	const struct pkd_program *program = web->host->program;

	*ret_is_key = true;
	if (value->channel->kind == PKDW_CHANNEL_VIDEO)
		return pkdw_video_write(value->type, value->copy,
		                        program->streams[value->channel->stream].name, stamp_ns,
		                        cdr, ret_is_key);
	if (value->channel->kind == PKDW_CHANNEL_ANNOTATIONS)
		pkdw_annotations_write(value->type, value->copy + 1, value->extent, stamp_ns, cdr);
	else
		pkdi_cdr_message(cdr, value->type, value->copy, stamp_ns);
	return true;
}

/* NULL: it is not valid, or there is no memory: it is passed over. */
static struct pkdw_message *make(const struct pkdw_web *web, const struct pkdw_value *value)
{
	int64_t stamp_ns = pkdw_stamp(web->host->program, value->copy);
	struct pkdi_mismatch mismatch;
	struct pkdi_cdr cdr = {.data = NULL};
	struct pkdw_message *message;
	bool is_key;

	if (value->type && !pkdi_typed_check(value->type, value->copy + 1, &mismatch))
		return NULL;
	if (!write_message(web, value, stamp_ns, &cdr, &is_key))
		return NULL;
	message = pkdw_message_create(cdr.n);
	if (!message)
		return NULL;
	cdr = (struct pkdi_cdr){.data = message->data, .size = message->n};
	write_message(web, value, stamp_ns, &cdr, &is_key);
	message->seq = value->copy->seq;
	message->is_key = is_key;
	message->log_ns = pkdw_epoch(value->copy->publish_ns);
	return message;
}

static void look_at(struct pkdw_web *web, struct pkdw_value *value)
{
	const struct pkdi_web_host *host = web->host;
	uint64_t newest = host->newest(value->look);
	uint64_t seq = host->oldest(value->look, newest);
	bool is_video = value->channel->kind == PKDW_CHANNEL_VIDEO;
	struct pkdw_message *message;

	if (newest == value->seen)
		return;
	seq = seq > value->seen ? seq : value->seen + 1;
	if (newest - seq >= MAX_LOOK)
		seq = newest - MAX_LOOK + 1;
	value->needs_key |= is_video && seq != value->seen + 1;
	for (; seq <= newest; seq++) {
		message = host->copy(value->look, seq, value->copy) ? make(web, value) : NULL;
		if (!message || (value->needs_key && !message->is_key)) {
			value->needs_key = is_video;
			pkdw_message_let_go(message);
			continue;
		}
		value->needs_key = false;
		for (struct pkdw_reader *reader = value->readers; reader; reader = reader->next)
			reader->take(reader, message);
		pkdw_message_let_go(value->last);
		value->last = message;
	}
	value->seen = newest;
}

static void look(lws_sorted_usec_list_t *timer)
{
	struct pkdw_web *web = lws_container_of(timer, struct pkdw_web, look_timer);

	for (struct pkdw_value *value = web->values; value; value = value->next)
		look_at(web, value);
	if (web->values)
		lws_sul_schedule(web->context, 0, timer, look, LOOK_US);
}

static struct pkdw_value *create(struct pkdw_web *web, const struct pkdw_channel *channel)
{
	const struct pkd_program *program = web->host->program;
	uint32_t stream = channel->stream;
	struct pkdi_web_look *looks = web->host->look(web->host->console, stream);
	struct pkdw_value *value;
	uint64_t newest;

	if (!looks)
		return NULL;
	value = malloc(sizeof(*value) + web->host->copy_size(looks));
	if (!value) {
		web->host->unlook(looks);
		return NULL;
	}
	newest = web->host->newest(looks);
	*value = (struct pkdw_value){.channel = channel,
	                             .type = pkdw_type_of(program, stream),
	                             .extent = pkdw_annotations_extent(program, stream),
	                             .needs_key = channel->kind == PKDW_CHANNEL_VIDEO,
	                             .look = looks,
	                             .seen = newest ? newest - 1 : 0};
	return value;
}

bool pkdw_value_join(struct pkdw_web *web, const struct pkdw_channel *channel,
                     struct pkdw_reader *reader)
{
	struct pkdw_value *value = web->values;

	while (value && value->channel != channel)
		value = value->next;
	if (!value) {
		value = create(web, channel);
		if (!value)
			return false;
		value->next = web->values;
		web->values = value;
		lws_sul_schedule(web->context, 0, &web->look_timer, look, LOOK_US);
	}
	reader->value = value;
	reader->next = value->readers;
	value->readers = reader;
	if (value->last)
		reader->take(reader, value->last);
	return true;
}

void pkdw_value_leave(struct pkdw_web *web, struct pkdw_reader *reader)
{
	struct pkdw_value *value = reader->value, **at;
	struct pkdw_reader **place;

	if (!value)
		return;
	for (place = &value->readers; *place != reader;)
		place = &(*place)->next;
	*place = reader->next;
	reader->value = NULL;
	if (value->readers)
		return;
	for (at = &web->values; *at != value;)
		at = &(*at)->next;
	*at = value->next;
	web->host->unlook(value->look);
	pkdw_message_let_go(value->last);
	free(value);
}
