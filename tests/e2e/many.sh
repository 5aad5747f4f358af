#!/bin/sh
# Many values of one input, and what is made at the end of all: a text is cut in lines, and these are
# sorted. Whatever is killed, the files come out byte for byte. A stop in order works off what there is,
# and then flushes; one that is cut short does not.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

"$PKDC" build "$e2e/many/many.pkd" -o many >out 2>&1 || fail 'it cannot be built'

awk 'BEGIN {
	srand(1)
	for (i = 1; i <= 400; i++) {
		line = ""
		for (n = int(rand() * rand() * 70); n > 0; n--)
			line = line sprintf("%c", 97 + int(rand() * 26))
		print line
	}
	printf "the last one has no end"
}' >words.txt
{ cat words.txt && echo; } >whole
{ cat whole && echo '401 lines'; } >lines.wanted
{ LC_ALL=C sort whole && echo '401 lines'; } >sorted.wanted

# same WHAT: the files are as they should be.
same() {
	for file in lines sorted; do
		diff "$file.wanted" "$file.txt" >difference || fail "$1: another $file.txt" difference
	done
}

for mode in "" --single-process; do
	rm -f lines.txt sorted.txt
	# shellcheck disable=SC2086 # words
	at_most 20 ./many --quiet $mode >out 2>&1 || fail "status $?"
	same "undisturbed $mode"
done

# ---- Kills ----

kills=0 runs=0
while [ "$runs" -lt 3 ] || [ "$kills" -lt 60 ]; do
	[ "$runs" -lt 30 ] || fail "it was killed only $kills times"
	rm -f lines.txt sorted.txt
	start ./many --delay 50us
	while ! is_gone "$pid"; do
		for victim in line order late kept list; do
			named "$pid" "$victim" && kill -KILL "$child" 2>/dev/null && kills=$((kills + 1))
		done
	done
	finish 10
	[ "$status" -eq 0 ] || fail "killed $kills times: status $status"
	same "killed $kills times"
	runs=$((runs + 1))
done
note "killed $kills times in $runs runs"

# ---- Stops ----

# has_begun N: so many lines have been kept.
has_begun() { [ -s lines.txt ] && [ "$(wc -l <lines.txt)" -ge "$1" ]; }

# stops_in_order: the sorted lines are those that had come.
stops_in_order() {
	rm -f lines.txt sorted.txt
	start ./many --endless --delay 10us
	within 5 has_begun 50 || fail 'it does not begin'
	kill -TERM "$pid"
	finish 5
	[ "$status" -eq 0 ] || fail "stopped: status $status"
	[ "$(tail -n 1 lines.txt)" = "$(($(wc -l <lines.txt) - 1)) lines" ] || return 1
	n=$(($(wc -l <sorted.txt) - 1))
	[ "$n" -gt 0 ] && [ "$n" -le 500 ] && [ "$(tail -n 1 sorted.txt)" = "$n lines" ] || return 1
	[ "$n" -eq 500 ] || head -n -1 lines.txt | LC_ALL=C sort | cmp - sorted.txt -n "$(head -n -1 sorted.txt | wc -c)" ||
		fail 'stopped: other lines'
}
# On a busy machine a stop may take longer than it has, and is cut short.
tries=0
until stops_in_order; do
	tries=$((tries + 1))
	[ "$tries" -lt 5 ] || fail 'stopped in order, and does not flush' lines.txt
done

# Cut short: a node has more to work off than there is time for.
rm -f lines.txt sorted.txt
start ./many --endless --delay 200ms
within 5 has_begun 2 || fail 'it does not begin'
kill -TERM "$pid"
finish 5
! grep -q ' lines$' lines.txt || fail 'cut short, and flushes' lines.txt

# ---- What may not be ----

cat >wrong.pkd <<'END_PKD'
node count() -> (n: u64) {
    stateless
    origin paced
    step {=
        if (pkd_number(ctx) > 10)
            return PKD_SKIP;
        *out->n = pkd_number(ctx);
    =}
}
node twice(n: u64) -> (m: u64) {
    stateless
    step {=
        *out->m = *in->n;
        return PKD_MORE;
    =}
}
node thrice(n: u64) -> (m: u64) {
    fires any
    makes <= 2
    stateless
    step {=
        *out->m = *in->n;
        return pkd_part(ctx) < 2 ? PKD_MORE : PKD_OK;
    =}
}
node earlier(n: u64) -> (m: u64) {
    fires any
    stateless
    step {=
        *out->m = *in->n;
        pkd_set_time(ctx, 5 - (int64_t)pkd_part(ctx));
        return PKD_MORE;
    =}
}
node sink(m: u64) {
    stateless
    step {= (void)in; =}
}
pipeline a(n: u64 = 1) {
    c = count()
    m = twice(c)
    s = sink(m)
}
pipeline b(n: u64 = 1) {
    c = count()
    m = thrice(c)
    s = sink(m)
}
pipeline c(n: u64 = 1) {
    c = count()
    m = earlier(c)
    s = sink(m)
}
node half(n: u64) -> (m: u64) {
    stateless
    step {= return 14 / (int)*in->n; =}
}
pipeline d(n: u64 = 1) {
    c = count()
    m = half(c)
    s = sink(m)
}
END_PKD
for pipeline in a b c d; do
	"$PKDC" build --pipeline "$pipeline" wrong.pkd -o "$pipeline" >out 2>&1 || fail "$pipeline: not built"
done
expect 1 ".*step returned PKD_MORE at frame 1, and twice does not declare .fires any.*" ./a
expect 1 ".*has fired 2 times for one input, and declares .makes <= 2.*" ./b
expect 1 ".*the capture time of frame 2 is 1 ns before that of the frame before.*" ./c
expect 1 ".*step returned 14 at frame 1, which is no status: .* returns PKD_OK.*" ./d

cat >no_flush.pkd <<'END_PKD'
node origin() -> (n: u64) {
    step {= *out->n = pkd_number(ctx); return pkd_number(ctx) < 9 ? PKD_OK : PKD_END; =}
}
node last(n: u64) {
    fires any
    step {=
        if (pkd_flushing(ctx))
            pkd_note(ctx, "%d", 1);
        (void)in;
    =}
}
pipeline no_flush() {
    n = origin()
    last(n)
}
END_PKD
expect 1 "no_flush.pkd:7:13: .*pkd_flushing.*" "$PKDC" build no_flush.pkd -o no_flush
grep -q "'last' is not called at the end of its inputs: write 'flushes' in its declaration" out ||
	fail 'why nothing is flushed'
sed 's/fires any/&\n    flushes/; s/no_flush/flush/' no_flush.pkd >flush.pkd
build flush.pkd -o flush

# ---- What is listed ----

mkdir -p listed/build listed/stdlib/text
cp "$PKDC" listed/build/
ln -s "$ROOT/runtime" "$ROOT/docs" listed/
cat >listed/stdlib/text/split.pkd <<'END_PKD'
/// Cuts a text.
node split(text: string<60>) -> (line: string<60>) {
    fires any
    makes <= 61
    flushes
    stateless
    step {= (void)out; =}
}
END_PKD
listed/build/pkdc nodes text.split >out 2>&1 || fail 'it is not listed'
for words in 'fires on any of its inputs, and numbers its frames itself' \
	'makes up to 61 values of one input' \
	'flushes: it is called once more, or oftener, when its inputs have ended'; do
	grep -Fxq "$words" out || fail "not listed: $words"
done
