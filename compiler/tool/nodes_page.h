/* pkdc nodes --markdown: docs/nodes.md, from the declarations of the standard library, with the
 * example of each node in examples/nodes and the picture of what it makes in docs/nodes. */
#ifndef TOOL_NODES_PAGE_H
#define TOOL_NODES_PAGE_H

#include "base/buf.h"
#include "compile.h"

/* What a command takes, as it is declared: "(to: u32 = 0 in 0..1000)". */
void nodes_put_arguments(struct buf *out, const struct command *command);

/* `root`: of the tree, for examples and pictures. */
void nodes_page(struct arena *arena, const struct compilation *c, const char *root,
                struct buf *out);

#endif
