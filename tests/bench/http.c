/* The same fetches as programs/http.pkd, by libcurl's multi interface alone: epoll, sockets told by
 * libcurl, each easy handle used again. fetches.py compares the two.
 *
 *     http URL FETCHES AT_ONCE */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { MAX_EVENTS = 64, MAX_BODY = 65536 };

static CURLM *multi;
static int epoll;
static long timeout_ms = -1;

struct fetch {
	CURL *easy;
	size_t size;
	char body[MAX_BODY];
};

static size_t take(char *bytes, size_t size, size_t n, void *to)
{
	struct fetch *fetch = to;

	n *= size;
	if (n > MAX_BODY - fetch->size)
		return 0;
	memcpy(fetch->body + fetch->size, bytes, n);
	fetch->size += n;
	return n;
}

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *to, void *known)
{
	struct epoll_event event = {.data.fd = fd};

	(void)easy, (void)to;
	event.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) |
	               (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	if (what == CURL_POLL_REMOVE)
		return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL), 0;
	epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
	curl_multi_assign(multi, fd, &epoll);
	return 0;
}

static int timer_changed(CURLM *handle, long ms, void *to)
{
	(void)handle, (void)to;
	timeout_ms = ms;
	return 0;
}

static void start(struct fetch *fetch, const char *url, uint64_t n)
{
	char address[512];

	snprintf(address, sizeof(address), "%s%llu", url, (unsigned long long)n);
	fetch->size = 0;
	curl_easy_setopt(fetch->easy, CURLOPT_URL, address);
	curl_multi_add_handle(multi, fetch->easy);
}

static void wait_and_go_on(void)
{
	struct epoll_event events[MAX_EVENTS];
	int n = epoll_wait(epoll, events, MAX_EVENTS, (int)timeout_ms), running;

	if (n == 0) {
		timeout_ms = -1;
		curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	for (int i = 0; i < n; i++)
		curl_multi_socket_action(
			multi, events[i].data.fd,
			(events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
				(events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
			&running);
}

int main(int n_args, char **args)
{
	uint64_t n_fetches = n_args == 4 ? strtoull(args[2], NULL, 10) : 0, begun = 0, done = 0;
	uint64_t at_once = n_args == 4 ? strtoull(args[3], NULL, 10) : 0;
	struct fetch *fetches = calloc(at_once, sizeof(*fetches));
	CURLMsg *message;
	int left;

	if (!n_fetches || !at_once || !fetches)
		return 2;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)at_once);
	for (uint64_t i = 0; i < at_once && begun < n_fetches; i++) {
		fetches[i].easy = curl_easy_init();
		curl_easy_setopt(fetches[i].easy, CURLOPT_WRITEFUNCTION, take);
		curl_easy_setopt(fetches[i].easy, CURLOPT_WRITEDATA, &fetches[i]);
		curl_easy_setopt(fetches[i].easy, CURLOPT_PRIVATE, &fetches[i]);
		curl_easy_setopt(fetches[i].easy, CURLOPT_TIMEOUT_MS, 60000L);
		curl_easy_setopt(fetches[i].easy, CURLOPT_NOSIGNAL, 1L);
		start(&fetches[i], args[1], begun++);
	}
	while (done < n_fetches) {
		wait_and_go_on();
		while ((message = curl_multi_info_read(multi, &left))) {
			struct fetch *fetch = NULL;

			if (message->msg != CURLMSG_DONE || message->data.result)
				return 1;
			curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&fetch);
			curl_multi_remove_handle(multi, fetch->easy);
			if (fetch->size != 64)
				return 1;
			done++;
			if (begun < n_fetches)
				start(fetch, args[1], begun++);
		}
	}
	return 0;
}
