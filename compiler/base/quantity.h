/* Numbers, sizes and times as text in the arena. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include "base/arena.h"
#include <stdint.h>

/* For people: "12 345 678"; "5.1 MiB"; "120 ms". */
const char *number_words(struct arena *arena, uint64_t number);
const char *bytes_words(struct arena *arena, uint64_t bytes);
const char *time_words(struct arena *arena, int64_t ns);

/* As one writes it in the language, exactly: "120ms". */
const char *time_source(struct arena *arena, int64_t ns);

#endif
