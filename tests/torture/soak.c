/* Runs a program for long, watches its processes in /proc, and says whether anything grows.
 *
 *   soak [-s SECONDS] [-q] PROGRAM ARGUMENT...
 *
 * Now and then a process whose name begins with `mortal` is killed. At the end the last third of
 * the time is compared with the first, by medians, for each process by its name, as a restarted one
 * goes on for the one before:
 *
 *   memory (RSS)                     at most 2 % and 256 KB more
 *   descriptors, mappings, threads   as many
 *   ages (files *.ages)              the p99 at most twice as much and 1 ms more; -q: shown
 *
 * The program runs in this folder, stops by a SIGTERM, and must end with 0. A file `wrong` that is
 * not empty is a fault, too. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "victims.h"

enum { MAX_NAMES = 64, N_SAMPLES = 240, MAX_SECONDS = 1000000 };
enum figure { MEMORY, DESCRIPTORS, MAPPINGS, THREADS, N_FIGURES };

static const char *const figure_names[N_FIGURES] = {"RSS KB", "descriptors", "mappings", "threads"};

struct sample {
	double at; /* share of the whole time, from 0 to 1 */
	double figures[N_FIGURES];
};

struct series {
	char name[32];
	struct sample samples[N_SAMPLES + 1];
	size_t n;
};

struct soak {
	struct series series[MAX_NAMES];
	size_t n;
	double seconds, pss_kb[N_SAMPLES + 1];
	size_t n_kills;
	bool judges_ages, grows;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void rest(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};

	nanosleep(&time, NULL);
}

/* ---- One look ---- */

static FILE *open_proc(pid_t pid, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return fopen(path, "re");
}

/* The number behind `key` in a file of /proc; 0 when it has none. */
static double read_field(pid_t pid, const char *file, const char *key)
{
	FILE *open_file = open_proc(pid, file);
	char line[256];
	double value = 0;

	while (open_file && value == 0 && fgets(line, sizeof(line), open_file))
		if (strncmp(line, key, strlen(key)) == 0)
			value = strtod(line + strlen(key), NULL);
	if (open_file)
		fclose(open_file);
	return value;
}

static double count_lines(pid_t pid, const char *file)
{
	FILE *open_file = open_proc(pid, file);
	double n = 0;
	int c;

	while (open_file && (c = getc_unlocked(open_file)) != EOF)
		n += c == '\n';
	if (open_file)
		fclose(open_file);
	return n;
}

static double count_descriptors(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	double n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder)))
		n += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return n;
}

static bool read_name(pid_t pid, char name[32])
{
	FILE *file = open_proc(pid, "comm");
	bool got = file && fgets(name, 32, file);

	if (got)
		name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
	return got;
}

static struct series *find_series(struct soak *soak, const char *name)
{
	for (size_t i = 0; i < soak->n; i++)
		if (strcmp(soak->series[i].name, name) == 0)
			return &soak->series[i];
	if (soak->n == MAX_NAMES)
		return NULL;
	snprintf(soak->series[soak->n].name, sizeof(soak->series[0].name), "%s", name);
	return &soak->series[soak->n++];
}

/* Returns the process's share of all memory. */
static double look_at(struct soak *soak, pid_t pid, const char *name, double at)
{
	struct series *series = find_series(soak, name);

	if (!series || series->n > N_SAMPLES)
		return 0;
	series->samples[series->n++] = (struct sample){
		at,
		{
			read_field(pid, "status", "VmRSS:"),
			count_descriptors(pid),
			count_lines(pid, "maps"),
			read_field(pid, "status", "Threads:"),
		},
	};
	return read_field(pid, "smaps_rollup", "Pss:");
}

static double read_inputs(struct soak *soak, pid_t supervisor, double at)
{
	pid_t pids[MAX_CHILDREN];
	double pss_kb = look_at(soak, supervisor, "(supervisor)", at);
	size_t n = victims_list(supervisor, pids);
	char name[32];

	for (size_t i = 0; i < n; i++)
		if (read_name(pids[i], name))
			pss_kb += look_at(soak, pids[i], name, at);
	return pss_kb;
}

static void kill_a_mortal(struct soak *soak, pid_t supervisor)
{
	pid_t pids[MAX_CHILDREN];
	size_t n = victims_list(supervisor, pids);
	char name[32];

	for (size_t i = 0; i < n; i++) {
		pid_t pid = pids[(soak->n_kills * 7 + i) % n];
		int pidfd;

		if (!read_name(pid, name) || strncmp(name, "mortal", 6) != 0)
			continue;
		pidfd = victims_open(supervisor, pid);
		if (pidfd < 0)
			continue;
		soak->n_kills += victims_signal(pidfd, SIGKILL);
		return;
	}
}

/* ---- The run ---- */

static pid_t start(char **command)
{
	pid_t pid = fork();
	int log;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0666);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	execv(command[0], command);
	_exit(127);
}

/* Looks at it for so long; false when it has ended meanwhile. */
static bool watch(struct soak *soak, pid_t pid)
{
	double from = now_s();

	rest(soak->seconds / 20);
	for (int i = 0; i < N_SAMPLES; i++) {
		double due = soak->seconds * (1 + 19.0 * i / N_SAMPLES) / 20;

		if (from + due > now_s())
			rest(from + due - now_s());
		soak->pss_kb[i] = read_inputs(soak, pid, (now_s() - from) / soak->seconds);
		/* After the look, so that what is started again has its time until the next. */
		if (i % 5 == 0)
			kill_a_mortal(soak, pid);
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return false;
	}
	return true;
}

