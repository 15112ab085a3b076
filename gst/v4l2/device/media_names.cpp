#include "device/media_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include <linux/media-bus-format.h>

namespace v4l2 {
namespace {

struct Name {
  std::uint32_t number;
  std::string_view text;
};

constexpr std::array codes{
    Name{MEDIA_BUS_FMT_RGB444_2X8_PADHI_BE, "RGB444_2X8_PADHI_BE"},
    Name{MEDIA_BUS_FMT_RGB444_2X8_PADHI_LE, "RGB444_2X8_PADHI_LE"},
    Name{MEDIA_BUS_FMT_RGB555_2X8_PADHI_BE, "RGB555_2X8_PADHI_BE"},
    Name{MEDIA_BUS_FMT_RGB555_2X8_PADHI_LE, "RGB555_2X8_PADHI_LE"},
    Name{MEDIA_BUS_FMT_BGR565_2X8_BE, "BGR565_2X8_BE"},
    Name{MEDIA_BUS_FMT_BGR565_2X8_LE, "BGR565_2X8_LE"},
    Name{MEDIA_BUS_FMT_RGB565_2X8_BE, "RGB565_2X8_BE"},
    Name{MEDIA_BUS_FMT_RGB565_2X8_LE, "RGB565_2X8_LE"},
    Name{MEDIA_BUS_FMT_RGB666_1X18, "RGB666_1X18"},
    Name{MEDIA_BUS_FMT_RGB888_1X24, "RGB888_1X24"},
    Name{MEDIA_BUS_FMT_RGB888_2X12_BE, "RGB888_2X12_BE"},
    Name{MEDIA_BUS_FMT_RGB888_2X12_LE, "RGB888_2X12_LE"},
    Name{MEDIA_BUS_FMT_ARGB8888_1X32, "ARGB8888_1X32"},
    Name{MEDIA_BUS_FMT_RBG888_1X24, "RBG888_1X24"},
    Name{MEDIA_BUS_FMT_RGB888_1X32_PADHI, "RGB888_1X32_PADHI"},
    Name{MEDIA_BUS_FMT_RGB666_1X7X3_SPWG, "RGB666_1X7X3_SPWG"},
    Name{MEDIA_BUS_FMT_RGB888_1X7X4_SPWG, "RGB888_1X7X4_SPWG"},
    Name{MEDIA_BUS_FMT_RGB888_1X7X4_JEIDA, "RGB888_1X7X4_JEIDA"},
    Name{MEDIA_BUS_FMT_BGR888_1X24, "BGR888_1X24"},
    Name{MEDIA_BUS_FMT_GBR888_1X24, "GBR888_1X24"},
    Name{MEDIA_BUS_FMT_RGB666_1X24_CPADHI, "RGB666_1X24_CPADHI"},
    Name{MEDIA_BUS_FMT_RGB444_1X12, "RGB444_1X12"},
    Name{MEDIA_BUS_FMT_RGB565_1X16, "RGB565_1X16"},
    Name{MEDIA_BUS_FMT_RGB101010_1X30, "RGB101010_1X30"},
    Name{MEDIA_BUS_FMT_RGB121212_1X36, "RGB121212_1X36"},
    Name{MEDIA_BUS_FMT_RGB161616_1X48, "RGB161616_1X48"},
    Name{MEDIA_BUS_FMT_BGR888_3X8, "BGR888_3X8"},
    Name{MEDIA_BUS_FMT_RGB888_3X8, "RGB888_3X8"},
    Name{MEDIA_BUS_FMT_RGB888_3X8_DELTA, "RGB888_3X8_DELTA"},
    Name{MEDIA_BUS_FMT_RGB666_1X30_CPADLO, "RGB666_1X30_CPADLO"},
    Name{MEDIA_BUS_FMT_RGB888_1X30_CPADLO, "RGB888_1X30_CPADLO"},
    Name{MEDIA_BUS_FMT_RGB666_1X36_CPADLO, "RGB666_1X36_CPADLO"},
    Name{MEDIA_BUS_FMT_RGB888_1X36_CPADLO, "RGB888_1X36_CPADLO"},
    Name{MEDIA_BUS_FMT_Y8_1X8, "Y8_1X8"},
    Name{MEDIA_BUS_FMT_UYVY8_1_5X8, "UYVY8_1_5X8"},
    Name{MEDIA_BUS_FMT_VYUY8_1_5X8, "VYUY8_1_5X8"},
    Name{MEDIA_BUS_FMT_YUYV8_1_5X8, "YUYV8_1_5X8"},
    Name{MEDIA_BUS_FMT_YVYU8_1_5X8, "YVYU8_1_5X8"},
    Name{MEDIA_BUS_FMT_UYVY8_2X8, "UYVY8_2X8"},
    Name{MEDIA_BUS_FMT_VYUY8_2X8, "VYUY8_2X8"},
    Name{MEDIA_BUS_FMT_YUYV8_2X8, "YUYV8_2X8"},
    Name{MEDIA_BUS_FMT_YVYU8_2X8, "YVYU8_2X8"},
    Name{MEDIA_BUS_FMT_Y10_1X10, "Y10_1X10"},
    Name{MEDIA_BUS_FMT_YUYV10_2X10, "YUYV10_2X10"},
    Name{MEDIA_BUS_FMT_YVYU10_2X10, "YVYU10_2X10"},
    Name{MEDIA_BUS_FMT_YUYV10_1X20, "YUYV10_1X20"},
    Name{MEDIA_BUS_FMT_YVYU10_1X20, "YVYU10_1X20"},
    Name{MEDIA_BUS_FMT_UYVY8_1X16, "UYVY8_1X16"},
    Name{MEDIA_BUS_FMT_VYUY8_1X16, "VYUY8_1X16"},
    Name{MEDIA_BUS_FMT_YUYV8_1X16, "YUYV8_1X16"},
    Name{MEDIA_BUS_FMT_YVYU8_1X16, "YVYU8_1X16"},
    Name{MEDIA_BUS_FMT_Y12_1X12, "Y12_1X12"},
    Name{MEDIA_BUS_FMT_YDYUYDYV8_1X16, "YDYUYDYV8_1X16"},
    Name{MEDIA_BUS_FMT_UV8_1X8, "UV8_1X8"},
    Name{MEDIA_BUS_FMT_YUV10_1X30, "YUV10_1X30"},
    Name{MEDIA_BUS_FMT_AYUV8_1X32, "AYUV8_1X32"},
    Name{MEDIA_BUS_FMT_UYVY10_2X10, "UYVY10_2X10"},
    Name{MEDIA_BUS_FMT_VYUY10_2X10, "VYUY10_2X10"},
    Name{MEDIA_BUS_FMT_UYVY10_1X20, "UYVY10_1X20"},
    Name{MEDIA_BUS_FMT_VYUY10_1X20, "VYUY10_1X20"},
    Name{MEDIA_BUS_FMT_UYVY12_2X12, "UYVY12_2X12"},
    Name{MEDIA_BUS_FMT_VYUY12_2X12, "VYUY12_2X12"},
    Name{MEDIA_BUS_FMT_YUYV12_2X12, "YUYV12_2X12"},
    Name{MEDIA_BUS_FMT_YVYU12_2X12, "YVYU12_2X12"},
    Name{MEDIA_BUS_FMT_UYVY12_1X24, "UYVY12_1X24"},
    Name{MEDIA_BUS_FMT_VYUY12_1X24, "VYUY12_1X24"},
    Name{MEDIA_BUS_FMT_YUYV12_1X24, "YUYV12_1X24"},
    Name{MEDIA_BUS_FMT_YVYU12_1X24, "YVYU12_1X24"},
    Name{MEDIA_BUS_FMT_VUY8_1X24, "VUY8_1X24"},
    Name{MEDIA_BUS_FMT_YUV8_1X24, "YUV8_1X24"},
    Name{MEDIA_BUS_FMT_UYYVYY8_0_5X24, "UYYVYY8_0_5X24"},
    Name{MEDIA_BUS_FMT_UYYVYY10_0_5X30, "UYYVYY10_0_5X30"},
    Name{MEDIA_BUS_FMT_UYYVYY12_0_5X36, "UYYVYY12_0_5X36"},
    Name{MEDIA_BUS_FMT_YUV12_1X36, "YUV12_1X36"},
    Name{MEDIA_BUS_FMT_YUV16_1X48, "YUV16_1X48"},
    Name{MEDIA_BUS_FMT_UYYVYY16_0_5X48, "UYYVYY16_0_5X48"},
    Name{MEDIA_BUS_FMT_Y10_2X8_PADHI_LE, "Y10_2X8_PADHI_LE"},
    Name{MEDIA_BUS_FMT_Y14_1X14, "Y14_1X14"},
    Name{MEDIA_BUS_FMT_SBGGR8_1X8, "SBGGR8_1X8"},
    Name{MEDIA_BUS_FMT_SGRBG8_1X8, "SGRBG8_1X8"},
    Name{MEDIA_BUS_FMT_SBGGR10_2X8_PADHI_BE, "SBGGR10_2X8_PADHI_BE"},
    Name{MEDIA_BUS_FMT_SBGGR10_2X8_PADHI_LE, "SBGGR10_2X8_PADHI_LE"},
    Name{MEDIA_BUS_FMT_SBGGR10_2X8_PADLO_BE, "SBGGR10_2X8_PADLO_BE"},
    Name{MEDIA_BUS_FMT_SBGGR10_2X8_PADLO_LE, "SBGGR10_2X8_PADLO_LE"},
    Name{MEDIA_BUS_FMT_SBGGR10_1X10, "SBGGR10_1X10"},
    Name{MEDIA_BUS_FMT_SBGGR12_1X12, "SBGGR12_1X12"},
    Name{MEDIA_BUS_FMT_SGRBG10_DPCM8_1X8, "SGRBG10_DPCM8_1X8"},
    Name{MEDIA_BUS_FMT_SGRBG10_1X10, "SGRBG10_1X10"},
    Name{MEDIA_BUS_FMT_SBGGR10_DPCM8_1X8, "SBGGR10_DPCM8_1X8"},
    Name{MEDIA_BUS_FMT_SGBRG10_DPCM8_1X8, "SGBRG10_DPCM8_1X8"},
    Name{MEDIA_BUS_FMT_SRGGB10_DPCM8_1X8, "SRGGB10_DPCM8_1X8"},
    Name{MEDIA_BUS_FMT_SGBRG10_1X10, "SGBRG10_1X10"},
    Name{MEDIA_BUS_FMT_SRGGB10_1X10, "SRGGB10_1X10"},
    Name{MEDIA_BUS_FMT_SGBRG12_1X12, "SGBRG12_1X12"},
    Name{MEDIA_BUS_FMT_SGRBG12_1X12, "SGRBG12_1X12"},
    Name{MEDIA_BUS_FMT_SRGGB12_1X12, "SRGGB12_1X12"},
    Name{MEDIA_BUS_FMT_SGBRG8_1X8, "SGBRG8_1X8"},
    Name{MEDIA_BUS_FMT_SRGGB8_1X8, "SRGGB8_1X8"},
    Name{MEDIA_BUS_FMT_SBGGR10_ALAW8_1X8, "SBGGR10_ALAW8_1X8"},
    Name{MEDIA_BUS_FMT_SGBRG10_ALAW8_1X8, "SGBRG10_ALAW8_1X8"},
    Name{MEDIA_BUS_FMT_SGRBG10_ALAW8_1X8, "SGRBG10_ALAW8_1X8"},
    Name{MEDIA_BUS_FMT_SRGGB10_ALAW8_1X8, "SRGGB10_ALAW8_1X8"},
    Name{MEDIA_BUS_FMT_SBGGR14_1X14, "SBGGR14_1X14"},
    Name{MEDIA_BUS_FMT_SGBRG14_1X14, "SGBRG14_1X14"},
    Name{MEDIA_BUS_FMT_SGRBG14_1X14, "SGRBG14_1X14"},
    Name{MEDIA_BUS_FMT_SRGGB14_1X14, "SRGGB14_1X14"},
    Name{MEDIA_BUS_FMT_SBGGR16_1X16, "SBGGR16_1X16"},
    Name{MEDIA_BUS_FMT_SGBRG16_1X16, "SGBRG16_1X16"},
    Name{MEDIA_BUS_FMT_SGRBG16_1X16, "SGRBG16_1X16"},
    Name{MEDIA_BUS_FMT_SRGGB16_1X16, "SRGGB16_1X16"},
    Name{MEDIA_BUS_FMT_JPEG_1X8, "JPEG_1X8"},
    Name{MEDIA_BUS_FMT_S5C_UYVY_JPEG_1X8, "S5C_UYVY_JPEG_1X8"},
    Name{MEDIA_BUS_FMT_AHSV8888_1X32, "AHSV8888_1X32"},
    Name{MEDIA_BUS_FMT_METADATA_FIXED, "METADATA_FIXED"},
    // These belong to kernels newer than the oldest headers that this is built with.
    Name{0x1022, "RGB565_1X24_CPADHI"},
    Name{0x1023, "BGR666_1X18"},
    Name{0x1024, "BGR666_1X24_CPADHI"},
    Name{0x1025, "RGB666_2X9_BE"},
    Name{0x1026, "RGB101010_1X7X5_SPWG"},
    Name{0x1027, "RGB101010_1X7X5_JEIDA"},
    Name{0x1028, "RGB202020_1X60"},
    Name{0x202e, "Y16_1X16"},
    Name{0x3021, "SBGGR20_1X20"},
    Name{0x3022, "SGBRG20_1X20"},
    Name{0x3023, "SGRBG20_1X20"},
    Name{0x3024, "SRGGB20_1X20"},
    Name{0x8001, "META_8"},
    Name{0x8002, "META_10"},
    Name{0x8003, "META_12"},
    Name{0x8004, "META_14"},
    Name{0x8005, "META_16"},
    Name{0x8006, "META_20"},
    Name{0x8007, "META_24"},
};

constexpr std::array fields{
    Name{V4L2_FIELD_ANY, "any"},
    Name{V4L2_FIELD_NONE, "none"},
    Name{V4L2_FIELD_TOP, "top"},
    Name{V4L2_FIELD_BOTTOM, "bottom"},
    Name{V4L2_FIELD_INTERLACED, "interlaced"},
    Name{V4L2_FIELD_SEQ_TB, "seq-tb"},
    Name{V4L2_FIELD_SEQ_BT, "seq-bt"},
    Name{V4L2_FIELD_ALTERNATE, "alternate"},
    Name{V4L2_FIELD_INTERLACED_TB, "interlaced-tb"},
    Name{V4L2_FIELD_INTERLACED_BT, "interlaced-bt"},
};

constexpr std::array colorspaces{
    Name{V4L2_COLORSPACE_SMPTE170M, "smpte170m"},
    Name{V4L2_COLORSPACE_SMPTE240M, "smpte240m"},
    Name{V4L2_COLORSPACE_REC709, "rec709"},
    Name{V4L2_COLORSPACE_470_SYSTEM_M, "470m"},
    Name{V4L2_COLORSPACE_470_SYSTEM_BG, "470bg"},
    Name{V4L2_COLORSPACE_JPEG, "jpeg"},
    Name{V4L2_COLORSPACE_SRGB, "srgb"},
    Name{V4L2_COLORSPACE_OPRGB, "oprgb"},
    Name{V4L2_COLORSPACE_BT2020, "bt2020"},
    Name{V4L2_COLORSPACE_DCI_P3, "dcip3"},
    Name{V4L2_COLORSPACE_RAW, "raw"},
};

constexpr std::array transfers{
    Name{V4L2_XFER_FUNC_709, "709"},
    Name{V4L2_XFER_FUNC_SRGB, "srgb"},
    Name{V4L2_XFER_FUNC_OPRGB, "oprgb"},
    Name{V4L2_XFER_FUNC_SMPTE240M, "smpte240m"},
    Name{V4L2_XFER_FUNC_NONE, "none"},
    Name{V4L2_XFER_FUNC_DCI_P3, "dcip3"},
    Name{V4L2_XFER_FUNC_SMPTE2084, "smpte2084"},
};

constexpr std::array encodings{
    Name{V4L2_YCBCR_ENC_601, "601"},
    Name{V4L2_YCBCR_ENC_709, "709"},
    Name{V4L2_YCBCR_ENC_XV601, "xv601"},
    Name{V4L2_YCBCR_ENC_XV709, "xv709"},
    Name{V4L2_YCBCR_ENC_BT2020, "bt2020"},
    Name{V4L2_YCBCR_ENC_BT2020_CONST_LUM, "bt2020c"},
    Name{V4L2_YCBCR_ENC_SMPTE240M, "smpte240m"},
};

constexpr std::array quantizations{
    Name{V4L2_QUANTIZATION_FULL_RANGE, "full-range"},
    Name{V4L2_QUANTIZATION_LIM_RANGE, "lim-range"},
};

/// Returns the name of a number. Empty if it has none.
std::string_view name_in(std::span<const Name> names, std::uint32_t number) {
  const auto* const found =
      std::ranges::find(names.data(), names.data() + names.size(), number, &Name::number);
  return found == names.data() + names.size() ? std::string_view{} : found->text;
}

std::string hexadecimal(std::uint32_t number) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const std::string text{digits.data(), end};
  return "0x" + std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text;
}

/// Returns true if the name is safe within single quotes of a shell and double quotes of media-ctl.
bool harmless(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char letter) {
    return letter >= ' ' && letter <= '~' && letter != '\'' && letter != '"' && letter != '\\' &&
           letter != '?';
  });
}

