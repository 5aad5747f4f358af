// Files of calibrations, for tests in C++. Included after filter_run.hpp.
#ifndef PKD_TEST_LENS_FILE_HPP
#define PKD_TEST_LENS_FILE_HPP

#include <fstream>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

// In the test's directory.
static inline std::string lens_write(const char *name, const std::string &text)
{
	const std::string path = fake_path(name);

	std::ofstream(path) << text;
	return path;
}

// As OpenCV writes it; a width of 0 is not told.
static inline std::string lens_file(const cv::Matx33d &camera, const std::vector<double> &k,
                                    int width, int height)
{
	cv::FileStorage file("a", cv::FileStorage::WRITE | cv::FileStorage::MEMORY |
	                                  cv::FileStorage::FORMAT_YAML);

	if (width > 0)
		file << "image_width" << width << "image_height" << height;
	file << "camera_matrix" << cv::Mat(camera) << "distortion_coefficients" << cv::Mat(k);
	return lens_write("camera.yml", file.releaseAndGetString());
}

#endif
