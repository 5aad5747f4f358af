// detect.qr: codes by ZXing, which looks at the snapshot itself where that has its brightness by
// itself.
#define ZX_USE_UTF8
#include <ReadBarcode.h>
#include <ZXVersion.h>

#include <detect/qr.pkd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <new>
#include <string>

#include "../base/fraction.h"
#include "../base/gray.hpp"

namespace
{

using ZXing::BarcodeFormat;

// By the values of enum CodeFormat.
const struct {
	const char *name;
	BarcodeFormat format;
} kinds[] = {
	{"qr", BarcodeFormat::QRCode},
	{"micro_qr", BarcodeFormat::MicroQRCode},
	{"aztec", BarcodeFormat::Aztec},
	{"data_matrix", BarcodeFormat::DataMatrix},
	{"maxi_code", BarcodeFormat::MaxiCode},
	{"pdf417", BarcodeFormat::PDF417},
	{"codabar", BarcodeFormat::Codabar},
	{"code39", BarcodeFormat::Code39},
	{"code93", BarcodeFormat::Code93},
	{"code128", BarcodeFormat::Code128},
	{"databar", BarcodeFormat::DataBar},
	{"databar_expanded", BarcodeFormat::DataBarExpanded},
	{"ean8", BarcodeFormat::EAN8},
	{"ean13", BarcodeFormat::EAN13},
	{"itf", BarcodeFormat::ITF},
	{"upca", BarcodeFormat::UPCA},
	{"upce", BarcodeFormat::UPCE},
};
static_assert(std::size(kinds) == detect_CodeFormat_upce + 1, "a row for each CodeFormat");

// Codes of more are found one by one, smaller ones among them that are left out.
constexpr uint8_t most_symbols = 255;

// Before version 2, ZXing compares what it has found in a way that aborts where two codes of bars
// say the same, in the frame or in a smaller copy of it: so only one is looked for, in the frame
// itself.
constexpr bool has_many_bars = ZXING_VERSION_MAJOR >= 2;

struct reader {
	ZXing::DecodeHints squares, bars;
	cv::Mat gray;
	bool has_told; // of a text that is too long
};

bool add_format(const std::string &name, ZXing::BarcodeFormats *formats)
{
	if (name == "any")
		*formats |= BarcodeFormat::Any;
	else if (name == "squares")
		*formats |= BarcodeFormat::MatrixCodes;
	else if (name == "bars")
		*formats |= BarcodeFormat::LinearCodes;
	else
		for (const auto &kind : kinds) {
			if (name == kind.name) {
				*formats |= kind.format;
				return true;
			}
		}
	return name == "any" || name == "squares" || name == "bars";
}

int read_formats(const char *text, ZXing::BarcodeFormats *formats, struct pkd_ctx *ctx)
{
	static const char blank[] = " \t";

	for (;;) {
		const char *begin = text + std::strspn(text, blank);
		size_t n = std::strcspn(begin, ",");
		const char *end = begin + n;

		while (n && std::strchr(blank, begin[n - 1]))
			n--;
		if (!add_format(std::string(begin, n), formats))
			return pkd_error(ctx, EINVAL,
			                 "`formats` has '%.*s': it must be names of CodeFormat "
			                 "with commas, as in \"qr, ean13\", or squares, bars, any",
			                 static_cast<int>(std::min<size_t>(n, 64)), begin);
		if (!*end)
			return PKD_OK;
		text = end + 1;
	}
}

void set_hints(ZXing::DecodeHints *hints, ZXing::BarcodeFormats formats, BarcodeFormat of,
               bool thorough)
{
	hints->setFormats(formats & ZXing::BarcodeFormats(of))
		.setTryHarder(thorough)
		.setTryRotate(thorough)
		.setTryDownscale(thorough)
		.setMaxNumberOfSymbols(most_symbols);
}

// The longer way across, pixels; of bars it is the only one.
double size_of(const ZXing::Position &at)
{
	const auto across = [&at](size_t a, size_t b) {
		return std::hypot(at[a].x - at[b].x, at[a].y - at[b].y);
	};

	return std::max(across(0, 2), across(1, 3));
}

// False for a text without room.
bool fill(const ZXing::Result &result, const struct pkd_image *frame, struct detect_Code *code)
{
	const std::string text = result.text();
	const float W = static_cast<float>(frame->width), H = static_cast<float>(frame->height);

	if (text.size() >= sizeof(code->text.text))
		return false;
	std::memcpy(code->text.text, text.data(), text.size());
	code->text.text[text.size()] = '\0';
	code->text.len = static_cast<uint32_t>(text.size());
	for (uint32_t i = 0; i < std::size(kinds); i++)
		if (kinds[i].format == result.format())
			code->format = i;
	for (size_t i = 0; i < 4; i++) {
		const auto &corner = result.position()[i];

		code->corners[i] = {fraction_clamp(static_cast<float>(corner.x) / W),
		                    fraction_clamp(static_cast<float>(corner.y) / H)};
	}
	return true;
}

void read(reader *reader, const struct pkd_image *frame, struct detect_qr_codes *ret_codes,
          struct pkd_ctx *ctx)
{
	const cv::Mat gray = gray_of(frame, reader->gray);
	const ZXing::ImageView view(gray.ptr(), gray.cols, gray.rows, ZXing::ImageFormat::Lum,
	                            static_cast<int>(gray.step));
	ZXing::Results results;

