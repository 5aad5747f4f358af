/* Zones and lines, as stdlib/base/places.h reads them: a resolution, a line end, and the text. With
 * -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given, once each. */
#include "base/places.h"
#include "input.h"

static void expect_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	expect(n > 0 && n < size, "a text is empty, or has no end");
	for (size_t i = 0, length; i < n; i += length) {
		length = utf8_length(text + i, n - i);
		expect(length > 0 && (uint8_t)text[i] >= ' ', "a text is not plain");
	}
}

static void expect_whole(const struct places *places, enum places_kind kind)
{
	expect(places->n >= 1 && places->n <= PLACES_MAX, "their number is out of its range");
	for (uint32_t i = 0; i < places->n; i++) {
		const struct place *place = &places->items[i];

		expect(place->n_points >= (kind == PLACES_ZONES ? 3 : 2) &&
		               place->n_points <= PLACES_MAX_POINTS,
		       "the number of points is out of its range");
		expect_text(place->name, sizeof(place->name));
		for (uint32_t k = 0; k < i; k++)
			expect(strcmp(place->name, places->items[k].name) != 0,
			       "two have one name");
		for (uint32_t k = 0; k < place->n_points; k++)
			expect(place->points[k].x >= 0 && place->points[k].x <= 1 &&
			               place->points[k].y >= 0 && place->points[k].y <= 1,
			       "a point is outside the frame");
	}
}

/* Each point of a zone, and its neighbours, of which those that are inside are in each box about
 * them. */
static void look(const struct place *zone)
{
	for (uint32_t i = 0; i < zone->n_points; i++)
		for (int k = 0; k < 9; k++) {
			struct place_point p = {zone->points[i].x + (k % 3 - 1) * 1e-3,
			                        zone->points[i].y + (k / 3 - 1) * 1e-3};
			struct place_box box = {p.x - 1e-3, p.y - 1e-3, p.x + 1e-3, p.y + 1e-3};

			expect(!place_holds(zone, p) || place_overlaps(zone, box),
			       "a box about a point inside is outside");
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No byte behind it, so that what reads on is seen by a sanitizer. */
	char *text = malloc(size + 1), *end = NULL, wrong[PLACES_WRONG_SIZE];
	struct places places;

	memcpy(text, data, size);
	text[size] = '\0';
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	for (int kind = PLACES_ZONES; kind <= PLACES_LINES; kind++) {
		memset(wrong, 0xa5, sizeof(wrong));
		if (!places_read(end ? end + 1 : text, end ? text : "", (enum places_kind)kind,
		                 &places, wrong)) {
			expect_text(wrong, sizeof(wrong));
			continue;
		}
		expect_whole(&places, (enum places_kind)kind);
		for (uint32_t i = 0; i < places.n && kind == PLACES_ZONES; i++)
			look(&places.items[i]);
	}
	free(text);
	return 0;
}
