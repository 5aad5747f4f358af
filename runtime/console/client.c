#define _GNU_SOURCE
#include "console/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool pkdi_client_receive(struct pkdi_client *client)
{
	size_t room = sizeof(client->in) - client->n_in;
	ssize_t n = room ? recv(client->fd, client->in + client->n_in, room, MSG_DONTWAIT) : 0;

	if (!room)
		return true;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	client->n_in += (size_t)n;
	client->is_read = n == 0;
	return true;
}

char *pkdi_client_line(struct pkdi_client *client, size_t *ret_size)
{
	static char line[PKDI_MESSAGE_SIZE];
	char *end = memchr(client->in, '\n', client->n_in);
	size_t n = end ? (size_t)(end - client->in) : 0;

	if (!end)
		return NULL;
	memcpy(line, client->in, n);
	client->n_in -= n + 1;
	memmove(client->in, end + 1, client->n_in);
	*ret_size = n;
	return line;
}

bool pkdi_client_has_line(const struct pkdi_client *client)
{
	return memchr(client->in, '\n', client->n_in) != NULL;
}

bool pkdi_client_overflows(const struct pkdi_client *client)
{
	return client->n_in == sizeof(client->in) && !memchr(client->in, '\n', client->n_in);
}

/* False: it takes no more for now, or has gone; errno says which. */
static bool send_all(int fd, const void *from, size_t n, size_t *n_sent)
{
	while (*n_sent < n) {
		ssize_t sent = send(fd, (const char *)from + *n_sent, n - *n_sent,
		                    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return false;
		*n_sent += sent < 0 ? 0 : (size_t)sent;
	}
	return true;
}

bool pkdi_client_send(struct pkdi_client *client)
{
	if (!send_all(client->fd, client->out, client->n_out, &client->n_sent) ||
	    !send_all(client->fd, client->bytes, client->n_bytes, &client->n_bytes_sent))
		return errno == EAGAIN;
	pkdi_client_drop(client);
	return true;
}

void pkdi_client_append(struct pkdi_client *client, const void *bytes, size_t n)
{
	client->bytes = bytes;
	client->n_bytes = n;
	client->n_bytes_sent = 0;
}

void pkdi_client_drop(struct pkdi_client *client)
{
	client->n_out = client->n_sent = 0;
	client->bytes = NULL;
	client->n_bytes = client->n_bytes_sent = 0;
}

struct pkdi_out pkdi_client_begin(struct pkdi_client *client)
{
	return (struct pkdi_out){.text = client->out + client->n_out,
	                         .size = sizeof(client->out) - client->n_out};
}

bool pkdi_client_add(struct pkdi_client *client, struct pkdi_out *line)
{
	if (line->is_full || line->n == line->size)
		return false;
	line->text[line->n] = '\n';
	client->n_out += line->n + 1;
	return true;
}
