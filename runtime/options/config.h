/* --config FILE: params as lines `name = value` and `node.name = value`; # begins a comment. */
#ifndef PKDI_CONFIG_H
#define PKDI_CONFIG_H

#include "options/param.h"
#include "os/log.h"

struct pkdi_config {
	const char *path; /* NULL: there is none */
	char *text;       /* the file, its lines cut at their ends */
	struct pkdi_setting {
		struct pkdi_param target;
		const char *value;
		uint32_t line;
	} * settings;
	uint32_t n_settings;
};

/* Reads the file and looks names and values up, without storing any. -EINVAL after one line with
 * the file's name and the line. */
int pkdi_config_read(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, const char *path);
void pkdi_config_finish(struct pkdi_config *config);

/* What the file says of a param; NULL = nothing. */
const struct pkdi_setting *pkdi_config_find(const struct pkdi_config *config, uint32_t target);

#endif
