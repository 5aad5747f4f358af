#include "tool/stale.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULES_MAX (16u << 20)

static const char *record_file(struct arena *arena, const char *target)
{
	return arena_printf(arena, "%s.made", target);
}

struct timespec stale_start(void)
{
	/* The fine clock: file times may come from it or lag behind it by a tick, never lead. */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

/* A hash that can be forged is enough: whoever can write here needs no such trick. */
static int hash_file(const char *path, uint64_t *ret_hash)
{
	static unsigned char part[1 << 16];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t h = HASH_INIT;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		h = hash_bytes(h, part, (size_t)n);
	}
	int error = n < 0 ? -errno : 0;
	close(fd);
	*ret_hash = h;
	return error;
}

static bool add_hash(struct buf *out, const char *path)
{
	uint64_t hash = 0;
	if (hash_file(path, &hash) < 0)
		return false;
	buf_printf(out, "%016" PRIx64 " %s\n", hash, path);
	return true;
}

/* What compilers and linkers heed, and no command says: where they search, and for whom. */
static const char *const heeded[] = {
	"CPATH",         "C_INCLUDE_PATH",  "CPLUS_INCLUDE_PATH", "LIBRARY_PATH",
	"COMPILER_PATH", "GCC_EXEC_PREFIX", "LD_RUN_PATH",        "SOURCE_DATE_EPOCH",
};
enum { N_OF_HEADERS = 3 }; /* the first of them */

static void add_environment(struct buf *out)
{
	for (size_t i = 0; i < sizeof heeded / sizeof *heeded; i++) {
		const char *value = getenv(heeded[i]);
		if (value)
			buf_printf(out, "%s=%s\n", heeded[i], value);
	}
}

/* What the target is and what it was made of; NULL where some file cannot be read. */
static const char *record(struct arena *arena, const char *target, const char *command,
                          const char *const *inputs, size_t n_inputs)
{
	struct buf out;
	buf_init(&out);
	add_environment(&out);
	bool whole = add_hash(&out, target);
	for (size_t i = 0; i < n_inputs && whole; i++)
		whole = add_hash(&out, inputs[i]);
	buf_puts(&out, command);
	const char *text = whole ? arena_strdup(arena, out.text) : NULL;
	buf_finish(&out);
	return text;
}

bool stale(struct arena *arena, const char *target, const char *command, const char *const *inputs,
           size_t n_inputs)
{
	char *old;
	size_t length;
	if (file_read(arena, record_file(arena, target), RULES_MAX, &old, &length) < 0)
		return true;
	const char *now = record(arena, target, command, inputs, n_inputs);
	return !now || strcmp(now, old) != 0;
}

/* "target: a b \<newline> c": the words after the colon. In a word, a backslash protects a space
 * and a #, and $$ is a $. */
static size_t read_rules(struct arena *arena, const char *text, const char ***ret_inputs)
{
	VEC(const char *) inputs = {0};
	struct buf word;
	buf_init(&word);
	const char *c = strstr(text, ": ");
	for (c = c ? c + 2 : ""; *c; c++) {
		bool end = *c == ' ' || *c == '\n';
		if (*c == '\\' && c[1] == '\n')
			end = true, c++;
		else if (*c == '\\' && (c[1] == ' ' || c[1] == '#'))
			c++;
		else if (*c == '$' && c[1] == '$')
			c++;
		if (!end)
			buf_putc(&word, *c);
		if (word.length && (end || !c[1])) {
			vec_push(arena, &inputs, arena_strdup(arena, word.text));
			word.length = 0;
		}
	}
	buf_finish(&word);
	*ret_inputs = inputs.items;
	return inputs.n;
}

struct inputs {
	const char **items;
	size_t n;
};

/* None where the rules cannot be read. */
static struct inputs inputs_of(struct arena *arena, const char *rules)
{
	struct inputs inputs = {0};
	char *text;
	size_t length;
	if (file_read(arena, rules, RULES_MAX, &text, &length) == 0)
		inputs.n = read_rules(arena, text, &inputs.items);
	return inputs;
}

/* ---- Headers that would be found first ---- */

/* A directory where the compiler searches, and what lies in it, by name. */
struct searched {
	const char *path;
	struct map names;
};

struct searches {
	struct arena *arena;
	VEC(struct searched) items;
	struct map paths; /* those that are in `items` */
};

