/* The processes of a program under torture, as /proc shows them. */
#ifndef VICTIMS_H
#define VICTIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { MAX_CHILDREN = 256, MAX_MEMORIES = 1024 };

/* The children of a process; how many. */
size_t victims_list(pid_t parent, pid_t ret_pids[MAX_CHILDREN]);

/* A descriptor of `pid`, if that is a living child of `parent`; else -1. Signals go through it, so
 * that they cannot reach another process that has got the number meanwhile. */
int victims_open(pid_t parent, pid_t pid);

/* Sends a signal and, but for SIGSTOP, gives the descriptor up. */
bool victims_signal(int pidfd, int signal);

/* The shared memory of a program, by inode, so that it can be told from others'. */
struct memories {
	ino_t inodes[MAX_MEMORIES];
	size_t n;
};

/* Notes what `pid` has mapped. */
void memories_note(struct memories *memories, pid_t pid);

/* The first process that has one of them mapped or open; 0 = none. */
pid_t memories_holder(const struct memories *memories);

#endif
