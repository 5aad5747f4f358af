#!/bin/sh
# The demo: proves, builds and runs examples/people on a clip; says where the results are.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build}

mkdir -p build/demo
echo
echo "\$ pkdc check --report examples/people/people.pkd"
"$B/pkdc" check --report examples/people/people.pkd
echo
echo "\$ pkdc build examples/people/people.pkd -o build/demo/people"
PKD_CACHE=$PWD/build/demo/cache "$B/pkdc" build examples/people/people.pkd -o build/demo/people
echo
echo "\$ cd build/demo && ./people --source ../media/vtest.avi --speed 3"
cd build/demo
rm -f people.mp4 people.csv
# Its progress line stays on the terminal: stderr is not touched.
./people --source ../media/vtest.avi --speed 3
echo
if [ ! -s people.mp4 ] || [ ! -s people.csv ]; then
	echo "demo: a result is missing"
	exit 1
fi
echo "video:  build/demo/people.mp4"
echo "table:  build/demo/people.csv ($(($(wc -l <people.csv) - 1)) frames)"
