#!/bin/sh
# The command pkd, with programs that run, and with consoles that say what no program says.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

pkd=$B/pkd
PKD_DIR=$PWD/run
export PKD_DIR
build "$e2e/pkd/watched.pkd" -o watched

# run COMMAND...: pkd, which must not hang. Its outputs are in `out` and `errors`, its status in $status.
run() {
	at_most 20 "$pkd" "$@" >out 2>errors </dev/null
	status=$?
}
# refused PATTERN COMMAND...: status 1, and this line on standard error.
refused() {
	pattern=$1
	shift
	run "$@"
	[ "$status" -eq 1 ] || fail "pkd $*: status $status, not 1" errors
	grep -Exq -- "pkd: $pattern" errors || fail "pkd $*: no line '$pattern'" errors
}
# wrong PATTERN COMMAND...: the same of the command line, status 2.
wrong() {
	pattern=$1
	shift
	run "$@"
	[ "$status" -eq 2 ] || fail "pkd $*: status $status, not 2" errors
	grep -Exq -- "pkd: $pattern" errors || fail "pkd $*: no line '$pattern'" errors
}
# works COMMAND...: status 0, without a word on standard error.
works() {
	run "$@"
	[ "$status" -eq 0 ] || fail "pkd $*: status $status" errors
	[ ! -s errors ] || fail "pkd $*: complains" errors
}
# says PATTERN: a line of what was printed.
says() { grep -Exq -- "$1" out || fail "no line '$1'"; }
is_found() { "$pkd" ps --short 2>/dev/null | grep -Fxq "$1"; }

# ---- The command line ----

works --help
says '  pkd top +\[PROGRAM\] +watch a running program on the whole screen'
works --version
says 'pkd [0-9.]+'
for command in ps top get set save call echo pause resume restart ping logs stop describe status why trace; do
	works "$command" --help
	cp out help
	grep -q '^Examples:$' out || fail "$command --help has no examples"
	grep -q '^JSON: ' out || fail "$command --help does not say what its JSON is"
	works help "$command"
	cmp -s out help || fail "help $command is another one than $command --help"
	# shellcheck disable=SC2013 # words
	for option in $(sed -n 's/^  [- ].[ ]\(--[a-z-]*\).*/\1/p' out); do
		sed 's/\\-/-/g' "$ROOT/runtime/pkd/pkd.1" | grep -q -e "$option" ||
			fail "the man page has no $option of $command"
	done
	grep -q "'$command:" "$ROOT/runtime/pkd/completion/_pkd" || fail "zsh does not complete $command"
	grep -q "commands='.* *$command " "$ROOT/runtime/pkd/completion/pkd.bash" ||
		fail "bash does not complete $command"
done
wrong "did you mean 'top'\\?" tpo
wrong "did you mean '--json'\\?" ps --jso
wrong "set needs NAME=VALUE, as in gain=1.5" set watched
wrong "'gain' is no NAME=VALUE, as in gain=1.5" set watched gain
wrong "'a-b' is set twice" set a_b=1 a-b=2
wrong "--at is a whole number, not 'x'" set a=1 --at x
wrong "--timeout is a number of seconds from 0 to 1e\\+06, not '-1'" stop --timeout -1
wrong "--delay is a number of seconds from 0.1 to 60, not '0'" top -d 0
wrong "ps: unexpected argument 'b'" ps a b
wrong 'save needs \[PROGRAM\] FILE' save
if command -v bash >/dev/null; then
	bash -n "$ROOT/runtime/pkd/completion/pkd.bash" || fail 'the completion for bash'
	bash -c '. "$1"; PATH=$2:$PATH; COMP_WORDS=(pkd st); COMP_CWORD=1; _pkd; echo "${COMPREPLY[@]}"' \
		bash "$ROOT/runtime/pkd/completion/pkd.bash" "$B" >out 2>&1
	says 'stop status'
	bash -c '. "$1"; PATH=$2:$PATH; COMP_WORDS=(pkd -H robot st); COMP_CWORD=3; _pkd; echo "${COMPREPLY[@]}"' \
		bash "$ROOT/runtime/pkd/completion/pkd.bash" "$B" >out 2>&1
	says 'stop status'
