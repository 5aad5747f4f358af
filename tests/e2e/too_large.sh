#!/bin/sh
# A video that is larger than W and H say: whichever its codec, and whoever in FFmpeg refuses it, the size to write
# is in the message, and with it the video is read.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
needs ffmpeg
needs_node video.open

program() {
	cat <<END_PKD
use video
use flow
use table

pipeline large(source: string = "") {
    cam = video.open(source, W: $1, H: $2, speed: 0)
    sum = flow.checksum(cam)
    table.csv(sum, path: "sums.csv")
}
END_PKD
}
program 32 16 >large.pkd
build large.pkd -o small
program 416 240 >large.pkd
build large.pkd -o large

n=0
for file in avi:msmpeg4 avi:msmpeg4v2 avi:mpeg4 avi:mjpeg avi:huffyuv avi:ffv1 avi:rawvideo mp4:libx264 mp4:libx265 \
	webm:libvpx webm:libvpx-vp9 mpg:mpeg2video mpg:mpeg1video asf:wmv1 asf:wmv2 flv:flv ogv:libtheora mov:prores \
	mkv:dvvideo gif:gif png:png; do
	codec=${file#*:} clip=$codec.${file%:*}
	# An encoder that this FFmpeg lacks, or that has other sizes.
	ffmpeg -v error -y -f lavfi -i testsrc2=s=416x240:r=25:d=0.2 -c:v "$codec" "$clip" >out 2>&1 || continue
	n=$((n + 1))
	expect 1 "large: node 'cam' .*: the video is 416x240, more than 32x16: write W: 416, H: 240" \
		./small --quiet --source "$clip"
	expect 0 '.*' ./large --source "$clip"
done
# One so large that it is refused when the file is looked at.
if ffmpeg -v error -y -f lavfi -i testsrc2=s=768x576:r=25:d=0.2 -c:v msmpeg4 vast.avi >out 2>&1; then
	expect 1 "large: node 'cam' .*: the video is 768x576, more than 32x16: write W: 768, H: 576" \
		./small --quiet --source vast.avi
fi
[ "$n" -ge 8 ] || fail "only $n codecs could be tried" /dev/null
note "$n codecs"
