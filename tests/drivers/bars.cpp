// Plays every format of vivid on each of its inputs. GStreamer converts the frames by their caps,
// and the test compares them with the colours of the pattern. Prints TAP.
//
//   bars DEVICE

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <gst/video/video.h>

#include "common/handles.h"
#include "device/device.h"
#include "device/modes.h"
#include "drivers/kernels.h"
#include "formats/caps.h"
#include "formats/format_table.h"
#include "formats/frame_rate.h"
#include "formats/inexpressible.h"
#include "rigs/controls.h"
#include "rigs/device_rig.h"
#include "rigs/tap.h"

namespace {

using real::Tap;

struct Colour {
  int r{};
  int g{};
  int b{};
};

using Bars = std::array<Colour, 8>;

/// The colours of "75% Colorbar" (v4l2-tpg-core.c, tpg_get_color()). 100% bars would hide a wrong
/// range, since values above white stay white.
constexpr Bars expected{{{191, 191, 191},
                         {191, 191, 0},
                         {0, 191, 191},
                         {0, 191, 0},
                         {191, 0, 191},
                         {191, 0, 0},
                         {0, 0, 191},
                         {0, 0, 0}}};

/// The tolerance. Two swapped components differ by 191, and a wrong range or matrix by at least 16
/// in one of the bars. Rounding 5 bits to 8 and limited range cost 1.2 of 255, twice that in
/// chroma.
constexpr int tolerance = 12;

/// The luma of Rec. 709 in full range. vivid shows it in formats without chroma, whatever
/// quantization it reports (v4l2-tpg-core.c, precalculate_color(), TGP_COLOR_ENC_LUMA).
Bars greys() {
  Bars bars = expected;
  for (auto& bar : bars) {
    const double luma = (0.2126 * bar.r) + (0.7152 * bar.g) + (0.0722 * bar.b);
    bar.r = bar.g = bar.b = static_cast<int>(luma);
  }
  return bars;
}

int middle_of(std::size_t bar, int width) {
  // An even number begins a pair of samples.
  return static_cast<int>(((2 * bar) + 1) * static_cast<std::size_t>(width) / 16) & ~1;
}

std::string text_of(const Colour& colour) {
  return std::to_string(colour.r) + "," + std::to_string(colour.g) + "," + std::to_string(colour.b);
}

/// Returns the first fault of a picture, or an empty text.
std::string difference(const Bars& seen, const Bars& wanted) {
  std::string text;
  for (std::size_t bar = 0; bar < seen.size(); ++bar) {
    const auto apart =
        std::max({std::abs(seen[bar].r - wanted[bar].r), std::abs(seen[bar].g - wanted[bar].g),
                  std::abs(seen[bar].b - wanted[bar].b)});
    if (apart > tolerance)
      text += " bar " + std::to_string(bar) + " is " + text_of(seen[bar]) + " instead of " +
              text_of(wanted[bar]);
  }
  return text;
}

// ---- reading pictures ---------------------------------------------------------------------------

unsigned sample_at(const guint8* data, std::size_t index, unsigned bits, bool big_endian) {
  if (bits == 8) return data[index];
  const auto* const sample = data + (2 * index);
  return big_endian ? GST_READ_UINT16_BE(sample) : GST_READ_UINT16_LE(sample);
}

/// Returns the high 8 bits of luma, without a conversion.
Bars read_grey(const GstVideoFrame& frame, const GstStructure* caps) {
  const auto* const format = frame.info.finfo;
  const auto bits = GST_VIDEO_FORMAT_INFO_BITS(format);
  gint used = static_cast<gint>(GST_VIDEO_FORMAT_INFO_DEPTH(format, 0));
  gst_structure_get_int(caps, "significant-bits", &used);
  const auto* const line = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                           (static_cast<std::ptrdiff_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)) *
                            (GST_VIDEO_FRAME_HEIGHT(&frame) / 2));
  Bars bars;
  for (std::size_t bar = 0; bar < bars.size(); ++bar) {
    const auto at = static_cast<std::size_t>(middle_of(bar, GST_VIDEO_FRAME_WIDTH(&frame)));
    const auto sample = sample_at(line, at, bits == 8 ? 8 : 16,
                                  GST_VIDEO_FRAME_FORMAT(&frame) == GST_VIDEO_FORMAT_GRAY16_BE);
    const auto luma = static_cast<int>(sample >> static_cast<unsigned>(used - 8));
    bars[bar] = {luma, luma, luma};
  }
  return bars;
}

