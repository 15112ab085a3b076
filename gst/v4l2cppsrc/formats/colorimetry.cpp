#include "formats/colorimetry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <linux/videodev2.h>

namespace v4l2gst {
namespace {

// The facts are those of the V4L2 specification, "Detailed Colorspace Descriptions". The defaults
// are those of the macros V4L2_MAP_*_DEFAULT in linux/videodev2.h.

/// A number of V4L2, and the name that GStreamer has for the same.
template <class Name>
struct Pair {
  std::uint32_t number;
  Name name;
};

// Clang 16 deduces an aggregate's arguments only with a guide.
template <class Name>
Pair(std::uint32_t, Name) -> Pair<Name>;

template <class Table>
auto name_of(const Table& table, std::uint32_t number) {
  const auto found = std::ranges::find(table, number, &Table::value_type::number);
  return found != table.end() ? found->name : decltype(found->name){};  // UNKNOWN is 0 in all
}

/// Returns the number of that name; of several the first.
template <class Table, class Name>
std::optional<std::uint32_t> number_of(const Table& table, Name name) {
  const auto found = std::ranges::find(table, name, &Table::value_type::name);
  return found != table.end() ? std::optional{found->number} : std::nullopt;
}

// A V4L2 colorspace stands for its chromaticities, and for the defaults of the other parts.
constexpr std::array primaries{
    Pair{V4L2_COLORSPACE_SMPTE170M, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M},
    Pair{V4L2_COLORSPACE_SMPTE240M, GST_VIDEO_COLOR_PRIMARIES_SMPTE240M},
    Pair{V4L2_COLORSPACE_REC709, GST_VIDEO_COLOR_PRIMARIES_BT709},
    Pair{V4L2_COLORSPACE_470_SYSTEM_M, GST_VIDEO_COLOR_PRIMARIES_BT470M},
    // These are called "EBU Tech. 3213" too, but GStreamer's EBU3213 are others (those of JEDEC
    // P22).
    Pair{V4L2_COLORSPACE_470_SYSTEM_BG, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    Pair{V4L2_COLORSPACE_JPEG, GST_VIDEO_COLOR_PRIMARIES_BT709},
    Pair{V4L2_COLORSPACE_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT709},
    Pair{V4L2_COLORSPACE_OPRGB, GST_VIDEO_COLOR_PRIMARIES_ADOBERGB},
    Pair{V4L2_COLORSPACE_BT2020, GST_VIDEO_COLOR_PRIMARIES_BT2020},
    Pair{V4L2_COLORSPACE_DCI_P3, GST_VIDEO_COLOR_PRIMARIES_SMPTERP431},
    // Raw colours depend on the device.
    Pair{V4L2_COLORSPACE_RAW, GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    // "A misunderstanding of the bt878 datasheet", says videodev2.h.
    Pair{V4L2_COLORSPACE_BT878, GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
};

// No DCI_P3: GStreamer has no name for a gamma of 2.6.
constexpr std::array transfers{
    Pair{V4L2_XFER_FUNC_709, GST_VIDEO_TRANSFER_BT709},
    Pair{V4L2_XFER_FUNC_SRGB, GST_VIDEO_TRANSFER_SRGB},
    Pair{V4L2_XFER_FUNC_OPRGB, GST_VIDEO_TRANSFER_ADOBERGB},
    Pair{V4L2_XFER_FUNC_SMPTE240M, GST_VIDEO_TRANSFER_SMPTE240M},
    Pair{V4L2_XFER_FUNC_NONE, GST_VIDEO_TRANSFER_GAMMA10},
    Pair{V4L2_XFER_FUNC_SMPTE2084, GST_VIDEO_TRANSFER_SMPTE2084},
};

// No BT2020_CONST_LUM: GStreamer's BT2020 is the one without constant luminance. xvYCC has the
// matrix of the encoding that it extends. GStreamer can't say that it reaches beyond the gamut.
constexpr std::array matrices{
    Pair{V4L2_YCBCR_ENC_601, GST_VIDEO_COLOR_MATRIX_BT601},
    Pair{V4L2_YCBCR_ENC_709, GST_VIDEO_COLOR_MATRIX_BT709},
    Pair{V4L2_YCBCR_ENC_XV601, GST_VIDEO_COLOR_MATRIX_BT601},
    Pair{V4L2_YCBCR_ENC_XV709, GST_VIDEO_COLOR_MATRIX_BT709},
    Pair{V4L2_YCBCR_ENC_SYCC, GST_VIDEO_COLOR_MATRIX_BT601},
    Pair{V4L2_YCBCR_ENC_BT2020, GST_VIDEO_COLOR_MATRIX_BT2020},
    Pair{V4L2_YCBCR_ENC_SMPTE240M, GST_VIDEO_COLOR_MATRIX_SMPTE240M},
};

constexpr std::array ranges{
    Pair{V4L2_QUANTIZATION_FULL_RANGE, GST_VIDEO_COLOR_RANGE_0_255},
    Pair{V4L2_QUANTIZATION_LIM_RANGE, GST_VIDEO_COLOR_RANGE_16_235},
};

v4l2::Colorimetry resolved(v4l2::Colorimetry wire, bool rgb) {
  if (wire.transfer == V4L2_XFER_FUNC_DEFAULT)
    wire.transfer = V4L2_MAP_XFER_FUNC_DEFAULT(wire.colorspace);
  if (wire.encoding == V4L2_YCBCR_ENC_DEFAULT)
    wire.encoding = V4L2_MAP_YCBCR_ENC_DEFAULT(wire.colorspace);
  // "These encodings always use limited range quantization, there is no full range variant."
  const bool extended =
      wire.encoding == V4L2_YCBCR_ENC_XV601 || wire.encoding == V4L2_YCBCR_ENC_XV709;
  if (!rgb && extended)
    wire.quantization = V4L2_QUANTIZATION_LIM_RANGE;
  else if (wire.quantization == V4L2_QUANTIZATION_DEFAULT)
    wire.quantization = V4L2_MAP_QUANTIZATION_DEFAULT(rgb, wire.colorspace, wire.encoding);
  return wire;
}

/// Returns the name for the transfer function of BT.709. Three more standards have a name for it
/// (ITU-T H.273, table 3: "functionally the same"). The standard of the primaries decides.
GstVideoTransferFunction named_after(GstVideoColorPrimaries origin, unsigned depth) {
  switch (origin) {
    case GST_VIDEO_COLOR_PRIMARIES_SMPTE170M:
      return GST_VIDEO_TRANSFER_BT601;
    case GST_VIDEO_COLOR_PRIMARIES_BT2020:
      // The standard does not define 8 bits. Others call them by GStreamer's "bt2020".
      return depth == 10 ? GST_VIDEO_TRANSFER_BT2020_10 : GST_VIDEO_TRANSFER_BT2020_12;
    default:
      return GST_VIDEO_TRANSFER_BT709;
  }
}

GstVideoTransferFunction unnamed(GstVideoTransferFunction transfer) {
  switch (transfer) {
    case GST_VIDEO_TRANSFER_BT601:
    case GST_VIDEO_TRANSFER_BT2020_10:
    case GST_VIDEO_TRANSFER_BT2020_12:
      return GST_VIDEO_TRANSFER_BT709;
    default:
      return transfer;
  }
}

std::optional<std::uint32_t> colorspace_for(const GstVideoColorimetry& wanted) {
  // SRGB has the primaries of BT.709. Its name helps with drivers that take only SRGB.
  if (wanted.primaries == GST_VIDEO_COLOR_PRIMARIES_BT709 &&
      wanted.transfer == GST_VIDEO_TRANSFER_SRGB)
    return V4L2_COLORSPACE_SRGB;
  if (wanted.primaries == GST_VIDEO_COLOR_PRIMARIES_UNKNOWN) return V4L2_COLORSPACE_DEFAULT;
  return number_of(primaries, wanted.primaries);
}

/// Returns DEFAULT for UNKNOWN: both are 0 everywhere, and both ask for nothing.
template <class Table, class Name>
std::optional<std::uint32_t> asked(const Table& table, Name name) {
  return name == Name{} ? std::optional<std::uint32_t>{0} : number_of(table, name);
}

}  // namespace

std::optional<GstVideoColorimetry> colorimetry_of(const v4l2::Colorimetry& wire, bool rgb,
                                                  unsigned depth) {
  if (std::ranges::find(primaries, wire.colorspace, &Pair<GstVideoColorPrimaries>::number) ==
      primaries.end())
    return std::nullopt;
  const auto full = resolved(wire, rgb);
  GstVideoColorimetry meant{};
  meant.primaries = name_of(primaries, full.colorspace);
  meant.transfer = name_of(transfers, full.transfer);
  if (meant.transfer == GST_VIDEO_TRANSFER_BT709)
    meant.transfer = named_after(meant.primaries, depth);
  meant.matrix = rgb ? GST_VIDEO_COLOR_MATRIX_RGB : name_of(matrices, full.encoding);
  meant.range = name_of(ranges, full.quantization);
  return meant;
}

std::optional<v4l2::Colorimetry> wire_colorimetry(const GstVideoColorimetry& wanted) {
  const auto colorspace = colorspace_for(wanted);
  const auto transfer = asked(transfers, unnamed(wanted.transfer));
  // R'G'B' has no Y'CbCr encoding to ask for.
  const auto encoding = wanted.matrix == GST_VIDEO_COLOR_MATRIX_RGB
                            ? std::optional<std::uint32_t>{V4L2_YCBCR_ENC_DEFAULT}
                            : asked(matrices, wanted.matrix);
  const auto quantization = asked(ranges, wanted.range);
  if (!colorspace || !transfer || !encoding || !quantization) return std::nullopt;
  return v4l2::Colorimetry{.colorspace = *colorspace,
                           .transfer = *transfer,
                           .encoding = *encoding,
                           .quantization = *quantization};
}

bool meets(const GstVideoColorimetry& wanted, const GstVideoColorimetry& actual) {
  const auto agree = [](auto one, auto other) {
    return one == decltype(one){} || one == other;
  };
  return agree(wanted.range, actual.range) && agree(wanted.matrix, actual.matrix) &&
         agree(unnamed(wanted.transfer), unnamed(actual.transfer)) &&
         agree(wanted.primaries, actual.primaries);
}

TextPtr colorimetry_text(const GstVideoColorimetry& colorimetry) {
  return TextPtr{gst_video_colorimetry_to_string(&colorimetry)};
}

namespace {

/// Parses four numbers, "2:4:7:1". GStreamer accepts any numbers, and any text behind them, and
/// would store values that its enumerations do not have.
std::optional<GstVideoColorimetry> parse_numbers(std::string_view text) {
  std::array<int, 4> numbers{};
  for (auto& number : numbers) {
    const auto [end, problem] = std::from_chars(text.begin(), text.end(), number);
    const bool last = &number == &numbers.back();
    if (problem != std::errc{} || (last ? end != text.end() : end == text.end() || *end != ':'))
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()) + (last ? 0 : 1));
  }
  constexpr std::array<int, 4> last{GST_VIDEO_COLOR_RANGE_16_235, GST_VIDEO_COLOR_MATRIX_BT2020,
                                    GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_PRIMARIES_EBU3213};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] < 0 || numbers[i] > last[i]) return std::nullopt;
  return GstVideoColorimetry{.range = static_cast<GstVideoColorRange>(numbers[0]),
                             .matrix = static_cast<GstVideoColorMatrix>(numbers[1]),
                             .transfer = static_cast<GstVideoTransferFunction>(numbers[2]),
                             .primaries = static_cast<GstVideoColorPrimaries>(numbers[3])};
}

}  // namespace

std::optional<GstVideoColorimetry> parse_colorimetry(const std::string& text) {
  if (text.find(':') != std::string::npos) return parse_numbers(text);
  GstVideoColorimetry parsed{};
  if (gst_video_colorimetry_from_string(&parsed, text.c_str()) == FALSE) return std::nullopt;
  return parsed;
}

}  // namespace v4l2gst
