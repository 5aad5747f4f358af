#!/bin/sh
# The log: levels, JSON, rates; what nodes write to standard error and output themselves; and who asks
# for its lines. A flood costs its own node lines, and nobody else anything.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PKD_DIR="$PWD/place"
pkd=$B/pkd
build "$e2e/logs/logs.pkd" --pipeline logs --deploy logs -o logs
build "$e2e/logs/logs.pkd" --pipeline logs --deploy one -o one
build "$e2e/logs/logs.pkd" --pipeline logs --deploy again -o again

# says STATUS ARGUMENT...: what ./logs says is in `out`.
says() {
	wanted=$1
	shift
	at_most 20 ./logs --quiet "$@" >out 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] || fail "logs $*: status $status"
}

# has N LINE: so many lines of `out` are that one.
has() {
	n=$(grep -Fxc -- "$2" out)
	[ "$n" -eq "$1" ] || fail "$n lines '$2', not $1"
}

# ---- Levels ----

says 0 --n.how levels --n.frames 1
has 1 'logs: n: an error'
has 1 'logs: n: a warning'
has 1 'logs: n: a note'
[ "$(wc -l <out)" -eq 3 ] || fail 'not the lines of three levels'
says 0 --n.how levels --n.frames 1 --log debug
has 1 'logs: n: a detail: asked'
says 0 --n.how levels --n.frames 1 --log debug,n=error
[ "$(cat out)" = 'logs: n: an error' ] || fail 'more than errors'
says 0 --n.how levels --n.frames 1 --log n=error --log n=warning
[ "$(wc -l <out)" -eq 2 ] || fail 'the last word on a node does not count'
says 0 --n.how own --n.frames 1 --log n=error
[ ! -s out ] || fail 'what a node writes itself is a warning'
printf 'log = "n=error"\nlog-format = json\nn.how = levels\nn.frames = 1\n' | sed 's/"n=error"/n=error/' >logs.conf
says 0 --config logs.conf
grep -q '^{.*"an error"}$' out && [ "$(wc -l <out)" -eq 1 ] || fail 'the file says nothing'
says 0 --config logs.conf --log n=warning --log-format text
[ "$(wc -l <out)" -eq 2 ] || fail 'the file goes before the command line'
says 2 --log loud
has 1 'logs: --log loud: must be error, warning, info or debug, or NODE=LEVEL, with commas between several'
says 2 --log x=debug
has 1 "logs: --log x=debug: there is no node 'x'"
says 2 --log-format xml
has 1 'logs: --log-format xml: must be text or json'
echo 'log = x=debug' >logs.conf
says 2 --config logs.conf
has 1 "logs: logs.conf:1: log = x=debug: there is no node 'x'"

# ---- JSON: each line is an object, those of the supervisor and of the table, too ----

at_most 20 ./logs --log-format json --n.how note --n.frames 12 --take.quiet false 2>out || fail 'JSON'
python3 - out <<'END' || fail 'that is not what was to be logged'
import datetime, json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert all({"time", "level", "program", "pid", "text"} <= set(l) for l in lines), lines
for l in lines:
    assert l["time"].endswith("Z") and len(l["time"]) == 30, l
    then = datetime.datetime.fromisoformat(l["time"][:26] + "+00:00")
    assert abs((datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()) < 600, l
notes = [l for l in lines if l["text"].startswith("note ")]
assert [l["frame"] for l in notes] == list(range(1, 13)), notes
assert all(l["node"] == l["process"] == "n" and l["level"] == "info" for l in notes), notes
takes = [l for l in lines if l["text"].startswith("take ")]
assert len(takes) == 12 and all(l["output"] == "stdout" and l["node"] == "take" for l in takes), takes
assert any("12 frames in" in l["text"] for l in lines), lines
END

# ---- What a node writes itself ----

says 0 --n.how own --n.frames 3 --take.quiet false
has 1 'logs: n: own 3'
has 1 'logs: take: take 3'
at_most 20 ./one --quiet --n.how own --n.frames 3 >out 2>&1 || fail 'one process'
has 1 'logs: all: own 3'
at_most 20 ./logs --quiet --single-process --n.how own --n.frames 3 >out 2>&1 || fail 'a single process'
has 1 'logs: logs: own 3'
says 137 --n.how half
has 1 'logs: n: half 4 and the rest'
has 1 'logs: n: half 5'
at_most 20 ./again --quiet --n.how half >out 2>&1
grep -n 'half 5$' out | head -n 1 | cut -d: -f1 >half
grep -n 'was killed by SIGKILL; it is started again' out | cut -d: -f1 >killed
[ "$(cat half)" -lt "$(cat killed)" ] || fail 'a death is told before the last words'
says 0 --n.how binary --n.frames 1
! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177\200-\377]')" out || fail 'bytes that steer a terminal'
has 1 'logs: n: a?[31m?b???????z t'
has 1 'logs: n: n?]0;x??'
says 0 --n.how long --n.frames 1
[ "$(grep -c '^logs: n: 0*1\{0,1\}$' out)" -eq 4 ] || fail 'a long line is not in four pieces'
[ "$(tr -dc '01' <out | wc -c)" -eq 9999 ] || fail 'a part of a long line is lost'

