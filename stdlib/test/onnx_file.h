/* Small ONNX files for tests, byte by byte: as right or as wrong as a test wants. Included after
 * cmocka.h. The numbers of fields are those of onnx.proto; onnx.c explains them. */
#ifndef PKD_TEST_ONNX_FILE_H
#define PKD_TEST_ONNX_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct bytes {
	size_t n;
	uint8_t at[4096];
};

static inline void put_varint(struct bytes *to, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		to->at[to->n++] = (uint8_t)(value | 0x80);
	to->at[to->n++] = (uint8_t)value;
}

static inline void put_number(struct bytes *to, uint32_t field, uint64_t value)
{
	put_varint(to, field << 3);
	put_varint(to, value);
}

static inline void put_bytes(struct bytes *to, uint32_t field, const void *from, size_t n)
{
	put_varint(to, field << 3 | 2);
	put_varint(to, n);
	assert_true(to->n + n <= sizeof(to->at));
	memcpy(to->at + to->n, from, n);
	to->n += n;
}

static inline void put_text(struct bytes *to, uint32_t field, const char *text)
{
	put_bytes(to, field, text, strlen(text));
}

static inline void put_message(struct bytes *to, uint32_t field, const struct bytes *message)
{
	put_bytes(to, field, message->at, message->n);
}

/* Field 11 of the graph is an input, 12 an output; type 1 is float; a dimension of 0 is not known.
 * */
static inline void put_port(struct bytes *graph, uint32_t field, const char *name, uint32_t type,
                            const uint32_t *dims, uint32_t n)
{
	struct bytes port = {0}, typed = {0}, tensor = {0}, shape = {0};

	for (uint32_t i = 0; i < n; i++) {
		struct bytes dim = {0};

		if (dims[i])
			put_number(&dim, 1, dims[i]);
		else
			put_text(&dim, 2, "n");
		put_message(&shape, 1, &dim);
	}
	put_number(&tensor, 1, type);
	put_message(&tensor, 2, &shape);
	put_message(&typed, 1, &tensor);
	put_text(&port, 1, name);
	put_message(&port, 2, &typed);
	put_message(graph, field, &port);
}

static inline void put_node(struct bytes *graph, const char *kind, const char *from,
                            const char *with, const char *to)
{
	struct bytes node = {0};

	put_text(&node, 1, from);
	if (with)
		put_text(&node, 1, with);
	put_text(&node, 2, to);
	put_text(&node, 3, to);
	put_text(&node, 4, kind);
	put_message(graph, 1, &node);
}

static inline void put_sizes(struct bytes *graph, const char *name, const int64_t *sizes,
                             uint32_t n)
{
	struct bytes tensor = {0};

	put_number(&tensor, 1, n);
	put_number(&tensor, 2, 7); /* int64 */
	put_text(&tensor, 8, name);
	put_bytes(&tensor, 9, sizes, n * sizeof(*sizes));
	put_message(graph, 5, &tensor);
}

static inline void make_model(const struct bytes *graph, struct bytes *ret_model)
{
	struct bytes opset = {0};

	ret_model->n = 0;
	put_text(&opset, 1, "");
	put_number(&opset, 2, 11);
	put_number(ret_model, 1, 6);
	put_message(ret_model, 7, graph);
	put_message(ret_model, 8, &opset);
}

static inline void write_bytes(const char *path, const void *from, size_t n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(from, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

#endif
