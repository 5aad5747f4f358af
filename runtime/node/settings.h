/* Parameters of the program that a node may set while it runs, as its clause `sets` says.
 *
 * The node writes what it asks for into its own memory, one text for each parameter, and rings. The
 * console, which is the only one that changes parameters, carries it out as it would for `pkd set`,
 * and writes what became of it. A newer text takes the place of one that was not carried out yet.
 * What was asked is carried out once; where the console dies on the way, once more. */
#ifndef PKDI_SETTINGS_H
#define PKDI_SETTINGS_H

#include "node/live.h"

struct pkdi_setting {
	char *name;      /* "green.low", as the console knows it */
	uint32_t target; /* its number, see options/param.h */
	const struct pkdi_live_value *value;
};

struct pkdi_settings {
	struct pkdi_setting *items;
	uint32_t n;
	struct pkdi_ask *asks;           /* own, one for each */
	struct pkdi_ask_answer *answers; /* written by the console: likewise */
	const struct pkdi_live_values *all;
	char *scratch; /* for a value */
	int bell_fd;   /* eventfd: has the console look; -1: there is none */
	/* See options/value.h. */
	bool (*show)(const struct pkd_param *param, const void *params, char *ret_text,
	             size_t size);
};

#endif
