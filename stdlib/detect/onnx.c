/* See onnx.h. An ONNX file is one message of Protocol Buffers: fields, each a key (number and wire
 * type) and a value. Those that are of interest, by onnx.proto:
 *
 *   ModelProto.graph 7
 *   GraphProto.initializer 5, input 11, output 12
 *   TensorProto.name 8
 *   ValueInfoProto.name 1, type 2; TypeProto.tensor_type 1
 *   TypeProto.Tensor.elem_type 1, shape 2; TensorShapeProto.dim 1; Dimension.dim_value 1 */
#include "onnx.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct span {
	const uint8_t *at, *end;
};

struct field {
	uint32_t number;
	bool is_number;
	uint64_t value;
	struct span bytes; /* where it is no number */
};

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

static bool take_varint(struct span *from, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && from->at < from->end; shift += 7) {
		uint8_t byte = *from->at++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

static bool take_bytes(struct span *from, uint64_t n, struct span *ret_bytes)
{
	if (n > (uint64_t)(from->end - from->at))
		return false;
	*ret_bytes = (struct span){from->at, from->at + n};
	from->at += n;
	return true;
}

/* 1, 0 at the end, -1 where the message is broken. */
static int next_field(struct span *from, struct field *ret_field)
{
	struct field field = {0};
	uint64_t key, n;
	bool is_whole;

	if (from->at == from->end)
		return 0;
	if (!take_varint(from, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX)
		return -1;
	field.number = (uint32_t)(key >> 3);
	switch (key & 7) {
	case WIRE_VARINT:
		field.is_number = true;
		is_whole = take_varint(from, &field.value);
		break;
	case WIRE_64:
		is_whole = take_bytes(from, 8, &field.bytes);
		break;
	case WIRE_BYTES:
		is_whole = take_varint(from, &n) && take_bytes(from, n, &field.bytes);
		break;
	case WIRE_32:
		is_whole = take_bytes(from, 4, &field.bytes);
		break;
	default:
		return -1;
	}
	*ret_field = field;
	return is_whole ? 1 : -1;
}

/* The first field of the number that is a message or a string. */
static bool find(struct span in, uint32_t number, struct span *ret_bytes)
{
	struct field field;

	while (next_field(&in, &field) > 0) {
		if (field.number == number && !field.is_number) {
			*ret_bytes = field.bytes;
			return true;
		}
	}
	return false;
}

static bool same(struct span a, struct span b)
{
	return a.end - a.at == b.end - b.at && memcmp(a.at, b.at, (size_t)(a.end - a.at)) == 0;
}

static bool is_constant(struct span graph, struct span name)
{
	struct field field;
	struct span other;

	while (next_field(&graph, &field) > 0)
		if (field.number == 5 && !field.is_number && find(field.bytes, 8, &other) &&
		    same(other, name))
			return true;
	return false;
}

static const char *read_shape(struct span dims, struct detect_shape *shape)
{
	struct field dim, value;

	while (next_field(&dims, &dim) > 0) {
		if (dim.number != 1 || dim.is_number)
			continue;
		if (shape->n == DETECT_MAX_DIMS)
			return "has an input or output of more than 6 dimensions";
		shape->dims[shape->n] = 0;
		while (next_field(&dim.bytes, &value) > 0)
			if (value.number == 1 && value.is_number && value.value <= INT32_MAX)
				shape->dims[shape->n] = (uint32_t)value.value;
		shape->n++;
	}
	return NULL;
}

static const char *read_port(struct span info, struct detect_port *port)
{
	struct span name, type, tensor, dims;
	struct field field;

	memset(port, 0, sizeof(*port));
	if (!find(info, 1, &name))
		return "has an input or output without a name";
	if ((size_t)(name.end - name.at) >= sizeof(port->name) ||
	    memchr(name.at, 0, (size_t)(name.end - name.at)))
		return "has an input or output whose name is longer than 127 bytes";
	memcpy(port->name, name.at, (size_t)(name.end - name.at));
	if (!find(info, 2, &type) || !find(type, 1, &tensor))
		return "has an input or output that is no tensor";
	if (find(tensor, 2, &dims)) {
		const char *wrong = read_shape(dims, &port->shape);

		if (wrong)
			return wrong;
	}
	while (next_field(&tensor, &field) > 0)
		if (field.number == 1 && field.is_number)
			port->type = (uint32_t)field.value;
	return NULL;
}

static const char *read_graph(struct span graph, struct detect_onnx *onnx)
{
	struct span rest = graph, name;
	const char *wrong = NULL;
	struct field field;
	int more;

	while (!wrong && (more = next_field(&rest, &field)) != 0) {
		if (more < 0)
			return "is damaged, or no ONNX file";
		if (field.is_number)
			continue;
		if (field.number == 11 && find(field.bytes, 1, &name) &&
		    !is_constant(graph, name)) {
			if (onnx->n_inputs++ == 0)
				wrong = read_port(field.bytes, &onnx->input);
		} else if (field.number == 12) {
			if (onnx->n_outputs < DETECT_MAX_OUTPUTS)
				wrong = read_port(field.bytes, &onnx->outputs[onnx->n_outputs]);
			onnx->n_outputs++;
		}
	}
	return wrong;
}

const char *detect_onnx_read(const uint8_t *file, size_t size, struct detect_onnx *ret_onnx)
{
	struct span rest = {file, file + size}, graph = {NULL, NULL};
	struct detect_onnx onnx = {0};
	struct field field;
	const char *wrong;
	int more;

	while ((more = next_field(&rest, &field)) > 0)
		if (field.number == 7 && !field.is_number)
			graph = field.bytes;
	if (more < 0 || !graph.at)
		return "is damaged, or no ONNX file";
	wrong = read_graph(graph, &onnx);
	if (!wrong && (onnx.n_inputs == 0 || onnx.n_outputs == 0))
		wrong = "is a network without an input or an output";
	if (!wrong)
		*ret_onnx = onnx;
	return wrong;
}

const char *detect_shape_text(const struct detect_shape *shape, char ret_text[DETECT_SHAPE_SIZE])
{
	size_t used = 0;

	snprintf(ret_text, DETECT_SHAPE_SIZE, "nothing");
	for (uint32_t i = 0; i < shape->n; i++) {
		char size[16] = "?";

		if (shape->dims[i])
			snprintf(size, sizeof(size), "%u", shape->dims[i]);
		used += (size_t)snprintf(ret_text + used, DETECT_SHAPE_SIZE - used, "%s%s",
		                         i ? "x" : "", size);
	}
	return ret_text;
}
