#define _GNU_SOURCE
#include "process/sandbox.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/landlock.h"
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

const char *pkdi_sandbox_call_name(int call)
{
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].call == call)
			return table[i].name;
	return NULL;
}

const char *pkdi_sandbox_reason(enum pkdi_refusal refusal)
{
	switch (refusal) {
	case PKDI_REFUSED_OTHERS:
		return "no node may reach into other processes";
	case PKDI_REFUSED_PRIVILEGES:
		return "no node may change what its process is allowed to do";
	case PKDI_REFUSED_SYSTEM:
		return "no node may change the system";
	case PKDI_REFUSED_FILES:
		return "no node that declares what it touches may change a file's mode, owner or times";
	case PKDI_REFUSED_IPC:
		return "no node that declares what it touches may share memory or queues by name";
	case PKDI_REFUSED_PROGRAMS:
		return "a node that starts programs must say so; write `executes` in its declaration";
	case PKDI_REFUSED_LIMIT:
		return "the deploy's `limit` of `processes 0` forbids it";
	case PKDI_REFUSED_NETWORK:
		return "a node that uses the network must say so; write `network` in its declaration";
	case PKDI_REFUSED_SETTLED:
		return "its declaration says `settled after init`; open it in init, or leave that out";
	}
	return "no node may do that";
}

/* ---- Rights of a process ---- */

/* "localhost:10.0", as ssh sets it; ":0" and "unix:0" are sockets of this machine. */
static bool is_display_remote(void)
{
	const char *display = getenv("DISPLAY");

	return display && *display && *display != ':' && *display != '/' &&
	       strncmp(display, "unix:", 5) != 0;
}

static void add_right(struct pkdi_rights *rights, const struct pkd_right *right)
{
	bool has_path = right->path || right->param != PKD_NONE;

	switch (right->kind) {
	case PKD_NETWORK:
		rights->network = true;
		break;
	case PKD_UNIX:
		rights->unix_sockets = true;
		break;
	case PKD_EXECUTES:
		rights->executes = true;
		rights->executes_any |= !has_path;
		break;
	case PKD_DEVICES:
		rights->devices |= !has_path;
		break;
	case PKD_DISPLAY:
		rights->display = rights->unix_sockets = true;
		rights->network |= is_display_remote();
		break;
	case PKD_READS:
	case PKD_WRITES:
	case PKD_APPENDS:
		break;
	}
}

struct pkdi_rights pkdi_sandbox_rights(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;
	struct pkdi_rights rights = {.settled = process->n_nodes > 0,
	                             .no_processes = process->no_processes};

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		rights.everything |= !node->decl->declared;
		rights.settled &= node->decl->settled;
		for (uint32_t j = 0; j < node->decl->n_rights; j++) {
			if (node->paths[j].holds)
				add_right(&rights, &node->decl->rights[j]);
			rights.network |= node->paths[j].kind == PKDI_PATH_URL;
		}
	}
	return rights;
}

static bool may_execute(const struct pkdi_rights *rights)
{
	return !rights->no_processes && (rights->everything || rights->executes);
}

/* ---- Files ---- */

/* What libraries read in any program: themselves, fonts, certificates, names, the machine. Never
 * anything of a user. */
static const char *const readable[] = {
	"/usr",
	"/lib",
	"/lib32",
	"/lib64",
	"/libx32",
	"/bin",
	"/sbin",
	"/opt",
	"/etc/ld.so.cache",
	"/etc/ld.so.conf",
	"/etc/ld.so.conf.d",
	"/etc/ld.so.preload",
	"/etc/alternatives",
	"/etc/fonts",
	"/etc/ssl",
	"/etc/ca-certificates",
	"/etc/pki",
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/localtime",
	"/etc/timezone",
	"/etc/locale.alias",
	"/etc/passwd",
	"/etc/group",
	"/etc/mime.types",
	"/etc/OpenCL",
	"/etc/vulkan",
	"/etc/glvnd",
	"/proc/self",
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/version",
	"/proc/loadavg",
	"/proc/filesystems",
	"/proc/sys/vm",
	"/proc/sys/kernel",
	"/sys/devices/system",
	"/sys/fs/cgroup",
	"/var/cache/fontconfig",
	"/dev/urandom",
	"/dev/random",
	"/dev/zero",
};

