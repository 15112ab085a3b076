#include "output/words.h"

#include <array>
#include <span>

#include <linux/videodev2.h>

#include "device/text.h"
#include "formats/frame_rate.h"
#include "kernel/newer_kernel.h"

namespace v4l2describe {
namespace {

struct Word {
  std::uint32_t bit{};
  const char* text{};
};

std::vector<std::string> words_of(std::uint32_t bits, std::span<const Word> words) {
  std::vector<std::string> texts;
  for (const auto& [bit, text] : words) {
    if ((bits & bit) != 0) texts.emplace_back(text);
    bits &= ~bit;
  }
  if (bits != 0) texts.push_back(v4l2::hex(bits));
  return texts;
}

std::string word_of(std::uint32_t number, std::span<const Word> words) {
  for (const auto& [value, text] : words)
    if (value == number) return text;
  return std::to_string(number);
}

}  // namespace

std::vector<std::string> capability_words(std::uint32_t bits) {
  static constexpr std::array words{
      Word{V4L2_CAP_VIDEO_CAPTURE, "video capture"},
      Word{V4L2_CAP_VIDEO_CAPTURE_MPLANE, "multi-planar video capture"},
      Word{V4L2_CAP_VIDEO_OUTPUT, "video output"},
      Word{V4L2_CAP_VIDEO_OUTPUT_MPLANE, "multi-planar video output"},
      Word{V4L2_CAP_VIDEO_M2M, "memory to memory"},
      Word{V4L2_CAP_VIDEO_M2M_MPLANE, "multi-planar memory to memory"},
      Word{V4L2_CAP_VIDEO_OVERLAY, "video overlay"},
      Word{V4L2_CAP_VIDEO_OUTPUT_OVERLAY, "video output overlay"},
      Word{V4L2_CAP_VBI_CAPTURE, "VBI capture"},
      Word{V4L2_CAP_VBI_OUTPUT, "VBI output"},
      Word{V4L2_CAP_SLICED_VBI_CAPTURE, "sliced VBI capture"},
      Word{V4L2_CAP_SLICED_VBI_OUTPUT, "sliced VBI output"},
      Word{V4L2_CAP_RDS_CAPTURE, "RDS capture"},
      Word{V4L2_CAP_RDS_OUTPUT, "RDS output"},
      Word{V4L2_CAP_META_CAPTURE, "metadata capture"},
      Word{V4L2_CAP_META_OUTPUT, "metadata output"},
      Word{V4L2_CAP_SDR_CAPTURE, "SDR capture"},
      Word{V4L2_CAP_SDR_OUTPUT, "SDR output"},
      Word{V4L2_CAP_TUNER, "tuner"},
      Word{V4L2_CAP_HW_FREQ_SEEK, "frequency seek"},
      Word{V4L2_CAP_MODULATOR, "modulator"},
      Word{V4L2_CAP_AUDIO, "audio"},
      Word{V4L2_CAP_RADIO, "radio"},
      Word{V4L2_CAP_TOUCH, "touch"},
      Word{V4L2_CAP_READWRITE, "read/write"},
      Word{V4L2_CAP_STREAMING, "streaming"},
      Word{V4L2_CAP_EXT_PIX_FORMAT, "extended pixel format"},
      Word{V4L2_CAP_IO_MC, "behind a media graph"},
      Word{V4L2_CAP_DEVICE_CAPS, "node capabilities"},
  };
  return words_of(bits, words);
}

std::vector<std::string> status_words(std::uint32_t bits) {
  static constexpr std::array words{
      Word{V4L2_IN_ST_NO_POWER, "no power"},
      Word{V4L2_IN_ST_NO_SIGNAL, "no signal"},
      Word{V4L2_IN_ST_NO_COLOR, "no colour"},
      Word{V4L2_IN_ST_HFLIP, "flipped horizontally"},
      Word{V4L2_IN_ST_VFLIP, "flipped vertically"},
      Word{V4L2_IN_ST_NO_H_LOCK, "no horizontal lock"},
      Word{V4L2_IN_ST_COLOR_KILL, "colour killer"},
      Word{V4L2_IN_ST_NO_V_LOCK, "no vertical lock"},
      Word{V4L2_IN_ST_NO_STD_LOCK, "no standard lock"},
      Word{V4L2_IN_ST_NO_SYNC, "no sync"},
      Word{V4L2_IN_ST_NO_EQU, "no equalizer lock"},
      Word{V4L2_IN_ST_NO_CARRIER, "no carrier"},
      Word{V4L2_IN_ST_MACROVISION, "Macrovision"},
      Word{V4L2_IN_ST_NO_ACCESS, "no access"},
      Word{V4L2_IN_ST_VTR, "VTR"},
  };
  return words_of(bits, words);
}

std::vector<std::string> format_words(std::uint32_t bits) {
  static constexpr std::array words{
      Word{V4L2_FMT_FLAG_COMPRESSED, "compressed"},
      Word{V4L2_FMT_FLAG_EMULATED, "emulated"},
      Word{V4L2_FMT_FLAG_CONTINUOUS_BYTESTREAM, "byte stream"},
      Word{V4L2_FMT_FLAG_DYN_RESOLUTION, "dynamic resolution"},
      Word{V4L2_FMT_FLAG_ENC_CAP_FRAME_INTERVAL, "encoder's interval"},
      Word{V4L2_FMT_FLAG_CSC_COLORSPACE, "converts colorspace"},
      Word{V4L2_FMT_FLAG_CSC_XFER_FUNC, "converts transfer function"},
      Word{V4L2_FMT_FLAG_CSC_YCBCR_ENC, "converts encoding"},
      Word{V4L2_FMT_FLAG_CSC_QUANTIZATION, "converts quantization"},
  };
  return words_of(bits, words);
}

std::vector<std::string> control_flag_words(std::uint32_t bits) {
  static constexpr std::array words{
      Word{V4L2_CTRL_FLAG_DISABLED, "disabled"},
      Word{V4L2_CTRL_FLAG_GRABBED, "grabbed"},
      Word{V4L2_CTRL_FLAG_READ_ONLY, "read-only"},
      Word{V4L2_CTRL_FLAG_UPDATE, "updates others"},
      Word{V4L2_CTRL_FLAG_INACTIVE, "inactive"},
      Word{V4L2_CTRL_FLAG_SLIDER, "slider"},
      Word{V4L2_CTRL_FLAG_WRITE_ONLY, "write-only"},
      Word{V4L2_CTRL_FLAG_VOLATILE, "volatile"},
      Word{V4L2_CTRL_FLAG_HAS_PAYLOAD, "has payload"},
      Word{V4L2_CTRL_FLAG_EXECUTE_ON_WRITE, "executes on write"},
      Word{V4L2_CTRL_FLAG_MODIFY_LAYOUT, "modifies layout"},
      Word{V4L2_CTRL_FLAG_DYNAMIC_ARRAY, "dynamic array"},
  };
  return words_of(bits, words);
}

std::string input_type(std::uint32_t type) {
  static constexpr std::array words{
      Word{V4L2_INPUT_TYPE_TUNER, "tuner"},
      Word{V4L2_INPUT_TYPE_CAMERA, "camera"},
      Word{V4L2_INPUT_TYPE_TOUCH, "touch"},
  };
  return word_of(type, words);
}

std::string control_type(std::uint32_t type) {
  static constexpr std::array words{
      Word{V4L2_CTRL_TYPE_INTEGER, "integer"},
      Word{V4L2_CTRL_TYPE_BOOLEAN, "boolean"},
      Word{V4L2_CTRL_TYPE_MENU, "menu"},
      Word{V4L2_CTRL_TYPE_BUTTON, "button"},
      Word{V4L2_CTRL_TYPE_INTEGER64, "integer64"},
      Word{V4L2_CTRL_TYPE_STRING, "string"},
      Word{V4L2_CTRL_TYPE_BITMASK, "bitmask"},
      Word{V4L2_CTRL_TYPE_INTEGER_MENU, "integer menu"},
      Word{V4L2_CTRL_TYPE_U8, "u8"},
      Word{V4L2_CTRL_TYPE_U16, "u16"},
      Word{V4L2_CTRL_TYPE_U32, "u32"},
      Word{V4L2_CTRL_TYPE_AREA, "area"},
      Word{V4L2_CTRL_TYPE_RECT, "rectangle"},
      Word{V4L2_CTRL_TYPE_HDR10_CLL_INFO, "HDR10 light level"},
      Word{V4L2_CTRL_TYPE_HDR10_MASTERING_DISPLAY, "HDR10 mastering display"},
  };
  return word_of(type, words);
}

std::string text_of(v4l2::Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string text_of(const v4l2::SizeRange& range) {
  if (range.single()) return text_of(range.largest);
  const auto text = text_of(range.smallest) + " to " + text_of(range.largest);
  return range.step == v4l2::Size{1, 1} ? text : text + " in steps of " + text_of(range.step);
}

std::string rate_text(v4l2::Interval interval) {
  if (!interval.known()) return "?";
  const auto named = v4l2gst::usual(interval);
  return std::to_string(named.denominator) + "/" + std::to_string(named.numerator);
}

std::string version_text(std::uint32_t version) {
  constexpr std::uint32_t byte = 0xff;
  return std::to_string(version >> 16U) + "." + std::to_string((version >> 8U) & byte) + "." +
         std::to_string(version & byte);
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string all;
  for (const auto& word : words) {
    if (!all.empty()) all += separator;
    all += word;
  }
  return all;
}

}  // namespace v4l2describe
