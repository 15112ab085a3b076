// What a driver says of its colours, and what is made of it, for all that vivid can say. Prints
// TAP.
//
//   colorimetry DEVICE
//
// What each combination of vivid's controls demands stands in tables of this file's own, written
// from the V4L2 specification ("Detailed Colorspace Descriptions"), by the names in vivid's menus.

#include "colorimetry.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <linux/videodev2.h>
#include <sys/ioctl.h>

#include <gst/gst.h>

#include "device/device.h"

namespace {

struct Layout {
  const char* name;
  std::uint32_t fourcc;
  bool rgb;
};

constexpr Layout yuv{"YUYV", V4L2_PIX_FMT_YUYV, false};
constexpr Layout rgb{"RGB3", V4L2_PIX_FMT_RGB24, true};

// ---- what is demanded ---------------------------------------------------------------------------

struct Defaults {
  GstVideoColorPrimaries primaries;
  GstVideoTransferFunction transfer;
  GstVideoColorMatrix matrix;
  /// GStreamer's name for the transfer function of Rec. 709 where these primaries are.
  GstVideoTransferFunction rec709;
};

const std::map<std::string, Defaults>& colorspaces() {
  static const std::map<std::string, Defaults> all{
      {"SMPTE 170M",
       {GST_VIDEO_COLOR_PRIMARIES_SMPTE170M, GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_MATRIX_BT601,
        GST_VIDEO_TRANSFER_BT601}},
      {"Rec. 709",
       {GST_VIDEO_COLOR_PRIMARIES_BT709, GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_MATRIX_BT709,
        GST_VIDEO_TRANSFER_BT709}},
      {"sRGB",
       {GST_VIDEO_COLOR_PRIMARIES_BT709, GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_MATRIX_BT601,
        GST_VIDEO_TRANSFER_BT709}},
      {"opRGB",
       {GST_VIDEO_COLOR_PRIMARIES_ADOBERGB, GST_VIDEO_TRANSFER_ADOBERGB,
        GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_BT709}},
      {"BT.2020",
       {GST_VIDEO_COLOR_PRIMARIES_BT2020, GST_VIDEO_TRANSFER_BT2020_12,
        GST_VIDEO_COLOR_MATRIX_BT2020, GST_VIDEO_TRANSFER_BT2020_12}},
      {"DCI-P3",
       {GST_VIDEO_COLOR_PRIMARIES_SMPTERP431, GST_VIDEO_TRANSFER_UNKNOWN,
        GST_VIDEO_COLOR_MATRIX_BT709, GST_VIDEO_TRANSFER_BT709}},
      {"SMPTE 240M",
       {GST_VIDEO_COLOR_PRIMARIES_SMPTE240M, GST_VIDEO_TRANSFER_SMPTE240M,
        GST_VIDEO_COLOR_MATRIX_SMPTE240M, GST_VIDEO_TRANSFER_BT709}},
      {"470 System M",
       {GST_VIDEO_COLOR_PRIMARIES_BT470M, GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_MATRIX_BT601,
        GST_VIDEO_TRANSFER_BT709}},
      {"470 System BG",
       {GST_VIDEO_COLOR_PRIMARIES_BT470BG, GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_MATRIX_BT601,
        GST_VIDEO_TRANSFER_BT709}},
  };
  return all;
}

// "Default" and "Rec. 709" are the colorspace's.
const std::map<std::string, GstVideoTransferFunction>& transfers() {
  static const std::map<std::string, GstVideoTransferFunction> all{
      {"sRGB", GST_VIDEO_TRANSFER_SRGB},
      {"opRGB", GST_VIDEO_TRANSFER_ADOBERGB},
      {"SMPTE 240M", GST_VIDEO_TRANSFER_SMPTE240M},
      {"None", GST_VIDEO_TRANSFER_GAMMA10},
      {"DCI-P3", GST_VIDEO_TRANSFER_UNKNOWN},
      {"SMPTE 2084", GST_VIDEO_TRANSFER_SMPTE2084},
  };
  return all;
}

// "Default" is the colorspace's.
const std::map<std::string, GstVideoColorMatrix>& encodings() {
  static const std::map<std::string, GstVideoColorMatrix> all{
      {"ITU-R 601", GST_VIDEO_COLOR_MATRIX_BT601},
      {"Rec. 709", GST_VIDEO_COLOR_MATRIX_BT709},
      {"xvYCC 601", GST_VIDEO_COLOR_MATRIX_BT601},
      {"xvYCC 709", GST_VIDEO_COLOR_MATRIX_BT709},
      {"BT.2020", GST_VIDEO_COLOR_MATRIX_BT2020},
      {"BT.2020 Constant Luminance", GST_VIDEO_COLOR_MATRIX_UNKNOWN},
      {"SMPTE 240M", GST_VIDEO_COLOR_MATRIX_SMPTE240M},
  };
  return all;
}

/// One entry of each of vivid's menus.
struct Choice {
  std::string colorspace;
  std::string transfer;
  std::string encoding;
  std::string quantization;
};

/// Throws std::out_of_range for an entry that this file does not know.
GstVideoColorimetry demanded(const Choice& choice, const Layout& layout) {
  const auto& colorspace = colorspaces().at(choice.colorspace);
  GstVideoColorimetry result{};
  result.primaries = colorspace.primaries;
  if (choice.transfer == "Default")
    result.transfer = colorspace.transfer;
  else if (choice.transfer == "Rec. 709")
    result.transfer = colorspace.rec709;
  else
    result.transfer = transfers().at(choice.transfer);
  const bool full = choice.quantization == "Full Range";
  if (layout.rgb) {
    result.matrix = GST_VIDEO_COLOR_MATRIX_RGB;
    result.range = choice.quantization == "Limited Range" ? GST_VIDEO_COLOR_RANGE_16_235
                                                          : GST_VIDEO_COLOR_RANGE_0_255;
    return result;
  }
  result.matrix =
      choice.encoding == "Default" ? colorspace.matrix : encodings().at(choice.encoding);
  result.range = full && !choice.encoding.starts_with("xvYCC") ? GST_VIDEO_COLOR_RANGE_0_255
                                                               : GST_VIDEO_COLOR_RANGE_16_235;
  return result;
}

// ---- what is observed ---------------------------------------------------------------------------

/// Here the check gets what it judges. (The element's caps would come from here too.)
std::optional<GstVideoColorimetry> observed(const v4l2::Device& device, const Layout& layout,
                                            const v4l2::Colorimetry* wish = nullptr) {
  v4l2::Format wanted;
  wanted.fourcc = {layout.fourcc};
  wanted.size = {.width = 320, .height = 180};
  if (wish != nullptr) {
    wanted.colorimetry = *wish;
    wanted.convert = true;
  }
  const auto settled = device.set_format(wanted);
  const auto current = device.format();
  if (!settled || !current || settled->fourcc.code != layout.fourcc) return std::nullopt;
  if (settled->colorimetry != current->colorimetry) return std::nullopt;
  return v4l2gst::colorimetry_of(current->colorimetry, layout.rgb);
}

std::string text_of(const GstVideoColorimetry& colorimetry) {
  const auto text = v4l2gst::colorimetry_text(colorimetry);
  return text ? text.get() : "unknown";
}

std::string text_of(const std::optional<GstVideoColorimetry>& colorimetry) {
  return colorimetry ? text_of(*colorimetry) : "nothing";
}

bool equal(const std::optional<GstVideoColorimetry>& one, const GstVideoColorimetry& other) {
  return one && gst_video_colorimetry_is_equal(&*one, &other) != FALSE;
}

// ---- vivid's controls ---------------------------------------------------------------------------

struct Menu {
  std::uint32_t id{};
  std::vector<std::pair<std::int32_t, std::string>> entries;
};

template <class Field>
std::string as_text(const Field& field) {
  return reinterpret_cast<const char*>(&field[0]);
}

Menu menu_of(const v4l2::Device& device, const std::string& name) {
  const int descriptor = device.node()->descriptor();
  v4l2_queryctrl control{};
  do
    control.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  while (ioctl(descriptor, VIDIOC_QUERYCTRL, &control) == 0 && as_text(control.name) != name);
  if (as_text(control.name) != name) return {};
  Menu menu{.id = control.id, .entries = {}};
  for (auto index = control.minimum; index <= control.maximum; ++index) {
    v4l2_querymenu entry{};
    entry.id = control.id;
    entry.index = static_cast<std::uint32_t>(index);
    if (ioctl(descriptor, VIDIOC_QUERYMENU, &entry) == 0)
      menu.entries.emplace_back(index, as_text(entry.name));
  }
  return menu;
}

bool choose(const v4l2::Device& device, const Menu& menu, std::int32_t value) {
  v4l2_control control{.id = menu.id, .value = value};
  return ioctl(device.node()->descriptor(), VIDIOC_S_CTRL, &control) == 0;
}

// ---- the test -----------------------------------------------------------------------------------

class Tap {
public:
  void point(bool good, const std::string& description) {
    std::printf("%s %d - %s\n", good ? "ok" : "not ok", ++points_, description.c_str());
    failed_ = failed_ || !good;
  }

