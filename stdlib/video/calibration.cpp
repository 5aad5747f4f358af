// See calibration.hpp. OpenCV's own reader, cv::FileStorage, takes only what it has written itself;
// so values are looked up here by their names, in YAML, JSON and XML alike.
#include "calibration.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "../base/whole_file.hpp"

namespace
{

using std::string_view;

constexpr string_view blanks = " \t\r\n";
constexpr size_t none = string_view::npos;
constexpr size_t most_numbers = 16;    // of a matrix or a distortion
constexpr off_t most_bytes = 16 << 20; // PhotonVision's hold the pictures' corners, too

// ---- Values by their names ----

// What stands between a tag and its end in XML.
bool xml_value(string_view text, string_view name, string_view *ret_value)
{
	const std::string end = "</" + std::string(name) + ">";

	for (size_t at = text.find(name); at != none; at = text.find(name, at + 1)) {
		const string_view behind = text.substr(at + name.size());
		const size_t start = behind.find('>'), stop = behind.find(end);

		if (at == 0 || text[at - 1] != '<' || start == none || stop == none || start > stop)
			continue;
		*ret_value = behind.substr(start + 1, stop - start - 1);
		return true;
	}
	return false;
}

// Up to the bracket that closes the first one. All of it where none does: then a bracket is left
// over.
string_view in_brackets(string_view text)
{
	size_t depth = 0;

	for (size_t i = 0; i < text.size(); i++) {
		if (text[i] == '[' || text[i] == '{')
			depth++;
		else if ((text[i] == ']' || text[i] == '}') && --depth == 0)
			return text.substr(0, i + 1);
	}
	return text;
}

// The lines below a key that are indented deeper, or are items of a list beside it.
string_view block(string_view text, size_t indent)
{
	size_t at = text.find('\n');

	while (at != none) {
		const size_t first = text.find_first_not_of(" \t\r", at + 1);

		if (first == none)
			return text;
		const size_t deep = first - at - 1;

		if (text[first] != '\n' && (text[first] == '-' ? deep < indent : deep <= indent))
			return text.substr(0, at);
		at = text.find('\n', at + 1);
	}
	return text;
}

// What stands behind the colon of a key of YAML or JSON: in brackets, below, or in its line.
string_view behind_colon(string_view text, size_t indent)
{
	size_t start = text.find_first_not_of(" \t");

	if (start != none && text[start] == '!') // a tag, as !!opencv-matrix
		start = text.find_first_not_of(" \t", text.find_first_of(blanks, start));
	if (start == none)
		return {};
	text = text.substr(start);
	if (text[0] == '[' || text[0] == '{')
		return in_brackets(text);
	if (text[0] == '\n' || text[0] == '\r' || text[0] == '#')
		return block(text, indent);
	return text.substr(0, text.find_first_of(",}\r\n"));
}

bool yaml_value(string_view text, string_view name, string_view *ret_value)
{
	for (size_t at = text.find(name); at != none; at = text.find(name, at + 1)) {
		size_t start = at, end = at + name.size();

		if (start > 0 && end < text.size() && text[start - 1] == '"' && text[end] == '"') {
			start--;
			end++;
		}
		const size_t before = text.substr(0, start).find_last_not_of(" \t\r");
		const bool is_first = before == none || text[before] == '\n';

		end = text.find_first_not_of(" \t", end);
		if (end == none || text[end] != ':' ||
		    !(is_first || text[before] == '{' || text[before] == ','))
			continue;
		*ret_value = behind_colon(text.substr(end + 1),
		                          before == none ? start : start - before - 1);
		return true;
	}
	return false;
}

bool find_value(string_view text, std::initializer_list<string_view> names, string_view *ret_value)
{
	const size_t first = text.find_first_not_of(blanks);
	const bool is_xml = first != none && text[first] == '<';

	for (const string_view name : names)
		if (is_xml ? xml_value(text, name, ret_value) : yaml_value(text, name, ret_value))
			return true;
	return false;
}

// ---- Numbers ----

// The numbers of a matrix, whose other parts are its size and type, or of a list, or of a list of
// rows. False where anything else is in it.
bool numbers_of(string_view value, std::vector<double> *ret_numbers)
{
	constexpr string_view between = " \t\r\n,[]";

	find_value(value, {"data"}, &value);
	ret_numbers->clear();
	for (size_t at = value.find_first_not_of(between); at != none;
	     at = value.find_first_not_of(between, at)) {
		const size_t end = std::min(value.find_first_of(between, at), value.size());
		const string_view word = value.substr(at, end - at);
		double number;

		at = end;
		if (word == "-") // of an item
			continue;
		const auto read = std::from_chars(word.data(), word.data() + word.size(), number);

		if (read.ec != std::errc() || read.ptr != word.data() + word.size() ||
		    ret_numbers->size() == most_numbers)
			return false;
		ret_numbers->push_back(number);
	}
	return !ret_numbers->empty();
}

// 0 where there is none.
double number_of(string_view text, std::initializer_list<string_view> names)
{
	std::vector<double> numbers;
	string_view value;

	return find_value(text, names, &value) && numbers_of(value, &numbers) ? numbers[0] : 0;
}

// ---- All of it ----

// False where the model is none of OpenCV's.
bool read_model(string_view text, calibration *calibration)
{
	string_view name;

	if (find_value(text, {"distortion_model"}, &name)) {
		name = name.substr(std::min(name.find_first_not_of(" \t\r\n\"'"), name.size()));
		name = name.substr(0, name.find_first_of(" \t\r\n\"'"));
	}
	calibration->is_fisheye = number_of(text, {"fisheye_model"}) != 0 ||
	                          name == "equidistant" || name == "fisheye";
	return calibration->is_fisheye || name.empty() || name == "plumb_bob" ||
	       name == "rational_polynomial";
}

// 0 where the file does not say it.
bool is_size(double pixels)
{
	return pixels == 0 || (pixels >= 1 && pixels <= 65535);
}

bool is_finite(const calibration &calibration)
{
	for (const double number : calibration.camera.val)
		if (!std::isfinite(number))
			return false;
	for (const double number : calibration.distortion)
		if (!std::isfinite(number))
			return false;
	return std::isfinite(calibration.width) && std::isfinite(calibration.height);
}

} // namespace

