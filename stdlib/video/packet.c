#include "packet.h"

#include <pkd/node.h>
#include <string.h>

enum media_passage media_gate_take(struct media_gate *self, const struct video_Packet *packet)
{
	bool is_next = self->has_begun && packet->number == self->number + 1 &&
	               packet->session == self->session && !packet->discontinuity;
	bool waited = self->waits;

	self->waits = !packet->key && (waited || !is_next);
	self->has_begun = true;
	self->number = packet->number;
	self->session = packet->session;
	if (self->waits) {
		self->n_dropped++;
		return MEDIA_DROPPED;
	}
	return is_next && !waited ? MEDIA_FOLLOWS : MEDIA_BEGINS;
}

void media_packet_copy(struct video_Packet *to, const struct video_Packet *from)
{
	uint32_t n_setup = pkd_length(&from->setup.len, sizeof(from->setup.data));
	uint32_t n_data = pkd_length(&from->data.len, sizeof(from->data.data));

	memcpy(to, from, offsetof(struct video_Packet, setup));
	memcpy(to->setup.data, from->setup.data, n_setup);
	to->setup.len = n_setup;
	memcpy(to->data.data, from->data.data, n_data);
	to->data.len = n_data;
}
