#define _GNU_SOURCE
#include "console/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of connections that the console has not taken yet. They outlive its death. */
enum { BACKLOG = 64 };

/* ---- The token ---- */

static int make_token(struct pkdi_serve *serve, char *ret_why, size_t size)
{
	unsigned char bytes[PKDI_TOKEN_MADE / 2];
	ssize_t n = getrandom(bytes, sizeof(bytes), 0);

	if (n != sizeof(bytes)) {
		snprintf(ret_why, size, "--serve: cannot make a token: getrandom: %s",
		         strerror(n < 0 ? errno : EIO));
		return n < 0 ? -errno : -EIO;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(serve->token + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* What is wrong with the file that was opened, as the end of a sentence; NULL = nothing. */
static const char *fault_of(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "it is not a file";
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return "it belongs to another user";
	if (status->st_mode & (S_IRWXG | S_IRWXO))
		return "others may read it: chmod 600 closes it";
	return NULL;
}

/* One line of characters that stand in URLs as they are. `text` ends with a NUL. */
static const char *take_token(char *text, size_t n, char ret_token[PKDI_TOKEN_MOST + 1])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._~";
	size_t length = strspn(text, allowed);
	size_t end = length + strspn(text + length, "\r\n");

	if (end != n)
		return "a token is one line of letters, digits and -._~";
	if (length < PKDI_TOKEN_LEAST || length > PKDI_TOKEN_MOST)
		return "a token has 16 to 128 characters (openssl rand -hex 16 makes one)";
	memcpy(ret_token, text, length);
	ret_token[length] = '\0';
	return NULL;
}

/* Without blocking, in case it is no file. */
static int read_token(const char *option, const char *path, char ret_token[PKDI_TOKEN_MOST + 1],
                      char *ret_why, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[2 * PKDI_TOKEN_MOST] = "";
	const char *why = NULL;
	struct stat status;
	ssize_t n = 0;
	int error = 0;

	if (fd < 0 || fstat(fd, &status) < 0)
		error = errno;
	if (!error)
		why = fault_of(&status);
	if (!error && !why && (n = read(fd, text, sizeof(text) - 1)) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (!error && !why)
		why = take_token(text, (size_t)n, ret_token);
	explicit_bzero(text, sizeof(text));
	if (!error && !why)
		return 0;
	snprintf(ret_why, size, "%s %s: %s", option, path, why ? why : strerror(error));
	return error ? -error : -EINVAL;
}

/* ---- Both ---- */

int pkdi_serve_open(struct pkdi_serve *serve, const struct pkdi_address *address,
                    const char *token_file, char *ret_why, size_t size)
{
	char text[PKDI_ADDRESS_SIZE];
	int r;

	*serve = (struct pkdi_serve){.socket = -1, .address = *address};
	r = token_file ? read_token("--serve-token-file", token_file, serve->token, ret_why, size)
	               : make_token(serve, ret_why, size);
	if (r < 0)
		return r;
	serve->socket = pkdi_address_listen(&serve->address, BACKLOG);
	if (serve->socket >= 0)
		return 0;
	r = serve->socket;
	pkdi_address_show(address, text);
	snprintf(ret_why, size, "--serve: cannot listen on %s: %s%s", text, strerror(-r),
	         r == -EADDRINUSE ? "; port 0 takes any that is free" : "");
	pkdi_serve_close(serve);
	return r;
}

int pkdi_serve_read_view_token(struct pkdi_serve *serve, const char *path, char *ret_why,
                               size_t size)
{
	int r = read_token("--serve-view-token-file", path, serve->view_token, ret_why, size);

	if (r == 0 && !strcmp(serve->token, serve->view_token)) {
		snprintf(ret_why, size,
		         "--serve-view-token-file %s: it has the token of --serve-token-file",
		         path);
		r = -EINVAL;
	}
	return r;
}

void pkdi_serve_close(struct pkdi_serve *serve)
{
	if (serve->socket >= 0)
		close(serve->socket);
	serve->socket = -1;
	explicit_bzero(serve->token, sizeof(serve->token));
	explicit_bzero(serve->view_token, sizeof(serve->view_token));
}
