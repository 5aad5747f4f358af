/* The same rows as programs/table.pkd, by the library alone: WAL, synchronous=FULL, so many rows in
 * a transaction. table.py compares the two.
 *
 *     table FILE ROWS BATCH */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *db;

static void run(const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(db));
	exit(1);
}

static sqlite3_stmt *prepare(const char *text)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(db));
	exit(1);
}

static void step(sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		exit(1);
	}
	sqlite3_reset(statement);
}

int main(int n_args, char **args)
{
	uint64_t n_rows = n_args == 4 ? strtoull(args[2], NULL, 10) : 0;
	uint64_t batch = n_args == 4 ? strtoull(args[3], NULL, 10) : 0;
	sqlite3_stmt *begin, *commit, *insert, *mark;

	if (!n_rows || !batch || sqlite3_open(args[1], &db) != SQLITE_OK)
		return 2;
	run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
	run("CREATE TABLE rows(run INTEGER, frame INTEGER, time_s REAL, n INTEGER, x REAL, y REAL, "
	    "label TEXT); CREATE TABLE mark(frame INTEGER); INSERT INTO mark VALUES(0)");
	begin = prepare("BEGIN IMMEDIATE");
	commit = prepare("COMMIT");
	insert = prepare("INSERT INTO rows VALUES(?,?,?,?,?,?,?)");
	mark = prepare("UPDATE mark SET frame = ?");
	for (uint64_t n = 1; n <= n_rows; n++) {
		if (n % batch == 1 || batch == 1)
			step(begin);
		sqlite3_bind_int64(insert, 1, 1);
		sqlite3_bind_int64(insert, 2, (int64_t)n);
		sqlite3_bind_double(insert, 3, (double)n / 1e3);
		sqlite3_bind_int64(insert, 4, (int64_t)n);
		sqlite3_bind_double(insert, 5, (double)(n % 1000) / 10);
		sqlite3_bind_double(insert, 6, (double)n / 7);
		sqlite3_bind_text(insert, 7, n % 2 ? "odd" : "even", -1, SQLITE_STATIC);
		step(insert);
		if (n % batch == 0 || n == n_rows) {
			sqlite3_bind_int64(mark, 1, (int64_t)n);
			step(mark);
			step(commit);
		}
	}
	sqlite3_finalize(begin);
	sqlite3_finalize(commit);
	sqlite3_finalize(insert);
	sqlite3_finalize(mark);
	return sqlite3_close(db) != SQLITE_OK;
}
