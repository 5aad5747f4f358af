#define _GNU_SOURCE
#include "victims.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

size_t victims_list(pid_t parent, pid_t ret_pids[MAX_CHILDREN])
{
	char path[64], text[MAX_CHILDREN * 8];
	size_t n = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	for (char *at = text, *end; n < MAX_CHILDREN; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		ret_pids[n++] = (pid_t)pid;
	}
	return n;
}

/* Is `pid` a child of `parent` that has not ended? */
static bool is_child(pid_t parent, pid_t pid)
{
	char path[64], text[256];
	const char *rest;
	ssize_t got;
	int fd, ppid;
	char state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	rest = strrchr(text, ')');
	return rest && sscanf(rest + 1, " %c %d", &state, &ppid) == 2 && ppid == parent &&
	       state != 'Z' && state != 'X';
}

int victims_open(pid_t parent, pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	/* Looked at after opening: if the number had been another's, the parent would be, too. */
	if (pidfd >= 0 && !is_child(parent, pid)) {
		close(pidfd);
		pidfd = -1;
	}
	return pidfd;
}

bool victims_signal(int pidfd, int signal)
{
	bool sent = syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0;

	if (signal != SIGSTOP)
		close(pidfd);
	return sent;
}

/* ---- Memory ---- */

static bool is_noted(const struct memories *memories, ino_t inode)
{
	for (size_t i = 0; i < memories->n; i++)
		if (memories->inodes[i] == inode)
			return true;
	return false;
}

/* Calls back for each memory of any pkd program in the maps of `pid`; true when that says so. */
static bool look_at_maps(pid_t pid, bool (*look)(void *context, ino_t inode), void *context)
{
	char path[64], line[512];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		uint64_t inode;

		if (strstr(line, "/memfd:pkd") &&
		    sscanf(line, "%*s %*s %*s %*s %" SCNu64, &inode) == 1)
			found = look(context, (ino_t)inode);
	}
	fclose(file);
	return found;
}

static bool note(void *context, ino_t inode)
{
	struct memories *memories = context;

	if (memories->n < MAX_MEMORIES && !is_noted(memories, inode))
		memories->inodes[memories->n++] = inode;
	return false;
}

void memories_note(struct memories *memories, pid_t pid)
{
	look_at_maps(pid, note, memories);
}

static bool is_one_of(void *context, ino_t inode)
{
	return is_noted(context, inode);
}

static bool has_open(const struct memories *memories, pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder))) {
		ssize_t n = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		struct stat file;

		if (n <= 0)
			continue;
		target[n] = '\0';
		found = strncmp(target, "/memfd:pkd", 10) == 0 &&
		        fstatat(dirfd(folder), entry->d_name, &file, 0) == 0 &&
		        is_noted(memories, file.st_ino);
	}
	if (folder)
		closedir(folder);
	return found;
}

pid_t memories_holder(const struct memories *memories)
{
	struct memories copy = *memories;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t holder = 0;

	while (proc && !holder && (entry = readdir(proc))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    (look_at_maps(pid, is_one_of, &copy) || has_open(&copy, pid)))
			holder = pid;
	}
	if (proc)
		closedir(proc);
	return holder;
}
