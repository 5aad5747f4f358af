// libapriltag over the pixels of a picture.
#ifndef PKD_DETECT_TAG_DETECTOR_HPP
#define PKD_DETECT_TAG_DETECTOR_HPP

#include <pkd/node.h>

#include <memory>
#include <opencv2/core.hpp>

#include "families.h"

struct tag_detector {
	apriltag_detector_t *library;
	apriltag_family_t *families[TAG_N_FAMILIES] = {}; // those that are looked for
	cv::Mat copy;

	tag_detector();
	~tag_detector();
	tag_detector(const tag_detector &) = delete;
	tag_detector &operator=(const tag_detector &) = delete;
};

using tag_detections = std::unique_ptr<zarray_t, void (*)(zarray_t *)>;

// For init: has it look for the families of a text of names with commas, with so many wrong bits.
// PKD_OK, or what pkd_error returns, which says `families`.
int tag_detector_add(tag_detector *detector, const char *names, uint32_t max_hamming,
                     struct pkd_ctx *ctx);

// The library starts its threads when it first looks at a picture, and a node may start none after
// init: this is for its end. 0: as many as CPUs that are given.
void tag_detector_start(tag_detector *detector, uint32_t threads);

// The tags of a picture, which stays as it is.
tag_detections tag_detector_look(tag_detector *detector, const cv::Mat &gray);

// The value of enum Family.
uint32_t tag_detector_family(const tag_detector *detector, const apriltag_detection_t *found);

#endif
