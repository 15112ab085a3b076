// How fast a frame is copied for a peer that does not know GstVideoMeta: 3840x2160 YUYV with padded
// lines, beside memcpy() of as many bytes, interleaved in one run. Prints TAP; fails below four
// fifths of memcpy()'s rate.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include <gst/video/video.h>

#include "copier.h"
#include "format_table.h"

namespace {

constexpr v4l2::Size size{3840, 2160};
constexpr std::uint32_t stride = 3840 * 2 + 256;
constexpr int rounds = 15;

template <class Work>
double seconds(Work work) {
  const auto before = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  v4l2::Format format;
  format.fourcc = {V4L2_PIX_FMT_YUYV};
  format.size = size;
  format.planes[0] = {.bytes_per_line = stride, .size_image = stride * size.height};
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_YUY2, size.width, size.height);
  const auto layout = v4l2gst::layout_of(format, *v4l2gst::row_of(V4L2_PIX_FMT_YUYV), info);

  auto* const frame = gst_buffer_new_allocate(nullptr, format.planes[0].size_image, nullptr);
  gst_buffer_memset(frame, 0, 0x5a, format.planes[0].size_image);
  auto* const meta = gst_buffer_add_video_meta(frame, GST_VIDEO_FRAME_FLAG_NONE,
                                               GST_VIDEO_FORMAT_YUY2, size.width, size.height);
  meta->stride[0] = static_cast<gint>(stride);

  auto* const caps = gst_video_info_to_caps(&info);
  v4l2gst::Copier copier{layout, caps, 0, {}};
  std::vector<char> from(info.size, 1);
  std::vector<char> to(info.size, 2);
  copier.copy(frame);  // its buffer is used again from now on
  std::memcpy(to.data(), from.data(), info.size);

  std::vector<double> ratios;
  bool whole = true;
  for (int round = 0; round < rounds; ++round) {
    const auto theirs = seconds([&] { std::memcpy(to.data(), from.data(), info.size); });
    const auto ours = seconds([&] { whole = copier.copy(frame) != nullptr && whole; });
    ratios.push_back(theirs / ours);
  }
  const auto ratio = median(ratios);
  const bool good = whole && ratio >= 0.8;
  std::printf(
      "%s 1 - a copy of 3840x2160 YUYV reaches %.0f %% of memcpy()'s rate (median of %d)\n1..1\n",
      good ? "ok" : "not ok", 100 * ratio, rounds);
  gst_caps_unref(caps);
  gst_buffer_unref(frame);
  return good ? 0 : 1;
}
