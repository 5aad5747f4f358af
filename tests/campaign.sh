#!/bin/sh
# What is too long for `make test`: hours of kills, of hostility and of random input, all suites again and again. It may
# be interrupted, and goes on where it was: what has passed is not run again until the code changes (a
# change of docs alone counts as none). One line for each part, the output of those that failed, and as the last line
#
#   N passed, N failed[, N left out]
#
#   campaign.sh               all parts
#   campaign.sh WORD...       those whose name contains one of the words
#   campaign.sh --list        their names, and which have passed
#   CAMPAIGN_MINUTES          then no further part begins, 1000
#   CAMPAIGN_HOUR             the seconds of an hour, 3600: how long each of the fuzzers and hostile clients lasts
#
# From the Makefile: B (the build directory), MAKE. What was said and what has passed is in $B/campaign.
set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 2
cd "$root" || exit 2
. tests/long.sh
B=${B:-build}
MAKE=${MAKE:-make}
minutes=${CAMPAIGN_MINUTES:-1000}
hour=${CAMPAIGN_HOUR:-3600}
mkdir -p "$B/campaign" || exit 2

# What is tried: the sources, as they are now.
code=$(git ls-files -co --exclude-standard -- compiler runtime stdlib examples tests Makefile |
	while read -r file; do [ ! -f "$file" ] || cksum "$file"; done | cksum | tr -d ' ')
passed=$B/campaign/passed.$code
touch "$passed"

# ---- The parts ----

tests() { B=$B TEST_TIMEOUT=$((2 * hour + 1200)) tests/run "$@"; }
again() { $MAKE --no-print-directory B="$B" run-tests; }

# Beside eight busy loops.
busy() {
	load 8 600
	again
	status=$?
	# shellcheck disable=SC2086 # words
	kill $loops
	return $status
}

part() {
	case $1 in
	verify) $MAKE --no-print-directory verify ;;
	kill-step) "$B/tests/kill/kill_step" --all && KILL_MISTAKES=all tests '=e2e/kill_step' ;;
	torture) $MAKE --no-print-directory B="$B" torture ;;
	resume) RESUME_RUNS=200 tests '=e2e/resume' ;;
	evaluate) $MAKE --no-print-directory B="$B" evaluate ;;
	soak) $MAKE --no-print-directory B="$B" soak ;;
	hostile-console) CONSOLE_SECONDS=$hour CONSOLE_SEED=$(date +%s) tests '=e2e/console' ;;
	fuzz-videos | fuzz-networks) $MAKE --no-print-directory B="$B" "$1" FUZZ_SECONDS="$hour" ;;
	fuzz-*) $MAKE --no-print-directory fuzz FUZZ="${1#fuzz-}" FUZZ_SECONDS="$hour" ;;
	mutants) MUTANTS_PASSED=$passed.mutants $MAKE --no-print-directory B="$B" mutants ;;
	suite-1 | suite-2 | suite-3) again ;;
	busy-1 | busy-2) busy ;;
	stress) STRESS_PASSED=$passed.stress $MAKE --no-print-directory B="$B" stress ;;
	esac
}
fuzzers=$($MAKE -s --no-print-directory fuzz-targets) || exit 2
# shellcheck disable=SC2086 # words
parts="verify kill-step torture resume evaluate suite-1 suite-2 suite-3 mutants soak hostile-console
	$(printf 'fuzz-%s ' $fuzzers) fuzz-videos fuzz-networks busy-1 busy-2 stress"

# ---- The campaign ----

if [ "${1:-}" = --list ]; then
	for name in $parts; do
		if grep -qx "$name" "$passed"; then echo "$name  passed"; else echo "$name"; fi
	done
	exit
fi

for word; do
	case $parts in *"$word"*) ;; *) echo "campaign.sh: no part is called '$word': see --list"; exit 2 ;; esac
done
began=$(date +%s)
n_passed=0 n_failed=0 n_left=0
for name in $parts; do
	wanted "$name" "$@" || continue
	if grep -qx "$name" "$passed"; then
		echo "ok    $name (before)"
		n_passed=$((n_passed + 1))
	elif [ $(($(date +%s) - began)) -ge $((minutes * 60)) ]; then
		n_left=$((n_left + 1))
	else
		since=$(date +%s)
		if part "$name" >"$B/campaign/$name" 2>&1 </dev/null; then
			echo "$name" >>"$passed"
			n_passed=$((n_passed + 1))
			echo "ok    $name in $(($(date +%s) - since)) s: $(tail -n 1 "$B/campaign/$name")"
		else
			n_failed=$((n_failed + 1))
			echo "FAIL  $name after $(($(date +%s) - since)) s: $B/campaign/$name"
			tail -n 30 "$B/campaign/$name" | sed 's/^/      /'
		fi
	fi
done

printf '%s passed, %s failed' $n_passed $n_failed
[ $n_left -eq 0 ] || printf ', %s left out' $n_left
echo
[ $n_failed -eq 0 ]
