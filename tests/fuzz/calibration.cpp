// Files of cameras and of fields, as stdlib/video/calibration.cpp and stdlib/target/field_layout.c
// read them. With -fsanitize=fuzzer it is a fuzzer; with -DREPLAY it runs the files it is given,
// once each.
#include <cmath>
#include <cstring>

#include "target/field_layout.h"
#include "video/calibration.hpp"

#include "input.h"

namespace
{

void expect_message(const char *text)
{
	expect(*text && std::strlen(text) < FIELD_WHY_SIZE, "a message is empty or too long");
}

void look_at_camera(const std::string &text)
{
	calibration read;
	const char *wrong = calibration_read(text, &read);

	if (!wrong)
		wrong = calibration_wrong(read);
	if (wrong) {
		expect_message(wrong);
		return;
	}
	for (const auto &size : {cv::Size(1, 1), {640, 480}, {1920, 1080}, {65535, 65535}}) {
		calibration scaled = read;

		if (!calibration_scale(&scaled, size.width, size.height))
			continue;
		expect(scaled.width == size.width && scaled.height == size.height,
		       "it has another size");
		expect(!calibration_wrong(scaled), "what was scaled is no camera");
	}
}

void look_at_field(const std::string &text)
{
	static struct field_layout read;
	char why[FIELD_WHY_SIZE];
	const char *wrong = field_layout_read(text.data(), text.size(), &read, why);

	if (wrong) {
		expect_message(wrong);
		return;
	}
	expect(read.n > 0 && read.n <= FIELD_MAX_TAGS, "the number of tags is out of its range");
	for (uint32_t i = 0; i < read.n; i++) {
		const struct field_tag &tag = read.tags[i];
		const double length = tag.qw * tag.qw + tag.qx * tag.qx + tag.qy * tag.qy +
		                      tag.qz * tag.qz;

		expect(field_layout_find(&read, tag.id) == &tag, "two tags have one id");
		expect(std::isfinite(tag.x + tag.y + tag.z), "a place is none");
		expect(std::abs(length - 1) < 1e-9, "a turn is none");
	}
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const std::string text(reinterpret_cast<const char *>(data), size);

	look_at_camera(text);
	look_at_field(text);
	return 0;
}
