#!/bin/sh
# video.show: without a display it takes no part and says so once, and the rest runs; with one there
# is a window, and q in it stops the program in order.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs_clip
needs_node video.open
pkg-config --exists sdl2 || skip 'video.show is left out: SDL2 is missing'
needs xvfb-run xwininfo
unset DISPLAY WAYLAND_DISPLAY SDL_VIDEODRIVER

cat >window.pkd <<'END_PKD'
use video
use table

pipeline window(param source: string, speed: f32 = 0.0) {
    cam = video.open(source, speed: speed, W: 768, H: 576)
    video.show(latest cam, title: "a window of this test")
    table.csv(cam, path: "window.csv")
}
END_PKD
build window.pkd -o window

# ---- Without a display, or with one that is not there ----

for display in '' :987654; do
	at_most 60 env DISPLAY="$display" ./window --source "$MEDIA/vtest.avi" >out 2>&1 ||
		fail "without a display: status $?"
	[ "$(grep -c 'display' out)" -eq 1 ] || fail 'not one line about the display'
	grep -Eq '^window: show: no display: nothing is shown' out || fail 'not said by the node'
	grep -Eq '^window: 795 frames in ' out || fail 'the rest did not run'
	[ "$(wc -l <window.csv)" -eq 796 ] || fail "$(wc -l <window.csv) lines, not 796"
done

# ---- With one ----

cat >inside <<'END_INSIDE'
# has_window: there is one of that title.
has_window() { xwininfo -root -tree 2>&1 | grep -q '"a window of this test"'; }
fail() { echo "$1"; xwininfo -root -tree; cat window.out; kill -KILL "$pid"; exit 1; }
key=$1
shift
"$@" >window.out 2>&1 &
pid=$!
for i in $(seq 600); do
	has_window && break
	sleep 0.1
done
has_window || fail 'there is no window of that title'
command -v xdotool >/dev/null || { kill -TERM $pid; wait $pid; exit 77; }
window=$(xdotool search --name 'a window of this test' | tail -n 1)
# Without a window manager nobody else gives it the keyboard.
xdotool windowfocus --sync "$window" && xdotool key "$key" || fail 'xdotool failed'
for i in $(seq 400); do
	[ -d /proc/$pid ] && ! grep -q '^State:.*Z' /proc/$pid/status || break
	sleep 0.1
done
grep -qs '^State:.*[RS] ' /proc/$pid/status && fail "$key does not stop the program"
wait $pid
echo "status $?"
END_INSIDE

# An X server resets itself when its last client leaves, and refuses who comes meanwhile: not this one.
screen='-screen 0 1280x1024x24 -noreset'

for key in q Escape; do
	at_most 60 xvfb-run -a -s "$screen" sh ./inside $key ./window --source "$MEDIA/vtest.avi" --speed 1 >result 2>&1
	status=$?
	[ "$status" -ne 77 ] || skip 'xdotool is not installed: no key was pressed'
	[ "$status" -eq 0 ] || fail "with a display: status $status" result
	[ "$(tail -n 1 result)" = 'status 0' ] || fail "stopped by $key: $(tail -n 1 result)" window.out
	rows=$(($(wc -l <window.csv) - 1))
	[ "$rows" -gt 0 ] && [ "$rows" -lt 795 ] || fail "$rows rows: it was not stopped" window.out
	frames=$(sed -n 's/^window: \([0-9]*\) frames in .*/\1/p' window.out)
	[ "$frames" = "$rows" ] || fail "$frames frames, but $rows rows: not in order" window.out
	awk '$1 == "show" { print "shown: " $2 }' window.out
done

# Also where no frame comes: one picture, and then nothing for ever.
cat >still.pkd <<'END_PKD'
use video

node picture() -> (frame: image<bgr24, 64, 48>) {
    stateless
    origin live
    step {=
        if (pkd_number(ctx) > 1)
            return pkd_later(ctx, INT64_MAX);
        pkd_image_set(out->frame, PKD_BGR24, 64, 48);
        memset(pkd_pixels(out->frame), 127, 64 * 48 * 3);
    =}
}

pipeline still() {
    p = picture()
    video.show(p, title: "a window of this test")
}
END_PKD
build still.pkd -o still
at_most 60 xvfb-run -a -s "$screen" sh ./inside q ./still >result 2>&1 || fail "a still picture: status $?" result
[ "$(tail -n 1 result)" = 'status 0' ] || fail "a still picture: $(tail -n 1 result)" window.out
