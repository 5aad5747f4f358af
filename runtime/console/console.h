/* The console: a process of its own, which answers what is asked on the program's socket. It sees
 * the program's words and can change none of them; what it reads may come from anybody, so it is
 * confined to nothing but its socket. It sleeps while nobody asks. */
#ifndef PKDI_CONSOLE_H
#define PKDI_CONSOLE_H

#include "console/serve.h"
#include "console/web_open.h"
#include "run/run.h"

/* Serves until `end_fd` can be read, which gives the exit status of the program (an int): its
 * clients are told so. It answers its own user, root, and the members of a group unless that is
 * PKDI_NO_GROUP. A socket of -1 is not served; `part` has the page of one that is. Returns its own
 * exit status. */
int pkdi_console_run(struct pkdi_run *run, int listener, int end_fd, gid_t group,
                     const struct pkdi_serve *serve, const struct pkdi_web_part *part);

#endif
