/* What nodes may set, by their clause `sets`: a list of names becomes parameters. */
#ifndef PKDI_RUN_SETTINGS_H
#define PKDI_RUN_SETTINGS_H

#include "run/run.h"

/* Finds them, once options have their values. On failure one line has been written. */
int pkdi_settings_find(struct pkdi_run *run);

/* The memory of the answers to node `index`, at base + at; with a NULL base it is only measured.
 * Returns where it ends. */
size_t pkdi_settings_place(struct pkdi_run *run, uint32_t index, char *base, size_t at);

/* Where all of their words and values are. */
int pkdi_settings_link(struct pkdi_run *run, bool has_console);

void pkdi_settings_finish(struct pkdi_run *run);

#endif
