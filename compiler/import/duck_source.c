/* PeekingDuck's sources, and what changes the picture before it is looked at. */
#include "base/file.h"
#include "base/text.h"
#include "import/step.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- Sources ---- */

enum source_kind { SOURCE_FILE, SOURCE_FOLDER, SOURCE_STREAM, SOURCE_CAMERA, SOURCE_UNKNOWN };

static bool ends_like_a_file(const char *text)
{
	static const char *const endings[] = {".mp4", ".avi",  ".mov", ".mkv",  ".webm", ".m4v",
	                                      ".mpg", ".mpeg", ".ts",  ".wmv",  ".flv",  ".gif",
	                                      ".jpg", ".jpeg", ".png", ".m3u8", ".bmp"};
	size_t n = strcspn(text, "?#");

	for (size_t i = 0; i < LENGTH(endings); i++) {
		size_t k = strlen(endings[i]);
		if (n >= k && strncasecmp(text + n - k, endings[i], k) == 0)
			return true;
	}
	return false;
}

static enum source_kind kind_of(struct pond *pond, const char *text)
{
	static const char *const live[] = {
		"rtsp:", "rtsps:", "rtmp:", "rtmps:", "rtp:", "udp:", "srt:", "tcp:"};

	for (size_t i = 0; i < LENGTH(live); i++) {
		if (text_begins(text, live[i]))
			return SOURCE_STREAM;
	}
	if (text_begins(text, "http:") || text_begins(text, "https:"))
		return ends_like_a_file(text) ? SOURCE_FILE : SOURCE_STREAM;
	if (text_begins(text, "/dev/"))
		return SOURCE_CAMERA;
	size_t n = strlen(text);
	if (n > 0 && (text[n - 1] == '/' ||
	              file_is_directory(path_join(pond->arena, pond->duck->directory, text))))
		return SOURCE_FOLDER;
	return SOURCE_FILE;
}

static const struct doc *source_of(const struct step *step)
{
	static const char *const names[] = {"source", "input_source", "input_dir"};
	const struct doc *value = NULL;

	for (size_t i = 0; i < LENGTH(names) && !value; i++)
		value = step_param(step, names[i]);
	return value;
}

static bool is_shown(const struct pond *pond)
{
	for (size_t i = 0; i < pond->steps.n; i++) {
		if (step_is(&pond->steps.items[i], "output.screen"))
			return true;
	}
	return false;
}

static bool has_model(const struct pond *pond)
{
	for (size_t i = 0; i < pond->steps.n; i++) {
		if (text_begins(pond->steps.items[i].name, "model.") ||
		    pond->steps.items[i].is_custom)
			return true;
	}
	return false;
}

/* The parameter of the pipeline that says what is opened. */
static void add_parameter(struct pond *pond, const char *name, const char *text, const char *what)
{
	struct buf *out = &pond->program.parameters;

	if (text)
		buf_printf(out, "    %s: string = %s,    /// %s\n", name,
		           program_quoted(pond->arena, text), what);
	else
		buf_printf(out, "    param %s: string,    /// %s\n", name, what);
}

static void add_size(struct pond *pond, int w, int h)
{
	buf_printf(&pond->program.head,
	           "// The largest picture that the source may have: -D W=3840 is another width.\n"
	           "const W = %d\nconst H = %d\n",
	           w, h);
}

static void add_file(struct pond *pond, const char *text, bool is_folder)
{
	const char *more = is_shown(pond) ? "" : ", speed: 0.0";

	add_size(pond, 1920, 1080);
	if (is_folder)
		more = arena_printf(pond->arena, "%s, playlists: true, folder: %s", more,
		                    program_quoted(pond->arena, text));
	else if (strstr(text, ".m3u8"))
		more = arena_printf(pond->arena, "%s, playlists: true", more);
	program_add(&pond->program, program_name(&pond->program, "cam"),
	            "video.open(source, W: W, H: H%s)", more);
	program_set(&pond->program, "img", SIDE_FRAME, NULL, "cam");
}

