#include "os/journal.h"

#include <string.h>

/* A record: its size in words, its number, what is known of the line, and its strings, each with a
 * NUL: process, node, place, output, text; of what is not known a NUL alone. */
enum { SIZE, NUMBER, TIME, FRAME, KIND, HEAD };
enum { N_STRINGS = 5, MAX_WORDS = HEAD + (2 * PIPE_BUF + 1024) / 8 };

/* Bits of KIND beside the level. */
enum { LEVEL = 7, BARE = 8, SUBJECT = 16 };

enum { NAME_SIZE = 256 };

/* ---- Writing ---- */

struct record {
	uint64_t words[MAX_WORDS];
	size_t n; /* bytes of its strings */
};

static void add(struct record *record, const char *text, size_t most)
{
	char *at = (char *)&record->words[HEAD] + record->n;

	pkdi_shorten(text ? text : "", at, most);
	record->n += strlen(at) + 1;
}

void pkdi_journal_keep(void *context, const struct pkdi_about *about, const char *text)
{
	struct pkdi_journal *journal = context;
	uint64_t from = atomic_load_explicit(&journal->written, memory_order_relaxed);
	uint64_t oldest = atomic_load_explicit(&journal->oldest, memory_order_relaxed);
	uint64_t last = atomic_load_explicit(&journal->last, memory_order_relaxed);
	struct record record = {.n = 0};
	uint64_t size;

	add(&record, about->process, NAME_SIZE);
	add(&record, about->node, NAME_SIZE);
	add(&record, about->at, NAME_SIZE);
	add(&record, about->output, NAME_SIZE);
	add(&record, text, PIPE_BUF);
	size = HEAD + (record.n + 7) / 8;
	record.words[SIZE] = size;
	record.words[NUMBER] = last + 1;
	record.words[TIME] = (uint64_t)about->time_ns;
	record.words[FRAME] = about->frame;
	record.words[KIND] = (uint64_t)about->level | (about->is_bare ? BARE : 0) |
	                     (about->is_subject ? SUBJECT : 0);
	/* The ring is larger than any record. */
	while (from + size - oldest > PKDI_JOURNAL_WORDS)
		oldest += atomic_load_explicit(&journal->words[oldest % PKDI_JOURNAL_WORDS],
		                               memory_order_relaxed);
	atomic_store_explicit(&journal->oldest, oldest, memory_order_relaxed);
	atomic_store_explicit(&journal->claimed, from + size, memory_order_relaxed);
	atomic_thread_fence(memory_order_release); /* before the words: see the header */
	for (uint64_t i = 0; i < size; i++)
		atomic_store_explicit(&journal->words[(from + i) % PKDI_JOURNAL_WORDS],
		                      record.words[i], memory_order_relaxed);
	atomic_store_explicit(&journal->last, last + 1, memory_order_relaxed);
	atomic_store_explicit(&journal->written, from + size, memory_order_release);
}

/* ---- Reading ---- */

uint64_t pkdi_journal_oldest(const struct pkdi_journal *journal)
{
	return atomic_load_explicit(&journal->oldest, memory_order_acquire);
}

uint64_t pkdi_journal_end(const struct pkdi_journal *journal)
{
	return atomic_load_explicit(&journal->written, memory_order_acquire);
}

/* Is what was copied from there still what was meant? */
static bool is_there(const struct pkdi_journal *journal, uint64_t at)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&journal->claimed, memory_order_relaxed) - at <=
	       PKDI_JOURNAL_WORDS;
}

/* Returns the number of words; 0: it is gone. */
static uint64_t copy(const struct pkdi_journal *journal, uint64_t at, uint64_t words[MAX_WORDS])
{
	uint64_t size = atomic_load_explicit(&journal->words[at % PKDI_JOURNAL_WORDS],
	                                     memory_order_relaxed);

	if (size < HEAD || size > MAX_WORDS)
		return 0;
	for (uint64_t i = 0; i < size; i++)
		words[i] = atomic_load_explicit(&journal->words[(at + i) % PKDI_JOURNAL_WORDS],
		                                memory_order_relaxed);
	return is_there(journal, at) ? size : 0;
}

static bool take(uint64_t at, uint64_t size, const uint64_t words[MAX_WORDS],
                 struct pkdi_journal_line *ret_line)
{
	char *strings[N_STRINGS], *rest = ret_line->bytes;
	size_t n = (size - HEAD) * sizeof(uint64_t);

	memcpy(ret_line->bytes, &words[HEAD], n);
	for (int i = 0; i < N_STRINGS; i++) {
		char *end = memchr(rest, '\0', n - (size_t)(rest - ret_line->bytes));

		if (!end)
			return false;
		strings[i] = rest;
		rest = end + 1;
	}
	ret_line->number = words[NUMBER];
	ret_line->next = at + size;
	ret_line->text = strings[4];
	ret_line->about = (struct pkdi_about){
		.level = (enum pkd_level)(words[KIND] & LEVEL),
		.process = *strings[0] ? strings[0] : NULL,
		.node = *strings[1] ? strings[1] : NULL,
		.at = *strings[2] ? strings[2] : NULL,
		.output = *strings[3] ? strings[3] : NULL,
		.frame = words[FRAME],
		.time_ns = (int64_t)words[TIME],
		.is_bare = (words[KIND] & BARE) != 0,
		.is_subject = (words[KIND] & SUBJECT) != 0,
	};
	return true;
}

bool pkdi_journal_read(const struct pkdi_journal *journal, uint64_t at,
                       struct pkdi_journal_line *ret_line)
{
	uint64_t words[MAX_WORDS];

	for (;;) {
		uint64_t oldest = pkdi_journal_oldest(journal), size;

		if (at < oldest)
			at = oldest;
		if (at >= pkdi_journal_end(journal))
			return false;
		size = copy(journal, at, words);
		if (size && take(at, size, words, ret_line))
			return true;
		/* It was written over meanwhile: the oldest is a later one now. Never with a
		 * supervisor that keeps to the rules: nothing more is there to read. */
		if (is_there(journal, at))
			return false;
	}
}
