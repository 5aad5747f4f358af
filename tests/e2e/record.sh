#!/bin/sh
# A ring records while everything around it dies: what had counted is in it, once, in its order, and decodes; a reader
# beside it, another program on it, a damaged one, no space; clips, whole or not at all.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe python3
needs_node record.ring
needs_node record.clip
needs_node detect.qr

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
mkdir rings clips

cat >recorder.pkd <<'END'
use record
use table
use video

pipeline recorder(frames: u64 = 0, speed: f32 = 6.0, name: string = "card", bytes: u64 = 64MiB) {
    cam   = video.test(W: 320, H: 240, frames: frames, speed: speed)
    coded = video.encode(cam, key_every: 500ms)
    held  = record.ring(coded, path: "rings/", name: name, bytes: bytes, block: 1MiB)
    table.csv(held, path: "held.csv")
}

deploy recorder {
    on crash of held, coded { restart 1000 per 3600s }
}
END
cat >player.pkd <<'END'
use record
use table
use video

pipeline player(name: string = "card", from: string = "", to: string = "") {
    old = record.read("rings/", name: name, from: from, to: to, speed: 0)
    video.mux(old.packet, path: "out.mp4")
    table.csv({
        number: old.packet.number, session: old.packet.session, gap: old.packet.discontinuity,
        key: old.packet.key, dts: old.packet.dts, wall: old.recorded
    }, path: "played.csv")
}
END
cat >numbers.pkd <<'END'
use detect
use table
use video

pipeline numbers(source: string = "out.mp4") {
    cam   = video.open(source, W: 320, H: 240, speed: 0)
    found = detect.qr(cam)
    table.csv({ text: if len(found) > 0 then found[0].text else "" }, path: "numbers.csv")
}
END
# Without restarts, for what is refused.
sed '/^deploy/,$d; s/pipeline recorder/pipeline once/' recorder.pkd >once.pkd
for program in recorder once player numbers; do
	build $program.pkd
done

# play OPTION...: all that the ring has, into out.mp4, which decodes without a complaint.
play() {
	at_most 60 ./player --quiet "$@" >out 2>&1 || fail "player $*: status $?"
	ffmpeg -v error -xerror -i out.mp4 -f null - >out 2>&1 || fail "out.mp4 does not play"
	[ ! -s out ] || fail "out.mp4 plays with complaints"
}

# ---- The node dies ----

python3 "$e2e/record/kill.py" nodes >driven 2>&1 || fail 'kills of nodes' driven
play
[ "$(wc -l <played.csv)" = 601 ] || fail "not 600 packets, each once" played.csv
# frame, time, number, session, gap, key, dts, wall: no gap, and 1/30 s apart.
awk -F, 'NR > 2 && ($3 != NR - 1 || $5 != "false" || $7 - last < 0.033 || $7 - last > 0.034) { exit 1 }
	{ last = $7 }' played.csv || fail "a gap, or one twice" played.csv
at_most 60 ./numbers --quiet >out 2>&1 || fail "numbers: status $?"
awk -F, 'NR > 2 && $3 != last + 1 { exit 1 } { last = $3 } END { exit NR != 601 }' numbers.csv ||
	fail "the frames' numbers are not continuous" numbers.csv

# ---- The program dies ----

rm -f rings/card.ring
python3 "$e2e/record/kill.py" program >driven 2>&1 || fail 'kills of the program' driven
play
sessions=$(tail -n 1 played.csv | cut -d, -f4)
[ "$sessions" -ge 5 ] || fail "only $sessions sessions" played.csv

# ---- Beside the one that records; another one is refused ----

rm -f held.csv
start ./recorder --quiet --frames 900
recorder=$pid
within 20 sh -c '[ -s held.csv ] && [ "$(wc -l <held.csv)" -gt 60 ]' || fail "it does not record"
for from in -1s -300ms; do
	play --from=$from
	[ "$(wc -l <played.csv)" -gt 8 ] || fail "nothing of the last $from" played.csv
	sed -n 2p played.csv | grep -q ',true,0.000' || fail "it does not begin with a key frame" played.csv
done
at_most 20 ./once --quiet --csv.path=other.csv >refused 2>&1 && fail "two programs record to one ring" refused
grep -q "another program does" refused || fail "who is refused is not told why" refused
pid=$recorder
finish 40
[ $status = 0 ] || fail "the one that recorded: status $status"

# ---- Seeking: the key frame at or before ----

