/* What must be made again: by time stamps and by the command that made it. */
#include "tool/stale.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/vec.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RULES_MAX (16u << 20)

static const char *command_file(struct arena *arena, const char *target)
{
	return arena_printf(arena, "%s.cmd", target);
}

struct timespec stale_start(void)
{
	/* The fine clock: file times may come from it or lag behind it by a tick, never lead. */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

static bool is_newer(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static bool was_made_by(struct arena *arena, const char *target, const char *command)
{
	char *old;
	size_t length;
	return file_read(arena, command_file(arena, target), RULES_MAX, &old, &length) == 0 &&
	       strcmp(old, command) == 0;
}

bool stale(struct arena *arena, const char *target, const char *command, const char *const *inputs,
           size_t n_inputs)
{
	struct stat made, input;
	if (stat(target, &made) < 0 || !was_made_by(arena, target, command))
		return true;
	for (size_t i = 0; i < n_inputs; i++) {
		/* An old file that took the place of another has an old time of its contents, but
		 * its inode changed when it was renamed. */
		if (stat(inputs[i], &input) < 0 || is_newer(input.st_mtim, made.st_mtim) ||
		    is_newer(input.st_ctim, made.st_mtim))
			return true;
	}
	return false;
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

bool stale_by_rules(struct arena *arena, const char *target, const char *command, const char *rules)
{
	char *text;
	size_t length;
	if (file_read(arena, rules, RULES_MAX, &text, &length) < 0)
		return true;
	const char **inputs;
	size_t n = read_rules(arena, text, &inputs);
	return n == 0 || stale(arena, target, command, inputs, n);
}

void stale_making(struct arena *arena, const char *target)
{
	unlink(command_file(arena, target));
}

int stale_made(struct arena *arena, const char *target, const char *command, struct timespec start)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, start};
	if (utimensat(AT_FDCWD, target, times, 0) < 0)
		return -errno;
	return file_write(command_file(arena, target), command, strlen(command));
}
