#!/bin/sh
# The demo: proves, builds and runs an example on a clip, and says where the results are: with the network
# where `make models` has fetched it, else with the people detector that is part of OpenCV; with
# DETECTOR=python by one of twenty lines of Python.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}

folder=examples/people name=people option=
if [ "${DETECTOR:-}" = python ]; then
	folder=examples/python name=street
elif [ -s build/models/coco.onnx ]; then
	name=street option=' --found.folder ../models/'
fi
mkdir -p build/demo
echo
echo "\$ pkdc check --report $folder/$name.pkd"
"$B/pkdc" check --report "$folder/$name.pkd"
echo
echo "\$ pkdc build $folder/$name.pkd -o build/demo/$name"
PKD_CACHE=$PWD/build/demo/cache "$B/pkdc" build "$folder/$name.pkd" -o "build/demo/$name"
echo
echo "\$ cd build/demo && ./$name --source ../media/vtest.avi --speed 3$option"
cd build/demo
rm -f "$name.mp4" "$name.csv"
# Its progress line stays on the terminal: stderr is not touched.
# shellcheck disable=SC2086 # words
"./$name" --source ../media/vtest.avi --speed 3 $option
echo
if [ ! -s "$name.mp4" ] || [ ! -s "$name.csv" ]; then
	echo "demo: a result is missing"
	exit 1
fi
echo "video:  build/demo/$name.mp4"
echo "table:  build/demo/$name.csv ($(($(wc -l <"$name.csv") - 1)) frames)"
[ "$name" != people ] || echo "With a network, which finds cars as well: make models, and once more."
