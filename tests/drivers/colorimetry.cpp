// Compares the colours that a driver reports with the element's caps, for all combinations of
// vivid's controls. Prints TAP.
//
//   colorimetry DEVICE
//
// The expected values are in tables of this file. They were written from the V4L2 specification
// ("Detailed Colorspace Descriptions"), by the names in vivid's menus.

#include "formats/colorimetry.h"

#include <map>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"

namespace {

using real::Menu;
using real::Tap;

struct Layout {
  const char* name;
  const char* caps;
  bool rgb;
};

constexpr Layout yuv{"YUYV", "video/x-raw, format=YUY2, width=320, height=180, framerate=30/1",
                     false};
constexpr Layout rgb{"RGB3", "video/x-raw, format=RGB, width=320, height=180, framerate=30/1",
                     true};

// ---- what is demanded ---------------------------------------------------------------------------

struct Defaults {
  GstVideoColorPrimaries primaries;
  GstVideoTransferFunction transfer;
  GstVideoColorMatrix matrix;
  /// GStreamer's name for the transfer function of Rec. 709 with these primaries.
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

std::string text_of(const GstVideoColorimetry& colorimetry) {
  const auto text = v4l2gst::colorimetry_text(colorimetry);
  return text ? text.get() : "unknown";
}

// ---- what is observed ---------------------------------------------------------------------------

/// Returns the colorimetry of the element's first caps, or a text that says why there are none.
std::string observed(const real::Alone& alone) {
  gst_element_set_state(alone.element, GST_STATE_PAUSED);
  std::string text{"no caps"};
  bool found = false;
  while (!found) {
    auto* const event = gst_harness_pull_event(alone.harness);
    if (event == nullptr) break;
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps{};
      gst_event_parse_caps(event, &caps);
      const auto* const said =
          gst_structure_get_string(gst_caps_get_structure(caps, 0), "colorimetry");
      text = said != nullptr ? said : "nothing";
      found = true;
    }
    gst_event_unref(event);
  }
  gst_element_set_state(alone.element, GST_STATE_NULL);
  while (auto* const event = gst_harness_try_pull_event(alone.harness))
    gst_event_unref(event);
  return found ? text : text + ": " + alone.errors();
}

// ---- the test -----------------------------------------------------------------------------------

struct Menus {
  Menu colorspace;
  Menu transfer;
  Menu encoding;
  Menu quantization;
};

/// Returns how many of a colorspace's combinations are wrong, and prints the first few.
int wrong_ones(const real::Alone& alone, const real::Controls& controls, const Menus& menus,
               const std::string& colorspace, const Layout& layout) {
  int wrong = 0;
  for (const auto& [transfer, transfer_name] : menus.transfer.entries)
    for (const auto& [encoding, encoding_name] : menus.encoding.entries)
      for (const auto& [quantization, quantization_name] : menus.quantization.entries) {
        const Choice choice{colorspace, transfer_name, encoding_name, quantization_name};
        const bool set = controls.set(menus.transfer, transfer) &&
                         controls.set(menus.encoding, encoding) &&
                         controls.set(menus.quantization, quantization);
        const auto wanted = text_of(demanded(choice, layout));
        const auto got = observed(alone);
        if ((set && got == wanted) || ++wrong > 5) continue;
        auto text = colorspace;
        for (const auto& part : {transfer_name, encoding_name, quantization_name})
          text.append(", ").append(part);
        Tap::explain(text.append(": ").append(got).append(" instead of ").append(wanted));
      }
  return wrong;
}

void check_all_that_is_said(Tap& tap, const std::string& path, const real::Controls& controls,
                            const Menus& menus) {
  const auto combinations = menus.transfer.entries.size() * menus.encoding.entries.size() *
                            menus.quantization.entries.size();
  for (const auto& layout : {yuv, rgb}) {
    const real::Alone alone{path, v4l2::system_kernel(), layout.caps};
    for (const auto& [value, name] : menus.colorspace.entries) {
      const bool set = controls.set(menus.colorspace, value);
      tap.point(set && wrong_ones(alone, controls, menus, name, layout) == 0,
                std::string{layout.name} + ", " + name + ": " + std::to_string(combinations) +
                    " combinations");
    }
  }
}

/// Asks a driver that converts for each colorimetry by name.
void check_what_is_asked_for(Tap& tap, const std::string& path) {
  for (const auto* name :
       {"bt601", "bt709", "smpte240m", "bt2020", "bt2100-pq", "1:4:7:1", "2:4:7:1", "sRGB"}) {
    const auto wanted = *v4l2gst::parse_colorimetry(name);
    const auto& layout = wanted.matrix == GST_VIDEO_COLOR_MATRIX_RGB ? rgb : yuv;
    const auto filter = std::string{layout.caps} + ", colorimetry=" + name;
    const real::Alone alone{path, v4l2::system_kernel(), filter.c_str()};
    const auto got = v4l2gst::parse_colorimetry(observed(alone));
    tap.point(got && v4l2gst::meets(wanted, *got),
              std::string{layout.name} + " asked for as " + name);
    if (got) Tap::explain(text_of(*got));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: colorimetry DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const real::Controls controls{argv[1]};
  const Menus menus{.colorspace = controls.menu("Colorspace"),
                    .transfer = controls.menu("Transfer Function"),
                    .encoding = controls.menu("Y'CbCr Encoding"),
                    .quantization = controls.menu("Quantization")};
  Tap tap;
  tap.point(menus.colorspace.entries.size() == 9 && menus.transfer.entries.size() == 8 &&
                menus.encoding.entries.size() == 8 && menus.quantization.entries.size() == 3,
            "vivid has the menus that are known here");
  check_all_that_is_said(tap, argv[1], controls, menus);
  check_what_is_asked_for(tap, argv[1]);
  return tap.end();
}
