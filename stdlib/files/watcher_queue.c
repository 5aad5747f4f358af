/* See watcher_queue.h. */
#include "watcher_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void files_watcher_queue_init(struct watcher_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void push(struct watcher_queue *queue, struct watcher_change *change)
{
	change->next = NULL;
	*queue->end = change;
	queue->end = &change->next;
}

struct watcher_change *files_watcher_queue_take(struct watcher_queue *queue)
{
	struct watcher_change *first = queue->first;

	if (!first)
		return NULL;
	queue->first = first->next;
	if (!queue->first)
		queue->end = &queue->first;
	return first;
}

void files_watcher_queue_empty(struct watcher_queue *queue)
{
	for (struct watcher_change *change; (change = files_watcher_queue_take(queue));)
		free(change);
}

struct watcher_change *files_watcher_queue_add(struct watcher_queue *queue, enum watcher_what what,
                                               const char *path, size_t length)
{
	struct watcher_change *change = calloc(1, sizeof(*change) + length + 1);

	if (!change)
		return NULL;
	change->what = what;
	change->length = (uint32_t)length;
	memcpy(change->path, path, length);
	push(queue, change);
	return change;
}

int files_watcher_queue_fail(struct watcher_queue *queue, const char *path, size_t length,
                             int error, const char *verb)
{
	struct watcher_change *change = files_watcher_queue_add(queue, WATCHER_FAILED, path,
	                                                        length);

	if (!change)
		return -ENOMEM;
	change->error = error;
	change->verb = verb;
	return 0;
}
