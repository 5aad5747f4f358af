#!/bin/sh
# opencv.sh DIRECTORY: writes pkd-opencv-video.pc, by which nodes link three of OpenCV's modules and not
# all fifty, where this machine has them. An equal file keeps its time stamp.
set -u
CC=${CC:-cc}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}

includes=$($PKG_CONFIG --cflags opencv4 2>/dev/null) || includes=-I/usr/include/opencv4
libs="$($PKG_CONFIG --libs-only-L opencv4 2>/dev/null) -lopencv_video -lopencv_imgproc -lopencv_core"
mkdir -p "$1" || exit 1
new=$1/.pkd-opencv.new
# shellcheck disable=SC2086 # words
if ! printf '#if !__has_include(<opencv2/video/tracking.hpp>)\n#error\n#endif\nint main(void) { return 0; }\n' |
	$CC -x c $includes -o "$new" - -x none $libs 2>/dev/null; then
	rm -f "$new" "$1/pkd-opencv-video.pc"
	exit 0
fi
cat >"$new" <<END
Name: pkd-opencv-video
Description: OpenCV's modules core, imgproc and video, as they were found when pkd was built
Version: 1
Libs: $libs
Cflags: $includes
END
if cmp -s "$new" "$1/pkd-opencv-video.pc"; then rm "$new"; else mv "$new" "$1/pkd-opencv-video.pc"; fi
