#!/bin/sh
# video.test: ZXing reads the number of each frame from its QR code, as it was made and from an H.264 file; a
# restart goes on with the next picture.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"
pkg-config --exists zxing || skip 'ZXing, which reads the codes, is missing'
needs_node video.write

cat >code.cpp <<'END_CPP'
#define ZX_USE_UTF8
#include <ZXing/ReadBarcode.h>
#include <code.pkd.h>

struct code {
	char none;
};

int code_init(code *, const code_params *, pkd_ctx *)
{
	return PKD_OK;
}

int code_step(code *, const code_in *in, code_out *out, pkd_ctx *)
{
	const pkd_image *image = in->frame;
	const ZXing::ImageView view(pkd_const_pixels(image), static_cast<int>(image->width),
	                            static_cast<int>(image->height), ZXing::ImageFormat::BGR,
	                            static_cast<int>(image->stride));
	const auto text = ZXing::ReadBarcode(view).text();

	for (const auto digit : text)
		*out->n = *out->n * 10 + static_cast<uint64_t>(digit - '0');
	return PKD_OK;
}

void code_finish(code *)
{
}

PKD_NODE(code);
END_CPP
cat >code.pkd <<'END_PKD'
use video
use table

/// The number in the picture's QR code; 0 where there is none.
node code<W, H>(frame: image<bgr24, W, H>) -> (n: u64) {
    stateless
    touches nothing
    source "code.cpp"
    link "zxing"
}

pipeline made() {
    t = video.test(frames: 60, speed: 0)
    n = code(t)
    table.csv({ n: n, number: number(t) }, path: "made.csv")
    video.write(t, path: "card.mp4")
}

pipeline filmed() {
    cam = video.open("card.mp4", speed: 0, W: 640, H: 360)
    n   = code(cam)
    table.csv({ n: n, number: number(cam) }, path: "filmed.csv")
}
END_PKD
for pipeline in made filmed; do
	build code.pkd --pipeline "$pipeline" -o "./$pipeline"
	at_most 120 "./$pipeline" --quiet >out 2>&1 || fail "$pipeline: status $?"
	[ "$(sed 1d "$pipeline.csv" | wc -l)" -eq 60 ] || fail "$pipeline: not 60 rows" "$pipeline.csv"
	# A reader may miss one, but never takes one for another.
	awk -F, 'NR > 1 && $3 == $4 { n++ } NR > 1 && $3 && $3 != $4 { exit 1 }
		END { print n; exit n < 57 }' "$pipeline.csv" >read || fail "$pipeline: wrong numbers" "$pipeline.csv"
	note "$pipeline: $(cat read) of 60 codes were read"
done

# ---- A restart ----

cat >again.pkd <<'END_PKD'
use video
use flow
use table

pipeline again(at: u64 = 1000) {
    t = video.test(frames: 40, speed: 0, W: 160, H: 90)
    f = flow.fault(t, kind: crash, at: at)
    n = flow.count(f)
    s = flow.checksum(t)
    table.csv(s, path: "again.csv")
    table.csv(n, path: "n.csv")
}

deploy again {
    process card { t, f }
    on crash of t, f { restart 3 per 10s }
}
END_PKD
build again.pkd
at_most 60 ./again --quiet >out 2>&1 || fail "again: status $?"
mv again.csv whole.csv
at_most 60 ./again --at 17 --quiet >out 2>&1 || fail "with a crash: status $?"
grep -q 'restart' out || fail 'it did not crash'
cmp whole.csv again.csv || fail 'a restart makes other pictures'
