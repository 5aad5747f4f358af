/* See sps.h. */
#include "sps.h"

#include <stdbool.h>
#include <string.h>

enum { LONGEST = 1024 };

struct bits {
	uint8_t bytes[LONGEST]; /* without emulation prevention */
	size_t n, at;           /* bits */
	bool is_short;          /* there were fewer than were read, or room for fewer */
};

static uint32_t read_bits(struct bits *bits, unsigned n)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < n; i++) {
		if (bits->at >= bits->n) {
			bits->is_short = true;
			return 0;
		}
		value = value << 1 | (bits->bytes[bits->at / 8] >> (7 - bits->at % 8) & 1);
		bits->at++;
	}
	return value;
}

static bool read_bit(struct bits *bits)
{
	return read_bits(bits, 1);
}

static uint32_t read_ue(struct bits *bits)
{
	unsigned zeroes = 0;

	while (!bits->is_short && !read_bit(bits))
		zeroes++;
	if (zeroes > 31)
		bits->is_short = true;
	return bits->is_short ? 0 : (1U << zeroes) - 1 + read_bits(bits, zeroes);
}

static void write_bits(struct bits *bits, uint32_t value, unsigned n)
{
	for (unsigned i = n; i > 0; i--) {
		if (bits->n >= sizeof(bits->bytes) * 8) {
			bits->is_short = true;
			return;
		}
		if (bits->n % 8 == 0)
			bits->bytes[bits->n / 8] = 0;
		bits->bytes[bits->n / 8] |= (uint8_t)((value >> (i - 1) & 1) << (7 - bits->n % 8));
		bits->n++;
	}
}

static void write_ue(struct bits *bits, uint32_t value)
{
	unsigned n = 0;

	while ((value + 1) >> n > 1)
		n++;
	write_bits(bits, 0, n);
	write_bits(bits, value + 1, n + 1);
}

static void copy_bits(struct bits *to, const struct bits *from, size_t end)
{
	for (size_t at = 0; at < end; at++)
		write_bits(to, (unsigned)from->bytes[at / 8] >> (7 - at % 8) & 1U, 1);
}

/* ---- What stands before ---- */

static void pass_scaling_lists(struct bits *bits, uint32_t chroma)
{
	for (unsigned i = 0; i < (chroma == 3 ? 12u : 8u); i++) {
		int32_t last = 8, next = 8;

		if (!read_bit(bits))
			continue;
		for (unsigned j = 0; j < (i < 6 ? 16u : 64u) && !bits->is_short; j++) {
			if (next) {
				uint32_t code = read_ue(bits);
				int32_t half = (int32_t)((code + 1) / 2 & 0xff);

				next = (last + (code & 1 ? half : -half)) & 0xff;
			}
			last = next ? next : last;
		}
	}
}

static bool has_chroma(uint32_t profile)
{
	static const uint8_t profiles[] = {100, 110, 122, 244, 44,  83, 86,
	                                   118, 128, 138, 139, 134, 135};

	return memchr(profiles, (int)profile, sizeof(profiles)) != NULL;
}

static void pass_order(struct bits *bits)
{
	uint32_t kind = read_ue(bits), n;

	if (kind == 0) {
		read_ue(bits);
	} else if (kind == 1) {
		read_bit(bits);
		read_ue(bits);
		read_ue(bits);
		n = read_ue(bits);
		for (uint32_t i = 0; i < n && !bits->is_short; i++)
			read_ue(bits);
	}
}

/* Up to vui_parameters_present_flag; the number of reference frames. */
static uint32_t pass_head(struct bits *bits)
{
	uint32_t profile = (read_bits(bits, 8), read_bits(bits, 8)), n_frames;

	read_bits(bits, 16);
	read_ue(bits);
	if (has_chroma(profile)) {
		uint32_t chroma = read_ue(bits);

		if (chroma == 3)
			read_bit(bits);
		read_ue(bits);
		read_ue(bits);
		read_bit(bits);
		if (read_bit(bits))
			pass_scaling_lists(bits, chroma);
	}
	read_ue(bits);
	pass_order(bits);
	n_frames = read_ue(bits);
	read_bit(bits);
	read_ue(bits);
	read_ue(bits);
	if (!read_bit(bits)) /* frame_mbs_only_flag */
		read_bit(bits);
	read_bit(bits);
	if (read_bit(bits)) {
		for (int i = 0; i < 4; i++)
			read_ue(bits);
	}
	return n_frames;
}

