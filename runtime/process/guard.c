#define _GNU_SOURCE
#include "process/guard.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "process/confine_calls.h"

enum { STACK_SIZE = 64 * 1024, LINE_SIZE = 1024, NAME_SIZE = 128, TERM_PATIENCE_MS = 50 };

/* si_code of SIGSYS, which older headers do not have. */
enum { BY_SECCOMP = 1 };

/* A signal handler has no other way to its context. Set once, before any node's code runs. */
static struct {
	const struct pkdi_run *run;
	uint32_t process;
	pid_t pid;
	_Alignas(16) char stack[STACK_SIZE];
} guard;

/* ---- Text, without the functions that a handler must not call ---- */

struct line {
	char text[LINE_SIZE];
	size_t length;
};

static void put(struct line *line, const char *text)
{
	while (*text && line->length < LINE_SIZE - 1)
		line->text[line->length++] = *text++;
}

/* Names are the user's, and may be of any length; what is wrong stands behind them. */
static void put_name(struct line *line, const char *name)
{
	char text[NAME_SIZE];

	put(line, pkdi_shorten(name, text, sizeof(text)));
}

static void put_number(struct line *line, uint64_t number)
{
	char digits[21];
	size_t i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(line, &digits[i]);
}

/* ---- The fault ---- */

/* Where a fault was: in what readers see of a stream, or in what its writer does. */
struct place {
	const struct pkdi_stream *stream;
	const char *base;
	bool beyond; /* in the guard before it or behind it */
};

static bool is_within(const char *address, const char *base, size_t size)
{
	return base && address >= base && address < base + size;
}

/* In the guard before a map, or behind it? */
static bool is_beside(const char *address, const char *base, size_t size)
{
	return base && (is_within(address, base - PKDI_GUARD, PKDI_GUARD) ||
	                is_within(address, base + size, PKDI_GUARD));
}

/* A reader's copies look like the slots of their stream. */
static const char *find_copies(const struct pkdi_run *run, uint32_t process,
                               const struct pkdi_stream *stream, const char *address)
{
	for (uint32_t i = 0; i < stream->decl->n_readers; i++) {
		const struct pkd_reader *reader = &stream->decl->readers[i];
		const struct pkdi_input *input = &run->nodes[reader->node].inputs[reader->input];
		size_t size = (input->n_back + (size_t)1) * stream->decl->slot_size;

		if (run->process_of[reader->node] == process &&
		    is_within(address, input->copies_view, size))
			return input->copies_view;
	}
	return NULL;
}

/* What a process does not read is reserved there, and not mapped. */
static const char *find_view(const struct pkdi_run *run, uint32_t process,
                             const struct pkdi_stream *stream)
{
	for (uint32_t i = 0; i < stream->decl->n_readers; i++)
		if (run->process_of[stream->decl->readers[i].node] == process)
			return stream->view;
	return NULL;
}

static struct place find_place(const struct pkdi_run *run, uint32_t process, const char *address)
{
	for (uint32_t i = 0; i < run->program->n_streams; i++) {
		const struct pkdi_stream *stream = &run->streams[i];
		const char *copies = find_copies(run, process, stream, address);
		const char *view = find_view(run, process, stream);
		const char *own = stream->writer == process ? stream->map.address : NULL;
		size_t size = stream->map.size;

		if (copies)
			return (struct place){stream, copies, false};
		if (is_within(address, view, size) || is_beside(address, view, size))
			return (struct place){stream, view, is_beside(address, view, size)};
		if (is_within(address, own, size) || is_beside(address, own, size))
			return (struct place){stream, own, is_beside(address, own, size)};
	}
	return (struct place){NULL, NULL, false};
}

/* The node whose code runs; for a fault in a library's thread too, as that works for it. */
static const struct pkdi_node *find_node(const struct pkdi_run *run, uint32_t process)
{
	const struct pkdi_node *calling = pkdi_run_calling(run, process);
	const struct pkd_process *decl = run->processes[process].decl;

	if (calling)
		return calling;
	return decl->n_nodes ? &run->nodes[decl->nodes[0]] : NULL;
}

static const char *find_input(const struct pkdi_node *node, const struct pkd_stream *stream)
{
	for (uint32_t i = 0; i < node->decl->n_inputs; i++)
		if (node->inputs[i].stream == stream)
			return node->decl->inputs[i].name;
	return NULL;
}