static int stop(pid_t pid)
{
	double until = now_s() + 10;
	int status;

	kill(pid, SIGTERM);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_s() > until)
			kill(pid, SIGKILL);
		rest(0.01);
	}
	return status;
}

/* ---- The judgement ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n ? values[n / 2] : 0;
}

static double median_of(const struct series *series, enum figure figure, double from, double to)
{
	double values[N_SAMPLES + 1];
	size_t n = 0;

	for (size_t i = 0; i < series->n; i++)
		if (series->samples[i].at >= from && series->samples[i].at <= to)
			values[n++] = series->samples[i].figures[figure];
	return median(values, n);
}

static void judge(struct soak *soak, bool good, const char *who, const char *what, double first,
                  double last)
{
	if (good)
		return;
	printf("%s grows: %s, from %.0f to %.0f\n", who, what, first, last);
	soak->grows = true;
}

static void judge_processes(struct soak *soak)
{
	printf("%-16s %18s %15s %15s %11s\n", "process", "RSS KB", "descriptors", "mappings",
	       "threads");
	for (size_t i = 0; i < soak->n; i++) {
		const struct series *series = &soak->series[i];
		double first[N_FIGURES], last[N_FIGURES];

		for (enum figure k = 0; k < N_FIGURES; k++) {
			first[k] = median_of(series, k, 0, 1.0 / 3);
			last[k] = median_of(series, k, 2.0 / 3, 2);
		}
		/* A name that was there for a moment: a child that had not got its own yet. */
		if (series->n < N_SAMPLES / 4)
			continue;
		printf("%-16s %8.0f, %8.0f %7.0f %7.0f %7.0f %7.0f %5.0f %5.0f\n", series->name,
		       first[MEMORY], last[MEMORY], first[DESCRIPTORS], last[DESCRIPTORS],
		       first[MAPPINGS], last[MAPPINGS], first[THREADS], last[THREADS]);
		judge(soak, last[MEMORY] <= first[MEMORY] * 1.02 + 256, series->name,
		      figure_names[MEMORY], first[MEMORY], last[MEMORY]);
		for (enum figure k = DESCRIPTORS; k < N_FIGURES; k++)
			judge(soak, last[k] <= first[k], series->name, figure_names[k], first[k],
			      last[k]);
	}
	printf("%-16s %8.0f, %8.0f\n", "all, PSS KB", median(soak->pss_kb, N_SAMPLES / 3),
	       median(soak->pss_kb + N_SAMPLES - N_SAMPLES / 3, N_SAMPLES / 3));
}

static void judge_ages(struct soak *soak, const char *name)
{
	static double p50[MAX_SECONDS], p99[MAX_SECONDS], most[MAX_SECONDS];
	FILE *file = fopen(name, "re");
	double f50, f99, l50, l99, all = 0;
	size_t n = 0;

	while (file && n < MAX_SECONDS &&
	       fscanf(file, "%lf %lf %lf %*s", &p50[n], &p99[n], &most[n]) == 3)
		n++;
	if (file)
		fclose(file);
	if (n < 3) {
		printf("%s: nothing was measured\n", name);
		soak->grows = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		all = most[i] > all ? most[i] : all;
	f50 = median(p50, n / 3);
	f99 = median(p99, n / 3);
	l50 = median(p50 + n - n / 3, n / 3);
	l99 = median(p99 + n - n / 3, n / 3);
	printf("%-16s p50 %6.0f, %6.0f us   p99 %6.0f, %6.0f us   most %.0f us\n", name, f50, l50,
	       f99, l99, all);
	if (soak->judges_ages)
		judge(soak, l99 <= 2 * f99 + 1000, name, "p99", f99, l99);
}

static void judge_all_ages(struct soak *soak)
{
	DIR *folder = opendir(".");
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strlen(entry->d_name) > 5 &&
		    strcmp(entry->d_name + strlen(entry->d_name) - 5, ".ages") == 0)
			judge_ages(soak, entry->d_name);
	if (folder)
		closedir(folder);
}

int main(int argc, char **argv)
{
	static struct soak soak = {.seconds = 1800, .judges_ages = true};
	struct stat wrong;
	bool lasted;
	int option, status;
	pid_t pid;

	while ((option = getopt(argc, argv, "+s:q")) >= 0) {
		if (option == 's')
			soak.seconds = strtod(optarg, NULL);
		else if (option == 'q')
			soak.judges_ages = false;
		else
			return 2;
	}
	if (optind == argc)
		return 2;
	pid = start(argv + optind);
	if (pid < 0)
		return 2;
	lasted = watch(&soak, pid);
	status = lasted ? stop(pid) : -1;
	judge_processes(&soak);
	judge_all_ages(&soak);
	printf("%.0f s, %zu processes killed\n", soak.seconds, soak.n_kills);
	if (status != 0)
		printf("it ended %s\n", lasted ? "with another status than 0" : "too early");
	if (stat("wrong", &wrong) == 0 && wrong.st_size > 0)
		printf("nodes have written down what is wrong\n"), status = -1;
	printf("%s\n", soak.grows ? "not flat" : "flat");
	return status != 0 || soak.grows;
}
