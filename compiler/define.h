/* Constants that are given on the command line. */
#ifndef DEFINE_H
#define DEFINE_H

#include "sema/scope.h"

/* Gives a constant of the file the value of "NAME=VALUE", as if it were written there. To be called
 * between parsing and resolving. */
void compile_define(struct sema *sema, struct ast_file *file, const char *define);

#endif
