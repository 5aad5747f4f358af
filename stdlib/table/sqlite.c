/* table.sqlite: rows into a table of an SQLite database, a batch in a transaction.
 *
 * A firing puts its row into persistent memory, a ring of BATCH rows, and its commit counts it:
 * `stored` so many ever, `taken` of them in the database for sure. The firing that fills the ring, a
 * timer, or the end of the inputs writes what is between. The transaction sets the frame of the last
 * row in `_pkd`, too, and that decides: a row whose frame is not above it is in the table already,
 * and is left out when a killed firing is done again or the ring is written once more.
 *
 * A place in the ring is written again only once `taken` is beyond its row in a committed state. */
#include "../base/value.h"
#include "json.h"
#include "sqlite_table.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pkd/path.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <table/sqlite.pkd.h>
#include <unistd.h>

enum {
	ROW = 0,      /* input numbers, in the order of sqlite.pkd */
	LOOK_MS = 20, /* that a firing waits for a lock, before it comes again */
	LOOK_NS = 20000000,
};

struct table_sqlite {
	struct pkd_ctx *ctx;
	const struct table_sqlite_params *params;
	struct sqlite_table table;
	sqlite3 *db;
	sqlite3_stmt *begin, *commit, *insert, *mark;
	char file[PATH_MAX];
	bool sampled;
	int timer;
	int64_t run;
	uint64_t last; /* frame that is in the table */
	uint64_t stored,
		taken; /* as of the last step, of which a finish may have to write the rest */
	int64_t locked_since; /* 0: it is not */
	bool is_noted;
	bool has_failed; /* the next incarnation tries again, and not finish */
	uint64_t *run_id;
	struct table_Pending *heads;
	char *rows;
	bool has_told_replaced; /* that texts are not UTF-8 */
};

/* ---- Errors ---- */

