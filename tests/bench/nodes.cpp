// Runs the rows of tests/bench/nodes/: node and bare call in turns, in one process with one
// thread, and by the CPU time of that, which other programs change least. Fails where a node takes
// more than 1.05 times as long and more than 50 us longer.
//
//   nodes          all rows
//   nodes WORD...  those whose name has one of the words in it
#include "nodes.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace
{

constexpr int n_runs = 5;       // of which the median counts
constexpr double run_us = 40e3; // as many frames as take so long; at least three
constexpr double most_ratio = 1.05, most_more_us = 50;

struct row {
	const char *name;
	bench_make make;
};

std::vector<row> &rows()
{
	static std::vector<row> all;

	return all;
}

double cpu_us()
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double took(const std::function<void()> &work)
{
	const double from = cpu_us();

	work();
	return cpu_us() - from;
}

double median(std::vector<double> values)
{
	const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);

	std::nth_element(values.begin(), middle, values.end());
	return *middle;
}

struct times {
	std::vector<double> node, bare; // us a frame, of each run
};

// Frame by frame in turns; each is first in every second one.
void run(const bench_pair &pair, int n, times *times)
{
	double node = 0, bare = 0;

	for (int i = 0; i < n; i++) {
		if (i % 2 == 0)
			node += took(pair.node);
		bare += took(pair.bare);
		if (i % 2 == 1)
			node += took(pair.node);
	}
	times->node.push_back(node / n);
	times->bare.push_back(bare / n);
}

bool is_met(const times &times, const bench_pair &pair)
{
	const double node = median(times.node), bare = median(times.bare);

	if (pair.most_us > 0 && node > pair.most_us)
		return false;
	return node <= bare * most_ratio || node <= bare + most_more_us;
}

// Whether it is fast enough. Where it seems not to be, twice as many runs more, and all count.
bool measure(const row &row)
{
	const bench_pair pair = row.make();
	times times;

	pair.node();
	pair.bare();
	const double once = std::max(took(pair.node), 1.);
	const int n = std::max(3, static_cast<int>(run_us / once));

	for (int i = 0; i < n_runs; i++)
		run(pair, n, &times);
	for (int i = 0; i < 2 * n_runs && !is_met(times, pair); i++)
		run(pair, n, &times);
	const double node = median(times.node), bare = median(times.bare);

	std::printf("%-34s %10.0f %10.0f %8.3f %+8.0f   %s\n", row.name, node, bare, node / bare,
	            node - bare, is_met(times, pair) ? "met" : "missed");
	std::fflush(stdout);
	return is_met(times, pair);
}

bool is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (std::strstr(name, argv[i]))
			return true;
	return argc < 2;
}

} // namespace

bool bench_add(const char *name, bench_make make)
{
	rows().push_back({name, make});
	return true;
}

int main(int argc, char **argv)
{
	int n_missed = 0, n = 0;

	cv::setNumThreads(1);
	std::sort(rows().begin(), rows().end(),
	          [](const row &a, const row &b) { return std::strcmp(a.name, b.name) < 0; });
	std::printf("%-34s %10s %10s %8s %8s\n", "a frame of 1920 x 1080", "node, us", "bare, us",
	            "ratio", "more, us");
	for (const row &row : rows()) {
		if (!is_wanted(row.name, argc, argv))
			continue;
		n++;
		n_missed += !measure(row);
	}
	std::printf("%d of %d take at most %.2f times as long as the bare call, or %.0f us more\n",
	            n - n_missed, n, most_ratio, most_more_us);
	return n_missed > 0 || n == 0;
}
