/* See multipart.h. */
#include "multipart.h"

#include "jpegs.h"

#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { IN_SIZE = 32 * 1024, HEAD_SIZE = 96 };

struct media_multipart {
	AVIOContext *connection, *context;
	struct media_jpegs jpegs;
	uint8_t in[IN_SIZE];
	size_t at, n_in; /* of these */
	char head[HEAD_SIZE];
	size_t n_head, n_given; /* of the part in hand, head and picture; n_head 0: none is */
};

int media_is_multipart(AVIOContext *connection)
{
	static const char multipart[] = "multipart/";
	uint8_t *type = NULL;
	int is = av_opt_get(connection, "mime_type", AV_OPT_SEARCH_CHILDREN, &type) >= 0 && type &&
	         strncasecmp((const char *)type, multipart, sizeof(multipart) - 1) == 0;

	av_free(type);
	return is;
}

/* The next bytes of the part in hand. */
static int give(struct media_multipart *self, uint8_t *to, size_t size)
{
	size_t n = self->n_head + self->jpegs.n - self->n_given, at = self->n_given;

	n = n < size ? n : size;
	for (size_t i = 0; i < n; i++, at++)
		if (at < self->n_head)
			to[i] = (uint8_t)self->head[at];
		else {
			memcpy(to + i, self->jpegs.data + (at - self->n_head), n - i);
			break;
		}
	self->n_given += n;
	if (self->n_given == self->n_head + self->jpegs.n)
		self->n_head = 0;
	return (int)n;
}

/* A line ends before the boundary, which is that of the picture before. */
static int read_parts(void *of, uint8_t *to, int size)
{
	struct media_multipart *self = of;

	while (self->n_head == 0) {
		bool ends = false;

		if (self->at == self->n_in) {
			int n = avio_read_partial(self->connection, self->in, IN_SIZE);

			if (n <= 0)
				return n < 0 ? n : AVERROR_EOF;
			self->at = 0;
			self->n_in = (size_t)n;
		}
		self->at += media_jpegs_add(&self->jpegs, self->in + self->at,
		                            self->n_in - self->at, &ends);
		if (!ends)
			continue;
		self->n_head = (size_t)snprintf(self->head, sizeof(self->head),
		                                "\r\n--frame\r\nContent-Type: image/jpeg\r\n"
		                                "Content-Length: %zu\r\n\r\n",
		                                self->jpegs.n);
		self->n_given = 0;
	}
	return give(self, to, (size_t)size);
}

struct media_multipart *media_multipart_create(AVIOContext *connection, size_t most)
{
	struct media_multipart *self = calloc(1, sizeof(*self));
	uint8_t *buffer = av_malloc(IN_SIZE);

	if (!self || !buffer)
		goto no_memory;
	self->connection = connection;
	if (!media_jpegs_init(&self->jpegs, most))
		goto no_memory;
	self->context = avio_alloc_context(buffer, IN_SIZE, 0, self, read_parts, NULL, NULL);
	if (self->context)
		return self;
no_memory:
	av_free(buffer);
	if (self)
		media_jpegs_finish(&self->jpegs);
	free(self);
	return NULL;
}

AVIOContext *media_multipart_context(struct media_multipart *self)
{
	return self->context;
}

void media_multipart_destroy(struct media_multipart *self)
{
	if (!self)
		return;
	av_freep(&self->context->buffer);
	avio_context_free(&self->context);
	media_jpegs_finish(&self->jpegs);
	free(self);
}
