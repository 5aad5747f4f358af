// See tag_detector.hpp.
#include "tag_detector.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "../base/cpus.h"

namespace
{

// Of the table of codes with wrong bits.
constexpr double most_bytes = 512 << 20;

// Bytes of the library's table: three times as many places as codes with up to so many wrong bits.
double table_bytes(const apriltag_family_t *family, uint32_t max_hamming)
{
	const double bits = family->nbits;
	double n = 1;

	if (max_hamming >= 1)
		n += bits;
	if (max_hamming >= 2)
		n += bits * (bits - 1) / 2;
	return n * family->ncodes * 3 * 16;
}

int add_family(tag_detector *detector, const std::string &name, uint32_t max_hamming,
               struct pkd_ctx *ctx)
{
	for (size_t i = 0; i < TAG_N_FAMILIES; i++) {
		if (name != tag_families[i].name)
			continue;
		if (detector->families[i])
			return pkd_error(ctx, EINVAL, "`families` has '%s' twice",
			                 tag_families[i].name);
		detector->families[i] = tag_families[i].create();
		const double bytes = table_bytes(detector->families[i], max_hamming);

		if (bytes > most_bytes)
			return pkd_error(ctx, EINVAL,
			                 "%s with `max_hamming: %u` takes %.1f GB of memory: it "
			                 "must be less",
			                 tag_families[i].name, max_hamming, bytes / 1e9);
		apriltag_detector_add_family_bits(detector->library, detector->families[i],
		                                  static_cast<int>(max_hamming));
		return detector->families[i]->impl
		               ? PKD_OK
		               : pkd_error(ctx, ENOMEM, "no memory for the codes of %s",
		                           tag_families[i].name);
	}
	return pkd_error(ctx, EINVAL,
	                 "`families` has '%.40s': it must be names of Family with commas, as in "
	                 "\"tag36h11, tag16h5\"",
	                 name.c_str());
}

} // namespace

tag_detector::tag_detector() : library(apriltag_detector_create())
{
}

tag_detector::~tag_detector()
{
	if (library)
		apriltag_detector_destroy(library);
	for (size_t i = 0; i < TAG_N_FAMILIES; i++)
		if (families[i])
			tag_families[i].destroy(families[i]);
}

int tag_detector_add(tag_detector *detector, const char *names, uint32_t max_hamming,
                     struct pkd_ctx *ctx)
{
	static const char blank[] = " \t";
	const char *text = names;

	for (;;) {
		const char *begin = text + std::strspn(text, blank);
		size_t n = std::strcspn(begin, ",");
		const char *end = begin + n;

		while (n && std::strchr(blank, begin[n - 1]))
			n--;
		const int error = add_family(detector, std::string(begin, n), max_hamming, ctx);

		if (error || !*end)
			return error;
		text = end + 1;
	}
}

void tag_detector_start(tag_detector *detector, uint32_t threads)
{
	constexpr int side = 64;
	const cv::Mat blank(side, side, CV_8UC1, cv::Scalar(255));

	detector->library->nthreads = static_cast<int>(threads ? threads
	                                                       : std::max(cpus_given(), 1u));
	tag_detector_look(detector, blank);
}

tag_detections tag_detector_look(tag_detector *detector, const cv::Mat &gray)
{
	const uint8_t *pixels = gray.data;
	size_t stride = gray.step;

	// It blurs where it looks for squares, which is the frame itself where that is no smaller.
	if (detector->library->quad_sigma != 0 && detector->library->quad_decimate <= 1) {
		gray.copyTo(detector->copy);
		pixels = detector->copy.data;
		stride = detector->copy.step;
	}
	image_u8_t image = {gray.cols, gray.rows, static_cast<int32_t>(stride),
	                    const_cast<uint8_t *>(pixels)};

	return {apriltag_detector_detect(detector->library, &image), apriltag_detections_destroy};
}

uint32_t tag_detector_family(const tag_detector *detector, const apriltag_detection_t *found)
{
	uint32_t i = 0;

	while (i + 1 < TAG_N_FAMILIES && detector->families[i] != found->family)
		i++;
	return i;
}
