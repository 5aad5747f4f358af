#!/bin/sh
# opencv.sh DIRECTORY: writes pkd-opencv-video.pc, by which nodes link four of OpenCV's modules and not
# all fifty, where this machine has them. An equal file keeps its time stamp. Linking, which tells, takes
# half a second: it is done again where the compiler, pkg-config's answer, a header or a library has changed.
set -u
CC=${CC:-cc}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}

includes=$($PKG_CONFIG --cflags opencv4 2>/dev/null) || includes=-I/usr/include/opencv4
libs="$($PKG_CONFIG --libs-only-L opencv4 2>/dev/null) -lopencv_video -lopencv_calib3d -lopencv_imgproc -lopencv_core"
mkdir -p "$1" || exit 1
stamp=$1/.pkd-opencv.stamp
state=$(
	echo "$CC $includes $libs"
	set -- "$0"
	for word in $includes; do
		case $word in -I*) set -- "$@" "${word#-I}/opencv2/video/tracking.hpp" ;; esac
	done
	for module in video calib3d imgproc core; do
		set -- "$@" "$($CC -print-file-name=libopencv_$module.so 2>/dev/null)"
	done
	ls -lL --time-style=full-iso "$@" 2>&1
)
[ "$state" = "$(cat "$stamp" 2>/dev/null)" ] && exit 0
echo "$state" >"$stamp"
new=$1/.pkd-opencv.new
# shellcheck disable=SC2086 # words
if ! printf '#if !__has_include(<opencv2/video/tracking.hpp>) || !__has_include(<opencv2/calib3d.hpp>)\n#error\n#endif\nint main(void) { return 0; }\n' |
	$CC -x c $includes -o "$new" - -x none $libs 2>/dev/null; then
	rm -f "$new" "$1/pkd-opencv-video.pc"
	exit 0
fi
cat >"$new" <<END
Name: pkd-opencv-video
Description: OpenCV's modules core, imgproc, calib3d and video, as they were found when pkd was built
Version: 1
Libs: $libs
Cflags: $includes
END
if cmp -s "$new" "$1/pkd-opencv-video.pc"; then rm "$new"; else mv "$new" "$1/pkd-opencv-video.pc"; fi
