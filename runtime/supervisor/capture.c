#define _GNU_SOURCE
#include "supervisor/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "os/backlog.h"
#include "os/closer.h"
#include "process/confine_files.h"
#include "supervisor/descriptors.h"
#include "supervisor/supervise.h"

#define SECOND_NS INT64_C(1000000000)

/* Lines that may come at once, and the least room that each voice has where the log waits. */
enum { BURST = 1000, LEAST_ROOM = 1024 };

/* Bytes of a line that a node writes itself: in the log there are names before it. */
enum { OWN_LINE = 3000 };

/* ---- What may be said ---- */

/* At that rate after a burst: a line moves the next one's time on by the interval, and may be early
 * by that of a burst. */
static bool is_in_time(const struct pkdi_captures *all, struct pkdi_voice *voice,
                       enum pkd_level level, int64_t now_ns)
{
	int64_t *next_ns = &voice->next_ns[level != PKD_LOG_ERROR];
	int64_t interval_ns = all->rate ? SECOND_NS / all->rate : 0;

	if (*next_ns < now_ns)
		*next_ns = now_ns;
	if (*next_ns - now_ns > (BURST - 1) * interval_ns)
		return false;
	*next_ns += interval_ns;
	return true;
}

/* Where the log waits for a reader, each voice has its share of half of the room; the other half is
 * the supervisor's own. */
static bool has_room(struct pkdi_captures *all, struct pkdi_voice *voice,
                     const struct pkdi_backlog *backlog, size_t n)
{
	size_t room = PKDI_BACKLOG_SIZE / 2 / all->n_voices;

	if (!pkdi_backlog_has_pending(backlog)) {
		all->wait++;
		return true;
	}
	if (voice->wait != all->wait)
		voice->n_waiting = 0;
	voice->wait = all->wait;
	if (voice->n_waiting && voice->n_waiting + n > (room > LEAST_ROOM ? room : LEAST_ROOM))
		return false;
	voice->n_waiting += n;
	return true;
}

static void say(struct pkdi_supervisor *supervisor, struct pkdi_voice *voice,
                const struct pkdi_about *about, char *text)
{
	const struct pkdi_log *log = &supervisor->run->log;
	int64_t now_ns = pkd_now();

	if (!is_in_time(supervisor->captures, voice, about->level, now_ns)) {
		voice->n_fast++;
	} else if (!has_room(supervisor->captures, voice, supervisor->backlog, strlen(text))) {
		voice->n_unread++;
		if (log->keep)
			log->keep(log->context, about, pkdi_log_clean(text));
	} else {
		pkdi_log_put(log, about, text);
		return;
	}
	if (!voice->left_out_ns)
		voice->left_out_ns = now_ns;
}

static void say_left_out(struct pkdi_supervisor *supervisor, uint32_t index)
{
	const struct pkdi_run *run = supervisor->run;
	struct pkdi_voice *voice = &supervisor->captures->voices[index];
	uint32_t n_nodes = run->program->n_nodes;
	struct pkdi_about about = {.level = PKD_LOG_WARNING};
	char text[160];

	if (index < n_nodes)
		about.node = run->program->nodes[index].name;
	about.process = run->processes[index < n_nodes ? run->process_of[index] : index - n_nodes]
	                        .decl->name;
	about.output = "stderr";
	if (voice->n_fast) {
		snprintf(text, sizeof(text),
		         "%" PRIu64 " lines were left out: more than %" PRId64
		         " a second (--log-rate)",
		         voice->n_fast, supervisor->captures->rate);
		pkdi_log_put(&run->log, &about, text);
	}
	if (voice->n_unread) {
		snprintf(text, sizeof(text),
		         "%" PRIu64 " lines were left out: nobody read standard error",
		         voice->n_unread);
		pkdi_log_put(&run->log, &about, text);
	}
	voice->n_fast = voice->n_unread = 0;
	voice->left_out_ns = 0;
}

int64_t pkdi_capture_look(struct pkdi_supervisor *supervisor, int64_t now_ns, bool at_once)
{
	int64_t next_ns = 0;

	for (uint32_t i = 0; i < supervisor->captures->n_voices; i++) {
		int64_t due_ns = supervisor->captures->voices[i].left_out_ns;

		if (!due_ns)
			continue;
		due_ns += SECOND_NS;
		if (at_once || due_ns <= now_ns)
			say_left_out(supervisor, i);
		else if (!next_ns || due_ns < next_ns)
			next_ns = due_ns;
	}
	return next_ns;
}

