/* The layout of shared memory: the header of every value, and the types that C has no name for.
 * It is part of the ABI (version.h). */
#ifndef PKD_FRAME_H
#define PKD_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Directly precedes every published value, in the same slot. Written by the stream's writer
 * before publication, never after. */
struct pkd_frame {
	uint64_t seq;         /* position in its stream: 1, 2, 3 … without gaps */
	uint64_t number;      /* frame number given by the source, from 1; may have gaps here */
	int64_t capture_ns;   /* capture time (event time); media time for a file */
	int64_t publish_ns;   /* CLOCK_MONOTONIC at publication */
	uint32_t size;        /* bytes of the value's capacity */
	uint32_t incarnation; /* of the writing process: 0, plus one per restart */
	uint32_t type_id;     /* index of the stream, which detects a slot in the wrong ring */
	uint32_t origin;      /* index of the source node that numbered the frame */
	uint8_t reserved[8];
	uint64_t entry; /* for the runtime: the ring entry, where the ring lies in its slots */
};

/* The header of a value that was passed to a node: an input, or an element of a window. */
static inline const struct pkd_frame *pkd_frame_of(const void *value)
{
	return (const struct pkd_frame *)value - 1;
}

/* Pixel formats: the FORMAT of image<FORMAT, W, H>, and the values of pkd_image.format. */
enum pkd_format {
	PKD_GRAY8 = 1, /* 1 byte per pixel */
	PKD_BGR24,     /* 3 bytes per pixel: blue, green, red (OpenCV's order) */
	PKD_RGB24,     /* 3 bytes per pixel: red, green, blue */
	PKD_BGRA32,    /* 4 bytes per pixel: blue, green, red, alpha */
	PKD_RGBA32,    /* 4 bytes per pixel: red, green, blue, alpha */
	PKD_GRAY16,    /* a uint16_t per pixel */
	PKD_GRAYF32,   /* a float per pixel */
	/* YUV 4:2:0, several planes (pkd_plane): Y for each pixel, then U and V for each two by two,
	 * of which the last are narrower in an image of an odd width or height. */
	PKD_I420, /* Y, U, V */
	PKD_NV12, /* Y; U and V in turn */
};

/* How the samples of an I420 or NV12 image are meant; of GRAY8 the range counts. */
enum pkd_matrix {
	PKD_MATRIX_UNKNOWN, /* BT.709 from a height of 720 on, else BT.601 */
	PKD_BT601,
	PKD_BT709,
	PKD_BT2020, /* of non-constant luminance */
};
enum pkd_range {
	PKD_RANGE_UNKNOWN, /* limited; of GRAY8 full */
	PKD_LIMITED,       /* Y is 16 … 235, U and V are 16 … 240 */
	PKD_FULL,          /* 0 … 255 */
};

/* image<F, W, H>: this header, then `height` rows of `stride` bytes, then the other planes of a
 * format that has several. W and H are capacities; width and height are those of the image. 64
 * bytes, so that pixels start on a cache line. */
struct pkd_image {
	uint32_t width, height; /* pixels, at least 1 */
	uint32_t stride; /* bytes per row of the first plane, at least width x bytes per pixel */
	uint32_t format; /* enum pkd_format */
	uint32_t pixel_width, pixel_height; /* pixel aspect ratio, such as 64:45; 0:0 is square */
	uint32_t matrix, range;             /* enum pkd_matrix, enum pkd_range */
	uint32_t reserved[8];
};

/* A list<T, N> is { uint32_t len; T items[N]; }, a string<N> { uint32_t len; char text[N + 1]; }
 * with a NUL at text[len], a bytes<N> { uint32_t len; uint8_t data[N]; }, [T; N] a C array, a
 * record a struct, an enum a uint32_t, bool a uint8_t, time an int64_t of nanoseconds; all laid
 * out by the C rules of the platform. */

/* The length of a list, string or bytes, `&value->len`, bounded by its capacity. It is read
 * once: a faulty writer may change what it has published while it is being read. */
static inline uint32_t pkd_length(const uint32_t *len, uint32_t capacity)
{
	uint32_t n = *(const volatile uint32_t *)len;
	return n < capacity ? n : capacity;
}

/* In generated headers: checks that the C compiler lays the struct out as pkdc did. `last` is
 * its last field. */
#ifdef __cplusplus
#define PKD_CHECK_LAYOUT(type, size, last, offset)                                \
	static_assert(sizeof(type) == (size) && offsetof(type, last) == (offset), \
	              "pkdc laid out " #type " otherwise")
#else
#define PKD_CHECK_LAYOUT(type, size, last, offset)                                 \
	_Static_assert(sizeof(type) == (size) && offsetof(type, last) == (offset), \
	               "pkdc laid out " #type " otherwise")
#endif

/* Run-time description of a type, for nodes over a type variable (`node csv<T>(row: T)`). */
enum pkd_kind {
	PKD_BOOL = 1,
	PKD_I8,
	PKD_I16,
	PKD_I32,
	PKD_I64,
	PKD_U8,
	PKD_U16,
	PKD_U32,
	PKD_U64,
	PKD_F32,
	PKD_F64,
	PKD_TIME,
	PKD_ENUM,   /* names[0 … n-1] */
	PKD_STRING, /* in values: string<n>; in parameters: const char * */
	PKD_BYTES,  /* bytes<n> */
	PKD_ARRAY,  /* [item; n] */
	PKD_LIST,   /* list<item, n> */
	PKD_IMAGE,  /* struct pkd_image and pixels */
	PKD_RECORD, /* fields[0 … n-1] */
};

struct pkd_type {
	enum pkd_kind kind;
	const char *name;               /* as written in the language: "list<Object, 64>" */
	uint32_t size, align;           /* bytes, of the capacity */
	uint32_t n;                     /* capacity, number of fields or of names */
	uint32_t items_offset;          /* list: bytes from its start to items[0] */
	uint32_t format, width, height; /* image: its capacity */
	bool plain; /* every bit pattern is a value: numbers, and types made of nothing else */
	bool flat;  /* fixed size: no strings, bytes, lists or images in it */
	const struct pkd_type *item;
	const struct pkd_field *fields;
	const char *const *names;
};

struct pkd_field {
	const char *name;
	const struct pkd_type *type;
	uint32_t offset; /* bytes from the start of the record */
};

#ifdef __cplusplus
}
#endif

#endif