static bool is_locked(int result)
{
	return (result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED;
}

/* What the library says of its last call. */
static int failed(struct table_sqlite *self, const char *what)
{
	int result = self->db ? sqlite3_extended_errcode(self->db) : SQLITE_NOMEM;
	int error = (result & 0xff) == SQLITE_FULL    ? ENOSPC
	            : (result & 0xff) == SQLITE_NOMEM ? ENOMEM
	            : is_locked(result)               ? EBUSY
	                                              : EIO;

	return pkd_error(
		self->ctx, error, "cannot %s '%s': %s%s", what, self->file,
		is_locked(result) ? "another program holds a lock on it"
		: self->db        ? sqlite3_errmsg(self->db)
				  : "no memory",
		error == ENOSPC ? "; the rows that are not in it yet are kept for a restart" : "");
}

static int run_text(struct table_sqlite *self, const char *text)
{
	return sqlite3_exec(self->db, text, NULL, NULL, NULL);
}

/* ---- The database ---- */

static int prepare(struct table_sqlite *self, const char *text, sqlite3_stmt **ret_statement)
{
	return text ? sqlite3_prepare_v3(self->db, text, -1, SQLITE_PREPARE_PERSISTENT,
	                                 ret_statement, NULL)
	            : SQLITE_NOMEM;
}

/* The run's number in `_pkd`, which a restart of the node finds by its id. */
static int find_run(struct table_sqlite *self)
{
	/* "Rows" is the table "rows". */
	static const char find[] =
		"SELECT run, frame FROM _pkd WHERE name = ?1 COLLATE NOCASE AND id = ?2";
	static const char add[] =
		"INSERT INTO _pkd SELECT ?1, 1 + coalesce(max(run), 0), ?2, 0 FROM _pkd "
		"WHERE name = ?1 COLLATE NOCASE";
	int result = SQLITE_OK;

	for (int i = 0; i < 3 && result == SQLITE_OK && !self->run; i++) {
		sqlite3_stmt *statement = NULL;

		result = sqlite3_prepare_v2(self->db, i == 1 ? add : find, -1, &statement, NULL);
		if (result == SQLITE_OK) {
			sqlite3_bind_text(statement, 1, self->params->table, -1, SQLITE_STATIC);
			sqlite3_bind_int64(statement, 2, (int64_t)*self->run_id);
			result = sqlite3_step(statement);
		}
		if (result == SQLITE_ROW) {
			self->run = sqlite3_column_int64(statement, 0);
			self->last = (uint64_t)sqlite3_column_int64(statement, 1);
		}
		sqlite3_finalize(statement);
		result = result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
	}
	return result;
}

/* In a transaction. SQLITE_MISMATCH: the table is another, which was told. */
static int make_table(struct table_sqlite *self)
{
	int result = sqlite_table_compare(&self->table, self->db);
	char *text = NULL;

	if (result == SQLITE_NOTFOUND) {
		text = sqlite_table_create_text(&self->table);
		result = text ? run_text(self, text) : SQLITE_NOMEM;
		sqlite3_free(text);
	}
	if (result == SQLITE_OK)
		result = run_text(self, "CREATE TABLE IF NOT EXISTS _pkd(name TEXT, run INTEGER, "
		                        "id INTEGER, frame INTEGER, PRIMARY KEY(name, run))");
	if (result == SQLITE_OK)
		result = find_run(self);
	return result;
}

static int prepare_all(struct table_sqlite *self)
{
	char *insert = sqlite_table_insert_text(&self->table);
	int result = prepare(self, insert, &self->insert);

	sqlite3_free(insert);
	if (result == SQLITE_OK)
		result = prepare(self, "BEGIN IMMEDIATE", &self->begin);
	if (result == SQLITE_OK)
		result = prepare(self, "COMMIT", &self->commit);
	if (result == SQLITE_OK)
		result = prepare(self,
		                 "UPDATE _pkd SET frame = ?1 "
		                 "WHERE name = ?2 COLLATE NOCASE AND run = ?3",
		                 &self->mark);
	if (result == SQLITE_OK)
		result = sqlite3_bind_text(self->mark, 2, self->params->table, -1, SQLITE_STATIC);
	return result == SQLITE_OK ? sqlite3_bind_int64(self->mark, 3, self->run) : result;
}

static int milliseconds(int64_t ns)
{
	return ns / 1000000 < INT_MAX ? (int)(ns / 1000000) : INT_MAX;
}

static int refuse(struct table_sqlite *self)
{
	return pkd_error(self->ctx, EEXIST,
	                 "cannot add to table '%s' of '%s': %s; choose another table",
	                 self->params->table, self->file, self->table.why);
}

static int open_database(struct table_sqlite *self)
{
	int result;

	if (sqlite3_open_v2(self->file, &self->db,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	                    NULL) != SQLITE_OK)
		return failed(self, "open");
	sqlite3_busy_timeout(self->db, milliseconds(self->params->patience));
	/* Before anything is written, be it how the database keeps its journal. */
	if (sqlite_table_compare(&self->table, self->db) == SQLITE_MISMATCH)
		return refuse(self);
	if (run_text(self, "PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; "
	                   "PRAGMA synchronous = FULL; BEGIN IMMEDIATE") != SQLITE_OK)
		return failed(self, "open");
	result = make_table(self);
	if (result == SQLITE_MISMATCH)
		return refuse(self);
	if (result != SQLITE_OK || run_text(self, "COMMIT") != SQLITE_OK ||
	    prepare_all(self) != SQLITE_OK)
		return failed(self, "make the table in");
	sqlite3_busy_timeout(self->db, LOOK_MS);
	return PKD_OK;
}

static void close_database(struct table_sqlite *self)
{
	sqlite3_finalize(self->begin);
	sqlite3_finalize(self->commit);
	sqlite3_finalize(self->insert);
	sqlite3_finalize(self->mark);
	sqlite3_close(self->db);
	self->begin = self->commit = self->insert = self->mark = NULL;
	self->db = NULL;
}

/* What is written into a file that has no name any more, nobody finds. */
static int follow_name(struct table_sqlite *self)
{
	int has_moved = 0;

	if (sqlite3_file_control(self->db, NULL, SQLITE_FCNTL_HAS_MOVED, &has_moved) != SQLITE_OK ||
	    !has_moved)
		return PKD_OK;
	pkd_note(self->ctx, "'%s' was removed or replaced: rows go into the one that is there now",
	         self->file);
	close_database(self);
	self->run = 0;
	self->last = 0;
	return open_database(self);
}

/* ---- Rows ---- */

static bool bind_row(struct table_sqlite *self, const struct table_Pending *head, const void *row)
{
	sqlite3_stmt *insert = self->insert;
	char text[TABLE_SCALAR_SIZE];
	int column = 1;

	sqlite3_bind_int64(insert, column++, self->run);
	sqlite3_bind_int64(insert, column++, (int64_t)head->frame);
	sqlite3_bind_double(insert, column++, (double)head->time / 1e9);
	if (self->params->wall_clock) {
		table_date(head->wall_clock, text);
		sqlite3_bind_text(insert, column++, text, -1, SQLITE_TRANSIENT);
	}
	if (self->sampled && head->present) {
		sqlite3_bind_int64(insert, column++, (int64_t)head->source_frame);
		sqlite3_bind_double(insert, column++, (double)(head->age / 1000) / 1000);
	} else if (self->sampled) {
		sqlite3_bind_null(insert, column++);
		sqlite3_bind_null(insert, column++);
	}
	if (!sqlite_table_bind(&self->table, insert, &column, self->params->T,
	                       head->present ? row : NULL))
		return false;
	table_tell_replaced(self->ctx, head->frame, self->table.n_replaced,
	                    &self->has_told_replaced);
	return true;
}

static int step_once(sqlite3_stmt *statement)
{
	int result;

	sqlite3_step(statement);
	result = sqlite3_reset(statement);
	return result;
}

/* SQLITE_MISMATCH: a value has no place, `why` says which. */
static int insert_rows(struct table_sqlite *self, uint64_t taken, uint64_t stored)
{
	uint32_t batch = self->params->BATCH;
	size_t size = self->params->T->size;
	int result = SQLITE_OK;

	for (uint64_t i = taken; i < stored && result == SQLITE_OK; i++) {
		const struct table_Pending *head = &self->heads[i % batch];

		if (head->frame <= self->last)
			continue;
		if (!bind_row(self, head, self->rows + i % batch * size))
			return self->table.is_out_of_memory ? SQLITE_NOMEM : SQLITE_MISMATCH;
		result = step_once(self->insert);
	}
	return result;
}

/* What the timer has written is taken from the ring. */
static uint64_t taken_now(const struct table_sqlite *self, uint64_t taken, uint64_t stored)
{
	while (taken < stored && self->heads[taken % self->params->BATCH].frame <= self->last)
		taken++;
	return taken;
}

/* All of them, or none. PKD_LATER: the database is locked. */
static int write_rows(struct table_sqlite *self, uint64_t taken, uint64_t stored)
{
	uint64_t last = stored > taken ? self->heads[(stored - 1) % self->params->BATCH].frame : 0;
	int result, error;

	if (last <= self->last)
		return PKD_OK;
	taken = taken_now(self, taken, stored);
	error = self->db ? follow_name(self) : open_database(self);
	if (error) {
		close_database(self);
		return error;
	}
	result = step_once(self->begin);
	if (is_locked(result))
		return PKD_LATER;
	if (result == SQLITE_OK)
		result = insert_rows(self, taken, stored);
	if (result == SQLITE_OK) {
		sqlite3_bind_int64(self->mark, 1, (int64_t)last);
		result = step_once(self->mark);
	}
	if (result == SQLITE_OK)
		result = step_once(self->commit);
	if (result == SQLITE_OK) {
		self->last = last;
		self->locked_since = 0;
		return PKD_OK;
	}
	if (result == SQLITE_MISMATCH)
		error = pkd_error(self->ctx, ERANGE, "cannot write into '%s': %s", self->file,
		                  self->table.why);
	else
		error = is_locked(result) ? PKD_LATER : failed(self, "write");
	run_text(self, "ROLLBACK");
	return error;
}

/* Of a database that is locked; PKD_LATER while there is patience. */
static int be_patient(struct table_sqlite *self)
{
	int64_t now = pkd_now();

	if (!self->locked_since)
		self->locked_since = now;
	if (now - self->locked_since >= self->params->patience)
		return pkd_error(self->ctx, EBUSY,
		                 "cannot write '%s': another program has locked it for %" PRId64
		                 " s; end that program's transaction, or give more patience",
		                 self->file, (now - self->locked_since) / 1000000000);
	if (!self->is_noted)
		pkd_note(self->ctx, "'%s' is locked by another program: rows wait", self->file);
	self->is_noted = true;
	return PKD_LATER;
}

/* ---- The timer ---- */

/* 0: never. */
static void set_timer(struct table_sqlite *self, int64_t ns)
{
	struct itimerspec due = {.it_value = {ns / 1000000000, ns % 1000000000}};

	timerfd_settime(self->timer, 0, &due, NULL);
}

static int start_timer(struct table_sqlite *self)
{
	int error;

	self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	error = self->timer < 0 ? -errno : pkd_watch(self->ctx, self->timer, POLLIN);
	if (error)
		return pkd_error(self->ctx, -error, "cannot watch a timer: %s", strerror(-error));
	if (self->stored > self->taken)
		set_timer(self, 1 + self->params->within);
	return PKD_OK;
}

int table_sqlite_ready(struct table_sqlite *self, struct pkd_ctx *ctx)
{
	const struct table_sqlite_state *state = table_sqlite_get_state(ctx);
	uint64_t n;
	int result;

	self->ctx = ctx;
	if (read(self->timer, &n, sizeof(n)) < 0)
		return PKD_OK;
	result = write_rows(self, state->taken, state->stored);
	if (result == PKD_LATER)
		result = be_patient(self);
	if (result == PKD_LATER)
		set_timer(self, LOOK_NS);
	self->has_failed = result != PKD_OK && result != PKD_LATER;
	return result == PKD_LATER ? PKD_OK : result;
}

/* ---- The node ---- */

static void release(struct table_sqlite *self)
{
	close_database(self);
	sqlite_table_free(&self->table);
	if (self->timer >= 0)
		close(self->timer);
}

static void add_columns(struct table_sqlite *self)
{
	sqlite_table_add(&self->table, "run", AFFINITY_INTEGER);
	sqlite_table_add(&self->table, "frame", AFFINITY_INTEGER);
	sqlite_table_add(&self->table, "time_s", AFFINITY_REAL);
	if (self->params->wall_clock)
		sqlite_table_add(&self->table, "wall_clock", AFFINITY_TEXT);
	if (self->sampled) {
		sqlite_table_add(&self->table, "source_frame", AFFINITY_INTEGER);
		sqlite_table_add(&self->table, "age_ms", AFFINITY_REAL);
	}
	sqlite_table_add_type(&self->table, self->params->T);
}

static int check_params(struct table_sqlite *self)
{
	const struct table_sqlite_params *params = self->params;
	const char *path = pkd_path_file(params->path);
	size_t n = strlen(path);

	if (n == 0 || path[n - 1] != '/')
		return pkd_error(self->ctx, EINVAL,
		                 "'%s' is no directory: beside a database lie its -wal and -shm. "
		                 "Make one, and write path: \"%s/\"",
		                 params->path, n ? params->path : "data");
	if (!*params->database || strchr(params->database, '/'))
		return pkd_error(self->ctx, EINVAL, "database '%s' is no file's name",
		                 params->database);
	if (!*params->table || sqlite3_strnicmp(params->table, "sqlite_", 7) == 0 ||
	    sqlite3_stricmp(params->table, "_pkd") == 0)
		return pkd_error(self->ctx, EINVAL, "a table cannot be called '%s'", params->table);
	if (snprintf(self->file, sizeof(self->file), "%s%s", path, params->database) >=
	    (int)sizeof(self->file))
		return pkd_error(self->ctx, ENAMETOOLONG, "'%s' is too long", params->path);
	return PKD_OK;
}

static int make_id(struct table_sqlite *self)
{
	uint64_t id = 0;

	while (!*self->run_id && !id) {
		if (getrandom(&id, sizeof(id), 0) < 0)
			return pkd_error(self->ctx, errno, "no random number");
		id &= INT64_MAX;
	}
	if (!*self->run_id)
		*self->run_id = id;
	return PKD_OK;
}

int table_sqlite_init(struct table_sqlite *self, const struct table_sqlite_params *params,
                      struct pkd_ctx *ctx)
{
	const struct table_sqlite_state *state = table_sqlite_get_state(ctx);
	int error;

	self->ctx = ctx;
	self->params = params;
	self->timer = -1;
	self->stored = state->stored;
	self->taken = state->taken;
	self->run_id = table_sqlite_get_run(ctx);
	self->heads = table_sqlite_get_heads(ctx);
	self->rows = table_sqlite_get_rows(ctx);
	self->sampled = pkd_sampled(ctx, ROW);
	self->table.name = params->table;
	error = check_params(self);
	if (!error)
		error = make_id(self);
	if (!error)
		add_columns(self);
	if (!error && self->table.is_out_of_memory)
		error = pkd_error(ctx, ENOMEM, "no memory for the columns");
	if (!error)
		error = open_database(self);
	if (!error)
		error = start_timer(self);
	if (error)
		release(self);
	return error;
}

static void store(struct table_sqlite *self, uint64_t stored, const void *row)
{
	uint64_t place = stored % self->params->BATCH;
	const struct pkd_type *type = self->params->T;
	struct table_Pending *head = &self->heads[place];
	char *to = self->rows + place * type->size;

	*head = (struct table_Pending){.frame = pkd_number(self->ctx),
	                               .time = pkd_time(self->ctx),
	                               .present = row != NULL};
	if (self->params->wall_clock)
		head->wall_clock = table_time_of_day();
	if (!row)
		return;
	if (self->sampled) {
		head->source_frame = pkd_frame_of(row)->number;
		head->age = pkd_age(self->ctx, row);
	}
	if (type->kind == PKD_IMAGE) /* of which only the size is written */
		memcpy(to, row, sizeof(struct pkd_image));
	else
		value_copy(type, to, row);
}

/* At the end of the inputs the wait for a lock may block: there is nothing else to do. */
static int write_rest(struct table_sqlite *self)
{
	int result;

	sqlite3_busy_timeout(self->db, milliseconds(self->params->patience));
	result = write_rows(self, self->taken, self->stored);
	if (result == PKD_LATER)
		result = failed(self, "write");
	if (result == PKD_OK)
		self->taken = self->stored;
	return result;
}

int table_sqlite_step(struct table_sqlite *self, const struct table_sqlite_in *in,
                      struct table_sqlite_out *out, struct pkd_ctx *ctx)
{
	struct table_sqlite_state *state = table_sqlite_get_state(ctx);
	uint64_t stored = state->stored, taken = taken_now(self, state->taken, stored);
	bool is_first = taken == stored;
	int result = PKD_OK;

	(void)out;
	self->ctx = ctx;
	if (pkd_flushing(ctx)) {
		result = write_rest(self);
		self->has_failed = result != PKD_OK;
		return result ? result : PKD_SKIP;
	}
	store(self, stored++, in->row);
	if (stored - taken == self->params->BATCH || self->params->within == 0) {
		result = write_rows(self, taken, stored);
		taken = stored;
		set_timer(self, 0);
	} else if (is_first) {
		set_timer(self, self->params->within);
	}
	if (result == PKD_LATER)
		result = be_patient(self);
	if (result == PKD_LATER)
		return pkd_later(ctx, pkd_now() + LOOK_NS);
	self->has_failed = result != PKD_OK;
	if (result)
		return result;
	self->stored = state->stored = stored;
	self->taken = state->taken = taken;
	return PKD_OK;
}

/* Where a stop was cut short there was no flush. */
void table_sqlite_finish(struct table_sqlite *self)
{
	if (self->stored > self->taken && !self->has_failed)
		write_rest(self);
	release(self);
}

PKD_WATCHING_NODE(table_sqlite);
