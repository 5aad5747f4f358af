/* A server of HTTP in threads of the test, on loopback. The test says what is answered. */
#ifndef PKD_HTTP_TEST_SERVER_H
#define PKD_HTTP_TEST_SERVER_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct test_server {
	/* Writes the whole answer to the n-th request (from 1) for a path. False: the connection is
	 * closed then. May wait. */
	bool (*answer)(const char *path, unsigned n, FILE *to);
	int fd;
	unsigned port;
	pthread_t thread;
	pthread_mutex_t mutex;
	unsigned n_asked;
	char asked[256][64]; /* the paths, in order */
};

static struct test_server test_server;

static unsigned test_server_count(const char *path)
{
	unsigned n = 0;

	pthread_mutex_lock(&test_server.mutex);
	for (unsigned i = 0; i < test_server.n_asked; i++)
		n += strcmp(test_server.asked[i], path) == 0;
	pthread_mutex_unlock(&test_server.mutex);
	return n;
}

static unsigned test_server_note(const char *path)
{
	pthread_mutex_lock(&test_server.mutex);
	if (test_server.n_asked < 256)
		snprintf(test_server.asked[test_server.n_asked++], 64, "%s", path);
	pthread_mutex_unlock(&test_server.mutex);
	return test_server_count(path);
}

static void *test_server_serve(void *arg)
{
	int fd = (int)(long)arg;
	FILE *from = fdopen(fd, "r"), *to = fdopen(dup(fd), "w");
	char line[1024], path[64] = "";
	bool goes_on = true;

	while (goes_on && fgets(line, sizeof(line), from)) {
		if (sscanf(line, "GET %63s", path) == 1 || line[0] != '\r')
			continue;
		goes_on = test_server.answer(path, test_server_note(path), to);
		fflush(to);
	}
	fclose(to);
	fclose(from);
	return NULL;
}

static void *test_server_listen(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(test_server.fd, NULL, NULL)) >= 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, test_server_serve, (void *)(long)fd) == 0)
			pthread_detach(thread);
	}
	return NULL;
}

static void test_server_start(bool (*answer)(const char *path, unsigned n, FILE *to))
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memset(&test_server, 0, sizeof(test_server));
	pthread_mutex_init(&test_server.mutex, NULL);
	test_server.answer = answer;
	test_server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(test_server.fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(test_server.fd, 64) < 0 ||
	    getsockname(test_server.fd, (struct sockaddr *)&address, &size) < 0 ||
	    pthread_create(&test_server.thread, NULL, test_server_listen, NULL) != 0)
		abort();
	test_server.port = ntohs(address.sin_port);
}

static void test_server_end(void)
{
	shutdown(test_server.fd, SHUT_RDWR);
	pthread_join(test_server.thread, NULL);
	close(test_server.fd);
}

static bool test_server_text(FILE *to, const char *text)
{
	fprintf(to, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
	        strlen(text), text);
	return true;
}

#endif
