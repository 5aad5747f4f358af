/* The interpreter of nodes in Python. */
#ifndef TOOL_PYTHON_H
#define TOOL_PYTHON_H

#include "tool/build.h"

/* By what --python, PKD_PYTHON or the PATH names it. */
const char *python_command(const struct tool *tool);

/* Reports where the sources of nodes in Python do not have what their declarations say; where no
 * interpreter reads them, a line says so. An exit status. */
int python_check(struct tool *tool, struct compilation *c);

/* Asks the interpreter that --python, PKD_PYTHON or the PATH names. 0, or -1: there is none. */
int python_find(struct tool *tool, struct python *ret_python);

/* Reports what a program with nodes in Python needs and is not there. An exit status. */
int build_check_python(struct build *b);

/* Compiles the embedding for the interpreter, if the program has nodes in Python. */
int build_embedding(struct build *b);

/* Writes b->interpreter: the C that says where all of it lies. */
int build_write_python(struct build *b);

#endif
