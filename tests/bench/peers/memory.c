/* What memory itself costs, for a value of SIZE bytes in a memfd: to copy it, to fill it once, to
 * write-protect it and to open it again, and to fill it the first time after that.
 *
 *   memory SIZE MILLISECONDS */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SAMPLES = 100000, PAGE = 4096 };

enum what { COPY, FILL, PROTECT, OPEN, REFILL, N_WHAT };
static const char *const names[] = {"copy", "fill", "protect", "open", "refill"};

static double samples[N_WHAT][MAX_SAMPLES];

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *map(size_t size)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);
	void *address;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
		exit(1);
	address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (address == MAP_FAILED)
		exit(1);
	close(fd);
	return address;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(enum what what, size_t size, size_t n)
{
	double *s = samples[what];

	qsort(s, n, sizeof(*s), compare);
	printf("peer=memory mode=- size=%zu what=%s n=%zu p10=%.1f median=%.1f p90=%.1f\n", size,
	       names[what], n, s[n / 10], s[n / 2], s[n * 9 / 10]);
}

int main(int argc, char **argv)
{
	size_t size = argc > 2 ? (size_t)atoll(argv[1]) : PAGE;
	size_t pages = (size + PAGE - 1) / PAGE * PAGE;
	int64_t until = now() + (argc > 2 ? atoll(argv[2]) : 100) * 1000000;
	char *value = map(pages), *copy = map(pages);
	size_t n;

	for (n = 0; n < MAX_SAMPLES && (n < 3 || now() < until); n++) {
		int64_t t[N_WHAT + 1];

		t[0] = now();
		memcpy(copy, value, size);
		t[1] = now();
		memset(value, (int)n, size);
		t[2] = now();
		if (mprotect(value, pages, PROT_READ) < 0)
			return 1;
		t[3] = now();
		if (mprotect(value, pages, PROT_READ | PROT_WRITE) < 0)
			return 1;
		t[4] = now();
		memset(value, (int)n, size);
		t[5] = now();
		for (int i = 0; i < N_WHAT; i++)
			samples[i][n] = (double)(t[i + 1] - t[i]);
	}
	for (int i = 0; i < N_WHAT; i++)
		print((enum what)i, size, n);
	return 0;
}