static const char *find_output(const struct pkdi_node *node, const struct pkd_stream *stream)
{
	for (uint32_t i = 0; i < node->decl->n_outputs; i++)
		if (node->outputs[i].stream == stream)
			return node->decl->outputs[i].name;
	return NULL;
}

static void put_field(struct line *line, const char *text)
{
	const char separator[] = {PKDI_LOG_FIELD, '\0'};

	put(line, text);
	put(line, separator);
}

/* What the supervisor reads, see log.h; of 0, the time is that of the reading. */
static void put_mark(struct line *line, const struct pkdi_node *node)
{
	const char mark[] = {PKDI_LOG_MARK, '0' + PKD_LOG_ERROR, '\0'};

	put_field(line, mark);
	put_field(line, "s");
	put_number(line, atomic_load(&node->words->in_hand));
	put_field(line, "");
	put_field(line, "0");
	put_field(line, node->decl->name);
}

static void put_node(struct line *line, const struct pkdi_node *node)
{
	line->length = 0;
	if (guard.run->log.is_captured && strlen(node->decl->name) < LINE_SIZE / 2) {
		put_mark(line, node);
		return;
	}
	put_name(line, guard.run->program->name);
	put(line, ": node '");
	put_name(line, node->decl->name);
	put(line, "' (");
	put_name(line, node->decl->at);
	put(line, ") ");
}

static void put_port(struct line *line, const struct place *place, const char *port)
{
	bool is_own = place->base == place->stream->map.address;

	if (port) {
		put(line, is_own ? "its output '" : "its input '");
		put_name(line, port);
		put(line, "' (stream ");
	} else {
		put(line, "a published value (stream ");
	}
	put_name(line, place->stream->decl->name);
}

static void describe(struct line *line, const struct pkdi_node *node, const struct place *place,
                     const char *address, const char *verb)
{
	const struct pkd_stream *stream = place->stream->decl;
	bool is_own = place->base == place->stream->map.address;
	const char *port = is_own ? find_output(node, stream) : find_input(node, stream);
	const struct pkd_frame *frame;
	uint64_t number = 0;
	size_t slot;

	put_node(line, node);
	put(line, verb);
	if (place->beyond) {
		put(line, " beyond ");
		put_port(line, place, port);
		put(line, ")\n");
		return;
	}
	slot = (size_t)(address - place->base) / stream->slot_size;
	frame = (const void *)(place->base + slot * stream->slot_size);
	if (slot < stream->n_slots)
		number = frame->number;
	put(line, " to ");
	put_port(line, place, port);
	if (is_own && !number) {
		put(line, ") beyond the memory it was given for this firing\n");
		return;
	}
	put(line, ", frame ");
	put_number(line, number);
	put(line, is_own ? ") after it was published: published values never change\n"
	                 : "): published values never change; copy it first\n");
}

/* Whoever runs on from one output into the next damages what is behind both. */
static bool is_likelier(const struct pkdi_output *output, const struct pkdi_output *than)
{
	bool wrote = !pkdi_output_is_intact(output);

	if (wrote != !pkdi_output_is_intact(than))
		return wrote;
	return wrote ? output->made < than->made : output->made > than->made;
}

/* The output of the node whose value is made in memory that the fault is beside: in the control
 * words, of which the next part is another process's, or where nobody reads. Of several in the
 * control words, the first with something else behind it than the runtime has put there. */
static const char *find_private_output(const struct pkdi_node *node, uint32_t process,
                                       const char *address)
{
	const struct pkdi_map *control = &guard.run->processes[process].control;
	const struct pkdi_output *found = NULL;

	for (uint32_t i = 0; i < node->decl->n_outputs; i++) {
		const struct pkdi_output *output = &node->outputs[i];
		const struct pkd_output *decl = &node->decl->outputs[i];

		if (output->unread &&
		    is_beside(address, output->unread, pkdi_page_round(decl->type->size)))
			return decl->name;
		if (output->stream && output->made &&
		    is_beside(address, control->address, control->size) &&
		    (!found || is_likelier(output, found)))
			found = output;
	}
	return found ? node->decl->outputs[found - node->outputs].name : NULL;
}

static void describe_private(struct line *line, const struct pkdi_node *node, uint32_t process,
                             const char *address, const char *verb)
{
	const char *output = find_private_output(node, process, address);
	bool state = is_beside(address, node->state_map.address, node->state_map.size);

	if (!output && !state)
		return;
	put_node(line, node);
	put(line, verb);
	put(line, " beyond its ");
	put(line, state ? "persistent state" : "output '");
	if (!state) {
		put(line, output);
		put(line, "'");
	}
	put(line, "\n");
}

