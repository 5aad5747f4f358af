/* What a node had in hand when it died, for the line that says so: a frame, and the first text in
 * it, which is mostly what people know it by, such as a path. */
#ifndef PKDI_ITEM_H
#define PKDI_ITEM_H

#include <stdbool.h>

struct pkdi_node;
struct pkdi_run;

enum { PKDI_ITEM_SIZE = 192 };

/* "frame 17 (entry.name 'sub-01')", of a process that has ended. False where it had none, where
 * there is no text in it, and where its stream is private. */
bool pkdi_item_show(const struct pkdi_run *run, const struct pkdi_node *node,
                    char ret_text[PKDI_ITEM_SIZE]);

#endif
