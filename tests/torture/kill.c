/* Kills processes of one program, again and again, at random moments, and looks at what it wrote.
 *
 *   kill [-k KILLS] [-s SEED] [-d DIFFERENCES] [-f FRAMES] [-l] NAME PROGRAM ARGUMENT...
 *
 * First the program runs undisturbed, in the folder NAME.wanted; then in NAME, as often as it takes
 * for KILLS kills. A run ends
 *
 *   by itself      its files are byte for byte those of the undisturbed run; status 0
 *   by a SIGTERM   in time; what it wrote is how the wanted files begin, unless a process was
 *                  killed while the program was stopping: the status says so
 *   by a SIGKILL   of the supervisor: all processes are gone within 2 s; files as above
 *
 * Meanwhile its console is asked for pauses, other parameters, commands and restarts (meddle.c),
 * and killed as the others are.
 *
 * After each run no process is left, and nobody holds its memory; the account that it has written
 * adds up, unless its supervisor was killed. -l is for edges that lose frames:
 * there the nodes themselves write a file `wrong`, which must be empty. The folder of a run that
 * was not right is kept as NAME.N; after DIFFERENCES (3) of these it is enough. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "account.h"
#include "files.h"
#include "meddle.h"
#include "run.h"

/* A stop takes 1.6 s by its own limits; the rest is for a machine that has other work. */
#define RUN_LIMIT_NS INT64_C(300000000000)
#define STOP_LIMIT_NS INT64_C(30000000000)

static void end_by_itself(struct run *run)
{
	meddle_no_more(run);
	if (!run_ends_within(run, RUN_LIMIT_NS)) {
		run_complain(run, "it does not end");
		run_write_states(run);
	} else if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) != 0) {
		run_complain(run, "wait status 0x%x", (unsigned)run->status);
	}
}

/* 128 + 11 is a node's own fault. */
static bool may_stop_with(int status)
{
	return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 137 ||
	                             WEXITSTATUS(status) == 139);
}

static void end_by_term(struct run *run)
{
	int64_t from = now_ns();

	kill(run->pid, SIGTERM);
	for (uint64_t n = below(run->campaign, 4); n-- > 0 && !run_has_ended(run);) {
		rest((int64_t)below(run->campaign, 10 * MS));
		if (!run_has_ended(run))
			disturb_kill(run);
	}
	if (!run_ends_within(run, STOP_LIMIT_NS)) {
		run_complain(run, "it does not stop");
		run_write_states(run);
	} else if (!may_stop_with(run->status)) {
		run_complain(run, "wait status 0x%x, %" PRId64 " ms after the SIGTERM",
		             (unsigned)run->status, (now_ns() - from) / MS);
	}
}

static void end_by_death(struct run *run)
{
	kill(run->pid, SIGKILL);
	run->n_kills++;
	waitpid(run->pid, &run->status, 0);
	run->pid = 0;
	if (!run_is_alone(ORPHAN_LIMIT_NS))
		run_complain(run, "a process has outlived the supervisor by 2 s");
}

static enum compare comparison(const struct run *run)
{
	if (run->campaign->loses)
		return COMPARE_NOTHING;
	if (run->end == BY_ITSELF)
		return COMPARE_WHOLE;
	return run->end == BY_TERM && WIFEXITED(run->status) && WEXITSTATUS(run->status) != 0
	               ? COMPARE_NOTHING
	               : COMPARE_BEGUN;
}

static void look_at_what_is_left(struct run *run)
{
	struct campaign *campaign = run->campaign;
	char text[512];
	pid_t holder;

	if (!run_is_alone(0))
		run_complain(run, "a process is left");
	holder = memories_holder(&run->memories);
	if (holder)
		run_complain(run, "process %d holds memory of it", holder);
	if (!files_compare(campaign->wanted, campaign->folder, comparison(run), text, sizeof(text)))
		run_complain(run, "%s", text);
	if (run->end != BY_DEATH &&
	    !account_adds_up(campaign->folder, run->end == BY_TERM, text, sizeof(text)))
		run_complain(run, "%s", text);
	if (files_hold(campaign->folder, "wrong", NULL))
		run_complain(run, "nodes have written down what is wrong");
	/* No writer that was killed has written over anything. */
	if (files_hold(campaign->folder, "log", "bug in libpkd") ||
	    files_hold(campaign->folder, "log", "is corrupted") ||
	    files_hold(campaign->folder, "log", "beyond its output") ||
	    files_hold(campaign->folder, "log", "Sanitizer"))
		run_complain(run, "the log has what must not be");
}

