// How fast a frame is copied for a peer that does not know GstVideoMeta: 3840x2160 YUYV with padded
// lines, beside memcpy() of as many bytes, in turns. Prints TAP; fails below four fifths of
// memcpy()'s rate. What other programs do must not show: the thread's own CPU time is counted, of
// each the best round is taken, and where the machine has spoilt it there are more rounds.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <limits>
#include <vector>

#include <gst/video/video.h>

#include "copier.h"
#include "format_table.h"

namespace {

constexpr v4l2::Size size{3840, 2160};
constexpr std::uint32_t stride = 3840 * 2 + 256;
constexpr double least = 0.8;
constexpr int least_rounds = 15;
constexpr int most_rounds = 300;

double thread_seconds() {
  timespec cpu{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  return static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9;
}

template <class Work>
double seconds(Work work) {
  const auto before = thread_seconds();
  work();
  return thread_seconds() - before;
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

  auto theirs = std::numeric_limits<double>::max();
  auto ours = theirs;
  double ratio{};
  bool whole = true;
  int round{};
  for (; round < least_rounds || (round < most_rounds && ratio < least); ++round) {
    theirs = std::min(theirs, seconds([&] { std::memcpy(to.data(), from.data(), info.size); }));
    ours = std::min(ours, seconds([&] { whole = copier.copy(frame) != nullptr && whole; }));
    ratio = theirs / ours;
  }
  const bool good = whole && ratio >= least;
  std::printf(
      "%s 1 - a copy of 3840x2160 YUYV reaches %.0f %% of memcpy()'s rate (best of %d)\n1..1\n",
      good ? "ok" : "not ok", 100 * ratio, round);
  gst_caps_unref(caps);
  gst_buffer_unref(frame);
  return good ? 0 : 1;
}
