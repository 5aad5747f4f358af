#include "sema/function.h"
#include <string.h>

const struct function_row functions[] = {
#define FUNCTION(name, word, arguments, least, most, form, c_word) \
	[FUNCTION_##name] = {word, arguments, least, most, FORM_##form, c_word},
#include "sema/function.def"
#undef FUNCTION
};

enum function function_find(const char *name)
{
	for (int i = 0; i < N_FUNCTIONS; i++)
		if (strcmp(functions[i].word, name) == 0)
			return (enum function)i;
	return N_FUNCTIONS;
}
