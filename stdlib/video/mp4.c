#include "mp4.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MOOF_SIZE = MP4_HEAD_SIZE - 8, /* what is left is the head of mdat */
	FLAGS_AT = 56,                 /* in a fragment's head: the sample's flags … */
	TIME_AT = 72,                  /* … its time … */
	MDAT_AT = MOOF_SIZE,           /* … and the size of mdat */
	TRACK = 1,
	KEY_FLAGS = 0x02000000,   /* depends on no other sample */
	OTHER_FLAGS = 0x01010000, /* depends on others, no place to begin */
	ENTRY_SIZE = 19,
	INDEX_HEAD_SIZE = 32,
	INDEX_TAIL_SIZE = 16,
};

static uint8_t *put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		*to++ = (uint8_t)(value >> (24 - 8 * i));
	return to;
}

static uint8_t *put64(uint8_t *to, uint64_t value)
{
	return put32(put32(to, (uint32_t)(value >> 32)), (uint32_t)value);
}

static uint8_t *put_box(uint8_t *to, size_t size, const char *type)
{
	to = put32(to, (uint32_t)size);
	memcpy(to, type, 4);
	return to + 4;
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static uint64_t get64(const uint8_t *from)
{
	return (uint64_t)get32(from) << 32 | get32(from + 4);
}

/* ---- Fragments ---- */

void mp4_put_duration(uint8_t to[static 4], uint64_t duration)
{
	put32(to, duration > UINT32_MAX ? UINT32_MAX : (uint32_t)duration);
}

void mp4_put_head(uint8_t to[static MP4_HEAD_SIZE], const struct mp4_frame *frame)
{
	to = put_box(to, MOOF_SIZE, "moof");
	to = put_box(to, 16, "mfhd");
	to = put32(to, 0);
	to = put32(to, frame->number);
	to = put_box(to, 80, "traf");
	/* default-base-is-moof; duration, size and flags of each sample follow */
	to = put_box(to, 28, "tfhd");
	to = put32(to, 0x020038);
	to = put32(to, TRACK);
	mp4_put_duration(to, frame->duration);
	to = put32(to + 4, frame->size);
	to = put32(to, frame->is_key ? KEY_FLAGS : OTHER_FLAGS);
	to = put_box(to, 20, "tfdt");
	to = put32(to, 0x01000000); /* version 1: 64 bits */
	to = put64(to, frame->time);
	to = put_box(to, 24, "trun");
	to = put32(to, 0x01000801); /* the offset of the data is there, and `shift`, with a sign */
	to = put32(to, 1);
	to = put32(to, MP4_HEAD_SIZE);
	to = put32(to, (uint32_t)frame->shift);
	put_box(to, (size_t)frame->size + 8, "mdat");
}

/* ---- The index ---- */

int mp4_index_add(struct mp4_index *index, struct mp4_key key)
{
	if (index->n == index->capacity) {
		size_t capacity = index->capacity ? 2 * index->capacity : 1024;
		struct mp4_key *keys = realloc(index->keys, capacity * sizeof(*keys));

		if (!keys)
			return -ENOMEM;
		index->keys = keys;
		index->capacity = capacity;
	}
	index->keys[index->n++] = key;
	return 0;
}

/* Before the fragments come ftyp and moov, which are passed over like any other box. */
int mp4_index_scan(struct mp4_index *index, int fd, uint64_t end)
{
	uint8_t head[MP4_HEAD_SIZE];
	uint64_t at = 0;
	int error = 0;

	while (at < end && !error) {
		uint64_t size;
		ssize_t n = pread(fd, head, sizeof(head), (off_t)at);

		if (n < (ssize_t)sizeof(head))
			return n < 0 ? -errno : -EBADMSG;
		size = get32(head);
		if (memcmp(head + 4, "moof", 4) == 0) {
			size += get32(head + MDAT_AT);
			if (get32(head + FLAGS_AT) == KEY_FLAGS)
				error = mp4_index_add(index,
				                      (struct mp4_key){get64(head + TIME_AT), at});
		}
		if (size < 8)
			return -EBADMSG;
		at += size;
	}
	return error;
}

uint64_t mp4_whole(int fd)
{
	uint8_t head[MP4_HEAD_SIZE];
	uint64_t at = 0, end = 0;
	off_t file = lseek(fd, 0, SEEK_END);

	while (file > 0 && pread(fd, head, sizeof(head), (off_t)at) == (ssize_t)sizeof(head)) {
		bool is_fragment = memcmp(head + 4, "moof", 4) == 0;
		uint64_t size = get32(head);

		if (is_fragment)
			size += get32(head + MDAT_AT);
		else if (at > 0 && memcmp(head + 4, "moov", 4) != 0)
			break;
		if (size < 8 || size > (uint64_t)file - at)
			break;
		at += size;
		end = is_fragment ? at : end;
	}
	return end;
}

uint8_t *mp4_index_box(const struct mp4_index *index, size_t *ret_size)
{
	size_t table = INDEX_HEAD_SIZE - 8 + index->n * ENTRY_SIZE;
	size_t size = 8 + table + INDEX_TAIL_SIZE;
	uint8_t *box = malloc(size), *to = box;

	if (!box)
		return NULL;
	to = put_box(to, size, "mfra");
	to = put_box(to, table, "tfra");
	to = put32(to, 0x01000000); /* version 1: 64 bits */
	to = put32(to, TRACK);
	to = put32(to, 0); /* the three numbers at the end of an entry have one byte each */
	to = put32(to, (uint32_t)index->n);
	for (size_t i = 0; i < index->n; i++) {
		to = put64(to, index->keys[i].time);
		to = put64(to, index->keys[i].offset);
		for (int j = 0; j < 3; j++)
			*to++ = 1; /* the first traf's first trun's first sample */
	}
	to = put_box(to, INDEX_TAIL_SIZE, "mfro");
	to = put32(to, 0);
	put32(to, (uint32_t)size);
	*ret_size = size;
	return box;
}

void mp4_index_release(struct mp4_index *index)
{
	free(index->keys);
	*index = (struct mp4_index){0};
}
