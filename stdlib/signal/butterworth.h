/* Butterworth filters as sections of second order. */
#ifndef PKD_SIGNAL_BUTTERWORTH_H
#define PKD_SIGNAL_BUTTERWORTH_H

#include <stdint.h>

enum pass { PASS_LOW, PASS_HIGH, PASS_BAND, STOP_BAND };

enum { MAX_ORDER = 8, MAX_SECTIONS = 8 };

/* H(z) = (b0 + b1 / z + b2 / z^2) / (1 + a1 / z + a2 / z^2) */
struct section {
	double b0, b1, b2, a1, a2;
};

struct sections {
	uint32_t n;
	struct section at[MAX_SECTIONS];
};

struct design {
	enum pass pass;
	uint32_t order;   /* 1 … MAX_ORDER; a band has twice as many poles */
	double rate;      /* values a second */
	double low, high; /* Hz, between 0 and rate / 2; PASS_LOW and PASS_HIGH have `low` alone */
};

/* By the bilinear transform with the frequencies prewarped, as scipy.signal.butter has it. The gain
 * is 1 where the filter passes best, and each section's too. */
struct sections butterworth(const struct design *design);

/* The state of a section is two numbers (transposed direct form II). */
enum { SECTION_STATE = 2 };

/* The state in which an input that has always been `x` leaves them. */
void sections_settle(const struct sections *sections, double x, double *ret_state);

/* The output for the next input; `to` has the state after it and may be `from`. */
double sections_run(const struct sections *sections, const double *from, double x, double *to);

#endif