/// Returns a strip from the middle, as videoconvert reads the picture.
Bars read_colours(GstVideoFrame& frame) {
  constexpr int strip = 16;
  const auto width = GST_VIDEO_FRAME_WIDTH(&frame);
  GstVideoInfo rgb;
  gst_video_info_set_interlaced_format(&rgb, GST_VIDEO_FORMAT_ARGB,
                                       GST_VIDEO_INFO_INTERLACE_MODE(&frame.info),
                                       static_cast<guint>(width), strip);
  GST_VIDEO_INFO_FIELD_ORDER(&rgb) = GST_VIDEO_INFO_FIELD_ORDER(&frame.info);
  rgb.fps_n = frame.info.fps_n;
  rgb.fps_d = frame.info.fps_d;
  // The conversion undoes the matrix and the range only.
  rgb.colorimetry = frame.info.colorimetry;
  rgb.colorimetry.matrix = GST_VIDEO_COLOR_MATRIX_RGB;
  rgb.colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
  auto* const buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&rgb), nullptr);
  GstVideoFrame converted;
  gst_video_frame_map(&converted, &rgb, buffer, GST_MAP_WRITE);
  auto* const converter = gst_video_converter_new(
      &frame.info, &rgb,
      gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT,
                        (GST_VIDEO_FRAME_HEIGHT(&frame) / 2) & ~(strip - 1),
                        GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, strip, nullptr));
  Bars bars{};
  if (converter != nullptr) {
    gst_video_converter_frame(converter, &frame, &converted);
    gst_video_converter_free(converter);
    const auto* const line =
        static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&converted, 0)) +
        (static_cast<std::ptrdiff_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&converted, 0)) * (strip / 2));
    for (std::size_t bar = 0; bar < bars.size(); ++bar) {
      const auto* const pixel = line + (4 * static_cast<std::ptrdiff_t>(middle_of(bar, width)));
      bars[bar] = {pixel[1], pixel[2], pixel[3]};
    }
  }
  gst_video_frame_unmap(&converted);
  gst_buffer_unref(buffer);
  return bars;
}

std::string judge_raw(GstBuffer* buffer, const GstCaps* caps) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (gst_video_info_from_caps(&info, caps) == FALSE) return " no such video/x-raw";
  if (gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ) == FALSE) return " can't be mapped";
  // A field is a picture of half the height.
  if (GST_VIDEO_INFO_INTERLACE_MODE(&info) == GST_VIDEO_INTERLACE_MODE_ALTERNATE) {
    GST_VIDEO_INFO_INTERLACE_MODE(&frame.info) = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    frame.info.height /= 2;
  }
  auto text = GST_VIDEO_INFO_IS_GRAY(&info)
                  ? difference(read_grey(frame, gst_caps_get_structure(caps, 0)), greys())
                  : difference(read_colours(frame), expected);
  gst_video_frame_unmap(&frame);
  return text;
}

// ---- Bayer --------------------------------------------------------------------------------------

/// Reads a Bayer picture by its caps. "rggb10le" has red, green, and below them green, blue.
std::string judge_mosaic(GstBuffer* buffer, const GstStructure* caps) {
  const std::string format{gst_structure_get_string(caps, "format")};
  const auto bits = format.size() > 4 ? static_cast<unsigned>(std::atoi(format.c_str() + 4)) : 8U;
  gint width{};
  gint height{};
  gst_structure_get_int(caps, "width", &width);
  gst_structure_get_int(caps, "height", &height);
  const auto* const meta = gst_buffer_get_video_meta(buffer);
  const auto stride = meta != nullptr
                          ? static_cast<std::size_t>(meta->stride[0])
                          : GST_ROUND_UP_4(static_cast<std::size_t>(width) * (bits == 8 ? 1 : 2));
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return " can't be mapped";
  Bars bars{};
  for (std::size_t bar = 0; bar < bars.size(); ++bar)
    for (std::size_t cell = 0; cell < 4; ++cell) {
      const auto* const line =
          map.data +
          (stride * ((static_cast<std::size_t>(height / 2) & ~std::size_t{1}) + (cell / 2)));
      const auto at = static_cast<std::size_t>(middle_of(bar, width)) + (cell % 2);
      const auto value =
          static_cast<int>(sample_at(line, at, bits == 8 ? 8 : 16, false) >> (bits - 8));
      (format[cell] == 'r' ? bars[bar].r : format[cell] == 'g' ? bars[bar].g : bars[bar].b) = value;
    }
  gst_buffer_unmap(buffer, &map);
  return difference(bars, expected);
}

