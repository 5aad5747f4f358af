#!/bin/sh
# The examples that have nodes in Python: the article's processes, a curator's class, a team's own targeting, a custom node.
# Each makes what the program with nodes in C makes, or what is known to be true.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_python_nodes
examples=$ROOT/examples
pkd=$B/pkd
PKD_DIR=$PWD/place
export PKD_DIR
folder() { mkdir "$1" && cp "$examples/$2"/* "$1"/ && cd "$1" || exit 1; }

# ---- The article's processes: the same sums, commands, a pipe beside them, a pool that rests ----

(
	folder processes processes
	for name in python processes; do
		build $name.pkd -o $name
		at_most 60 ./$name --quiet --frames 60 --period 1ms >out 2>&1 || fail "$name: status $?"
		cut -d, -f1,3 sums.csv >$name.csv
	done
	cmp python.csv processes.csv >out || fail 'other sums'
	mkfifo lines
	start ./python --quiet --pipe lines --period 5ms
	ready() { "$pkd" call sum greet name=Ada >told 2>&1; }
	within 30 ready || fail 'nobody answers' told
	[ "$(grep -c 'hello Ada, this is [0-9]' told)" -eq 4 ] || fail 'not each of the pool answers' told
	"$pkd" call sum greet name= >told 2>&1 && fail 'an empty name is greeted' told
	grep -q 'who is to be greeted' told || fail 'the reason is not told' told
	echo >lines
	said() { grep -q 'sums so far' out; }
	within 20 said || fail 'a line is not answered'
	"$pkd" pause sum >told && "$pkd" resume sum >told || fail 'the pool does not rest' told
	"$pkd" stop >told
	finish 20
	[ "$status" -eq 0 ] || fail "status $status"
) || exit

# ---- A curator: the same report, byte for byte, also when workers are killed ----

(
	needs python3
	folder curate curate
	python3 "$e2e/curate/tree.py" uneven uneven || exit
	build curate.pkd -o curate
	build python.pkd --deploy going_on -o python
	at_most 60 ./curate --quiet --root uneven/ --report c.csv >out 2>&1 || fail "status $?"
	at_most 60 ./python --quiet --root uneven/ --report python.csv >out 2>&1 || fail "status $?"
	cmp c.csv python.csv >out 2>&1 || fail 'another report'
	echo none >"uneven/$(awk -F, '$3 == "file" { print $2; exit }' c.csv)"
	./python --quiet --root uneven/ --report python.csv >out 2>&1 && fail 'a file without a head is none'
	grep -q 'its head names no modality' python.csv || fail 'the report does not say why' python.csv
) || exit

# ---- Targeting: pictures of tapes whose distance is known ----

if "$PKD_PYTHON" -c 'import cv2' 2>/dev/null; then
	(
		needs_node target.scene
		folder robot robot
		cp "$e2e/python_examples/scene.pkd" .
		"$PKDC" check python.pkd >out 2>&1 || fail 'python.pkd'
		build scene.pkd -o scene
		at_most 60 ./scene --quiet >out 2>&1 || fail "status $?"
		# The mean of five frames is two frames behind; a frame brings it 4 cm nearer.
		awk -F, 'NR > 6 && $6 == "true" { off = $4 - $3 - 0.08; seen++; if (off < 0) off = -off; if (off > 0.04 * $3 + 0.02) exit 1 }
			NR > 1 && $3 < 0 && ($4 != -1 || $6 == "true") { exit 1 } END { exit seen < 40 }' scene.csv ||
			fail 'it is not where it is' scene.csv
	) || exit
else
	note 'no cv2 in Python: without the targeting'
fi

# ---- A custom node ----

(
	folder own_node peekingduck/own_node
	cp "$e2e/python_examples/waves_seen.pkd" .
	build waves_seen.pkd -o waves_seen
	at_most 60 ./waves_seen --quiet >out 2>&1 || fail "status $?"
	tail -n 1 waves.csv | grep -q ',4$' || fail 'another number of waves' waves.csv
)
