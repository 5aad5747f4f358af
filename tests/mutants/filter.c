/* Linked with a unit test: runs only the test that MUTANT_TEST names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static __attribute__((constructor)) void choose(void)
{
	cmocka_set_test_filter(getenv("MUTANT_TEST"));
}