const char *calibration_read(const std::string &text, calibration *ret_calibration)
{
	std::vector<double> camera;
	string_view value, size = text;

	*ret_calibration = {};
	if (!find_value(text,
	                {"camera_matrix", "cameraMatrix", "Camera_Matrix", "cameraIntrinsics"},
	                &value) ||
	    !numbers_of(value, &camera) || camera.size() != 9)
		return "it has no `camera_matrix` of nine numbers";
	ret_calibration->camera = cv::Matx33d(camera.data());
	if (!find_value(text,
	                {"distortion_coefficients", "distortion_coeffs", "distCoeffs",
	                 "dist_coeffs", "Distortion_Coefficients"},
	                &value) ||
	    !numbers_of(value, &ret_calibration->distortion))
		return "it has no `distortion_coefficients`, or not only numbers in them";
	if (!read_model(text, ret_calibration))
		return "its `distortion_model` is not plumb_bob, rational_polynomial, equidistant or "
		       "fisheye";
	const bool has_resolution = find_value(text, {"resolution"}, &size);

	ret_calibration->width = has_resolution ? number_of(size, {"width"})
	                                        : number_of(size, {"image_width", "image_Width"});
	ret_calibration->height = has_resolution
	                                  ? number_of(size, {"height"})
	                                  : number_of(size, {"image_height", "image_Height"});
	return nullptr;
}

