#include "fake/model.h"

#include <algorithm>
#include <array>

namespace fake {
namespace {

/// A ColourPlane has bits per pixel, and picture rows for each of its lines.
struct ColourPlane {
  std::uint32_t bits_per_pixel;
  std::uint32_t rows_per_line;
};

struct Layout {
  std::uint32_t fourcc;
  bool separate;  // each colour plane has its own memory plane
  std::vector<ColourPlane> planes;
};

const std::vector<Layout>& layouts() {
  static const std::vector<Layout> all{
      {V4L2_PIX_FMT_YUYV, false, {{16, 1}}},
      {V4L2_PIX_FMT_UYVY, false, {{16, 1}}},
      {V4L2_PIX_FMT_RGB24, false, {{24, 1}}},
      {V4L2_PIX_FMT_BGR24, false, {{24, 1}}},
      {V4L2_PIX_FMT_RGB565, false, {{16, 1}}},
      {V4L2_PIX_FMT_XBGR32, false, {{32, 1}}},
      {V4L2_PIX_FMT_GREY, false, {{8, 1}}},
      {V4L2_PIX_FMT_SRGGB8, false, {{8, 1}}},
      {V4L2_PIX_FMT_SBGGR8, false, {{8, 1}}},
      {V4L2_PIX_FMT_SRGGB10, false, {{16, 1}}},
      {V4L2_PIX_FMT_Y10, false, {{16, 1}}},
      {V4L2_PIX_FMT_Y12, false, {{16, 1}}},
      {V4L2_PIX_FMT_Y16, false, {{16, 1}}},
      {V4L2_PIX_FMT_XRGB444, false, {{16, 1}}},
      {V4L2_PIX_FMT_NV42, false, {{8, 1}, {16, 1}}},
      {V4L2_PIX_FMT_NV12, false, {{8, 1}, {8, 2}}},
      {V4L2_PIX_FMT_YUV420, false, {{8, 1}, {4, 2}, {4, 2}}},
      {V4L2_PIX_FMT_NV12_4L4, false, {{8, 1}, {8, 2}}},
      {V4L2_PIX_FMT_NV12M, true, {{8, 1}, {8, 2}}},
      {V4L2_PIX_FMT_YUV420M, true, {{8, 1}, {4, 2}, {4, 2}}},
      {V4L2_PIX_FMT_YVU422M, true, {{8, 1}, {4, 1}, {4, 1}}},
  };
  return all;
}

std::vector<ModelMode> modes(std::initializer_list<v4l2::Size> sizes) {
  std::vector<ModelMode> all;
  for (const auto& size : sizes)
    all.push_back({.size = size, .intervals = {{1, 30}, {1, 15}, {1, 10}}});
  return all;
}

}  // namespace

bool is_compressed(std::uint32_t fourcc) {
  return fourcc == V4L2_PIX_FMT_MJPEG || fourcc == V4L2_PIX_FMT_H264;
}

std::vector<ModelPlane> planes_of(const Model& model, std::uint32_t fourcc, v4l2::Size size,
                                  std::uint32_t stride) {
  if (is_compressed(fourcc)) return {{.bytes_per_line = 0, .size = size.width * size.height * 2}};
  const auto layout = std::ranges::find(layouts(), fourcc, &Layout::fourcc);
  if (layout == layouts().end()) return {};
  std::vector<ModelPlane> planes;
  for (const auto& colour : layout->planes) {
    const auto first = layout->planes.front().bits_per_pixel;
    const auto own_line = size.width * first / 8 + model.line_padding;
    // The padding counts for the first plane and shrinks with the width of the others.
    const auto line =
        (model.strides ? std::max(own_line, stride) : own_line) * colour.bits_per_pixel / first;
    const auto rows = (size.height + model.extra_rows) / colour.rows_per_line;
    if (layout->separate || planes.empty())
      planes.push_back({.bytes_per_line = line, .size = line * rows + model.data_offset});
    else
      planes.front().size += line * rows;
  }
  return planes;
}

Model webcam() {
  Model model;
  model.controls = usual_controls();
  for (const auto fourcc : {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_UYVY, V4L2_PIX_FMT_NV12,
                            V4L2_PIX_FMT_YUV420, V4L2_PIX_FMT_RGB24, V4L2_PIX_FMT_BGR24,
                            V4L2_PIX_FMT_XBGR32, V4L2_PIX_FMT_GREY, V4L2_PIX_FMT_SRGGB8})
    model.formats.push_back({.fourcc = fourcc, .modes = modes({{640, 480}, {320, 240}})});
  for (const auto fourcc : {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_H264})
    model.formats.push_back(
        {.fourcc = fourcc, .modes = modes({{1280, 720}, {640, 480}, {320, 240}})});
  return model;
}

Model loopback(std::uint32_t buffers) {
  Model model;
  model.driver = "v4l2 loopback";
  model.card = "Dummy video device (0x0000)";
  model.bus = "platform:v4l2loopback-000";
  model.device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_READWRITE |
                      V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
  model.formats = {{.fourcc = V4L2_PIX_FMT_YUYV, .modes = modes({{320, 240}})}};
  model.reserves = false;
  model.exports = false;
  model.orphans = false;
  model.creates = false;
  model.removes = false;
  model.userptrs = false;
  model.imports = false;
  model.most_buffers = buffers;
  return model;
}

Model usb_camera(std::string serial, std::string port) {
  auto model = webcam();
  model.driver = "uvcvideo";
  model.bus = "usb-fake." + port;  // the controller of bus 1 is "fake.1"
  model.vendor_id = "046d";
  model.product_id = "0825";
  model.serial = std::move(serial);
  model.port = std::move(port);
  return model;
}

Model usb_metadata(std::string serial, std::string port) {
  auto model = usb_camera(std::move(serial), std::move(port));
  model.device_caps = V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING;
  model.formats.clear();
  model.index = 1;
  model.metadata_size = 1024;
  return model;
}

Model multiplanar_camera() {
  auto model = webcam();
  model.device_caps = V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
  for (const auto fourcc : {V4L2_PIX_FMT_NV12M, V4L2_PIX_FMT_YUV420M})
    model.formats.push_back({.fourcc = fourcc, .modes = modes({{640, 480}, {320, 240}})});
  return model;
}

v4l2_dv_timings timings_of(std::uint32_t width, std::uint32_t height, std::uint32_t rate,
                           bool interlaced) {
  v4l2_dv_timings made{};
  made.type = V4L2_DV_BT_656_1120;
  made.bt.width = width;
  made.bt.height = height;
  made.bt.interlaced = interlaced ? V4L2_DV_INTERLACED : V4L2_DV_PROGRESSIVE;
  made.bt.hfrontporch = 280;
  made.bt.vfrontporch = 45;
  made.bt.pixelclock = std::uint64_t{width + 280} * (height + 45) * rate / (interlaced ? 2 : 1);
  return made;
}

Model many_inputs() {
  auto model = webcam();
  model.driver = "vivid";
  model.card = "Fake Capture Card";
  model.unlike_inputs = {
      {.name = "Webcam 0"},
      {.name = "TV 0", .standards = V4L2_STD_ALL, .has_tuner = true, .audio = 3},
      {.name = "S-Video 0", .standards = V4L2_STD_PAL | V4L2_STD_NTSC, .audio = 2},
      {.name = "HDMI 0", .capabilities = V4L2_IN_CAP_DV_TIMINGS}};
  model.timings = {timings_of(1920, 1080, 60), timings_of(1280, 720, 60), timings_of(1280, 720, 50),
                   timings_of(720, 576, 50, true), timings_of(640, 480, 60)};
  model.audio_inputs = {"TV", "Line-In"};
  model.edid_blocks = 2;
  return model;
}

Model node_with(std::uint32_t device_caps, std::string card) {
  Model model;
  model.device_caps = device_caps;
  model.card = std::move(card);
  return model;
}

}  // namespace fake
