#!/bin/sh
# A program loads the libraries that its nodes call, and none beside: of OpenCV's fifty modules four, and
# what those need themselves.
here=$(dirname "$0")
. "$here/lib/lib.sh"

needs readelf ldd
needs_node video.open video.show detect.people track.follow draw.boxes

needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort; }
loaded() { ldd "$1" | sed -n 's/^[[:space:]]*\([^ ]*\) => .*/\1/p' | sort; }

# Whatever the linker does when nobody tells it.
LDFLAGS="-Wl,--no-as-needed ${LDFLAGS:-}" "$PKDC" build "$ROOT/examples/people/people.pkd" -o people \
	>out 2>&1 || fail 'it cannot be built'
needed people | grep opencv >direct
[ "$(sed 's/\.so.*//' direct | tr '\n' ' ')" = 'libopencv_core libopencv_imgproc libopencv_objdetect libopencv_video ' ] ||
	fail 'other modules of OpenCV than are called' direct

# Nothing else brings OpenCV in.
while read -r library; do
	path=$(ldd people | sed -n "s/^[[:space:]]*$library => \([^ ]*\).*/\1/p")
	echo "$library"
	loaded "$path"
done <direct | sort -u >allowed
loaded people | grep opencv | comm -23 - allowed >beside
[ ! -s beside ] || fail 'modules of OpenCV that nothing called needs' beside
ldd -u people | grep '\.so' >unused
[ ! -s unused ] || fail 'libraries of which nothing is called' unused
note "people loads $(loaded people | wc -l) libraries"

# Nor has a program libraries of nodes that it does not use.
cat >count.pkd <<'END'
use table

node tick() -> (x: i32) { step {= *out->x = 1; return PKD_END; =} }

pipeline count() {
    x = tick()
    table.csv({ x: x }, path: "x.csv")
}
END
build count.pkd
needed count | grep -v '^libc\.\|^libm\.\|^ld-\|san\.so' >others
[ ! -s others ] || fail 'a program of the core needs more than the C library' others
exit 0
