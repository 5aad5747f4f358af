// The rows of image: see ../nodes.hpp.
extern "C" {
#include <image/adjust.pkd.h>
#include <image/blend.pkd.h>
#include <image/blur.pkd.h>
#include <image/convert.pkd.h>
#include <image/crop.pkd.h>
#include <image/diff.pkd.h>
#include <image/equalize.pkd.h>
#include <image/flip.pkd.h>
#include <image/grid.pkd.h>
#include <image/inrange.pkd.h>
#include <image/mask.pkd.h>
#include <image/morph.pkd.h>
#include <image/mosaic.pkd.h>
#include <image/pad.pkd.h>
#include <image/rotate.pkd.h>
#include <image/scale.pkd.h>
#include <image/threshold.pkd.h>

#include <libavutil/pixfmt.h>
#include <libswscale/swscale.h>

extern const struct pkd_methods image_adjust_methods, image_blur_methods, image_convert_methods,
	image_crop_methods, image_flip_methods, image_grid_methods, image_mask_methods,
	image_pad_methods, image_rotate_methods, image_scale_methods, image_threshold_methods,
	image_blend_methods, image_diff_methods, image_equalize_methods, image_inrange_methods,
	image_morph_methods, image_mosaic_methods;
}

#include "../nodes.hpp"

#include <cmath>

