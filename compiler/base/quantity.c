/* Numbers, sizes and times as text. */
#include "base/quantity.h"

#include <inttypes.h>
#include <stdio.h>

const char *number_words(struct arena *arena, uint64_t number)
{
	char digits[32], *end = arena_alloc(arena, 32);
	int n = snprintf(digits, sizeof digits, "%" PRIu64, number);
	char *text = end;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*end++ = ' ';
		*end++ = digits[i];
	}
	return text;
}

const char *bytes_words(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	size_t unit = 0;
	double amount = (double)bytes;

	while (amount >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
		amount /= 1024;
		unit++;
	}
	if (bytes % (UINT64_C(1) << (10 * unit)) == 0)
		return arena_printf(arena, "%" PRIu64 " %s", bytes >> (10 * unit), units[unit]);
	return arena_printf(arena, "%.1f %s", amount, units[unit]);
}

const char *time_words(struct arena *arena, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *name;
	} units[] = {{60000000000, "min"}, {1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (ns >= units[i].ns && ns % units[i].ns == 0)
			return arena_printf(arena, "%" PRId64 " %s", ns / units[i].ns,
			                    units[i].name);
	}
	if (ns >= 10000000000)
		return arena_printf(arena, "%.1f s", (double)ns / 1e9);
	if (ns >= 1000000)
		return arena_printf(arena, "%.1f ms", (double)ns / 1e6);
	return arena_printf(arena, "%" PRId64 " ns", ns);
}

const char *time_source(struct arena *arena, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (ns % units[i].ns == 0)
			return arena_printf(arena, "%" PRId64 "%s", ns / units[i].ns,
			                    units[i].unit);
	return arena_printf(arena, "%" PRId64 "ns", ns);
}
