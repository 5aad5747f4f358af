#!/bin/sh
# Every command of the README works as it stands there, in its order; `make test` is running.
set -eu
cd "$ROOT"
script=$(mktemp)
trap 'rm -f "$script"' EXIT
awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >"$script"
[ "$(grep -c . "$script")" -gt 50 ] || { echo "the README has lost its commands"; exit 1; }
rm -rf build/first
sh -eu "$script"
for made in copy.mp4 mirror.mp4; do
	n=$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames \
		-of csv=p=0 "build/first/$made")
	echo "$made: $n frames"
	[ "$n" -gt 60 ]
done
