#!/bin/sh
# examples/logs: a log that grows and is rotated, counted by the minute while its processes are killed; alerts, each by
# a program; lines that cannot be read; a night without requests.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

build "$ROOT/examples/logs/logs.pkd" -o watcher

# request MINUTE N STATUS
request() { printf '192.168.0.%d - - [30/Nov/2026:14:%02d:%02d +0100] "GET /page/%d HTTP/1.1" %d 100 "-" "curl/8"\n' "$2" "$1" $(($2 % 60)) "$2" "$3"; }
minute() {
	n=1
	while [ "$n" -le 100 ]; do
		request "$1" "$n" 200
		n=$((n + 1))
	done
}
has() { grep -q -- "$1" "$2" 2>/dev/null; }

# ---- What is there ----

{
	minute 3
	request 3 1 404
	echo 'what is this'
	minute 4
	request 4 7 503
	for n in 1 2 3 4 5 6 7 8 9; do request 5 "$n" 500; done
	request 4 8 200
} >access.log
at_most 20 ./watcher --quiet --follow false --notify 'sed -u s/^/ALERT:/' >alerts 2>out || fail "a log: status $?"
cut -d, -f3- minutes.csv >minutes
[ "$(cat minutes)" = 'minute,requests,errors,bytes,late
2026-11-30 13:03,101,0,10100,0
2026-11-30 13:04,101,1,10100,0
2026-11-30 13:05,10,9,1000,1' ] || fail 'other minutes' minutes
[ "$(grep -c '^ALERT:GET /page/[1-9] of 192.168.0.[1-9]: 50[03]$' alerts)" -eq 10 ] || fail 'other alerts' alerts
has '^ALERT:2026-11-30 13:05: 9 of 10 requests failed$' alerts || fail 'a bad minute is no alert' alerts
has 'what is this' unread.csv || fail 'what cannot be read is not told' unread.csv

# ---- What comes, with kills and a rotation ----

rm access.log minutes.csv unread.csv
: >access.log
start ./watcher --quiet --minute.idle 1s
kills=0
for part in 10 11 12 13 14 15; do
	minute "$part" >>access.log
	if [ "$part" -eq 12 ]; then
		# Who is dead while the log is replaced knows of the new one alone.
		echo 'the end of this file' >>access.log
		within 20 has 'the end of this file' unread.csv || fail 'the log is not read to its end'
		mv access.log access.log.1
		: >access.log
	fi
	for victim in line told; do
		named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
	done
	sleep 0.1
	request "$part" 99 502 >>access.log
done
within 20 has '13:15,101,1' minutes.csv || fail 'the last minute does not end by itself' minutes.csv
kill -TERM "$pid"
finish 10
[ "$status" -eq 0 ] || fail "stopped: status $status"
[ "$(grep -c ',101,1,10100,0$' minutes.csv)" -eq 6 ] || fail "after $kills kills other minutes" minutes.csv
note "$kills kills"
