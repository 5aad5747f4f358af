/* What a node that has been taken over may try, one attack a run: each reports the call and what
 * came of it as "WHAT: RESULT ERRNO", so that the test sees whether it was refused, and how. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/perf_event.h>
#include <netdb.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include "attack.h"

static char secret[64] = "nobody's business";

static long memory(const char *format, pid_t pid, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), format, pid);
	return open(path, flags);
}

/* Some kernels open it for everyone and then have nothing to say. */
static long read_environment(pid_t pid)
{
	char text[16];
	long fd = memory("/proc/%d/environ", pid, O_RDONLY);

	return fd < 0 ? fd : read((int)fd, text, sizeof(text));
}

static long move(int call, pid_t pid)
{
	struct iovec own = {secret, 1}, other = {secret, 1};

	return syscall(call, pid, &own, 1, &other, 1, 0);
}

static long own(pid_t pid)
{
	return fcntl(STDIN_FILENO, F_SETOWN, pid);
}

static long limit(pid_t pid)
{
	struct rlimit64 none = {0, 0};

	return syscall(SYS_prlimit64, pid, RLIMIT_NOFILE, &none, NULL);
}

static long clone_into(unsigned long flags)
{
	long r = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (r == 0)
		_exit(0);
	if (r > 0)
		waitpid((pid_t)r, NULL, 0);
	return r;
}

static long count_performance(void)
{
	struct perf_event_attr what = {.size = sizeof(what)};

	return syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
}

#if defined(__x86_64__)
static long call_32(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); /* getpid */
	return r;
}

static long call_x32(void)
{
	return syscall(0x40000000 + SYS_getpid);
}
#endif

static long resolve(void)
{
	struct addrinfo *found;
	int r = getaddrinfo("localhost", "80", NULL, &found);

	if (r == 0)
		freeaddrinfo(found);
	return r;
}

static long abort_by_itself(void)
{
	return kill(getpid(), 0);
}

static long change_terminal(void)
{
	struct termios mode = {0};

	return tcsetattr(STDERR_FILENO, TCSANOW, &mode);
}

/* What the supervisor reads without waiting it would now wait for. */
static long make_events_block(void)
{
	for (int fd = 3; fd < 64; fd++)
		fcntl(fd, F_SETFL, 0);
	errno = 0;
	return 0;
}

