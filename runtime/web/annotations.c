#include "web/annotations.h"

#include <math.h>
#include <pkd/node.h>
#include <string.h>

/* Beyond, the rest is left out. */
enum { MAX_SHAPES = 512, MAX_POINTS = 32, MAX_TEXT = 64, MAX_BEFORE = 64 };

/* Of foxglove.PointsAnnotation. */
enum shape_kind { POINTS = 1, LINE_LOOP = 2, LINE_STRIP = 3 };

struct point {
	double x, y;
};

struct colour {
	double r, g, b;
};

struct shape {
	enum shape_kind kind;
	uint32_t n;
	struct point points[MAX_POINTS];
	struct colour colour;
	uint32_t n_text; /* beside its first point */
	const char *text;
};

struct shapes {
	uint32_t n;
	struct shape items[MAX_SHAPES];
};

#define RULE "================================================================================\n"

const char pkdw_annotations_schema[] =
	"foxglove_msgs/CircleAnnotation[] circles\nfoxglove_msgs/PointsAnnotation[] points\n"
	"foxglove_msgs/TextAnnotation[] texts\n" RULE
	"MSG: foxglove_msgs/CircleAnnotation\nbuiltin_interfaces/Time timestamp\n"
	"foxglove_msgs/Point2 position\nfloat64 diameter\nfloat64 thickness\n"
	"foxglove_msgs/Color fill_color\nfoxglove_msgs/Color outline_color\n" RULE
	"MSG: foxglove_msgs/PointsAnnotation\nuint8 UNKNOWN=0\nuint8 POINTS=1\n"
	"uint8 LINE_LOOP=2\nuint8 LINE_STRIP=3\nuint8 LINE_LIST=4\n"
	"builtin_interfaces/Time timestamp\nuint8 type\nfoxglove_msgs/Point2[] points\n"
	"foxglove_msgs/Color outline_color\nfoxglove_msgs/Color[] outline_colors\n"
	"foxglove_msgs/Color fill_color\nfloat64 thickness\n" RULE
	"MSG: foxglove_msgs/TextAnnotation\nbuiltin_interfaces/Time timestamp\n"
	"foxglove_msgs/Point2 position\nstring text\nfloat64 font_size\n"
	"foxglove_msgs/Color text_color\nfoxglove_msgs/Color background_color\n" RULE
	"MSG: foxglove_msgs/Point2\nfloat64 x\nfloat64 y\n" RULE
	"MSG: foxglove_msgs/Color\nfloat64 r\nfloat64 g\nfloat64 b\nfloat64 a\n" RULE
	"MSG: builtin_interfaces/Time\nint32 sec\nuint32 nanosec\n";

/* ---- Members ---- */

/* A member of a record and its type; NULL: there is none. */
struct member {
	const struct pkd_type *type;
	const char *value;
};

static struct member find(struct member of, const char *name)
{
	for (uint32_t i = 0; of.type && of.type->kind == PKD_RECORD && i < of.type->n; i++)
		if (!strcmp(of.type->fields[i].name, name))
			return (struct member){of.type->fields[i].type,
			                       of.value ? of.value + of.type->fields[i].offset
			                                : NULL};
	return (struct member){NULL, NULL};
}

static bool is_fraction(const struct pkd_type *type)
{
	return type && (type->kind == PKD_F32 || type->kind == PKD_F64);
}

static double fraction(struct member of)
{
	float single;
	double number;

	if (of.type->kind == PKD_F32) {
		memcpy(&single, of.value, sizeof(single));
		return (double)single;
	}
	memcpy(&number, of.value, sizeof(number));
	return number;
}

static bool is_point(struct member of)
{
	return is_fraction(find(of, "x").type) && is_fraction(find(of, "y").type);
}

static bool is_box(struct member of)
{
	return is_point(of) && is_fraction(find(of, "w").type) && is_fraction(find(of, "h").type);
}

static bool is_points(struct member of)
{
	return of.type && (of.type->kind == PKD_ARRAY || of.type->kind == PKD_LIST) &&
	       is_point((struct member){of.type->item, NULL});
}

static struct member item_of(struct member of, uint32_t i)
{
	uint32_t before = of.type->kind == PKD_LIST ? of.type->items_offset : 0;

	return (struct member){of.type->item, of.value + before + (size_t)i * of.type->item->size};
}

static uint32_t length(struct member of)
{
	return of.type->kind == PKD_LIST ? pkd_length((const void *)of.value, of.type->n)
	                                 : of.type->n;
}

/* A track has an object, which has a box. */
static struct member body_of(struct member item)
{
	struct member object = find(item, "object");

