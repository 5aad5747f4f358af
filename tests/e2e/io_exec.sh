#!/bin/sh
# io.exec and io.run with programs that work, crash, hang, ignore signals, print without end, fork and leave: what
# they print is there, what they do not is told, and nothing of them stays, whatever was killed.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

make() {
	"$PKDC" build "$e2e/io/exec.pkd" --pipeline "$1" -o "$1" >built 2>&1 || fail "$1 cannot be built" built
	[ ! -s built ] || fail "pkdc says something of $1" built
}

begin() {
	rm -f in ended.csv
	mkfifo in
	exec 8<>in
	start "$@"
}

printed() { grep -qx -- "$1" out; }
logged() { grep -q -- "$1" out; }
killed() {
	named "$pid" "$1" || fail "there is no process $1"
	kill -KILL "$child"
}
# What is started in here has this word in its environment or its arguments, and nobody else has.
word=pkd-io-exec-$$
nap=$((1000000 + $$))
left() {
	for process in /proc/[0-9]*; do
		case $process in /proc/$$ | /proc/self) continue ;; esac
		{ tr '\0' ' ' <"$process/cmdline" | grep -q "sleep $nap\|$word" && echo "${process#/proc/}"; } 2>/dev/null
	done
}
# A pipe of such a process has no room for one more line.
is_full() {
	for process in $(left); do
		python3 -c 'import array, fcntl, os, sys, termios
n = array.array("i", [0])
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK), termios.FIONREAD, n)
sys.exit(n[0] < 60000)' "/proc/$process/fd/0" 2>/dev/null && return
	done
	return 1
}
none_left() { [ -z "$(left)" ]; }

stop_it() {
	kill -TERM "$pid"
	promptly 4 is_gone "$pid" || fail "$1: a stop takes long"
	finish 10
	[ "$status" -eq 0 ] || fail "$1: status $status"
	exec 8>&-
}

# ---- io.exec ----

make filter
"$PKDC" build "$e2e/io/exec.pkd" --pipeline filter --deploy once -o once >built 2>&1 || fail 'once cannot be built' built
seq 3000 >lines
for mode in '' --single-process; do
	# shellcheck disable=SC2086 # words
	at_most 20 ./filter --quiet $mode --source lines >got 2>out || fail "cat: status $?"
	cmp -s lines got || fail "cat $mode: other lines"
done
at_most 20 ./filter --quiet --source lines --command 'sort -rn' >got 2>out || fail "sort: status $?"
sort -rn lines | cmp -s - got || fail 'sort: other lines'
at_most 20 ./filter --quiet --source lines --command "awk '{ s += \$1 } END { printf \"%d\", s }'" >got 2>out || fail "awk: status $?"
[ "$(cat got)" = 4501500 ] || fail 'awk: another sum; its last line has no end'
at_most 20 ./filter --quiet --source /dev/null --command 'wc -l' >got 2>out || fail "wc: status $?"
[ "$(tr -d ' ' <got)" = 0 ] || fail 'wc of nothing'