static void keep_evidence(struct campaign *campaign)
{
	char kept[300];

	snprintf(kept, sizeof(kept), "%s.%" PRIu64, campaign->folder, campaign->runs);
	if (rename(campaign->folder, kept) == 0)
		printf("%s: kept in %s\n", campaign->name, kept);
	campaign->differences++;
}

static void end(struct run *run)
{
	int64_t from = now_ns(), took;

	switch (run->end) {
	case BY_ITSELF:
		end_by_itself(run);
		break;
	case BY_TERM:
		end_by_term(run);
		break;
	case BY_DEATH:
		end_by_death(run);
		break;
	}
	took = now_ns() - from;
	if (took > run->campaign->slowest_ns)
		run->campaign->slowest_ns = took;
	/* Nothing stays behind of a run that does not end. */
	if (run->pid)
		run_kill_all(run);
}

static void torture(struct campaign *campaign)
{
	static const enum end ends[] = {BY_ITSELF, BY_TERM, BY_ITSELF, BY_DEATH, BY_ITSELF};
	struct run run = {.campaign = campaign};
	uint64_t left = campaign->kills_wanted - campaign->kills;
	uint64_t most = 10 + below(campaign, 120);

	run.end = ends[campaign->runs % (sizeof(ends) / sizeof(ends[0]))];
	/* So that a short campaign has all of them. */
	if (most > campaign->kills_wanted / 4 + 1)
		most = campaign->kills_wanted / 4 + 1;
	if (run.end != BY_ITSELF)
		most /= 4;
	if (most > left)
		most = left;
	campaign->runs++;
	run_start(&run, campaign->folder);
	while (run.n_kills < most && !run_has_ended(&run))
		disturb(&run);
	/* It may have ended before its end could be made. */
	if (run_has_ended(&run) || run.n_kills >= left)
		run.end = BY_ITSELF;
	end(&run);
	look_at_what_is_left(&run);
	run_kill_all(&run);
	campaign->kills += run.n_kills;
	campaign->whole_runs += run.end == BY_ITSELF;
	if (run.wrong)
		keep_evidence(campaign);
}

static bool run_undisturbed(struct campaign *campaign)
{
	struct run run = {.campaign = campaign};

	run_start(&run, campaign->wanted);
	if (run_ends_within(&run, RUN_LIMIT_NS) && WIFEXITED(run.status) &&
	    WEXITSTATUS(run.status) == 0 && !files_hold(campaign->wanted, "wrong", NULL))
		return true;
	run_complain(&run, "the undisturbed run is wrong, or has wait status 0x%x",
	             (unsigned)run.status);
	run_kill_all(&run);
	return false;
}

int main(int argc, char **argv)
{
	struct campaign campaign = {.kills_wanted = 100, .most_differences = 3, .random = 1};
	int64_t from;
	int option;

	while ((option = getopt(argc, argv, "+k:s:d:f:l")) >= 0) {
		switch (option) {
		case 'k':
			campaign.kills_wanted = strtoull(optarg, NULL, 10);
			break;
		case 's':
			campaign.random = strtoull(optarg, NULL, 10) * 2654435761 +
			                  88172645463325252;
			break;
		case 'd':
			campaign.most_differences = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			campaign.frames = strtoull(optarg, NULL, 10);
			break;
		case 'l':
			campaign.loses = true;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind < 2)
		return 2;
	campaign.name = argv[optind];
	campaign.command = argv + optind + 1;
	snprintf(campaign.folder, sizeof(campaign.folder), "%s", campaign.name);
	snprintf(campaign.wanted, sizeof(campaign.wanted), "%s.wanted", campaign.name);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!run_undisturbed(&campaign))
		return 1;
	from = now_ns();
	while (campaign.kills < campaign.kills_wanted &&
	       campaign.differences < campaign.most_differences)
		torture(&campaign);
	printf("%-9s %6" PRIu64 " kills %5" PRIu64 " pauses %5" PRIu64 " requests %4" PRIu64
	       " runs %8" PRIu64 " frames %6.1f s, %4.1f s the slowest end, %" PRIu64
	       " differences\n",
	       campaign.name, campaign.kills, campaign.pauses, campaign.requests, campaign.runs,
	       campaign.whole_runs * campaign.frames, (double)(now_ns() - from) / 1e9,
	       (double)campaign.slowest_ns / 1e9, campaign.differences);
	return campaign.differences ? 1 : 0;
}
