/* Lets a test step in at the very moment when the code under test touches a page, so that the
 * stores of another process come exactly between two of its operations. */
#ifndef RUNTIME_TRAP_H
#define RUNTIME_TRAP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { TRAP_PAGE = 4096, MAX_TRAPS = 2 };

struct trap {
	char *page;
	void (*hook)(
		void); /* called once, with the page accessible again; it may set the trap again */
	bool set;
};

static struct trap traps[MAX_TRAPS];
static struct sigaction before_traps;

static void on_trap(int signal, siginfo_t *info, void *context)
{
	const char *address = info->si_addr;

	(void)context;
	for (uint32_t i = 0; i < MAX_TRAPS; i++) {
		struct trap *trap = &traps[i];

		if (!trap->set || address < trap->page || address >= trap->page + TRAP_PAGE)
			continue;
		trap->set = false;
		mprotect(trap->page, TRAP_PAGE, PROT_READ | PROT_WRITE);
		trap->hook();
		return;
	}
	/* Not ours: the instruction faults again, and the test fails. */
	sigaction(signal, &before_traps, NULL);
}

/* A page of its own, filled with zeros. */
static inline char *trap_page(void)
{
	char *page = mmap(NULL, TRAP_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                  0);

	assert_true(page != MAP_FAILED);
	return page;
}

/* allowed: PROT_READ to be told of the next store only, PROT_NONE of the next load, too. */
static inline void trap_set(uint32_t i, void *page, int allowed, void (*hook)(void))
{
	const struct sigaction action = {.sa_sigaction = on_trap,
	                                 .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct sigaction now;

#ifdef __SANITIZE_THREAD__
	skip(); /* its own code makes the access, with a lock held that the hook needs */
#endif
	/* valgrind takes each touch for an error. */
	if (getenv("PKD_TEST_NO_TRAPS"))
		skip();
	sigaction(SIGSEGV, &action, &now);
	if (now.sa_sigaction != on_trap)
		before_traps = now;
	traps[i] = (struct trap){page, hook, true};
	mprotect(page, TRAP_PAGE, allowed);
}

/* At the end of a test; true when the trap was touched. */
static inline bool trap_was_touched(uint32_t i)
{
	if (!traps[i].set)
		return true;
	traps[i].set = false;
	mprotect(traps[i].page, TRAP_PAGE, PROT_READ | PROT_WRITE);
	return false;
}

#endif