static int allow_base(const struct pkdi_landlock *ruleset, const struct pkdi_rights *rights)
{
	bool executes = may_execute(rights) && rights->executes_any;
	uint64_t access = PKDI_FS_READ | (executes ? PKDI_FS_EXECUTE : 0);
	int r = 0;

	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]) && r == 0; i++) {
		r = pkdi_landlock_allow_path(ruleset, readable[i], access);
		if (r == -ENOENT || r == -EACCES)
			r = 0;
	}
	if (r == 0)
		r = pkdi_landlock_allow_path(ruleset, "/dev/null", PKDI_FS_READ | PKDI_FS_WRITE);
	return r == -ENOENT ? 0 : r;
}

static void allow_variable(const struct pkdi_landlock *ruleset, const char *variable,
                           const char *below, uint64_t access)
{
	const char *value = getenv(variable);
	char path[PATH_MAX];

	if (!value || *value != '/')
		return;
	if (snprintf(path, sizeof(path), "%s%s", value, below) < (int)sizeof(path))
		pkdi_landlock_allow_path(ruleset, path, access);
}

/* Sockets, keys and graphics cards; what is not there the library does without. */
static void allow_display(const struct pkdi_landlock *ruleset)
{
	static const char *const folders[] = {"/dev/dri", "/dev/shm", "/tmp/.X11-unix",
	                                      "/dev/nvidiactl", "/dev/nvidia0"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		pkdi_landlock_allow_path(ruleset, folders[i],
		                         PKDI_FS_READ | PKDI_FS_MAKE | PKDI_FS_IOCTL_DEV);
	pkdi_landlock_allow_path(ruleset, "/sys", PKDI_FS_READ);
	pkdi_landlock_allow_path(ruleset, "/etc/X11", PKDI_FS_READ);
	pkdi_landlock_allow_path(ruleset, "/etc/drirc", PKDI_FS_READ);
	allow_variable(ruleset, "XAUTHORITY", "", PKDI_FS_READ);
	allow_variable(ruleset, "HOME", "/.Xauthority", PKDI_FS_READ);
	allow_variable(ruleset, "XDG_RUNTIME_DIR", "", PKDI_FS_READ | PKDI_FS_MAKE);
}

static void allow_devices(const struct pkdi_landlock *ruleset)
{
	pkdi_landlock_allow_path(ruleset, "/dev", PKDI_FS_READ | PKDI_FS_WRITE | PKDI_FS_IOCTL_DEV);
	pkdi_landlock_allow_path(ruleset, "/sys", PKDI_FS_READ);
	pkdi_landlock_allow_path(ruleset, "/run/udev", PKDI_FS_READ);
}

/* What the kernel itself executes to start a program. */
static void allow_loaders(const struct pkdi_landlock *ruleset)
{
	static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2",
	                                      "/lib/ld-linux-aarch64.so.1",
	                                      "/lib/ld-linux-riscv64-lp64d.so.1"};

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		pkdi_landlock_allow_path(ruleset, loaders[i], PKDI_FS_READ | PKDI_FS_EXECUTE);
}

/* The program that a script names in its first line. */
static void allow_interpreter(const struct pkdi_landlock *ruleset, int script_fd)
{
	char self[48], line[256];
	char *path;
	ssize_t n;
	int fd;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", script_fd);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return;
	line[n] = '\0';
	path = line + 2 + strspn(line + 2, " \t");
	path[strcspn(path, " \t\n")] = '\0';
	pkdi_landlock_allow_path(ruleset, path, PKDI_FS_READ | PKDI_FS_EXECUTE);
}

/* A pipe, which is no file of any folder, needs no rule, and the kernel takes none. */
static int allow_standard(const struct pkdi_landlock *ruleset, const struct pkdi_path *path)
{
	bool is_input = path->right->kind == PKD_READS;

	pkdi_landlock_allow(ruleset, path->fd, is_input ? PKDI_FS_READ : PKDI_FS_WRITE);
	return 0;
}

static int allow_path(const struct pkdi_landlock *ruleset, const struct pkdi_path *path)
{
	uint64_t access = PKDI_FS_READ;

	if (path->kind == PKDI_PATH_STREAM)
		return pkdi_landlock_allow(ruleset, path->fd, PKDI_FS_WRITE | PKDI_FS_IOCTL_DEV);
	/* As /dev/stdin, by which some open it. */
	if (path->kind == PKDI_PATH_STANDARD)
		return allow_standard(ruleset, path);
	if (path->kind != PKDI_PATH_THERE)
		return 0;
	if (path->right->kind == PKD_EXECUTES)
		allow_interpreter(ruleset, path->fd);
	if (path->right->kind == PKD_WRITES || path->right->kind == PKD_APPENDS)
		access |= PKDI_FS_MAKE;
	else if (path->right->kind == PKD_EXECUTES)
		access |= PKDI_FS_EXECUTE;
	else if (path->right->kind == PKD_DEVICES)
		access |= PKDI_FS_WRITE | PKDI_FS_IOCTL_DEV;
	return pkdi_landlock_allow(ruleset, path->fd, access);
}

