/* How messages name a node. */
#ifndef PKDI_SAY_H
#define PKDI_SAY_H

#include <pkd/program.h>

#include "os/log.h"

enum { PKDI_WHO_SIZE = 320 };

/* "node 'NAME' (FILE:LINE:COLUMN)". Returns ret_who. */
char *pkdi_node_who(const struct pkd_node *node, char ret_who[PKDI_WHO_SIZE]);

/* "PROGRAM: node 'NAME' (FILE:LINE:COLUMN): text" on stderr, an error. */
void pkdi_node_log(const struct pkdi_log *log, const struct pkd_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
