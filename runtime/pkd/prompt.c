#define _GNU_SOURCE
#include "pkd/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/key.h"

/* Whether a byte of UTF-8 goes on with a character. */
static bool goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t before(const struct prompt *prompt, size_t at)
{
	while (at > 0 && goes_on(prompt->text[--at]))
		;
	return at;
}

static size_t behind(const struct prompt *prompt, size_t at)
{
	at += at < prompt->n;
	while (at < prompt->n && goes_on(prompt->text[at]))
		at++;
	return at;
}

/* Takes out what stands between the two; the cursor is where it was. */
static void cut(struct prompt *prompt, size_t from, size_t to)
{
	memmove(prompt->text + from, prompt->text + to, prompt->n - to + 1);
	prompt->n -= to - from;
	prompt->at = from;
}

static void insert(struct prompt *prompt, const char *text, size_t n)
{
	if (prompt->n + n >= sizeof(prompt->text))
		return;
	memmove(prompt->text + prompt->at + n, prompt->text + prompt->at,
	        prompt->n - prompt->at + 1);
	memcpy(prompt->text + prompt->at, text, n);
	prompt->n += n;
	prompt->at += n;
}

void prompt_begin(struct prompt *prompt, const char *text)
{
	prompt->n = prompt->at = 0;
	prompt->text[0] = '\0';
	insert(prompt, text, strlen(text));
}

void prompt_press(struct prompt *prompt, int key)
{
	char c = (char)key;

	switch (key) {
	case TOP_BACKSPACE:
		cut(prompt, before(prompt, prompt->at), prompt->at);
		break;
	case TOP_DELETE:
		cut(prompt, prompt->at, behind(prompt, prompt->at));
		break;
	case TOP_CLEAR:
		cut(prompt, 0, prompt->at);
		break;
	case TOP_LEFT:
		prompt->at = before(prompt, prompt->at);
		break;
	case TOP_RIGHT:
		prompt->at = behind(prompt, prompt->at);
		break;
	case TOP_HOME:
		prompt->at = 0;
		break;
	case TOP_END:
		prompt->at = prompt->n;
		break;
	default:
		if (key >= ' ' && key < 0x100)
			insert(prompt, &c, 1);
		break;
	}
}

/* ---- Completion ---- */

const char *prompt_word(const struct prompt *prompt, size_t *ret_n_before)
{
	const char *word = prompt->text, *end = prompt->text + prompt->at;

	*ret_n_before = 0;
	for (const char *c = prompt->text; c < end; c++)
		if (*c == ' ') {
			*ret_n_before += c > word;
			word = c + 1;
		}
	return word;
}

void prompt_complete(struct prompt *prompt, const char *const *names, size_t n, const char *ending,
                     char *ret_names, size_t size)
{
	size_t n_before, n_found = 0, common = 0, written = 0;
	const char *word = prompt_word(prompt, &n_before), *found = NULL;
	size_t length = (size_t)(prompt->text + prompt->at - word);

	*ret_names = '\0';
	for (size_t i = 0; i < n; i++) {
		if (strncmp(names[i], word, length) != 0)
			continue;
		if (n_found++ == 0) {
			found = names[i];
			common = strlen(found);
		}
		while (strncmp(names[i], found, common) != 0)
			common--;
		if (written < size)
			written += (size_t)snprintf(ret_names + written, size - written, "%s%s",
			                            written ? "  " : "", names[i]);
	}
	if (n_found == 0) {
		snprintf(ret_names, size, "nothing begins with '%.*s'", (int)length, word);
		return;
	}
	insert(prompt, found + length, common - length);
	if (n_found > 1)
		return;
	*ret_names = '\0';
	insert(prompt, ending, strlen(ending));
}

/* ---- Drawing ---- */

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row, const char *label)
{
	int at = canvas_text(canvas, row, 0, canvas->columns, LOOK_TITLE, label);
	int room = canvas->columns - at - 1, before_cursor = 0;
	size_t from = 0;

	for (size_t i = 0; i < prompt->at; i = behind(prompt, i))
		before_cursor++;
	for (; before_cursor > room && from < prompt->at; before_cursor--)
		from = behind(prompt, from);
	canvas_text(canvas, row, at, canvas->columns - at, LOOK_PLAIN, prompt->text + from);
	canvas_look(canvas, row, at + before_cursor, 1, LOOK_CHOSEN);
}

/* ---- Words ---- */

/* Copies the next word, and returns what follows it; NULL: a quote is not closed. */
static const char *copy_word(const char *text, char *word)
{
	char quote = '\0';

	for (; *text && (quote || *text != ' '); text++) {
		if (*text == '\\' && quote != '\'' && text[1]) {
			*word++ = *++text;
		} else if (*text == quote) {
			quote = '\0';
		} else if (!quote && (*text == '\'' || *text == '"')) {
			quote = *text;
		} else {
			*word++ = *text;
		}
	}
	*word = '\0';
	return quote ? NULL : text;
}

char **prompt_words(const char *text, size_t *ret_n)
{
	/* Every second character is a word at most, and none gets longer. */
	size_t size = strlen(text) + 1, n = 0;
	char **words = malloc((size / 2 + 2) * sizeof(*words) + size);
	char *copy;

	if (!words)
		abort();
	copy = (char *)(words + size / 2 + 2);
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		text = copy_word(text, copy);
		if (!text) {
			free(words);
			return NULL;
		}
		words[n++] = copy;
		copy += strlen(copy) + 1;
	}
	words[n] = NULL;
	*ret_n = n;
	return words;
}
