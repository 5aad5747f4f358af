/* What fuzzers of texts and frames share. With -fsanitize=fuzzer one is a fuzzer; with -DREPLAY it
 * runs the files it is given, once each. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C"
#endif
	int
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 16 };

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

#ifdef REPLAY
int main(int argc, char **argv)
{
	static uint8_t data[INPUT_MAX];

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		ssize_t n = read(fd, data, sizeof(data));

		if (n < 0)
			return 2;
		close(fd);
		/* The name comes first: a crash says no more. */
		fprintf(stderr, "%s\n", argv[i]);
		LLVMFuzzerTestOneInput(data, (size_t)n);
	}
	return 0;
}
#endif

#endif
