#!/bin/sh
# The nodes of module count on a real clip: what they say is what another program counts, in other ways, from the
# objects and tracks of the same rows.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs python3 ffmpeg
needs_clip
needs_node video.open detect.people

ffmpeg -v error -y -i "$MEDIA/vtest.avi" -frames:v 150 -c:v copy part.avi >out 2>&1 || fail 'ffmpeg fails'
build "$e2e/count/street.pkd" -o street
at_most 300 ./street --quiet --source part.avi >out 2>&1 || fail "status $?"
python3 "$e2e/count/check.py" street.csv 150 >out 2>&1 || fail 'the counts differ'
note "$(head -n 1 out)"

# A zone that cannot be read is told with its place.
if at_most 60 ./street --quiet --source part.avi --d.zones '0,0 1,0 0.75' >out 2>&1; then fail 'a wrong zone is taken'; fi
grep -qF "\`zones\`: point 3 of 'zone 1' is '0.75': a point is two numbers" out || fail 'a wrong zone is not told'
