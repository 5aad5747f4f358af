/* See qr.h. Numbers of tables and sections are those of ISO/IEC 18004. */
#include "qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	N_DATA = 9, /* codewords, table 9 */
	N_CHECK = 17,
	N_ALL = N_DATA + N_CHECK,
	FINDER = 7,
	TIMING = 6, /* row and column */
	LEVEL_H = 2,
	MAX_DIGITS = 17,
};

struct code {
	bool dark[QR_SIZE][QR_SIZE];
	bool is_fixed[QR_SIZE][QR_SIZE]; /* a pattern or the format, no data */
};

/* ---- Codewords ---- */

struct bits {
	uint8_t bytes[N_DATA];
	uint32_t n;
};

static void put(struct bits *bits, uint32_t value, uint32_t size)
{
	while (size-- > 0 && bits->n < N_DATA * 8) {
		bits->bytes[bits->n / 8] |= (uint8_t)((value >> size & 1) << (7 - bits->n % 8));
		bits->n++;
	}
}

/* 7.4.3: three digits in ten bits, two in seven, one in four. */
static void put_digits(struct bits *bits, const char *digits)
{
	static const uint32_t sizes[] = {0, 4, 7, 10};
	size_t n = strlen(digits);

	put(bits, 1, 4);
	put(bits, (uint32_t)n, 10);
	for (size_t i = 0; i < n; i += 3) {
		char group[4] = "";

		memcpy(group, digits + i, n - i < 3 ? n - i : 3);
		put(bits, (uint32_t)strtoul(group, NULL, 10), sizes[strlen(group)]);
	}
}

static void fill_up(struct bits *bits)
{
	uint32_t left = N_DATA * 8 - bits->n;

	put(bits, 0, left < 4 ? left : 4);
	put(bits, 0, (8 - bits->n % 8) % 8);
	for (uint32_t i = 0; bits->n < N_DATA * 8; i++)
		put(bits, i % 2 ? 0x11 : 0xec, 8);
}

/* In the field of x^8 + x^4 + x^3 + x^2 + 1. */
static uint8_t times(uint8_t a, uint8_t b)
{
	uint32_t product = 0;

	for (int i = 7; i >= 0; i--) {
		product <<= 1;
		if (product & 0x100)
			product ^= 0x11d;
		if (b >> i & 1)
			product ^= a;
	}
	return (uint8_t)product;
}

/* 7.5.2: the remainder of the data by the product of x - 2^i. */
static void add_check(const uint8_t data[static N_DATA], uint8_t check[static N_CHECK])
{
	uint8_t divisor[N_CHECK + 1] = {1}; /* the highest power first */
	uint8_t root = 1;

	for (int i = 0; i < N_CHECK; i++) {
		for (int j = i + 1; j > 0; j--)
			divisor[j] ^= times(divisor[j - 1], root);
		root = times(root, 2);
	}
	memset(check, 0, N_CHECK);
	for (int i = 0; i < N_DATA; i++) {
		uint8_t factor = data[i] ^ check[0];

		memmove(check, check + 1, N_CHECK - 1);
		check[N_CHECK - 1] = 0;
		for (int j = 0; j < N_CHECK; j++)
			check[j] ^= times(divisor[j + 1], factor);
	}
}

/* ---- Modules ---- */

static void fix(struct code *code, int row, int column, bool is_dark)
{
	if (row < 0 || column < 0 || row >= QR_SIZE || column >= QR_SIZE)
		return;
	code->dark[row][column] = is_dark;
	code->is_fixed[row][column] = true;
}

/* With the white separator around it. */
static void place_finder(struct code *code, int top, int left)
{
	for (int y = -1; y <= FINDER; y++) {
		for (int x = -1; x <= FINDER; x++) {
			bool is_ring = y == 0 || x == 0 || y == FINDER - 1 || x == FINDER - 1;
			bool is_core = y > 1 && x > 1 && y < FINDER - 2 && x < FINDER - 2;
			bool is_in = y >= 0 && x >= 0 && y < FINDER && x < FINDER;

			fix(code, top + y, left + x, is_in && (is_ring || is_core));
		}
	}
}

/* 7.9: level and mask, which is number 0, twice. */
static void place_format(struct code *code)
{
	uint32_t data = LEVEL_H << 3, rest = data << 10;

	for (int i = 14; i >= 10; i--)
		if (rest >> i & 1)
			rest ^= 0x537u << (i - 10);
	data = (data << 10 | rest) ^ 0x5412;
	for (int i = 0; i < 15; i++) {
		bool is_dark = data >> i & 1;
		int row = i < 6 ? i : i < 8 ? i + 1 : QR_SIZE - 15 + i;
		int column = i < 8 ? QR_SIZE - 1 - i : i == 8 ? 7 : 14 - i;

		fix(code, row, 8, is_dark);
		fix(code, 8, column, is_dark);
	}
	fix(code, QR_SIZE - 8, 8, true);
}

static void place_patterns(struct code *code)
{
	for (int i = 0; i < QR_SIZE; i++) {
		fix(code, TIMING, i, i % 2 == 0);
		fix(code, i, TIMING, i % 2 == 0);
	}
	place_finder(code, 0, 0);
	place_finder(code, 0, QR_SIZE - FINDER);
	place_finder(code, QR_SIZE - FINDER, 0);
	place_format(code);
}

/* 7.7.3: two columns at a time from the right, up and down in turn, masked by 7.8.2. */
static void place_data(struct code *code, const uint8_t all[static N_ALL])
{
	bool is_up = true;
	uint32_t n = 0;

	for (int right = QR_SIZE - 1; right > 0; right -= right == TIMING + 2 ? 3 : 2) {
		for (int i = 0; i < 2 * QR_SIZE; i++) {
			int row = is_up ? QR_SIZE - 1 - i / 2 : i / 2, column = right - i % 2;

			if (code->is_fixed[row][column] || n >= N_ALL * 8)
				continue;
			code->dark[row][column] = (all[n / 8] >> (7 - n % 8) & 1) ^
			                          ((row + column) % 2 == 0);
			n++;
		}
		is_up = !is_up;
	}
}

void qr_number(uint64_t number, bool ret_modules[static QR_SIZE][QR_SIZE])
{
	struct code code = {0};
	struct bits bits = {0};
	uint8_t all[N_ALL];
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)number);

	put_digits(&bits, text + (n > MAX_DIGITS ? n - MAX_DIGITS : 0));
	fill_up(&bits);
	memcpy(all, bits.bytes, N_DATA);
	add_check(bits.bytes, all + N_DATA);
	place_patterns(&code);
	place_data(&code, all);
	memcpy(ret_modules, code.dark, sizeof(code.dark));
}
