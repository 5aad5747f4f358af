/* What a file is found to be. */
#ifndef FOUND_H
#define FOUND_H

#include "study.pkd.h"

#include <stdio.h>

/* NULL, or why nothing can be said. `found` is all zeroes before. */
const char *found_read(FILE *file, struct study_Found *found);

#endif