static void add_live(struct pond *pond, bool is_camera, const char *more)
{
	struct program *program = &pond->program;

	if (is_camera)
		add_size(pond, 1280, 720);
	else
		add_size(pond, 1920, 1080);
	program_comment(program, "cam.link says how the camera is: connecting, online, stalled, "
	                         "frozen, offline");
	if (is_camera)
		program_add(program, program_name(program, "cam"),
		            "video.camera(device, W: W, H: H)");
	else
		program_add(program, program_name(program, "cam"),
		            "video.stream(source%s, W: W, H: H)", more);
	program_set(program, "img", SIDE_FRAME, NULL, "cam.frame");
	if (!program->is_exact || !has_model(pond))
		return;
	program_comment(program, "the newest frame when all is done with the one before; what was "
	                         "found is of the same frame");
	vec_push(pond->arena, &program->reads, program->statements.n - 2);
	program_add(program, program_name(program, "frame"), "latest cam.frame");
	program_set(program, "img", SIDE_FRAME, NULL, "frame");
}

/* A password is not copied into a program: "rtsp://user:password@camera/" gets parameters. */
static void add_address(struct pond *pond, const struct doc *value)
{
	const char *text = value->text, *host = strstr(text, "//");
	const char *at = NULL;
	/* A password may have an @ in it, a host has none. */
	for (const char *c = host; c && c < host + 2 + strcspn(host + 2, "/?#"); c++)
		at = *c == '@' ? c : at;
	const char *more = "";

	if (at) {
		const char *begin = host + 2, *colon = memchr(begin, ':', (size_t)(at - begin));
		const char *user = arena_strndup(pond->arena, begin,
		                                 (size_t)((colon ? colon : at) - begin));
		text = arena_printf(pond->arena, "%.*s%s", (int)(begin - text), text, at + 1);
		more = ", user: user, password: password";
		step_note(pond, value, NOTE_TOLD,
		          "the password is not copied: write it into a file, and start the program "
		          "with --password @FILE");
		add_parameter(pond, "source", text, "the address of the camera");
		add_parameter(pond, "user", user, "who asks for it, ...");
		buf_puts(
			&pond->program.parameters,
			"    param secret password: string = \"\",    /// ... and what proves it\n");
	} else {
		add_parameter(pond, "source", text, "the address of the camera");
	}
	add_live(pond, false, more);
}

static void add_folder(struct pond *pond, const struct doc *value)
{
	const char *folder = value->text;

	if (!text_ends_with(folder, "/"))
		folder = arena_printf(pond->arena, "%s/", folder);
	add_parameter(pond, "source", arena_printf(pond->arena, "%slist.ffconcat", folder),
	              "a list of files, see below");
	step_note(pond, value, NOTE_LOST,
	          "a directory is not read by itself: list its files in '%slist.ffconcat', as the "
	          "program shows",
	          folder);
	program_comment(&pond->program,
	                "in the directory: (echo ffconcat version 1.0; for f in *.mp4; do echo "
	                "\"file '$f'\"; done) >list.ffconcat");
	add_file(pond, folder, true);
}

/* resize: { do_resizing: True, width: 640, height: 480 }, and mirror_image. */
static void change_source(struct pond *pond, const struct step *step)
{
	struct program *program = &pond->program;
	const struct doc *resize = step_param(step, "resize");
	const struct doc *mirror = step_param(step, "mirror_image");
	const struct doc *wants = doc_get(resize, "do_resizing");
	const struct doc *w = doc_get(resize, "width"), *h = doc_get(resize, "height");
	int64_t width = 1280, height = 720;
	bool truth = false;

	if (resize && resize->kind != DOC_MAP)
		step_note(pond, resize, NOTE_LOST, "'resize' has do_resizing, width and height");
	if (wants && doc_bool(wants, &truth) && truth) {
		if ((w && !doc_whole(w, &width)) || (h && !doc_whole(h, &height)) || width < 1 ||
		    height < 1 || width > 16384 || height > 16384) {
			step_note(pond, resize, NOTE_LOST,
			          "a width and a height go from 1 to 16384");
		} else {
			const char *img = program_read(program, "img", SIDE_FRAME);
			program_add(program, program_name(program, "scaled"),
			            "image.scale(%s, W: %d, H: %d)", img, (int)width, (int)height);
			program_set(program, "img", SIDE_FRAME, NULL,
			            program->statements.items[program->statements.n - 1].name);
		}
	}
	if (mirror && !doc_bool(mirror, &truth)) {
		step_note(pond, mirror, NOTE_LOST, "'mirror_image' must be True or False");
	} else if (mirror && truth) {
		const char *img = program_read(program, "img", SIDE_FRAME);
		program_add(program, program_name(program, "mirrored"), "image.flip(%s)", img);
		program_set(program, "img", SIDE_FRAME, NULL,
		            program->statements.items[program->statements.n - 1].name);
	}
}

