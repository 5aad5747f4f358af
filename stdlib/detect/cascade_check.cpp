// See cascade.h. A cascade of OpenCV: stages, each of weak classifiers, each a tree of nodes (left,
// right, feature, then a threshold or a set of categories) and leaves; a child above 0 is the
// number of a node, any other that of a leaf, negated. At the end the features, of rectangles.
#include "cascade.h"

#include <string>
#include <vector>

namespace
{

constexpr int most_side = 1000; // of the window, pixels

struct window {
	int width, height;
	bool is_lbp;
	int step; // numbers of a node
	int n_features;
};

bool lies_in(const window &window, int x, int y, int width, int height)
{
	return x >= 0 && y >= 0 && width > 0 && height > 0 && x <= window.width - width &&
	       y <= window.height - height;
}

// x, y, width, height, and of Haar a weight. LBP's is one of three by three that touch.
bool rect_is_right(const window &window, const cv::FileNode &node, bool tilted)
{
	int numbers[4];

	if (node.size() < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		if (!node[i].isInt())
			return false;
		numbers[i] = node[i];
		if (numbers[i] < 0 || numbers[i] > most_side)
			return false;
	}
	const int x = numbers[0], y = numbers[1], width = numbers[2], height = numbers[3];

	if (window.is_lbp)
		return lies_in(window, x, y, width * 3, height * 3);
	// One that is turned by 45 degrees goes to the left and the right from its top.
	return tilted ? lies_in(window, x - height, y, width + height, width + height)
	              : lies_in(window, x, y, width, height);
}

bool feature_is_right(const window &window, const cv::FileNode &feature)
{
	if (window.is_lbp)
		return rect_is_right(window, feature["rect"], false);
	const cv::FileNode rects = feature["rects"];
	const bool tilted = static_cast<int>(feature["tilted"]) != 0;

	if (rects.size() < 1 || rects.size() > 3)
		return false;
	for (const cv::FileNode &rect : rects)
		if (!rect_is_right(window, rect, tilted))
			return false;
	return true;
}

// A child comes behind its parent, so that no way goes round in a circle.
bool child_is_right(int child, int parent, int n_nodes)
{
	return child > 0 ? child > parent && child < n_nodes : -child <= n_nodes;
}

bool tree_is_right(const window &window, const cv::FileNode &tree)
{
	const cv::FileNode all = tree["internalNodes"], leaves = tree["leafValues"];
	std::vector<double> numbers;

	all >> numbers;
	const int n = static_cast<int>(numbers.size()) / window.step;

	if (n == 0 || numbers.size() != static_cast<size_t>(n) * static_cast<size_t>(window.step) ||
	    leaves.size() != static_cast<size_t>(n) + 1)
		return false;
	for (int i = 0; i < n; i++) {
		const double *node =
			&numbers[static_cast<size_t>(i) * static_cast<size_t>(window.step)];

		for (int k = 0; k < 3; k++)
			if (!(node[k] >= -most_side * most_side &&
			      node[k] <= most_side * most_side))
				return false;
		if (!child_is_right(static_cast<int>(node[0]), i, n) ||
		    !child_is_right(static_cast<int>(node[1]), i, n) || node[2] < 0 ||
		    node[2] >= window.n_features)
			return false;
	}
	return true;
}

const char *read_window(const cv::FileNode &root, window *window)
{
	const std::string stage_kind = root["stageType"], kind = root["featureType"];
	const int categories = root["featureParams"]["maxCatCount"];

	window->width = root["width"];
	window->height = root["height"];
	window->is_lbp = kind == "LBP";
	window->step = window->is_lbp ? 3 + 256 / 32 : 4;
	window->n_features = static_cast<int>(root["features"].size());
	if (stage_kind != "BOOST" || (kind != "HAAR" && kind != "LBP"))
		return "it has no stages of Haar or LBP features, as opencv_traincascade writes them";
	if (categories != (window->is_lbp ? 256 : 0))
		return "its features and its trees do not go together";
	if (window->width < 3 || window->height < 3 || window->width > most_side ||
	    window->height > most_side)
		return "its window is smaller than 3 pixels, or larger than 1000";
	return nullptr;
}

} // namespace

const char *detect_cascade_wrong(const cv::FileNode &root)
{
	window window = {};

	if (!root.isMap())
		return "it has no stages of Haar or LBP features, as opencv_traincascade writes them";
	const char *wrong = read_window(root, &window);

	if (wrong)
		return wrong;
	for (const cv::FileNode &feature : root["features"])
		if (!feature_is_right(window, feature))
			return "a rectangle of a feature is not in its window";
	if (root["stages"].empty())
		return "it has no stages";
	for (const cv::FileNode &stage : root["stages"]) {
		if (stage["weakClassifiers"].empty())
			return "a stage has no trees";
		for (const cv::FileNode &tree : stage["weakClassifiers"])
			if (!tree_is_right(window, tree))
				return "a tree has a node, leaf or feature that is not there";
	}
	return nullptr;
}
