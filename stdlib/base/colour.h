/* Colours by their text, as users write them in parameters. */
#ifndef PKD_BASE_COLOUR_H
#define PKD_BASE_COLOUR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct colour {
	uint8_t red, green, blue;
};

/* What is told where colour_read returns false. */
#define COLOURS                                                                                  \
	"it must be black, white, gray, red, green, blue, yellow, orange, cyan, magenta, or as " \
	"in \"#ff8800\""

/* "red", or "#ff8800". False where it is neither. */
static inline bool colour_read(const char *text, struct colour *ret_colour)
{
	static const struct {
		const char *name;
		struct colour colour;
	} names[] = {
		{"black", {0, 0, 0}},       {"white", {255, 255, 255}}, {"gray", {128, 128, 128}},
		{"red", {255, 0, 0}},       {"green", {0, 200, 0}},     {"blue", {0, 0, 255}},
		{"yellow", {255, 255, 0}},  {"orange", {255, 136, 0}},  {"cyan", {0, 255, 255}},
		{"magenta", {255, 0, 255}},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i].name) == 0) {
			*ret_colour = names[i].colour;
			return true;
		}
	}
	if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
		return false;
	const unsigned long value = strtoul(text + 1, NULL, 16);

	ret_colour->red = (uint8_t)(value >> 16);
	ret_colour->green = (uint8_t)(value >> 8);
	ret_colour->blue = (uint8_t)value;
	return true;
}

#endif
