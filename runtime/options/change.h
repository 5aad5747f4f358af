/* Which parameters may change while the program runs. */
#ifndef PKDI_CHANGE_H
#define PKDI_CHANGE_H

#include <pkd/program.h>

/* Whether the parameter of this number may; *ret_why is what it is otherwise, as the end of a
 * sentence. */
bool pkdi_may_change(const struct pkd_program *program, uint32_t target, const char **ret_why);

#endif
