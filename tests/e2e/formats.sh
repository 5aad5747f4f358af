#!/bin/sh
# Each pixel format, with an odd size: how much room it has, where its planes are, that a copy has all of
# them, and that an image which does not fit fails its firing.
# shellcheck source=lib/lib.sh
. "$(dirname "$0")/lib/lib.sh"

program() {
	cat <<END_PKD
node make() -> (picture: image<$1, 5, 3>, even: bool) {
    param stride: i32 = 0
    step {=
        if (pkd_number(ctx) == 4)
            return PKD_SKIP;
        pkd_image_set(out->picture, PKD_$2, 5, 3);
        out->picture->stride += (uint32_t)params->stride;
        for (uint32_t n = 0, sum = 0; n < pkd_planes(PKD_$2); n++) {
            struct pkd_image_plane plane = pkd_plane(out->picture, n);
            for (uint32_t y = 0; y < plane.height && !params->stride; y++)
                for (uint32_t x = 0; x < plane.stride; x++)
                    plane.data[y * plane.stride + x] = (uint8_t)++sum;
        }
        *out->even = pkd_number(ctx) % 2 == 0;
    =}
}

node look(picture: image<$1, 5, 3>) -> (sum: u32, bytes: u32) {
    step {=
        for (uint32_t n = 0; n < 3; n++) {
            struct pkd_const_image_plane plane = pkd_const_plane(in->picture, n);
            *out->bytes += plane.height * plane.stride;
            for (uint32_t i = 0; i < plane.height * plane.stride; i++)
                *out->sum += plane.data[i];
        }
    =}
}

use table
pipeline formats(stride: i32 = 0) {
    made = make(stride: stride)
    chosen = made.picture when made.even
    seen = look(chosen)
    table.csv({ sum: seen.sum, bytes: seen.bytes }, path: "rows.csv")
}
END_PKD
}

# format NAME CONSTANT BYTES: 1 + 2 + … + BYTES of the one image that is passed on.
format() {
	program "$1" "$2" >formats.pkd
	build formats.pkd
	./formats --quiet >out 2>&1 || fail "$1: it does not run"
	wanted=$(($3 * ($3 + 1) / 2)),$3
	[ "$(sed 1d rows.csv | cut -d, -f3-)" = "$wanted" ] || fail "$1: not $wanted" rows.csv
	expect 1 "formats: node 'made' .*: output 'picture' has 3 rows of .*" ./formats --stride 200
}
format gray8 GRAY8 15
format gray16 GRAY16 30
format grayf32 GRAYF32 60
format bgr24 BGR24 45
format rgb24 RGB24 45
format bgra32 BGRA32 60
format rgba32 RGBA32 60
format i420 I420 27
format nv12 NV12 27
