/* Parameters as the console has them: what they are, and new values for them. */
#ifndef PKDI_SET_H
#define PKDI_SET_H

#include "console/method.h"
#include "options/param.h"

/* At the start of a console: takes what an earlier one has published last. */
void pkdi_set_recover(struct pkdi_run *run);

/* The nodes that read values which change, and have not come to this version yet; those that have
 * ended do not count. Returns the first of them behind node `after` (PKD_NONE: from the first on),
 * or PKD_NONE. */
uint32_t pkdi_set_next_behind(const struct pkdi_run *run, uint64_t version, uint32_t after);

/* Whether the parameter may change while the program runs; *ret_why is what it is otherwise, as the
 * end of a sentence. */
bool pkdi_set_may_change(const struct pkdi_run *run, uint32_t target, const char **ret_why);

/* The parameter of that name, a string of the JSON; false after a fault. */
bool pkdi_set_find(const struct pkdi_run *run, const struct pkdi_json *json, uint32_t name,
                   struct pkdi_param *ret_target, struct pkdi_fault *fault);

/* Its value in the words of the command line: a string as it is, and in an array with \ before
 * each of its commas and backslashes. Returns ret_text; NULL: it is too long. */
#define PKDI_SET_TEXT 8192
char *pkdi_set_text(const struct pkdi_param *target, char ret_text[PKDI_SET_TEXT]);

/* Publishes new values: an object of names, each with a string as on the command line, a number or
 * a boolean. All of them, or none and a fault. `at`: the frame from which they hold at the
 * earliest. *ret_version is the version they are in. */
bool pkdi_set_values(struct pkdi_run *run, const struct pkdi_json *json, uint32_t values,
                     uint64_t at, uint64_t *ret_version, struct pkdi_fault *fault);

#endif
