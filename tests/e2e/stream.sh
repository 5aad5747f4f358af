#!/bin/sh
# A camera of the network that fails in every way: video.stream tells how within a second, is back within two,
# never shows an old picture as a new one, and ends at once whatever the camera does.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_node video.stream
needs python3 ffmpeg

build "$e2e/stream/watch.pkd" -o watch
python3 "$e2e/stream/film.py" 8192 | ffmpeg -v error -f rawvideo -pix_fmt gray -s 128x16 -i - \
	-c:v mjpeg -q:v 2 -f mjpeg small.mjpeg || fail 'no film'
ffmpeg -v error -f lavfi -i color=red:s=320x240:d=1 -c:v mjpeg -f mjpeg big.mjpeg || fail 'no big film'

mkfifo orders
python3 "$e2e/stream/server.py" small.mjpeg big.mjpeg port sent <orders >server 2>&1 &
started="${started:-} $!"
exec 8>orders
within 5 [ -s port ] || fail 'the camera does not start' server
address=http://127.0.0.1:$(cat port)

# The state is in column 3, the number of the picture in column 6, the reason in column 8.
mark() { marked=$(wc -l <rows.csv); }
is_told() { tail -n "+$((marked + 1))" rows.csv | cut -d, -f3 | grep -qx "$1"; }
is_reason() { tail -n "+$((marked + 1))" rows.csv | awk -F, -v r="$1" '$8 == r && $3 == "offline" { k = 1 } END { exit !k }'; }
are_told() { tail -n "+$((marked + 1))" rows.csv | awk -F, -v n="$1" '$3 == "online" && $6 >= 0 { k++ } END { exit k < n }'; }
is_repeated() { [ "$(tail -n "+$((marked + 1))" rows.csv | cut -d, -f3 | grep -cx "$1")" -ge 2 ]; }
camera() { mark; echo "$1" >&8; }

# No old picture is a new one: none comes before it was sent, or more often, or behind a later one.
cat >check.py <<'END'
import csv
shown = open("rows.csv").read().rpartition("\n")[0].split("\n")  # the last one may be half written
sent = {}
for line in open("sent"):
    number, ns = line.split()
    sent.setdefault(int(number), []).append(int(ns) / 1e9)
last_time, last_number, n_same = 0, -1, 0
delays = []
for row in csv.DictReader(shown):
    at, number = float(row["time_s"]), int(row["number"])
    assert at > last_time, f"frame {row['frame']}: time goes back"
    assert float(row["since"]) <= at, f"frame {row['frame']}: since is later than now"
    assert (number >= 0) == (row["state"] == "online"), f"frame {row['frame']}: {row}"
    last_time = at
    if number < 0:
        continue
    assert number >= last_number, f"picture {number} behind {last_number}"
    n_same = n_same + 1 if number == last_number else 1
    assert n_same <= len(sent[number]), f"picture {number} was shown more often than sent"
    arrived = [at - ns for ns in sent[number] if ns <= at]
    assert arrived, f"picture {number} was shown before it was sent"
    delays.append(min(arrived))
    last_number = number
print(f"from sending to arrival {sorted(delays)[len(delays) // 2] * 1000:.1f} ms, the median of {len(delays)}")
END
check() { python3 check.py >said 2>&1 || fail 'what was shown is wrong' said; }

# ends PROGRAM: a stop is over within a second.
ends() {
	kill -TERM "$1"
	promptly 1 is_gone "$1" || fail "it did not end within a second while the camera was: $fault"
	wait "$1" || fail "status $? after a stop while the camera was: $fault"
}

rm -f rows.csv
start ./watch --source "$address/"
within 5 test -s rows.csv || fail 'no row'
marked=1
within 5 are_told 5 || fail 'no pictures' rows.csv
check

# ---- Each fault is told within a second, and pictures come within two ----

while read -r fault state reason; do
	camera "$fault"
	promptly 1 is_told "$state" || fail "not $state within a second: $fault" rows.csv
	[ -z "$reason" ] || within 5 is_reason "$reason" || fail "$fault is not $reason" rows.csv
	if [ "$fault" != drop ]; then
		# It goes on being told, but for who is stalled: that is given up.
		case $state in
		stalled) within 5 is_told offline || fail "not given up: $fault" rows.csv ;;
		*) within 5 is_repeated "$state" || fail "told once only: $fault" rows.csv ;;
		esac
		camera ok
	fi
	promptly 2 are_told 5 || fail "not back within two seconds: $fault" rows.csv
