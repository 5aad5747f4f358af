// What a program makes of a clip with OpenCV alone: decode, resize, find people, draw, encode.
//
//   people opencv|gstreamer SOURCE COPY
//
// With OpenCV's FFmpeg, or with its GStreamer, whose elements then decode, resize and encode in
// threads of their own. For `make bench`; the encoder's settings are those of video.write.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <opencv2/videoio.hpp>
#include <string>
#include <vector>

namespace
{

// As detect.people: each window of weight 0 and more, the same step and scales, one box a person.
void find(const cv::HOGDescriptor &hog, const cv::Mat &picture, std::vector<cv::Rect> &people)
{
	std::vector<cv::Rect> windows;
	std::vector<double> weights;
	std::vector<float> scores;
	std::vector<int> kept;

	hog.detectMultiScale(picture, windows, weights, 0, cv::Size(8, 8), cv::Size(), 1.1, 0);
	scores.assign(weights.begin(), weights.end());
	cv::dnn::NMSBoxes(windows, scores, 0.3f, 0.35f, kept);
	people.clear();
	for (int i : kept)
		people.push_back(windows[static_cast<size_t>(i)]);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	const bool gstreamer = std::strcmp(argv[1], "gstreamer") == 0;
	const std::string source = argv[2], copy = argv[3];
	const int x264 = cv::VideoWriter::fourcc('a', 'v', 'c', '1');
	const cv::Size half(640, 360);
	cv::VideoCapture in;
	cv::VideoWriter out;

	setenv("OPENCV_FFMPEG_WRITER_OPTIONS", "preset;veryfast|tune;zerolatency|crf;23", 1);
	if (gstreamer) {
		in.open("filesrc location=" + source +
		                " ! qtdemux ! h264parse ! avdec_h264 ! videoscale ! videoconvert"
		                " ! video/x-raw,format=BGR,width=640,height=360 ! appsink sync=false",
		        cv::CAP_GSTREAMER);
		out.open("appsrc ! videoconvert ! video/x-raw,format=I420 ! x264enc"
		         " speed-preset=veryfast tune=zerolatency pass=quant quantizer=23"
		         " ! h264parse ! mp4mux ! filesink location=" +
		                 copy,
		         cv::CAP_GSTREAMER, 0, 30, half);
	} else {
		in.open(source, cv::CAP_FFMPEG);
		out.open(copy, cv::CAP_FFMPEG, x264, 30, half);
	}
	if (!in.isOpened() || !out.isOpened()) {
		std::fprintf(stderr, "cannot %s\n", in.isOpened() ? "encode" : "decode");
		return 1;
	}
	cv::HOGDescriptor hog;
	hog.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector());
	cv::Mat frame, small;
	std::vector<cv::Rect> people;
	while (in.read(frame)) {
		if (gstreamer)
			small = frame;
		else
			cv::resize(frame, small, half);
		find(hog, small, people);
		for (const cv::Rect &box : people) {
			cv::rectangle(small, box, cv::Scalar(0, 0, 255), 2);
			cv::putText(small, "person", box.tl(), cv::FONT_HERSHEY_SIMPLEX, 0.5,
			            cv::Scalar(0, 0, 255));
		}
		out.write(small);
	}
	return 0;
}
