/* Growing arrays in an arena. An empty one is all zeroes; items move when it grows, so keep
 * indices, not pointers, across a push. */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/arena.h"

#define VEC(type)              \
	struct {               \
		type *items;   \
		size_t n, cap; \
	}

/* A named one, where values of the type are passed around: VEC_OF(names, const char *). */
#define VEC_OF(tag, type)      \
	struct tag {           \
		type *items;   \
		size_t n, cap; \
	}

#define vec_push(arena, vec, ...)                                                     \
	((vec)->n == (vec)->cap                                                       \
	         ? (void)((vec)->items = vec_grow((arena), (vec)->items, &(vec)->cap, \
	                                          sizeof *(vec)->items))              \
	         : (void)0,                                                           \
	 (vec)->items[(vec)->n++] = (__VA_ARGS__))

void *vec_grow(struct arena *arena, void *items, size_t *cap, size_t item_size);

#endif
