// Ten small stages in one loop with OpenCV, as pipeline `stages` of ../programs/pictures.pkd has
// them.
//
//   stages SOURCE
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

int main(int argc, char **argv)
{
	cv::VideoCapture in;
	cv::Mat frame, small, turned, soft, bright, gray, mask, shapes, coarse, kept, view;
	cv::Mat table(1, 256, CV_8UC1);
	const cv::Mat element = cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5});
	double sum = 0;

	if (argc != 2 || !in.open(argv[1], cv::CAP_FFMPEG))
		return 2;
	cv::setNumThreads(1);
	for (int i = 0; i < 256; i++)
		table.at<uchar>(i) = cv::saturate_cast<uchar>(std::pow(i / 255.0, 1 / 1.5) * 255);
	while (in.read(frame)) {
		cv::resize(frame, small, {960, 540}, 0, 0, cv::INTER_AREA);
		cv::flip(small, turned, 1);
		cv::GaussianBlur(turned, soft, {5, 5}, 0);
		cv::LUT(soft, table, bright);
		cv::cvtColor(bright, gray, cv::COLOR_BGR2GRAY);
		cv::threshold(gray, mask, 128, 255, cv::THRESH_BINARY);
		cv::morphologyEx(mask, shapes, cv::MORPH_OPEN, element);
		cv::resize(bright, coarse, {40, 23}, 0, 0, cv::INTER_AREA);
		cv::resize(coarse, kept, bright.size(), 0, 0, cv::INTER_NEAREST);
		cv::addWeighted(bright, 0.5, kept, 0.5, 0, view);
		cv::rectangle(view, {0, 0, view.cols, view.rows}, cv::Scalar(0, 0, 255), 8);
		sum += view.data[0] + shapes.data[0];
	}
	std::printf("%.0f\n", sum);
	return 0;
}
