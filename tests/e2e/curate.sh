#!/bin/sh
# The programs in examples/curate on a study of many files: whatever the number of workers and the shape of the tree,
# every container is in the report once, in the order of the walk, with the labels of what it lies in; a failure stops
# all within a second, or is recorded; what has failed is done again, and only that; killed at random, they write the
# same bytes; behind a JSON API each container costs one fetch; nothing is written of what cannot be de-identified.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3

export PYTHONDONTWRITEBYTECODE=1
examples=$ROOT/examples/curate
tree() { python3 "$e2e/curate/tree.py" "$@" || fail "no tree $*"; }
reports() { python3 "$e2e/curate/reports.py" "$@" >told 2>&1 || fail "$*" told; }

# ---- Workers and trees ----

for shape in even uneven empty; do
	tree $shape $shape
done
for n in 1 2 8 50; do
	build "$examples/curate.pkd" -D WORKERS=$n -o "curate_$n"
	for shape in even uneven empty; do
		at_most 30 ./curate_$n --quiet --root $shape/ --report $shape.$n.csv >out 2>&1 || fail "$n workers, $shape: status $?"
		reports whole $shape $shape.$n.csv
		cmp $shape.1.csv $shape.$n.csv >out 2>&1 || fail "$n workers write another report"
	done
done
at_most 30 ./curate_8 --quiet --single-process --no-console --root uneven/ --report one.csv >out 2>&1 ||
	fail "one process: status $?"
cmp uneven.1.csv one.csv >out 2>&1 || fail 'another report in one process'
at_most 30 ./curate_8 --quiet --root uneven/ --order breadth --report breadth.csv >out 2>&1 || fail "breadth: status $?"
reports levels uneven breadth.csv
[ "$(wc -l <empty.1.csv)" -eq 2 ] || fail 'an empty study has more than its root' empty.1.csv

# ---- One failure, of the third worker in turn, stops everything ----

cp -r even broken
sed 's/WORKERS dynamic$/WORKERS/' "$examples/curate.pkd" >turns.pkd
cp "$examples"/study.pkd "$examples"/*.[ch] .
build turns.pkd --pipeline curate -D STRICT=true -o strict
# A file whose turn is the third of four.
bad=$(awk -F, 'NR > 80 && $3 == "file" && $1 % 4 == 3 { print $2; exit }' even.1.csv)
echo 'nothing' >"broken/$bad"
start ./strict --quiet --root broken/ --report strict.csv --takes 60ms
failed() { grep -q 'its head has no end' out; }
within 20 failed || fail 'nothing fails'
promptly 1 is_gone "$pid" || fail 'the others go on'
finish 1
[ "$status" -eq 1 ] || fail "status $status"
grep -q "node 'check_3' .*'$bad': its head has no end" out || fail 'worker and container are not named'
reports begins strict.csv even.1.csv "$bad"
note "a failure in worker 3: $(cat told)"

# ---- A worker that is killed is no success ----

start ./curate_8 --quiet --root even/ --report killed.csv --takes 80ms
rows() { [ -s "$1" ] && [ "$(wc -l <"$1")" -gt 20 ]; }
within 20 rows killed.csv || fail 'no rows'
named "$pid" check_3 || fail 'there is no worker 3'
kill -KILL "$child"
promptly 1 is_gone "$pid" || fail 'the others go on'
finish 1
[ "$status" -eq 137 ] || fail "status $status, where worker 3 was killed"
held=$(sed -n "s/.*node 'check_3' .*SIGKILL .*'\(sub-[^']*.txt\)'.* in hand.*/\1/p" out | head -n 1)
[ -n "$held" ] || fail 'worker and file are not named'
reports begins killed.csv even.1.csv "$held"
note "worker 3 is killed: $(cat told)"

# ---- Or failures are recorded, and done again ----