void add(std::string& text, std::string_view key, std::string_view value) {
  if (!value.empty()) text.append(" ").append(key).append(value);
}

}  // namespace

std::string code_name(std::uint32_t code) {
  const auto name = name_in(codes, code);
  return name.empty() ? hexadecimal(code) : std::string{name};
}

bool has_name(std::uint32_t code) {
  return !name_in(codes, code).empty();
}

std::string field_name(std::uint32_t field) {
  const auto name = name_in(fields, field);
  return name.empty() ? std::to_string(field) : std::string{name};
}

std::string media_ctl_format(const PadFormat& format) {
  auto text = code_name(format.code) + "/" + std::to_string(format.size.width) + "x" +
              std::to_string(format.size.height);
  const auto& colours = format.colorimetry;
  add(text, "field:", name_in(fields, format.field));
  add(text, "colorspace:", name_in(colorspaces, colours.colorspace));
  add(text, "xfer:", name_in(transfers, colours.transfer));
  add(text, "ycbcr:", name_in(encodings, colours.encoding));
  add(text, "quantization:", name_in(quantizations, colours.quantization));
  return text;
}

std::string media_ctl_pad(const MediaGraph& graph, std::size_t pad) {
  const auto& entity = graph.entity_of(pad);
  const bool unique =
      std::ranges::count(graph.entities, entity.name, &MediaGraph::Entity::name) == 1;
  const auto name =
      unique && harmless(entity.name) ? "\"" + entity.name + "\"" : std::to_string(entity.id);
  return name + ":" + std::to_string(graph.pads[pad].index);
}

}  // namespace v4l2
