#include "web/values.h"

#include <stdlib.h>

#include "message/cdr.h"
#include "node/typed.h"
#include "web/channels.h"
#include "web/clock.h"

enum {
	LOOK_US = 2000, /* between two looks at all streams */
	MAX_LOOK = 64,  /* values of one stream at a look; what is beyond is passed over */
};

struct pkdw_value {
	struct pkdw_value *next;
	uint32_t stream;
	const struct pkd_type *type;
	struct pkdi_web_look *look;
	uint64_t seen;
	struct pkdw_message *last; /* for who comes later */
	struct pkdw_reader *readers;
	struct pkd_frame copy[]; /* the header, and the value */
};

/* NULL: it is not valid, or there is no memory: it is passed over. */
static struct pkdw_message *make(const struct pkdw_web *web, const struct pkdw_value *value)
{
	int64_t stamp_ns = pkdw_stamp(web->host->program, value->copy);
	struct pkdi_mismatch mismatch;
	struct pkdi_cdr cdr = {.data = NULL};
	struct pkdw_message *message;

	if (value->type && !pkdi_typed_check(value->type, value->copy + 1, &mismatch))
		return NULL;
	pkdi_cdr_message(&cdr, value->type, value->copy, stamp_ns);
	message = pkdw_message_create(cdr.n);
	if (!message)
		return NULL;
	cdr = (struct pkdi_cdr){.data = message->data, .size = message->n};
	pkdi_cdr_message(&cdr, value->type, value->copy, stamp_ns);
	message->seq = value->copy->seq;
	message->is_key = true;
	message->log_ns = pkdw_epoch(value->copy->publish_ns);
	return message;
}

static void look_at(struct pkdw_web *web, struct pkdw_value *value)
{
	const struct pkdi_web_host *host = web->host;
	uint64_t newest = host->newest(value->look);
	uint64_t seq = host->oldest(value->look, newest);
	struct pkdw_message *message;

	if (newest == value->seen)
		return;
	seq = seq > value->seen ? seq : value->seen + 1;
	if (newest - seq >= MAX_LOOK)
		seq = newest - MAX_LOOK + 1;
	for (; seq <= newest; seq++) {
		if (!host->copy(value->look, seq, value->copy))
			continue;
		message = make(web, value);
		if (!message)
			continue;
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

static struct pkdw_value *create(struct pkdw_web *web, uint32_t stream)
{
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
	*value = (struct pkdw_value){.stream = stream,
	                             .type = pkdw_type_of(web->host->program, stream),
	                             .look = looks,
	                             .seen = newest ? newest - 1 : 0};
	return value;
}

bool pkdw_value_join(struct pkdw_web *web, uint32_t stream, struct pkdw_reader *reader)
{
	struct pkdw_value *value = web->values;

	while (value && value->stream != stream)
		value = value->next;
	if (!value) {
		value = create(web, stream);
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
