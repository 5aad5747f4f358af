// A camera's picture of a target whose place is known, and what the nodes that look for it find.
// For tests in C++.
#ifndef PKD_TEST_TARGET_RUN_HPP
#define PKD_TEST_TARGET_RUN_HPP

#include <image/inrange.pkd.h>
#include <target/scene.pkd.h>
#include <target/tapes.pkd.h>

#include <cmath>

#include "../target/lens.h"
#include "../target/outlines.hpp"
#include "filter_run.hpp"

extern "C" const struct pkd_methods target_scene_methods, target_tapes_methods,
	image_inrange_methods;

static inline struct target_scene_params scene_params(uint32_t width, uint32_t height)
{
	struct target_scene_params params = {};

	params.fov = 50.336f;
	params.cx = params.cy = -1;
	params.colour = "#24ff92";
	params.brightness = 0.8f;
	params.ground = 16;
	params.blur = 0.6f;
	params.noise = 2;
	params.spacing = 0.2032f;
	params.tape_width = 0.0508f;
	params.tape_height = 0.1397f;
	params.tilt = 14.5f;
	params.family = detect_Family_tag36h11;
	params.id = 1;
	params.size = 0.1651f;
	params.W = width;
	params.H = height;
	return params;
}

static inline struct target_tapes_params tapes_params()
{
	struct target_tapes_params params = {};

	params.min_aspect = 0.4f;
	params.min_solidity = 0.9f;
	params.tilt = 14.5f;
	params.tilt_tolerance = 5;
	params.min_area = 0.0001f;
	params.sort = target_Order_centermost;
	params.spacing = 0.2032f;
	params.fov = 50.336f;
	params.cx = -1;
	params.setback = 0;
	params.calibration = "";
	params.tolerance = 0.84f;
	return params;
}

// A pose whose target is turned by `yaw` about the upright axis, and by `roll` about the line of
// sight.
static inline struct target_Pose pose_at(double x, double y, double z, double yaw = 0,
                                         double roll = 0)
{
	const double a = lens_radians(yaw) / 2, b = lens_radians(roll) / 2;

	return {x,
	        y,
	        z,
	        std::cos(a) * std::cos(b),
	        std::sin(a) * std::sin(b),
	        std::sin(a) * std::cos(b),
	        std::cos(a) * std::sin(b)};
}

// scene -> inrange -> tapes, for frames of one size.
struct eyes {
	struct target_scene_params scene_with;
	struct image_inrange_params mask_with = {};
	struct target_tapes_params tapes_with = tapes_params();
	filter_image frame, mask;
	std::unique_ptr<filter_run> scene, inrange, tapes;
	struct target_Pair *pair =
		static_cast<struct target_Pair *>(fake_slot(sizeof(struct target_Pair)));

	eyes(uint32_t width, uint32_t height)
		: scene_with(scene_params(width, height)), frame(PKD_BGR24, width, height),
		  mask(PKD_GRAY8, width, height)
	{
		mask_with.h_min = 60;
		mask_with.h_max = 100;
		mask_with.s_min = mask_with.v_min = 100;
		mask_with.s_max = mask_with.v_max = 255;
		mask_with.FORMAT = PKD_BGR24;
		mask_with.W = width;
		mask_with.H = height;
		tapes_with.W = width;
		tapes_with.H = height;
	}
	~eyes()
	{
		fake_slot_free(pair);
	}

	// NULL: there is none.
	void draw(const struct target_Pose *pose)
	{
		static const struct target_Pose behind = {0, 0, -1, 1, 0, 0, 0};
		struct target_scene_in in = {pose ? pose : &behind};
		struct target_scene_out out = {frame.image};

		if (!scene)
			scene.reset(new filter_run(target_scene_methods, &scene_with));
		scene->ctx->number++;
		if (scene->result != PKD_OK || scene->step(&in, &out) != PKD_OK)
			fail_msg("%s", scene->ctx->error);
	}
	void look()
	{
		struct image_inrange_in in = {frame.image};
		struct image_inrange_out out = {mask.image};

		if (!inrange)
			inrange.reset(new filter_run(image_inrange_methods, &mask_with));
		assert_int_equal(inrange->step(&in, &out), PKD_OK);
	}
	bool find()
	{
		struct target_tapes_in in = {mask.image};
		struct target_tapes_out out = {pair};

		if (!tapes)
			tapes.reset(new filter_run(target_tapes_methods, &tapes_with));
		tapes->ctx->absent = 0;
		std::memset(static_cast<void *>(pair), 0, sizeof(*pair));
		assert_int_equal(tapes->step(&in, &out), PKD_OK);
		return !tapes->ctx->absent;
	}
	bool sees(const struct target_Pose &pose)
	{
		draw(&pose);
		look();
		return find();
	}
};

#endif