/* ---- Lines ---- */

/* The node of a process; PKD_NONE: it has none of that name. */
static uint32_t find_node(const struct pkdi_run *run, uint32_t process, const char *name)
{
	const struct pkd_process *decl = run->processes[process].decl;

	for (uint32_t i = 0; name && i < decl->n_nodes; i++)
		if (!strcmp(run->program->nodes[decl->nodes[i]].name, name))
			return decl->nodes[i];
	return PKD_NONE;
}

/* By its own hand, or through a library: nobody knows at which level. */
static void describe_own(const struct pkdi_run *run, const struct pkdi_capture *capture,
                         struct pkdi_about *ret_about, uint32_t *ret_node)
{
	const struct pkd_process *decl = run->processes[capture->process].decl;

	*ret_about = (struct pkdi_about){
		.level = capture->is_stdout ? PKD_LOG_INFO : PKD_LOG_WARNING,
		.output = capture->is_stdout ? "stdout" : "stderr",
	};
	*ret_node = decl->n_nodes == 1 ? decl->nodes[0] : PKD_NONE;
}

static void end_line(struct pkdi_supervisor *supervisor, struct pkdi_capture *capture)
{
	const struct pkdi_run *run = supervisor->run;
	struct pkdi_about about;
	uint32_t node;
	char *text = capture->line;
	size_t n = capture->n;
	bool shows = true;

	if (n > 0 && text[n - 1] == '\r')
		n--;
	capture->n = 0;
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : '?';
	text[n] = '\0';
	if (n == 0)
		return;
	if (pkdi_log_unmark(capture->line, &about, &text)) {
		node = find_node(run, capture->process, about.node);
	} else {
		text = capture->line;
		describe_own(run, capture, &about, &node);
		shows = pkdi_log_shows(node == PKD_NONE ? run->log.level
		                                        : run->nodes[node].log_level,
		                       about.level);
	}
	about.process = run->processes[capture->process].decl->name;
	about.node = node == PKD_NONE ? NULL : run->program->nodes[node].name;
	if (about.at)
		about.at = node == PKD_NONE ? NULL : run->program->nodes[node].at;
	if (shows)
		say(supervisor,
		    &supervisor->captures
		             ->voices[node == PKD_NONE ? run->program->n_nodes + capture->process
		                                       : node],
		    &about, text);
}

/* Up to the end of a line, or to a mark behind text without one. Returns how many bytes. */
static size_t take_piece(struct pkdi_supervisor *supervisor, struct pkdi_capture *capture,
                         const char *bytes, size_t n)
{
	char begin = capture->n ? *capture->line : *bytes;
	size_t room = (begin == PKDI_LOG_MARK ? sizeof(capture->line) - 1 : OWN_LINE) - capture->n;
	size_t first = capture->n ? 0 : 1;
	const char *end = memchr(bytes, '\n', n), *mark;
	size_t m = end ? (size_t)(end - bytes) : n;

	mark = m > first ? memchr(bytes + first, PKDI_LOG_MARK, m - first) : NULL;
	if (mark) {
		m = (size_t)(mark - bytes);
		end = NULL;
	}
	/* A longer line becomes several. */
	if (m > room) {
		m = room;
		end = mark = NULL;
	}
	memcpy(capture->line + capture->n, bytes, m);
	capture->n += m;
	if (end || mark || m == room)
		end_line(supervisor, capture);
	return m + (end != NULL);
}

static void close_capture(struct pkdi_supervisor *supervisor, struct pkdi_capture *capture)
{
	if (capture->fd < 0)
		return;
	if (capture->n)
		end_line(supervisor, capture);
	/* Closing it would not do: a child may have inherited it a moment before. */
	epoll_ctl(supervisor->epoll_fd, EPOLL_CTL_DEL, capture->fd, NULL);
	close(capture->fd);
	capture->fd = -1;
}

/* Returns how many bytes have come; 0: none, or nobody is left to write any. */
static size_t read_once(struct pkdi_supervisor *supervisor, struct pkdi_capture *capture)
{
	char *bytes = supervisor->captures->bytes;
	ssize_t n = read(capture->fd, bytes, sizeof(supervisor->captures->bytes));

	if (n == 0)
		close_capture(supervisor, capture);
	if (n <= 0)
		return 0;
	for (size_t at = 0; at < (size_t)n;)
		at += take_piece(supervisor, capture, bytes + at, (size_t)n - at);
	return (size_t)n;
}

