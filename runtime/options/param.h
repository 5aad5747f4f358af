/* The parameters of a program by name: those of the pipeline, then those of each node, numbered
 * from 0. */
#ifndef PKDI_PARAM_H
#define PKDI_PARAM_H

#include <pkd/program.h>
#include <stddef.h>

enum { PKDI_NAME_SIZE = 192 };

/* A parameter of the pipeline (node NULL) or of a node. */
struct pkdi_param {
	const struct pkd_node *node;
	const struct pkd_param *param;
	void *params; /* the struct that contains it */
	uint32_t index;
};

/* False after the last. */
bool pkdi_param_nth(const struct pkd_program *program, uint32_t n, struct pkdi_param *ret_target);

uint32_t pkdi_param_count(const struct pkd_program *program);

/* "min-score", or "found.min_score". */
void pkdi_param_name(const struct pkdi_param *target, char ret_name[PKDI_NAME_SIZE]);

/* Whether its value must not be shown: it is declared secret, or is computed from what is. */
bool pkdi_param_is_secret(const struct pkd_program *program, const struct pkdi_param *target);

/* Dashes and underscores are equivalent. */
bool pkdi_param_name_is(const char *name, size_t length, const char *other);

bool pkdi_param_find(const struct pkd_program *program, const char *name, size_t length,
                     struct pkdi_param *ret_target);

/* The most similar name: of a parameter, or of `others`, which ends with NULL. "" = none. */
void pkdi_param_suggest(const struct pkd_program *program, const char *const *others,
                        const char *name, size_t length, char ret_found[PKDI_NAME_SIZE]);

/* The end of the message about a refused value. Returns -EINVAL. */
int pkdi_param_refuse(const struct pkdi_param *target, const char *wanted, char *ret_text,
                      size_t size);

#endif
