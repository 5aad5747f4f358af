/* Bytes that grow, for frames that are made. Where there is no memory `failed` is set, and what is
 * put from then on is left out: it is asked once, at the end. */
#ifndef PKD_NT4_BUFFER_H
#define PKD_NT4_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct nt4_buffer {
	char *data;
	size_t n, room;
	bool failed;
};

/* Room for so many bytes more; NULL: there is none. They count once `n` is raised. */
static inline char *nt4_buffer_room(struct nt4_buffer *buffer, size_t n)
{
	size_t room = buffer->room ? buffer->room : 64;
	char *data;

	while (room < buffer->n + n)
		room *= 2;
	if (room != buffer->room) {
		data = buffer->failed ? NULL : (char *)realloc(buffer->data, room);
		if (!data) {
			buffer->failed = true;
			return NULL;
		}
		buffer->data = data;
		buffer->room = room;
	}
	return buffer->data + buffer->n;
}

static inline void nt4_buffer_put(struct nt4_buffer *buffer, const void *data, size_t n)
{
	char *to = nt4_buffer_room(buffer, n);

	if (!to || n == 0)
		return;
	memcpy(to, data, n);
	buffer->n += n;
}

static inline void nt4_buffer_text(struct nt4_buffer *buffer, const char *text)
{
	nt4_buffer_put(buffer, text, strlen(text));
}

/* The first `n` bytes are done with. */
static inline void nt4_buffer_drop(struct nt4_buffer *buffer, size_t n)
{
	buffer->n -= n;
	if (buffer->n > 0)
		memmove(buffer->data, buffer->data + n, buffer->n);
}

static inline void nt4_buffer_free(struct nt4_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct nt4_buffer){0};
}

#endif
