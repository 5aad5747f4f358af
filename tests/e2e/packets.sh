#!/bin/sh
# Coded pictures as a stream: decoded, they are the frames that video.open gives; encoded, they look like what they were
# made of, and the ffmpeg program plays them; a slow reader behind video.gop gets whole groups; and who decodes or encodes is
# killed and goes on with a key frame.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg ffprobe python3
needs_node video.packets

export PKD_DIR="$PWD/place" PYTHONPATH="$e2e/lib" PYTHONDONTWRITEBYTECODE=1
ffmpeg -v error -y -f lavfi -i testsrc2=s=320x240:r=25:d=6 -c:v libx264 -bf 2 -g 25 \
	-x264-params scenecut=0 a.mp4 || fail "no clip"

# ---- The same frames, the same times; the packets are used twice ----

cat >same.pkd <<'END'
use video
use flow
use table

pipeline same(source: string = "a.mp4") {
    packets = video.packets(source, speed: 0.0)
    frames  = video.decode(packets, W: 320, H: 240)
    sum     = flow.checksum(frames)
    table.csv({ sum: sum, at: time(frames) }, path: "decoded.csv")
    table.csv({ n: packets.number, key: packets.key, bytes: len(packets.data) }, path: "packets.csv")
    cam     = video.open(source, speed: 0.0, W: 320, H: 240)
    opened  = flow.checksum(cam)
    table.csv({ sum: opened, at: time(cam) }, path: "opened.csv")
}
END
build same.pkd
at_most 60 ./same --quiet >out 2>&1 || fail "same: status $?"
cut -d, -f3- decoded.csv >decoded
cut -d, -f3- opened.csv >opened
cmp decoded opened >out || fail "decoded frames are not those of video.open"
[ "$(wc -l <opened)" = 151 ] || fail "not all frames" opened
[ "$(grep -c ,true, packets.csv)" = 6 ] || fail "not six key frames" packets.csv

# ---- There and back ----

cat >round.pkd <<'END'
use video
use table

pipeline round(source: string = "a.mp4", zero_latency: bool = true) {
    cam    = video.open(source, speed: 0.0, FORMAT: i420, W: 320, H: 240)
    coded  = video.encode(cam, quality: 18, zero_latency: zero_latency)
    frames = video.decode(coded, FORMAT: i420, W: 320, H: 240)
    video.write(frames, path: "round.mp4", quality: 10)
}
END
build round.pkd
for zero_latency in true false; do
	at_most 60 ./round --quiet --zero_latency=$zero_latency >out 2>&1 || fail "round: status $?"
	ffmpeg -v error -xerror -i round.mp4 -f null - >out 2>&1 || fail "round.mp4 does not play"
	[ ! -s out ] || fail "round.mp4 plays with complaints"
	ffmpeg -hide_banner -i round.mp4 -i a.mp4 -lavfi '[0]settb=1/25,setpts=N[a];[1]settb=1/25,setpts=N[b];[a][b]psnr' -f null - 2>out
	psnr=$(sed -n 's/.*average:\([0-9]*\).*/\1/p' out)
	frames=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 round.mp4)
	note "zero_latency $zero_latency: $psnr dB"
	[ "${psnr:-0}" -ge 36 ] || fail "round: $psnr dB"
	[ "$frames" = 150 ] || fail "round: $frames frames"
done

# ---- A slow reader ----

cat >slow.pkd <<'END'
use video
use table

node slow(packet: video.Packet) -> (packet_: video.Packet) {
    stateless
    step {=
        nanosleep(&(struct timespec){0, 30000000}, NULL);
        memcpy(out->packet_, in->packet, sizeof(*in->packet));
    =}
}

pipeline slow_reader(source: string = "a.mp4") {
    packets = video.packets(source, speed: 2.0)
    whole   = video.gop(latest(8) packets)
    late    = slow(whole)
    frames  = video.decode(late, W: 320, H: 240)
    table.csv({ at: time(frames) }, path: "slow.csv")
    table.csv({ n: late.number, key: late.key, gap: late.discontinuity }, path: "passed.csv")
}
END
build slow.pkd
at_most 60 ./slow >out 2>&1 || fail "slow: status $?"
grep -q "packets.packet -> whole.packet: .* dropped" out || fail "nothing was dropped"
grep -Eq "broken|could not be used" out && fail "what passes cannot be decoded"
# Within a group the numbers have no gap, and behind one comes a key frame that says so.
awk -F, 'NR > 2 && $3 != last + 1 && !($4 == "true" && $5 == "true") { exit 1 }
	NR > 2 && $3 == last + 1 && $5 == "true" { exit 1 } { last = $3 }' passed.csv ||
	fail "a gap without a key frame" passed.csv
[ "$(wc -l <slow.csv)" -ge $(($(wc -l <passed.csv) - 1)) ] || fail "frames are missing" slow.csv

# ---- Killed ----

cat >killed.pkd <<'END'
use video
use table

pipeline killed(source: string = "a.mp4") {
    packets = video.packets(source)
    frames  = video.decode(packets, FORMAT: i420, W: 320, H: 240)
    table.csv({ at: time(frames) }, path: "frames.csv")
    coded   = video.encode(frames)
    again   = video.decode(coded, W: 320, H: 240)
    table.csv({ number: coded.number, session: coded.session, key: coded.key }, path: "coded.csv")
    table.csv({ at: time(again) }, path: "again.csv")
}

deploy killed {
    on crash of frames, coded, again { restart 3 per 3600s }
}
END
build killed.pkd
cat >drive.py <<'END'
import os, signal, subprocess, sys
from console import children, title, wait_for

name, rows = sys.argv[1], int(sys.argv[2])
program = subprocess.Popen(["./killed"], stdout=open("out", "w"), stderr=subprocess.STDOUT)
try:
    wait_for(lambda: os.path.exists("again.csv") and open("again.csv").read().count("\n") > rows)
    pids = [pid for pid in children(program.pid) if title(pid) == name]
    assert len(pids) == 1, pids
    os.kill(pids[0], signal.SIGKILL)
    assert program.wait(timeout=100) == 0, program.returncode
finally:
    if program.poll() is None:
        program.kill()
        program.wait()
END
# increases FILE: the times of its rows.
increases() {
	awk -F, 'NR > 2 && $2 <= last { exit 1 } { last = $2 }' "$1"
}
for name in frames coded; do
	rm -f ./*.csv
	python3 drive.py $name 30 >driven 2>&1 || fail "killed $name" driven
	grep -q "$name: has been started again, and goes on with " out || fail "$name does not say so"
	increases frames.csv && increases again.csv || fail "$name: times go back" again.csv
	[ "$(tail -n 1 again.csv | cut -d, -f2)" = 5.960000000 ] || fail "$name: the end is missing" again.csv
	[ "$(wc -l <again.csv)" -ge 90 ] || fail "$name: more than a group is lost twice" again.csv
done
awk -F, 'NR > 1 && $4 == 1 && !seen++ && $5 != "true" { exit 1 } END { exit seen == 0 }' coded.csv ||
	fail "no session that begins with a key frame" coded.csv
