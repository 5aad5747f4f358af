// target.calibrate: OpenCV's calibration from views of a chessboard. Views that were taken are lost
// where the node is started again; the file is not.
#include <target/calibrate.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <opencv2/calib3d.hpp>
#include <string>
#include <unistd.h>
#include <vector>

#include "../base/gray.hpp"
#include "../base/whole_write.h"

namespace
{

using points = std::vector<cv::Point2f>;

// What OpenCV has found out.
struct lens {
	cv::Matx33d camera = cv::Matx33d::eye();
	std::vector<double> distortion;
	double error = -1; // pixels, RMS
};

struct board {
	const struct target_calibrate_params *params;
	std::vector<points> views;
	cv::Size size; // of the frames
	lens made;
	int write_error = 0;  // an errno: the file is not there yet
	int64_t since_ns = 0; // the board was seen last, or that it is not was told
	cv::Mat gray;

	bool is_made() const
	{
		return made.error >= 0;
	}
	cv::Size corners() const
	{
		return {static_cast<int>(params->columns), static_cast<int>(params->rows)};
	}
};

// ---- Views ----

bool find(const board &board, const cv::Mat &gray, points *ret_corners)
{
	const cv::TermCriteria enough(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 30, 0.01);
	constexpr int way = cv::CALIB_CB_ADAPTIVE_THRESH | cv::CALIB_CB_NORMALIZE_IMAGE |
	                    cv::CALIB_CB_FAST_CHECK;
	float least = 1e9f; // between neighbours

	if (!cv::findChessboardCorners(gray, board.corners(), *ret_corners, way))
		return false;
	for (size_t i = 1; i < ret_corners->size(); i++)
		least = std::min(least, static_cast<float>(cv::norm((*ret_corners)[i] -
		                                                    (*ret_corners)[i - 1])));
	// A window that holds no other corner.
	const int half = std::clamp(static_cast<int>(least / 2), 2, 11);

	cv::cornerSubPix(gray, *ret_corners, {half, half}, {-1, -1}, enough);
	return true;
}

bool has_moved(const board &board, const points &corners)
{
	double sum = 0;

	if (board.views.empty())
		return true;
	for (size_t i = 0; i < corners.size(); i++)
		sum += cv::norm(corners[i] - board.views.back()[i]);
	return sum / static_cast<double>(corners.size()) >=
	       static_cast<double>(board.params->moved) * board.size.width;
}

// ---- The lens ----

std::vector<cv::Point3f> model_of(const board &board)
{
	const float square = static_cast<float>(board.params->square);
	std::vector<cv::Point3f> model;

	for (uint32_t y = 0; y < board.params->rows; y++)
		for (uint32_t x = 0; x < board.params->columns; x++)
			model.emplace_back(static_cast<float>(x) * square,
			                   static_cast<float>(y) * square, 0.f);
	return model;
}

lens solve(const board &board)
{
	const std::vector<std::vector<cv::Point3f>> models(board.views.size(), model_of(board));
	std::vector<cv::Mat> turns, places;
	cv::Mat distortion;
	lens made;

	if (board.params->model == video_LensModel_fisheye)
		made.error = cv::fisheye::calibrate(
			models, board.views, board.size, made.camera, distortion, turns, places,
			cv::fisheye::CALIB_RECOMPUTE_EXTRINSIC | cv::fisheye::CALIB_FIX_SKEW);
	else
		made.error = cv::calibrateCamera(
			models, board.views, board.size, made.camera, distortion, turns, places,
			board.params->model == video_LensModel_brown8 ? cv::CALIB_RATIONAL_MODEL
								      : 0);
	distortion.reshape(1, 1).convertTo(made.distortion, CV_64F);
	// The rational model has more numbers behind its eight, which are 0.
	made.distortion.resize(std::min<size_t>(made.distortion.size(), 8));
	if (!std::isfinite(made.error) || !(made.camera(0, 0) > 0) || !(made.camera(1, 1) > 0))
		throw cv::Exception(0, "no camera can have such views", "", "", 0);
	return made;
}

// ---- The file ----

std::string text_of(const board &board)
{
	cv::FileStorage file("calibration", cv::FileStorage::WRITE | cv::FileStorage::MEMORY |
	                                            cv::FileStorage::FORMAT_YAML);
	const bool is_fisheye = board.params->model == video_LensModel_fisheye;

	file << "image_width" << board.size.width << "image_height" << board.size.height;
	file << "board_width" << static_cast<int>(board.params->columns);
	file << "board_height" << static_cast<int>(board.params->rows);
	file << "square_size" << board.params->square;
	file << "nr_of_frames" << static_cast<int>(board.views.size());
	file << "fisheye_model" << (is_fisheye ? 1 : 0);
	file << "camera_matrix" << cv::Mat(board.made.camera);
	file << "distortion_coefficients" << cv::Mat(board.made.distortion);
	file << "avg_reprojection_error" << board.made.error;
	return file.releaseAndGetString();
}

// ---- A frame ----

// Where it fails, it is tried again with the next frame: the views are not lost to a full disk.
void write_file(board *board, struct pkd_ctx *ctx)
{
	const struct target_calibrate_params *params = board->params;
	const std::string text = text_of(*board);
	const int error = whole_write(params->folder, params->file, text.data(), text.size());

	if (error && error != board->write_error)
		pkd_log(ctx, PKD_LOG_WARNING,
		        "cannot write '%s%s', which is tried again with each frame: %s",
		        params->folder, params->file, std::strerror(error));
	if (!error)
		pkd_note(ctx, "'%s%s' is written: %u views, %.3f pixels", params->folder,
		         params->file, params->views, board->made.error);
	board->write_error = error;
}

void finish_views(board *board, struct pkd_ctx *ctx)
{
	try {
		board->made = solve(*board);
	} catch (const std::exception &error) {
		pkd_log(ctx, PKD_LOG_WARNING,
		        "these %zu views make no calibration, it begins anew: have the board tilted, "
		        "and in all parts of the picture (%s)",
		        board->views.size(), error.what());
		board->views.clear();
		return;
	}
	write_file(board, ctx);
}

// One who waits for views that never come likely has another board, or counts its squares.
void miss(board *board, struct pkd_ctx *ctx)
{
	constexpr int64_t patience_ns = 5000000000;
	const int64_t now_ns = pkd_now();

	if (!board->since_ns)
		board->since_ns = now_ns;
	if (now_ns - board->since_ns < patience_ns)
		return;
	board->since_ns = now_ns;
	pkd_note(
		ctx,
		"no chessboard with %u x %u inner corners (columns, rows) for 5 s; %zu of %u views",
		board->params->columns, board->params->rows, board->views.size(),
		board->params->views);
}

void look(board *board, const struct pkd_image *frame, struct target_calibrate_corners *corners,
          struct pkd_ctx *ctx)
{
	const cv::Size size(static_cast<int>(frame->width), static_cast<int>(frame->height));
	points found;

