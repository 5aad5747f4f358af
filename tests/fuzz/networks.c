/* Text files of networks, ONNX files and the outputs of networks, damaged at random, for the
 * readers that are ours: sidecar.c, onnx.c, heads.c. Built with the sanitizers by
 * `make fuzz-networks`, as `readers SECONDS [SEED]`. Prints the seed of each ten thousand before
 * it, so that what dies can be run again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "detect/heads.h"

static const char *const sidecars[] = {
	"input 64 48\nhead yolov8\nlabels a, b, c\nmean 127.5\nscale 0.1 0.2 0.3\n",
	"# x\ninput 6 4\nlayout nhwc\ncolour bgr\nfit letterbox\npad 114\nhead yolov5\noverlap 0.4\nlabels "
	"person, traffic light\n",
	"input 8 8\nhead ssd\noutputs rows\nlabels a\nlabels b, c\n",
	"input 8 8\nhead centernet\noutputs heat edges\nlabels a, b\n",
	"input 4096 1\nhead plain\nlabels one\n",
	"input 192 192\nhead movenet\noutputs heat centre points offsets\nlabels nose, eye\n",
};

/* A network of one operation, as networks.py makes it. */
static const uint8_t onnx[] =
	"\010\006\072\210\001\012\037\012\007\160\151\143\164\165\162\145\012\005\163\151\172"
	"\145\163\022\004\162\157\167\163\042\007\122\145\163\150\141\160\145\052\045\010\003"
	"\020\007\102\005\163\151\172\145\163\112\030\001\000\000\000\000\000\000\000\014\000"
	"\000\000\000\000\000\000\006\000\000\000\000\000\000\000\132\041\012\007\160\151\143"
	"\164\165\162\145\022\026\012\024\010\001\022\020\012\002\010\001\012\002\010\003\012"
	"\002\010\004\012\002\010\006\142\033\012\004\162\157\167\163\022\023\012\021\010\001"
	"\022\015\012\002\010\001\012\003\022\001\156\012\002\010\006\102\004\012\000\020\013";

static uint64_t state;
/* That were read to their end: where one stays 0, its seeds are wrong. */
static uint64_t n_texts, n_networks, n_found;

static uint32_t chance(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16) % n;
}

/* In memory of its own size, so that a byte too far is told. */
static uint8_t *damage(const uint8_t *from, size_t *n)
{
	size_t size = *n + 8;
	uint8_t *to = malloc(size ? size : 1), *whole;

	if (!to)
		abort();
	memcpy(to, from, *n);
	for (uint32_t i = chance(6); i && *n; i--) {
		size_t at = chance((uint32_t)*n);

		switch (chance(5)) {
		case 0:
			to[at] ^= (uint8_t)(1 << chance(8));
			break;
		case 1:
			to[at] = (uint8_t)chance(256);
			break;
		case 2:
			to[at] = (uint8_t) "\0\xff \n,#.-9e"[chance(10)];
			break;
		case 3:
			memmove(to + at, to + at + 1, --*n - at);
			break;
		default:
			*n -= chance(3) ? 0 : chance((uint32_t)*n);
		}
	}
	whole = malloc(*n ? *n : 1);
	if (!whole)
		abort();
	memcpy(whole, to, *n);
	free(to);
	return whole;
}

static float any_number(void)
{
	static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0, -0.f, 1e-30f};

	return chance(4) ? (float)(int32_t)chance(2000) / 16 - 20 : odd[chance(8)];
}

/* Outputs that fit the head, or nearly, of any numbers. */
static void find(const struct detect_sidecar *sidecar)
{
	struct detect_tensor outputs[DETECT_MAX_OUTPUTS] = {0};
	const uint32_t C = sidecar->n_labels, sizes[] = {1, 2, 3, 4, 5, 6, 7, C, C + 4, C + 5, 40};
	char wanted[DETECT_SHAPE_SIZE], has[DETECT_SHAPE_SIZE];
	uint32_t n_outputs = 1 + chance(3), which;
	float *numbers[DETECT_MAX_OUTPUTS] = {0};

	for (uint32_t i = 0; i < n_outputs; i++) {
		struct detect_shape *shape = &outputs[i].shape;
		size_t n = 1;

		shape->n = 2 + chance(3);
		for (uint32_t k = 0; k < shape->n; k++)
			shape->dims[k] = k == 0 && chance(4) ? 1 : sizes[chance(11)];
		for (uint32_t k = 0; k < shape->n; k++)
			n *= shape->dims[k];
		if (n > 1u << 18)
			n_outputs = i;
		else if (!(numbers[i] = malloc(n * sizeof(float))))
			abort();
		for (size_t k = 0; numbers[i] && k < n; k++)
			numbers[i][k] = any_number();
		outputs[i].data = numbers[i];
		detect_shape_text(shape, has);
	}
	if (n_outputs && detect_head_fits(sidecar, outputs, n_outputs, &which, wanted) &&
	    sidecar->head != DETECT_MOVENET) {
		struct detect_finder *finder = detect_finder_create(sidecar, outputs);

		if (finder && detect_find(finder, sidecar, outputs, any_number(), 64))
			for (uint32_t i = 0; i < finder->n; i++)
				if (finder->n > 64 || finder->found[i].label >= C)
					abort();
		n_found++;
		detect_finder_destroy(finder);
	}
	for (uint32_t i = 0; i < DETECT_MAX_OUTPUTS; i++)
		free(numbers[i]);
}

static void once(struct detect_sidecar *sidecar)
{
	const char *text = sidecars[chance(sizeof(sidecars) / sizeof(sidecars[0]))], *wrong;
	size_t n = strlen(text);
	struct detect_onnx read;
	uint8_t *bytes = damage((const uint8_t *)text, &n);

	if (detect_sidecar_read((const char *)bytes, n, sidecar, &wrong) == 0) {
		n_texts++;
		find(sidecar);
	} else if (!wrong)
		abort();
	free(bytes);
	n = sizeof(onnx) - 1;
	bytes = damage(onnx, &n);
	if (!detect_onnx_read(bytes, n, &read)) {
		n_networks++;
		if (read.n_inputs == 0 || strlen(read.input.name) >= DETECT_NAME_SIZE)
			abort();
	}
	free(bytes);
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 60);
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL), n = 0;
	struct detect_sidecar *sidecar = malloc(sizeof(*sidecar));

	if (!sidecar)
		return 1;
	do {
		state = ++seed * 0x9e3779b97f4a7c15u | 1;
		fprintf(stderr, "\rseed %llu", (unsigned long long)seed - 1);
		for (int i = 0; i < 10000; i++, n++)
			once(sidecar);
	} while (time(NULL) < end);
	free(sidecar);
	fprintf(stderr,
	        "\n%llu damaged; read to the end: %llu texts, %llu networks, %llu outputs\n",
	        (unsigned long long)n, (unsigned long long)n_texts, (unsigned long long)n_networks,
	        (unsigned long long)n_found);
	return !n_texts || !n_networks || !n_found;
}
