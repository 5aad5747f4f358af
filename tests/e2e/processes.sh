#!/bin/sh
# What the article on doing multiprocessing the right way asks for, of the program in examples/processes: forks by
# one process that has one thread, names in ps, pings, a pool that rests and wakes without a fork, a worker that does
# not come back, one process that listens to two things, no orphans, the same result without a fork.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

cp "$ROOT"/examples/processes/* .
export PKD_DIR="$PWD/place"
pkd=$B/pkd
build processes.pkd -o processes
mkfifo lines
answers() { "$pkd" ping >/dev/null 2>&1; }

# ---- Names; pings; what is not known ----

start ./processes --quiet --pipe lines --period 5ms
within 20 answers || fail 'nobody answers'
for name in job sum sum_2 sum_10 listen csv console; do
	named "$pid" "$name" || fail "there is no process $name"
done
"$pkd" ping --json >ping || fail 'a process does not answer' ping
took=$(sed 's/.*"took_ns":\([0-9]*\).*/\1/' ping)
note "14 processes answered within $((took / 1000)) us"
"$pkd" set factr=2 >told 2>&1 && fail 'a parameter that there is not'
grep -q "did you mean 'factor'" told || fail 'no other name is proposed' told

# ---- The pool rests, and wakes ----

before=$(children_of "$pid")
i=0
while [ "$i" -lt 100 ]; do
	"$pkd" pause sum >told 2>&1 && "$pkd" resume sum >told 2>&1 || fail 'it does not rest' told
	i=$((i + 1))
done
[ "$(children_of "$pid")" = "$before" ] || fail 'processes came and went'

# ---- Two things at once: a line is answered, and so is it while the pool rests ----

said=0
for state in pause resume; do
	"$pkd" $state sum >/dev/null || fail "no $state"
	echo >lines
	said=$((said + 1))
	answered() { [ "$(grep -c 'sums so far' out)" -ge "$said" ]; }
	within 10 answered || fail 'a line is not answered'
done
"$pkd" stop >stopped || fail 'it does not stop' stopped
finish 15
[ "$status" -eq 0 ] || fail "status $status"
awk -F, 'NR > 1 && $1 != NR - 1 { exit 1 }' sums.csv || fail 'rows are missing, or twice' sums.csv

# ---- A worker that does not come back is ended by name; killed, the supervisor leaves nobody ----

start ./processes --quiet --period 1ms --stuck-at 20
stuck() { "$pkd" ping 2>/dev/null | grep -q 'is in the code of sum'; }
within 20 stuck || fail 'no worker is stuck'
processes=$(children_of "$pid")
from=$(now_ms)
kill -INT "$pid"
finish 15
note "stopped after $(($(now_ms) - from)) ms"
[ "$status" -eq 143 ] || fail "status $status"
grep -Eq "sum[_0-9]*'.*SIGTERM" out || fail 'it is not named' out

start ./processes --quiet
within 20 answers || fail 'nobody answers'
processes=$(children_of "$pid")
kill -KILL "$pid"
# shellcheck disable=SC2086 # words
promptly 1 all_gone $processes || fail 'processes outlive the supervisor'
finish 1

# ---- Without a fork ----

at_most 60 ./processes --quiet --frames 100 --period 1ms || fail 'many processes'
cut -d, -f1,3 sums.csv >many
at_most 60 ./processes --quiet --frames 100 --period 1ms --single-process --no-console || fail 'one process'
cut -d, -f1,3 sums.csv | diff many - >out || fail 'another table in one process'