  static void explain(const std::string& text) { std::printf("# %s\n", text.c_str()); }

  int end() const {
    std::printf("1..%d\n", points_);
    return failed_ ? 1 : 0;
  }

private:
  int points_{};
  bool failed_{};
};

struct Menus {
  Menu colorspace;
  Menu transfer;
  Menu encoding;
  Menu quantization;
};

/// How many of a colorspace's combinations are wrong; explains the first few.
int wrong_ones(const v4l2::Device& device, const Menus& menus, const std::string& colorspace,
               const Layout& layout) {
  int wrong = 0;
  for (const auto& [transfer, transfer_name] : menus.transfer.entries)
    for (const auto& [encoding, encoding_name] : menus.encoding.entries)
      for (const auto& [quantization, quantization_name] : menus.quantization.entries) {
        const Choice choice{colorspace, transfer_name, encoding_name, quantization_name};
        const bool set = choose(device, menus.transfer, transfer) &&
                         choose(device, menus.encoding, encoding) &&
                         choose(device, menus.quantization, quantization);
        const auto wanted = demanded(choice, layout);
        const auto got = observed(device, layout);
        if ((set && equal(got, wanted)) || ++wrong > 5) continue;
        Tap::explain(colorspace + ", " + transfer_name + ", " + encoding_name + ", " +
                     quantization_name + ": " + text_of(got) + " instead of " + text_of(wanted));
      }
  return wrong;
}

void check_all_that_is_said(Tap& tap, const v4l2::Device& device, const Menus& menus) {
  const auto combinations = menus.transfer.entries.size() * menus.encoding.entries.size() *
                            menus.quantization.entries.size();
  for (const auto& [value, name] : menus.colorspace.entries) {
    const bool set = choose(device, menus.colorspace, value);
    for (const auto& layout : {yuv, rgb})
      tap.point(set && wrong_ones(device, menus, name, layout) == 0,
                std::string{layout.name} + ", " + name + ": " + std::to_string(combinations) +
                    " combinations");
  }
}

/// The other direction: a driver that converts is asked by name.
void check_what_is_asked_for(Tap& tap, const v4l2::Device& device) {
  const auto offered = device.modes()->formats();
  for (const auto* name : {"bt601", "bt709", "smpte240m", "bt2020", "bt2100-pq", "1:4:7:1",
                           "2:4:7:1", "1:4:0:0", "sRGB"}) {
    const auto wanted = *v4l2gst::parse_colorimetry(name);
    const auto wish = v4l2gst::wire_colorimetry(wanted);
    const auto& layout = wanted.matrix == GST_VIDEO_COLOR_MATRIX_RGB ? rgb : yuv;
    const auto format =
        std::ranges::find(*offered, v4l2::Fourcc{layout.fourcc}, &v4l2::OfferedFormat::fourcc);
    const auto asked = format->convertible(*wish, device.format()->colorimetry);
    const auto got = observed(device, layout, &asked);
    const bool good = got && v4l2gst::meets(wanted, *got);
    tap.point(good, std::string{layout.name} + " asked for as " + name);
    if (!good) Tap::explain(text_of(got));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: colorimetry DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const auto device = v4l2::Device::open(v4l2::system_kernel(), argv[1]);
  if (!device) {
    std::printf("Bail out! %s can't be opened\n", argv[1]);
    return 1;
  }
  const Menus menus{.colorspace = menu_of(*device, "Colorspace"),
                    .transfer = menu_of(*device, "Transfer Function"),
                    .encoding = menu_of(*device, "Y'CbCr Encoding"),
                    .quantization = menu_of(*device, "Quantization")};
  Tap tap;
  tap.point(menus.colorspace.entries.size() == 9 && menus.transfer.entries.size() == 8 &&
                menus.encoding.entries.size() == 8 && menus.quantization.entries.size() == 3,
            "vivid has the menus that are known here");
  check_all_that_is_said(tap, *device, menus);
  check_what_is_asked_for(tap, *device);
  return tap.end();
}