namespace
{

// A node with the parameter FORMAT.
#define IMAGE_NODE(NODE, FROM, MADE, TO)                                          \
	bench_node<image_##NODE##_params, image_##NODE##_in, image_##NODE##_out>( \
		image_##NODE##_methods, FROM, bench_hd, MADE, TO)

template <typename Node> void set_size(Node &node, cv::Size to)
{
	node->params.FORMAT = node->frame->format;
	node->params.W = static_cast<uint32_t>(to.width);
	node->params.H = static_cast<uint32_t>(to.height);
}

bench_pair scale(cv::Size to, uint32_t kind, int code)
{
	auto node = IMAGE_NODE(scale, PKD_BGR24, PKD_BGR24, to);
	auto room = bench_over(node->view, to, CV_8UC3);

	set_size(node, to);
	node->params.interpolation = kind;
	node->params.colour = "black";
	return {bench_step(node), [=] { cv::resize(node->seen(), *room, to, 0, 0, code); }};
}

BENCH_ROW("image.scale smaller, auto", [] {
	return scale({640, 360}, image_Interpolation_auto, cv::INTER_AREA);
})
BENCH_ROW("image.scale smaller, linear", [] {
	return scale({640, 360}, image_Interpolation_linear, cv::INTER_LINEAR);
})
BENCH_ROW("image.scale larger, auto", [] {
	return scale({2560, 1440}, image_Interpolation_auto, cv::INTER_CUBIC);
})
BENCH_ROW("image.scale contain", [] {
	const cv::Size to(640, 640);
	auto node = IMAGE_NODE(scale, PKD_BGR24, PKD_BGR24, to);
	auto room = bench_over(node->view, to, CV_8UC3);

	set_size(node, to);
	node->params.fit = image_Fit_contain;
	node->params.interpolation = image_Interpolation_linear;
	node->params.colour = "gray";
	return bench_pair{bench_step(node), [=] {
				  cv::Mat part = room->rowRange(140, 500);

				  room->rowRange(0, 140).setTo(128);
				  room->rowRange(500, 640).setTo(128);
				  cv::resize(node->seen(), part, part.size());
			  }};
})

BENCH_ROW("image.crop", [] {
	auto node = IMAGE_NODE(crop, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, {960, 540}, CV_8UC3);
	const detect_Box *none = nullptr;

	set_size(node, bench_hd);
	node->params.x = node->params.y = 0.25f;
	node->params.w = node->params.h = 0.5f;
	return bench_pair{bench_step(node, none),
	                  [=] { node->seen()(cv::Rect(480, 270, 960, 540)).copyTo(*room); }};
})

BENCH_ROW("image.pad", [] {
	const cv::Size to(2048, 1200);
	auto node = IMAGE_NODE(pad, PKD_BGR24, PKD_BGR24, to);
	auto room = bench_over(node->view, to, CV_8UC3);

	set_size(node, to);
	node->params.x = node->params.y = 0.5f;
	node->params.border = image_Border_reflect;
	node->params.colour = "black";
	return bench_pair{bench_step(node), [=] {
				  cv::copyMakeBorder(node->seen(), *room, 60, 60, 64, 64,
		                                     cv::BORDER_REFLECT);
			  }};
})

bench_pair flip(uint32_t way, int axis)
{
	auto node = IMAGE_NODE(flip, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.flip = way;
	return {bench_step(node), [=] { cv::flip(node->seen(), *room, axis); }};
}

BENCH_ROW("image.flip horizontal", [] { return flip(image_Flip_horizontal, 1); })
BENCH_ROW("image.flip vertical", [] { return flip(image_Flip_vertical, 0); })

BENCH_ROW("image.rotate 90", [] {
	const cv::Size to(1080, 1920);
	auto node = IMAGE_NODE(rotate, PKD_BGR24, PKD_BGR24, to);
	auto room = bench_over(node->view, to, CV_8UC3);

	set_size(node, to);
	node->params.angle = 90;
	node->params.colour = "black";
	return bench_pair{bench_step(node),
	                  [=] { cv::rotate(node->seen(), *room, cv::ROTATE_90_CLOCKWISE); }};
})
BENCH_ROW("image.rotate 10", [] {
	auto node = IMAGE_NODE(rotate, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.angle = 10;
	node->params.interpolation = image_Interpolation_linear;
	node->params.colour = "black";
	return bench_pair{
		bench_step(node), [=] {
			const cv::Mat turn = cv::getRotationMatrix2D({959.5f, 539.5f}, -10, 1);

			cv::warpAffine(node->seen(), *room, turn, bench_hd);
		}};
})

bench_pair convert(uint32_t from, uint32_t to, int code, int type)
{
	auto node = IMAGE_NODE(convert, from, to, bench_hd);
	auto room = bench_over(node->view, bench_hd, type);

	set_size(node, bench_hd);
	node->params.FROM = from;
	node->params.FORMAT = to;
	return {bench_step(node), [=] { cv::cvtColor(node->seen(), *room, code); }};
}

// By the flags of the nodes of video.
bench_pair convert_yuv(uint32_t from, uint32_t to)
{
	const bool to_rgb = pkd_planes(to) == 1;
	const AVPixelFormat rgb = AV_PIX_FMT_BGR24, yuv = AV_PIX_FMT_YUV420P;
	auto node = IMAGE_NODE(convert, from, to, bench_hd);
	struct pkd_image *room = fake_image(to, 1920, 1080);
	struct SwsContext *scaler = sws_getContext(
		1920, 1080, to_rgb ? yuv : rgb, 1920, 1080, to_rgb ? rgb : yuv,
		to_rgb ? SWS_BILINEAR : SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
		nullptr, nullptr, nullptr);

	set_size(node, bench_hd);
	node->params.FROM = from;
	node->params.FORMAT = to;
	return {bench_step(node), [=] {
			const uint8_t *planes[4] = {};
			uint8_t *made[4] = {};
			int strides[4] = {}, made_strides[4] = {};

			for (uint32_t i = 0; i < 3; i++) {
				const auto plane = pkd_const_plane(node->frame, i);
				const auto out = pkd_plane(room, i);

				planes[i] = plane.data;
				strides[i] = static_cast<int>(plane.stride);
				made[i] = out.data;
				made_strides[i] = static_cast<int>(out.stride);
			}
			sws_scale(scaler, planes, strides, 0, 1080, made, made_strides);
		}};
}

BENCH_ROW("image.convert bgr24 to gray8",
          [] { return convert(PKD_BGR24, PKD_GRAY8, cv::COLOR_BGR2GRAY, CV_8UC1); })
BENCH_ROW("image.convert bgr24 to rgba32",
          [] { return convert(PKD_BGR24, PKD_RGBA32, cv::COLOR_BGR2RGBA, CV_8UC4); })
BENCH_ROW("image.convert bgr24 to i420", [] { return convert_yuv(PKD_BGR24, PKD_I420); })
BENCH_ROW("image.convert i420 to bgr24", [] { return convert_yuv(PKD_I420, PKD_BGR24); })

bench_pair blur(uint32_t kind, std::function<void(const cv::Mat &, cv::Mat &)> bare)
{
	auto node = IMAGE_NODE(blur, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.kind = kind;
	node->params.size = 5;
	return {bench_step(node), [=] { bare(node->seen(), *room); }};
}

BENCH_ROW("image.blur gaussian", [] {
	return blur(image_Blur_gaussian, [](const cv::Mat &from, cv::Mat &to) {
		cv::GaussianBlur(from, to, {5, 5}, 0);
	});
})
BENCH_ROW("image.blur box", [] {
	return blur(image_Blur_box, [](const cv::Mat &from, cv::Mat &to) {
		cv::blur(from, to, {5, 5});
	});
})
BENCH_ROW("image.blur median", [] {
	return blur(image_Blur_median,
	            [](const cv::Mat &from, cv::Mat &to) { cv::medianBlur(from, to, 5); });
})

bench_pair threshold(uint32_t format, uint32_t kind,
                     std::function<void(const cv::Mat &, cv::Mat &)> bare)
{
	auto node = IMAGE_NODE(threshold, format, PKD_GRAY8, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC1), gray = bench_room(bench_hd, CV_8UC1);

	set_size(node, bench_hd);
	node->params.kind = kind;
	node->params.value = 128;
	node->params.size = 51;
	node->params.offset = 5;
	return {bench_step(node), [=] {
			if (format == PKD_BGR24)
				cv::cvtColor(node->seen(), *gray, cv::COLOR_BGR2GRAY);
			bare(format == PKD_BGR24 ? *gray : node->seen(), *room);
		}};
}

BENCH_ROW("image.threshold binary, gray8", [] {
	return threshold(PKD_GRAY8, image_Threshold_binary, [](const cv::Mat &from, cv::Mat &to) {
		cv::threshold(from, to, 128, 255, cv::THRESH_BINARY);
	});
})
BENCH_ROW("image.threshold otsu, bgr24", [] {
	return threshold(PKD_BGR24, image_Threshold_otsu, [](const cv::Mat &from, cv::Mat &to) {
		cv::threshold(from, to, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
	});
})
BENCH_ROW("image.threshold adaptive, bgr24", [] {
	return threshold(PKD_BGR24, image_Threshold_adaptive, [](const cv::Mat &from, cv::Mat &to) {
		cv::adaptiveThreshold(from, to, 255, cv::ADAPTIVE_THRESH_MEAN_C, cv::THRESH_BINARY,
		                      51, 5);
	});
})

BENCH_ROW("image.adjust gamma", [] {
	auto node = IMAGE_NODE(adjust, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3),
	     table = bench_room({256, 1}, CV_8UC1);

	set_size(node, bench_hd);
	node->params.contrast = node->params.saturation = 1;
	node->params.gamma = 2;
	return bench_pair{bench_step(node), [=] { cv::LUT(node->seen(), *table, *room); }};
})
BENCH_ROW("image.adjust saturation", [] {
	auto node = IMAGE_NODE(adjust, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.contrast = node->params.gamma = 1;
	node->params.saturation = 1.5f;
	return bench_pair{bench_step(node), [=] {
				  cv::transform(node->seen(), *room,
		                                cv::Matx33f(1.4f, -0.2f, -0.1f, -0.1f, 1.2f, -0.1f,
		                                            -0.1f, -0.2f, 1.4f));
			  }};
})

BENCH_ROW("image.mask", [] {
	auto node = IMAGE_NODE(mask, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3),
	     hidden = bench_room(bench_hd, CV_8UC1);
	const struct pkd_image *mask = fake_image(PKD_GRAY8, 1920, 1080);

	cv::circle(mat_of(const_cast<struct pkd_image *>(mask)) = 0, {960, 540}, 400, 255, -1);
	set_size(node, bench_hd);
	node->params.colour = "black";
	return bench_pair{bench_step(node, mask), [=] {
				  node->seen().copyTo(*room);
				  cv::compare(mat_of(mask), 0, *hidden, cv::CMP_EQ);
				  room->setTo(cv::Scalar::all(0), *hidden);
			  }};
})

BENCH_ROW("image.grid of four", [] {
	auto node = IMAGE_NODE(grid, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.N = 3;
	node->params.fit = image_Fit_contain;
	node->params.colour = "black";
	return bench_pair{
		[=] {
			const struct pkd_image *const others[] = {node->frame, node->frame,
		                                                  node->frame};

			node->fire(others);
		},
		[=] {
			for (int i = 0; i < 4; i++) {
				cv::Mat part =
					(*room)(cv::Rect(i % 2 * 960, i / 2 * 540, 960, 540));

				cv::resize(node->seen(), part, part.size(), 0, 0, cv::INTER_AREA);
			}
		}};
})

BENCH_ROW("image.inrange", [] {
	auto node = IMAGE_NODE(inrange, PKD_BGR24, PKD_GRAY8, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC1), hsv = bench_room(bench_hd, CV_8UC3);

	set_size(node, bench_hd);
	node->params.h_min = 40;
	node->params.h_max = 80;
	node->params.s_min = 60;
	node->params.s_max = node->params.v_max = 255;
	return bench_pair{bench_step(node), [=] {
				  cv::cvtColor(node->seen(), *hsv, cv::COLOR_BGR2HSV);
				  cv::inRange(*hsv, cv::Scalar(40, 60, 0), cv::Scalar(80, 255, 255),
		                              *room);
			  }};
})

BENCH_ROW("image.morph open", [] {
	auto node = IMAGE_NODE(morph, PKD_GRAY8, PKD_GRAY8, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC1);
	const cv::Mat element = cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5});

	set_size(node, bench_hd);
	node->params.operation = image_Morphology_open;
	node->params.element = image_Element_ellipse;
	node->params.size = 5;
	node->params.times = 1;
	return bench_pair{bench_step(node),
	                  [=] { cv::morphologyEx(node->seen(), *room, cv::MORPH_OPEN, element); }};
})

BENCH_ROW("image.diff", [] {
	auto node = IMAGE_NODE(diff, PKD_BGR24, PKD_GRAY8, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC1), one = bench_room(bench_hd, CV_8UC3),
	     gray = bench_room(bench_hd, CV_8UC1);
	const struct pkd_image *other = fake_image(PKD_BGR24, 1920, 1080);

	set_size(node, bench_hd);
	node->params.threshold = 25;
	return bench_pair{bench_step(node, other), [=] {
				  cv::absdiff(node->seen(), mat_of(other), *one);
				  cv::cvtColor(*one, *gray, cv::COLOR_BGR2GRAY);
				  cv::threshold(*gray, *room, 25, 255, cv::THRESH_BINARY);
			  }};
})

BENCH_ROW("image.equalize clahe, gray8", [] {
	auto node = IMAGE_NODE(equalize, PKD_GRAY8, PKD_GRAY8, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC1);
	const auto clahe = cv::createCLAHE(2, {8, 8});

	set_size(node, bench_hd);
	node->params.method = image_Equalization_clahe;
	node->params.clip = 2;
	node->params.tiles = 8;
	return bench_pair{bench_step(node), [=] { clahe->apply(node->seen(), *room); }};
})

BENCH_ROW("image.mosaic", [] {
	auto node = IMAGE_NODE(mosaic, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3),
	     small = bench_room({40, 23}, CV_8UC3);

	set_size(node, bench_hd);
	node->params.blocks = 40;
	return bench_pair{bench_step(node), [=] {
				  cv::resize(node->seen(), *small, {40, 23}, 0, 0, cv::INTER_AREA);
				  cv::resize(*small, *room, bench_hd, 0, 0, cv::INTER_NEAREST);
			  }};
})

BENCH_ROW("image.blend", [] {
	auto node = IMAGE_NODE(blend, PKD_BGR24, PKD_BGR24, bench_hd);
	auto room = bench_over(node->view, bench_hd, CV_8UC3);
	const struct pkd_image *over = fake_image(PKD_BGR24, 1920, 1080), *none = nullptr;

	set_size(node, bench_hd);
	node->params.weight = 0.5f;
	return bench_pair{bench_step(node, over, none),
	                  [=] { cv::addWeighted(node->seen(), 0.5, mat_of(over), 0.5, 0, *room); }};
})

} // namespace