const char *calibration_wrong(const calibration &calibration)
{
	const cv::Matx33d &camera = calibration.camera;
	const size_t n = calibration.distortion.size();

	if (!is_finite(calibration))
		return "not all of its numbers are numbers";
	if (!is_size(calibration.width) || !is_size(calibration.height))
		return "no picture has its width and height";
	if (camera(0, 0) <= 0 || camera(1, 1) <= 0)
		return "its focal lengths are not above 0";
	if (camera(1, 0) != 0 || camera(2, 0) != 0 || camera(2, 1) != 0 || camera(2, 2) != 1)
		return "its camera matrix is not [fx 0 cx; 0 fy cy; 0 0 1]";
	if (calibration.is_fisheye ? n != 4 : n != 4 && n != 5 && n != 8 && n != 12 && n != 14)
		return calibration.is_fisheye
		               ? "a fisheye lens has 4 numbers of distortion"
		               : "a lens has 4, 5, 8, 12 or 14 numbers of distortion";
	return nullptr;
}

bool calibration_scale(calibration *calibration, int width, int height)
{
	const double x = width / calibration->width, y = height / calibration->height;
	cv::Matx33d &camera = calibration->camera;

	if (calibration->width <= 0 || calibration->height <= 0) { // unknown: of this size
		calibration->width = width;
		calibration->height = height;
		return true;
	}
	if (std::abs(calibration->height * x - height) > 1 &&
	    std::abs(calibration->width * y - width) > 1)
		return false;
	camera(0, 0) *= x;
	camera(0, 1) *= x;
	camera(0, 2) = (camera(0, 2) + 0.5) * x - 0.5;
	camera(1, 1) *= y;
	camera(1, 2) = (camera(1, 2) + 0.5) * y - 0.5;
	calibration->width = width;
	calibration->height = height;
	return true;
}

int calibration_load(const char *path, calibration *ret_calibration, struct pkd_ctx *ctx)
{
	std::string text;
	const int error = whole_file_read(path, most_bytes, &text);
	const char *wrong;

	if (error)
		return pkd_error(ctx, -error, "cannot read '%s': %s", path, std::strerror(-error));
	wrong = calibration_read(text, ret_calibration);
	return wrong ? pkd_error(ctx, EINVAL, "'%s' is no calibration: %s", path, wrong) : PKD_OK;
}

int calibration_take(const char *path, calibration *ret_calibration, struct pkd_ctx *ctx)
{
	const int error = calibration_load(path, ret_calibration, ctx);
	const char *wrong = error ? nullptr : calibration_wrong(*ret_calibration);

	if (wrong)
		return pkd_error(ctx, EINVAL, "the calibration of '%s' cannot be: %s", path, wrong);
	return error;
}

int calibration_take_for(const char *path, uint32_t width, uint32_t height, const char *prefix,
                         calibration *ret_calibration, struct pkd_ctx *ctx)
{
	const int error = calibration_take(path, ret_calibration, ctx);
	const double own_width = ret_calibration->width, own_height = ret_calibration->height;

	if (error)
		return error;
	const bool is_known = own_width > 0 && own_height > 0;

	if (!is_known && (width == 0 || height == 0))
		return pkd_error(ctx, EINVAL,
		                 "'%s' does not say how large its pictures were: write `%swidth` "
		                 "and `%sheight`",
		                 path, prefix, prefix);
	if (width == 0 && height == 0)
		return PKD_OK;
	if (width == 0)
		width = std::max(1u, static_cast<uint32_t>(own_width * height / own_height + 0.5));
	if (height == 0)
		height = std::max(1u, static_cast<uint32_t>(own_height * width / own_width + 0.5));
	return calibration_scale(ret_calibration, static_cast<int>(width), static_cast<int>(height))
	               ? PKD_OK
	               : pkd_error(ctx, EINVAL,
	                           "the camera of '%s' was calibrated with %.0fx%.0f, and %ux%u "
	                           "is of another shape",
	                           path, own_width, own_height, width, height);
}
