#define _GNU_SOURCE
#include "process/confine_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/landlock.h"
#include "python/host.h"

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
	bool executes = pkdi_rights_may_execute(rights) && rights->executes_any;
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

/* A node in Python reads the interpreter with its packages, and its own folder. */
static void allow_python(const struct pkdi_landlock *ruleset, const struct pkd_node *decl)
{
	const struct pkd_python *python = pkdi_python_of(decl);

	for (uint32_t i = 0; python && python->interpreter->reads[i]; i++)
		pkdi_landlock_allow_path(ruleset, python->interpreter->reads[i], PKDI_FS_READ);
}

static int allow_paths(const struct pkdi_landlock *ruleset, const struct pkdi_run *run,
                       uint32_t index)
{
	const struct pkd_process *process = run->processes[index].decl;
	int r = 0;

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		allow_python(ruleset, node->decl);
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

int pkdi_confine_files(const struct pkdi_run *run, uint32_t index, const struct pkdi_rights *rights)
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

static int replace_standard(const bool keeps[2])
{
	int r = 0, fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (int i = 0; i < 2 && r == 0; i++)
		if (!keeps[i] && dup2(fd, i) < 0)
			r = -errno;
	close(fd);
	return r;
}

int pkdi_confine_to_no_files(const struct pkdi_run *run)
{
	const bool keeps[2] = {false, false};
	struct pkdi_landlock ruleset;
	int r = replace_standard(keeps);

	if (r < 0 || !run->landlock_abi)
		return r;
	r = pkdi_landlock_init(&ruleset, run->landlock_abi, PKDI_FS_ALL,
	                       PKDI_SCOPE_SIGNAL | PKDI_SCOPE_ABSTRACT_UNIX);
	if (r < 0)
		return r;
	r = pkdi_landlock_enforce(&ruleset);
	pkdi_landlock_finish(&ruleset);
	return r;
}

bool pkdi_keeps_standard(const struct pkdi_run *run, uint32_t index, int fd)
{
	const struct pkd_process *process = run->processes[index].decl;

	for (uint32_t i = 0; i < process->n_nodes; i++) {
		const struct pkdi_node *node = &run->nodes[process->nodes[i]];

		if (!node->decl->declared)
			return true;
		for (uint32_t j = 0; j < node->decl->n_rights; j++)
			if (node->paths[j].kind == PKDI_PATH_STANDARD && node->paths[j].fd == fd)
				return true;
	}
	return false;
}

/* An output that the supervisor reads stays. */
int pkdi_confine_standard(const struct pkdi_run *run, uint32_t index)
{
	const bool keeps[2] = {
		pkdi_keeps_standard(run, index, STDIN_FILENO),
		run->log.is_captured || pkdi_keeps_standard(run, index, STDOUT_FILENO),
	};

	return replace_standard(keeps);
}