build "$examples/curate.pkd" --deploy going_on -D AHEAD=8 -o going_on
build "$examples/again.pkd" -o again
kills=$(awk -F, 'NR > 200 && $3 == "file" { print $2; exit }' even.1.csv)
at_most 30 ./going_on --quiet --root broken/ --report going_on.csv --crash-at "$kills" >out 2>&1
[ $? -eq 1 ] || fail 'a failure is a success'
grep -q "node 'check[_0-9]*' .*SIGABRT .*'$kills'.* in hand" out || fail 'the file that kills is not named'
grep -q '2 of [0-9]* could not be done' out || fail 'failures are not counted'
grep -q "^[0-9]*,$bad,.*its head has no end$" going_on.csv || fail 'the error is not in the report' going_on.csv
grep -q "^[0-9]*,$kills,.*its worker has ended$" going_on.csv || fail 'the crash is not in the report' going_on.csv
[ "$(grep -c ',$' going_on.csv)" -eq $(($(wc -l <even.1.csv) - 3)) ] || fail 'others have failed' going_on.csv
cp "even/$bad" "broken/$bad"
at_most 30 ./again --root broken/ --report going_on.csv --path again.csv >out 2>&1 || fail "again: status $?"
[ "$(awk '/^  check[_0-9]* / { n += $2 } END { print n }' out)" -eq 2 ] || fail 'it does more than what has failed'
cmp even.1.csv again.csv >out 2>&1 || fail 'the second report is another'

# ---- Killed at random: the walker, workers, the reporter and all between ----

killed=
for seed in 1 2 3; do
	at_most 60 python3 "$e2e/curate/kill.py" $seed 15 ./going_on --quiet --root even/ --report "random.$seed.csv" --takes 10ms \
		>told 2>&1 || fail "kills, seed $seed" told
	cmp even.1.csv "random.$seed.csv" >out 2>&1 || fail "killed, it writes another report: $(cat told)"
	killed="$killed $(head -n 1 told);"
done
note "$killed"
for name in w item file check check_4 check_found csv; do
	case $killed in *" $name "*) ;; *) fail "$name was never killed: $killed" ;; esac
done

# ---- Killed as a whole, again and again, it goes on where it was ----

kills=0
resume=
while :; do
	# shellcheck disable=SC2086 # a word or none
	start ./going_on --quiet --root even/ --report resumed.csv --takes 10ms --state state $resume
	resume=--resume
	[ "$kills" -lt 8 ] || break
	sleep "0.$((1 + kills % 3))"
	! is_gone "$pid" || break
	processes="$(children_of "$pid") $pid"
	# shellcheck disable=SC2086 # words
	kill -KILL $processes 2>/dev/null
	# shellcheck disable=SC2086 # words
	within 10 all_gone $processes || fail 'processes outlive a kill'
	wait "$pid" 2>/dev/null
	kills=$((kills + 1))
done
finish 30
[ "$status" -eq 0 ] || fail "after $kills kills of all: status $status"
cmp even.1.csv resumed.csv >out 2>&1 || fail "after $kills kills of all: another report"
[ "$kills" -ge 3 ] || fail "it was killed only $kills times"
[ ! -e state ] || fail 'a run that is complete leaves its state'
note "all its processes killed $kills times"

# A failure that is mended goes on as well.
echo 'nothing' >"broken/$bad"
at_most 30 ./strict --quiet --root broken/ --report mended.csv --state state >out 2>&1 && fail 'a failure is a success'
grep -q "'$bad': its head has no end" out || fail 'it is not said where'
cp "even/$bad" "broken/$bad"
at_most 30 ./strict --quiet --root broken/ --report mended.csv --state state --resume >out 2>&1 || fail "mended: status $?"
cmp even.1.csv mended.csv >out 2>&1 || fail 'mended, another report'

# ---- De-identified: of what cannot be told nothing is written, and a rehearsal writes nothing at all ----

build "$examples/deidentify.pkd" -o deidentify
build "$examples/relabel.pkd" -o relabel
echo 'Ada Lovelace' >"broken/$bad"
mkdir clean copy
at_most 30 ./deidentify --quiet --root broken/ --to clean/ --report dry.csv --dry-run >out 2>&1
[ $? -eq 1 ] || fail 'what cannot be told is no failure'
[ -z "$(ls clean)" ] || fail 'a rehearsal writes'
[ "$(grep -c ',would be written,$' dry.csv)" -eq 239 ] || fail 'it would write others' dry.csv
at_most 30 ./deidentify --quiet --root broken/ --to clean/ --report clean.csv >out 2>&1
[ $? -eq 1 ] || fail 'what cannot be told is no failure'
grep -q '1 of [0-9]* could not be done' out || fail 'it is not counted'
sed 's/,would be written,/,written,/' dry.csv | cmp - clean.csv >out 2>&1 || fail 'it does something else than it said'
[ "$(find clean -type f | wc -l)" -eq 239 ] && [ ! -e "clean/$bad" ] || fail 'other files are written'
! grep -rqE 'Ada|PatientBirth' clean || fail 'a patient is left'
grep -q '^PatientName: sub-01$' clean/sub-01/ses-00/acq-00/scan-000.txt || fail 'the label of the subject is not there'

