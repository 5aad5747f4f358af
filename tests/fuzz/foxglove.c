/* What a client of the Foxglove protocol sends, as runtime/web reads it, a message a line: T and a
 * text, B and a binary message, A and a line of the console. What comes of it must be JSON, and what
 * the console is asked one line that asks for no more than it may. With -fsanitize=fuzzer it is a
 * fuzzer; with -DREPLAY it runs the files it is given, once each. */
#include <stdlib.h>
#include <string.h>

#include "console/json.h"
#include "input.h"
#include "web/foxglove.h"

/* ---- A program ---- */

static const char *const mode_names[] = {"low", "high"};
static const struct pkd_type mode = {
	.kind = PKD_ENUM, .name = "Mode", .size = 4, .n = 2, .names = mode_names};
static const struct pkd_type word = {.kind = PKD_STRING, .name = "string<8>", .size = 16, .n = 8};
static const struct pkd_field fields[] = {{"name", &word, 0}, {"mode", &mode, 16}};
static const struct pkd_type both = {
	.kind = PKD_RECORD, .name = "Both", .size = 20, .n = 2, .fields = fields};
static const struct pkd_type image = {.kind = PKD_IMAGE, .name = "image<bgr24, 4, 4>"};
static const struct pkd_output outputs[] = {{.name = "both", .stream = 0, .type = &both},
                                            {.name = "image", .stream = 1, .type = &image}};
static const struct pkd_param params[] = {
	{.name = "k", .kind = PKD_I64, .live = true},
	{.name = "x", .kind = PKD_F64, .live = true, .n = 3},
	{.name = "on", .kind = PKD_BOOL, .live = true},
};
static const struct pkd_command commands[] = {
	{.name = "go", .doc = "", .args = &both, .answer = &word}};
static const struct pkd_node nodes[] = {{.name = "n",
                                         .kind = "n",
                                         .outputs = outputs,
                                         .n_outputs = 2,
                                         .param_table = params,
                                         .n_params = 3,
                                         .commands = commands,
                                         .n_commands = 1}};
static const struct pkd_stream streams[] = {
	{.name = "n.both", .type = "Both", .output = 0, .value_size = 20},
	{.name = "n.image", .type = "image", .output = 1, .value_size = 128}};
static const struct pkd_program program = {.name = "p",
                                           .streams = streams,
                                           .n_streams = 2,
                                           .nodes = nodes,
                                           .n_nodes = 1,
                                           .param_table = params,
                                           .n_params = 1};
static const struct pkdi_web_host host = {.program = &program};

/* ---- What is not there: sockets and threads ---- */

static struct pkdi_json_value values[32768];

static void expect_json(const char *text, size_t n, struct pkdi_json *ret_json)
{
	*ret_json = (struct pkdi_json){.values = values, .max_values = 32768};
	expect(pkdi_json_read(ret_json, text, n), "what is said is not JSON");
}

bool pkdw_lane_is_busy(const struct pkdw_lane *lane)
{
	(void)lane;
	return false;
}

bool pkdw_lane_send(struct pkdw_lane *lane, const char *text, size_t n)
{
	struct pkdi_json json;
	char method[32];

	(void)lane;
	/* Of more than one line at most by white space, which the lane takes for what it is. */
	expect_json(text, n, &json);
	expect(json.values[0].n == 2 &&
	               pkdi_json_string(&json, pkdi_json_member(&json, 0, "method"), method,
	                                sizeof(method)) &&
	               (!strcmp(method, "get") || !strcmp(method, "set") ||
	                !strcmp(method, "call") || !strcmp(method, "logs")),
	       "something else is asked");
	return true;
}

struct pkdw_lane *pkdw_lane_create(struct pkdw_web *web, struct lws *socket, bool is_read_only)
{
	(void)web;
	(void)socket;
	(void)is_read_only;
	return calloc(1, sizeof(struct pkdw_lane));
}

void pkdw_lane_destroy(struct pkdw_lane *lane)
{
	free(lane);
}

char *pkdw_lane_line(struct pkdw_lane *lane, size_t *ret_size)
{
	(void)lane;
	*ret_size = 0;
	return NULL;
}

bool pkdw_lane_has_ended(const struct pkdw_lane *lane)
{
	(void)lane;
	return false;
}

bool pkdw_picture_can(enum pkdw_codec codec)
{
	(void)codec;
	return true;
}

struct pkdw_wish pkdw_wish_make(uint32_t stream, enum pkdw_codec codec,
                                const struct pkdi_web_limits *limits)
{
	(void)codec;
	(void)limits;
	return (struct pkdw_wish){.stream = stream};
}

bool pkdw_encoder_join(struct pkdw_web *web, const struct pkdw_wish *wish,
                       struct pkdw_viewer *viewer)
{
	(void)web;
	(void)viewer;
	return wish->stream < program.n_streams;
}

void pkdw_encoder_leave(struct pkdw_viewer *viewer)
{
	(void)viewer;
}

void pkdw_encoder_want(struct pkdw_encoder *encoder)
{
	(void)encoder;
}

void pkdw_encoder_want_key(struct pkdw_encoder *encoder)
{
	(void)encoder;
}

bool pkdw_value_join(struct pkdw_web *web, const struct pkdw_channel *channel,
                     struct pkdw_reader *reader)
{
	(void)web;
	(void)reader;
	return channel->stream < program.n_streams;
}

void pkdw_value_leave(struct pkdw_web *web, struct pkdw_reader *reader)
{
	(void)web;
	(void)reader;
}

/* foxglove.c, without what sends. */
void pkdw_note_add(struct pkdw_foxglove *client, struct pkdw_note *note)
{
	(void)client;
	free(note);
}

void pkdw_note_json(struct pkdw_foxglove *client, pkdw_write *write, const void *what)
{
	static char text[1 << 20];
	struct pkdi_out out = {.text = text, .size = sizeof(text)};
	struct pkdi_json json;

	write(client, what, &out);
	if (!out.is_full)
		expect_json(text, out.n, &json);
}

void pkdw_note_status(struct pkdw_foxglove *client, int level, const char *format, ...)
{
	(void)client;
	(void)format;
	expect(level >= 0 && level <= 2, "a status has no level");
}

int lws_callback_on_writable(struct lws *wsi)
{
	(void)wsi;
	return 0;
}

/* ---- Messages ---- */

/* Without a byte behind it, so that what reads on is seen by a sanitizer. */
static void take(struct pkdw_foxglove *client, char kind, const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n + !n);

	memcpy(copy, data, n);
	if (kind == 'B')
		pkdw_foxglove_binary(client, copy, n);
	else if (kind == 'A')
		pkdw_ask_answer(client, (const char *)copy, n);
	else
		pkdw_foxglove_text(client, (const char *)copy, n);
	free(copy);
	expect(client->n_asks <= PKDW_MAX_ASKS && client->n_subscriptions <= PKDW_MAX_SUBSCRIPTIONS,
	       "too much is kept");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pkdw_web web = {.host = &host};
	struct pkdw_foxglove client = {.web = &web};

	if (size > INPUT_MAX || !pkdw_channels(&web))
		return 0;
	pkdw_foxglove_greet(&client);
	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;

		if (n)
			take(&client, (char)data[0], data + 1, n - 1);
		n += end != NULL;
		data += n;
		size -= n;
	}
	pkdw_unsubscribe_all(&client);
	free(client.answer);
	pkdw_ask_forget(&client);
	pkdw_channels_destroy(web.channels);
	return 0;
}