	for (const ZXing::DecodeHints *hints : {&reader->squares, &reader->bars}) {
		if (hints->formats().empty())
			continue;
		for (ZXing::Result &result : ZXing::ReadBarcodes(view, *hints))
			results.push_back(std::move(result));
	}

	std::stable_sort(results.begin(), results.end(), [](const auto &a, const auto &b) {
		return size_of(a.position()) > size_of(b.position());
	});
	ret_codes->len = 0;
	for (const ZXing::Result &result : results) {
		if (ret_codes->len == std::size(ret_codes->items))
			break;
		if (!result.isValid())
			continue;
		if (fill(result, frame, &ret_codes->items[ret_codes->len])) {
			ret_codes->len++;
		} else if (!reader->has_told) {
			reader->has_told = true;
			pkd_note(ctx, "a code of %zu bytes is left out: at most %zu have room",
			         result.text().size(), sizeof(ret_codes->items->text.text) - 1);
		}
	}
}

} // namespace

struct detect_qr {
	reader *with;
};

int detect_qr_init(struct detect_qr *self, const struct detect_qr_params *params,
                   struct pkd_ctx *ctx)
try {
	ZXing::BarcodeFormats formats;
	int error = gray_check(params->FORMAT, ctx);

	if (!error)
		error = read_formats(params->formats, &formats, ctx);
	if (error)
		return error;
	cv::setNumThreads(1);
	self->with = new reader{};
	set_hints(&self->with->squares, formats, BarcodeFormat::MatrixCodes, params->thorough);
	set_hints(&self->with->bars, formats, BarcodeFormat::LinearCodes, params->thorough);
	if (!has_many_bars)
		self->with->bars.setTryDownscale(false).setMaxNumberOfSymbols(1);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, ENOMEM, "ZXing cannot be made ready: %s", error.what());
}

int detect_qr_step(struct detect_qr *self, const struct detect_qr_in *in, struct detect_qr_out *out,
                   struct pkd_ctx *ctx)
try {
	if (pkd_wanted(ctx, 0))
		read(self->with, in->frame, out->codes, ctx);
	return PKD_OK;
} catch (const std::exception &error) {
	return pkd_error(ctx, EIO, "ZXing cannot read the frame: %s", error.what());
}

void detect_qr_finish(struct detect_qr *self)
{
	delete self->with;
}

PKD_NODE(detect_qr);