static void pass_hrd(struct bits *bits)
{
	uint32_t n = read_ue(bits);

	read_bits(bits, 8);
	for (uint32_t i = 0; i <= n && !bits->is_short; i++) {
		read_ue(bits);
		read_ue(bits);
		read_bit(bits);
	}
	read_bits(bits, 20);
}

/* Up to bitstream_restriction_flag. */
static void pass_vui(struct bits *bits)
{
	bool has_nal, has_vcl;

	if (read_bit(bits) && read_bits(bits, 8) == 255)
		read_bits(bits, 32);
	if (read_bit(bits))
		read_bit(bits);
	if (read_bit(bits)) {
		read_bits(bits, 4);
		if (read_bit(bits))
			read_bits(bits, 24);
	}
	if (read_bit(bits)) {
		read_ue(bits);
		read_ue(bits);
	}
	if (read_bit(bits)) {
		read_bits(bits, 32);
		read_bits(bits, 32);
		read_bit(bits);
	}
	has_nal = read_bit(bits);
	if (has_nal)
		pass_hrd(bits);
	has_vcl = read_bit(bits);
	if (has_vcl)
		pass_hrd(bits);
	if (has_nal || has_vcl)
		read_bit(bits);
	read_bit(bits);
}

/* ---- The set ---- */

static bool take(struct bits *bits, const uint8_t *sps, size_t n)
{
	size_t to = 0, zeroes = 0;

	if (n > sizeof(bits->bytes))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_prevention = zeroes >= 2 && sps[i] == 3;

		if (!is_prevention)
			bits->bytes[to++] = sps[i];
		zeroes = sps[i] || is_prevention ? 0 : zeroes + 1;
	}
	bits->n = to * 8;
	return true;
}

static size_t put(const struct bits *bits, uint8_t *to, size_t room)
{
	size_t n = 0, zeroes = 0;

	for (size_t i = 0; i < bits->n / 8; i++) {
		uint8_t byte = bits->bytes[i];

		if (n + 2 > room)
			return 0;
		if (zeroes >= 2 && byte <= 3) {
			to[n++] = 3;
			zeroes = 0;
		}
		to[n++] = byte;
		zeroes = byte ? 0 : zeroes + 1;
	}
	return n;
}

static void write_restriction(struct bits *bits, uint32_t n_frames)
{
	write_bits(bits, 3, 2); /* bitstream_restriction_flag; vectors may point outside */
	write_ue(bits, 0);      /* bytes and … */
	write_ue(bits, 0);      /* … bits may be any */
	write_ue(bits, 16);
	write_ue(bits, 16);
	write_ue(bits, 0); /* max_num_reorder_frames */
	write_ue(bits, n_frames);
	write_bits(bits, 1, 1);
	while (bits->n % 8)
		write_bits(bits, 0, 1);
}

size_t media_sps_restrict(const uint8_t *sps, size_t n, uint8_t *to, size_t room)
{
	struct bits old = {.at = 0}, new = {.at = 0};
	uint32_t n_frames;
	size_t flag;

	if (n < 4 || (sps[0] & 31) != 7 || !take(&old, sps, n))
		return 0;
	n_frames = pass_head(&old);
	flag = old.at;
	if (read_bit(&old)) {
		pass_vui(&old);
		flag = old.at;
		if (read_bit(&old) || old.is_short)
			return 0;
		copy_bits(&new, &old, flag);
	} else {
		copy_bits(&new, &old, flag);
		write_bits(&new, 1, 1);
		write_bits(&new, 0, 8); /* of all that stands before it nothing is there */
	}
	if (old.is_short)
		return 0;
	write_restriction(&new, n_frames);
	return new.is_short ? 0 : put(&new, to, room);
}
