#define _GNU_SOURCE
#include "pkd/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/place.h"
#include "pkd/say.h"
#include "pkd/words.h"

/* ---- All of them ---- */

/* The number that "1234.sock" and "1234-2.sock" begin with; 0 = it is no such name. */
static pid_t process_of(const char *name)
{
	size_t length = strlen(name);
	long pid = strtol(name, NULL, 10);

	if (length < 6 || length >= PKDI_PLACE_NAME || strcmp(name + length - 5, ".sock") != 0 ||
	    pid <= 0 || pid > INT32_MAX)
		return 0;
	return (pid_t)pid;
}

static void take_socket(struct found_list *list, int directory, const char *name, pid_t wanted)
{
	pid_t pid = process_of(name);
	struct found *found;
	struct talk *talk;
	int error;

	if (!pid || (wanted && pid != wanted))
		return;
	talk = talk_open(directory, name, &error);
	if (!talk && !error)
		return; /* it has been killed, and left this */
	/* In a directory that a group shares not all programs are open to it. */
	if (error == EACCES && !wanted)
		return;
	list->items = realloc(list->items, (list->n + 1) * sizeof(*list->items));
	if (!list->items)
		abort();
	found = &list->items[list->n++];
	*found = (struct found){.talk = talk, .pid = pid};
	if (talk)
		return;
	snprintf(found->error, sizeof(found->error), "%s",
	         error == EACCES || error == EPERM ? "permission" : "no_answer");
	if (error == EAGAIN)
		snprintf(found->message, sizeof(found->message),
		         "process %d does not answer; is it suspended?", (int)pid);
	else
		snprintf(found->message, sizeof(found->message), "process %d cannot be reached: %s",
		         (int)pid, strerror(error));
}

static void look_into(struct found_list *list, int directory, pid_t wanted)
{
	int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!entries) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(entries)))
		take_socket(list, directory, entry->d_name, wanted);
	closedir(entries);
}

static int by_number(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* All say it at the same time: they wait together. */
static void greet_all(struct found_list *list)
{
	int64_t until_ns = talk_now() + TALK_PATIENCE_NS;

	for (size_t i = 0; i < list->n; i++) {
		struct found *found = &list->items[i];

		if (!found->talk)
			continue;
		found->can_talk = talk_greet(found->talk, until_ns);
		if (found->can_talk) {
			found->pid = found->talk->pid;
			continue;
		}
		snprintf(found->error, sizeof(found->error), "%s", found->talk->error);
		snprintf(found->message, sizeof(found->message), "%s", found->talk->message);
	}
}

/* Those that ended while they were greeted are not there. */
static void forget_lost(struct found_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct found *found = &list->items[i];

		if (!found->can_talk &&
		    (!strcmp(found->error, "lost") || !strcmp(found->error, "ended")))
			talk_close(found->talk);
		else
			list->items[n++] = *found;
	}
	list->n = n;
}

void find_all(struct found_list *list, pid_t pid)
{
	struct pkdi_candidates all = pkdi_place_candidates();
	struct stat seen[3], status;

	*list = (struct found_list){.n = 0};
	for (unsigned i = 0; i < all.n; i++) {
		const char *why = NULL;
		int directory = pkdi_place_directory(
			all.paths[i], all.is_told ? PKDI_PLACE_LOOK_AS_TOLD : PKDI_PLACE_LOOK,
			&why);
		bool again = false;

		seen[i] = (struct stat){.st_ino = 0};
		if (directory == -EPERM || directory == -EACCES)
			snprintf(list->refused, sizeof(list->refused), "%s %s", all.paths[i], why);
		if (directory < 0)
			continue;
		if (fstat(directory, &status) == 0)
			seen[i] = status;
		for (unsigned j = 0; j < i; j++)
			again |= seen[j].st_ino == seen[i].st_ino &&
			         seen[j].st_dev == seen[i].st_dev;
		if (!again)
			look_into(list, directory, pid);
		close(directory);
	}
	greet_all(list);
	forget_lost(list);
	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), by_number);
}

/* Whether the word is the path of a socket. */
static bool is_path(const char *word)
{
	size_t n = word ? strlen(word) : 0;

	return n > 5 && strchr(word, '/') && strcmp(word + n - 5, ".sock") == 0;
}

/* The one that listens there, whoever's it is. */
static void find_at(struct found_list *list, const char *path)
{
	const char *name = strrchr(path, '/') + 1, *why = NULL;
	char folder[PATH_MAX];
	int directory;

	*list = (struct found_list){.n = 0};
	snprintf(folder, sizeof(folder), "%.*s", (int)(name - path) - (name - path > 1), path);
	directory = pkdi_place_directory(folder, PKDI_PLACE_LOOK_AS_TOLD, &why);
	if (directory == -EPERM || directory == -EACCES)
		snprintf(list->refused, sizeof(list->refused), "%.400s %s", folder, why);
	if (directory < 0)
		return;
	take_socket(list, directory, name, process_of(name));
	close(directory);
	greet_all(list);
}

