/* --config FILE: parameters as lines `name = value` and `node.name = value`; # begins a comment. */
#ifndef PKDI_CONFIG_H
#define PKDI_CONFIG_H

#include "options/param.h"
#include "os/log.h"

struct pkdi_config {
	const char *path; /* NULL: there is none */
	char *text;       /* the file, split into lines */
	size_t size;
	struct pkdi_setting {
		struct pkdi_param target; /* of an option of every program: PKD_NONE its index */
		const char *own;          /* its name, or NULL */
		const char *value;
		uint32_t line;
	} * settings;
	uint32_t n_settings;
};

/* The options of every program that may stand in a file. */
bool pkdi_config_may_hold(const char *name);

/* Reads the file and looks up names and values, without storing any. -EINVAL after one line with
 * the file's name and the line number. */
int pkdi_config_read(struct pkdi_config *config, const struct pkd_program *program,
                     const struct pkdi_log *log, const char *path);

/* The whole of a file of at most 1 MiB, with a NUL behind it: *ret_text is to be freed. -errno;
 * then *ret_why says why, where the error does not. */
int pkdi_config_read_text(const char *path, char **ret_text, size_t *ret_size,
                          const char **ret_why);
void pkdi_config_finish(struct pkdi_config *config);

/* The file's setting of a parameter; NULL = none. */
const struct pkdi_setting *pkdi_config_find(const struct pkdi_config *config, uint32_t target);

#endif
