#define _GNU_SOURCE
#include "run/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/say.h"
#include "run/outputs.h"
#include "run/store_parts.h"

enum { NAME_SIZE = 32, LINE_SIZE = 512 };

/* How long the processes of a program that was killed may take to be gone. */
#define PATIENCE_NS INT64_C(2000000000)
#define LOOK_NS 20000000

int pkdi_store_refuse(const struct pkdi_run *run, int error, const char *format, ...)
{
	char text[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	pkdi_log(&run->log, "--state %s: %s", run->store.path, text);
	return -error;
}

/* ---- The directory ---- */

static bool is_ours(const char *name)
{
	return strncmp(name, PKDI_STORE_PREFIX, sizeof(PKDI_STORE_PREFIX) - 1) == 0;
}

/* Calls `each` for all names; stops at the first error. */
static int go_through(const struct pkdi_store *store,
                      int (*each)(const struct pkdi_store *store, const char *name))
{
	int fd = openat(store->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = directory ? 0 : -errno;

	while (r == 0 && (entry = readdir(directory)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = each(store, entry->d_name);
	if (directory)
		closedir(directory);
	else if (fd >= 0)
		close(fd);
	return r;
}

static int check_name(const struct pkdi_store *store, const char *name)
{
	(void)store;
	return is_ours(name) ? 0 : -EEXIST;
}

static int remove_name(const struct pkdi_store *store, const char *name)
{
	bool stays = !is_ours(name) || strcmp(name, PKDI_STORE_LOCK) == 0;

	return !stays && unlinkat(store->directory, name, 0) < 0 ? -errno : 0;
}

/* Its name first: what is left then is no run. The lock stays, it is held. */
static void clear(const struct pkdi_store *store)
{
	unlinkat(store->directory, PKDI_STORE_RUN, 0);
	go_through(store, remove_name);
}

/* Every process of the program has the descriptor: so it is free when the last of them is gone. */
static int lock(struct pkdi_run *run)
{
	struct pkdi_store *store = &run->store;
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	int64_t until_ns = pkd_now() + PATIENCE_NS;
	struct stat status;

	store->lock = openat(store->directory, PKDI_STORE_LOCK,
	                     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (store->lock < 0)
		return pkdi_store_refuse(run, errno, "cannot write there: %s", strerror(errno));
	while (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return pkdi_store_refuse(run, errno, "cannot lock it: %s", strerror(errno));
		if (pkd_now() >= until_ns)
			return pkdi_store_refuse(run, EBUSY, "another program that runs uses it");
		nanosleep(&pause, NULL);
	}
	/* Its last holder may have ended the run meanwhile, and removed it. */
	if (fstat(store->lock, &status) < 0 || status.st_nlink == 0)
		return pkdi_store_refuse(run, EBUSY, "a run there has ended just now: start again");
	return 0;
}

static int open_directory(struct pkdi_run *run)
{
	struct pkdi_store *store = &run->store;
	struct stat status;

	store->is_made = mkdir(store->path, 0700) == 0;
	if (!store->is_made && errno != EEXIST)
		return pkdi_store_refuse(run, errno, "cannot make that directory: %s",
		                         strerror(errno));
	store->directory = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (store->directory < 0 || fstat(store->directory, &status) < 0)
		return pkdi_store_refuse(run, errno, "cannot open that directory: %s",
		                         strerror(errno));
	if (status.st_uid != geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO)))
		return pkdi_store_refuse(
			run, EPERM, "%s: it will hold all that the program works on",
			status.st_uid != geteuid() ? "belongs to another user"
						   : "is open to others, and chmod 700 closes it");
	if (go_through(store, check_name) < 0)
		return pkdi_store_refuse(run, EEXIST,
		                         "has other files in it: give it a directory of its own");
	return lock(run);
}

int pkdi_store_open(struct pkdi_run *run, const struct pkdi_options *options)
{
	struct pkdi_store *store = &run->store;
	int r;

	*store = (struct pkdi_store){
		.directory = -1, .lock = -1, .outputs = -1, .path = options->state};
	if (!store->path)
		return 0;
	r = open_directory(run);
	if (r == 0)
		r = pkdi_store_compare(run, options);
	if (r < 0)
		return r;
	store->resumes = r > 0;
	if (!store->resumes)
		clear(store); /* begun, and not finished */
	if (!store->resumes && options->resume)
		pkdi_log_at(&run->log, PKD_LOG_INFO,
		            "--resume: there is no run in '%s'; this is a new one", store->path);
	store->outputs = openat(store->directory, PKDI_STORE_OUTPUTS,
	                        O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return store->outputs < 0
	               ? pkdi_store_refuse(run, errno, "cannot write there: %s", strerror(errno))
	               : 0;
}

/* ---- Maps ---- */

int pkdi_store_map(const struct pkdi_run *run, struct pkdi_map *map, const char *name,
                   uint32_t index, size_t size)
{
	const struct pkdi_store *store = &run->store;
	char text[NAME_SIZE];
	int r;

	if (store->directory < 0) {
		snprintf(text, sizeof(text), "pkd-%s", name);
		return pkdi_map_create_sealed(map, text, size);
	}
	if (index == PKD_NONE)
		snprintf(text, sizeof(text), PKDI_STORE_PREFIX "%s", name);
	else
		snprintf(text, sizeof(text), PKDI_STORE_PREFIX "%s-%" PRIu32, name, index);
	r = pkdi_map_create_in(map, store->directory, text, size, store->resumes);
	return store->resumes && (r == -ENOENT || r == -ESTALE)
	               ? pkdi_store_refuse(
				 run, ESTALE,
				 "cannot resume the run there: '%s' is missing, or has another size; "
				 "remove the directory to begin anew",
				 text)
	               : r;
}

/* ---- The run ---- */

/* The supervisor may have died in the middle of giving a process up, which begins with the first of
 * its nodes. */
static void give_up_whole(struct pkdi_run *run, uint32_t process)
{
	const struct pkd_process *decl = run->processes[process].decl;

	for (uint32_t i = 0; i < decl->n_nodes && pkdi_run_is_given_up(run, process); i++)
		atomic_store(&run->orders[decl->nodes[i]].gone, 1);
}

/* What was the last processes', the console's, which is another one, and the stop's. */
static void clear_words(struct pkdi_run *run)
{
	atomic_store(&run->program_words->phase, PKDI_PHASE_RUN);
	for (uint32_t i = 0; i < run->n_processes; i++) {
		memset(run->processes[i].words, 0, sizeof(*run->processes[i].words));
		give_up_whole(run, i);
	}
	for (uint32_t i = 0; i < run->program->n_nodes; i++) {
		struct pkdi_node *node = &run->nodes[i];

		atomic_fetch_add(&run->orders[i].incarnation, 1);
		atomic_store(&run->orders[i].down, 0);
		memset(&node->words->live, 0, sizeof(node->words->live));
		node->words->record.called = 0;
		if (node->calls.answers)
			memset(node->calls.answers, 0, pkdi_call_answers_size(node->decl));
	}
}

int pkdi_store_begin(struct pkdi_run *run, const struct pkdi_options *options)
{
	int r;

	if (run->store.directory < 0)
		return 0;
	if (run->store.resumes) {
		clear_words(run);
		return 0;
	}
	r = pkdi_store_write_identity(run, options);
	/* Last, so that hardly any is left where nobody looks for it. */
	return r < 0 ? r : pkdi_outputs_keep(run);
}

void pkdi_store_end(struct pkdi_run *run)
{
	const struct pkdi_store *store = &run->store;
	bool ended = true;

	if (store->directory < 0)
		return;
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		ended &= pkdi_run_has_ended(run, i);
	if (ended) {
		clear(store);
		unlinkat(store->directory, PKDI_STORE_LOCK, 0);
		if (store->is_made)
			rmdir(store->path);
		return;
	}
	/* They are found again where they are. */
	for (uint32_t i = 0; i < run->program->n_nodes; i++)
		for (uint32_t j = 0; j < run->program->nodes[i].n_rights; j++)
			pkdi_unnamed_leave(&run->nodes[i].paths[j].output);
	pkdi_log_at(&run->log, PKD_LOG_INFO,
	            "the run has not ended: the same command with --resume goes on with it");
}

void pkdi_store_finish(struct pkdi_store *store)
{
	if (store->outputs >= 0)
		close(store->outputs);
	if (store->lock >= 0)
		close(store->lock);
	if (store->directory >= 0)
		close(store->directory);
	store->outputs = store->lock = store->directory = -1;
}
