#define _GNU_SOURCE
#include "process/confine_calls.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/seccomp.h"

/* ---- What is refused ---- */

struct refused {
	int call;
	enum pkdi_refusal refusal;
	bool partly;
	const char *name;
};

static const struct refused table[] = {
#define REFUSED(name, refusal) {SYS_##name, PKDI_REFUSED_##refusal, false, #name},
#define REFUSED_PARTLY(name, refusal) {SYS_##name, PKDI_REFUSED_##refusal, true, #name},
#include "process/refused.def"
#undef REFUSED
#undef REFUSED_PARTLY
};

enum { N_REFUSED = sizeof(table) / sizeof(table[0]) };

const char *pkdi_refused_call_name(int call)
{
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].call == call)
			return table[i].name;
	return NULL;
}

const char *pkdi_refusal_reason(enum pkdi_refusal refusal)
{
	switch (refusal) {
	case PKDI_REFUSED_OTHERS:
		return "no node may access other processes";
	case PKDI_REFUSED_PRIVILEGES:
		return "no node may change what its process is allowed to do";
	case PKDI_REFUSED_SYSTEM:
		return "no node may change the system";
	case PKDI_REFUSED_FILES:
		return "a node that declares what it touches may not change a file's mode, owner or "
		       "times";
	case PKDI_REFUSED_IPC:
		return "a node that declares what it touches may not share memory or queues by name";
	case PKDI_REFUSED_PROGRAMS:
		return "a node that starts programs must declare it: write `executes` in its "
		       "declaration";
	case PKDI_REFUSED_LIMIT:
		return "the deploy's `limit` of `processes 0` forbids it";
	case PKDI_REFUSED_NETWORK:
		return "a node that uses the network must declare it: write `network` in its "
		       "declaration";
	case PKDI_REFUSED_SETTLED:
		return "its declaration says `settled after init`: open it in init, or remove that "
		       "clause";
	}
	return "no node may do that";
}

/* ---- For what, and with which arguments ---- */

static uint32_t trap(enum pkdi_refusal refusal)
{
	return PKDI_REFUSE_TRAP(refusal + 1);
}

/* Why a call of the table is refused to a process with these rights. */
static enum pkdi_refusal refusal_of(enum pkdi_refusal refusal, const struct pkdi_rights *rights)
{
	return refusal == PKDI_REFUSED_PROGRAMS && rights->no_processes ? PKDI_REFUSED_LIMIT
	                                                                : refusal;
}

/* Signals of a process that may start others: landlock keeps them to its own, from ABI 6 on;
 * before, at least the supervisor and the group are out of reach. */
static void refuse_signals_of_parents(struct pkdi_filter *filter, const struct pkdi_run *run)
{
	const uint32_t never[] = {0, (uint32_t)-1, (uint32_t)run->supervisor,
	                          (uint32_t)-run->supervisor, (uint32_t)-getpgrp()};

	if (run->landlock_abi >= 6)
		return;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		pkdi_filter_refuse_value(filter, SYS_kill, 0, never[i], trap(PKDI_REFUSED_OTHERS));
		pkdi_filter_refuse_value(filter, SYS_rt_sigqueueinfo, 0, never[i],
		                         trap(PKDI_REFUSED_OTHERS));
	}
}