/// Returns whether this version of GStreamer's bayer2rgb takes the caps.
bool debayered(const GstCaps* caps) {
  auto* const factory = gst_element_factory_find("bayer2rgb");
  if (factory == nullptr) return false;
  const bool takes = gst_element_factory_can_sink_any_caps(factory, caps) != FALSE;
  gst_object_unref(factory);
  return takes;
}

/// Answers the ALLOCATION query with a size, as video sinks and converters do. Since 1.24 bayer2rgb
/// takes its own output for Bayer, and drops the picture if no downstream element gives a size.
GstPadProbeReturn propose_size(GstPad*, GstPadProbeInfo* info, gpointer) {
  auto* const query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps* caps{};
  gst_query_parse_allocation(query, &caps, nullptr);
  GstVideoInfo picture;
  if (gst_video_info_from_caps(&picture, caps) == FALSE) return GST_PAD_PROBE_OK;
  gst_query_add_allocation_pool(query, nullptr, static_cast<guint>(picture.size), 0, 0);
  return GST_PAD_PROBE_HANDLED;
}

std::string judge_debayered(v4l2gst::BufferPtr buffer, const GstCaps* caps) {
  auto* const harness = gst_harness_new("bayer2rgb");
  gst_pad_add_probe(harness->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, propose_size, nullptr,
                    nullptr);
  gst_harness_set_src_caps(harness, gst_caps_copy(caps));
  gst_harness_set_sink_caps_str(harness, "video/x-raw, format=RGBx");
  std::string text{" bayer2rgb gives nothing"};
  if (gst_harness_push(harness, buffer.release()) == GST_FLOW_OK) {
    const v4l2gst::BufferPtr rgb{gst_harness_pull(harness)};
    const v4l2gst::CapsPtr rgb_caps{gst_pad_get_current_caps(harness->sinkpad)};
    if (rgb && rgb_caps) text = judge_raw(rgb.get(), rgb_caps.get());
  }
  gst_harness_teardown(harness);
  return text;
}

// ---- the test -----------------------------------------------------------------------------------

/// An input, and the further fields that the caps must have.
struct Input {
  const char* name;
  bool scales;
  bool fields;  ///< fields may arrive one by one
  std::vector<const char*> demanded;
};

const std::vector<Input>& inputs() {
  constexpr auto square = "pixel-aspect-ratio=(fraction)1/1";
  constexpr auto progressive = "interlace-mode=(string)progressive";
  // PAL has the upper field first, and the pixels of ITU-R BT.601.
  const std::vector pal{"interlace-mode=(string)interleaved", "field-order=(string)top-field-first",
                        "pixel-aspect-ratio=(fraction)59/54"};
  static const std::vector<Input> all{{"Webcam", false, false, {progressive, square}},
                                      {"TV", true, true, pal},
                                      {"S-Video", true, true, pal},
                                      {"HDMI", true, false, {progressive, square}}};
  return all;
}

/// The mode that the element is asked for.
v4l2gst::TextPtr filter(const v4l2gst::FormatRow& row, v4l2::Size size, bool fields) {
  const auto caps = v4l2gst::caps_of(row, false);
  gst_caps_set_simple(caps.get(), "width", G_TYPE_INT, static_cast<gint>(size.width), "height",
                      G_TYPE_INT, static_cast<gint>(size.height), nullptr);
  if (fields) {
    gst_caps_set_simple(caps.get(), "interlace-mode", G_TYPE_STRING, "alternate", nullptr);
    gst_caps_set_features_simple(caps.get(),
                                 gst_caps_features_new_single(GST_CAPS_FEATURE_FORMAT_INTERLACED));
  }
  return v4l2gst::TextPtr{gst_caps_to_string(caps.get())};
}

