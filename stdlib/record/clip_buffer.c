#include "clip_buffer.h"

#include <pkd/node.h>
#include <string.h>

enum {
	FIELDS = offsetof(struct video_Packet, setup),
	MAX_SETUP = sizeof(((struct video_Packet *)0)->setup.data),
	MAX_DATA = sizeof(((struct video_Packet *)0)->data.data),
};

static uint64_t item_size(uint32_t n_setup, uint32_t n_data)
{
	return sizeof(struct clip_item) + FIELDS + (uint64_t)n_setup + n_data;
}

uint64_t clip_item_max(void)
{
	return item_size(MAX_SETUP, MAX_DATA);
}

static uint64_t put(const struct clip_buffer *buffer, uint64_t at, const void *from, uint64_t n)
{
	uint64_t place = at % buffer->size, first = buffer->size - place;

	if (first > n)
		first = n;
	memcpy(buffer->bytes + place, from, first);
	memcpy(buffer->bytes, (const uint8_t *)from + first, n - first);
	return at + n;
}

static uint64_t get(const struct clip_buffer *buffer, uint64_t at, void *to, uint64_t n)
{
	uint64_t place = at % buffer->size, first = buffer->size - place;

	if (first > n)
		first = n;
	memcpy(to, buffer->bytes + place, first);
	memcpy((uint8_t *)to + first, buffer->bytes, n - first);
	return at + n;
}

uint64_t clip_buffer_put(const struct clip_buffer *buffer, uint64_t head,
                         const struct video_Packet *packet, int64_t time, int64_t wall)
{
	struct clip_item item;
	uint32_t n_setup = pkd_length(&packet->setup.len, MAX_SETUP);
	uint32_t n_data = pkd_length(&packet->data.len, MAX_DATA);

	memset(&item, 0, sizeof(item));
	item.size = item_size(n_setup, n_data);
	item.time = time;
	item.wall = wall;
	item.n_setup = n_setup;
	item.n_data = n_data;
	item.is_key = packet->key;
	head = put(buffer, head, &item, sizeof(item));
	head = put(buffer, head, packet, FIELDS);
	head = put(buffer, head, packet->setup.data, n_setup);
	return put(buffer, head, packet->data.data, n_data);
}

bool clip_buffer_item(const struct clip_buffer *buffer, uint64_t at, uint64_t head,
                      struct clip_item *ret_item)
{
	if (at >= head || head - at < sizeof(*ret_item))
		return false;
	get(buffer, at, ret_item, sizeof(*ret_item));
	return ret_item->n_setup <= MAX_SETUP && ret_item->n_data <= MAX_DATA &&
	       ret_item->size == item_size(ret_item->n_setup, ret_item->n_data) &&
	       ret_item->size <= head - at;
}

void clip_buffer_get(const struct clip_buffer *buffer, uint64_t at, const struct clip_item *item,
                     struct video_Packet *packet)
{
	at = get(buffer, at + sizeof(*item), packet, FIELDS);
	at = get(buffer, at, packet->setup.data, item->n_setup);
	get(buffer, at, packet->data.data, item->n_data);
	packet->setup.len = item->n_setup;
	packet->data.len = item->n_data;
}

uint64_t clip_buffer_next_key(const struct clip_buffer *buffer, uint64_t tail, uint64_t head,
                              int64_t *ret_time)
{
	struct clip_item item;
	uint64_t at = tail;

	while (clip_buffer_item(buffer, at, head, &item)) {
		if (item.is_key && at != tail) {
			*ret_time = item.time;
			return at;
		}
		at += item.size;
	}
	return head;
}