static int allow_paths(const struct pkdi_landlock *ruleset, const struct pkdi_run *run,
                       uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;
	int r = 0;

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		for (uint32_t j = 0; j < node->decl->n_rights && r == 0; j++)
			r = allow_path(ruleset, &node->paths[j]);
	}
	return r;
}

/* A ruleset that allows all files still makes a domain, which keeps the process from others. */
static int allow_everything(const struct pkdi_landlock *ruleset)
{
	return pkdi_landlock_allow_path(ruleset, "/", PKDI_FS_REFER);
}

static int allow_files(const struct pkdi_landlock *ruleset, const struct pkdi_run *run,
                       uint32_t index, const struct pkdi_rights *rights)
{
	int r = allow_base(ruleset, rights);

	if (r < 0)
		return r;
	if (rights->display)
		allow_display(ruleset);
	if (rights->executes)
		allow_loaders(ruleset);
	if (rights->devices)
		allow_devices(ruleset);
	return allow_paths(ruleset, run, index);
}

static int confine_files(const struct pkdi_run *run, uint32_t index,
                         const struct pkdi_rights *rights)
{
	int abi = run->landlock_abi;
	uint64_t access = rights->everything ? PKDI_FS_REFER : PKDI_FS_ALL;
	uint64_t scopes = PKDI_SCOPE_SIGNAL;
	struct pkdi_landlock ruleset;
	int r;

	/* ABI 1 refuses all moves between directories to whoever has a ruleset. */
	if (!abi || (rights->everything && abi < 2))
		return 0;
	if (!rights->everything && !rights->unix_sockets)
		scopes |= PKDI_SCOPE_ABSTRACT_UNIX;
	r = pkdi_landlock_init(&ruleset, abi, access, scopes);
	if (r < 0)
		return r;
	r = rights->everything ? allow_everything(&ruleset)
	                       : allow_files(&ruleset, run, index, rights);
	if (r == 0)
		r = pkdi_landlock_enforce(&ruleset);
	pkdi_landlock_finish(&ruleset);
	return r;
}

/* ---- System calls ---- */

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

/* Signals of a process that may start others: landlock keeps them to its own, from ABI 6 on; before, at
 * least the supervisor and the group are out of reach. */
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

/* Of others, who is named by a number that is neither 0 nor its own. Libraries try to, for their own
 * threads, and go on without. */
static void refuse_priorities(struct pkdi_filter *filter)
{
	static const int calls[] = {SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
	                            SYS_sched_setaffinity};
	const uint32_t own[] = {0, (uint32_t)getpid()};
	const uint32_t process = PRIO_PROCESS, io_process = 1; /* IOPRIO_WHO_PROCESS */

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		pkdi_filter_refuse_others(filter, calls[i], 0, own, 2, PKDI_REFUSE_ERRNO(EPERM));
	/* A number is of a process only where the first argument says so: 0 there may be all of a user's. */
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
	if (!may_execute(rights))
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
	/* A pair of datagrams may be sent from to any socket that has a path; SOCK_DGRAM is the bit of them. */
	if (!rights->unix_sockets)
		pkdi_filter_refuse_bits(filter, SYS_socketpair, 1, SOCK_DGRAM,
		                        PKDI_REFUSE_ERRNO(EACCES));
}

#define FCHMODAT2 452 /* since Linux 6.6, which older headers do not know */

/* Quietly, as libraries do so for their caches and go on without. A display is given pictures by shmget. */
static void refuse_metadata(struct pkdi_filter *filter, const struct pkdi_rights *rights)
{
	if (rights->everything)
		return;
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].refusal == PKDI_REFUSED_FILES ||
		    (table[i].refusal == PKDI_REFUSED_IPC && !rights->display))
			pkdi_filter_refuse(filter, table[i].call, PKDI_REFUSE_ERRNO(EPERM));
	pkdi_filter_refuse(filter, FCHMODAT2, PKDI_REFUSE_ERRNO(EPERM));
}

static bool is_lifted(const struct refused *refused, const struct pkdi_rights *rights)
{
	return refused->partly || refused->refusal == PKDI_REFUSED_SETTLED ||
	       (refused->refusal == PKDI_REFUSED_PROGRAMS && may_execute(rights));
}

