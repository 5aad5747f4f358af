/* Numbers and names as people read them; lines of a configuration file. */
#ifndef PKD_WORDS_H
#define PKD_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORDS_SIZE = 24 };

/* "812 B", "3.1 MiB", "12 GiB". */
void words_bytes(uint64_t bytes, char ret_text[WORDS_SIZE]);

/* How long something has run: "4.2s", "59s", "2m 05s", "3h 07m", "12d 4h". */
void words_duration(int64_t ns, char ret_text[WORDS_SIZE]);

/* How long a step took: "850ns", "12us", "1.25ms", "45.0ms", "3.20s". */
void words_step(int64_t ns, char ret_text[WORDS_SIZE]);

/* How often in a second: "0.25", "30.0", "1250", "125k". */
void words_rate(double rate, char ret_text[WORDS_SIZE]);

/* A share of one, in per cent: "0.4%", "12.0%", "340%". */
void words_share(double share, char ret_text[WORDS_SIZE]);

/* A number of at most `width` digits; beyond them "1234k", "12M". */
void words_count(uint64_t number, unsigned width, char ret_text[WORDS_SIZE]);

/* The text in at most `width` characters, with its beginning and its end. */
void words_shorten(const char *text, size_t width, char *ret_text, size_t size);

/* The one of the names that `word` may have been meant for; NULL: none is near. */
const char *words_nearest(const char *word, const char *const *names, size_t n);

/* The line of a configuration file that gives the parameter this value, without its end. A value
 * that is a text is written as a literal of the language. False where it does not fit, or cannot be
 * said in such a file. */
bool words_setting(const char *name, const char *value, bool is_text, char *ret_line, size_t size);

#endif
