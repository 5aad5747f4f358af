/* The keeper of a program: a process between a node and what it starts, so that nothing of it stays
 * when the node is gone, however that ended. Whatever the program starts, and leaves, becomes the
 * keeper's child; the keeper ends with the last of them.
 *
 * Killed with the node at the same moment, the keeper takes the program itself along
 * (PR_SET_PDEATHSIG); what that had started then belongs to the supervisor, which ends it. */
#ifndef PKD_IO_KEEPER_H
#define PKD_IO_KEEPER_H

#include <stdint.h>

/* What the node tells it, a byte each. Without anybody who could, it kills. */
enum { IO_KEEPER_TERMINATE = 'T', IO_KEEPER_KILL = 'K' };

/* What it says, or the program where it could not be started. */
struct io_news {
	uint32_t is_started; /* 0: `value` is the errno of that */
	int32_t value;       /* as waitpid has it */
	uint32_t n_left;     /* processes that the program left behind, killed */
};

struct io_keeper {
	const char *path;
	char *const *argv, *const *envp;
	int in, out, err; /* what the program has as 0, 1 and 2 */
	int orders;       /* to be read; its end is the node's */
	int news;         /* to be written to */
};

/* In a process that was just forked; allocates nothing, and calls nothing that takes a lock. */
_Noreturn void io_keeper_run(const struct io_keeper *keeper);

#endif