static int confine_calls(const struct pkdi_run *run, const struct pkdi_rights *rights)
{
	struct pkdi_filter filter;

	pkdi_filter_init(&filter);
	for (size_t i = 0; i < N_REFUSED; i++)
		if (!is_lifted(&table[i], rights))
			pkdi_filter_refuse(&filter, table[i].call,
			                   trap(refusal_of(table[i].refusal, rights)));
	/* Libraries probe for it, and go on without. */
	pkdi_filter_refuse(&filter, SYS_io_uring_setup, PKDI_REFUSE_ERRNO(ENOSYS));
	if (may_execute(rights))
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

/* ---- All of it ---- */

/* Input and output of the program are files, too: they stay open for nodes that declare them by `-`, and for
 * those that declare nothing. */
static int close_standard(const struct pkdi_run *run, uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;
	bool keeps[2] = {false, false};
	int fd, r = 0;

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		for (uint32_t j = 0; j < node->decl->n_rights; j++)
			if (node->paths[j].kind == PKDI_PATH_STANDARD && node->paths[j].fd < 2)
				keeps[node->paths[j].fd] = true;
	}
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < 2 && r == 0; i++)
		if (!keeps[i] && dup2(fd, i) < 0)
			r = -errno;
	close(fd);
	return r;
}

/* Without landlock, this keeps processes of the same user out of this one's memory. It also makes core
 * dumps impossible, so not where somebody wants them. */
static void hide_memory(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0)
		prctl(PR_SET_DUMPABLE, 0);
}

int pkdi_sandbox_enter(struct pkdi_run *run, uint32_t index)
{
	struct pkdi_rights rights;
	int r;

	if (!run->sandbox)
		return 0;
	rights = pkdi_sandbox_rights(run, index);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (!run->landlock_abi)
		hide_memory();
	r = rights.everything ? 0 : close_standard(run, index);
	if (r == 0)
		r = confine_files(run, index, &rights);
	if (r == 0 && run->has_seccomp)
		r = confine_calls(run, &rights);
	return r;
}

int pkdi_sandbox_settle(const struct pkdi_run *run, uint32_t index)
{
	struct pkdi_rights rights;
	struct pkdi_filter filter;

	if (!run->sandbox || !run->has_seccomp)
		return 0;
	rights = pkdi_sandbox_rights(run, index);
	if (!rights.settled || rights.everything)
		return 0;
	pkdi_filter_init(&filter);
	for (size_t i = 0; i < N_REFUSED; i++)
		if (table[i].refusal == PKDI_REFUSED_SETTLED ||
		    table[i].refusal == PKDI_REFUSED_PROGRAMS ||
		    table[i].refusal == PKDI_REFUSED_NETWORK)
			pkdi_filter_refuse(&filter, table[i].call, trap(PKDI_REFUSED_SETTLED));
	return pkdi_filter_install(&filter, true);
}

/* ---- What is not enforced ---- */

static bool has_parents(const struct pkdi_run *run)
{
	for (uint32_t i = 0; i < run->n_processes; i++) {
		struct pkdi_rights rights = pkdi_sandbox_rights(run, i);

		if (may_execute(&rights))
			return true;
	}
	return false;
}

/* What Debian 12's kernel lacks concerns few programs. */
static void report_old_landlock(const struct pkdi_run *run)
{
	if (run->landlock_abi < 2)
		pkdi_log(&run->log,
		         "this kernel has landlock ABI 1: nodes that declare nothing are not kept "
		         "from other processes' memory");
	else if (run->landlock_abi < 6 && has_parents(run))
		pkdi_log(&run->log,
		         "this kernel has landlock ABI %d: nodes that start programs or declare "
		         "nothing are not kept from signalling the others",
		         run->landlock_abi);
}

void pkdi_sandbox_report(const struct pkdi_run *run, bool quiet)
{
	if (!run->sandbox) {
		pkdi_log(&run->log, "%s: nothing that its nodes declare is enforced",
		         run->whole_nodes ? "--single-process" : "--no-sandbox");
		return;
	}
	if (!run->has_seccomp)
		pkdi_log(&run->log, "this kernel has no seccomp: nodes are not kept from sockets, "
		                    "programs and signals");
	if (!run->landlock_abi)
		pkdi_log(&run->log,
		         "this kernel has no landlock: nodes are not kept from files that they do "
		         "not declare");
	else if (!quiet)
		report_old_landlock(run);
}