fi
# completes WORD... : what bash offers behind them.
completes() {
	command -v bash >/dev/null || return 1
	bash -c '. "$1"; PATH=$2:$PATH; shift 2; compopt() { :; }; COMP_WORDS=("$@" ""); COMP_CWORD=$#; _pkd
		echo "${COMPREPLY[@]}"' bash "$ROOT/runtime/pkd/completion/pkd.bash" "$B" pkd "$@" >out 2>&1
}
if command -v man >/dev/null && command -v groff >/dev/null; then
	man --warnings -l "$ROOT/runtime/pkd/pkd.1" >page 2>out </dev/null || fail 'the man page'
	[ ! -s out ] || fail 'the man page has warnings'
fi

# ---- Nobody is there ----

# shellcheck disable=SC2016 # no variable
refused 'no pkd program of this user runs whose socket is in \$PKD_DIR' status
run ps
[ "$status" -eq 0 ] || fail "ps of nothing: status $status" errors
works ps --json
says '\{"programs":\[\]\}'
mkdir run
chmod 755 run
refused '/.*/run is open to others: chmod 700 closes it, so nothing is looked for there' status
refused '/.*/run is open to others: chmod 700 closes it, so nothing is looked for there' ps
chmod 700 run
echo text >run/12.sock
echo text >run/note
# shellcheck disable=SC2016 # no variable
refused 'no pkd program of this user runs whose socket is in \$PKD_DIR' stop
rm run/12.sock run/note

# ---- One program ----

start ./watched --quiet
first=$pid
within 10 is_found "$first watched" || fail 'the program is not found'
if completes call; then
	says 'slow taken watched'
	completes call watched && says 'slow taken'
	completes call slow && says 'forget take'
	completes call watched slow take && says 'least= name='
	completes call slow take && says 'least= name='
fi
works ps
says ' *pid +program +phase +uptime +frames/s +processes +memory +cpu'
says " *$first +watched +running +[0-9.]+s +[0-9.]+ +4 +[0-9.]+ .iB +[0-9.]+%"
works ps watched
says 'process +pid +in the code of +since +restarts +memory +cpu'
says 'found +[0-9]+ +(found|-) +.* 0 +[0-9.]+ .iB +[0-9.]+%'
works status
says "watched \\($first\\): running, up .*, 4 processes, .*"
says ' *cam\.n +-> found\.n +latest .*'
works describe "$first"
says "watched \\($first\\): compiled from .*watched.pkd by pkd .*; 4 processes, .* for its streams"
says 'For the tests of the command pkd\.'
says '  cam\.period +TIME +1ms\.\.1s +between two frames'
refused "no program 'watchd' runs; did you mean 'watched'\\? There is watched \\($first\\)" status watchd
refused "no program '1' runs; there is watched \\($first\\)" stop 1
refused 'top needs a terminal; .*|this pkd was built without ncurses, .*' top
works top --json --count 2 --delay 0.2
[ "$(wc -l <out)" -eq 2 ] || fail 'top --json --count 2 has not two lines'

# Whoever knows how to answer `get` is asked for real; until then, that is said.
run get
if [ "$status" -eq 0 ]; then
	says 'gain = 1.5.*'
	works get title --value
	says 'a "b" # c'
	works save kept
	grep -Fxq 'title = "a \"b\" # c"' kept || fail 'the title is not saved as it is' kept
	at_most 20 ./watched --config kept --help >out 2>&1 || fail 'the program does not read what was saved'
else
	refused 'watched \([0-9]*\) was built with pkd .*, which cannot do that: build the program again' get
	[ ! -e kept ] || fail 'a file of nothing'
fi

# ---- Two of a name ----

start ./watched --quiet
second=$pid
within 10 is_found "$second watched" || fail 'the second program is not found'
refused "several programs of that name run: watched \\($first\\), watched \\($second\\); say which, by its number|several programs of that name run: watched \\($second\\), watched \\($first\\); say which, by its number" \
	status watched
refused 'several programs run: .*; say which, by its name or number' status
works status "$second"
works ps
[ "$(grep -c ' watched ' out)" -eq 2 ] || fail 'ps does not list two programs'

# ---- The end ----

works stop "$second"
says "watched \\($second\\) ended with status 0"
is_gone "$second" || fail 'it has not ended when stop returns'
# What dies midway is told, and with what status.
at_most 30 "$pkd" top --json --delay 0.1 >samples 2>errors &
watcher=$!
has_samples() { [ -s samples ]; }
within 10 has_samples || fail 'top --json prints nothing' errors
named "$first" found || fail 'no process found'
kill -KILL "$child"
wait "$watcher"
status=$?
[ "$status" -eq 1 ] || fail "top of what dies: status $status" errors
grep -Exq "pkd: watched \\($first\\) ended with status 137" errors || fail 'top does not say how it ended' errors
pid=$first
finish 10
[ "$status" -eq 137 ] || fail "the program: status $status"

