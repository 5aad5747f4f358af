/* Whether a cascade can be given to OpenCV, which trusts the numbers in it. */
#ifndef PKD_DETECT_CASCADE_H
#define PKD_DETECT_CASCADE_H

#include <opencv2/core.hpp>

/* What is wrong with it, or NULL: each rectangle lies in the window, each tree ends, and each
 * number of a feature, a node or a leaf is one that there is. May throw as OpenCV does. */
const char *detect_cascade_wrong(const cv::FileNode &root);

#endif