/* What is between < and >, on one line. */
static const char *placeholder_words(struct pond *pond, const char *text)
{
	char *words = arena_strndup(pond->arena, text + 1, strlen(text) - 2);

	for (char *c = words; *c; c++)
		*c = (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c;
	return words;
}

static void add_source(struct pond *pond, const struct doc *value)
{
	int64_t number;

	if (!value || value->kind != DOC_SCALAR || doc_is_placeholder(value->text)) {
		bool is_placeholder = value && value->kind == DOC_SCALAR;
		add_parameter(pond, "source", NULL,
		              is_placeholder ? placeholder_words(pond, value->text)
		                             : "a file, or an address");
		pond->program.is_exact = true;
		add_file(pond, "", false);
		return;
	}
	if (doc_whole(value, &number) && number >= 0 && number < 1000) {
		add_parameter(pond, "device",
		              arena_printf(pond->arena, "/dev/video%d", (int)number),
		              "the camera; better by its port, /dev/v4l/by-path/…");
		add_live(pond, true, "");
		return;
	}
	switch (kind_of(pond, value->text)) {
	case SOURCE_CAMERA:
		add_parameter(pond, "device", value->text, "the camera");
		add_live(pond, true, "");
		break;
	case SOURCE_STREAM:
		add_address(pond, value);
		break;
	case SOURCE_FOLDER:
		pond->program.is_exact = true;
		add_folder(pond, value);
		break;
	case SOURCE_FILE:
	case SOURCE_UNKNOWN:
		pond->program.is_exact = true;
		add_parameter(pond, "source", value->text, "a file, or an address");
		add_file(pond, value->text, false);
		break;
	}
}

/* The source of a node that names none, or NULL: a camera, or the clip of its first lesson. */
static const struct doc *default_of(struct pond *pond, const struct step *step)
{
	struct doc *value = arena_new(pond->arena, struct doc);

	*value = (struct doc){.kind = DOC_SCALAR,
	                      .plain = true,
	                      .line = step->place->line,
	                      .column = step->place->column};
	if (step_is(step, "input.live"))
		value->text = "0";
	else if (step_is(step, "input.visual"))
		value->text = "https://storage.googleapis.com/peekingduck/videos/wave.mp4";
	else
		return NULL;
	step_note(pond, step->place, NOTE_TOLD, "no source is given: it is %s",
	          step_is(step, "input.live") ? "the first camera" : value->text);
	return value;
}

bool make_source(struct pond *pond, struct step *step)
{
	const struct doc *value = source_of(step);

	if (pond->has_source) {
		step_note(pond, step->place, NOTE_LOST, "a pipeline of PeekingDuck has one source");
		return false;
	}
	pond->has_source = true;
	/* As PeekingDuck has it where nothing is said. */
	if (!value)
		value = default_of(pond, step);
	if (!value || value->kind != DOC_SCALAR)
		step_note(pond, value ? value : step->place, NOTE_TOLD,
		          "no source is given: write --source FILE when the program is started");
	else if (doc_is_placeholder(value->text))
		step_note(pond, value, NOTE_TOLD,
		          "the source is left open: write --source FILE when the program is "
		          "started");
	add_source(pond, value);
	change_source(pond, step);
	return true;
}

/* ---- Changing the picture ---- */

/* PeekingDuck multiplies by alpha, and adds beta; image.adjust adds, and stretches about gray. */
bool make_contrast(struct pond *pond, struct step *step)
{
	bool old = step_is(step, "draw.image_processor");
	const struct doc *first = step_param(step, old ? "contrast" : "alpha");
	const struct doc *second = old ? step_param(step, "brightness") : NULL;
	double alpha = 1, beta = 0;

	if ((first && !doc_number(first, &alpha)) || (second && !doc_number(second, &beta))) {
		step_note(pond, first ? first : second, NOTE_LOST, "it must be a number");
		return false;
	}
	double brightness = alpha > 0 ? 0.5 - (0.5 - beta / 255) / alpha : -2;
	if (alpha > 10 || !(brightness >= -1 && brightness <= 1)) {
		step_note(
			pond, first ? first : second, NOTE_LOST,
			"this cannot be done by one image.adjust, which takes a contrast from 0.34 to 10");
		return false;
	}
	const char *img = program_read(&pond->program, "img", SIDE_FRAME);
	step_add(pond, step,
	         arena_printf(pond->arena, "image.adjust(%s, brightness: %s, contrast: %s)", img,
	                      program_fraction(pond->arena, brightness),
	                      program_fraction(pond->arena, alpha)));
	return true;
}