start ./watched --quiet
within 10 is_found "$pid watched" || fail 'the program is not found'
works stop --no-wait
says "watched \\($pid\\) is told to stop"
finish 10
[ "$status" -eq 0 ] || fail "stopped: status $status"

# Suspended: it is named, and nothing hangs.
start ./watched --quiet
within 10 is_found "$pid watched" || fail 'the program is not found'
named "$pid" console || fail 'no process console'
console=$child
kill -STOP "$console"
refused "process $pid does not answer; is it suspended\\?" status
refused "process $pid does not answer; is it suspended\\?" ps
kill -CONT "$console"
# A program that is killed leaves its socket, which is nobody.
started="${started:-} $(children_of "$pid")"
# shellcheck disable=SC2046 # words
kill -KILL "$pid" $(children_of "$pid")
wait "$pid"
nobody() { ! is_found "$pid watched"; }
within 10 nobody || fail 'who was killed is found'
# shellcheck disable=SC2016 # no variable
refused 'no pkd program of this user runs whose socket is in \$PKD_DIR' status

# ---- With Python: JSON, other consoles, a terminal ----

command -v python3 >/dev/null || { note 'without python3: no JSON, no terminal'; exit 0; }

# json EXPRESSION COMMAND...: holds for `d`, what pkd prints.
json() {
	expression=$1
	shift
	run "$@" --json
	python3 -c 'import json, sys; d = json.load(sys.stdin); assert eval(sys.argv[1]), d' \
		"$expression" <out >errors 2>&1 || fail "pkd $* --json: not $expression" errors
}

# pretend HOW: a console that is none, its number in $fake.
pretend() {
	[ -z "${fake:-}" ] || { kill "$fake"; wait "$fake"; }
	python3 "$e2e/pkd/fake.py" "$PKD_DIR" "$1" >fake.out 2>&1 &
	fake=$!
	started="${started:-} $fake"
	within 10 test -S "$PKD_DIR/$fake.sock" || fail "no console that is $1" fake.out
} 2>/dev/null

pretend newer
refused "fake \\($fake\\) was built with a newer pkd, 9.9.9, and speaks protocol 2, this pkd 1: update pkd" status
refused "fake \\($fake\\) was built with a newer pkd, .*" ps
pretend older
refused "fake \\($fake\\) was built with an older pkd, 9.9.9, and speaks protocol 0, this pkd 1: build the program again" get
pretend stranger
refused "process $fake says what is no JSON object" status
pretend mute
refused "process $fake does not answer; is it suspended\\?" status
pretend silent
refused "fake \\($fake\\) does not answer; is it suspended\\?" status
json "d['error'] == 'no_answer' and 'suspended' in d['message']" stop
pretend gone
refused "fake \\($fake\\) has closed the connection; it may have been killed" status
pretend failing
refused "fake \\($fake\\) ended with status 7" describe
refused "fake \\($fake\\) ended with status 7" set gain=1
works stop
says "fake \\($fake\\) ended with status 7"
pretend failing
json "d == {'program': 'fake', 'pid': $fake, 'ended': True, 'status': 7}" stop
pretend half
refused "fake \\($fake\\) ended with status 7" status
json "d['error'] == 'ended'" status
pretend long
refused "fake \\($fake\\) says a line that is too long" status
# It is given up, by what it has said and not only by the time.
pretend endless
for command in status get describe 'why 1' 'set gain=1'; do
	# shellcheck disable=SC2086 # words
	refused "fake \\($fake\\) gives an answer without an end" $command
done
pretend strange
refused "fake \\($fake\\) says only what nobody has asked for" status
refused "fake \\($fake\\) says only what nobody has asked for" set gain=1

# A pipe has what a value is; a terminal nothing that steers it.
on_terminal="import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) != 0)"
pretend steering
works get --value title
printf '\033]0;title\007 \302\2332J \342\200\256 end\n' | cmp -s - out || fail 'a pipe has another value' out
for way in --value --json; do
	at_most 20 python3 -c "$on_terminal" "$pkd" get "$way" title >out 2>errors </dev/null ||
		fail "get $way has failed on a terminal" errors
	grep -q 'title.*end' out || fail "a terminal does not show what get $way tells" out
	LC_ALL=C grep -q "$(printf '\033\\|\007\\|\302\233\\|\342\200\256')" out &&
		fail "get $way steers the terminal" out
