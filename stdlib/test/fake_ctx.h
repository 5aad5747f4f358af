/* What a node's tests stand on instead of the runtime: the functions of node.h over a plain
 * struct, and slots with a frame header. No processes, no channels. */
#ifndef PKD_TEST_FAKE_CTX_H
#define PKD_TEST_FAKE_CTX_H

#include <pkd/node.h>

enum { FAKE_MAX_INPUTS = 8, FAKE_STATE_SIZE = 1 << 16, FAKE_MAX_MEMORIES = 4, FAKE_MAX_AHEAD = 64 };

/* Zeroed is a good start. The upper half is what the test sets, the lower what the node did. */
struct pkd_ctx {
	uint64_t number;
	int64_t time_ns;
	int64_t age_ns;
	bool sampled[FAKE_MAX_INPUTS];
	uint32_t fired; /* UINT32_MAX: it flushes */
	uint64_t part;
	bool stopping;
	bool keeps_file; /* pkd_output_file returns the first file again after restarts */
	uint32_t unread; /* bit per output */
	bool woken;
	uint32_t n_ahead; /* of the first input, so many values wait behind the one in hand */
	uint32_t ahead_room;
	const void *ahead[FAKE_MAX_AHEAD];

	int64_t set_time_ns; /* the last pkd_set_time */
	uint32_t n_set_times;
	int64_t due_ns;  /* the last pkd_later */
	int64_t wake_ns; /* the last pkd_wake */
	uint64_t n_expected;
	uint32_t absent; /* bit per output */
	bool stop_asked;
	int kept_fd; /* with `keeps_file`, from the first call on */
	uint32_t n_errors, n_notes;
	char error[1024], note[1024]; /* the last of each */

	/* Persistent state: what the last commit left, and what pkd_state hands out. */
	uint8_t committed_state[FAKE_STATE_SIZE] __attribute__((aligned(16)));
	uint8_t state[FAKE_STATE_SIZE] __attribute__((aligned(16)));
	void *memories[FAKE_MAX_MEMORIES]; /* persistent memory, the test's */
};

/* What pkd_now says; 0 = the true clock. */
extern int64_t fake_now_ns;

/* A value of `size` bytes behind its header, filled with 0xa5 as a reused slot would be, and 64
 * guard bytes after it. Freed by fake_slot_free, which fails the test if a guard was written. */
void *fake_slot(uint32_t size);
void fake_slot_free(void *value);
struct pkd_frame *fake_header(void *value);

/* A slot for image<FORMAT, W, H>; the image is made W x H and filled with a pattern. */
struct pkd_image *fake_image(uint32_t format, uint32_t W, uint32_t H);

/* A zeroed self for the node. */
void *fake_self(const struct pkd_methods *methods);

/* One firing as the runtime does it: step works on a copy of the persistent state, which counts
 * from then on if step returned PKD_OK, PKD_MORE or PKD_END. A test that calls step by itself
 * commits nothing. */
int fake_fire(const struct pkd_methods *methods, void *self, const void *in, void *out,
              struct pkd_ctx *ctx);

/* The node is killed and started again: without a finish, `*self` is replaced by a zeroed one, and
 * init sees the state as the last commit left it. What the old one held stays open and allocated to
 * the end of the test. Returns what init returned. */
int fake_restart(const struct pkd_methods *methods, void **self, const void *params,
                 struct pkd_ctx *ctx);

/* A fresh directory of the process, made at the first call, and paths in it. The test ends with
 * fake_directory_remove. */
const char *fake_directory(void);
const char *fake_path(const char *name); /* static storage, four deep */
void fake_directory_remove(void);

/* Runs a shell command made by printf rules and fails the test unless it ends with 0. */
void fake_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the first line that it printed; static storage. */
const char *fake_output(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