	if (board->is_made()) {
		if (board->write_error)
			write_file(board, ctx);
		return;
	}
	if (size != board->size)
		board->views.clear();
	board->size = size;
	if (!find(*board, gray_of(frame, board->gray), &found)) {
		miss(board, ctx);
		return;
	}
	board->since_ns = pkd_now();
	for (const cv::Point2f &at : found)
		corners->items[corners->len++] = {(at.x + 0.5f) / static_cast<float>(frame->width),
		                                  (at.y + 0.5f) /
		                                          static_cast<float>(frame->height)};
	if (!has_moved(*board, found))
		return;
	board->views.push_back(std::move(found));
	if (board->views.size() >= board->params->views)
		finish_views(board, ctx);
}

void tell(const board &board, struct target_calibrate_out *out, struct pkd_ctx *ctx)
{
	*out->taken = static_cast<uint32_t>(board.views.size());
	if (!board.is_made()) {
		target_calibrate_absent_error(ctx);
		target_calibrate_absent_calibration(ctx);
		return;
	}
	*out->error = static_cast<float>(board.made.error);
	struct video_Calibration *made = out->calibration;

	*made = {};
	made->width = static_cast<uint32_t>(board.size.width);
	made->height = static_cast<uint32_t>(board.size.height);
	made->fx = board.made.camera(0, 0);
	made->fy = board.made.camera(1, 1);
	made->cx = board.made.camera(0, 2);
	made->cy = board.made.camera(1, 2);
	made->model = board.params->model;
	std::copy(board.made.distortion.begin(), board.made.distortion.end(), made->k);
}

} // namespace

struct target_calibrate {
	board *with;
};

int target_calibrate_init(struct target_calibrate *self,
                          const struct target_calibrate_params *params, struct pkd_ctx *ctx)
{
	const int error = gray_check(params->FORMAT, ctx);

	if (error)
		return error;
	if (!*params->file || std::strchr(params->file, '/'))
		return pkd_error(ctx, EINVAL,
		                 "'%s' is no name of a file: its directory is `folder`",
		                 params->file);
	if (access(params->folder, W_OK | X_OK) < 0)
		return pkd_error(ctx, errno, "cannot write into '%s'", params->folder);
	cv::setNumThreads(1);
	self->with = new (std::nothrow) board{};
	if (!self->with)
		return pkd_error(ctx, ENOMEM, "no memory for the views");
	self->with->params = params;
	return PKD_OK;
}

int target_calibrate_step(struct target_calibrate *self, const struct target_calibrate_in *in,
                          struct target_calibrate_out *out, struct pkd_ctx *ctx)
try {
	look(self->with, in->frame, out->corners, ctx);
	tell(*self->with, out, ctx);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "OpenCV cannot look for the board: %s", error.what());
}

void target_calibrate_finish(struct target_calibrate *self)
{
	delete self->with;
}

PKD_NODE(target_calibrate);