done <<'END'
drop offline ended
refuse offline refused
404 offline not_found
silent offline silent
header offline silent
endless offline
stall stalled
slow stalled
garbage offline silent
same frozen
big offline too_large
END
mark
within 5 are_told 5 || fail 'no pictures at the end' rows.csv

# ---- A node that is killed is started again, and goes on ----

reconnects() { tail -n 1 rows.csv | cut -d, -f5; }
before=$(reconnects)
named "$pid" cam || fail "no process 'cam'"
mark
kill -KILL "$child"
within 5 is_told connecting || fail 'a killed node does not begin again' rows.csv
within 5 are_told 5 || fail 'a killed node does not go on' rows.csv
[ "$(reconnects)" -eq $((before + 1)) ] || fail "$before reconnects before it was killed, $(reconnects) now" rows.csv
fault=none
ends "$pid"

# ---- What was shown ----

check
note "$(cat said)"
[ "$(grep -c ': cam: offline: ' out)" -ge 8 ] || fail 'changes are not in the log'
grep -q 'cam: offline: the video is 320x240, more than 128x16: write W: 320, H: 240; trying again' out ||
	fail 'it is not said that the picture is too large'
[ "$(grep -c 320x240 out)" -eq 1 ] || fail 'it is said more than once that the picture is too large'

# ---- A stop at any moment ----

for fault in refuse silent header endless 404 stall slow garbage same big ok; do
	rm -f rows.csv
	echo "$fault" >&8
	start ./watch --source "$address/"
	within 5 test -s rows.csv || fail "no row: $fault"
	case $fault in
	refuse | 404 | silent | header | endless | big | garbage) marked=1 && within 5 is_told offline || fail "not offline: $fault" rows.csv ;;
	same | ok) marked=1 && within 5 are_told 1 || fail "no picture: $fault" rows.csv ;;
	esac
	ends "$pid"
done
# Before anything has come, too.
echo silent >&8
fault='silent from the start'
rm -f rows.csv
start ./watch --source "$address/"
within 5 test -s rows.csv || fail "no row: $fault"
ends "$pid"

# While the C library looks a name up, which nothing interrupts.
mkfifo orders.names
at_most 20 unshare -rnm sh "$e2e/stream/lookup.sh" >lookup 2>&1
case $? in
0) ;;
9) note 'a server of names that does not answer: not here, without a network of its own' ;;
*) grep -q '^unshare: ' lookup || fail 'while a name is looked up' lookup ;;
esac

# ---- A password ----

echo ok >&8
printf 'p@ss w%%rd' >password
rm -f rows.csv
start ./watch --source "$address/locked" --user me --password @password
within 5 test -s rows.csv || fail 'no row'
marked=1
within 5 are_told 1 || fail 'the password is not taken' rows.csv
fault=none
ends "$pid"
printf 'another p@ss' >password
rm -f rows.csv
start ./watch --source "$address/locked" --user me --password @password
within 5 grep -q offline out || fail 'a wrong password is taken'
ends "$pid"
grep -q 'offline: .*401' out || fail 'it is not said that the camera refuses'
marked=1
is_reason denied || fail 'the reason is not that' rows.csv
rm -f rows.csv
start ./watch --source http://no.such.name.invalid/
within 5 test -s rows.csv && within 10 is_reason unknown_host || fail 'a name without an address' rows.csv
fault='a name without an address'
ends "$pid"
! grep -q 'p@ss\|p%40ss' out || fail 'a password is in the log'

# ---- What is wrong from the start ----

expect 1 ".*'cam' .*: source is no address of http.*" ./watch --source /dev/null
expect 1 ".*'cam' .*: source names a user, and so does .user.: write one of them" ./watch --source http://a:b@127.0.0.1/ --user c
expect 1 ".*'cam' .*: there is a password, but no user: write user: .*" ./watch --source http://127.0.0.1/ --password @password