/// Returns the first fault of a format's pictures, or an empty text.
std::string judge(const std::string& device, const v4l2gst::FormatRow& row,
                  const v4l2gst::TextPtr& wanted, const std::vector<const char*>& demanded) {
  real::OneFormat kernel{row.fourcc};
  const real::Alone alone{device, kernel, wanted.get()};
  alone.play();
  auto buffer = alone.next();
  const auto caps = alone.caps();
  if (!buffer || !caps) return " no frame: " + alone.errors();
  std::string text;
  if (!row.raw()) {
    text = judge_mosaic(buffer.get(), gst_caps_get_structure(caps.get(), 0));
    if (debayered(caps.get())) text += judge_debayered(std::move(buffer), caps.get());
    return text;
  }
  const auto said = alone.caps_text();
  for (const auto* const part : demanded)
    if (said.find(part) == std::string::npos) text += std::string{" caps lack "} + part;
  return text + judge_raw(buffer.get(), caps.get());
}

struct Sorted {
  std::vector<const v4l2gst::FormatRow*> rows;  ///< formats with caps in system memory
  std::string others;                           ///< the other formats, and why they have no caps
  std::string unexplained;
};

Sorted sorted(std::span<const v4l2::OfferedFormat> formats) {
  Sorted result;
  for (const auto& format : formats) {
    const auto* const row = v4l2gst::row_of(format.fourcc.code);
    if (row != nullptr && row->has_system_caps()) {
      result.rows.push_back(row);
      continue;
    }
    const auto* const why =
        row != nullptr ? "only DRM has a name" : v4l2gst::why_not(format.fourcc.code);
    if (why == nullptr)
      result.unexplained += " " + format.fourcc.to_string();
    else
      result.others += " " + format.fourcc.to_string() + " (" + why + ")";
  }
  return result;
}

void check_input(Tap& tap, const std::string& path, const Input& input) {
  const std::string name{input.name};
  const auto device = v4l2::Device::open(v4l2::system_kernel(), path);
  const auto formats = device->modes()->formats();
  const auto current = device->format();
  if (!formats || !current) {
    tap.point(false, name + " tells its formats");
    return;
  }
  const v4l2::Size whole{current->size.width, v4l2::frame_height(*current)};
  const auto found = sorted(*formats);
  const auto check = [&](const v4l2gst::FormatRow& row, bool fields,
                         const std::vector<const char*>& demanded) {
    const auto wrong = judge(path, row, filter(row, whole, fields), demanded);
    tap.point(wrong.empty(), name + ", " + v4l2::Fourcc{row.fourcc}.to_string() +
                                 (fields ? ", field by field" : ""));
    if (!wrong.empty()) Tap::explain(wrong);
  };
  if (input.scales) {
    // The picture is cropped to a part of its size, then scaled to all of it.
    const auto& row = *found.rows.front();
    const v4l2::Size half{whole.width / 2, whole.height / 2};
    const auto wrong = judge(path, row, filter(row, half, false), input.demanded);
    tap.point(wrong.empty(), name + ", half as wide and high");
    if (!wrong.empty()) Tap::explain(wrong);
  }
  // Frames follow fields, so that a whole frame must be there after half of one.
  for (const auto* const row : found.rows) {
    if (input.fields && row->raw())
      check(*row, true, {"format:Interlaced", "interlace-mode=(string)alternate"});
    check(*row, false, input.demanded);
  }
  constexpr std::size_t least = 50;  // of more than 80
  tap.point(found.rows.size() >= least,
            name + ": " + std::to_string(found.rows.size()) + " formats have been looked at");
  Tap::explain("has no caps in system memory:" + found.others);
  tap.point(found.unexplained.empty(), name + ": a reason is known for each other");
  if (!found.unexplained.empty()) Tap::explain(found.unexplained);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bars DEVICE\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const real::Controls controls{argv[1]};
  Tap tap;
  // Only the bars are shown, without a text.
  controls.choose("Test Pattern", "75% Colorbar");
  controls.choose("OSD Text Mode", "None");
  controls.set("Show Border", 0);
  controls.set("Show Square", 0);
  auto* const factory = gst_element_factory_find("bayer2rgb");
  tap.point(factory != nullptr, "there is bayer2rgb");
  if (factory != nullptr) gst_object_unref(factory);
  for (const auto& input : inputs()) {
    const bool there = controls.select_input(input.name);
    tap.point(there, std::string{"there is the input "} + input.name);
    if (there) check_input(tap, argv[1], input);
  }
  return tap.end();
}
