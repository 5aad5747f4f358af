/* What an object file has besides what is called: code that runs by itself. */
#ifndef TOOL_ELF_H
#define TOOL_ELF_H

#include <stddef.h>

/* The name of the first section that makes code run at the start or the end of the program it is
 * linked into (constructors, destructors); NULL = there is none, or this is no whole ELF file of
 * this machine's kind. The name lies in `data`. */
const char *elf_runs_by_itself(const char *data, size_t length);

#endif
