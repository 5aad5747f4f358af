/* Validates the tables of a program against the runtime's own arithmetic. */
#ifndef PKDI_CHECK_H
#define PKDI_CHECK_H

#include <pkd/program.h>

#include "os/log.h"

/* Returns 0, or -EINVAL after one line that names the table. */
int pkdi_check(const struct pkd_program *program, const struct pkdi_log *log);

#endif
