#include "entry.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

static const char file_magic[16] = "pkd record.ring";
static const uint32_t byte_order = 0x01020304;

/* ---- The start of the file ---- */

bool ring_name(const char *name, char ret_file[static RING_NAME_SIZE])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t n = strlen(name);

	if (n == 0 || n > RING_NAME_SIZE - 8 || strspn(name, allowed) != n || *name == '.')
		return false;
	snprintf(ret_file, RING_NAME_SIZE, "%s.ring", name);
	return true;
}

static uint64_t start_sum(const struct ring_start *start)
{
	return XXH3_64bits(start, offsetof(struct ring_start, sum));
}

void ring_start_make(const struct ring_layout *layout, struct ring_start *ret_start)
{
	struct ring_start start = {.version = RING_VERSION,
	                           .order = byte_order,
	                           .id = layout->id,
	                           .block_size = layout->block_size,
	                           .n_blocks = layout->n_blocks,
	                           .made = layout->made};

	memcpy(start.magic, file_magic, sizeof(start.magic));
	start.sum = start_sum(&start);
	*ret_start = start;
}

const char *ring_start_read(const struct ring_start *start, struct ring_layout *ret_layout)
{
	if (memcmp(start->magic, file_magic, sizeof(start->magic)) != 0)
		return "it is no ring of record.ring";
	if (start->order != byte_order)
		return "it was made by a machine of another byte order";
	if (start->version != RING_VERSION)
		return "it was made by another version of pkd";
	if (start->sum != start_sum(start) || start->id == 0 ||
	    start->block_size < RING_BLOCK_MIN || start->block_size % RING_ALIGN ||
	    start->block_size > INT64_MAX / RING_BLOCKS_MAX / 2 || start->n_blocks < 2 ||
	    start->n_blocks > RING_BLOCKS_MAX)
		return "its start is damaged";
	*ret_layout = (struct ring_layout){.id = start->id,
	                                   .block_size = start->block_size,
	                                   .n_blocks = start->n_blocks,
	                                   .made = start->made};
	return NULL;
}

/* ---- Entries ---- */

static uint64_t entry_sum(const struct ring_entry *entry)
{
	return XXH3_64bits(&entry->body_sum,
	                   sizeof(*entry) - offsetof(struct ring_entry, body_sum));
}

void ring_entry_make(struct ring_entry *entry, const struct video_Packet *packet, bool has_setup)
{
	memset(entry, 0, sizeof(*entry)); /* the padding, too, is in the sum */
	entry->magic = RING_ENTRY_MAGIC;
	entry->n_setup = has_setup ? pkd_length(&packet->setup.len, RING_SETUP_MAX) : 0;
	entry->n_data = pkd_length(&packet->data.len, RING_DATA_MAX);
	entry->codec = packet->codec;
	entry->key = packet->key;
	entry->discontinuity = packet->discontinuity;
	entry->packet = packet->number;
	entry->pts = packet->pts;
	entry->dts = packet->dts;
	entry->duration = packet->duration;
	entry->session = packet->session;
	entry->width = packet->width;
	entry->height = packet->height;
	entry->pixel_width = packet->pixel_width;
	entry->pixel_height = packet->pixel_height;
	entry->matrix = packet->matrix;
	entry->range = packet->range;
	memcpy(entry->turn, packet->turn, sizeof(entry->turn));
}

uint64_t ring_body_sum(const struct video_Packet *packet, uint32_t n_setup, uint32_t n_data)
{
	XXH64_hash_t setup = n_setup ? XXH3_64bits(packet->setup.data, n_setup) : 0;

	return XXH3_64bits_withSeed(packet->data.data, n_data, setup);
}

void ring_entry_seal(struct ring_entry *entry)
{
	entry->sum = entry_sum(entry);
}

/* A file may be made to have any number with the right sum: each is looked at. */
static bool has_valid_values(const struct ring_entry *entry)
{
	return entry->n_setup <= RING_SETUP_MAX && entry->n_data <= RING_DATA_MAX &&
	       entry->key <= 1 && entry->discontinuity <= 1 && entry->codec <= video_Codec_mpeg4 &&
	       entry->matrix <= video_Matrix_bt2020 && entry->range <= video_Range_full;
}

bool ring_entry_is_valid(const struct ring_entry *entry, const struct ring_layout *layout,
                         uint64_t at)
{
	uint64_t block;

	if (entry->magic != RING_ENTRY_MAGIC || entry->at != at || entry->ring != layout->id ||
	    entry->sequence == 0 || entry->number == 0 || entry->sum != entry_sum(entry) ||
	    !has_valid_values(entry))
		return false;
	block = ring_block_at(layout, entry->sequence);
	return at >= block && at - block <= layout->block_size &&
	       ring_entry_size(entry->n_setup, entry->n_data) <= layout->block_size - (at - block);
}

void ring_entry_to_packet(const struct ring_entry *entry, struct video_Packet *packet)
{
	packet->codec = entry->codec;
	packet->key = entry->key != 0;
	packet->discontinuity = entry->discontinuity != 0;
	packet->number = entry->packet;
	packet->pts = entry->pts;
	packet->dts = entry->dts;
	packet->duration = entry->duration;
	packet->session = entry->session;
	packet->width = entry->width;
	packet->height = entry->height;
	packet->pixel_width = entry->pixel_width;
	packet->pixel_height = entry->pixel_height;
	packet->matrix = entry->matrix;
	packet->range = entry->range;
	memcpy(packet->turn, entry->turn, sizeof(packet->turn));
}
