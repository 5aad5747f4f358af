/* See listing.h. getdents64 into one buffer: a DIR of the C library is 32 KiB for each
 * directory. */
#define _GNU_SOURCE
#include "listing.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 32 * 1024, FIRST_ITEMS = 64, FIRST_NAMES = 2048 };

static uint64_t head_of(const char *name, size_t length)
{
	uint64_t head = 0;

	if (length >= sizeof(head)) {
		memcpy(&head, name, sizeof(head));
		return __builtin_bswap64(head);
	}
	for (size_t i = 0; i < sizeof(head); i++)
		head = head << 8 | (i < length ? (unsigned char)name[i] : 0);
	return head;
}

static int compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare(const void *left, const void *right, void *names)
{
	const struct listing_item *a = left, *b = right;
	const char *text = names;

	if (a->head != b->head)
		return a->head < b->head ? -1 : 1;
	return compare_names(text + a->at, a->length, text + b->at, b->length);
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static int make_room(struct listing *listing, size_t length)
{
	if (listing->n == listing->room) {
		uint32_t room = listing->room ? 2 * listing->room : FIRST_ITEMS;
		void *items = room > listing->room
		                      ? realloc(listing->items, room * sizeof(*listing->items))
		                      : NULL;

		if (!items)
			return -ENOMEM;
		listing->items = items;
		listing->room = room;
	}
	if (listing->size - listing->used <= length) {
		size_t size = 2 * listing->size + length + FIRST_NAMES;
		void *names = size <= UINT32_MAX ? realloc(listing->names, size) : NULL;

		if (!names)
			return -ENOMEM;
		listing->names = names;
		listing->size = size;
	}
	return 0;
}

static int add(struct listing *listing, const char *name, uint8_t type)
{
	size_t length = strnlen(name, LISTING_NAME);
	int error = make_room(listing, length);

	if (error)
		return error;
	listing->items[listing->n++] = (struct listing_item){
		.head = head_of(name, length),
		.at = (uint32_t)listing->used,
		.length = (uint16_t)length,
		.type = type,
		.is_cut = name[length] != '\0',
	};
	memcpy(listing->names + listing->used, name, length);
	listing->names[listing->used + length] = '\0';
	listing->used += length + 1;
	return 0;
}

static int add_all(struct listing *listing, const char *buffer, size_t n,
                   listing_filter *leaves_out, const void *rules)
{
	for (size_t at = 0; at < n;) {
		const struct dirent64 *entry = (const void *)(buffer + at);
		/* It may be longer than the array of the C library. */
		const char *name = buffer + at + offsetof(struct dirent64, d_name);
		int error = 0;

		at += entry->d_reclen;
		if (!is_dots(name) && !(leaves_out && leaves_out(rules, name)))
			error = add(listing, name, entry->d_type);
		if (error)
			return error;
	}
	return 0;
}

int files_listing_read(struct listing *listing, int fd, listing_filter *leaves_out,
                       const void *rules)
{
	char buffer[BUFFER_SIZE] __attribute__((aligned(8)));
	ssize_t n = 0;
	int error = 0;

	listing->n = 0;
	listing->used = 0;
	do {
		n = getdents64(fd, buffer, sizeof(buffer));
		if (n < 0)
			error = -errno;
		else
			error = add_all(listing, buffer, (size_t)n, leaves_out, rules);
	} while (!error && n > 0);
	if (error)
		listing->n = 0;
	if (listing->n > 1)
		qsort_r(listing->items, listing->n, sizeof(*listing->items), compare,
		        listing->names);
	return error;
}

uint32_t files_listing_behind(const struct listing *listing, const char *name, size_t length)
{
	uint32_t from = 0, to = listing->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (compare_names(files_listing_name(listing, middle),
		                  listing->items[middle].length, name, length) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

size_t files_listing_size(const struct listing *listing)
{
	return listing->room * sizeof(*listing->items) + listing->size;
}

void files_listing_free(struct listing *listing)
{
	free(listing->items);
	free(listing->names);
	*listing = (struct listing){0};
}