static void add_searched(struct searches *searches, const char *path)
{
	struct searched searched = {.path = *path ? path : "."};
	if (map_get(&searches->paths, searched.path))
		return;
	map_put(searches->arena, &searches->paths, searched.path, searches);
	DIR *directory = opendir(searched.path);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		map_put(searches->arena, &searched.names,
		        arena_strdup(searches->arena, entry->d_name), searches);
	if (directory)
		closedir(directory);
	vec_push(searches->arena, &searches->items, searched);
}

/* -IDIR, and -I DIR, -isystem DIR, -iquote DIR. */
static void add_of_words(struct searches *searches, const struct stale_words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->items[i];
		bool is_pair = !strcmp(word, "-I") || !strcmp(word, "-isystem") ||
		               !strcmp(word, "-iquote");
		if (is_pair && i + 1 < words->n)
			add_searched(searches, words->items[++i]);
		else if (!strncmp(word, "-I", 2))
			add_searched(searches, word + 2);
	}
}

static void add_of_environment(struct searches *searches)
{
	for (size_t i = 0; i < N_OF_HEADERS; i++) {
		const char *list = getenv(heeded[i]);
		while (list && *list) {
			size_t n = strcspn(list, ":");
			add_searched(searches, arena_printf(searches->arena, "%.*s", (int)n, list));
			list += n + (list[n] == ':');
		}
	}
}

/* #include "x" looks where the file lies first. Nobody puts a header beside those of the system. */
static void add_of_inputs(struct searches *searches, const struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->n; i++)
		if (strncmp(inputs->items[i], "/usr/", 5) != 0)
			add_searched(searches, path_directory(searches->arena, inputs->items[i]));
}

/* The header may have been written as its name, or with up to three directories before it. */
static void add_namesakes(struct buf *out, const struct searches *searches, const char *input)
{
	const char *name = input + strlen(input);
	for (size_t parts = 0; parts < 4 && name > input; parts++) {
		for (name--; name > input && name[-1] != '/';)
			name--;
		const char *first = arena_printf(searches->arena, "%.*s", (int)strcspn(name, "/"),
		                                 name);
		for (size_t i = 0; i < searches->items.n; i++) {
			const struct searched *searched = &searches->items.items[i];
			if (!map_get(&searched->names, first))
				continue;
			const char *path = path_join(searches->arena, searched->path, name);
			if (strcmp(path, input) != 0 && file_exists(path))
				buf_printf(out, "# beside %s: %s\n", input, path);
		}
	}
}

/* The command, and the files that stand where one of the inputs would have been found first: a new
 * one may take its place. Those that could not change nothing, as long as they are the same. */
static const char *with_namesakes(struct arena *arena, const char *command,
                                  const struct stale_words *words, const struct inputs *inputs)
{
	struct searches searches = {.arena = arena};
	struct buf out;
	add_of_words(&searches, words);
	add_of_environment(&searches);
	add_of_inputs(&searches, inputs);
	buf_init(&out);
	buf_puts(&out, command);
	buf_putc(&out, '\n');
	for (size_t i = 0; i < inputs->n; i++)
		add_namesakes(&out, &searches, inputs->items[i]);
	const char *text = arena_strdup(arena, out.text);
	buf_finish(&out);
	return text;
}

bool stale_by_rules(struct arena *arena, const char *target, const char *command,
                    const struct stale_words *words, const char *rules)
{
	struct inputs inputs = inputs_of(arena, rules);
	return inputs.n == 0 || stale(arena, target, with_namesakes(arena, command, words, &inputs),
	                              inputs.items, inputs.n);
}

void stale_making(struct arena *arena, const char *target)
{
	unlink(record_file(arena, target));
}

static bool is_newer(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

/* An old file that took the place of another has an old time of its contents, but its inode changed
 * when it was renamed. */
static bool changed_since(const char *path, struct timespec start)
{
	struct stat status;
	return stat(path, &status) < 0 || is_newer(status.st_mtim, start) ||
	       is_newer(status.st_ctim, start);
}

int stale_made(struct arena *arena, const char *target, const char *command,
               const char *const *inputs, size_t n_inputs, struct timespec start)
{
	for (size_t i = 0; i < n_inputs; i++)
		if (changed_since(inputs[i], start))
			return 0;
	const char *text = record(arena, target, command, inputs, n_inputs);
	return text ? file_write(record_file(arena, target), text, strlen(text)) : 0;
}

int stale_made_by_rules(struct arena *arena, const char *target, const char *command,
                        const struct stale_words *words, const char *rules, struct timespec start)
{
	struct inputs inputs = inputs_of(arena, rules);
	return inputs.n == 0
	               ? 0
	               : stale_made(arena, target, with_namesakes(arena, command, words, &inputs),
	                            inputs.items, inputs.n, start);
}