done

pretend paused
works set gain=2
says 'set; no origin has begun with it: paused, starting again, or at its end'

pretend plain
refused "fake \\($fake\\) was built with pkd 9.9.9, which cannot do that: build the program again" get
refused "fake \\($fake\\) was built with pkd 9.9.9, which cannot do that: build the program again" set gain=2
pretend refusing
refused 'gain = 99: expected 0..10' set gain=99
json "d == {'error': 'out_of_range', 'message': 'gain = 99: expected 0..10'}" set gain=99

pretend normal
works get
says 'title = "a \\"b\\" # c\\n"'
says 'gain = 1.5 +# live'
works get gain cam.period
[ "$(wc -l <out)" -eq 2 ] || fail 'get of two has not two lines'
works get fake cam.period
says 'cam.period = 10ms'
works get --value gain
says '1.5'
refused "there is no parameter 'gian'" get gian
json "[p['name'] for p in d['params']] == ['title', 'gain', 'cam.period'] and d['params'][0]['value'] == 'a \"b\" # c\\n' and d['version'] == 1" get
works save good.conf
says 'good.conf has the values of 2 parameters'
grep -q 'cam.period' good.conf && fail 'what a call computes is pinned' good.conf
grep -Fxq 'title = "a \"b\" # c\n"' good.conf || fail 'the title is not saved' good.conf
grep -Fxq 'gain = 1.5' good.conf || fail 'gain is not saved' good.conf
./watched --config good.conf --help >out 2>&1 || fail 'the program does not read what was saved'
# Nothing that is there is harmed.
echo mine >mine
refused 'mine is there already; --force replaces it' save mine
echo mine | cmp -s - mine || fail 'save has written to what was there' mine
ln -s mine link
works save --force fake link
[ -L link ] || fail 'save has replaced a link'
cmp -s mine good.conf || fail 'save --force has not replaced it' mine
refused '.* is no file that can be replaced' save --force /dev/null
refused '.* is no file that can be replaced' save --force .
refused 'cannot write nowhere/file: No such file or directory' save nowhere/file
if [ "$(id -u)" -ne 0 ]; then
	mkdir closed
	chmod 500 closed
	refused 'cannot write closed/file: Permission denied' save closed/file
fi
json "d == {'file': 'other.conf', 'params': 2}" save other.conf
[ -z "$(find . -name '*.conf.*')" ] || fail 'save leaves files behind'
works set fake gain=2.5 cam.period=5ms
says 'set, from frame 812 of cam'
works get gain --value
says '2.5'
works get gain
says 'gain = 2.5 +# live, set'
works set title==x --at 900 --wait 0
says 'set, from frame 900 of cam'
says 'not yet there: found'
works get title --value
says '=x'
json "d == {'version': 4, 'clocks': [{'origin': 'cam', 'frame': 812}], 'pending': []}" set gain=3
kill "$fake"
wait "$fake" 2>/dev/null
fake=

start ./watched --quiet
within 10 is_found "$pid watched" || fail 'the program is not found'
json "[(p['pid'], p['program'], p['phase'], p['processes']) for p in d['programs']] == [($pid, 'watched', 'running', 4)] and d['programs'][0]['memory'] > 0" ps
json "[p['name'] for p in d['processes']] == ['cam', 'found', 'taken', 'slow'] and d['pid'] == $pid" ps watched
json "d['program']['name'] == 'watched' and len(d['nodes']) == 4 and len(d['edges']) == 5 and d['params']" describe
json "d['program']['phase'] == 'running' and len(d['nodes']) == 4 and d['nodes'][0]['frame'] > 0" status
json "d['program'] == 'watched' and len(d['nodes']) == 4 and len(d['edges']) == 5" top --count 1 --delay 0.2
json "d['error'] == 'no_program'" status nobody
if ! "$pkd" top 2>&1 </dev/null | grep -q 'built without ncurses'; then
	for locale in C.UTF-8 C; do
		at_most 60 python3 "$e2e/pkd/terminal.py" "$pkd" "$pid" "$locale" >out 2>&1 || fail "top on a terminal, $locale"
	done
	finish 10
	[ "$status" -eq 0 ] || fail "stopped from top: status $status"
else
	note 'without ncurses: no terminal'
	json "d['ended'] and d['status'] == 0" stop
fi