play
mid=$(sed -n '400p' played.csv | cut -d, -f8)
from=$(python3 "$e2e/record/seek.py" "$mid") || fail "seek"
cp played.csv all.csv
play --from="$from" --to=+500ms
python3 "$e2e/record/seek.py" "$mid" all.csv played.csv >out 2>&1 || fail "seek to $from"

# ---- Damage ----

cp rings/card.ring rings/hurt.ring
python3 "$e2e/record/damage.py" rings/hurt.ring
play --name=hurt
grep -q ',true,true,' played.csv || fail "no gap where it is damaged" played.csv
at_most 20 ./once --quiet --name=hurt --frames 30 >out 2>&1 || fail "what is damaged is not recorded to"
head -c 5000000 rings/card.ring >rings/cut.ring
cp rings/cut.ring cut.before
at_most 20 ./once --quiet --name=cut >out 2>&1 && fail "what is cut is recorded to"
grep -q "another size than its start says.*it is left as it is" out || fail "a cut ring is not told"
cmp rings/cut.ring cut.before || fail "a cut ring was changed"

# ---- No space ----

cat >full.sh <<'END'
mount -t tmpfs -o size=4m none rings || exit 77
timeout 60 ./once --quiet --frames 10 >out 2>&1 && exit 1
ls -A rings >left
exit 0
END
if unshare -Urm true 2>/dev/null; then
	unshare -Urm sh full.sh
	case $? in
	0)
		[ "$(grep -c "there is no room for 'rings/card.ring', which takes 67108864 bytes" out)" = 1 ] ||
			fail "no space is not told"
		[ ! -s left ] || fail "it leaves a part" left
		;;
	77) note "no tmpfs here: a full disk is not tried" ;;
	*) fail "it records without space" ;;
	esac
else
	note "no namespaces here: a full disk is not tried"
fi

# ---- Clips ----

cat >around.pkd <<'END'
use record
use table
use video

node now_and_then(n: u64) -> (on: bool) {
    stateless
    step {= *out->on = *in->n % 300 == 150; =}
}

pipeline around(frames: u64 = 900, speed: f32 = 6.0) {
    cam   = video.test(W: 320, H: 240, frames: frames, speed: speed)
    coded = video.encode(cam, key_every: 500ms)
    event = now_and_then(number(coded))
    clip  = record.clip(coded, event: event, path: "clips/", before: 2s, after: 1s)
    table.csv(clip, path: "clips.csv")
}

deploy around {
    on crash of clip { restart 1000 per 3600s }
}
END
build around.pkd
python3 "$e2e/record/kill.py" clips >driven 2>&1 || fail 'kills of the clips' driven
[ "$(wc -l <clips.csv)" = 4 ] || fail "not three clips" clips.csv
[ "$(find clips -name '.*' -type f | wc -l)" = 0 ] || fail "a part is left"
for clip in clips/*.mp4; do
	cp "$clip" out.mp4
	ffmpeg -v error -xerror -i out.mp4 -f null - >out 2>&1 || fail "$clip does not play"
	[ ! -s out ] || fail "$clip plays with complaints"
	# "clips/NAME-2026-11-30T14-03-05.123Z.mp4", and the time at which its first picture was taken.
	made=$(ffprobe -v error -show_entries format_tags=creation_time -of csv=p=0 "$clip")
	case $clip in *-"$(echo "${made%.*}" | tr : -)".*) ;; *) fail "$clip was taken at $made" ;; esac
	at_most 60 ./numbers --quiet >out 2>&1 || fail "numbers: status $?"
	awk -F, 'NR > 2 && $3 != last + 1 { exit 1 } { last = $3 } END { exit NR < 85 || NR > 110 }' numbers.csv ||
		fail "the frames of $clip are not continuous" numbers.csv
done
[ "$(find clips -name '*.mp4' | wc -l)" = 3 ] || fail "not three files"

# What a killed program leaves gets its name.
rm -f clips/*
start ./around --quiet --frames 0
within 20 sh -c '[ -n "$(find clips -name ".*.part" -size +20k)" ]' || fail "no clip is begun"
kill -KILL "$pid"
finish 20
named=$(find clips -name '*.mp4' | wc -l)
at_most 20 ./around --frames 10 >out 2>&1 || fail "the next start: status $?"
grep -q "was left by a program that was killed" out || fail "what was left is not told"
[ "$(find clips -name '*.mp4' | wc -l)" = $((named + 1)) ] || fail "what was left has no name"
for clip in clips/*.mp4; do
	ffmpeg -v error -xerror -i "$clip" -f null - >out 2>&1 || fail "$clip does not play"
	[ ! -s out ] || fail "$clip plays with complaints"
done
