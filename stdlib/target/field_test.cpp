// target.field: a robot drives about a field of tags, whose corners cv::projectPoints makes; and
// the files that it reads.
#include <target/field.pkd.h>

#include <array>
#include <cmath>
#include <opencv2/calib3d.hpp>

#include "../test/filter_run.hpp"
#include "../test/lens_file.hpp"
#include "field_layout.h"

extern "C" const struct pkd_methods target_field_methods;

namespace
{

constexpr uint32_t N = 64;
constexpr double size = 0.1651;
const cv::Matx33d camera(620, 0, 330, 0, 610, 235, 0, 0, 1);
const std::vector<double> lens = {-0.2, 0.05, 0.001, -0.002, 0.01};

// Tags on two walls, as WPILib writes them: 1 to 3 look along x, 4 and 5 against y.
const struct {
	uint32_t id;
	double x, y, z, yaw; // degrees
} tags[] = {
	{1, 0, 1, 1.2, 0},     {2, 0, 2, 1.5, 0},     {3, 0, 3, 1.2, 0},
	{4, 1.5, 4, 1.2, -90}, {5, 2.5, 4, 1.4, -90},
};

std::string layout()
{
	std::string text = "{\"tags\":[";

	for (const auto &tag : tags) {
		char one[400];
		const double half = tag.yaw * CV_PI / 360;

		snprintf(
			one, sizeof(one),
			"%s\n{\"ID\": %u, \"pose\": {\"translation\": {\"x\": %g, \"y\": %g, \"z\": %g}, "
			"\"rotation\": {\"quaternion\": {\"W\": %.9f, \"X\": 0.0, \"Y\": 0.0, \"Z\": "
			"%.9f}}}}",
			&tag == tags ? "" : ",", tag.id, tag.x, tag.y, tag.z, std::cos(half),
			std::sin(half));
		text += one;
	}
	return text + "],\n\"field\":{\"length\":16.5,\"width\":8.2}}\n";
}

cv::Matx33d about_z(double degrees)
{
	const double a = degrees * CV_PI / 180;

	return {std::cos(a), -std::sin(a), 0, std::sin(a), std::cos(a), 0, 0, 0, 1};
}
cv::Matx33d about_y(double degrees)
{
	const double a = degrees * CV_PI / 180;

	return {std::cos(a), 0, std::sin(a), 0, 1, 0, -std::sin(a), 0, std::cos(a)};
}

struct driver {
	std::string layout_path, camera_path;
	struct target_field_params params = {};
	std::unique_ptr<filter_run> run;
	struct target_field_tags *seen;
	struct target_Pose *pose, *eye;
	uint32_t used = 0;
	float error = 0;

	driver()
		: layout_path(lens_write("field.json", layout())),
		  camera_path(lens_file(camera, lens, 640, 480)),
		  seen(static_cast<struct target_field_tags *>(
			  fake_slot(sizeof(uint64_t) + N * sizeof(struct detect_Tag)))),
		  pose(static_cast<struct target_Pose *>(fake_slot(sizeof(*pose)))),
		  eye(static_cast<struct target_Pose *>(fake_slot(sizeof(*eye))))
	{
		params.N = N;
		params.layout = layout_path.c_str();
		params.calibration = camera_path.c_str();
		params.family = detect_Family_tag36h11;
		params.size = size;
		params.max_ambiguity = 0.2f;
		params.max_error = 3;
		params.x = 0.25; // before the middle, to the left, and looking up
		params.y = 0.1;
		params.z = 0.5;
		params.pitch = -15;
		params.yaw = 5;
		seen->len = 0;
	}
	~driver()
	{
		fake_slot_free(seen);
		fake_slot_free(pose);
		fake_slot_free(eye);
	}
	driver(const driver &) = delete;
	driver &operator=(const driver &) = delete;

