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

/* Likewise those that have not come to it, or are to be told of new values and have not been. */
uint32_t pkdi_set_next_pending(const struct pkdi_run *run, uint64_t version, uint32_t after);

/* Notes in request->before which nodes run, before values are published, and writes which of those
 * that read such values were started again or given up since: "restarted" and "gone", where there
 * are any. False: there is not enough memory. */
bool pkdi_set_remember(const struct pkdi_run *run, struct pkdi_request *request);
void pkdi_set_tell_dead(const struct pkdi_run *run, const struct pkdi_request *request,
                        struct pkdi_out *out);

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