	return object.type && object.type->kind == PKD_RECORD ? object : item;
}

static struct member box_of(struct member item)
{
	struct member body = body_of(item), box = find(body, "box");

	return is_box(box) ? box : is_box(body) ? body : (struct member){NULL, NULL};
}

static struct member outline_of(struct member item)
{
	struct member corners = find(item, "corners");

	return is_points(corners) ? corners : find(item, "outline");
}

static bool is_line(struct member item)
{
	return is_point(find(item, "from")) && is_point(find(item, "to"));
}

bool pkdw_annotations_can(const struct pkd_type *type)
{
	struct member item = {NULL, NULL};

	if (type && (type->kind == PKD_ARRAY || type->kind == PKD_LIST))
		item.type = type->item;
	return box_of(item).type || is_points(outline_of(item)) ||
	       is_points(find(item, "points")) || is_line(item) || is_point(find(item, "centre")) ||
	       is_point(item);
}

/* ---- Shapes ---- */

static struct shape *add(struct shapes *shapes, enum shape_kind kind)
{
	struct shape *shape;

	if (shapes->n == MAX_SHAPES)
		return NULL;
	shape = &shapes->items[shapes->n++];
	shape->kind = kind;
	shape->n = shape->n_text = 0;
	return shape;
}

static void add_point(struct shape *shape, double x, double y)
{
	if (shape && shape->n < MAX_POINTS)
		shape->points[shape->n++] = (struct point){x, y};
}

static void add_place(struct shape *shape, struct member point)
{
	add_point(shape, fraction(find(point, "x")), fraction(find(point, "y")));
}

static void add_box(struct shapes *shapes, struct member box)
{
	struct shape *shape = add(shapes, LINE_LOOP);
	double x = fraction(find(box, "x")), y = fraction(find(box, "y"));
	double w = fraction(find(box, "w")), h = fraction(find(box, "h"));

	add_point(shape, x, y);
	add_point(shape, x + w, y);
	add_point(shape, x + w, y + h);
	add_point(shape, x, y + h);
}

static void add_all(struct shapes *shapes, enum shape_kind kind, struct member points)
{
	uint32_t n = length(points);
	struct shape *shape = n ? add(shapes, kind) : NULL;

	for (uint32_t i = 0; i < n; i++)
		add_place(shape, item_of(points, i));
}

static void add_one(struct shapes *shapes, struct member point)
{
	add_place(add(shapes, POINTS), point);
}

static void add_shapes(struct shapes *shapes, struct member item)
{
	uint32_t before = shapes->n;

	if (is_points(outline_of(item)))
		add_all(shapes, LINE_LOOP, outline_of(item));
	else if (box_of(item).type)
		add_box(shapes, box_of(item));
	if (is_points(find(item, "points")))
		add_all(shapes, POINTS, find(item, "points"));
	if (is_line(item)) {
		struct shape *line = add(shapes, LINE_STRIP);

		add_place(line, find(item, "from"));
		add_place(line, find(item, "to"));
	}
	if (shapes->n == before && is_point(find(item, "centre")))
		add_one(shapes, find(item, "centre"));
	else if (shapes->n == before && is_point(item))
		add_one(shapes, item);
}

/* Far from each other also for who tells red and green apart badly. */
static struct colour colour_of(const char *text, uint32_t n)
{
	static const struct colour colours[] = {{1, 0.69, 0},       {0.3, 0.79, 0.94},
	                                        {0.97, 0.15, 0.52}, {0.5, 0.93, 0.6},
	                                        {0.78, 0.49, 1},    {1, 0.48, 0.33}};
	uint32_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum = sum * 31 + (uint8_t)text[i];
	return colours[sum % (sizeof(colours) / sizeof(colours[0]))];
}

static struct member text_of(struct member item)
{
	struct member label = find(body_of(item), "label");

	return label.type && label.type->kind == PKD_STRING ? label : find(item, "text");
}

static void add_item(struct shapes *shapes, struct member item)
{
	uint32_t first = shapes->n, n = 0;
	struct member text = text_of(item);
	const char *letters = "";

	add_shapes(shapes, item);
	if (text.type && text.type->kind == PKD_STRING) {
		n = pkd_length((const void *)text.value, text.type->n);
		letters = text.value + sizeof(uint32_t);
	}
	for (uint32_t i = first; i < shapes->n; i++)
		shapes->items[i].colour = colour_of(letters, n);
	if (first == shapes->n || !n)
		return;
	shapes->items[first].text = letters;
	/* No part of a character. */
	if (n > MAX_TEXT)
		for (n = MAX_TEXT; n && ((uint8_t)letters[n] & 0xc0) == 0x80; n--)
			continue;
	shapes->items[first].n_text = n;
}