static void refuse_signals(struct pkdi_filter *filter)
{
	static const int calls[] = {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo,
	                            SYS_rt_tgsigqueueinfo};
	const uint32_t self = (uint32_t)getpid();

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		pkdi_filter_refuse_others(filter, calls[i], 0, &self, 1, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse(filter, SYS_pidfd_send_signal, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse(filter, SYS_pidfd_open, trap(PKDI_REFUSED_OTHERS));
}

/* Of others, who is named by a number that is neither 0 nor its own. Libraries try to, for their
 * own threads, and go on without. */
static void refuse_priorities(struct pkdi_filter *filter)
{
	static const int calls[] = {SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
	                            SYS_sched_setaffinity};
	const uint32_t own[] = {0, (uint32_t)getpid()};
	const uint32_t process = PRIO_PROCESS, io_process = 1; /* IOPRIO_WHO_PROCESS */

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		pkdi_filter_refuse_others(filter, calls[i], 0, own, 2, PKDI_REFUSE_ERRNO(EPERM));
	/* A number is of a process only where the first argument says so: 0 there may be all of
	 * a user's. */
	pkdi_filter_refuse_others(filter, SYS_setpriority, 0, &process, 1,
	                          PKDI_REFUSE_ERRNO(EPERM));
	pkdi_filter_refuse_others(filter, SYS_setpriority, 1, own, 2, PKDI_REFUSE_ERRNO(EPERM));
	pkdi_filter_refuse_others(filter, SYS_ioprio_set, 0, &io_process, 1,
	                          PKDI_REFUSE_ERRNO(EPERM));
	pkdi_filter_refuse_others(filter, SYS_ioprio_set, 1, own, 2, PKDI_REFUSE_ERRNO(EPERM));
	pkdi_filter_refuse_others(filter, SYS_prlimit64, 0, own, 2, trap(PKDI_REFUSED_OTHERS));
}

/* Who is signalled when a descriptor is ready; and what is typed into a terminal. */
static void refuse_owners(struct pkdi_filter *filter)
{
	pkdi_filter_refuse_value(filter, SYS_fcntl, 1, F_SETOWN, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse_value(filter, SYS_fcntl, 1, F_SETOWN_EX, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse_value(filter, SYS_ioctl, 1, FIOSETOWN, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse_value(filter, SYS_ioctl, 1, SIOCSPGRP, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse_value(filter, SYS_ioctl, 1, TIOCSTI, trap(PKDI_REFUSED_OTHERS));
	pkdi_filter_refuse_value(filter, SYS_ioctl, 1, TIOCSPGRP, trap(PKDI_REFUSED_OTHERS));
}

/* The terminal is the user's: Ctrl-C must stay what it is. A serial line is a device. */
static void refuse_terminals(struct pkdi_filter *filter, const struct pkdi_rights *rights)
{
	static const uint32_t requests[] = {TCSETS,    TCSETSW,   TCSETSF,   TCSETA,
	                                    TCSETAW,   TCSETAF,   TIOCSETD,  TIOCEXCL,
	                                    TIOCSCTTY, TIOCNOTTY, TIOCSWINSZ};

	if (rights->everything || rights->devices)
		return;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		pkdi_filter_refuse_value(filter, SYS_ioctl, 1, requests[i],
		                         PKDI_REFUSE_ERRNO(EPERM));
}

static void refuse_changes_of_self(struct pkdi_filter *filter)
{
	const uint32_t ask = UINT32_MAX;

	pkdi_filter_refuse_pair(filter, SYS_prctl, 0, PR_SET_PDEATHSIG, 1, SIGKILL,
	                        trap(PKDI_REFUSED_PRIVILEGES));
	pkdi_filter_refuse_others(filter, SYS_personality, 0, &ask, 1,
	                          trap(PKDI_REFUSED_PRIVILEGES));
}

#define NAMESPACES                                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

/* clone3 has its flags in memory, where no filter sees them: without it, libraries use clone. */
static void refuse_clones(struct pkdi_filter *filter, const struct pkdi_rights *rights)
{
	pkdi_filter_refuse(filter, SYS_clone3, PKDI_REFUSE_ERRNO(ENOSYS));
	pkdi_filter_refuse_bits(filter, SYS_clone, 0, NAMESPACES, trap(PKDI_REFUSED_PRIVILEGES));
	if (!pkdi_rights_may_execute(rights))
		pkdi_filter_refuse_without(filter, SYS_clone, 0, CLONE_THREAD,
		                           trap(refusal_of(PKDI_REFUSED_PROGRAMS, rights)));
}

/* Without a right to them, AF_UNIX and what resolvers ask by AF_NETLINK are refused quietly: the C
 * library asks for them, and goes on without; and so does a display's for INET. */
static void refuse_sockets(struct pkdi_filter *filter, const struct pkdi_rights *rights)
{
	static const uint32_t inet[] = {AF_INET, AF_INET6};
	uint32_t allowed[5], n = 0;

	if (rights->everything)
		return;
	if (!rights->network && !rights->display)
		for (size_t i = 0; i < 2; i++)
			pkdi_filter_refuse_value(filter, SYS_socket, 0, inet[i],
			                         trap(PKDI_REFUSED_NETWORK));
	if (rights->network) {
		allowed[n++] = AF_INET;
		allowed[n++] = AF_INET6;
		allowed[n++] = AF_NETLINK;
	}
	if (rights->unix_sockets)
		allowed[n++] = AF_UNIX;
	pkdi_filter_refuse_others(filter, SYS_socket, 0, allowed, n, PKDI_REFUSE_ERRNO(EACCES));
	/* A pair of datagrams may be sent from to any socket that has a path; SOCK_DGRAM is the
	 * bit of them. */
	if (!rights->unix_sockets)
		pkdi_filter_refuse_bits(filter, SYS_socketpair, 1, SOCK_DGRAM,
		                        PKDI_REFUSE_ERRNO(EACCES));
}

/* Of newer kernels, which older headers do not know. */
static const int new_metadata[] = {
	452, /* fchmodat2 */
	463, /* setxattrat */
	466, /* removexattrat */
	469, /* file_setattr */
};

/* Quietly, as libraries do so for their caches and go on without. A display is given pictures by
 * shmget. What a program writes to by name, its supervisor opens, locks and gives its mode. */
static void refuse_metadata(struct pkdi_filter *filter, const struct pkdi_rights *rights)
{
	static const uint32_t requests[] = {FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR,
	                                    FS_IOC_SETVERSION, FS_IOC32_SETVERSION};
	const uint32_t quietly = PKDI_REFUSE_ERRNO(EPERM);

	if (rights->everything)
		return;
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].refusal == PKDI_REFUSED_FILES ||
		    (table[i].refusal == PKDI_REFUSED_IPC && !rights->display))
			pkdi_filter_refuse(filter, table[i].call, quietly);
	for (size_t i = 0; i < sizeof(new_metadata) / sizeof(new_metadata[0]); i++)
		pkdi_filter_refuse(filter, new_metadata[i], quietly);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		pkdi_filter_refuse_value(filter, SYS_ioctl, 1, requests[i], quietly);
	pkdi_filter_refuse_value(filter, SYS_fcntl, 1, F_SETLEASE, quietly);
	if (!rights->writes && !rights->devices)
		pkdi_filter_refuse(filter, SYS_flock, quietly);
}

static bool is_lifted(const struct refused *refused, const struct pkdi_rights *rights)
{
	return refused->partly || refused->refusal == PKDI_REFUSED_SETTLED ||
	       (refused->refusal == PKDI_REFUSED_PROGRAMS && pkdi_rights_may_execute(rights));
}

/* ---- The filters ---- */

int pkdi_confine_calls(const struct pkdi_run *run, const struct pkdi_rights *rights)
{
	struct pkdi_filter filter;

	pkdi_filter_init(&filter);
	for (size_t i = 0; i < N_REFUSED; i++)
		if (!is_lifted(&table[i], rights))
			pkdi_filter_refuse(&filter, table[i].call,
			                   trap(refusal_of(table[i].refusal, rights)));
	/* Libraries probe for it, and go on without. */
	pkdi_filter_refuse(&filter, SYS_io_uring_setup, PKDI_REFUSE_ERRNO(ENOSYS));
	if (pkdi_rights_may_execute(rights))
		refuse_signals_of_parents(&filter, run);
	else
		refuse_signals(&filter);
	refuse_priorities(&filter);
	refuse_owners(&filter);
	refuse_terminals(&filter, rights);
	refuse_changes_of_self(&filter);
	refuse_clones(&filter, rights);
	refuse_sockets(&filter, rights);
	refuse_metadata(&filter, rights);
	return pkdi_filter_install(&filter, false);
}

int pkdi_confine_settled(void)
{
	struct pkdi_filter filter;

	pkdi_filter_init(&filter);
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].refusal == PKDI_REFUSED_SETTLED ||
		    table[i].refusal == PKDI_REFUSED_PROGRAMS ||
		    table[i].refusal == PKDI_REFUSED_NETWORK)
			pkdi_filter_refuse(&filter, table[i].call, trap(PKDI_REFUSED_SETTLED));
	return pkdi_filter_install(&filter, true);
}