void find_close(struct found_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		talk_close(list->items[i].talk);
	free(list->items);
	*list = (struct found_list){.n = 0};
}

/* ---- The one that is meant ---- */

static bool is_meant(const struct found *found, const char *word)
{
	char *end;
	long pid = strtol(word, &end, 10);

	/* Nothing else was looked for. */
	if (is_path(word))
		return true;
	if (*word >= '0' && *word <= '9' && !*end)
		return pid == found->pid;
	return found->can_talk && strcmp(found->talk->name, word) == 0;
}

/* "robot (12), robot (15)" of all that run, or of that name. */
static void list_programs(const struct found_list *list, const char *word, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (size_t i = 0; i < list->n && n < size; i++) {
		const struct found *found = &list->items[i];

		if (word && !is_meant(found, word))
			continue;
		n += (size_t)snprintf(text + n, size - n, "%s%s (%d)", n ? ", " : "",
		                      found->can_talk ? found->talk->name : "?", (int)found->pid);
	}
}

static void say_none(const struct found_list *list, const char *word)
{
	const char *names[256], *nearest;
	char running[1024];
	size_t n = 0;

	if (list->n == 0 && *list->refused) {
		fail("permission", "%s, so nothing is looked for there", list->refused);
		return;
	}
	if (list->n == 0 && is_path(word)) {
		fail("no_program", "no program listens at %s", word);
		return;
	}
	if (list->n == 0) {
		fail("no_program", "no pkd program of this user runs%s",
		     getenv("PKD_DIR") ? " whose socket is in $PKD_DIR" : "");
		return;
	}
	for (size_t i = 0; i < list->n && n < 256; i++)
		if (list->items[i].can_talk)
			names[n++] = list->items[i].talk->name;
	nearest = words_nearest(word, names, n);
	list_programs(list, NULL, running, sizeof(running));
	if (nearest)
		fail("no_program", "no program '%s' runs; did you mean '%s'? There %s %s", word,
		     nearest, list->n == 1 ? "is" : "are", running);
	else
		fail("no_program", "no program '%s' runs; there %s %s", word,
		     list->n == 1 ? "is" : "are", running);
}

/* How many are meant by the word, and the first of them. */
static size_t count_meant(const struct found_list *list, const char *word, size_t *ret_first)
{
	size_t n = 0;

	for (size_t i = list->n; i-- > 0;) {
		if (word && !is_meant(&list->items[i], word))
			continue;
		*ret_first = i;
		n++;
	}
	return n;
}

static struct talk *choose(struct found_list *list, const char *word)
{
	size_t first = 0, n = count_meant(list, word, &first);
	char several[1024];
	struct talk *talk;

	if (n == 0) {
		say_none(list, word);
		return NULL;
	}
	if (n > 1) {
		list_programs(list, word, several, sizeof(several));
		fail("several_programs", "several programs %s: %s; say which, by its %s",
		     word ? "of that name run" : "run", several,
		     word ? "number" : "name or number");
		return NULL;
	}
	if (!list->items[first].can_talk) {
		fail(list->items[first].error, "%s", list->items[first].message);
		return NULL;
	}
	talk = list->items[first].talk;
	list->items[first].talk = NULL;
	return talk;
}

/* A number needs no answer of the others, one of which may be suspended. */
static void find_for(struct found_list *list, const char *word)
{
	char *end = NULL;
	long pid = word ? strtol(word, &end, 10) : 0;

	if (is_path(word)) {
		find_at(list, word);
		return;
	}
	if (pid > 0 && pid <= INT32_MAX && !*end) {
		find_all(list, (pid_t)pid);
		if (list->n > 0)
			return;
		find_close(list);
	}
	find_all(list, 0);
}

struct talk *find_program(const char *word)
{
	struct found_list list;
	struct talk *talk;

	find_for(&list, word);
	talk = choose(&list, word);
	find_close(&list);
	return talk;
}

bool find_runs(const char *word)
{
	struct found_list list;
	size_t first;
	bool runs;

	find_for(&list, word);
	runs = count_meant(&list, word, &first) > 0;
	find_close(&list);
	return runs;
}

struct talk *find_program_or(const char *word, bool *ret_is_program)
{
	struct found_list list;
	struct talk *talk;
	size_t first;

	find_for(&list, word);
	*ret_is_program = word && (count_meant(&list, word, &first) > 0 || list.n != 1);
	talk = choose(&list, *ret_is_program ? word : NULL);
	find_close(&list);
	return talk;
}