build "$examples/deidentify.pkd" --deploy going_on -o deidentify_on
tree big 5x3x4x12
mkdir once often
at_most 30 ./deidentify_on --quiet --root big/ --to once/ --report once.csv >out 2>&1 || fail "deidentify: status $?"
at_most 60 python3 "$e2e/curate/kill.py" 4 10 ./deidentify_on --quiet --root big/ --to often/ --report often.csv \
	>told 2>&1 || fail 'deidentify, killed' told
cmp once.csv often.csv >out 2>&1 && diff -r once often >out 2>&1 || fail "killed, it writes other files: $(cat told)"
note "deidentify: $(head -n 1 told)"

# ---- Relabelled: what a parent is called now is known below it ----

printf 'old,new\nsub-01,ann\nses-02,monday\n' >labels.csv
at_most 30 ./relabel --quiet --root even/ --to copy/ --report dry.csv --dry-run >out 2>&1 || fail "rehearsal: status $?"
[ -z "$(ls copy)" ] || fail 'a rehearsal copies'
at_most 30 ./relabel --quiet --root even/ --to copy/ --report relabelled.csv >out 2>&1 || fail "relabel: status $?"
cmp dry.csv relabelled.csv >out 2>&1 || fail 'it does something else than it said'
mv copy/ann copy/sub-01
for folder in copy/*; do
	mv "$folder/monday" "$folder/ses-02"
done
diff -r even copy >out 2>&1 || fail 'the copy is another study'
at_most 30 "$PKDC" run "$examples/print.pkd" -- --quiet --root even/ >printed 2>out || fail "print: status $?"
[ "$(wc -l <printed)" -eq 321 ] && grep -q '^    acq-03$' printed || fail 'not all is printed' printed

# ---- Behind a JSON API: a fetch for each container ----

! pkg-config --exists libcurl || {
	build "$examples/remote.pkd" -D WORKERS=1 -o remote_1
	build "$examples/remote.pkd" -D WORKERS=8 -o remote_8
	python3 "$e2e/curate/api.py" uneven port >api 2>&1 &
	started="${started:-} $!"
	within 10 test -s port || fail 'no API' api
	server=http://127.0.0.1:$(cat port)
	at_most 30 ./remote_1 --quiet --server "$server" --report remote.1.csv --dry-run >out 2>&1 || fail "remote: status $?"
	python3 "$e2e/curate/fetches.py" uneven "$server" no >told 2>&1 || fail 'a rehearsal' told
	at_most 30 ./remote_8 --quiet --server "$server" --report remote.8.csv >out 2>&1 || fail "remote: status $?"
	python3 "$e2e/curate/fetches.py" uneven "$server" tagged >told 2>&1 || fail 'fetches' told
	note "$(cat told)"
	sed 's/,would be tagged,/,tagged,/' remote.1.csv | cmp - remote.8.csv >out 2>&1 || fail 'another report with 8 workers'
	# What cannot be had is in the report, under the labels of what it is in, and the rest is done.
	rm port
	python3 "$e2e/curate/api.py" even port sub-01 sub-02.ses-01 sub-00.ses-00.acq-00.scan-001.txt >api 2>&1 &
	started="$started $!"
	within 10 test -s port || fail 'no API' api
	at_most 30 ./remote_8 --quiet --server "http://127.0.0.1:$(cat port)" --report denied.csv >out 2>&1
	[ $? -eq 1 ] || fail 'what cannot be had is no failure'
	cut -d , -f 2-6,10 denied.csv | grep 'answers 403$' | sed "s/[^,]*$//" >denied
	printf '%s\n' sub-00.ses-00.acq-00.scan-001.txt,file,sub-00,ses-00,acq-00, sub-01,,sub-01,,, \
		sub-02.ses-01,,sub-02,ses-01,, | diff - denied >out || fail 'other errors than there were'
	[ "$(grep -c ',tagged,$' denied.csv)" -eq 175 ] || fail 'the rest is not done' denied.csv

	# The same rows as of the directory, but for the path.
	cut -d , -f 3-7,9 uneven.1.csv | sed 1d >directory
	cut -d , -f 3-8 remote.8.csv | sed 1d | diff directory - >out || fail 'the API has another study than the directory'
}