static bool are_fractions(const struct shapes *shapes)
{
	for (uint32_t i = 0; i < shapes->n; i++)
		for (uint32_t k = 0; k < shapes->items[i].n; k++)
			if (fabs(shapes->items[i].points[k].x) > 2 ||
			    fabs(shapes->items[i].points[k].y) > 2)
				return false;
	return true;
}

/* ---- The picture ---- */

/* Upstream of the stream, the nearest first. */
struct pkdw_extent pkdw_annotations_extent(const struct pkd_program *program, uint32_t stream)
{
	uint32_t nodes[MAX_BEFORE] = {program->streams[stream].writer}, n = 1;

	for (uint32_t at = 0; at < n; at++) {
		const struct pkd_node *node = &program->nodes[nodes[at]];

		for (uint32_t i = 0; i < node->n_inputs; i++) {
			const struct pkd_stream *from;
			const struct pkd_type *type;
			uint32_t k = 0;

			if (node->inputs[i].stream == PKD_NONE)
				continue;
			from = &program->streams[node->inputs[i].stream];
			type = program->nodes[from->writer].outputs[from->output].type;
			if (type && type->kind == PKD_IMAGE && type->width && type->height)
				return (struct pkdw_extent){type->width, type->height};
			while (k < n && nodes[k] != from->writer)
				k++;
			if (k == n && n < MAX_BEFORE)
				nodes[n++] = from->writer;
		}
	}
	return (struct pkdw_extent){1, 1};
}

/* ---- Writing ---- */

static void put_number(struct pkdi_cdr *cdr, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	pkdi_cdr_u64(cdr, bits);
}

static void put_colour(struct pkdi_cdr *cdr, struct colour colour, double opacity)
{
	put_number(cdr, colour.r);
	put_number(cdr, colour.g);
	put_number(cdr, colour.b);
	put_number(cdr, opacity);
}

static void put_shape(struct pkdi_cdr *cdr, const struct shape *shape, struct pkdw_extent extent,
                      int64_t stamp_ns)
{
	pkdi_cdr_time(cdr, stamp_ns);
	pkdi_cdr_u8(cdr, (uint8_t)shape->kind);
	pkdi_cdr_u32(cdr, shape->n);
	for (uint32_t i = 0; i < shape->n; i++) {
		put_number(cdr, shape->points[i].x * extent.width);
		put_number(cdr, shape->points[i].y * extent.height);
	}
	put_colour(cdr, shape->colour, 1);
	pkdi_cdr_u32(cdr, 0);
	put_colour(cdr, shape->colour, 0);
	put_number(cdr, shape->kind == POINTS ? 4 : 2);
}

static void put_text(struct pkdi_cdr *cdr, const struct shape *shape, struct pkdw_extent extent,
                     int64_t stamp_ns)
{
	static const struct colour dark = {0.06, 0.08, 0.1};

	pkdi_cdr_time(cdr, stamp_ns);
	put_number(cdr, shape->points[0].x * extent.width);
	put_number(cdr, shape->points[0].y * extent.height);
	pkdi_cdr_string(cdr, shape->text, shape->n_text);
	put_number(cdr, 12);
	put_colour(cdr, dark, 1);
	put_colour(cdr, shape->colour, 1);
}

void pkdw_annotations_write(const struct pkd_type *type, const void *value,
                            struct pkdw_extent extent, int64_t stamp_ns, struct pkdi_cdr *cdr)
{
	static struct shapes shapes;
	struct member list = {type, value};
	uint32_t n = length(list), n_texts = 0;

	shapes.n = 0;
	for (uint32_t i = 0; i < n; i++)
		add_item(&shapes, item_of(list, i));
	if (!are_fractions(&shapes))
		extent = (struct pkdw_extent){1, 1};
	pkdi_cdr_begin(cdr);
	pkdi_cdr_u32(cdr, 0);
	pkdi_cdr_u32(cdr, shapes.n);
	for (uint32_t i = 0; i < shapes.n; i++) {
		put_shape(cdr, &shapes.items[i], extent, stamp_ns);
		n_texts += shapes.items[i].n_text > 0;
	}
	pkdi_cdr_u32(cdr, n_texts);
	for (uint32_t i = 0; i < shapes.n; i++)
		if (shapes.items[i].n_text)
			put_text(cdr, &shapes.items[i], extent, stamp_ns);
}
