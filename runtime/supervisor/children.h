/* The processes of a program as the supervisor has them: started, reaped, ended, with what they
 * leave. */
#ifndef PKDI_CHILDREN_H
#define PKDI_CHILDREN_H

#include "supervisor/supervise.h"

bool pkdi_child_is_up(const struct pkdi_child *child);

/* 0 or -errno; nothing is left of a start that failed. */
int pkdi_child_start(struct pkdi_supervisor *supervisor, uint32_t process);

/* The next incarnation; a start that fails is in its `start_error`. */
void pkdi_child_start_again(struct pkdi_supervisor *supervisor, uint32_t process);

/* Tells the others that nothing comes of its nodes any more. */
void pkdi_child_give_up(struct pkdi_supervisor *supervisor, uint32_t process);

/* Reaps the child, if it has ended; its address space is gone then, so that no store of it can
 * come any more. False where it has not, or where its tracer has yet to let it go: then SIGCHLD
 * comes again. */
bool pkdi_child_reap(struct pkdi_supervisor *supervisor, uint32_t process,
                     struct pkdi_event *ret_event);

/* Nothing where it is not up. */
void pkdi_child_signal(const struct pkdi_child *child, int signal);

/* A SIGTERM that somebody has sent to it alone; nothing where there was none. */
void pkdi_child_end_as_told(const struct pkdi_supervisor *supervisor, uint32_t process);

/* Kills it; what for will be in the event of its death. */
void pkdi_child_kill_for(struct pkdi_child *child, enum pkdi_stall stall);

/* Whether the console wants it to be started again, where the deploy has it that it is when it
 * dies. True once for each time that it was asked for. */
bool pkdi_child_is_asked_for(struct pkdi_supervisor *supervisor, uint32_t process);

/* Kills what a process has left: it must not be there beside the next incarnation, on the same
 * files and devices. */
void pkdi_child_end_strays(struct pkdi_supervisor *supervisor, uint32_t process);

/* Is it a process of the program, or a stray? As struct pkdi_strays wants it; context: the
 * supervisor. */
bool pkdi_child_is_own(const void *context, pid_t pid);

#endif