/* Only guards can be read in vain. */
static const char *verb_of(const void *context)
{
#if defined(__x86_64__)
	const ucontext_t *at = context;

	return at->uc_mcontext.gregs[REG_ERR] & 2 ? "wrote" : "read";
#else
	(void)context;
	return "wrote";
#endif
}

/* Returns to the same instruction with the default action in place (SA_RESETHAND), so that the
 * process dies of the signal itself and a core dump shows the very line. */
static void on_fault(int signal, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	const char *address = info->si_addr;
	const struct pkdi_node *node = find_node(guard.run, guard.process);
	struct place place;
	struct line line;

	/* A fault that was sent by kill() has no address and would not come back. */
	if (info->si_code <= 0) {
		raise(signal);
		return;
	}
	place = find_place(guard.run, guard.process, address);
	line.length = 0;
	if (place.stream && node)
		describe(&line, node, &place, address, verb_of(context));
	else if (node)
		describe_private(&line, node, guard.process, address, verb_of(context));
	if (write(STDERR_FILENO, line.text, line.length) < 0)
		errno = saved_errno;
	errno = saved_errno;
}

/* ---- Calls that the sandbox refuses ---- */

static void on_refused(int signal, siginfo_t *info, void *context)
{
	const struct pkdi_node *node = find_node(guard.run, guard.process);
	const char *call = pkdi_refused_call_name(info->si_syscall);
	struct line line = {.length = 0};

	(void)context;
	/* Somebody may have sent the signal: then nothing was called. */
	if (info->si_code == BY_SECCOMP && info->si_errno > 0 && node && call) {
		put_node(&line, node);
		put(&line, "was stopped at ");
		put(&line, call);
		put(&line, ": ");
		put(&line, pkdi_refusal_reason((enum pkdi_refusal)(info->si_errno - 1)));
		put(&line, "\n");
		if (write(STDERR_FILENO, line.text, line.length) == (ssize_t)line.length)
			atomic_store(&guard.run->processes[guard.process].words->refused,
			             (uint32_t)getpid());
	}
	raise(signal); /* the default action is in place (SA_RESETHAND) */
}

/* ---- SIGTERM ---- */

/* The supervisor may have been told as well and have had no time to say so: it decides, and sends
 * the signal itself if it is for this process alone. */
static bool ask_supervisor(void)
{
	const uint64_t one = 1;

	atomic_store(&guard.run->processes[guard.process].words->told_to_end, (uint32_t)getpid());
	return write(guard.run->supervisor_fd, &one, sizeof(one)) == sizeof(one);
}

/* From the supervisor: its time is up. From someone else: goes on, if the supervisor turns out
 * within a moment to have been told as well, or has to decide. */
static void on_term(int signal, siginfo_t *info, void *context)
{
	const struct timespec moment = {.tv_nsec = 1000000};
	int saved_errno = errno;

	(void)context;
	/* A process that a node has forked has none of the words. */
	if (info->si_pid != guard.run->supervisor && getpid() == guard.pid) {
		for (int i = 0; i < TERM_PATIENCE_MS; i++) {
			if (atomic_load(&guard.run->program_words->phase) != PKDI_PHASE_RUN)
				goto go_on;
			nanosleep(&moment, NULL);
		}
		if (ask_supervisor())
			goto go_on;
	}
	sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	raise(signal);
	return;

go_on:
	errno = saved_errno;
}

int pkdi_guard_install(const struct pkdi_run *run, uint32_t index)
{
	stack_t stack = {.ss_sp = guard.stack, .ss_size = sizeof(guard.stack)};
	const struct sigaction fault = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND,
	};
	const struct sigaction refused = {
		.sa_sigaction = on_refused,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND,
	};
	const struct sigaction term = {
		.sa_sigaction = on_term,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART,
	};

	guard.run = run;
	guard.process = index;
	guard.pid = getpid();
	if (sigaltstack(&stack, NULL) < 0 || sigaction(SIGSEGV, &fault, NULL) < 0 ||
	    sigaction(SIGBUS, &fault, NULL) < 0 || sigaction(SIGSYS, &refused, NULL) < 0 ||
	    sigaction(SIGTERM, &term, NULL) < 0)
		return -errno;
	return 0;
}