#define ATTACK(name, call)                  \
	if (strcmp(what, #name) == 0) {     \
		errno = 0;                  \
		*ret_result = (long)(call); \
		return errno;               \
	}

/* Its path if it may be read, else a file that everybody may read: of that nothing is really
 * changed should an attack succeed. */
static int open_readable(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? open("/etc/passwd", O_RDONLY) : fd;
}

static int change_mode(int fd)
{
	struct stat file;

	return fstat(fd, &file) < 0 ? -1 : fchmod(fd, file.st_mode & 07777);
}

int attack(const char *what, const char *path, int sibling, long *ret_result)
{
	pid_t parent = getppid();
	int pair[2];

	ATTACK(ptrace, ptrace(PTRACE_ATTACH, parent, NULL, NULL))
	ATTACK(ptrace_sibling, ptrace(PTRACE_SEIZE, sibling, NULL, NULL))
	ATTACK(mem_write, memory("/proc/%d/mem", parent, O_RDWR))
	ATTACK(mem_sibling, memory("/proc/%d/mem", sibling, O_RDWR))
	ATTACK(fd_sibling, memory("/proc/%d/fd/1", sibling, O_WRONLY))
	ATTACK(environ, read_environment(parent))
	ATTACK(vm_readv, move(SYS_process_vm_readv, sibling))
	ATTACK(vm_writev, move(SYS_process_vm_writev, sibling))
	ATTACK(kill, kill(parent, SIGKILL))
	ATTACK(kill_sibling, kill(sibling, SIGKILL))
	ATTACK(kill_group, kill(0, SIGUSR1))
	ATTACK(kill_all, kill(-parent, SIGUSR1))
	ATTACK(tgkill, syscall(SYS_tgkill, sibling, sibling, SIGKILL))
	ATTACK(tkill, syscall(SYS_tkill, sibling, SIGKILL))
	ATTACK(pidfd_getfd, syscall(SYS_pidfd_getfd, 0, 0, 0))
	ATTACK(prlimit, limit(sibling))
	ATTACK(priority, setpriority(PRIO_PROCESS, (id_t)sibling, 19))
	ATTACK(setown, own(parent))
	ATTACK(tiocsti, ioctl(STDIN_FILENO, TIOCSTI, "x"))
	ATTACK(setresuid, setresuid(12345, 12345, 12345))
	ATTACK(pdeathsig, prctl(PR_SET_PDEATHSIG, 0))
	ATTACK(mount, mount("none", "/mnt", "tmpfs", 0, NULL))
	ATTACK(unshare, unshare(CLONE_NEWUSER))
	ATTACK(clone_user, clone_into(CLONE_NEWUSER))
	ATTACK(bpf, syscall(SYS_bpf, 0, NULL, 0))
	ATTACK(keyctl, syscall(SYS_keyctl, 0, -3, 0))
	ATTACK(perf, count_performance())
	ATTACK(userfaultfd, syscall(SYS_userfaultfd, 0))
	ATTACK(io_uring, syscall(SYS_io_uring_setup, 4, NULL))
#if defined(__x86_64__)
	ATTACK(call_32, call_32())
	ATTACK(call_x32, call_x32())
#endif
	ATTACK(read, open(path, O_RDONLY))
	ATTACK(write, open(path, O_WRONLY))
	ATTACK(create, open(path, O_WRONLY | O_CREAT, 0666))
	ATTACK(remove, unlink(path))
	ATTACK(chmod, chmod(path, 0777))
	ATTACK(chown, chown(path, 1, 1))
	ATTACK(utimes, utimes(path, NULL))
	ATTACK(setxattr, setxattr(path, "user.x", "", 0, 0))
	ATTACK(fchmod, change_mode(open_readable(path)))
	ATTACK(fchown, fchown(open_readable(path), (uid_t)-1, (gid_t)-1))
	ATTACK(fsetxattr, fsetxattr(open_readable(path), "user.x", "", 0, XATTR_REPLACE))
	ATTACK(fremovexattr, fremovexattr(open_readable(path), "user.x"))
	ATTACK(setxattrat, syscall(463, AT_FDCWD, path, 0, "user.x", NULL, 0))
	ATTACK(removexattrat, syscall(466, AT_FDCWD, path, 0, "user.x"))
	ATTACK(file_setattr, syscall(469, AT_FDCWD, path, NULL, 0, 0))
	ATTACK(set_flags, ioctl(open_readable(path), FS_IOC_SETFLAGS, NULL))
	ATTACK(lease, fcntl(open_readable(path), F_SETLEASE, F_RDLCK))
	ATTACK(flock, flock(open_readable(path), LOCK_EX | LOCK_NB))
	ATTACK(shmget, shmget(77, 4096, 0600))
	ATTACK(msgget, msgget(77, 0600))
	ATTACK(priority_user, setpriority(PRIO_USER, 0, 19))
	ATTACK(priority_group, setpriority(PRIO_PGRP, 0, 19))
	ATTACK(ioprio_user, syscall(SYS_ioprio_set, 3, 0, 3 << 13))
	ATTACK(datagrams, socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
	ATTACK(streams, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
	ATTACK(spawn, system("true"))
	ATTACK(terminal, change_terminal())
	ATTACK(cut_output, ftruncate(STDOUT_FILENO, 0))
	ATTACK(block, make_events_block())
	ATTACK(listing, open(path, O_RDONLY | O_DIRECTORY))
	ATTACK(socket, socket(AF_INET, SOCK_STREAM, 0))
	ATTACK(socket6, socket(AF_INET6, SOCK_DGRAM, 0))
	ATTACK(packet, socket(AF_PACKET, SOCK_RAW, 0))
	ATTACK(unix, socket(AF_UNIX, SOCK_STREAM, 0))
	ATTACK(resolve, resolve())
	ATTACK(program, system("true"))
	ATTACK(exec, execl("/bin/true", "true", NULL))
	ATTACK(other_program, execl("/bin/ls", "ls", NULL))
	ATTACK(fork, clone_into(0))
	ATTACK(own_signal, abort_by_itself())
	*ret_result = -1;
	return EINVAL;
}
