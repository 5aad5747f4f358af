/* The same tests wherever a ring may lie, see ring.h. */
#ifndef RUNTIME_PLACES_H
#define RUNTIME_PLACES_H

#include "channel/freeze.h"

struct variant {
	const char *name;
	uint32_t value_size;
	enum pkdi_freeze freeze;
};
static const struct variant variants[] = {
	{"beside values", 8, PKDI_FREEZE_OFF},
	{"in headers", 64, PKDI_FREEZE_OFF},
	{"apart", 8, PKDI_FREEZE_ALL},
};
static const struct variant *variant = &variants[0];

/* The tests of an array once for each; the number of those that failed. */
#define RUN_IN_ALL_PLACES(tests) run_in_all_places(tests, sizeof(tests) / sizeof(tests[0]))

static inline int run_in_all_places(const struct CMUnitTest *tests, size_t n)
{
	int n_failed = 0;

	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		variant = &variants[i];
		n_failed += _cmocka_run_group_tests(variant->name, tests, n, NULL, NULL);
	}
	return n_failed;
}

#endif
