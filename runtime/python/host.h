/* Between libpkd and the embedding of Python, a shared object that is linked with neither libpkd
 * nor the program: each gives the other a table of what it may call. */
#ifndef PKDI_PYTHON_HOST_H
#define PKDI_PYTHON_HOST_H

#include <pkd/python.h>

/* Grows with each change of these two tables. */
#define PKDI_PYTHON_ABI 1

/* What libpkd offers: the functions of <pkd/node.h>. */
struct pkdi_python_host {
	uint32_t abi;
	bool shares_process; /* all nodes are in one process, at a terminal: --single-process */
	uint64_t (*number)(const struct pkd_ctx *ctx);
	int64_t (*time)(const struct pkd_ctx *ctx);
	int64_t (*age)(const struct pkd_ctx *ctx, const void *value);
	bool (*sampled)(const struct pkd_ctx *ctx, uint32_t input);
	uint32_t (*fired)(const struct pkd_ctx *ctx);
	uint64_t (*part)(const struct pkd_ctx *ctx);
	bool (*flushing)(const struct pkd_ctx *ctx);
	bool (*woken)(const struct pkd_ctx *ctx);
	int (*wake)(struct pkd_ctx *ctx, int64_t due_ns);
	void *(*state)(struct pkd_ctx *ctx);
	void *(*memory)(struct pkd_ctx *ctx, uint32_t memory);
	void (*absent)(struct pkd_ctx *ctx, uint32_t output);
	bool (*wanted)(const struct pkd_ctx *ctx, uint32_t output);
	bool (*resumes)(const struct pkd_ctx *ctx);
	bool (*stopping)(const struct pkd_ctx *ctx);
	void (*set_time)(struct pkd_ctx *ctx, int64_t capture_ns);
	int (*later)(struct pkd_ctx *ctx, int64_t due_ns);
	void (*expect_frames)(struct pkd_ctx *ctx, uint64_t n_frames);
	int (*watch)(struct pkd_ctx *ctx, int fd, short events);
	int (*output_file)(struct pkd_ctx *ctx, const char *path);
	int64_t (*now)(void);
	void (*stop)(struct pkd_ctx *ctx);
	/* A line of the log. */
	void (*log)(struct pkd_ctx *ctx, enum pkd_level level, const char *text);
	void (*fail_at_end)(struct pkd_ctx *ctx, const char *text);
	/* A failure of the node, or the answer of its command; returns a negative errno. */
	int (*error)(struct pkd_ctx *ctx, int number, const char *text);
	uint32_t (*n_settings)(const struct pkd_ctx *ctx);
	const char *(*setting_name)(const struct pkd_ctx *ctx, uint32_t setting);
	int (*setting_get)(const struct pkd_ctx *ctx, uint32_t setting, char *text, size_t size);
	int (*setting_set)(struct pkd_ctx *ctx, uint32_t setting, const char *text);
};

/* A node, as the embedding knows it. */
struct pkdi_python_node;

/* What the embedding offers. All but `open` may be called once a node has been made. */
struct pkdi_python_calls {
	uint32_t abi;
	/* Starts the interpreter. NULL, or what is wrong. */
	const char *(*open)(const struct pkdi_python_host *host,
	                    const struct pkd_interpreter *interpreter);
	int (*init)(struct pkdi_python_node **ret_node, const struct pkd_node *decl,
	            const struct pkd_python *python, const void *params, bool is_alone,
	            struct pkd_ctx *ctx);
	int (*step)(struct pkdi_python_node *node, const void *const *in, void *const *out,
	            struct pkd_ctx *ctx);
	void (*finish)(struct pkdi_python_node *node);
	int (*ready)(struct pkdi_python_node *node, struct pkd_ctx *ctx);
	int (*changed)(struct pkdi_python_node *node, const void *params, struct pkd_ctx *ctx);
	int (*command)(struct pkdi_python_node *node, uint32_t command, const void *args,
	               void *answer, struct pkd_ctx *ctx);
};

/* The only symbol that the shared object is asked for: a `const struct pkdi_python_calls`. */
#define PKDI_PYTHON_SYMBOL "pkdi_python_calls"

/* What the node's declaration says of it; NULL: it is not written in Python. */
const struct pkd_python *pkdi_python_of(const struct pkd_node *decl);

#endif