# An end before that of the lines is the node's, and a status is an error.
at_most 20 ./filter --quiet --source lines --command 'head -n 2' >got 2>out || fail "head: status $?"
[ "$(cat got)" = '1
2' ] || fail 'head: other lines'
expect 1 ".*'ls /nothing/there' has ended: exit status 2: ls: cannot access '/nothing/there': No such file or directory" \
	./once --quiet --source lines --command 'ls /nothing/there'
at_most 20 ./filter --quiet --source lines --command 'ls /nothing/there' --prog.nonzero tell >got 2>out || fail "a status that is told: $?"
[ "$(tail -n 1 ended.csv | cut -d, -f3)" = 2 ] || fail 'a status is no value' ended.csv
expect 1 ".*has ended: killed by signal 11 \(Segmentation fault\).*" ./once --quiet --source lines \
	--prog.shell --command 'read x; kill -SEGV $$'
expect 1 ".*command: there is no program 'no-such-program' in PATH.*" ./once --source lines --command 'no-such-program -x'
expect 1 ".*command: a quote is not closed.*" ./once --source lines --command "awk '{"
expect 1 ".*command is empty.*" ./once --source lines --command ' '
# One that is started again.
begin ./filter --quiet --command 'head -n 1' --prog.again
for n in 1 2 3; do
	within 10 sh -c "[ \$(grep -c 'has ended: exit status 0; starting it again' out) -eq $((n - 1)) ]"
	echo "$n" >&8
	within 10 printed "$n" || fail "$n is missing after a start"
done
stop_it 'started again'
# What it has not read is for the next one, also after the end of the lines; what it has read, it answers or not.
seq 2000 >some
# shellcheck disable=SC2016 # for that shell
at_most 20 ./filter --quiet --source some --prog.shell --prog.again --prog.retry_max 100ms \
	--command 'while read n; do [ $((n % 500)) -ne 10 ] || exit 7; echo $n; done' >got 2>out || fail "again: status $?" out
seq 2000 | grep -vx '10\|510\|1010\|1510' | cmp -s - got || fail 'again: lines that were not read are lost' got
logged 'exit status 7; starting it again; up to 10 values that it had read may be lost (it printed 9)' &&
	logged '(it printed 499); [0-9]* that it had not read are for the next one' ||
	fail 'again: what may be lost is not told'
[ "$(grep -c 'up to 500 values that it had read may be lost (it printed 499)' out)" -eq 3 ] || fail 'again: other counts' out
seq 200 >some
at_most 20 ./filter --quiet --source some --prog.again --prog.retry_max 100ms --command true >got 2>out || fail "true: status $?" out
logged "200 values were not taken by 'true'" || fail 'what none of them has read is not told' out
at_most 20 ./filter --quiet --source some --prog.shell --command 'read x; echo $x' >got 2>out || fail "read: status $?" out
logged 'had read 1 values, and printed 1\|199 values were not taken' || fail 'what is not read is not told' out
# One that hangs is ended.
expect 1 ".*'sleep $nap' has ended: it printed nothing for 0.3 s, and was killed" ./once --quiet --source some \
	--patience 1h --prog.stall 300ms --prog.nonzero fail --command "sleep $nap"
# shellcheck disable=SC2016 # for that shell
at_most 20 ./filter --quiet --source some --prog.shell --prog.again --prog.retry_max 100ms --prog.stall 300ms --patience 1h \
	--command "trap '' TERM; while read n; do [ \$n -ne 100 ] || sleep $nap; echo \$n; done" >got 2>out || fail "a stall: status $?" out
seq 200 | grep -vx 100 | cmp -s - got || fail 'a stall: lines are lost' got
logged 'ignores SIGTERM: SIGKILL' || fail 'a stall: it was not killed' out
none_left || fail "what hangs stays: $(left)"

# What it says is in the log; more than a few lines a second are counted.
at_most 20 ./filter --quiet --source /dev/null --prog.shell --command 'echo said >&2; seq 1000 >&2' >got 2>out || fail "stderr: $?"
logged 'filter: prog: said' || fail 'what a program says is not told'
logged '98[0-9] lines of its standard error are left out' || fail 'what is left out of that is not told'
# Half a value of one that fails is none.
at_most 20 ./filter --quiet --source /dev/null --prog.shell --prog.nonzero tell --command 'echo whole; printf half; exit 3' >got 2>out ||
	fail "half a line: $?"
[ "$(cat got)" = whole ] || fail 'half a line is given' got
logged 'its last 4 bytes were no whole value' || fail 'half a line is not told'

# Its standard output is closed, and it stays, and takes the rest.
at_most 20 ./filter --quiet --source lines --prog.shell --command 'echo first; exec >&-; cat >/dev/null' >got 2>out || fail "closed: $?"
[ "$(cat got)" = first ] || fail 'a program that closes its output'

# Without end: nobody waits for it, and a reader that is slow holds it up.
make generator
start ./generator --quiet --command yes --slow 5
within 20 sh -c '[ "$(grep -c "taken: y" out)" -gt 20 ]' || fail 'yes prints nothing'
stop_it 'yes'
at_most 20 ./generator --quiet --command 'seq 200' --slow 1 >out 2>&1 || fail "seq: $?"
[ "$(grep -c 'taken: ' out)" -eq 200 ] || fail 'a slow reader loses lines'

# One that does not read, one that ignores SIGTERM: no stop waits for them.
begin ./filter --quiet --command "sleep $nap"
seq -f '%0100g' 5000 >&8 &
filler=$!
started="$started $filler"
within 10 is_full || fail 'nothing waits for a program that does not read'
kill "$filler"
wait "$filler" 2>/dev/null
stop_it 'a program that does not read'
logged 'values were not taken by' || fail 'what is not taken is not told'
none_left || fail "sleep stays: $(left)"
begin ./filter --quiet --prog.shell --command "trap '' TERM INT HUP; while :; do sleep 0.05; done; : $word"
within 10 named "$pid" prog
stop_it 'a program that ignores SIGTERM'
none_left || fail "what ignores SIGTERM stays: $(left)"
# At the end of its input it has its time, from line to line.
at_most 20 ./filter --quiet --source lines --prog.shell --patience 300ms \
	--command 'cat >/dev/null; for i in 1 2 3 4 5; do sleep 0.15; echo $i; done' >got 2>out || fail "slow, but alive: $?"
[ "$(tail -n 1 got)" = 5 ] || fail 'a program that prints was ended'
expect 1 ".*'sleep $nap' has ended: killed by signal 15 \(Terminated\)" ./once --quiet --source lines --patience 100ms \
	--prog.nonzero fail --command "sleep $nap"

# Grandchildren, in sessions of their own, whose parents have gone.
forks="setsid sh -c 'sleep $nap; : $word' & (sleep $nap &) & cat; : $word"
at_most 20 ./filter --quiet --source lines --prog.shell --command "$forks" >got 2>out || fail "forks: $?"
cmp -s lines got || fail 'forks: other lines'
none_left || fail "grandchildren stay: $(left)"
logged 'it left [2-9] processes running: killed' || fail 'what is left is not told'
# The node is killed: all of it goes, and it begins again.
begin ./filter --quiet --prog.shell --command "$forks"
echo one >&8
within 10 printed one || fail 'forks: one is missing'
killed prog
within 10 logged 'started again: what .* had taken and not answered' || fail 'a restart is not told'
echo two >&8
within 10 printed two || fail 'nothing comes after a kill'
few() { [ "$(left | wc -l)" -le 8 ]; }
within 10 few || fail "what a killed node has started stays: $(left)"
stop_it 'forks'
within 5 none_left || fail "after a kill and a stop some stay: $(left)"
# All is killed.
begin ./filter --quiet --prog.shell --command "$forks"
echo one >&8
within 10 printed one || fail 'forks: one is missing'
kill -KILL "$pid"
within 10 none_left || fail "the program was killed, and some stay: $(left)"
wait "$pid" 2>/dev/null
exec 8>&-

# Lines are there once, whatever is killed, as far as the program answers each at once.
begin ./filter --quiet --command 'sed -u s/^/x/'
kills=0
for n in $(seq 30); do
	echo "$n" >&8
	within 20 printed "x$n" || fail "x$n is missing"
	[ $((n % 5)) -ne 1 ] || { killed prog && kills=$((kills + 1)); }
done
stop_it 'killed'
[ "$(grep -c '^x' out)" -eq 30 ] || fail "$kills kills: lines came twice"

# ---- io.run ----

make runs
values() { printf '%s\n' "$@" >values; }
# ran COMMAND OPTION...
ran() {
	command=$1
	shift
	at_most 30 ./runs --quiet --command "$command" "$@" >out 2>&1 || fail "$command: status $?"
	tail -n +2 runs.csv | cut -d, -f3- >rows
}
is() { [ "$(cat rows)" = "$1" ] || fail "other rows, not $1" rows; }

# shellcheck disable=SC2016 # as it is
values a 'b c' '$(touch made) "x" *'
ran "echo '<{}>' {}"
is '<a> a,0,
<b c> b c,0,
"<$(touch made) ""x"" *> $(touch made) ""x"" *",0,'
ran 'echo "$1."' --r.shell
is 'a.,0,
b c.,0,
"$(touch made) ""x"" *.",0,'
[ ! -e made ] || fail 'a value is read by a shell'
ran 'tr a-z A-Z'
is 'A,0,
B C,0,
"$(TOUCH MADE) ""X"" *",0,'
# An error is one value's.
values /usr /nothing /etc/passwd
ran 'ls -d {}'
is "/usr,0,
-,-1,'ls' of '/nothing': exit status 2: ls: cannot access '/nothing': No such file or directory
/etc/passwd,0,"
ran 'ls -d {}' --r.nonzero tell
[ "$(cut -d, -f2 rows | tr '\n' ' ')" = '0 2 0 ' ] || fail 'a status that is told' rows
make strict
expect 1 ".*'ls' of '/nothing': exit status 2: ls: cannot access '/nothing'.*" ./strict --quiet --command 'ls -d {}'
values 0.01 $nap 0.02
ran 'sleep {}' --r.timeout 300ms
is ",0,
-,-1,\"'sleep' of '$nap': not ready after 0.3 s, and killed\"
,0,"
none_left || fail "what is not ready stays: $(left)"
values 10 100 1000
ran 'seq {}'
[ "$(cut -d, -f2 rows | tail -n 1)" = -1 ] || fail 'more than has room is no error' rows
grep -q 'it printed more than N = 100 bytes: write N: 400' rows || fail 'what to write is not said' rows
values 1
ran 'yes'
grep -q 'it printed more than N = 100 bytes' rows || fail 'a program that prints without end' rows
ran 'sh -c "kill -9 $$"'
grep -q 'killed by signal 9 (Killed)' rows || fail 'a signal is not told' rows

# How long it took is known of a run that failed, not of one that was none.
values /usr /nothing
make took
at_most 20 ./took --quiet --command 'ls -d {}' >out 2>&1 || fail "took: $?" out
[ "$(cut -d, -f3,4 runs.csv | tail -n +2 | tr '\n' ' ')" = 'true,false true,true ' ] || fail 'took is missing' runs.csv

# In order, by three at once; each once, though some are killed.
seq 200 >values
at_most 60 ./runs --quiet --command 'echo {}' >out 2>&1 || fail "many: $?"
tail -n +2 runs.csv | cut -d, -f3 | cmp -s - values || fail 'many values: others, or in another order'
start ./runs --quiet --command 'sh -c "sleep 0.01; echo $0" {}'
kills=0
while ! is_gone "$pid" && [ "$kills" -lt 10 ]; do
	for worker in r r_2 r_3; do
		named "$pid" "$worker" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
		sleep 0.03
	done
done
finish 60
[ "$status" -eq 0 ] || fail "killed: status $status"
tail -n +2 runs.csv | cut -d, -f3 | cmp -s - values || fail "$kills kills: other values"
note "io.run: $kills kills"

# ---- What they may touch ----

make touching
echo secret >secret
values 1
[ -n "$(./touching --quiet 2>&1 >/dev/null | grep 'no landlock')" ] && skip 'this kernel has no landlock'
at_most 20 ./touching --quiet >out 2>&1 || fail "a file: $?"
grep -q '^1,[^,]*,,1$' runs.csv || fail 'a program reads what is not declared' runs.csv
at_most 20 ./touching --quiet --r.may_read secret >out 2>&1 || fail "a file: $?"
grep -q ',secret,0$' runs.csv || fail 'a program cannot read what is declared' runs.csv
mkdir folder
at_most 20 ./touching --quiet --command 'echo made >folder/file' >out 2>&1 || fail "a folder: $?"
[ ! -e folder/file ] || fail 'a program writes what is not declared'
at_most 20 ./touching --quiet --command 'echo made >folder/file' --r.may_write folder/ >out 2>&1 || fail "a folder: $?"
[ -e folder/file ] || fail 'a program cannot write what is declared' out
expect 1 ".*may_write: 'other' has no / at its end.*" ./touching --quiet --r.may_write other
SECRET_KEY=1 LC_ALL=C at_most 20 ./touching --quiet --command 'env | sort | cut -d= -f1 | grep -v "^_\|PWD\|OLDPWD\|SHLVL" | tr "\n" " "' --r.environment "MODE='a b'" >out 2>&1
grep -q 'SECRET_KEY' runs.csv && fail 'a program has the whole environment' runs.csv
grep -q 'LC_ALL MODE PATH' runs.csv || grep -q 'LC_ALL.*MODE.*PATH' runs.csv || fail 'a program has another environment' runs.csv
