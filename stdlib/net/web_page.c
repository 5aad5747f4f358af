/* See web_page.h. */
#include "web_page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <net/page.inc>

enum { MAX_FILES = 64, MAX_FILE = 4 << 20 };

struct web_page_file {
	char *name;
	uint8_t *data;
	size_t n;
};

static const struct {
	const char *name;
	const uint8_t *data;
	size_t n;
} built_in[] = {
	{"index.html", page_index_html, sizeof(page_index_html)},
	{"page.js", page_page_js, sizeof(page_page_js)},
	{"player.js", page_player_js, sizeof(page_player_js)},
};

static const char *type_of(const char *name)
{
	static const char *const types[][2] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".jpg", "image/jpeg"},
		{".ico", "image/x-icon"},
		{".txt", "text/plain; charset=utf-8"},
		{".woff2", "font/woff2"},
	};
	const char *end = strrchr(name, '.');

	for (size_t i = 0; end && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(end, types[i][0]) == 0)
			return types[i][1];
	return NULL;
}

static int read_file(struct web_page *page, int folder, const char *name)
{
	struct web_page_file *file = &page->files[page->n_files];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat about;
	int error = 0;
	ssize_t n = 0;

	if (fd < 0 || fstat(fd, &about) < 0) {
		error = errno;
	} else if (!S_ISREG(about.st_mode) || about.st_size > MAX_FILE) {
		error = EFBIG;
	} else {
		file->name = strdup(name);
		file->data = malloc((size_t)about.st_size + 1);
		if (file->data && file->name)
			n = read(fd, file->data, (size_t)about.st_size);
		error = !file->data || !file->name ? ENOMEM : n < 0 ? errno : 0;
		file->n = n > 0 ? (size_t)n : 0;
		page->n_files++;
	}
	if (fd >= 0)
		close(fd);
	return error;
}

int web_page_open(struct web_page *page, const char *folder, struct pkd_ctx *ctx)
{
	struct dirent *entry;
	DIR *list;
	int error = 0;

	*page = (struct web_page){0};
	if (!*folder)
		return PKD_OK;
	list = opendir(folder);
	if (!list)
		return pkd_error(ctx, errno, "cannot read the folder of `page`, '%s'", folder);
	page->files = calloc(MAX_FILES, sizeof(*page->files));
	while (page->files && !error && (entry = readdir(list))) {
		if (!web_is_name(entry->d_name) || !type_of(entry->d_name))
			continue;
		if (page->n_files == MAX_FILES)
			error = pkd_error(ctx, E2BIG, "'%s' has more than %d files of a page",
			                  folder, MAX_FILES);
		else if ((error = read_file(page, dirfd(list), entry->d_name)))
			error = pkd_error(ctx, error,
			                  "cannot read '%s/%s', a plain file of at most 4 MiB",
			                  folder, entry->d_name);
	}
	closedir(list);
	if (!page->files)
		return pkd_error(ctx, ENOMEM, "out of memory");
	return error;
}

void web_page_close(struct web_page *page)
{
	for (uint32_t i = 0; i < page->n_files; i++) {
		free(page->files[i].name);
		free(page->files[i].data);
	}
	free(page->files);
	*page = (struct web_page){0};
}

bool web_page_find(const struct web_page *page, const char *path, struct web_content *ret_content)
{
	const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

	for (uint32_t i = 0; i < page->n_files; i++) {
		if (strcmp(page->files[i].name, name) != 0)
			continue;
		*ret_content = (struct web_content){
			.type = type_of(name), .data = page->files[i].data, .n = page->files[i].n};
		return true;
	}
	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
		if (strcmp(built_in[i].name, name) != 0)
			continue;
		*ret_content = (struct web_content){
			.type = type_of(name), .data = built_in[i].data, .n = built_in[i].n};
		return true;
	}
	return false;
}