void pkdi_capture_take(struct pkdi_supervisor *supervisor, uint32_t index)
{
	struct pkdi_capture *capture = &supervisor->captures->captures[index];

	if (capture->fd >= 0)
		read_once(supervisor, capture);
}

void pkdi_capture_drain(struct pkdi_supervisor *supervisor, uint32_t process)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct pkdi_capture *capture = &supervisor->captures->captures[2 * process + i];
		size_t n = 1;

		for (size_t all = 0; n && capture->fd >= 0 && all < PKDI_CAPTURE_REST; all += n)
			n = read_once(supervisor, capture);
		if (capture->n)
			end_line(supervisor, capture);
	}
}

/* ---- Pipes ---- */

/* Only the end that is read does not wait: the other one is anybody's standard error. */
static int make_pipe(struct pkdi_supervisor *supervisor, uint32_t index, int *ret_out)
{
	struct pkdi_capture *capture = &supervisor->captures->captures[index];
	int fds[2], r = 0;

	close_capture(supervisor, capture);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		r = -errno;
	if (r == 0)
		r = pkdi_descriptors_watch(supervisor, fds[0], PKDI_TAG_CAPTURE + index);
	if (r < 0) {
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	capture->fd = fds[0];
	*ret_out = fds[1];
	return 0;
}

int pkdi_capture_open(struct pkdi_supervisor *supervisor, uint32_t process)
{
	int *out = supervisor->captures->out;
	int r = make_pipe(supervisor, 2 * process, &out[0]);

	if (r == 0 && !pkdi_keeps_standard(supervisor->run, process, STDOUT_FILENO))
		r = make_pipe(supervisor, 2 * process + 1, &out[1]);
	if (r < 0)
		pkdi_capture_started(supervisor);
	return r;
}

void pkdi_capture_started(struct pkdi_supervisor *supervisor)
{
	for (int i = 0; i < 2; i++) {
		int *out = &supervisor->captures->out[i];

		if (*out >= 0)
			close(*out);
		*out = -1;
	}
}

int pkdi_capture_redirect(void *context, uint32_t process)
{
	struct pkdi_supervisor *supervisor = context;
	const int *out = supervisor->captures->out;

	(void)process;
	if (dup2(out[0], STDERR_FILENO) < 0 || (out[1] >= 0 && dup2(out[1], STDOUT_FILENO) < 0))
		return -errno;
	/* Lines, as on a terminal: they are to be seen when they are written. */
	if (out[1] >= 0)
		setvbuf(stdout, NULL, _IOLBF, 0);
	supervisor->run->log.is_captured = true;
	return 0;
}

/* ---- Start and end ---- */

int pkdi_captures_init(struct pkdi_supervisor *supervisor, int64_t rate)
{
	const struct pkdi_run *run = supervisor->run;
	struct pkdi_captures *all = calloc(1, sizeof(*all));

	supervisor->captures = all;
	if (!all)
		return -ENOMEM;
	all->out[0] = all->out[1] = -1;
	all->rate = rate;
	all->n_voices = run->program->n_nodes + run->n_processes;
	all->voices = calloc(all->n_voices + 1, sizeof(*all->voices));
	all->captures = calloc(2 * (size_t)run->n_processes + 1, sizeof(*all->captures));
	for (uint32_t i = 0; all->captures && i < 2 * run->n_processes; i++) {
		all->captures[i].fd = -1;
		all->captures[i].process = i / 2;
		all->captures[i].is_stdout = i % 2;
	}
	return all->voices && all->captures ? 0 : -ENOMEM;
}

void pkdi_captures_close(struct pkdi_supervisor *supervisor)
{
	struct pkdi_captures *all = supervisor->captures;
	struct pkdi_closer closer = {0, 0};

	if (!all)
		return;
	for (uint32_t i = 0; all->captures && i < 2 * supervisor->run->n_processes; i++)
		pkdi_closer_add(&closer, &all->captures[i].fd);
	pkdi_closer_add(&closer, &all->out[0]);
	pkdi_closer_add(&closer, &all->out[1]);
	pkdi_closer_finish(&closer);
}

void pkdi_captures_finish(struct pkdi_supervisor *supervisor)
{
	pkdi_captures_close(supervisor);
	if (supervisor->captures) {
		free(supervisor->captures->voices);
		free(supervisor->captures->captures);
	}
	free(supervisor->captures);
	supervisor->captures = NULL;
}
