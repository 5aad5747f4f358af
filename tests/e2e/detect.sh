#!/bin/sh
# The detectors that need no network, in their sandbox and on real pictures: detect.cascade finds the boxes
# that OpenCV finds, detect.qr what ZXing's own reader reads, detect.blobs and detect.lines what is there.
here=$(dirname "$0")
. "$here/lib/lib.sh"

needs ffmpeg ffprobe pkg-config python3
needs_node video.open detect.cascade detect.blobs detect.lines detect.qr table.csv draw.lines draw.codes
for picture in messi5.jpg smarties.png building.jpg; do
	[ -s "$MEDIA/$picture" ] || skip "there is no $picture: tests/setup.sh --media"
	ln -s "$MEDIA/$picture" .
done
[ -s /usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml ] ||
	skip "there are no cascades: Debian's package opencv-data"

cat >all.pkd <<'END_PKD'
use video
use detect
use draw
use table

pipeline all(param source: string, model: string = "frontalface", formats: string = "qr, code128") {
    cam = video.open(source, speed: 0, W: 868, H: 600)
    faces = detect.cascade(cam, model: model, neighbours: 3)
    blobs = detect.blobs(cam, dark: true, threshold: 215, min_area: 0.002)
    lines = detect.lines(cam, min_length: 0.1)
    codes = detect.qr(cam, formats: formats)
    a = draw.boxes(cam, blobs.objects)
    b = draw.lines(a, lines)
    view = draw.codes(b, codes)
    video.write(view, path: "view.mp4")
    table.csv({ faces: faces }, path: "faces.csv")
    table.csv({ blobs: blobs.blobs }, path: "blobs.csv")
    table.csv({ lines: lines }, path: "lines.csv")
    table.csv({ codes: codes }, path: "codes.csv")
}
END_PKD
build all.pkd -o all

rows() { at_most 60 ./all --quiet --source "$1" >out 2>&1 || fail "status $? on $1" out; }

# ---- Faces, beside OpenCV alone, to the pixel ----

cat >beside.cpp <<'END_CPP'
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/objdetect.hpp>
#include <vector>

int main(int, char **arguments)
{
	cv::Mat gray(342, 548, CV_8UC1);
	cv::CascadeClassifier classifier(arguments[1]);
	std::vector<cv::Rect> found;

	if (std::fread(gray.data, 1, gray.total(), stdin) != gray.total())
		return 1;
	classifier.detectMultiScale(gray, found, 1.1, 3);
	for (const cv::Rect &rect : found)
		std::printf("%d %d %d %d\n", rect.x, rect.y, rect.width, rect.height);
	return 0;
}
END_CPP
cat >gray.cpp <<'END_CPP'
#include <cstdio>
#include <opencv2/imgproc.hpp>

int main()
{
	cv::Mat frame(342, 548, CV_8UC3), gray;

	if (std::fread(frame.data, 3, frame.total(), stdin) != frame.total())
		return 1;
	cv::cvtColor(frame, gray, cv::COLOR_BGR2GRAY);
	return std::fwrite(gray.data, 1, gray.total(), stdout) != gray.total();
}
END_CPP
for program in beside gray; do
	# shellcheck disable=SC2046 # words
	${CXX:-c++} $program.cpp -o $program -I/usr/include/opencv4 $(pkg-config --cflags --libs-only-L opencv4) \
		-lopencv_objdetect -lopencv_imgproc -lopencv_core >out 2>&1 || fail 'OpenCV alone cannot be built' out
done
ffmpeg -v error -i messi5.jpg -pix_fmt bgr24 -f rawvideo - | ./gray >gray.raw || fail 'no gray picture'
for name in frontalface_default frontalface_alt2 profileface; do
	at_most 60 ./all --quiet --source messi5.jpg --model $name >out 2>&1 || fail "status $?" out
	./beside /usr/share/opencv4/haarcascades/haarcascade_$name.xml <gray.raw | sort >wanted
	python3 - >found <<'END_PYTHON'
import csv, json
for row in list(csv.reader(open("faces.csv")))[1:]:
    for o in json.loads(row[-1]):
        b = o["box"]
        print(round(b["x"] * 548), round(b["y"] * 342), round(b["w"] * 548), round(b["h"] * 342))
END_PYTHON
	sort found | cmp -s - wanted || { cat found wanted faces.csv >both; fail "$name: other boxes than OpenCV's" both; }
	note "$name: $(wc -l <wanted) boxes, as OpenCV's"
done

# ---- Blobs and lines ----

# count NAME: the number in the first column that is not the frame's.
count() { sed -n 's/^1,[^,]*,\([0-9]*\),.*/\1/p' "$1.csv"; }
rows smarties.png
[ "$(count blobs)" = 13 ] || fail 'smarties are not counted' blobs.csv
rows building.jpg
[ "$(count lines)" -ge 20 ] || fail 'a house has more lines' lines.csv
ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 view.mp4 | grep -qx 1 ||
	fail 'the picture with all drawn on it is not there'

# ---- Codes, beside ZXing's own reader ----

if command -v ZXingReader >/dev/null && command -v ZXingWriter >/dev/null; then
	ZXingWriter -size 200x200 QRCode 'left, 12 %' a.png
	ZXingWriter -size 200x90 Code128 'BARS 812' b.png
	ffmpeg -v error -i building.jpg -i a.png -i b.png -filter_complex \
		'[0][1]overlay=60:330[c];[c][2]overlay=560:40' codes.png || fail 'no codes can be made'
	rows codes.png
	[ "$(count codes)" = 2 ] || fail 'other codes' codes.csv
	# With -format, as its many kinds take some for others.
	ZXingReader -format QRCode,Code128 -1 codes.png | sed 's/.*"\(.*\)"/\1/' | sort >wanted
	python3 - <<'END_PYTHON' | sort >found
import csv, json
for row in list(csv.reader(open("codes.csv")))[1:]:
    for code in json.loads(row[-1]):
        print(code["text"])
END_PYTHON
	[ -s wanted ] && cmp -s found wanted || { cat found wanted codes.csv >both; fail "other texts than ZXing's" both; }
else
	note 'codes are left out: no ZXingWriter (zxing-cpp-tools)'
fi

# ---- What is wrong is one line ----

# refused TEXT OPTION...: one line has the text.
refused() {
	text=$1
	shift
	at_most 60 ./all --quiet --source messi5.jpg "$@" >out 2>&1 && fail "it goes on with $*"
	[ "$(grep -c -F "$text" out)" = 1 ] || fail "$* is not told" out
}
refused 'opencv-data' --model heads
refused 'as in "qr, ean13"' --formats qrcode
head -c 5000 /dev/urandom >bad.xml
refused "'bad.xml' is no cascade" --model bad.xml
exit 0
