#!/bin/sh
# What the programs in examples/curate refuse: a head with a line that nobody knows is not de-identified, two containers
# never become one, a file that is a FIFO by now holds up nobody, and of a name that is no UTF-8 it is said that a
# report does not have it.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

examples=$ROOT/examples/curate
for program in deidentify relabel curate again; do
	build "$examples/$program.pkd" -o $program
done

# file PATH LINE...: a file of a study, whose head has these lines.
file() {
	path=study/$1
	shift
	mkdir -p "${path%/*}"
	printf '%b\n' "$@" '' 'what is behind it' >"$path"
}

# ---- A patient is not left in a file ----

mkdir clean
name='PatientName: LEAK'
file sub/ses/acq/plain "$name" 'Modality: MR' 'EchoTime: 3 ms'
file sub/ses/acq/cases 'PATIENTBIRTH: LEAK' 'patientname: LEAK' 'patient: J\0303\0274rg LEAK' 'Modality: MR'
file sub/ses/acq/space "$name" ' PatientName: LEAK'
file sub/ses/acq/tab "$name" '\tPatientName: LEAK'
file sub/ses/acq/return "$name" "Modality: MR\\r$name"
file sub/ses/acq/control "$name" 'Modality: \0033LEAK'
file sub/ses/acq/nothing "$name" ': LEAK'
file sub/ses/acq/physician "$name" 'ReferringPhysicianName: LEAK'
file sub/ses/acq/others "$name" 'OtherPatientNames: LEAK'
file sub/ses/acq/longer "$name" 'ModalityOf: LEAK'
file sub/ses/acq/shorter "$name" 'Modality'
file sub/ses/acq/windows "$name\\r" 'Modality: MR\r' '\r'
file "$(printf 'of\nPatientName: LEAK')/ses/acq/label" "$name"
at_most 20 ./deidentify --quiet --root study/ --to clean/ >out 2>&1
[ $? -eq 1 ] || fail 'what cannot be told is no failure'
(cd clean && find . -type f | LC_ALL=C sort) >found
printf '%s\n' ./sub/ses/acq/cases ./sub/ses/acq/plain | cmp -s - found || fail 'other files are written' found
! grep -r LEAK clean >out || fail 'a patient is left'
printf 'PatientName: sub\nModality: MR\nEchoTime: 3 ms\n\nwhat is behind it\n' | cmp clean/sub/ses/acq/plain - >out 2>&1 ||
	fail 'it is another file'
grep -q 'space,,sub/ses/acq/space: line 2 of its head is none that may stay$' report.csv || fail 'no reason' report.csv

# ---- Two never become one ----

# relabelled STATUS LINE...: with this table, into `copy`.
relabelled() {
	wanted=$1
	shift
	rm -rf copy && mkdir copy
	printf '%s\n' "$@" >labels.csv
	at_most 20 ./relabel --quiet --root study/ --labels labels.csv --to copy/ --report relabelled.csv >out 2>&1
	[ $? -eq "$wanted" ] || fail "$*: another status than $wanted"
}
rm -rf study
long=$(printf '%064d' 0)
for subject in A B "${long}1" "${long}2"; do
	file "$subject/ses/acq/scan" "Modality: MR" "Of: $subject"
done
relabelled 0 old,new
diff -r study copy >out 2>&1 || fail 'without a label it is another study'
relabelled 0 old,new A,B B,A
mv copy/A swapped && mv copy/B copy/A && mv swapped copy/B
diff -r study copy >out 2>&1 || fail 'swapped and swapped again it is another study'
relabelled 1 old,new A,B
grep -q "^[0-9]*,B,,'A' and 'B' would both be 'B'$" relabelled.csv || fail 'both are not named' relabelled.csv
diff -r study/A copy/B >out 2>&1 || fail 'two have become one'
[ ! -e copy/A ] && [ "$(grep -c 'that has no new label$' relabelled.csv)" -eq 3 ] || fail 'the rest is lost' relabelled.csv
relabelled 1 old,new A,C B,C
grep -q "'A' and 'B' would both be 'C'$" relabelled.csv || fail 'two with one label' relabelled.csv
for line in "A,$(printf '%0256d' 0)" 'A' 'A,' 'A,B,C' 'A,../B' 'A,..' '"A",B'; do
	relabelled 1 old,new "$line"
	grep -q "'labels.csv', line 2: " out || fail "$line: no reason"
	[ -z "$(ls copy)" ] || fail "$line: something is written"
done
relabelled 1 old,new A,C A,D
grep -q 'line 3: its old label has a line already' out || fail 'two new labels for one'

at_most 20 ./curate --quiet --root study/ >out 2>&1 || fail "curate: status $?"
grep -q "file,${long}1,ses,acq," report.csv && grep -q "file,${long}2,ses,acq," report.csv || fail 'a label is cut' report.csv

# ---- Again: what is a FIFO by now, and what has a name that a report cannot have ----

file "$(printf 'odd\377')/ses/acq/scan" 'nothing'
file C/ses/acq/scan 'nothing'
at_most 20 ./curate --quiet --root study/ >out 2>&1
[ $? -eq 1 ] || fail 'a file without a modality is right'
rm study/C/ses/acq/scan
mkfifo study/C/ses/acq/scan
at_most 2 ./again --quiet --root study/ >out 2>&1
[ $? -eq 1 ] || fail 'a FIFO is waited for'
grep -q 'C/ses/acq/scan: it is no regular file any more$' again.csv || fail 'it is not said what became of it' again.csv
grep -q 'odd.*/scan: no file has this name: U+FFFD stands in it for bytes that are no UTF-8$' again.csv ||
	fail 'a name that the report does not have is not told' again.csv