# ---- A flood: its own lines are left out and counted; nobody else notices ----

says 0 --n.how flood --n.frames 20
python3 - out <<'END' || fail 'the flood is not as it is to be'
import re, sys
flood, left, others = 0, 0, 0
for line in open(sys.argv[1], errors="replace"):
    flood += bool(re.match(r"logs: n: flood \d+ of frame \d+$", line))
    m = re.match(r"logs: n: (\d+) lines were left out: ", line)
    left += int(m[1]) if m else 0
    others += line.startswith("logs: beside: beside ")
print(flood, "lines of the flood, left out:", left, "others:", others)
assert flood + left == 20 * 20000, (flood, left)
assert 1000 <= flood < 100000, flood
END
says 0 --n.how flood --n.frames 2 --log-rate 0
[ "$(grep -c '^logs: n: flood' out)" -eq 40000 ] || fail 'lines were left out'

# Nobody reads standard error: nothing waits for that, and what has gone is counted once it is read.
mkfifo pipe
exec 3<>pipe
at_most 20 ./logs --quiet --n.how flood --n.frames 5 2>pipe || fail 'a full pipe'
exec 3<&-
sh -c 'exec 2>&-; exec ./logs --quiet --n.how flood --n.frames 3' || fail 'a closed standard error'
at_most 20 ./logs --quiet --n.how flood --n.frames 5 2>&1 | : || fail 'a reader that has left'

# ---- Who asks: pkd logs ----

start ./logs --quiet --n.how levels --n.frames 1000000 --log n=debug
answers() { "$pkd" ping >/dev/null 2>&1; }
within 20 answers || fail 'it does not answer'
beside() { [ "$("$pkd" logs --node beside 2>/dev/null | grep -c 'Z info beside [0-9]*: beside [0-9]*$')" -ge 2 ]; }
within 20 beside || fail 'a node has no lines'
"$pkd" logs --level error --lines 3 >told || fail 'no errors' told
[ "$(grep -c 'Z error n [0-9]*: an error$' told)" -eq 3 ] && [ "$(wc -l <told)" -eq 3 ] || fail 'not three errors' told
"$pkd" logs --level warning --lines 2 --json >told || fail 'no JSON' told
python3 -c 'import json, sys
for line in sys.stdin: assert {"number", "time_ns", "level", "text"} <= set(json.loads(line))' <told || fail 'JSON' told
"$pkd" logs --node nobody >told 2>&1 && fail 'a node that there is not' told
grep -q "there is no node 'nobody'" told || fail 'no word on it' told
"$pkd" logs -f --level error --lines 0 >followed 2>&1 &
follower=$!
started="$started $follower"
more() { [ "$(grep -c 'error n' followed)" -ge 20 ]; }
within 20 more || fail 'lines do not come' followed
"$pkd" stop >told || fail 'it does not stop' told
finish 15
[ "$status" -eq 0 ] || fail "status $status"
within 10 is_gone "$follower" || fail 'it follows what has ended' followed
wait "$follower" || fail 'the follower fails' followed
awk '{ n = $4 + 0; if (last && n != last + 1) exit 1; last = n }' followed || fail 'a line is missing' followed

# A client that is slow loses lines, which are counted; the numbers of the others go up.
start ./logs --quiet --n.how flood --log-rate 0 --n.frames 1000000
within 20 answers || fail 'it does not answer'
cat >slow.py <<'END'
import glob, json, os, socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(glob.glob(os.environ["PKD_DIR"] + "/*.sock")[0])
s.sendall(b'{"id":1,"method":"logs","parameters":{"follow":true}}\n')
f, last, lost, n, end = s.makefile(), 0, 0, 0, time.time() + 100
f.readline()
while not lost and time.time() < end:
    time.sleep(0.2)  # while it is not read, the ring goes round
    for _ in range(1000):
        p = json.loads(f.readline())["parameters"]
        gone = p.get("lost", 0)
        assert last == 0 or p["line"]["number"] == last + gone + 1, (last, p)
        assert p["line"]["text"].startswith(("flood", "beside")) or "left out" in p["line"]["text"], p
        last, lost, n = p["line"]["number"], lost + gone, n + 1
print(n, "lines,", lost, "lost")
sys.exit(not lost)
END
timeout 120 python3 slow.py >told 2>&1 || fail 'a slow client' told
note "$(cat told)"
kill "$pid"
finish 15
