#!/bin/sh
# yuv.sh DIRECTORY: writes pkd-yuv.pc, by which nodes link libyuv where this machine has it. Debian's
# libyuv has no .pc file, and nodes do without it. An equal file keeps its time stamp.
set -u
CC=${CC:-cc}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}

libs=$($PKG_CONFIG --libs libyuv 2>/dev/null) || libs=-lyuv
includes=$($PKG_CONFIG --cflags libyuv 2>/dev/null)
mkdir -p "$1" || exit 1
new=$1/.pkd-yuv.new
# shellcheck disable=SC2086 # words
if printf '#include <libyuv.h>\nint main(void) { const void *p = &kYuvF709Constants; return !p; }\n' |
	$CC -x c $includes -o "$new" - -x none $libs 2>/dev/null; then
	includes="-DPKD_HAS_LIBYUV $includes"
else
	libs='' includes=''
fi
cat >"$new" <<END
Name: pkd-yuv
Description: libyuv, as it was found when pkd was built
Version: 1
Libs: $libs
Cflags: $includes
END
if cmp -s "$new" "$1/pkd-yuv.pc"; then rm "$new"; else mv "$new" "$1/pkd-yuv.pc"; fi
