/* Lines of the log as JSON: on standard error with --log-format=json, and for who asks the
 * console. */
#ifndef PKDI_LOG_LINE_H
#define PKDI_LOG_LINE_H

#include "console/out.h"
#include "os/log.h"

enum { PKDI_TIME_SIZE = 32 };

/* A time of CLOCK_REALTIME as RFC 3339 has it, in UTC, with nanoseconds. Returns ret_text. */
char *pkdi_time_show(int64_t time_ns, char ret_text[PKDI_TIME_SIZE]);

/* The members of a line's object, of those that are known, with the time as `time_ns`. */
void pkdi_log_members(const struct pkdi_about *about, const char *text, struct pkdi_out *out);

/* The line is an object, with the program's name and process number behind the level. */
pkdi_log_format pkdi_log_json;

#endif