	void start()
	{
		run = std::make_unique<filter_run>(target_field_methods, &params);
		if (run->result)
			fail_msg("%s", run->ctx->error);
	}
	void step()
	{
		struct target_field_in in = {seen};
		struct target_field_out out = {pose, eye, &used, &error};

		run->ctx->absent = 0;
		if (run->step(&in, &out) != PKD_OK)
			fail_msg("%s", run->ctx->error);
	}
	// What the camera sees of a robot at x, y that is turned by so many degrees.
	void see(double x, double y, double yaw)
	{
		const cv::Matx33d robot = about_z(yaw), mount = about_z(5) * about_y(-15);
		const cv::Vec3d at = cv::Vec3d(x, y, 0) + robot * cv::Vec3d(0.25, 0.1, 0.5);
		const cv::Matx33d axes(0, -1, 0, 0, 0, -1, 1, 0, 0); // WPILib's in OpenCV's
		const cv::Matx33d turn = axes * (robot * mount).t();

		seen->len = 0;
		for (const auto &tag : tags)
			add(tag.id, cv::Vec3d(tag.x, tag.y, tag.z), about_z(tag.yaw), turn, at);
	}
	void add(uint32_t id, const cv::Vec3d &tag, const cv::Matx33d &tag_turn,
	         const cv::Matx33d &turn, const cv::Vec3d &eye_at)
	{
		const double h = size / 2;
		std::vector<cv::Point3d> model;
		std::vector<cv::Point2d> corners;
		cv::Vec3d rotation;

		for (const cv::Vec3d &corner : {cv::Vec3d(0, -h, -h), cv::Vec3d(0, h, -h),
		                                cv::Vec3d(0, h, h), cv::Vec3d(0, -h, h)}) {
			model.push_back(cv::Point3d(turn * (tag_turn * corner + tag - eye_at)));
			if (model.back().z < 0.1)
				return;
		}
		cv::projectPoints(model, cv::Vec3d(), cv::Vec3d(), camera, lens, corners);
		for (const cv::Point2d &corner : corners)
			if (corner.x < 0 || corner.x > 639 || corner.y < 0 || corner.y > 479)
				return;
		struct detect_Tag *one = &seen->items[seen->len++];

		*one = {};
		one->id = id;
		one->family = detect_Family_tag36h11;
		for (size_t i = 0; i < 4; i++)
			one->corners[i] = {static_cast<float>((corners[i].x + 0.5) / 640),
			                   static_cast<float>((corners[i].y + 0.5) / 480)};
	}
	double apart(double x, double y, double yaw) const
	{
		const double half = yaw * CV_PI / 360;
		const double dot = pose->qw * std::cos(half) + pose->qz * std::sin(half);

		assert_true(std::abs(dot) > 0.9999);
		return cv::norm(cv::Vec3d(pose->x - x, pose->y - y, pose->z));
	}
};

void a_robot_is_where_it_drove(void **)
{
	double most = 0;
	uint32_t n_places = 0, n_tags = 0;
	driver node;

	node.start();
	for (double x = 1.5; x < 5; x += 0.5)
		for (double y = 0.5; y < 3.5; y += 0.5)
			for (double yaw = 100; yaw < 260; yaw += 20) {
				node.see(x, y, yaw);
				if (node.seen->len < 2)
					continue;
				node.step();
				assert_int_equal(node.run->ctx->absent, 0);
				assert_int_equal(node.used, node.seen->len);
				most = std::max(most, node.apart(x, y, yaw));
				assert_true(node.error < 0.1f);
				n_places++;
				n_tags = std::max(n_tags, node.used);
			}
	print_message("%u places, of up to %u tags: %.4f m\n", n_places, n_tags, most);
	assert_true(n_places > 50 && n_tags >= 3);
	assert_true(most < 0.005);
	fake_directory_remove();
}

void the_camera_is_where_it_is_mounted(void **)
{
	driver node;

	node.start();
	node.see(3, 2, 180);
	node.step();
	assert_true(cv::norm(cv::Vec3d(node.eye->x - 2.75, node.eye->y - 1.9, node.eye->z - 0.5)) <
	            0.005);
	fake_directory_remove();
}

// One tag tells where it is turned much; where it faces the camera nobody knows.
void a_single_tag_tells_unless_it_is_ambiguous(void **)
{
	driver node;

	node.start();
	node.see(2.4, 0.4, 150);
	assert_true(node.seen->len >= 1);
	node.seen->len = 1;
	node.step();
	assert_int_equal(node.used, 1);
	assert_true(node.apart(2.4, 0.4, 150) < 0.02);

	node.params.max_ambiguity = 0; // it is live
	node.step();
	assert_int_equal(node.used, 0);
	assert_int_equal(node.run->ctx->absent, 1 | 2 | 8);
	fake_directory_remove();
}

void tags_of_elsewhere_do_not_count(void **)
{
	driver node;

	node.start();
	node.see(3, 2, 180);
	const uint32_t n = node.seen->len;
	node.seen->items[node.seen->len] = node.seen->items[0];
	node.seen->items[node.seen->len++].id = 99;
	node.step();
	assert_int_equal(node.used, n);

	for (uint32_t i = 0; i < node.seen->len; i++)
		node.seen->items[i].id += 100;
	node.step();
	assert_int_equal(node.used, 0);
	assert_int_equal(node.run->ctx->absent, 1 | 2 | 8);
	node.seen->len = 0;
	node.step();
	assert_int_equal(node.used, 0);
	fake_directory_remove();
}

// The file has ids of one family, and another one has the same.
void nor_do_those_of_another_family(void **)
{
	driver node;

	node.start();
	node.see(3, 2, 180);
	const uint32_t n = node.seen->len;

	assert_true(n >= 2);
	node.seen->items[n] = node.seen->items[0];
	node.seen->items[n].family = detect_Family_tag16h5;
	for (struct detect_Point &corner : node.seen->items[n].corners)
		corner.x += 0.1f;
	node.seen->len = n + 1;
	node.step();
	assert_int_equal(node.used, n);
	assert_true(node.apart(3, 2, 180) < 0.02);
	for (uint32_t i = 0; i < n; i++)
		node.seen->items[i].family = detect_Family_tag16h5;
	node.step();
	assert_int_equal(node.used, 0);

	driver other;

	other.params.family = detect_Family_tag16h5;
	other.start();
	other.see(3, 2, 180);
	other.step();
	assert_int_equal(other.used, 0);
	for (uint32_t i = 0; i < other.seen->len; i++)
		other.seen->items[i].family = detect_Family_tag16h5;
	other.step();
	assert_int_equal(other.used, n);
	fake_directory_remove();
}

// A tag that hangs elsewhere than the file says is left out; of two nobody knows which it is.
void a_tag_that_does_not_fit_is_left_out(void **)
{
	driver node;

	node.start();
	node.see(3.5, 2.2, 180);
	assert_true(node.seen->len >= 3);
	for (uint32_t i = 0; i < 4; i++)
		node.seen->items[1].corners[i].y += 0.1f;
	const uint32_t n = node.seen->len;
	node.step();
	assert_int_equal(node.used, n - 1);
	assert_true(node.apart(3.5, 2.2, 180) < 0.02);

	node.seen->len = 2;
	node.step();
	assert_int_equal(node.used, 0);
	assert_int_equal(node.run->ctx->absent, 1 | 2 | 8);
	fake_directory_remove();
}

void hopeless_corners_do_no_harm(void **)
{
	const float values[] = {0, 0.5f, 1, -3, 1e30f, -1e30f, NAN, INFINITY};
	uint32_t random = 7;
	driver node;

	node.start();
	for (int i = 0; i < 300; i++) {
		node.seen->len = i % 10 == 0 ? N : 5;
		for (uint32_t k = 0; k < node.seen->len; k++) {
			node.seen->items[k] = {};
			node.seen->items[k].id = 1 + k % 5;
			node.seen->items[k].family = detect_Family_tag36h11;
			for (struct detect_Point &corner : node.seen->items[k].corners) {
				random = random * 1664525 + 1013904223;
				corner = i % 2 ? detect_Point{values[random >> 29],
				                              values[random >> 20 & 7]}
				               : detect_Point{
							 static_cast<float>(random >> 24) / 256,
							 static_cast<float>(random >> 16 & 255) /
								 256};
			}
		}
		node.step();
		if (node.used > 0)
			assert_true(std::isfinite(node.pose->x) && std::isfinite(node.pose->qw));
	}
	fake_directory_remove();
}

// ---- Files ----

void assert_wrong(const std::string &text, const char *says)
{
	static struct field_layout layout;
	char why[FIELD_WHY_SIZE];
	const char *wrong = field_layout_read(text.data(), text.size(), &layout, why);

	if (!wrong)
		fail_msg("it is taken: %s", text.c_str());
	if (!std::strstr(wrong, says))
		fail_msg("'%s' does not say '%s'", wrong, says);
}

std::string replaced(const char *from, const char *to)
{
	std::string text = layout();
	const size_t at = text.find(from);

	assert_true(at != std::string::npos);
	return text.replace(at, std::strlen(from), to);
}

void wrong_fields_say_what_is_wrong(void **)
{
	assert_wrong("", "'{'");
	assert_wrong("[]", "'{'");
	assert_wrong("{}", "it has no 'tags'");
	assert_wrong("{\"tags\":[]}", "it has no `tags`");
	assert_wrong(replaced("\"ID\": 2", "\"ID\": 1"), "tag 1: it is there twice");
	assert_wrong(replaced("\"ID\": 2", "\"id\": 2"), "it has no 'ID'");
	assert_wrong(replaced("\"ID\": 2", "\"ID\": -2"), "ID: -2 does not fit u32");
	assert_wrong(replaced("\"x\": 0", "\"x\": 1e300"), "tag 1: its `translation` is no place");
	assert_wrong(replaced("\"x\": 0", "\"x\": null"), "tag 1: its `translation` is no place");
	assert_wrong(replaced("\"W\": 1.0", "\"W\": 2.0"), "its `quaternion` is none of length 1");
	assert_wrong(replaced("\"W\": 1.0", "\"Q\": 1.0"), "it has no 'W'");
	assert_wrong(layout() + "x", "");
}

void damaged_fields_do_no_harm(void **)
{
	static struct field_layout read;
	const std::string whole = layout();
	uint32_t random = 5, n_wrong = 0;

	for (size_t i = 0; i < 3000; i++) {
		std::string text = whole;
		char why[FIELD_WHY_SIZE];

		random = random * 1664525 + 1013904223;
		if (i % 2)
			text.resize(random / 16 % text.size());
		else
			text[random / 16 % text.size()] = static_cast<char>(random >> 24);
		n_wrong += field_layout_read(text.data(), text.size(), &read, why) != nullptr;
	}
	print_message("%u of 3000 refused\n", n_wrong);
	assert_in_range(n_wrong, 1500, 2999);
}

void a_field_that_is_not_there_is_told(void **)
{
	const auto ctx = std::make_unique<struct pkd_ctx>();
	void *self = fake_self(&target_field_methods);
	driver node;

	node.params.layout = "/nowhere/field.json";
	assert_int_equal(target_field_methods.init(self, &node.params, ctx.get()), -ENOENT);
	assert_non_null(std::strstr(ctx->error, "cannot read '/nowhere/field.json'"));
	node.params.layout = node.camera_path.c_str();
	assert_int_equal(target_field_methods.init(self, &node.params, ctx.get()), -EINVAL);
	assert_non_null(std::strstr(ctx->error, "is no layout of a field: "));
	free(self);
	fake_directory_remove();
}

} // namespace

int main()
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_robot_is_where_it_drove),
		cmocka_unit_test(the_camera_is_where_it_is_mounted),
		cmocka_unit_test(a_single_tag_tells_unless_it_is_ambiguous),
		cmocka_unit_test(tags_of_elsewhere_do_not_count),
		cmocka_unit_test(nor_do_those_of_another_family),
		cmocka_unit_test(a_tag_that_does_not_fit_is_left_out),
		cmocka_unit_test(hopeless_corners_do_no_harm),
		cmocka_unit_test(wrong_fields_say_what_is_wrong),
		cmocka_unit_test(damaged_fields_do_no_harm),
		cmocka_unit_test(a_field_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
