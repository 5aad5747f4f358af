/* The moving test card: what stands still is drawn once, the rest over a copy of it. All of it is
 * made of lines and discs with smooth edges, without a font. */
#ifndef PKD_VIDEO_TEST_CARD_H
#define PKD_VIDEO_TEST_CARD_H

#include <pkd/frame.h>

enum { TEST_CARD_GLYPHS = 13 };

struct test_card_font {
	uint8_t *coverage; /* 0 to 255 a pixel; all glyphs, each of width x height */
	int32_t width, height;
	double unit; /* pixels; a digit is 8 wide and 12 high between the middles of its lines */
};

struct test_card {
	int32_t width, height; /* of the image, in pixels */
	double unit;           /* pixels; the card is laid out for 640 x 360 of them */
	uint8_t *ground;       /* bgr24, rows without gaps */
	uint16_t *turns;       /* of each pixel around the hand's middle: 65536 are a whole turn */
	int32_t dial_x, dial_y, dial_size; /* their square */
	struct test_card_font large, medium, small;
};

/* 0, or -ENOMEM; test_card_finish also after that. */
int test_card_init(struct test_card *card, uint32_t width, uint32_t height);
void test_card_finish(struct test_card *card);

/* Frame `number` at `time_ns`, `period_ns` after the one before. The image is of the card's size,
 * in bgr24. */
void test_card_draw(const struct test_card *card, struct pkd_image *image, uint64_t number,
                    int64_t time_ns, int64_t period_ns);

/* Eight bars of 75 %: white, yellow, cyan, green, magenta, red, blue, black; 191 for each colour in
 * them. `height` rows. */
void test_bars_draw(uint8_t *pixels, int32_t width, int32_t height);

#endif
