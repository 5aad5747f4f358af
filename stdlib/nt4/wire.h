/* Binary frames of NetworkTables 4: MessagePack arrays [id, microseconds, type, value], one behind
 * the other. What comes from strangers is read within its bounds. No sockets, nothing of pkd. */
#ifndef PKD_NT4_WIRE_H
#define PKD_NT4_WIRE_H

#include "buffer.h"

enum nt4_type {
	NT4_BOOLEAN = 0,
	NT4_DOUBLE = 1,
	NT4_INT = 2,
	NT4_FLOAT = 3,
	NT4_STRING = 4, /* json, too */
	NT4_RAW = 5,    /* msgpack, protobuf, struct:…, and whatever has no number of its own */
	NT4_ARRAY = 16, /* and the number of the items: 16 … 20 */
};

enum {
	NT4_RTT_ID = -1,         /* of a measurement of the round trip */
	NT4_MAX_ITEMS = 1 << 16, /* of an array */
};

/* By the name of a type: "double[]", "struct:Pose3d". */
int nt4_type_code(const char *type);

/* A value as it lies in a frame. */
struct nt4_update {
	int64_t id, time_us;
	int type;
	const char *value; /* MessagePack */
	size_t n;
};

/* Takes the next one from *at. 1: there is one; 0: the frame is at its end; -1: it is damaged, or
 * has what no frame has. */
int nt4_update_read(const char **at, const char *end, struct nt4_update *ret_update);

/* `value` as this type is written: whole numbers may stand for doubles and floats, float32 for
 * float64. False: it is of another type, and nothing is put. */
bool nt4_value_put(struct nt4_buffer *buffer, int type, const char *value, size_t n);

void nt4_update_put(struct nt4_buffer *buffer, int64_t id, int64_t time_us, int type,
                    const char *value, size_t n);

/* ---- Parts of values ---- */

void nt4_put_bool(struct nt4_buffer *buffer, bool value);
void nt4_put_int(struct nt4_buffer *buffer, int64_t value);
void nt4_put_uint(struct nt4_buffer *buffer, uint64_t value);
void nt4_put_double(struct nt4_buffer *buffer, double value);
void nt4_put_float(struct nt4_buffer *buffer, float value);
void nt4_put_string(struct nt4_buffer *buffer, const char *text, size_t n);
void nt4_put_raw(struct nt4_buffer *buffer, const void *data, size_t n);
void nt4_put_array(struct nt4_buffer *buffer, uint32_t n);
void nt4_put_map(struct nt4_buffer *buffer, uint32_t n);

struct nt4_item {
	enum nt4_item_kind {
		NT4_ITEM_BOOL,
		NT4_ITEM_INT,
		NT4_ITEM_UINT, /* above what an int64_t has */
		NT4_ITEM_REAL,
		NT4_ITEM_STRING,
		NT4_ITEM_RAW,
		NT4_ITEM_ARRAY, /* `n` items follow */
	} kind;
	bool truth;
	int64_t whole;
	uint64_t large;
	double real;
	const char *text;
	size_t n;
};

/* The next part; false: the end, damage, or a kind that no value has. */
bool nt4_item_read(const char **at, const char *end, struct nt4_item *ret_item);

#endif
